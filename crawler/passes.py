"""A pass: one crawl of each source over what is due, and how it ended. Every crawling command goes through here."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from crawler.backfilling import Span, begun, falls_short, floored, is_finished
from crawler.checkup import checkup
from crawler.disk import keep_room
from crawler.leasing import Leasing
from crawler.loader import spider_for
from crawler.session import GRACE_SECONDS, Assignment
from pipelines.awaited import awaited
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scrapy.crawler import AsyncCrawlerRunner

    from crawler.ledger import Ledger
    from crawler.session import Session
    from crawler.source import Source
    from crawler.spiders.agency import AgencySpider
    from storage.models import Link, LinkKind, Page, RuleSet

logger = logging.getLogger(__name__)

AT_ONCE = 16
"""Sources crawled at the same time in one process."""


@dataclass(frozen=True, slots=True)
class Report:
    """How one crawl ended. `reason`: `finished`, `shutdown`, `closed` (by a setting of
    Scrapy's, or because its turn was over), `error` or `storage_error`; `left`: due rows that another process
    holds; `waits_until`: epoch seconds of the next turn that was too far away to wait for. `short`: of a backfill,
    whether some of what was asked for could not be read (None: it was none); `ended`: its pass, which is not its end."""

    source: str
    reason: str
    counts: Mapping[str, int]
    left: int = 0
    waits_until: float | None = None
    detail: str | None = None
    short: bool | None = None
    ended: bool = False


def exit_status(reports: Iterable[Report]) -> int:
    """0 done, 1 some source failed, 3 storage failed (docs/design.md). A source failed when any fetch of it did;
    a backfill when it left some of what it was asked for, whose failed fetches may have been made good since."""
    status = 0
    for report in reports:
        if report.reason == "storage_error":
            return 3
        failed = any(name.startswith("failed") for name in report.counts) if report.short is None else report.short
        if report.reason == "error" or failed:
            status = 1
    return status


async def crawl(
    session: Session,
    source: Source,
    runner: AsyncCrawlerRunner,
    *,
    spider: type[AgencySpider] | None = None,
    span: Span | None = None,
    links: Sequence[Link] = (),
    seen: Callable[[Page], None] | None = None,
    limit: int | None = None,
    patience: float = 90.0,
    over: Callable[[], bool] | None = None,
) -> Report:
    """One crawl of one source: its live endpoints and what is due, or with `span` its archive. `links`: addresses that
    the command itself names; `seen`: told of every article's page; `over`: see `Leasing`.

    Raises `StorageError` when the database fails; the run is then closed as `storage_error` where that can be written."""
    now = session.clock()
    politeness = floored(source.politeness, session.config.delay_floor)
    rules = await _made_ready(session, source, now, live=span is None)
    backfill = None
    if span is not None:
        standing, span = await begun(session, source, span)
        backfill = standing.id
    if links:
        await _written(session.frontier.offer(source.name, links, now=now))
    source, kind = ruled(source, spider, rules)
    run_id = await _written(session.store.begin_run(source.name, now))
    leasing = Leasing(
        session.frontier,
        source=source.name,
        owner=session.owner,
        run_id=run_id,
        politeness=politeness,
        clock=session.clock,
        stop=session.stop,
        room=session.room.look,
        backfill=backfill,
        limit=limit,
        patience=patience,
        whole=any(endpoint.full_text == "article" for endpoint in source.endpoints),
        over=over,
    )
    assignment = Assignment(
        session=session,
        source=source,
        run_id=run_id,
        leasing=leasing,
        politeness=politeness,
        seen=seen,
        span=span.seconds() if span else None,
        backfill=backfill,
    )
    crawler = runner.create_crawler(kind)
    if why := politeness.unchecked_tls:
        logger.warning("%s: the certificates of its hosts are not checked: %s", source.name, why)
        crawler.settings.set("DOWNLOAD_VERIFY_CERTIFICATES", False, priority="cmdline")
    # Live objects ride on the crawler: Scrapy deep-copies its settings, which cannot hold them.
    crawler.assignment = assignment  # type: ignore[attr-defined]
    task = asyncio.ensure_future(runner.crawl(crawler))
    reason = "error"
    try:
        await _until_done(task, session)
        ledger = assignment.ledger
        assert ledger is not None, f"{source.name}: the crawl ended before its ledger was made"
        await ledger.interrupt(session.clock())
        if ledger.storage_error:
            raise ledger.storage_error
        reason = _reason(session, leasing, ledger)
        report = Report(
            source.name, reason, dict(ledger.counts), leasing.left_to_others, leasing.waits_until, ledger.broken
        )
        if backfill is not None:
            standing = await _written(session.frontier.standing(backfill))
            if is_finished(standing, report, limit=limit):
                await _written(session.frontier.finish_backfill(backfill, session.clock()))
                standing = await _written(session.frontier.standing(backfill))
            short = falls_short(standing, report, limit=limit)
            report = replace(report, short=short, ended=standing.finished_at is None)
        return report
    except StorageError:
        reason = "storage_error"
        raise
    finally:
        finished = session.store.finish_run(run_id, session.clock(), reason)
        try:
            if span is None:  # its facts are read in the transaction that closes the run
                await checkup(session.store, source.name, now=session.clock(), alerts=session.alerts)
        finally:
            await _written(finished)


async def _made_ready(session: Session, source: Source, now: float, *, live: bool) -> RuleSet | None:
    """Room, what dead processes held, and the live endpoints' rows; answers the rule set in force. Asked for together, so that
    the writer does all in one transaction: a poll that brings nothing is mostly transactions."""
    asked = [session.frontier.reclaim(now)]
    if live:
        asked.append(session.frontier.seed(source.name, live_rows(source), now=now))
    rules = session.store.rule_set(source.name)
    await keep_room(session, now)
    for each in asked:
        await _written(each)
    return cast("RuleSet | None", await _written(rules))


def ruled(
    source: Source, spider: type[AgencySpider] | None, rules: RuleSet | None
) -> tuple[Source, type[AgencySpider]]:
    """A source with the rule set that is in force, read anew for each crawl since another process may have learned one; and
    the spider that crawls it."""
    if rules is not None:
        source = replace(source, profile=replace(source.profile, rules=rules))
        if spider is not None:
            spider = type(spider.__name__, (spider,), {"source": source, "__module__": spider.__module__})
    return source, spider or spider_for(source)


def _reason(session: Session, leasing: Leasing, ledger: Ledger) -> str:
    """Why a crawl ended: `finished` only when nothing was left to lease."""
    if ledger.broken:
        return "error"
    if session.stop.is_set():
        return "shutdown"
    return "finished" if leasing.exhausted else "closed"


async def run_pass(session: Session, sources: Iterable[Source], runner: AsyncCrawlerRunner) -> list[Report]:
    """One pass over what is due of each source, at most `AT_ONCE` at a time. What goes wrong with one is its own report;
    the others go on to their end."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(source: Source) -> Report:
        async with gate:
            try:
                return await crawl(session, source, runner)
            except StorageError as error:
                return Report(source.name, "storage_error", {}, detail=str(error))
            except Exception as error:
                logger.exception("%s: the crawl broke off", source.name)
                return Report(source.name, "error", {}, detail=f"{type(error).__name__}: {error}")

    return list(await asyncio.gather(*(one(source) for source in sources)))


def live_rows(source: Source) -> list[tuple[str, LinkKind]]:
    """The endpoints that a live crawl polls."""
    return [(e.url, e.kind) for e in source.endpoints if e.role == "live"]


async def _until_done(task: asyncio.Future[None], session: Session) -> None:
    """Wait for a crawl; after `stop`, at most `GRACE_SECONDS` more, then leave it (its leases are handed back)."""
    stopped = asyncio.ensure_future(session.stop.wait())
    both: set[asyncio.Future[Any]] = {task, stopped}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            await asyncio.wait({task}, timeout=GRACE_SECONDS)
    finally:
        stopped.cancel()
    if task.done():
        task.result()


async def _written(future: Any) -> Any:
    return await awaited(future)
