"""Ends a download after as many bytes as are read of it: of a robots.txt RFC 9309 asks for 500 KiB, however long it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import StopDownload

from crawler.politeness.robots import BODY_LIMIT

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

CUT = "cut_at"
"""The meta of a request that is cut: bytes as they come; where a Content-Encoding is taken off, as many of what is inside."""

_SEEN = "cut_seen"

OF_ROBOTS: dict[str, Any] = {CUT: BODY_LIMIT, "download_maxsize": 0}
"""The meta of a request for robots.txt. No size, or Scrapy would throw away what calls itself larger."""


class Cut:
    """Scrapy extension."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        cut = cls()
        crawler.signals.connect(cut.came, signals.bytes_received)
        return cut

    def came(self, data: bytes, request: Request) -> None:
        """Raises StopDownload, which Scrapy takes as a short answer, once there is enough."""
        limit = request.meta.get(CUT)
        if limit is None:
            return
        seen = request.meta[_SEEN] = request.meta.get(_SEEN, 0) + len(data)
        if seen >= limit:
            raise StopDownload(fail=False)
