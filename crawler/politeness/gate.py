"""The last downloader middleware before the network: no request leaves that the guard does not permit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import IgnoreRequest

from crawler.politeness.guard import permits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy import Request
    from scrapy.crawler import Crawler


class Blocked(IgnoreRequest):
    """The address guard refused; the message says which address and why."""


class Gate:
    """Refuses schemes, literal addresses and ports before a request is sent; names are judged by the guarded resolver."""

    def __init__(self, exceptions: Mapping[str, tuple[str, int]]) -> None:
        self._exceptions = exceptions

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assignment = getattr(crawler, "assignment", None)
        return cls(assignment.session.exceptions if assignment else {})

    def process_request(self, request: Request) -> None:
        if refusal := permits(request.url, self._exceptions):
            raise Blocked(refusal)
