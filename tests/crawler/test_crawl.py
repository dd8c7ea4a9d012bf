"""Whole crawls in this process, with a clock of their own: what is asked again, how, and what a robots.txt stops."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import robots_asked
from crawler.backfilling import Span
from crawler.config import Config
from crawler.demo.faults import Fault
from crawler.demo.server import DemoServer
from crawler.demo.site import Site
from crawler.passes import Report, crawl, exit_status, run_pass
from crawler.politeness.pace import ASLEEP
from crawler.progress import Silent
from crawler.source import Source
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings
from storage.errors import Busy
from storage.frontier import Frontier
from storage.reader import Reader
from storage.store import Store

pytestmark = pytest.mark.usefixtures("reactor", "shared_workers")


class Crawler:
    """Passes over a demo server, `ahead` seconds in the future, into one database."""

    def __init__(self, server: DemoServer, database: Path) -> None:
        self.server = server
        self.config = replace(
            Config(database=database), contact="a@agency.test", first_poll=0, delay_floor=0.0, workers=1
        )
        self.sources: dict[str, Source] = {
            name: replace(source, endpoints=tuple(replace(e, interval=300) for e in source.endpoints))
            for name, source in server.sources().items()
        }
        self.ahead = 0.0
        self.more: dict[str, Any] = {}  # settings

    def recheck(self, *ages: int) -> None:
        self.sources = {
            name: replace(source, profile=replace(source.profile, recheck=ages))
            for name, source in self.sources.items()
        }

    async def run(self, *more_hosts: str) -> list[Report]:
        opened = self.server.exceptions(*more_hosts)
        clock = lambda: time.time() + self.ahead  # noqa: E731
        settings = crawl_settings(self.config, quiet=True) | {"LOG_ENABLED": False} | self.more
        start = Start(self.config, self.sources, settings, Silent(), opened, clock)
        async with at_work(start, asyncio.Event()) as (session, runner):
            return await run_pass(session, self.sources.values(), runner)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with Reader(self.config.database) as reader:
            return reader.db.conn.execute(query).fetchall()

    def unexplained(self) -> dict[str, int]:
        told: Counter[str] = Counter()
        for (urls,) in self.rows("SELECT urls FROM fetches WHERE urls IS NOT NULL"):
            told.update(json.loads(urls))
        told.subtract(Counter(request.url for request in self.server.log))
        return {url: n for url, n in told.items() if n}


async def test_past_their_intervals_endpoints_are_asked_conditionally_and_nothing_unchanged_makes_a_revision(
    tmp_path: Path,
) -> None:
    async with DemoServer(Site()) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        crawler.recheck(900, 3600)
        await crawler.run()
        failed = crawler.rows("SELECT url, reason FROM fetches WHERE outcome = 'failed'")
        assert not failed, "each would be asked again, and be new then"
        texts = crawler.rows("SELECT count(*) FROM revisions")
        before = len(server.log)
        await crawler.run()
        assert len(server.log) == before
        crawler.ahead = ASLEEP + 1000.0
        await crawler.run()
        later = list(server.log)[before:]
        endpoints = {e.url for source in crawler.sources.values() for e in source.endpoints if e.role == "live"}
        asked = [request for request in later if request.url in endpoints]
        assert {request.url for request in asked} == endpoints
        assert all(request.conditional and request.status == 304 for request in asked)
        again = [request for request in later if request.url not in endpoints]
        assert len(again) > 50
        assert all(
            request.conditional for request in again if request.status in {200, 304} and "214899" not in request.path
        )
        outcomes = dict(crawler.rows("SELECT outcome, count(*) FROM fetches WHERE run_id > 2 GROUP BY 1"))
        assert outcomes["not_modified"] > 50
        assert not {"new", "revised", "copy"} & outcomes.keys()
        assert crawler.rows("SELECT count(*) FROM revisions") == texts
        assert not crawler.unexplained()


async def test_robots_disallowed_paths_and_foreign_redirects_are_never_requested(tmp_path: Path) -> None:
    async with DemoServer(Site()) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        await crawler.run()
        assert not [request for request in server.log if request.path.startswith("/internal/")]
        assert crawler.rows("SELECT outcome, reason FROM fetches WHERE url LIKE '%/internal/%'") == [
            ("blocked", "robots")
        ]
        robots = [request for request in server.log if request.path == "/robots.txt"]
        assert len(robots) == 2
        assert server.log
        assert {request.user_agent for request in server.log} == {"Dateline/0.1.0 (+a@agency.test)"}


async def test_an_unreachable_robots_txt_closes_its_host_and_nothing_else(tmp_path: Path) -> None:
    async with DemoServer(Site(), faults={"agency.test/robots.txt": Fault("status", status=500)}) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        await crawler.run()
        asked = {request.url for request in server.log if request.host.startswith("agency.test")}
        assert {url.rpartition("/")[2] for url in asked} == {"robots.txt"}
        assert crawler.rows("SELECT count(*) FROM articles WHERE source = 'demo-outlet'")[0][0] > 10


async def test_a_host_that_asks_for_a_pause_gets_it_and_its_addresses_stay_due(tmp_path: Path) -> None:
    faults = {"agency.test/rss/v2.xml": Fault("status", status=429, retry_after="3600", times=1)}
    async with DemoServer(Site(), faults=faults) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        await crawler.run()
        refused = next(request for request in server.log if request.status == 429)
        after = [r for r in server.log if r.host.startswith("agency.test") and r.began > refused.ended]
        assert not after
        crawler.ahead = 3700.0
        await crawler.run()
        assert [r for r in server.log if r.host.startswith("agency.test") and r.began > refused.ended]
        assert crawler.rows("SELECT count(*) FROM articles WHERE source = 'demo'")[0][0] > 40


async def test_a_feed_that_lists_an_item_twice_gives_one_article_with_two_addresses(tmp_path: Path) -> None:
    async with DemoServer(Site()) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        await crawler.run()
        assert crawler.rows("SELECT count(*) FROM fetches WHERE outcome = 'alias'")[0][0] >= 2
        keys = [row[0] for row in crawler.rows("SELECT source || key FROM articles")]
        assert len(keys) == len(set(keys))


async def test_a_first_poll_takes_what_it_may_and_the_next_takes_the_news(tmp_path: Path) -> None:
    site = Site()
    async with DemoServer(site) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        crawler.recheck(86400)
        crawler.config = replace(crawler.config, first_poll=5)
        del crawler.sources["demo-outlet"]
        await crawler.run()
        first = crawler.rows("SELECT count(*) FROM fetches WHERE kind = 'article'")[0][0]
        assert first == 5
        site.publish_fresh()
        crawler.ahead = 400.0
        await crawler.run()
        assert crawler.rows("SELECT count(*) FROM fetches WHERE kind = 'article'")[0][0] == 6


def failing_once(method: str, kind: type[Any], monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The first call of `kind.method` raises; the later ones do what they did."""
    real, left = getattr(kind, method), [error]

    def once(self: Any, *arguments: Any, **named: Any) -> Any:
        if left:
            failed: Future[Any] = Future()
            failed.set_exception(left.pop())
            return failed
        return real(self, *arguments, **named)

    monkeypatch.setattr(kind, method, once)


@pytest.mark.parametrize(("kind", "method"), [(Store, "decide_and_end"), (Store, "end"), (Frontier, "lease")])
async def test_a_database_that_fails_once_ends_the_crawl_and_loses_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Any], method: str
) -> None:
    async with DemoServer(Site()) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        del crawler.sources["demo-outlet"]
        failing_once(method, kind, monkeypatch, Busy("news.db: locked"))
        reports = await asyncio.wait_for(crawler.run(), 30)
        assert exit_status(reports) == 3
        assert "locked" in str(reports[0].detail)
        assert not crawler.unexplained()
        assert crawler.rows("SELECT finish_reason FROM runs") == [("storage_error",)]
        assert crawler.rows("SELECT count(*) FROM fetches WHERE outcome IS NULL") == [(0,)]
        again = await crawler.run()
        assert exit_status(again) == 0, again
        assert crawler.rows("SELECT count(*) FROM articles")[0][0] > 40


async def test_a_crawl_that_breaks_is_no_finished_one_and_leaves_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with DemoServer(Site()) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        real, left = robots_asked.refusal, [ZeroDivisionError("odd")]

        def once(*arguments: Any) -> Any:
            if left:
                raise left.pop()
            return real(*arguments)

        monkeypatch.setattr(robots_asked, "refusal", once)
        reports = await asyncio.wait_for(crawler.run(), 60)
        assert exit_status(reports) == 1
        assert crawler.rows("SELECT count(*) FROM fetches WHERE outcome = 'failed' AND reason = 'internal'") == [(1,)]
        assert crawler.rows("SELECT count(*) FROM articles")[0][0] > 50
        assert not crawler.unexplained()


async def test_a_backfill_called_again_takes_what_an_earlier_one_left(tmp_path: Path) -> None:
    async with DemoServer(Site.with_archive(3, 8, scripted=False)) as server:
        crawler = Crawler(server, tmp_path / "news.db")
        source = crawler.sources["demo"]
        for limit in (5, 5, None):
            now = datetime.now(UTC)
            start = Start(
                crawler.config,
                crawler.sources,
                crawl_settings(crawler.config, quiet=True),
                Silent(),
                server.exceptions(),
            )
            async with at_work(start, asyncio.Event()) as (session, runner):
                await crawl(session, source, runner, span=Span(now - timedelta(days=5), now), limit=limit)
        assert crawler.rows("SELECT count(*) FROM articles") == [(24,)]
        pages = [request.path for request in server.log if request.path[-1].isdigit()]
        assert len(pages) == len(set(pages)) == 24
