"""One batch of the database that `million.py` builds, as rows: a function of the plan and the batch's number alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


from bench import million_texts as texts
from pipelines import fingerprint
from storage import articles, clean, clock, sketches, tokens
from storage.models import Announcement, Article, Credit, Dateline, Instant

BATCH = 10_000
COPIES, REVISED, CORRECTED, WITHDRAWN, DATELINES, CREDITED = 0.10, 0.05, 0.15, 0.02, 0.45, 0.35
"""Shares: of articles that are copies, that have revisions; of these that are corrections, withdrawals; of articles with a
dateline, with a credit that stands elsewhere."""
SECTIONS = texts.WORDS["sections"].split()
EXTRACTOR = "dateline 3, trafilatura 2.3.1, profile 0000000000"
DAY = 86400


@cache
def _day(number: int) -> str:
    return clock.text(number * DAY)[:10]


def _text(at: float) -> str:
    """`clock.text`, ten times as quick."""
    day, second = divmod(int(at), DAY)
    return f"{_day(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


@dataclass(frozen=True, slots=True)
class Outlet:
    """A source as far as its rows go."""

    name: str
    home: str
    host: str
    language: str
    agency: str
    weight: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What all batches share. `since`, `until`: seconds since the epoch between which the articles were first seen."""

    articles: int
    seed: int
    since: float
    until: float
    outlets: tuple[Outlet, ...]

    def times(self, first: int, rng: np.random.Generator, size: int) -> Any:
        """When the articles from number `first` on came, in order: at the busiest hour three times as many as at the
        quietest; the plan's days are whole ones."""
        even = (first + np.sort(rng.random(size)) * size) / self.articles * (self.until - self.since)
        bent = (
            DAY / (4 * np.pi) * (np.cos(2 * np.pi * (self.since + even) / DAY) - np.cos(2 * np.pi * self.since / DAY))
        )
        return self.since + even + bent


@dataclass(slots=True)
class Made:
    """A batch's rows. What refers to numbers that only the writer knows (stories, fetches, runs) is left to it."""

    first: int
    articles: list[dict[str, Any]] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)  # the batch's article that each is a copy of, or -1
    revisions: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    addresses: list[tuple[Any, ...]] = field(default_factory=list)
    search: list[tuple[Any, ...]] = field(default_factory=list)
    keys: list[list[int]] = field(default_factory=list)  # of all texts of each article, in the order in which they came
    fetches: list[tuple[Any, ...]] = field(default_factory=list)
    links: list[tuple[Any, ...]] = field(default_factory=list)


def make(plan: Plan, number: int) -> Made:
    """The batch of this number."""
    first = number * BATCH
    size = min(BATCH, plan.articles - first)
    rng = np.random.default_rng([plan.seed, number])
    weights = np.array([outlet.weight for outlet in plan.outlets])
    chosen = rng.choice(len(plan.outlets), size=size, p=weights / weights.sum())
    seen = np.sort(plan.times(first, rng, size))
    made = Made(first, origins=[-1] * size)
    bodies: list[Any] = [None] * size
    titles: list[Any] = [None] * size
    leads: list[Any] = [None] * size
    draws: list[Any] = [None] * size
    by_language: dict[str, list[int]] = {}
    for at, which in enumerate(chosen):
        by_language.setdefault(plan.outlets[which].language, []).append(at)
    for language, members in by_language.items():
        count = len(members)
        sizes = np.concatenate((texts.lengths(rng, count), rng.integers(6, 13, count), rng.integers(14, 26, count)))
        draw = texts.lexicon(language).draw(rng, sizes)
        for place, at in enumerate(members):
            draws[at] = draw
            bodies[at], titles[at], leads[at] = (draw.texts[place + part * count] for part in range(3))
            if place and rng.random() < COPIES:
                origin = members[int(rng.integers(max(0, place - 60), place))]
                if made.origins[origin] < 0 and chosen[origin] != chosen[at]:
                    made.origins[at] = origin
                    bodies[at] = bodies[origin].cut(float(rng.uniform(0.6, 1.0)), draw.size)
    for at in range(size):
        _article(made, plan.outlets[chosen[at]], at, float(seen[at]), draws[at], bodies[at], titles[at], leads[at], rng,
                 plan.outlets[chosen[made.origins[at]]] if made.origins[at] >= 0 else None, plan.until)  # fmt: skip
    _polls(made, plan, float(seen[0]) if first else plan.since, float(seen[-1]))
    made.search.sort()
    made.changes.sort()
    made.fetches.sort(key=lambda row: row[0])
    return made


def _dateline(outlet: Outlet, at: float, rng: np.random.Generator) -> Dateline | None:
    """A dateline in the form of the language's agencies."""
    when = datetime.fromtimestamp(at, UTC)
    names = texts.WORDS["places"].get(outlet.language)
    if names is None or rng.random() > DATELINES:
        return None
    places = " ".join(names.split()).split(", ")
    place = places[
        min(int(rng.zipf(1.6)) - 1, len(places) - 1) if rng.random() < 0.8 else int(rng.integers(len(places)))
    ]
    agency = outlet.agency
    if outlet.language == "zh":
        text, agency = f"新华社{place}{when.month}月{when.day}日电", "新华社"
    elif outlet.language == "ko":
        text, agency = f"({place}=연합뉴스)", "연합뉴스"
    else:
        month = texts.WORDS["months"][outlet.language].split()[when.month - 1]
        day = f"{month} {when.day}" if outlet.language == "en" else f"{when.day} {month}"
        text = f"{place}, {day}. /{agency}/." if outlet.language in ("en", "ru") else f"{place}, {day} ({agency}) -"
    return Dateline(text, place, when.date().isoformat() if outlet.language != "ko" else None, agency, len(text) + 1)


def _article(made: Made, outlet: Outlet, at: int, seen: float, draw: Any, body: Any, title: Any, lead: Any,
             rng: np.random.Generator, copied: Outlet | None, until: float) -> None:  # fmt: skip
    number = made.first + at + 1
    section = SECTIONS[min(int(rng.zipf(1.5)) - 1, len(SECTIONS) - 1)]
    now = _text(seen)
    published = seen - float(rng.lognormal(np.log(150), 1.0))
    dateline = _dateline(outlet, published, rng)
    text = (f"{dateline.text} " if dateline else "") + draw.spelled(body)
    url = f"{outlet.home.rstrip('/')}/{section.lower()}/{number + 2_000_000}"
    canonical = url if rng.random() < 0.8 else url.replace("://", "://www.", 1) if "://www." not in url else url + "/"
    by_day = rng.random() < 0.06
    instant = Instant(_text(published)[:10], "day", None, _text(published)[:10], "url") if by_day else Instant(
        _text(published), "second", "+00:00", _text(published), "json-ld")  # fmt: skip
    sketch = draw.sketch(body)
    if number % 997 == 0:
        assert sketch == fingerprint.sketch(text), f"{outlet.language}: the fast sketch of {text[:80]!r} differs"
    credit = None
    if copied is not None:
        credit = Credit(copied.agency, f"({copied.agency})", "high")
    elif dateline is not None:
        credit = Credit(dateline.agency or outlet.agency, dateline.text, "high")
    elif rng.random() < CREDITED:
        credit = Credit(outlet.agency, f"/{outlet.agency}/", "medium")
    headline = draw.headline(title)
    standfirst = draw.headline(lead) if rng.random() < 0.4 else None
    revised = rng.random() < REVISED
    steps = [1.0, *sorted(rng.uniform(0.6, 1.4, size=int(rng.integers(1, 4))))] if revised else [1.0]
    texts_ = [body.cut(step * 0.6, draw.size) for step in steps[:-1]] + [body] if revised else [body]
    moments = [seen]
    for _ in texts_[1:]:
        moments.append(moments[-1] + float(rng.lognormal(np.log(2400), 0.9)))
    kinds = ["first", *("correction" if rng.random() < CORRECTED else "withdrawal" if rng.random() < WITHDRAWN else "update" for _ in texts_[1:])]  # noqa: E501  # fmt: skip
    status = "withdrawn" if kinds[-1] == "withdrawal" else "corrected" if "correction" in kinds else "live"
    keys: list[int] = []
    for step, (words, moment, kind) in enumerate(zip(texts_, moments, kinds, strict=True), start=1):
        spelled = text if words is body else (f"{dateline.text} " if dateline else "") + draw.spelled(words)
        own = sketch if words is body else draw.sketch(words)
        label = {"update": f"UPDATE {step - 1}-", "correction": "CORRECTED-", "withdrawal": "WITHDRAWN-"}.get(kind)
        article = Article(
            source=outlet.name, key=canonical, url=url, canonical_url=canonical, title=headline, lead=standfirst,
            body=spelled, content_hash=fingerprint.content_hash(headline, standfirst, spelled), extractor=EXTRACTOR,
            authors=(draw.headline(texts.Text(title.at[:2])).title(),) if number % 3 == 0 else (), section=section,
            tags=(section.lower(), str(draw.pieces[title.at[-1] % draw.size]).strip()), language=outlet.language,
            published=instant, modified=Instant(_text(moment), "second", "+00:00", _text(moment), "json-ld"),
            dateline=dateline, credit=credit, access="open", label=label, word_count=len(words.at), sketch=own,
            image_url=f"{outlet.home.rstrip('/')}/img/{number}.jpg" if number % 2 else None,
            fetched_at=_text(moment), announced=(Announcement(kind, label),) if label else (),  # type: ignore[arg-type]
        )  # fmt: skip
        made.revisions.append((number, step, kind, *articles.text_columns(article).values(), _text(moment), EXTRACTOR,
                               articles.text_hash(article, number, step, kind)))  # fmt: skip
        made.changes.append((_text(moment), kind, number, step))
        union = sorted({*keys, *own})
        keys = union if len(union) <= sketches.MOST_REVISED else list(own)
    data = {"source": outlet.name, "key": canonical, **articles.columns(article)}
    second = max(0, int(min(clock.epoch(instant.at) or seen, seen + DAY)))
    search_id = (second << 20) | (number & ((1 << 20) - 1))
    looks: list[tuple[float, str, int | None]] = [
        (moment, "revised" if step else "new" if copied is None else "copy", step + 1)
        for step, moment in enumerate(moments)
    ]
    looks.append(
        (moments[-1] + 900 + float(rng.uniform(0, 300)), "not_modified" if rng.random() < 0.5 else "unchanged", None)
    )
    checked = min(until, looks[-1][0])
    made.articles.append({"id": number, **data, "status": status, "revision": len(moments), "first_seen_at": now,
                          "last_checked_at": _text(checked), "search_id": search_id, "sketch": sketches.pack(keys),
                          "row_hash": clean.row_hash(data[name] for name in articles.HASHED)})  # fmt: skip
    made.keys.append(keys)
    for address in dict.fromkeys((url, canonical)):
        made.addresses.append((outlet.name, address, number, now, int(address != url)))
    indexed = str if draw.as_it_is else tokens.for_index
    made.search.append((search_id, *(indexed(part or "") for part in (headline, standfirst, article.body))))
    size = 20_000 + len(text.encode()) * 3
    for moment, outcome, revision in looks:
        if moment <= until:
            made.fetches.append(_fetch(outlet, url, "article", moment, outcome, number, revision, rng,
                                       0 if outcome == "not_modified" else size))  # fmt: skip
    if number % 50 == 0:
        outcome = ("rejected", "failed", "gone", "blocked")[number // 50 % 4]
        made.fetches.append(_fetch(outlet, f"{url}?missing", "article", seen, outcome, None, None, rng, 5_000))
    young = until - seen < 3 * DAY
    witness = clean.dumps(
        {"url": url, "kind": "article", "via": "feed", "title": headline, "language": outlet.language}
    )
    state, due = ("pending", until + float(rng.uniform(0, DAY))) if young else ("done", None)
    made.links.append(
        (
            outlet.name,
            url,
            "article",
            outlet.host,
            witness,
            seen - 5,
            state,
            3,
            published,
            due,
            2,
            checked,
            looks[-1][1],
        )
    )


def _fetch(outlet: Outlet, url: str, kind: str, at: float, outcome: str, article: int | None, revision: int | None,
           rng: np.random.Generator, size: int) -> tuple[Any, ...]:  # fmt: skip
    """A row of `fetch` without its numbers, its moment and outlet before it."""
    ms = int(rng.lognormal(np.log(400), 0.8))
    status = {"not_modified": 304, "gone": 404, "failed": 503, "blocked": None}.get(outcome, 200)
    reason = {"rejected": "soft_404", "failed": "http_503", "blocked": "robots"}.get(outcome)
    return (at, outlet.name, url, kind, _text(at), _text(at + ms / 1000), status, 0 if status is None else 1,
            clean.dumps([url]), outcome, reason, None, ms, size, article, revision)  # fmt: skip


def _polls(made: Made, plan: Plan, since: float, until: float) -> None:
    """A poll of each source's feed every twenty minutes."""
    rng = np.random.default_rng([plan.seed, 1, made.first])
    for place, outlet in enumerate(plan.outlets):
        step = 1200.0
        at = since - since % step + step * place / len(plan.outlets)
        while at < until:
            if at >= since:
                outcome = "failed" if rng.random() < 0.01 else "listed" if rng.random() < 0.4 else "not_modified"
                made.fetches.append(_fetch(outlet, f"{outlet.home.rstrip('/')}/rss.xml", "feed", at, outcome, None, None, rng,
                                           12_000 if outcome == "listed" else 0))  # fmt: skip
            at += step
