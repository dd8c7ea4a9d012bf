"""robots.txt over the network: redirects to any host, 500 KiB of any length, no 304, and requests that no lease has judged."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner

from crawler import obey, robots_asked
from crawler import settings as project
from crawler.obey import Disallowed, Obey
from crawler.politeness import guard, robots
from crawler.politeness.robots_groups import group_of
from crawler.source import Endpoint
from storage.models import HostRules
from tests.crawler.small_site import HOST, SmallServer, SmallSite, crawls

FEED = '<rss version="2.0"><channel>{}</channel></rss>'


def feed(*links: str) -> str:
    return FEED.format("".join(f"<item><title>{link}</title><link>{link}</link></item>" for link in links))


async def asked_with(tmp_path: Path, robots_txt: Any, **answers: Any) -> list[str]:
    """What was asked for of a feed with /closed and /open, robots.txt left out."""
    site = SmallSite({"/robots.txt": robots_txt, "/feed": feed("/closed", "/open"), **answers})
    async with crawls(tmp_path, site, Endpoint("/feed", "feed")) as wire:
        await wire.live()
        return wire.targets()


async def test_a_robots_txt_of_any_length_is_read_up_to_its_500_kib(tmp_path: Path, reactor: Any) -> None:
    body = b"User-agent: *\nDisallow: /closed\n" + b"#" * (11 * 2**20)
    assert await asked_with(tmp_path, body) == ["/feed", "/open"]


async def test_a_redirect_that_must_not_be_followed_closes_the_host(tmp_path: Path, reactor: Any) -> None:
    assert await asked_with(tmp_path, (302, {"Location": "file:///etc/hosts"}, "")) == []
    other = tmp_path / "circle"
    other.mkdir()
    assert await asked_with(other, (302, {"Location": "/robots.txt"}, "")) == ["/feed", "/closed", "/open"]


async def test_rules_are_asked_for_whole_after_a_day_and_a_304_opens_nothing(tmp_path: Path, reactor: Any) -> None:
    site = SmallSite(
        {"/robots.txt": (200, {"ETag": '"a"'}, "User-agent: *\nDisallow: /closed"), "/feed": feed("/closed")}
    )
    async with crawls(tmp_path, site, Endpoint("/feed", "feed")) as wire:
        await wire.live()
        site.answers["/robots.txt"] = (304, {}, "")
        wire.ahead = 25 * 3600.0
        wire.server.asked.clear()
        await wire.live()
        (request,) = wire.server.asked
        assert request[1] == "/robots.txt"
        assert not {"If-None-Match", "If-Modified-Since"} & request[3].keys()


async def test_a_location_in_raw_utf8_is_followed_as_it_was_meant(tmp_path: Path, reactor: Any) -> None:
    site = SmallSite({"/robots.txt": "", "/feed": feed("/a"), "/a": (302, {"Location": "/новости"}, "")})
    async with crawls(tmp_path, site, Endpoint("/feed", "feed")) as wire:
        await wire.live()
        assert wire.targets()[-1] == "/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"


@pytest.mark.parametrize("line", ["\n", "allow:/\n", "disallow:/*a*b\n"])
def test_the_worst_rules_take_time_by_their_length(line: str) -> None:
    def seconds(length: int) -> float:
        body = ("User-agent: *\n" + line * (length // len(line))).encode()
        group_of.cache_clear()
        began = time.process_time()
        read = robots.read(200, body, now=0.0, host=HOST, agent=robots.TOKEN)
        robots.allowed(read, "https://wire.test/" + "ab" * 900, robots.TOKEN)
        return time.process_time() - began

    part, whole = (min(seconds(length) for _ in range(2)) for length in (robots.BODY_LIMIT // 4, robots.BODY_LIMIT))
    assert whole < 8 * max(part, 0.005)


class ByHand(Spider):
    """Somebody's own, with requests that no lease has judged."""

    name = "by-hand"
    urls: tuple[str, ...] = ()
    meta: dict[str, Any] = {}  # noqa: RUF012 - the tests' own, set on a subclass

    async def start(self) -> Any:
        for url in self.urls:
            yield Request(url, self.came, errback=self.failed, meta=dict(self.meta), dont_filter=True)

    async def came(self, response: Any) -> None:
        self.crawler.ended.append(response.status)  # type: ignore[attr-defined]  # set by the test

    async def failed(self, failure: Any) -> None:
        self.crawler.ended.append(str(failure.value))  # type: ignore[attr-defined]  # set by the test


async def by_hand(reactor: Any, server: SmallServer, *paths: str, **meta: Any) -> list[Any]:
    guard.install(reactor, exceptions={HOST: ("127.0.0.1", server.port)})
    own = {name: value for name, value in vars(project).items() if name.isupper()}
    runner = AsyncCrawlerRunner(own | {"ITEM_PIPELINES": {}, "LOG_ENABLED": False})
    urls = tuple(f"http://{HOST}{path}" for path in paths)
    crawler = runner.create_crawler(type("Own", (ByHand,), {"urls": urls, "meta": meta}))
    crawler.ended = []  # type: ignore[attr-defined]  # read above
    await runner.crawl(crawler)
    return crawler.ended  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ((200, {}, "User-agent: *\nDisallow: /closed"), ["/robots.txt", "/open"]),
        ((404, {}, "User-agent: *\nDisallow: /"), ["/robots.txt", "/closed", "/open"]),
        ((503, {}, "<html>"), ["/robots.txt"]),
    ],
)
async def test_a_spider_by_hand_keeps_to_robots_txt_by_rfc_9309(reactor: Any, answer: Any, asked: list[str]) -> None:
    async with SmallServer(SmallSite({"/robots.txt": answer, "/open": "o", "/closed": "c"})) as server:
        await by_hand(reactor, server, "/closed", "/open")
        assert sorted(target for _, target, _, _ in server.asked) == sorted(asked)


async def test_no_proxy_but_the_operators_is_gone_through(reactor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with SmallServer(SmallSite({"/open": "o"})) as server, SmallServer(SmallSite({})) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert await by_hand(reactor, server, "/open", dont_obey_robotstxt=True) == [200]
        (told,) = await by_hand(
            reactor, server, "/open", dont_obey_robotstxt=True, proxy=f"http://u:secret@127.0.0.1:{proxy.port}"
        )
        assert "is not the one that dateline.toml names" in told and "secret" not in told
        assert proxy.asked == []


async def test_a_resolver_that_was_put_over_the_guard_ends_the_first_request(reactor: Any) -> None:
    async with SmallServer(SmallSite({"/open": "o"})) as server:
        guard.install(reactor, exceptions={HOST: ("127.0.0.1", server.port)})
        await by_hand(reactor, server)
        own = {name: value for name, value in vars(project).items() if name.isupper()}
        runner = AsyncCrawlerRunner(own | {"ITEM_PIPELINES": {}, "LOG_ENABLED": False})
        reactor.resolver = object()
        crawler = runner.create_crawler(type("Own", (ByHand,), {"urls": (f"http://{HOST}/open",)}))
        crawler.ended = []  # type: ignore[attr-defined]  # read above
        await runner.crawl(crawler)
        assert "not in place" in crawler.ended[0]  # type: ignore[attr-defined]
        assert server.asked == []


async def test_what_went_wrong_once_is_asked_again_and_only_so_many_hosts_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def ask(url: str, host: str, **_: Any) -> HostRules:
        asked.append(host)
        if len(asked) == 1:
            raise RuntimeError("nobody foresaw it")
        return HostRules(host, "disallow_all" if host == "closed.test" else "allow_all", until=time.time() + 60)

    monkeypatch.setattr(robots_asked, "ask", ask)
    monkeypatch.setattr(obey, "MOST_HOSTS", 3)
    own = Obey(SimpleNamespace(engine=SimpleNamespace(download_async=None)))  # type: ignore[arg-type]  # what it needs of one
    with pytest.raises(RuntimeError, match="foresaw"):
        await own.process_request(Request("http://a.test/1"))
    for host in ("a", "a", "b", "c", "d", "d", "a"):
        await own.process_request(Request(f"http://{host}.test/1"))
    assert asked == ["a.test", "a.test", "b.test", "c.test", "d.test", "a.test"]
    with pytest.raises(Disallowed):
        await own.process_request(Request("http://closed.test/1"))
