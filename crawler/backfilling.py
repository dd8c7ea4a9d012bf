"""A backfill from its command to its report: what the source reaches, how far it has come, what it has covered."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawler import coverage
from crawler.discovery.archives import PAGE, expand, fields_of
from crawler.estimate import Estimate, chain_of, estimate, facts, in_words, seconds_each

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crawler.passes import Report
    from crawler.session import Session
    from crawler.source import Endpoint, Politeness, Source
    from storage.models import LinkKind
    from storage.standings import BackfillStanding

SECONDS_BETWEEN_LOOKS = 5.0

Row = tuple[str, "LinkKind", float | None]
"""An address of an archive, its kind, and the last moment that it may hold (epoch seconds; None: any)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A backfill's since and until, UTC, both inclusive. `open_end`: nobody named an end, `until` is the present; it goes
    on with an unfinished backfill from `since` that had no end either, to where that was to end."""

    since: datetime
    until: datetime
    oldest_first: bool = False
    open_end: bool = False

    def seconds(self) -> tuple[float, float]:
        return self.since.timestamp(), self.until.timestamp()


def floored(politeness: Politeness, floor: float) -> Politeness:
    """`politeness` with a delay of at least `floor` seconds: no TOML makes this installation ruder than its owner said."""
    return replace(politeness, delay=max(politeness.delay, floor))


def zone_of(source: Source) -> ZoneInfo:
    """The zone of a source's calendar."""
    return ZoneInfo(source.profile.timezone or "UTC")


def archive_rows(source: Source, span: Span) -> list[Row]:
    """The archive addresses that a backfill of `span` starts from; without an archive, the live endpoints."""
    archives = [e for e in source.endpoints if e.role == "archive"]
    zone = zone_of(source)
    if source.archive_from:  # nothing is known to be there before
        first = date.fromisoformat(source.archive_from)
        span = replace(span, since=max(span.since, datetime(first.year, first.month, first.day, tzinfo=zone)))
    rows = [row for e in archives for row in _rows(e, span, zone)]
    return rows if archives else [(e.url, e.kind, None) for e in source.endpoints if e.role == "live"]


def _rows(endpoint: Endpoint, span: Span, zone: ZoneInfo) -> list[Row]:
    if not fields_of(endpoint.url) - {PAGE}:
        return [(url, endpoint.kind, None) for url in expand(endpoint, span.since, span.until, zone)]
    ends: dict[str, float] = {}
    day, last = (at.astimezone(zone).date() for at in (span.since, span.until))
    while day <= last:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
        day += timedelta(days=1)
        (url,) = expand(endpoint, noon, noon, zone)
        ends[url] = _midnight(day, zone) - 1.0
    return [(url, endpoint.kind, at) for url, at in ends.items()]


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


async def begun(session: Session, source: Source, span: Span) -> tuple[BackfillStanding, Span]:
    """The backfill of `span`, new or gone on with, with its archive's addresses in the frontier; and its own span."""
    frontier = session.frontier
    since, until = span.seconds()
    number = await asyncio.wrap_future(
        frontier.begin_backfill(
            source.name, since, until, session.clock(), oldest_first=span.oldest_first, open_end=span.open_end
        )
    )
    standing = await asyncio.wrap_future(frontier.standing(number))
    span = replace(span, until=datetime.fromtimestamp(standing.until, UTC))
    rows = archive_rows(source, span)
    await asyncio.wrap_future(frontier.seed_backfill(source.name, rows, backfill=number, now=session.clock()))
    return standing, span


def is_finished(standing: BackfillStanding, report: Report, *, limit: int | None) -> bool:
    """Whether a backfill has nothing left to do: every archive page and every article was read, given up, or is one that its
    host refuses, which is the live crawl's from then on. Not where some failed and wait for another try, where a host has
    no turn (a pause, a spent budget), where another process holds some of it, or where a limit ended it; and a mere
    estimate finishes nothing."""
    through = report.reason == "finished" and report.waits_until is None and not report.left
    return through and standing.to_list == 0 and standing.left == standing.refused and limit != 0


def falls_short(standing: BackfillStanding, report: Report, *, limit: int | None) -> bool:
    """Whether a backfill that went on until nothing more was due has left some of what it was asked for."""
    # What another process holds is that one's to do.
    went_on = report.reason == "finished" and limit is None and not report.left
    return standing.has_holes or (went_on and standing.finished_at is None)


@asynccontextmanager
async def told(session: Session, source: Source, span: Span, *, estimate: bool = False) -> AsyncIterator[None]:
    """Say what a backfill can reach before it begins, how far it has come while it goes on, what it has covered after."""
    standing, span = await begun(session, source, span)
    zone, politeness = zone_of(source), floored(source.politeness, session.config.delay_floor)
    say = session.progress.said
    say(source.name, coverage.reaches(source, span.since, zone), {"what": "reach", "backfill": standing.id})
    began, before = time.monotonic(), standing
    if before.begun:
        words = in_words(before, *_estimated(source, politeness, before, before, 0.0))
        end = f", which ends {span.until.astimezone(zone):%Y-%m-%d %H:%M}" if span.open_end else ""
        resumed = f"going on with backfill {before.id} of {before.started_at}{end}: {words}"
        say(source.name, resumed, {"what": "resumed", "backfill": standing.id})
    ticker = asyncio.create_task(_tick(session, source, politeness, before, began))
    try:
        yield
    finally:
        ticker.cancel()
        await asyncio.gather(ticker, return_exceptions=True)
    after = await asyncio.wrap_future(session.frontier.standing(before.id))
    given, each = _estimated(source, politeness, after, before, time.monotonic() - began)
    say(source.name, in_words(after, given, each), {"what": "estimate", **facts(after, given)})
    first, last = (at.astimezone(zone).date().isoformat() for at in (span.since, span.until))
    covered = await asyncio.wrap_future(session.frontier.covered(before.id, (first, last)))
    if after.finished_at is not None:
        archive = any(endpoint.role == "archive" for endpoint in source.endpoints)
        for line in coverage.report(after, covered, zone, archive=archive):
            say(source.name, line, {"what": "covered", "backfill": after.id})
    else:
        words = coverage.unfinished(after, covered, zone, estimate=estimate)
        say(source.name, words, {"what": "unfinished", "backfill": after.id})


def _estimated(
    source: Source, politeness: Politeness, now: BackfillStanding, before: BackfillStanding, took: float
) -> tuple[Estimate, float]:
    fetches = (now.done - before.done) + (now.listed - before.listed)
    each = seconds_each(politeness, now.crawl_delay, now.fetch_seconds, fetches=fetches, took=took)
    return estimate(now, chain=chain_of(source), seconds_each=each), each


async def _tick(
    session: Session, source: Source, politeness: Politeness, before: BackfillStanding, began: float
) -> None:
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        now = await asyncio.wrap_future(session.frontier.standing(before.id))
        given, each = _estimated(source, politeness, now, before, time.monotonic() - began)
        if now.begun:
            session.progress.stands(source.name, in_words(now, given, each), facts(now, given))
