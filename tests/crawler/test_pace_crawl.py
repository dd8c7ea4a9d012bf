"""Whole crawls: what an endpoint's polls teach is kept in its row, and a feed that turned over says so. The stories are 404."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from crawler.politeness import rhythm
from crawler.polls import TURNED_OVER
from crawler.source import Endpoint, Politeness
from tests.crawler.small_site import SmallSite, crawls

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawler.small_site import Crawls

pytestmark = pytest.mark.usefixtures("reactor")


def feed(numbers: range, *, every: float, until: float) -> str:
    """Entries a time apart, the last of them at `until`."""
    items = "".join(
        f"<item><link>/story/{n}</link><title>Story {n}</title>"
        f"<pubDate>{formatdate(until - every * (numbers.stop - 1 - n), usegmt=True)}</pubDate></item>"
        for n in reversed(numbers)
    )
    return f'<rss version="2.0"><channel>{items}</channel></rss>'


def listing(numbers: range) -> str:
    return "".join(f'<h3><a href="/story/{n}">Story {n}</a></h3>' for n in numbers)


def row(crawl: Crawls, path: str) -> tuple[rhythm.Rhythm, float]:
    """An endpoint's rhythm, and when it is due."""
    found: list[tuple[Any, ...]] = crawl.rows(
        f"SELECT rhythm, due FROM link WHERE kind <> 'article' AND url LIKE '%{path}'"
    )
    assert len(found) == 1, found
    return rhythm.read(found[0][0]), found[0][1]


def details(crawl: Crawls, kind: str) -> list[str]:
    return [detail for (detail,) in crawl.rows(f"SELECT reason FROM link WHERE kind = '{kind}'")]


async def test_the_first_poll_of_a_feed_with_times_sets_its_pace_and_the_next_adds_to_it(tmp_path: Path) -> None:
    now = time.time()
    site = SmallSite()
    site.answers["/busy.xml"] = feed(range(30), every=120.0, until=now - 10)
    site.answers["/slow.xml"] = feed(range(30, 34), every=80_000.0, until=now - 10)
    async with crawls(tmp_path, site, Endpoint("/busy.xml", "feed"), Endpoint("/slow.xml", "feed")) as crawl:
        await crawl.live()
        busy, due = row(crawl, "busy.xml")
        assert (busy.holds, busy.turned) == (30, False)
        assert 50 < due - (busy.at or 0) < 200
        slow, slow_due = row(crawl, "slow.xml")
        assert slow_due - (slow.at or 0) > 1000
        crawl.ahead = 210.0
        site.answers["/busy.xml"] = feed(range(4, 34), every=50.0, until=now + 190)
        await crawl.live()
        again, _ = row(crawl, "busy.xml")
        assert sum(again.counts) == pytest.approx(sum(busy.counts) + 4, abs=0.1)
        assert again.share < 1.0, "the slow feed had all four before"
        assert crawl.rows("SELECT count(*) FROM fetches WHERE kind = 'feed'") == [(3,)], "the slow one was not due"


async def test_a_page_whose_oldest_link_is_new_has_turned_over_says_so_and_is_polled_sooner(tmp_path: Path) -> None:
    site = SmallSite()
    site.answers["/news"] = listing(range(20))
    async with crawls(tmp_path, site, Endpoint("/news", "listing", article=("h3",), interval=600)) as crawl:
        await crawl.live()
        _, first = row(crawl, "/news")
        assert not any(TURNED_OVER in detail for detail in details(crawl, "listing")), "all is new at a first poll"
        crawl.ahead = 700.0
        site.answers["/news"] = listing(range(25, 45))
        await crawl.live()
        (said,) = details(crawl, "listing")
        assert said == f"listed: 20 entries, 20 links; {TURNED_OVER}"
        state, due = row(crawl, "/news")
        assert state.turned
        assert due - (state.at or 0) < 0.6 * 700
        crawl.ahead = 1200.0
        site.answers["/news"] = listing(range(28, 48))
        await crawl.live()
        (said,) = details(crawl, "listing")
        assert TURNED_OVER not in said
        assert first < due


async def test_a_hosts_hourly_budget_ends_a_pass_and_the_next_hour_goes_on(tmp_path: Path) -> None:
    site = SmallSite()
    site.answers["/news"] = listing(range(30))
    endpoint = Endpoint("/news", "listing", article=("h3",))
    async with crawls(tmp_path, site, endpoint, politeness=Politeness(delay=0.0, hourly=12)) as crawl:
        report = await crawl.live()
        assert len(crawl.server.asked) == 12
        assert report.waits_until is not None
        assert 3000 < report.waits_until - time.time() <= 3660
        crawl.ahead = 3700.0
        await crawl.live()
        assert len(crawl.server.asked) == 24
