"""The made-up articles that `storage.py` has stored: `million_texts.py`'s texts as the extractor would hand them over.

A tenth are copies of another source's article of the last hours, a twentieth come again with changed words, 45 % have a
dateline where their language's agencies write one; they come in the order in which they were fetched, some minutes after
their publication.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import million_batch as batches
from bench import million_texts as texts
from pipelines import fingerprint
from storage import clock
from storage.models import Article, Credit, Instant

if TYPE_CHECKING:
    from collections.abc import Sequence

APART = 7.8
"""Seconds between two articles: 11,111 a day, as in `million.py`."""


def fetched(
    count: int, outlets: Sequence[batches.Outlet], *, until: float, seed: int = 1, first: int = 0
) -> list[Article]:
    """`count` fetched articles, the last of them at `until`. `first`: the number of the first, by which its address is known.
    A revised one comes again within the hundred that follow it, under its own address."""
    rng = np.random.default_rng([seed, first, count])
    weights = np.array([outlet.weight for outlet in outlets])
    chosen = [outlets[which] for which in rng.choice(len(outlets), size=count, p=weights / weights.sum())]
    members: defaultdict[str, list[int]] = defaultdict(list)
    for at, outlet in enumerate(chosen):
        members[outlet.language].append(at)
    found: list[tuple[float, Article]] = []
    for language, places in members.items():
        size = len(places)
        lengths = np.concatenate((texts.lengths(rng, size), rng.integers(6, 13, size), rng.integers(14, 26, size)))
        draw = texts.lexicon(language).draw(rng, lengths)
        for place, at in enumerate(places):
            body, copied = draw.texts[place], None
            if place and rng.random() < batches.COPIES:
                origin = int(rng.integers(max(0, place - 60), place))
                if chosen[places[origin]] != chosen[at]:
                    body = draw.texts[origin].cut(float(rng.uniform(0.6, 1.0)), draw.size)
                    copied = chosen[places[origin]]
            title, lead = draw.texts[place + size], draw.texts[place + 2 * size]
            moment = until - APART * (count - 1 - at)
            number = first + at
            one = _article(chosen[at], number, moment, draw, body, title, lead, rng, copied)
            if copied is None and rng.random() < batches.REVISED:
                shorter = body.cut(float(rng.uniform(0.4, 0.8)), draw.size)
                found.append((at, _article(chosen[at], number, moment, draw, shorter, title, lead, rng, None)))
                found.append((at + float(rng.uniform(20, 100)), one))
            else:
                found.append((at, one))
    return [article for _, article in sorted(found, key=lambda each: each[0])][:count]


def _article(outlet: batches.Outlet, number: int, seen: float, draw: Any, body: Any, title: Any, lead: Any,
             rng: np.random.Generator, copied: batches.Outlet | None) -> Article:  # fmt: skip
    published = seen - float(rng.lognormal(np.log(150), 1.0))
    dateline = batches._dateline(outlet, published, rng)
    text = (f"{dateline.text} " if dateline else "") + draw.spelled(body)
    section = batches.SECTIONS[min(int(rng.zipf(1.5)) - 1, len(batches.SECTIONS) - 1)]
    url = f"{outlet.home.rstrip('/')}/{section.lower()}/{number + 2_000_000}"
    credit = None
    if copied is not None:
        credit = Credit(copied.agency, f"({copied.agency})", "high")
    elif dateline is not None:
        credit = Credit(dateline.agency or outlet.agency, dateline.text, "high")
    headline = draw.headline(title)
    standfirst = draw.headline(lead) if number % 5 < 2 else None
    at = clock.text(published)
    return Article(
        source=outlet.name, key=url, url=url, canonical_url=url if number % 5 else f"{url}/", title=headline,
        lead=standfirst, body=text, content_hash=fingerprint.content_hash(headline, standfirst, text),
        extractor=batches.EXTRACTOR, authors=(draw.headline(texts.Text(title.at[:2])).title(),) if number % 3 == 0 else (),
        section=section, tags=(section.lower(), str(draw.pieces[title.at[-1] % draw.size]).strip()),
        language=outlet.language, published=Instant(at, "second", "+00:00", at, "json-ld"),
        modified=Instant(clock.text(seen), "second", "+00:00", clock.text(seen), "json-ld"), dateline=dateline,
        credit=credit, access="open", word_count=len(body.at), sketch=draw.sketch(body),
        image_url=f"{outlet.home.rstrip('/')}/img/{number}.jpg" if number % 2 else None,
    )  # fmt: skip
