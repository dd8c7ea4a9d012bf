"""The ledger of one crawl: one row a run, one outcome a fetch, and the progress that people see.

It is the store that the pipelines get (`ArticleStore`): every end of a fetch passes here once, gets its next time
(`politeness/pace.py`), is written, counted, and gives its room back to `leasing.py`.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.discovery.parted import links_of
from crawler.endings import complete
from crawler.heard import is_heard
from crawler.politeness.addresses import without_user
from crawler.settings import ITEM_PIPELINES
from crawler.steady import by_present_clock
from pipelines.awaited import awaited, told
from pipelines.wiring import Wired
from storage.errors import StorageError
from storage.links import Offered
from storage.models import Dispatch, Ended, Ending, Known, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.session import Assignment
    from storage.models import Article, Decide, KeptText, Lease, Page, Profile, Reading, Rewritten

logger = logging.getLogger(__name__)

BROKEN = "failed:internal"
"""How a fetch ends in which the crawl itself raised."""

FEW = 500
"""Links of a document whose hosts are looked at in the loop; an end that has left more is looked at whole, at once."""


class Ledger:
    """Scrapy extension. The crawler carries its `Assignment` (source, session, leasing) as `crawler.assignment`."""

    def __init__(self, crawler: Crawler, assignment: Assignment) -> None:
        self._crawler = crawler
        self._assignment = assignment
        self.counts: dict[str, int] = {}
        self.storage_error: StorageError | None = None
        self.broken: str | None = None
        self._given_back: set[int] = set()
        self._under_way: dict[int, tuple[Lease, list[str]]] = {}
        crawler.signals.connect(self._reached_downloader, signals.request_reached_downloader)
        crawler.signals.connect(self._item_error, signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assignment = getattr(crawler, "assignment", None)
        if assignment is None:
            raise NotConfigured  # `scrapy shell`, `scrapy fetch`: no crawl, no ledger
        ledger = cls(crawler, cast("Assignment", assignment))
        assignment.ledger = ledger
        crawler.wired = Wired(  # type: ignore[attr-defined]  # rides on the crawler to the pipelines
            extractor=assignment.session.pool,
            store=ledger,
            keep_raw=assignment.session.config.raw_days > 0,
            taken=takes_items(crawler),
            at_once=not has_own_pipelines(crawler),
        )
        return ledger

    def known(self, article: Article) -> Future[Known]:
        """What the store knows around `article`."""
        return self._assignment.session.store.known(article)

    def kept(self, article_id: int, profile: Profile, by: str) -> Future[tuple[tuple[KeptText, Page], ...]]:
        """Texts of an article that another extractor made, with their kept pages."""
        return self._assignment.session.store.kept(article_id, profile, by)

    def rewrite(self, readings: Sequence[Reading]) -> Future[tuple[Rewritten, ...]]:
        """Put what was read again in the place of the stored words."""
        return self._assignment.session.store.rewrite(readings)

    def end(self, ending: Ending) -> Future[Ended]:
        """Write the end of a fetch; a stale decision comes back unwritten and uncounted, to be decided again."""
        whole = self._completed(ending)
        written = self._assignment.session.store.end(whole)
        told(written, lambda done: self._ended(whole, done))
        return written

    def decide_and_end(self, dispatch: Dispatch, decide: Decide) -> Future[tuple[Dispatch, Ended] | None]:
        """Decide on a lease's page and write the end of its fetch; its next time is set where the outcome is known, in the
        writer's thread, by the clock as it goes now."""
        session = self._assignment.session
        ending = by_present_clock(dispatch.ending, session.clock)
        written = session.store.decide_and_end(replace(dispatch, ending=ending), decide, self._completing())
        told(written, lambda done: self._decided(ending.fetch_id, done))
        return written

    async def end_in_parts(self, ending: Ending, parts: Sequence[bytes]) -> None:
        """Write the end of a fetch whose document was parted (`discovery.parted`), one part after the other."""
        if not parts:
            await awaited(self.end(ending))
            return
        whole, store, before = self._completed(ending), self._assignment.session.store, Offered()
        for part in parts:
            before.add(await awaited(store.offer_part(whole, partial(links_of, part))))
        written = store.end(whole, before)
        told(written, lambda done: self._ended(whole, done, parted=True))
        await awaited(written)

    def _completed(self, ending: Ending) -> Ending:
        return self._completing()(by_present_clock(ending, self._assignment.session.clock))

    def _completing(self) -> Callable[[Ending], Ending]:
        session = self._assignment.session
        return partial(
            complete, source=self._assignment.source, first_poll=session.config.first_poll, jitter=session.jitter()
        )

    def opened(self, lease: Lease, hops: list[str]) -> None:
        """A lease was taken: it is under way until its end is written. `hops` collects the requests sent for it."""
        self._under_way[lease.fetch_id] = (lease, hops)

    async def broke(self, lease: Lease, hops: list[str], error: Exception) -> None:
        """Something in the crawl raised while `lease` was under way: the fetch ends as `failed:internal`, or the crawl as
        a storage failure."""
        if isinstance(error, StorageError):
            self.store_failed(error, lease.fetch_id)
            return
        logger.error("%s: %s: %s", self._assignment.source.name, lease.url, error, exc_info=error)
        outcome = Outcome(BROKEN, f"{type(error).__name__}: {error}")
        now = self._assignment.session.clock()
        ending = Ending(lease.fetch_id, outcome, at=now, lease=lease, urls=tuple(hops), responded_at=now)
        await awaited(self.end(ending))

    def stopped(self, error: Exception) -> None:
        """Leasing itself raised: nothing more is leased, and the crawl did not finish."""
        if isinstance(error, StorageError):
            self.store_failed(error)
            return
        logger.error("%s: the crawl broke off: %s", self._assignment.source.name, error, exc_info=error)
        self.broken = f"{type(error).__name__}: {error}"
        self._assignment.leasing.end()

    async def interrupt(self, now: float) -> None:
        """End what was sent and has no end when the crawl is over: `interrupted`, due again at once."""
        sent = [(lease, hops) for lease, hops in self._under_way.values() if hops]
        unanswered = [
            Ending(lease.fetch_id, Outcome("interrupted", "shutdown"), at=now, lease=lease, urls=tuple(hops), due=now)
            for lease, hops in sent
        ]
        self._under_way.clear()
        await asyncio.gather(*(awaited(self._assignment.session.store.end(e)) for e in unanswered))

    def _ended(self, ending: Ending, written: Future[Ended], *, parted: bool = False) -> None:
        if (error := written.exception()) is not None:
            self._unwritten(ending, error)
        else:
            self._written(ending, written.result(), parted=parted)

    def _decided(self, fetch_id: int, written: Future[tuple[Dispatch, Ended] | None]) -> None:
        if (error := written.exception()) is not None:
            if isinstance(error, StorageError):
                self.store_failed(error, fetch_id)
            # else whoever asked gets the error, and ends the fetch by `broke`
        elif (answer := written.result()) is not None:
            dispatch, ended = answer
            self._written(dispatch.ending, ended)

    def _unwritten(self, ending: Ending, error: BaseException) -> None:
        if isinstance(error, StorageError):
            self.store_failed(error, ending.fetch_id)
        elif ending.outcome.name == BROKEN:  # not even this
            self.store_failed(StorageError(f"{type(error).__name__}: {error}"), ending.fetch_id)
        # else it cannot be written as it is: whoever asked for it gets the error, and ends the fetch by `broke`

    def _written(self, ending: Ending, ended: Ended, *, parted: bool = False) -> None:
        if ended.stale:
            return
        unstorable = ending.article is not None and ended.article_id is None
        outcome = "failed:unstorable" if unstorable else ending.outcome.name
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        for what, why in ended.refused:
            logger.warning("%s: %s could not be stored: %s", self._assignment.source.name, without_user(what), why)
        self._assignment.session.progress.ended(self._assignment.source.name, ending, ended)
        if self._under_way.pop(ending.fetch_id, None) is not None:
            found = bool(ended.offered or ended.again)
            self._assignment.leasing.done(0.0 if parted else self._turn(ending, ended), found=found)

    def _turn(self, ending: Ending, ended: Ended) -> float:
        """Seconds until the next turn of a fetch's host; 0.0 where its end may have changed more than what is leased then."""
        lease, session = ending.lease, self._assignment.session
        if (
            lease is None
            or len(ending.urls) != 1
            or not (lease.kind == "robots" or is_of_its_host(ending, lease, ended))
        ):
            return 0.0
        responded = ending.at if ending.responded_at is None else ending.responded_at
        rules = ending.host.robots if ending.host else None
        asked = (rules or lease).crawl_delay or 0.0
        return responded + max(self._assignment.politeness.delay, asked) - session.clock()

    def store_failed(self, error: StorageError, fetch_id: int | None = None) -> None:
        """A store that cannot write ends the crawl: fetching on would lose what is fetched. The fetch stays under way,
        so that it is ended as interrupted, not handed back as if nothing had been sent."""
        if self.storage_error is None:
            self.storage_error = error
            logger.error("%s: the database failed, nothing more is fetched: %s", self._assignment.source.name, error)
            self._assignment.leasing.end()
        if fetch_id in self._under_way and fetch_id not in self._given_back:
            self._given_back.add(fetch_id)
            self._assignment.leasing.done()

    def _reached_downloader(self, request: Request) -> None:
        hops = request.meta.get("hops")
        if hops is not None:
            hops.append(request.url)

    async def _item_error(self, item: Dispatch, failure: Failure) -> None:
        """A pipeline raised: the fetch ends with the exception's own words."""
        lease = item.ending.lease
        assert lease is not None, "a crawl's dispatches have leases"
        if lease.fetch_id in self._under_way and isinstance(failure.value, Exception):
            await self.broke(lease, list(item.ending.urls), failure.value)


def is_of_its_host(ending: Ending, lease: Lease, ended: Ended) -> bool:
    """Whether all that a fetch found has to wait for the next turn of its own host."""
    if not (ended.offered or ended.again):
        return lease.kind == "article" or lease.backfill is None
    if lease.backfill is not None or len(ending.links) > FEW:
        return False
    home = f"{urlsplit(lease.url).scheme}://{lease.host}/"
    return all(link.url.startswith(home) and not link.whole for link in ending.links)


def has_own_pipelines(crawler: Crawler) -> bool:
    """Whether somebody's own pipeline sees what ours have made of a page."""
    return not set(crawler.settings.getwithbase("ITEM_PIPELINES")) <= set(ITEM_PIPELINES)


def takes_items(crawler: Crawler) -> Callable[[], bool]:
    """Whether anything takes what leaves the last of our pipelines: somebody's own pipeline, a feed, a handler, the log."""
    if has_own_pipelines(crawler):
        return lambda: True
    if any(crawler.settings.getpriority(name) for name in ("LOG_FORMATTER", "ITEM_PROCESSOR")):
        return lambda: True  # somebody's own, which may show items at any level
    log = logging.getLogger("scrapy.core.scraper")
    return lambda: is_heard(signals.item_scraped, crawler) or log.isEnabledFor(logging.DEBUG)
