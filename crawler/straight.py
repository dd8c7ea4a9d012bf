"""Scrapy's queues for requests that need not wait: the frontier gives a lease in the moment in which its host's turn comes.

Scrapy takes each request through a queue by priority and one of its host, each emptied by tasks and timers of its own. A
request that finds them empty, as those of leases do, passes by them; every other one takes its turn. So does
what comes of an answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from inspect import isasyncgenfunction
from time import monotonic
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.core.downloader import Downloader
from scrapy.core.engine import ExecutionEngine
from scrapy.core.scheduler import Scheduler
from scrapy.core.scraper import Scraper
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import aiter_errback, deferred_from_coro
from scrapy.utils.reactor import CallLaterOnce

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scrapy import Request, Spider
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure


class StraightScheduler(Scheduler):
    """Leases' requests in the order in which they come. Once there is another request, all go by its priorities."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._straight: deque[Request] = deque()
        self._passed = 0

    def enqueue_request(self, request: Request) -> bool:
        if "lease" in request.meta and request.dont_filter and not request.priority and not super().__len__():
            self._straight.append(request)
            return True
        while self._straight:
            super().enqueue_request(self._straight.popleft())
        return super().enqueue_request(request)

    def next_request(self) -> Request | None:
        if self._straight:
            self._passed += 1
            return self._straight.popleft()
        return super().next_request() if super().__len__() else None

    def __len__(self) -> int:
        return len(self._straight) + super().__len__()

    def close(self, reason: str) -> Deferred[None] | None:
        """Those that passed by count as if they had not."""
        if self._passed and self.stats is not None:
            for name in ("enqueued", "enqueued/memory", "dequeued", "dequeued/memory"):
                self.stats.inc_value(f"scheduler/{name}", self._passed)
        return super().close(reason)


class StraightScraper(Scraper):
    """What a callback gives is worked on as it comes: Scrapy makes a queue and two tasks for each answer."""

    async def call_spider_async(
        self, result: Response | Failure, request: Request
    ) -> Iterable[Any] | AsyncIterator[Any]:
        """A callback that is an asynchronous generator begins at once. Scrapy lets the loop go round twice before, and reads
        whether a generator returns something, which one of these cannot."""
        asked = (isinstance(result, Response) and result.request) or request
        if not isinstance(result, Response) or not isasyncgenfunction(asked.callback):
            return await super().call_spider_async(result, request)
        result.request = asked
        given: AsyncIterator[Any] = asked.callback(result, **asked.cb_kwargs)
        return given

    async def handle_spider_output_async(
        self, result: Iterable[Any] | AsyncIterator[Any], request: Request, response: Response | Failure
    ) -> None:
        if self.concurrent_items > 1 or not isinstance(result, AsyncIterator):
            await super().handle_spider_output_async(result, request, response)
            return
        async for each in aiter_errback(result, self.handle_spider_error, request, response):
            await self._process_spidermw_output_async(each, response)


class Soon(CallLaterOnce[None]):
    """A call that is made once in the loop's next round, and whoever waits for it goes on in the round after. Scrapy's goes
    through the loop's timers, once to the call and once to those who wait, among all time limits that run."""

    def __init__(self, function: Callable[[], None]) -> None:
        super().__init__(function)
        self._made = asyncio.Event()

    def schedule(self, delay: float = 0) -> None:
        if delay:
            super().schedule(delay)
        elif self._call is None:
            self._call = asyncio.get_running_loop().call_soon(self)  # type: ignore[assignment]  # it is only cancelled

    def __call__(self) -> None:
        super().__call__()
        self._made.set()

    async def wait(self) -> None:
        self._made.clear()
        await self._made.wait()


class StraightEngine(ExecutionEngine):
    """Looks for requests to send in the loop's next round."""

    async def open_spider_async(self, *, close_if_idle: bool = True) -> None:
        await super().open_spider_async(close_if_idle=close_if_idle)
        slot = self._slot
        if slot is not None:  # None: what was told of the opening has closed the spider again
            slot.nextcall = Soon(self._start_scheduled_requests)
            slot.heartbeat = create_looping_call(slot.nextcall.schedule)


class StraightCrawler(Crawler):
    """A crawl with that engine and that scraper, which no setting names."""

    def _create_engine(self) -> ExecutionEngine:
        engine = super()._create_engine()
        engine.__class__ = StraightEngine  # they add nothing to what the others hold
        engine.scraper.__class__ = StraightScraper
        return engine


class StraightDownloader(Downloader):
    """Sends a request at once where nothing of its host waits, nor is to wait."""

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Response | Request]:
        del spider  # Scrapy passes it to those that ask for it
        self.active.add(request)
        asked: Deferred[Response | Request] = deferred_from_coro(
            self.middleware.download_async(self._enqueue_request, request)
        )
        return asked.addBoth(self._left, request)

    def _left(self, result: Any, request: Request) -> Any:
        self.active.remove(request)
        return result

    async def _enqueue_request(self, request: Request) -> Response:
        key, slot = self._get_slot(request)
        now = monotonic()
        if (
            slot.queue
            or slot.latercall
            or slot.jitter
            or slot.free_transfer_slots() <= 0
            or now - slot.lastseen < slot.delay
        ):
            return await super()._enqueue_request(request)
        request.meta[self.DOWNLOAD_SLOT] = key
        slot.active.add(request)
        self.signals.send_catch_log(
            signal=signals.request_reached_downloader, request=request, spider=self.crawler.spider
        )
        slot.lastseen = now
        try:
            return await self._download(slot, request)
        finally:
            slot.active.remove(request)
