"""A story: who can be said to have told it first, and what is said where nobody can."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from storage.models import Decision, Instant
from storage.reader import Reader
from storage.web.canned import queries
from storage.web.front import Filters, wire
from storage.web.story import story, tellings
from tests.storage.harness import NOON, Crawl, article, instant

if TYPE_CHECKING:
    from storage.web.site import Site

# First seen at 22:13:20 on 14 November 2023, `seen` hours later.
TOLD: dict[str, tuple[Instant | None, float]] = {
    "day": (instant("2023-11-15", "day"), 26),
    "late": (instant("2023-11-15T18:00:00Z"), 21),
    "in the same minute": (instant("2023-11-15T08:00:20Z"), 21),
    "early": (instant("2023-11-15T08:00:00Z", "minute"), 21),
    "undated": (None, 14),
    "seen in the morning of its day": (instant("2023-11-15", "day"), 9.5),
    "of the future": (instant("2023-11-16T12:00:00Z"), 9),
    "day before": (instant("2023-11-14", "day"), 21),
}
ORDER = [
    "day before", "of the future", "seen in the morning of its day", "in the same minute", "early", "undated", "late", "day",
]  # fmt: skip


def tell(crawl: Crawl, told: dict[str, tuple[Instant | None, float]]) -> None:
    """One story, each telling of a source of its own, with its time and the hours after which it is first seen."""
    for place, (name, (published, hours)) in enumerate(told.items()):
        crawl.now = NOON + hours * 3600
        found = replace(article(name, text=f"Text {name}.", published=published), source=name)
        crawl.save(found, Decision("new" if not place else "copy", None, 0, "first", story_id=1 if place else None))


def test_all_that_tells_who_was_first_tells_the_same(crawl: Crawl) -> None:
    tell(crawl, TOLD)
    with Reader(crawl.path) as reader:
        own = reader.tellers(1)
        copies = reader.db.conn.execute(queries()["copies"]["sql"], {"story": 1}).fetchall()
        found = reader.story(1)
        assert found is not None
        assert [row["source"] for row in own] == ORDER
        assert [telling.source for telling in tellings(reader, 1)] == ORDER
        assert [row["source"] for row in reader.copies(own[0]["id"])] == ORDER[1:]
        assert [row[3] for row in copies] == ORDER
        assert {found["first_source"], *(item.first_source for item in wire(reader, Filters()).items)} == {ORDER[0]}
        assert {found["first_article_id"], found["origin_article_id"]} == {own[0]["id"]}


@pytest.mark.parametrize(
    ("told", "sentence", "standings"),
    [
        ({"alpha": "02:08:00", "beta": "02:20:30"}, "alpha was first, 12 min before beta.", "first later"),
        ({"alpha": "02:08", "beta": "02:20:30"}, "alpha was first, 12 min before beta.", "first later"),
        (
            {"alpha": "02:08", "beta": "02:08:20"},
            "beta and alpha were first, within the same minute.",
            "first together",
        ),
        ({"alpha": "02:08:20", "beta": "02:08:20"}, "alpha and beta were first, in the same second.", "first together"),
        ({"alpha": "02:08:20", "beta": "02:08:21"}, "alpha was first, 1 s before beta.", "first later"),
        (
            {"alpha": "02:08:00", "beta": "02:09:00", "gamma": "day"},
            "alpha was first, 1 min before beta, as far as can be said: not all of them bear a time that tells.",
            "first later unknown",
        ),
        ({"alpha": "02:08:00", "beta": "day after"}, "alpha was first.", "first later"),
        ({"alpha": "day before", "beta": "02:08:00"}, "alpha was first.", "first later"),
    ],
)
async def test_no_more_is_said_than_the_times_say(
    crawl: Crawl, site: Site, told: dict[str, str], sentence: str, standings: str
) -> None:
    days = {"day": "2023-11-14", "day after": "2023-11-15", "day before": "2023-11-13"}
    times: dict[str, tuple[Instant | None, float]] = {}
    for name, at in told.items():
        minute = len(at) == len("02:08")
        exact = instant(f"2023-11-14T{at}{':00' if minute else ''}Z", "minute" if minute else "second")
        times[name] = (instant(days[at], "day") if at in days else exact, 0 if at != "day after" else 48)
    tell(crawl, times)

    page = (await site.client.get("/story/1")).text

    assert sentence in " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
    assert ('<span class="tag first">' in page) is ("together" not in standings)
    with Reader(crawl.path) as reader:
        found = story(reader, 1)
        assert found is not None
        assert " ".join(telling.standing for telling in found.tellings) == standings
        firsts = {item.first_source for item in wire(reader, Filters()).items}
        assert firsts == ({None} if "together" in standings else {"alpha"})
