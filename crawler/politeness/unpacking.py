"""Content encodings are taken off in a thread beside the loop, one body at a time, and no further than the request's cap.

Scrapy's own middleware does it in the loop, calls what goes over the cap a policy of ours, and what cannot be unpacked an
error of the spider. `unpacked` is pure; nothing is kept of a body before it is known to end within the cap, unless it is
short.
"""

from __future__ import annotations

import asyncio
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Final, Self

import brotli  # type: ignore[import-untyped]  # it has no types
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scrapy import Request
    from scrapy.crawler import Crawler

ACCEPTED: Final = "gzip, deflate, br, zstd"

MOST_ENCODINGS: Final = 3
"""Encodings of one answer; two were seen. A header has room for thousands, each of which may unpack to the cap."""

MOST_MEMBERS: Final = 10_000
"""Of a gzip body, as for files (`discovery/documents.py`)."""

WINDOW: Final = 23
"""RFC 9659: a zstd window of a content encoding is 8 MiB at the most (libzstd allows 128 MiB)."""

__all__ = ["TooLarge", "Undecodable", "Unpacking", "unpacked", "zstd"]

_SHORT: Final = 2**20
_PIECE: Final = 2**16
_OUT: Final = 2**18
_ONE_AT_A_TIME = ThreadPoolExecutor(1, thread_name_prefix="dateline-unpacking")


class Undecodable(Exception):
    """A body that its Content-Encoding does not describe."""


class TooLarge(Exception):
    """A body that unpacks to more than its cap."""


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
        """The response without its encodings. Raises DownloadCancelledError over the request's cap, `Undecodable`."""
        named = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
        encodings = [name for part in named.split(",") if (name := part.strip()) not in ("", "identity")]
        if not encodings or not response.body:
            return response
        cap = int(request.meta.get("download_maxsize") or self._cap)
        loop = asyncio.get_running_loop()
        try:
            body, left = await loop.run_in_executor(_ONE_AT_A_TIME, unpacked, response.body, encodings, cap)
        except TooLarge as error:
            raise DownloadCancelledError(f"{request.url}: {error}") from error
        except Undecodable as error:
            raise Undecodable(f"{request.url}: {error}") from error
        headers = response.headers.copy()
        headers.pop("Content-Encoding")
        if left:
            headers["Content-Encoding"] = ", ".join(left)
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        encoding = {"encoding": None} if issubclass(kind, TextResponse) else {}  # guessed from the unpacked body
        return response.replace(cls=kind, headers=headers, body=body, **encoding)


def unpacked(body: bytes, encodings: Sequence[str], cap: int) -> tuple[bytes, list[str]]:
    """The body without its encodings (given in the order in which they were put on), and those that are left because
    nobody knows them. Raises `TooLarge` where any layer has more than `cap` bytes, `Undecodable`."""
    left = list(encodings)
    if len(left) > MOST_ENCODINGS:
        raise Undecodable(f"{len(left)} content encodings over one another, more than {MOST_ENCODINGS}")
    while left and (layer := _LAYERS.get(left[-1])):
        name = left.pop()
        try:
            body = _whole(layer, body, cap)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            raise Undecodable(f"Content-Encoding {name}, but the body is none: {error}") from error
        except TooLarge as error:
            raise TooLarge(f"{error} ({name})") from error
    return body, left


def _whole(layer: Callable[[bytes], Iterator[bytes]], body: bytes, cap: int) -> bytes:
    """All that a layer unpacks to. A long one is counted first: a bomb is never held in memory."""
    kept, size = BytesIO(), 0
    for piece in layer(body):
        size += len(piece)
        if size > cap:
            raise TooLarge(f"{len(body)} bytes unpack to more than {cap}")
        if size <= _SHORT:
            kept.write(piece)
    if size > _SHORT:
        kept = BytesIO()
        for piece in layer(body):
            kept.write(piece)
    return kept.getvalue()


def _gunzipped(body: bytes) -> Iterator[bytes]:
    """Member after member; what is damaged behind the first good byte ends it, as it does in browsers."""
    view, at, some = memoryview(body), 0, False
    for _ in range(MOST_MEMBERS):
        engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        while not engine.eof and at < len(body):
            piece = view[at : at + _PIECE]
            try:
                out = engine.decompress(piece, _OUT)
            except zlib.error:
                if some:
                    return
                raise
            at += len(piece) - len(engine.unconsumed_tail) - len(engine.unused_data)
            if out:
                some = True
                yield out
        if not body.startswith(b"\x1f\x8b", at):
            break
    if not some and not engine.eof:
        raise EOFError("it ends before its first byte of content")


def _inflated(body: bytes) -> Iterator[bytes]:
    """RFC 9110 8.4.1.2 means zlib's format; some servers send the raw one."""
    try:
        zlib.decompressobj().decompress(body, 1)
        engine = zlib.decompressobj()
    except zlib.error:
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
    view = memoryview(body)
    for at in range(0, len(body), _PIECE):
        piece: bytes | memoryview = view[at : at + _PIECE]
        while piece and not engine.eof:
            if out := engine.decompress(piece, _OUT):
                yield out
            piece = engine.unconsumed_tail


def _unbrotlied(body: bytes) -> Iterator[bytes]:
    engine = brotli.Decompressor()
    out = engine.process(body, output_buffer_limit=_OUT)
    while out:
        yield out
        if engine.is_finished():
            return
        out = engine.process(b"", output_buffer_limit=_OUT)


def _unzstandarded(body: bytes) -> Iterator[bytes]:
    some, options = False, {int(zstd.DecompressionParameter.window_log_max): WINDOW}
    with zstd.ZstdFile(BytesIO(body), options=options) as file:
        while True:
            try:
                out = file.read(_OUT)
            except EOFError:
                if some:
                    return
                raise
            if not out:
                return
            some = True
            yield out


_LAYERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _inflated,
    "br": _unbrotlied,
    "zstd": _unzstandarded,
}
