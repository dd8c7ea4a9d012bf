"""Content encodings are taken off in threads beside the loop, no further than the request's cap (`encodings.py`).

Scrapy's own middleware does it in the loop, calls what goes over the cap a policy of ours, and what cannot be unpacked an
error of the spider.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Self

from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from crawler.politeness.cut import CUT
from crawler.politeness.encodings import TooLarge, Undecodable, unpacked

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

__all__ = ["Undecodable", "Unpacking"]

ACCEPTED: Final = "gzip, deflate, br, zstd"

_THREADS: Final = ThreadPoolExecutor(4, thread_name_prefix="dateline-unpacking")
"""Several, so that a body that takes long does not hold up those of other hosts; few, since each may hold its cap."""

logger = logging.getLogger(__name__)


class Unpacking:
    """Downloader middleware in the place of Scrapy's HttpCompressionMiddleware."""

    def __init__(self, cap: int) -> None:
        self._cap = cap

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    async def process_response(self, request: Request, response: Response) -> Response:
        """The response without its encodings; of a request with `CUT`, the first so many bytes of it.

        Raises DownloadCancelledError over the request's cap and `Undecodable`, of a 2xx. Any other status says what matters
        by itself (a pause, a redirect, gone), and has an empty body then: proxies label their own error pages by the headers
        of the page that they stand for."""
        named = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
        encodings = [name for part in named.split(",") if (name := part.strip()) not in ("", "identity")]
        if not encodings or not response.body:
            return response
        try:
            body, left = await self._unpacked(request, response, encodings)
        except (TooLarge, Undecodable) as error:
            if not 200 <= response.status < 300:
                logger.info("%s: HTTP %d, its body left out: %s", request.url, response.status, error)
                body, left = b"", []
            elif isinstance(error, TooLarge):
                raise DownloadCancelledError(f"{request.url}: {error}") from error
            else:
                raise Undecodable(f"{request.url}: {error}") from error
        headers = response.headers.copy()
        headers.pop("Content-Encoding")
        if left:
            headers["Content-Encoding"] = ", ".join(left)
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        encoding = {"encoding": None} if issubclass(kind, TextResponse) else {}  # guessed from the unpacked body
        return response.replace(cls=kind, headers=headers, body=body, **encoding)

    async def _unpacked(self, request: Request, response: Response, encodings: list[str]) -> tuple[bytes, list[str]]:
        cut = request.meta.get(CUT)
        cap = int(cut or request.meta.get("download_maxsize") or self._cap)
        done = threading.Event()

        def work() -> tuple[bytes, list[str]]:
            body, left = unpacked(response.body, encodings, cap, whole=cut is None, given_up=done.is_set)
            if cut is not None and len(response.body) >= cut:  # cut while packed: half a line may be left at the end
                body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
            return body, left

        try:
            return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
        finally:
            done.set()  # a process that ends waits for its threads
