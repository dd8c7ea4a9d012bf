"""A request is sent at once where its host's slot is free; else it waits in it as it would without us."""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.http import Response
from twisted.internet.defer import Deferred

from crawler.straight import StraightDownloader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONG_AGO = -1e9
HOUR = 3600.0


class Network:
    """Notes what is sent, and answers when it is told to."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.answers = asyncio.Event()
        self.fails = False

    async def download_request_async(self, request: Request) -> Response:
        self.sent.append(request.url)
        await self.answers.wait()
        if self.fails:
            raise TimeoutError
        return Response(request.url)

    async def download_async(self, download: Callable[[Request], Any], request: Request) -> Response:
        """As the middlewares: hands on."""
        response: Response = await download(request)
        return response


class Told:
    """The signals that were sent, by name."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def send_catch_log(self, signal: object, **named: Any) -> None:
        self.names.append(next(name for name, value in vars(signals).items() if value is signal))


def downloader(slot: Slot) -> StraightDownloader:
    """One whose only host has this slot, without a crawl."""
    made = StraightDownloader.__new__(StraightDownloader)
    made.crawler = SimpleNamespace(spider=None)  # type: ignore[assignment]
    made.handlers = made.middleware = Network()  # type: ignore[assignment]
    made.signals = Told()  # type: ignore[assignment]
    made.slots, made.active, made.ip_concurrency = {"agency.test": slot}, set(), 0
    return made


def asked(number: int) -> Request:
    return Request(f"http://agency.test/{number}")


@pytest.fixture
def slot() -> Iterator[Slot]:
    made = Slot(2, 0.0, 0.0)
    yield made
    made.close()


async def begun(made: StraightDownloader, *requests: Request) -> tuple[list[asyncio.Task[Response]], list[str]]:
    """What is under way, and what of it was sent, once nothing but the clock or an answer brings more."""
    tasks = [asyncio.create_task(made._enqueue_request(request)) for request in requests]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks, [url.rpartition("/")[2] for url in network(made).sent]


def network(made: StraightDownloader) -> Network:
    there: Any = made.handlers
    assert isinstance(there, Network)
    return there


async def stopped(tasks: list[asyncio.Task[Response]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.usefixtures("reactor")
async def test_a_request_is_sent_at_once_where_its_slot_is_free(slot: Slot) -> None:
    made, request = downloader(slot), asked(1)
    slot.lastseen, slot.delay = LONG_AGO, HOUR
    tasks, sent = await begun(made, request)
    assert sent == ["1"]
    assert (slot.active, slot.transferring, list(slot.queue)) == ({request}, {request}, [])
    assert request.meta["download_slot"] == "agency.test"
    network(made).answers.set()
    assert (await tasks[0]).url == request.url
    assert (slot.active, slot.transferring) == (set(), set())
    assert made.signals.names == ["request_reached_downloader", "response_downloaded", "request_left_downloader"]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("reactor")
async def test_the_next_request_to_a_host_waits_for_the_delay(slot: Slot) -> None:
    slot.lastseen, slot.delay = LONG_AGO, HOUR
    tasks, sent = await begun(downloader(slot), asked(1), asked(2))
    assert (sent, len(slot.queue)) == (["1"], 1)
    assert slot.latercall is not None
    await stopped(tasks)


@pytest.mark.usefixtures("reactor")
async def test_a_request_waits_where_the_slot_is_full(slot: Slot) -> None:
    made = downloader(slot)
    tasks, sent = await begun(made, asked(1), asked(2), asked(3))
    assert (sent, len(slot.queue)) == (["1", "2"], 1)
    network(made).answers.set()
    await asyncio.gather(*tasks)
    assert [url[-1] for url in network(made).sent] == ["1", "2", "3"]


@pytest.mark.usefixtures("reactor")
async def test_no_request_overtakes_one_that_waits(slot: Slot) -> None:
    made = downloader(slot)
    slot.queue = deque([(asked(1), Deferred())])
    tasks, sent = await begun(made, asked(2))
    assert sent == ["1", "2"]
    network(made).answers.set()
    await asyncio.gather(*tasks)


@pytest.mark.usefixtures("reactor")
async def test_a_request_waits_where_the_slot_is_to_be_looked_at_later(slot: Slot) -> None:
    slot.latercall = SimpleNamespace(cancel=lambda: None)  # type: ignore[assignment]
    tasks, sent = await begun(downloader(slot), asked(1))
    assert (sent, len(slot.queue)) == ([], 1)
    await stopped(tasks)


@pytest.mark.usefixtures("reactor")
async def test_a_delay_that_varies_may_be_the_longest(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapy.core.downloader.random.uniform", lambda _, most: most)
    slot.delay, slot.jitter, slot.lastseen = HOUR, 1.0, monotonic() - 1.5 * HOUR
    tasks, sent = await begun(downloader(slot), asked(1))
    assert (sent, len(slot.queue)) == ([], 1)
    await stopped(tasks)


@pytest.mark.usefixtures("reactor")
@pytest.mark.parametrize("fails", [False, True])
async def test_a_request_is_active_until_it_is_answered_or_fails(slot: Slot, fails: bool) -> None:
    made, request = downloader(slot), asked(1)
    network(made).fails = fails
    answered: Any = made.fetch(request).addErrback(lambda failure: failure.type)
    assert made.active == {request}
    network(made).answers.set()
    answer = await answered.asFuture(asyncio.get_running_loop())
    assert answer is TimeoutError if fails else answer.url == request.url
    assert (made.active, slot.active, slot.transferring) == (set(), set(), set())
