"""robots.txt for requests that no lease has judged: spiders written by hand, `scrapy fetch`, `scrapy shell`.

In the place of Scrapy's RobotsTxtMiddleware, which reads the body whatever the status, takes a time-out as permission, and
keeps rules for the life of the process.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest, NotConfigured

from crawler import robots_asked
from crawler.politeness import robots
from storage.models import HostRules

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

MOST_HOSTS: Final = 1000
"""Hosts whose rules are kept; each may be 500 KiB."""

_META = {"dont_obey_robotstxt": True, "handle_httpstatus_all": True}


class Disallowed(IgnoreRequest):
    """The host's robots.txt closes the address, or could not be read."""


class Obey:
    """Downloader middleware; leased requests carry `dont_obey_robotstxt`, since the frontier has judged them."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._known: dict[str, asyncio.Task[HostRules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises `Disallowed`."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        if parts.scheme not in {"http", "https"}:
            return
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        task = self._known.get(origin)
        if task is None or _is_over(task):
            self._known.pop(origin, None)  # so that the dictionary is in the order of asking
            if len(self._known) >= MOST_HOSTS:
                del self._known[next(iter(self._known))]
            task = self._known[origin] = asyncio.ensure_future(self._ask(origin, parts.netloc.lower()))
        outcome = robots_asked.refusal(await asyncio.shield(task), request.url, parts.netloc.lower())
        if outcome is not None:
            raise Disallowed(outcome.detail)

    async def _ask(self, origin: str, host: str) -> HostRules:
        assert self._crawler.engine is not None, "requests come from a running engine"
        rules = await robots_asked.ask(
            origin, host, meta=_META, download=self._crawler.engine.download_async, now=time.time
        )
        return rules or HostRules(host)


def _is_over(task: asyncio.Task[HostRules]) -> bool:
    """Whether its rules no longer hold, or there are none: what went wrong once is tried again."""
    if not task.done():
        return False
    return task.cancelled() or task.exception() is not None or robots.stale(task.result(), time.time())
