"""The last downloader middleware before the network: no request leaves that the guard does not permit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

from crawler.politeness.guard import permits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy import Request
    from scrapy.crawler import Crawler


class Blocked(IgnoreRequest):
    """The address guard refused; the message says which address and why."""


def proxy_host(proxy: str | None) -> str | None:
    """The host of `http://host:port`, which the operator chose and which need not be public."""
    return urlsplit(proxy).hostname if proxy else None


class Gate:
    """Refuses schemes, literal addresses and ports before a request is sent; names are judged by the guarded resolver."""

    def __init__(self, exceptions: Mapping[str, tuple[str, int]], proxy: str | None) -> None:
        self._exceptions = exceptions
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assignment = getattr(crawler, "assignment", None)
        if assignment is None:
            return cls({}, None)
        return cls(assignment.session.exceptions, proxy_host(assignment.session.config.proxy))

    def process_request(self, request: Request) -> None:
        if refusal := permits(request.url, self._exceptions, proxy=self._proxy):
            raise Blocked(refusal)
