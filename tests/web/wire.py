"""The database of the tests of the site: a day of the wire in nine languages, with everything that may happen to a story."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipelines import fingerprint
from storage.health import Standing
from storage.models import Announcement, Credit, Dateline, Decision
from tests.web.newsroom import HOUR, Newsroom, instant, page, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.models import Article

STORIES: Final = tomllib.loads((Path(__file__).parent / "stories.toml").read_text(encoding="utf-8"))["story"]
SCRIPTS: Final = {
    "en": "ferries",
    "ru": "обсерватории",
    "ar": "المزارعين",
    "zh": "高铁",
    "ja": "図書",
    "ko": "여객",
    "th": "โคม",
    "he": "הספרייה",
    "hi": "विद्यालय",
}
"""Language -> a word that is in one story of it alone; two characters of those that write no blanks, and of Korean."""
UNBROKEN: Final = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüsselverwahrungsvorschrift" * 4
MANY_REVISIONS, MANY_COPIES, LONG_BODY = 300, 200, 20_000
STATES: Final = {
    "mercury-en": ("ok", None),
    "tidende-en": ("quiet", "no new article for 9 hours; its longest silence at this time of day was 3 hours"),
    "fjord-post": ("blocked", "11 of the last 12 pages were answered with 403; the first at 02:10"),
    "vestnik-ru": ("layout_changed", "the body was found in 0 of 8 pages, before that in 40 of 40"),
    "galil-he": ("failing", "https://galil-he.test/feed.xml: 6 polls in a row without an answer (timeout)"),
}
OUTCOMES: Final = (
    ("unchanged", 200, None),
    ("not_modified", 304, None),
    ("alias", 200, "an address of article 3"),
    ("gone", 410, "410 Gone"),
    ("rejected:no_text", 200, "a page without a story"),
    ("rejected:consent_wall", 200, None),
    ("blocked:robots", None, "robots.txt of mercury-en.test: Disallow: /private"),
    ("blocked:guard", None, "10.0.0.7 is a private address"),
    ("failed:timeout", None, "no answer within 30 s"),
    ("failed:dns", None, "no such host"),
    ("failed:http_500", 500, "Internal Server Error"),
)


@dataclass(slots=True)
class Wire:
    """Where the database is, and the numbers of what is in it: name of the story -> article."""

    path: Path
    now: float
    articles: dict[str, int] = field(default_factory=dict)
    story: int = 0
    """The story with four copies; its first teller is `articles["glacier"]`."""
    long_story: int = 0


def told(story: dict[str, Any], now: float, **other: Any) -> Article:
    """The article of one entry of `stories.toml`; `other`: of its copy."""
    entry = story | other
    at = now - entry["hours"] * HOUR
    body, place = entry["body"].strip(), entry.get("place")
    agency = "Mercury" if "(Mercury)" in body else None
    length = body.find(" - ") + 3 if " - " in body[:80] else 0
    dateline = Dateline(body[:length].strip(), place, None, agency, length) if place and length else None
    if place and not length:
        dateline = Dateline(body[: len(place) + 2], place, None, None, len(place) + 2)
    credit = other.get("credit")
    return written(
        entry["source"],
        entry["name"],
        entry["title"],
        body,
        at=at,
        lead=entry.get("lead"),
        language=entry["language"],
        section=entry.get("section"),
        authors=tuple(entry.get("authors", ())),
        tags=tuple(entry.get("tags", ())),
        form=entry.get("form", "article"),
        rights=entry.get("rights", "open"),
        access=entry.get("access", "open"),
        published=instant(at, entry.get("precision", "second")),
        dateline=dateline,
        credit=Credit(credit, f"({credit})", "high") if credit else None,
        image_url=page(entry["source"], f"{entry['name']}.jpg") if entry["name"] == "tide" else None,
        image_caption="The lower quay under water" if entry["name"] == "tide" else None,
        image_credit="Per Aske/Mercury" if entry["name"] == "tide" else None,
    )


Step = tuple[float, "Callable[[Newsroom, Wire], None]"]
"""When something happens, and what: everything is done in its order, since a host's turns follow the clock."""


def make(path: Path, now: float) -> Wire:
    """Write the database, as of `now` (epoch seconds)."""
    wire = Wire(path, now)
    steps = [*_polls(now), *_stories(now), *_changes(now), *_odd(now), *_fetches(now)]
    with Newsroom(path, now=now - 50 * HOUR) as room:
        for _, step in sorted(steps, key=lambda step: step[0]):
            step(room, wire)
        room.run("islands-en", now - 30)
        for source, (state, why) in STATES.items():
            room.judge(source, Standing(state, why, now - 9 * HOUR, now - 0.1 * HOUR))
        wire.story = _story_of(room, wire.articles["glacier"])
        wire.long_story = _story_of(room, wire.articles["lamp"])
        for source in sorted(room.open - {"mercury-en"}):
            room.finish(source, now - 10, "interrupted" if source == "galil-he" else "finished")
    return wire


def _story_of(room: Newsroom, article: int) -> int:
    query = "SELECT story_id FROM article WHERE id = ?"
    return int(room.store.writer.submit(lambda db: db.conn.execute(query, (article,)).fetchone()[0]).result())


def _published(article: Article, at: float, *, live: bool = False) -> Step:
    name = article.key.removeprefix("id:")

    def publish(room: Newsroom, wire: Wire) -> None:
        wire.articles.setdefault(name, room.publish(article, at=at, live=live))

    return at, publish


def _polls(now: float) -> Iterator[Step]:
    for source in sorted({story["source"] for story in STORIES} | {"tidende-en"}):
        feed, at = f"https://{source}.test/feed.xml", now - 40 * HOUR

        def poll(room: Newsroom, _: Wire, source: str = source, feed: str = feed, at: float = at) -> None:
            room.fetch(source, feed, "listed", at=at, kind="feed", due=now + HOUR)

        yield at, poll


def _stories(now: float) -> Iterator[Step]:
    for story in STORIES:
        for other in ({}, *story.get("copy", ())):
            yield _published(told(story, now, **other), now - (story | other)["hours"] * HOUR + 95, live=True)


def _changes(now: float) -> Iterator[Step]:
    """The bridge's second and third version, and a story that is taken back."""
    first = told(next(story for story in STORIES if story["name"] == "bridge"), now)
    second = revised(
        first,
        "Council puts the price of the Alder bridge at 13.5 million",
        first.body.replace("12 million", "13.5 million") + "\n\nThe quarry at Norra will deliver the stone.",
        Announcement("update", "UPDATE 1-"),
        at=now - 4 * HOUR,
    )
    yield _published(second, now - 4 * HOUR)
    mended = second.body.replace("Grete Holm", "Greta Holm").replace("fourteen", "sixteen")
    third = revised(second, second.title, mended, Announcement("correction", "CORRECTED-"), at=now - 3 * HOUR)
    yield _published(third, now - 3 * HOUR)
    body = "ALDER, (Mercury) - The mill at Alder has been sold to a brewer from the coast, its owner said on Monday."
    sold = written("mercury-en", "mill", "Mill at Alder sold to a brewer", body, at=now - 12 * HOUR, language="en")
    yield _published(sold, now - 12 * HOUR + 60, live=True)
    note = (
        "The story about the mill at Alder is withdrawn. The sale has not taken place. No substitute story will follow."
    )
    kill = Announcement("withdrawal", "STORY WITHDRAWN")
    yield _published(revised(sold, f"STORY WITHDRAWN: {sold.title}", note, kill, at=now - 11 * HOUR), now - 11 * HOUR)


def revised(article: Article, title: str, body: str, said: Announcement, *, at: float) -> Article:
    """The next text of an article, with the mark that says what it is."""
    return replace(
        article,
        title=title,
        body=body,
        content_hash=fingerprint.content_hash(title, article.lead, body),
        sketch=fingerprint.sketch(body),
        word_count=len(fingerprint.words(body)),
        modified=instant(at),
        label=said.words,
        marker=said.kind,
        announced=(said,),
    )


def _odd(now: float) -> Iterator[Step]:
    """What stretches a page: length, number, and nothing at all."""
    unbroken = written(
        "fjord-post", "unbroken", UNBROKEN, f"{UNBROKEN}\n\nShort.", at=now - 13 * HOUR, language="de", lead="",
        tags=(UNBROKEN,), authors=(UNBROKEN,), section=UNBROKEN,
    )  # fmt: skip
    yield _published(unbroken, now - 13 * HOUR + 5)
    words = " ".join(f"word{number}" + (".\n\n" if number % 90 == 89 else "") for number in range(LONG_BODY))
    title = "The whole of the harbour's book of rules"
    yield _published(
        written("fjord-post", "long", title, words, at=now - 14 * HOUR, language="en"), now - 14 * HOUR + 5
    )
    yield now - 20 * HOUR, _boats
    yield now - 15 * HOUR, _lamps


def _boats(room: Newsroom, wire: Wire) -> None:
    at = wire.now - 20 * HOUR
    texts = [
        written(
            "fjord-post",
            "score",
            f"Regatta at Fjordby: {number} boats home",
            f"FJORDBY - {number} boats are home.\n\nMore wait.",
            at=at,
            language="en",
        )
        for number in range(MANY_REVISIONS)
    ]
    (article,) = room.save([(texts[0], Decision("new", None, 0, "first"))], at=at)
    later = [Decision("revised", article, number, "update") for number in range(1, MANY_REVISIONS)]
    room.save(list(zip(texts[1:], later, strict=True)), at=at + 600)
    wire.articles["score"] = article


def _lamps(room: Newsroom, wire: Wire) -> None:
    at = wire.now - 15 * HOUR
    body = "CAPE HOLM - The lamp of Cape Holm was lit again after forty dark years, and the village danced on the rocks below."
    texts = [
        written(
            f"paper-{number % 40:02}",
            f"lamp-{number}",
            f"Lamp of Cape Holm lit again ({number})",
            body,
            at=at - HOUR + number,
            language="en",
        )
        for number in range(MANY_COPIES + 1)
    ]
    (first,) = room.save([(texts[0], Decision("new", None, 0, "first"))], at=at)
    copy = Decision("copy", None, 0, "first", story_id=_story_of(room, first))
    room.save([(text, copy) for text in texts[1:]], at=at + 60)
    wire.articles["lamp"] = first


def _fetches(now: float) -> Iterator[Step]:
    """One fetch of each outcome that brings no text; one whose process died, and one that is under way."""

    def fetches(room: Newsroom, _: Wire) -> None:
        room.frontier.reclaim(now - 800).result()
        for place, (outcome, status, detail) in enumerate(OUTCOMES):
            url = page("mercury-en", f"odd-{place}")
            sent = () if outcome.startswith("blocked") else (url,)
            room.fetch("mercury-en", url, outcome, at=now - 60 + place, status=status, detail=detail, urls=sent)
        room.lease("galil-he", page("galil-he", "at-it"), at=now - 20)

    def dies(room: Newsroom, _: Wire) -> None:
        room.lease("tidende-en", page("tidende-en", "died"), at=now - 1500)

    yield now - 1500, dies
    yield now - 60, fetches
