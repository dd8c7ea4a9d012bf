"""The last downloader middleware before the network: no request leaves that the guard does not permit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

from crawler.politeness.addresses import permits, unsafe, without_user
from crawler.politeness.guard import assert_installed, is_proved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy import Request
    from scrapy.crawler import Crawler

KEPT = 1000
"""Origins (scheme, host, port) that are known to be permitted: all else in an address, but unsafe characters, is not judged."""


class Blocked(IgnoreRequest):
    """The address guard refused; the message says which address and why."""


def proxy_host(proxy: str | None) -> str | None:
    """The host of `http://host:port`, which the operator chose and which need not be public."""
    return urlsplit(proxy).hostname if proxy else None


class Gate:
    """Refuses schemes, literal addresses, ports and proxies before a request is sent; names are judged by the guarded
    resolver, which is proved to be there before each request: by trying it once, then by its being the same."""

    def __init__(self, exceptions: Mapping[str, tuple[str, int]], proxy: str | None) -> None:
        self._exceptions = exceptions
        self._proxy = proxy
        self._permitted: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assignment = getattr(crawler, "assignment", None)
        if assignment is None:
            return cls({}, None)
        return cls(assignment.session.exceptions, assignment.session.config.proxy)

    def process_request(self, request: Request) -> None:
        """Raises `Blocked`; RuntimeError where the guard is not in place."""
        from twisted.internet import reactor

        if not is_proved(reactor):
            assert_installed(reactor)
        self._judge(request.url)
        # The handler connects to whatever stands here, and nobody would judge where the proxy goes from there.
        asked = request.meta.get("proxy")
        if asked and _place(asked) != _place(self._proxy or ""):
            raise Blocked(f"the proxy {without_user(asked)} is not the one that dateline.toml names")

    def _judge(self, url: str) -> None:
        origin = "/".join(url.split("/", 3)[:3])
        if origin in self._permitted and not unsafe(url):
            return
        if refusal := permits(url, self._exceptions, proxy=proxy_host(self._proxy)):
            raise Blocked(refusal)
        if len(self._permitted) >= KEPT:
            self._permitted.clear()
        self._permitted.add(origin)


def _place(proxy: str) -> tuple[str, str]:
    """Scheme and address of a proxy, without user name and path."""
    parts = urlsplit(proxy)
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()
