"""A database in which every field is a script: all payloads as titles, leads, bodies, names, addresses, reasons."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from storage.health import Standing
from storage.models import Announcement, Credit, Dateline, Decision, Ending, Outcome
from tests.web.newsroom import HOUR, Newsroom, instant, page, written
from tests.web.payloads import payloads

if TYPE_CHECKING:
    from pathlib import Path

    from storage.models import Article, RevisionKind
    from tests.web.payloads import Payload

SOURCE: Final = "hostile-en"
_CONTROL = re.compile("[\x00-\x20\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_KINDS: Final[tuple[RevisionKind, ...]] = ("update", "correction", "refile", "repeat")
_STATES: Final = ("quiet", "blocked", "layout_changed", "failing")


@dataclass(frozen=True, slots=True)
class Hostile:
    """Where the database is; `every`: the article with all payloads in its body, in two versions; `story`: the one that
    all articles tell; `first`: the number of the first payload's own article, from which the others count on."""

    path: Path
    every: int
    story: int
    first: int


def make(path: Path, now: float) -> Hostile:
    """Write the database, as of `now` (epoch seconds)."""
    shelf = payloads()
    with Newsroom(path, now=now) as room:
        versions = _every(shelf, now)
        (every,) = room.save([(versions[0], Decision("new", None, 0, "first"))], at=now - HOUR)
        room.save([(versions[1], Decision("revised", every, 1, "correction", "corrected"))], at=now - HOUR + 1)
        story = 1
        copy = Decision("copy", None, 0, "first", story_id=story)
        numbers = room.save([(_single(shelf, place, now), copy) for place in range(len(shelf))], at=now - HOUR + 2)
        assert numbers == list(range(numbers[0], numbers[0] + len(shelf)))
        texts = [_single(shelf, place, now) for place in range(0, len(shelf), 6)]
        changed = [replace(text, content_hash=f"{number:064x}", lead=text.title) for number, text in enumerate(texts)]
        kinds = itertools.cycle(_KINDS)
        later = [
            (text, Decision("revised", number, 1, kind, "corrected" if kind == "correction" else "live"))
            for text, number, kind in zip(changed, numbers[::6], kinds, strict=False)
        ]
        room.save(later, at=now - HOUR + 3)
        _reasons(room, shelf, now)
        _by_others(room, shelf, numbers[0])
    return Hostile(path, every, story, numbers[0])


def _every(shelf: list[Payload], now: float) -> tuple[Article, Article]:
    """All payloads in one text, which has them in another order in its second version."""
    texts = [payload.text for payload in shelf]
    at = now - 2 * HOUR
    one = written(
        SOURCE, "every", texts[0], "\n\n".join(texts), at=at, language="en", tags=tuple(texts), authors=tuple(texts)
    )
    turned = [f"{new} {old}" for new, old in zip(reversed(texts), texts, strict=True)]
    said = tuple(Announcement("correction", text) for text in texts[:40])
    title = " ".join(texts[:5])
    other = written(
        SOURCE, "every", title, "\n\n".join(turned), at=at, language="en", lead=" ".join(texts), subheads=tuple(turned[:50]),
        label=texts[28], marker="correction", announced=said, section=texts[30], tail=" ".join(texts),
        authors=tuple(texts), tags=tuple(texts),
    )  # fmt: skip
    return one, other


def _single(shelf: list[Payload], place: int, now: float) -> Article:
    """The article that has one payload in every field of its own; its lead and credit have the next ones."""
    text, later = shelf[place].text, shelf[(place + 7) % len(shelf)].text
    address = f"https://hostile.test/{place}/{_CONTROL.sub('', text)}"
    body = f"{text}\n\n{later}\n\n{text} {later}"
    return replace(
        written(SOURCE, str(place), text, body, at=now - HOUR - place, lead=later, language="en"),
        url=address,
        canonical_url=f"{address}#canonical",
        authors=(text, later),
        section=text,
        tags=(text, later),
        subheads=(later,),
        published=replace(instant(now - HOUR - place), raw=text, origin=later),
        agency_id=text,
        dateline=Dateline(text, text, "2026-11-25", later, len(text)),
        credit=Credit(text, later, "high"),
        image_url=f"{address}.jpg",
        image_caption=text,
        image_credit=later,
        label=text,
        tail=later,
        sketch=(),
    )  # fmt: skip


def _reasons(room: Newsroom, shelf: list[Payload], now: float) -> None:
    """Details of fetches, the words of sources' health, names of sources, reasons of runs."""
    run = room.run(SOURCE, now - HOUR)
    for place, payload in enumerate(shelf):
        record = f"warc:{payload.text}#{place}"
        number = room.store.begin_record(run, SOURCE, page(SOURCE, f"f{place}"), record, now - 900).result()
        assert number is not None
        name = ("failed", "rejected", "blocked")[place % 3]
        room.store.end(Ending(number, Outcome(f"{name}:{payload.text}", payload.text), now - 800, urls=(payload.text,)))
    for place, payload in enumerate(shelf[:: len(shelf) // 30]):
        url, outcome = page(SOURCE, f"given-up-{place}"), f"failed:{payload.text}"
        room.fetch(SOURCE, url, outcome, at=now - 780 + place, detail=payload.text, quarantine=True)
    for place in range(0, len(shelf), 20):
        source, why = f"trap-{place:03}", " ".join(payload.text for payload in shelf[place : place + 20])
        room.run(source, now - 700)
        room.judge(source, Standing(_STATES[place // 20 % 4], why, now - 800, now - 700))
        room.finish(source, now - 600, shelf[place].text)
    for payload in shelf[::25]:
        room.store.begin_run(payload.text, now - 500).result()
        room.judge(payload.text, Standing("failing", payload.text, now - 800, now - 700))


def _by_others(room: Newsroom, shelf: list[Payload], first: int) -> None:
    """What the store itself refuses, and a file that somebody else made may hold all the same: addresses that are none of
    the web's, a language that is none."""
    rows = [
        (payload.text, payload.text, payload.text, first + place)
        for place, payload in enumerate(shelf)
        if payload.kind == "address"
    ]
    other = [(payload.text, first + place) for place, payload in enumerate(shelf) if payload.kind == "breaks out"]

    def write(db: object) -> None:
        conn = db.conn  # type: ignore[attr-defined]
        conn.executemany("UPDATE article SET url = ?, canonical_url = ?, image_url = ? WHERE id = ?", rows)
        conn.executemany("UPDATE article SET language = ? WHERE id = ?", other)

    room.store.writer.submit(write).result()
