"""Requests of leases pass by Scrapy's queues; all others wait in them as they would without us."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.statscollectors import StatsCollector
from scrapy.utils.request import RequestFingerprinter

from crawler.runner import runner_of
from crawler.settings import for_crawls
from crawler.straight import Soon, StraightCrawler, StraightScheduler, StraightScraper


def scheduler() -> StraightScheduler:
    settings = for_crawls("agent") | {"SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue"}  # no downloader
    crawler = runner_of(settings).create_crawler(type("Own", (Spider,), {"name": "own"}))
    crawler.stats = StatsCollector(crawler)
    crawler.request_fingerprinter = RequestFingerprinter(crawler)
    crawler.spider = crawler._create_spider()
    made = StraightScheduler.from_crawler(crawler)
    made.open(crawler.spider)
    return made


def leased(number: int) -> Request:
    return Request(f"http://agency.test/{number}", meta={"lease": number}, dont_filter=True)


def addresses(queue: StraightScheduler) -> list[str]:
    given = []
    while (request := queue.next_request()) is not None:
        given.append(request.url.rpartition("/")[2])
    return given


def test_requests_of_leases_are_given_in_their_order_and_counted() -> None:
    queue = scheduler()
    assert queue.next_request() is None
    assert all(queue.enqueue_request(leased(number)) for number in range(3))
    assert len(queue) == 3
    assert queue.has_pending_requests()
    assert addresses(queue) == ["0", "1", "2"]
    assert not queue.has_pending_requests()
    queue.close("finished")
    assert queue.stats is not None
    assert queue.stats.get_value("scheduler/enqueued") == queue.stats.get_value("scheduler/dequeued/memory") == 3


def test_a_request_of_somebodys_own_goes_by_its_priority_and_once() -> None:
    queue = scheduler()
    queue.enqueue_request(leased(0))
    queue.enqueue_request(Request("http://agency.test/first", priority=5))
    assert not queue.enqueue_request(Request("http://agency.test/first"))
    queue.enqueue_request(leased(1))
    assert len(queue) == 3
    assert addresses(queue)[0] == "first"


async def test_what_a_callback_gives_is_worked_on_in_its_order_and_its_faults_are_told() -> None:
    crawler = runner_of(for_crawls("agent")).create_crawler(type("Own", (Spider,), {"name": "own"}))
    scraper = StraightScraper.__new__(StraightScraper)
    scraper.concurrent_items = 1
    done: list[object] = []

    async def worked_on(output: object, response: object) -> None:
        done.append((output, response))

    def told(failure: object, request: object, response: object) -> None:
        done.append(type(failure.value).__name__)  # type: ignore[attr-defined]

    async def callback() -> AsyncIterator[int]:
        yield 1
        yield 2
        raise ValueError("the callback's own fault")

    scraper._process_spidermw_output_async = worked_on  # type: ignore[method-assign]
    scraper.handle_spider_error = told  # type: ignore[method-assign,assignment]
    response = Response("http://agency.test/")
    await scraper.handle_spider_output_async(callback(), Request("http://agency.test/"), response)
    assert done == [(1, response), (2, response), "ValueError"]
    assert isinstance(crawler, StraightCrawler)


async def test_an_asynchronous_callback_begins_at_once_and_any_other_as_it_would_by_scrapy() -> None:
    class Own(Spider):
        name = "own"

        async def asynchronous(self, response: Response, word: str) -> AsyncIterator[str]:
            yield f"{response.url} {word}"

        def plain(self, response: Response) -> Iterator[str]:
            yield response.url

    scraper = StraightScraper.__new__(StraightScraper)
    scraper.crawler = runner_of(for_crawls("agent")).create_crawler(Own)
    spider = scraper.crawler.spider = scraper.crawler._create_spider()
    assert isinstance(spider, Own)
    request = Request("http://agency.test/", callback=spider.asynchronous, cb_kwargs={"word": "a"})
    response, turns = Response("http://agency.test/"), list[str]()
    asyncio.get_running_loop().call_soon(turns.append, "the loop went round")
    given = await scraper.call_spider_async(response, request)
    assert turns == []
    assert isinstance(given, AsyncIterator)
    assert [each async for each in given] == ["http://agency.test/ a"]
    assert response.request is request
    response, request = Response("http://agency.test/"), Request("http://agency.test/", callback=spider.plain)
    other = await scraper.call_spider_async(response, request)
    assert turns == ["the loop went round"]
    assert isinstance(other, Iterator)
    assert list(other) == ["http://agency.test/"]


async def test_what_is_asked_for_soon_is_done_once_and_then_those_who_wait_go_on() -> None:
    done: list[str] = []
    soon = Soon(lambda: done.append("called"))

    async def waits(name: str) -> None:
        await soon.wait()
        done.append(name)

    waiting = [asyncio.create_task(waits(name)) for name in ("first", "given up", "last")]
    await asyncio.sleep(0)
    waiting[1].cancel()
    for _ in range(3):
        soon.schedule()
    with pytest.raises(asyncio.CancelledError):
        await waiting[1]
    await asyncio.gather(waiting[0], waiting[2])
    assert done == ["called", "first", "last"]
    soon.schedule()
    soon.cancel()
    later = Soon(lambda: done.append("later"))
    later.schedule(0.01)
    await later.wait()
    assert done == ["called", "first", "last", "later"]


CRAWL = """
import asyncio
from scrapy.utils.reactor import install_reactor
install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
from scrapy import Spider, signals
from twisted.internet import reactor
from crawler.runner import runner_of

class Closing:
    @classmethod
    def from_crawler(cls, crawler):
        made = cls()
        made.crawler = crawler
        crawler.signals.connect(made.opened, signals.spider_opened)
        return made

    async def opened(self, spider):
        if spider.closed_at_once:
            await self.crawler.engine.close_spider_async(reason="not today")

class Own(Spider):
    name = "own"
    closed_at_once = %s

    async def start(self):
        slot = self.crawler.engine._slot
        print(type(slot.nextcall).__name__, slot.heartbeat._func == slot.nextcall.schedule)
        return
        yield

async def crawl():
    try:
        await asyncio.wait_for(runner_of({"EXTENSIONS": {Closing: 1}, "TELNETCONSOLE_ENABLED": False}).crawl(Own), 20)
        print("ended")
    finally:
        reactor.stop()

reactor.callWhenRunning(lambda: asyncio.ensure_future(crawl()))
reactor.run()
"""


def crawled(*, closed_at_once: bool) -> list[str]:
    command = [sys.executable, "-c", CRAWL % closed_at_once]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


def test_a_crawl_looks_for_requests_in_the_loops_next_round() -> None:
    assert crawled(closed_at_once=False) == ["Soon True", "ended"]


def test_a_crawl_that_is_closed_while_it_is_opened_ends_as_by_scrapy() -> None:
    assert crawled(closed_at_once=True)[-1:] == ["ended"]
