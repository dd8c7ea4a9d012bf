"""Backfills as whole crawls in this process: estimated, gone on with, told; and the addresses they start from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.backfilling import Span, archive_rows, falls_short, is_finished, told
from crawler.config import Config
from crawler.demo.faults import Fault
from crawler.demo.server import DemoServer
from crawler.demo.site import Site
from crawler.discovery.reach import back_to, noted
from crawler.discovery.read import Discovery
from crawler.passes import Report, crawl, exit_status
from crawler.progress import Silent
from crawler.source import Endpoint, Source
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings
from storage.models import Ending, Instant, Link, Outcome, Profile
from storage.reader import Reader
from storage.standings import BackfillStanding, every

MOSCOW = ZoneInfo("Europe/Moscow")


class Told(Silent):
    """Keeps what a person would be told."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.facts: list[Mapping[str, object]] = []

    def said(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        self.lines.append(words)
        self.facts.append(facts)


class Backfiller:
    """Backfills of the demo agency's last whole days into one database."""

    def __init__(self, server: DemoServer, folder: Path, *, days: int) -> None:
        self.server = server
        self.config = replace(
            Config(database=folder / "news.db"), contact="a@agency.test", delay_floor=0.0, workers=1, raw_days=0
        )
        self.source = server.sources()["demo"]
        midnight = datetime.fromtimestamp(server.site.base_time, MOSCOW).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        self.span = Span(
            (midnight - timedelta(days=days)).astimezone(UTC), (midnight - timedelta(seconds=1)).astimezone(UTC)
        )

    async def run(self, *jobs: tuple[Source, Span, int | None]) -> list[Told]:
        """Backfills of a source's span with a limit, one after another; what was told of each."""
        shown = [Told() for _ in jobs]
        settings = crawl_settings(self.config, quiet=True) | {"LOG_ENABLED": False}
        start = Start(self.config, {"demo": self.source}, settings, shown[0], self.server.exceptions())
        async with at_work(start, asyncio.Event()) as (session, runner):
            for (source, span, limit), session.progress in zip(jobs, shown, strict=True):
                async with told(session, source, span):
                    await crawl(session, source, runner, span=span, limit=limit, patience=1.0)
        return shown

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with Reader(self.config.database) as reader:
            return reader.db.conn.execute(query).fetchall()

    def unfinished(self) -> list[BackfillStanding]:
        with Reader(self.config.database) as reader:
            return every(reader.db)


@pytest.mark.usefixtures("reactor", "shared_workers")
async def test_an_estimate_reads_the_archives_pages_only_and_the_backfill_goes_on_from_it(tmp_path: Path) -> None:
    async with DemoServer(Site.with_archive(4, 5, scripted=False)) as server:
        backfiller = Backfiller(server, tmp_path, days=3)
        jobs = [(backfiller.source, backfiller.span, limit) for limit in (0, None, None)]
        estimated, gone_on, again = await backfiller.run(*jobs)
        assert estimated.lines[0] == "sitemap index, since when is not known"
        assert estimated.lines[1].startswith("0 of 15 articles done, 15 left: about ")
        assert (estimated.facts[1]["left"], estimated.facts[1]["certain"]) == (15, True)
        assert "is not finished" in estimated.lines[2]
        assert gone_on.lines[1].startswith("going on with backfill 1 of ")
        assert gone_on.lines[-2] == "15 of 15 articles done, 0 left"
        assert "15 articles stored, the oldest of " in gone_on.lines[-1]
        assert "all 15 articles of the span are known: nothing to fetch" in again.lines
        assert backfiller.unfinished() == []
        assert backfiller.rows("SELECT count(*) FROM articles") == [(15,)]
        paths = [request.path for request in server.log if request.path != "/robots.txt"]
        kinds = "".join("a" if path[-1].isdigit() else "l" for path in paths)
        assert kinds == "llll" + "a" * 15 + "llll", "an index and three days, the articles, and the lists once more"
        assert len(set(paths)) == 19


@pytest.mark.usefixtures("reactor", "shared_workers")
async def test_a_day_that_could_not_be_read_is_left_to_do_one_that_never_was_is_not_and_feeds_are_told_as_such(
    tmp_path: Path,
) -> None:
    async with DemoServer(Site.with_archive(3, 4, scripted=False)) as server:
        backfiller = Backfiller(server, tmp_path, days=2)
        source, span = backfiller.source, backfiller.span
        (index,) = [e for e in source.endpoints if e.role == "archive"]
        address = index.url.replace("sitemap.xml", "sitemap/{year}-{month:02}-{day:02}.xml")
        daily = replace(source, endpoints=(replace(index, url=address, follow=None),))
        feed = replace(source, endpoints=tuple(e for e in source.endpoints if e.kind == "feed"))
        broken = f"/sitemap/{span.since.astimezone(MOSCOW):%Y-%m-%d}.xml"
        server.faults.set(f"agency.test{broken}", Fault("status", status=500))
        longer = replace(span, since=span.since - timedelta(days=3))
        by_day, by_feed = await backfiller.run((daily, longer, None), (feed, span, None))

        assert by_day.lines[0] == "archive pages by day, since when is not known"
        assert "is not finished; 1 archive pages could not be read yet" in by_day.lines[-1]
        (standing,) = backfiller.unfinished()
        assert (standing.to_list, standing.unread, standing.left, standing.done) == (1, 1, 0, 8)
        statuses = backfiller.rows("SELECT outcome, count(*) FROM fetches WHERE kind = 'sitemap' GROUP BY 1 ORDER BY 1")
        assert statuses == [("failed", 1), ("gone", 2), ("listed", 2)]

        assert by_feed.lines[0] == "no archive: only what its live endpoints hold now"
        oldest = datetime.fromtimestamp(min(story.published for story in server.site.stories.values()), MOSCOW)
        assert by_feed.lines[-1] == f"no archive: its live endpoints hold 13 entries back to {oldest:%Y-%m-%d %H:%M}"
        assert backfiller.rows("SELECT count(*) FROM articles") == [(12,)]


def archived(*urls: str, kind: Any = "sitemap") -> Source:
    endpoints = tuple(Endpoint(url, kind, role="archive") for url in urls)
    return Source("s", "S", "https://a.test", ("a.test",), None, (), Profile("s", timezone="Europe/Moscow"), endpoints)


def test_an_archives_pages_end_with_their_period_in_the_sources_zone() -> None:
    span = Span(datetime(2023, 9, 30, 21, tzinfo=UTC), datetime(2023, 10, 1, 21, tzinfo=UTC))
    daily = archive_rows(archived("https://a.test/{year}/{month:02}/{day:02}"), span)
    assert [(url[-10:], datetime.fromtimestamp(at or 0, MOSCOW).isoformat()) for url, _, at in daily] == [
        ("2023/10/01", "2023-10-01T23:59:59+03:00"),
        ("2023/10/02", "2023-10-02T23:59:59+03:00"),
    ]
    ((monthly, _, at),) = archive_rows(archived("https://a.test/{year}-{month}.xml"), span)
    assert (monthly, datetime.fromtimestamp(at or 0, MOSCOW).day) == ("https://a.test/2023-10.xml", 2)
    assert archive_rows(archived("https://a.test/all?p={page}"), span) == [("https://a.test/all?p=1", "sitemap", None)]


STANDING = BackfillStanding(1, "s", 0.0, 1.0, oldest_first=False, started_at="", finished_at=None)
DONE = Report("s", "finished", {})


@pytest.mark.parametrize(
    ("standing", "report", "limit", "finished"),
    [
        (STANDING, DONE, None, True),
        (replace(STANDING, left=3), DONE, None, False),  # they failed, and are tried again
        (replace(STANDING, left=3, refused=3), DONE, None, True),  # by robots.txt: nobody waits a week for them
        (replace(STANDING, left=3, refused=2), DONE, None, False),
        (replace(STANDING, to_list=1), DONE, None, False),
        (STANDING, replace(DONE, reason="shutdown"), None, False),
        (STANDING, replace(DONE, waits_until=9.0), None, False),  # a spent budget, a pause
        (STANDING, replace(DONE, left=1), None, False),  # another process holds some of it
        (STANDING, DONE, 0, False),  # an estimate
        (STANDING, DONE, 7, True),
        (replace(STANDING, left=3), DONE, 7, False),
    ],
)
def test_a_backfill_is_finished_when_nothing_of_it_can_still_be_done(
    standing: BackfillStanding, report: Report, limit: int | None, finished: bool
) -> None:
    assert is_finished(standing, report, limit=limit) is finished


@pytest.mark.parametrize(
    ("standing", "reason", "limit", "short"),
    [
        (replace(STANDING, finished_at="2026-11-01T00:00:00Z", listed=3), "finished", None, False),
        (replace(STANDING, finished_at="2026-11-01T00:00:00Z", listed=3, absent=2), "finished", None, False),
        (
            replace(STANDING, finished_at="2026-11-01T00:00:00Z", absent=2),
            "finished",
            None,
            True,
        ),  # the address is wrong
        (replace(STANDING, finished_at="2026-11-01T00:00:00Z", unread=1), "finished", None, True),
        (replace(STANDING, finished_at="2026-11-01T00:00:00Z", given_up=1), "finished", None, True),
        (STANDING, "finished", None, True),  # the budget is spent
        (replace(STANDING, left=9), "finished", 3, False),
        (replace(STANDING, left=9, failing=1), "finished", 3, True),
        (replace(STANDING, to_list=9), "shutdown", None, False),
    ],
)
def test_a_backfill_with_a_hole_fails_and_one_whose_failures_were_made_good_does_not(
    standing: BackfillStanding, reason: str, limit: int | None, short: bool
) -> None:
    report = Report("s", reason, {"failed:http_500": 1})
    assert falls_short(standing, report, limit=limit) is short
    assert exit_status([replace(report, short=short)]) == int(short)
    assert exit_status([report]) == 1, "a live crawl's is told by its fetches"


def test_what_another_process_holds_of_a_backfill_is_no_hole() -> None:
    assert not falls_short(replace(STANDING, left=4), replace(DONE, left=4), limit=None)


def test_days_before_an_archives_first_are_not_asked_for() -> None:
    span = Span(datetime(2023, 9, 1, tzinfo=UTC), datetime(2023, 10, 3, tzinfo=UTC))
    daily = replace(archived("https://a.test/{year}/{month:02}/{day:02}"), archive_from="2023-10-02")
    assert [url[-10:] for url, _, _ in archive_rows(daily, span)] == ["2023/10/02", "2023/10/03"]
    assert archive_rows(replace(daily, archive_from="2024-01-01"), span) == [], "nor its live feeds in their place"


def when(at: str) -> Instant:
    return Instant(at, "second", "+00:00", at, "feed")


def test_a_page_tells_how_far_back_it_goes_and_an_indexs_children_where_they_end() -> None:
    endpoint = Endpoint(
        "https://a.test/map.xml", "sitemap", "archive", follow=r"/(?P<year>\d{4})-(?P<month>\d\d)\.xml$"
    )
    child = Link("https://a.test/2023-09.xml", kind="sitemap")
    old, new = (Link(f"https://a.test/{n}", published=when(f"2023-09-0{n}T00:00:00Z")) for n in (1, 2))
    undated, changed = Link("https://a.test/3"), Link("https://a.test/4", modified=when("2023-08-31T00:00:00Z"))
    found = Discovery((new, old, undated, changed, child), total=9)
    assert back_to(found.links) == datetime(2023, 8, 31, tzinfo=UTC).timestamp()
    assert back_to((undated, child)) is None
    ending = noted(Ending(1, Outcome("listed"), 0.0, links=(new, child)), found, endpoint)
    assert (ending.entries, ending.back_to) == (9, back_to(found.links))
    assert ending.links[0] is new
    assert ending.links[1].published is not None
    assert ending.links[1].published.at == "2023-10-01T12:00:00Z"
    cut = noted(Ending(1, Outcome("failed:truncated"), 0.0, links=(new,)), found, endpoint)
    assert cut.entries is None, "it is read again"
