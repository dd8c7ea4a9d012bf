"""The ledger of one crawl: one row a run, one outcome a fetch, and the progress that people see.

It is the store that the pipelines get (`ArticleStore`): every end of a fetch passes here once, gets its next time
(`politeness/pace.py`), is written, counted, and gives its room back to `leasing.py`.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Self, cast

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.endings import complete
from pipelines.wiring import Wired
from storage.errors import StorageError
from storage.models import Dispatch, Ended, Ending, Known, Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.session import Assignment
    from storage.models import Article, Lease

logger = logging.getLogger(__name__)


class Ledger:
    """Scrapy extension. The crawler carries its `Assignment` (source, session, leasing) as `crawler.assignment`."""

    def __init__(self, crawler: Crawler, assignment: Assignment) -> None:
        self._crawler = crawler
        self._assignment = assignment
        self.counts: dict[str, int] = {}
        self.storage_error: StorageError | None = None
        self._sent: dict[int, tuple[Lease, list[str]]] = {}
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
        )
        return ledger

    def known(self, article: Article) -> Future[Known]:
        """What the store knows around `article`."""
        return self._assignment.session.store.known(article)

    def end(self, ending: Ending) -> Future[Ended]:
        """Write the end of a fetch; a stale decision comes back unwritten and uncounted, to be decided again."""
        whole = complete(
            ending,
            source=self._assignment.source,
            first_poll=self._assignment.session.config.first_poll,
            jitter=self._assignment.session.jitter(),
        )
        written = self._assignment.session.store.end(whole)
        loop = asyncio.get_running_loop()
        written.add_done_callback(lambda future: loop.call_soon_threadsafe(self._ended, whole, future))
        return written

    async def interrupt(self, now: float) -> None:
        """End what was sent and not answered when the process must go: `interrupted`, due again at once."""
        unanswered = [
            Ending(lease.fetch_id, Outcome("interrupted", "shutdown"), at=now, lease=lease, urls=tuple(hops), due=now)
            for lease, hops in self._sent.values()
        ]
        self._sent.clear()
        await asyncio.gather(*(asyncio.wrap_future(self._assignment.session.store.end(e)) for e in unanswered))

    def _ended(self, ending: Ending, written: Future[Ended]) -> None:
        error = written.exception()
        if error is not None:
            self._store_failed(ending, error)
            return
        ended = written.result()
        if ended.stale:
            return
        self._sent.pop(ending.fetch_id, None)
        outcome = "failed:unstorable" if ended.refused and ending.article else ending.outcome.name
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        for what, why in ended.refused:
            logger.warning("%s: %s could not be stored: %s", self._assignment.source.name, what, why)
        self._assignment.session.progress.ended(self._assignment.source.name, ending, ended)
        if ending.lease is not None:
            self._assignment.leasing.done()

    def _store_failed(self, ending: Ending, error: BaseException) -> None:
        """A store that cannot write ends the crawl: fetching on would lose what is fetched."""
        self._assignment.leasing.done()
        if self.storage_error is None:
            self.storage_error = error if isinstance(error, StorageError) else StorageError(str(error))
            logger.error(
                "%s: %s was fetched but could not be stored: %s", self._assignment.source.name, ending.urls, error
            )
            self._assignment.leasing.end()

    def _reached_downloader(self, request: Request) -> None:
        hops = request.meta.get("hops")
        if hops is not None:
            hops.append(request.url)
            lease: Lease = request.meta["lease"]
            self._sent[lease.fetch_id] = (lease, hops)

    async def _item_error(self, item: Dispatch, failure: Failure) -> None:
        """A pipeline raised: the fetch ends as `failed:internal`, with the exception's own words."""
        if isinstance(failure.value, StorageError):
            return  # told by `_store_failed`
        detail = f"{type(failure.value).__name__}: {failure.value}"
        ending = replace(item.ending, outcome=Outcome("failed:internal", detail), article=None, decision=None, raw=None)
        await asyncio.wrap_future(self.end(ending))
