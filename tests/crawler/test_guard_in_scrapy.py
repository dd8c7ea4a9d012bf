"""The guard inside a real crawl: Scrapy's own handler, a server on loopback that counts who comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner
from twisted.internet.base import BlockingResolver

from crawler.politeness import guard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response

NAMES = {
    "evil.example": ["127.0.0.1"],
    "mixed.example": ["93.184.215.14", "127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat.example": ["64:ff9b::7f00:1"],
    "private.example": ["10.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
}
LITERALS = (
    *("127.0.0.1", "127.1", "127.0.0.1.", "0x7f000001", "0x7f.1", "2130706433", "0177.0.0.1", "0", "0.0.0.0"),
    *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[::]", "１２７.0.0.1", "169.254.169.254"),
)


class Site:
    """A server on loopback: `/away` redirects to its own address by number; every connection counts."""

    def __init__(self) -> None:
        self.connections = 0
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        request = await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
        if b" /away " in request:
            head = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{self.port}/secret\r\n".encode()
        writer.write(head + b"Connection: close\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()
        await writer.wait_closed()


class Asking(Spider):
    name = "asking"
    urls: tuple[str, ...] = ()

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url, callback=self.came, errback=self.failed, cb_kwargs={"asked": url}, dont_filter=True)

    async def came(self, response: Response, asked: str) -> None:
        self.crawler.outcomes[asked] = response.text  # type: ignore[attr-defined]  # set by the test

    async def failed(self, failure: Any) -> None:
        outcomes = self.crawler.outcomes  # type: ignore[attr-defined]  # set by the test
        outcomes[failure.request.cb_kwargs["asked"]] = (
            guard.reason_of(failure.value) or f"unexplained: {failure.value!r}"
        )


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    serving = Site()
    server = await asyncio.start_server(serving.answer, "127.0.0.1", 0)
    serving.port = server.sockets[0].getsockname()[1]
    yield serving
    server.close()
    await server.wait_closed()


async def crawl(*urls: str) -> dict[str, str]:
    settings = {
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "RETRY_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "DOWNLOAD_DELAY": 0.001,
        "DOWNLOAD_TIMEOUT": 5,
        "LOG_ENABLED": False,
    }
    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(type("Asking", (Asking,), {"urls": urls}))
    crawler.outcomes = {}  # type: ignore[attr-defined]  # read by the spider
    await runner.crawl(crawler)
    return crawler.outcomes  # type: ignore[attr-defined,no-any-return]


def asked(name: str) -> list[str]:
    if name not in NAMES:
        raise OSError("Name or service not known")
    return NAMES[name]


async def test_no_form_of_a_closed_address_is_reached_and_each_says_why(reactor: Any, site: Site) -> None:
    guard.install(reactor, exceptions={"agency.test": ("127.0.0.1", site.port)}, lookup=asked)
    guard.assert_installed(reactor)
    hosts = [*LITERALS, *(name for name in NAMES)]
    outcomes = await crawl(*(f"http://{host}:{site.port}/secret" for host in hosts))
    assert len(outcomes) == len(hosts)
    assert {url: why for url, why in outcomes.items() if "is not a public address" not in why} == {}
    assert site.connections == 0


async def test_the_opened_name_is_reached_and_its_redirect_elsewhere_is_not(reactor: Any, site: Site) -> None:
    guard.install(reactor, exceptions={"agency.test": ("127.0.0.1", site.port)}, lookup=asked)
    outcomes = await crawl(f"http://agency.test:{site.port}/a", "http://agency.test/b", "http://agency.test/away")
    assert outcomes[f"http://agency.test:{site.port}/a"] == outcomes["http://agency.test/b"] == "ok"
    assert "127.0.0.1 is not a public address: loopback" in outcomes["http://agency.test/away"]
    assert site.connections == 3


async def test_without_the_guard_the_same_server_would_be_reached(reactor: Any, site: Site) -> None:
    reactor.installResolver(BlockingResolver())  # the reactor's own one starts threads that outlive the tests
    outcomes = await crawl(f"http://127.0.0.1:{site.port}/secret")
    assert list(outcomes.values()) == ["ok"]
    assert site.connections == 1
