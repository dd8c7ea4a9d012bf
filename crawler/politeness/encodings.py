"""Content encodings taken off a body, no further than a cap, within a bounded time: of answers and of WARC records. Pure.

A body whose end is missing is none, whatever its encoding: half a page would be stored as a whole one. `whole=False` takes
what there is, for what was cut on purpose. What comes behind the end of gzip and zstd is passed over, as in browsers.
"""

from __future__ import annotations

import sys
import time
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

import brotli  # type: ignore[import-untyped]  # it has no types

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

MOST_ENCODINGS: Final = 3
"""Encodings of one answer; two were seen. A header has room for thousands, each of which may unpack to the cap."""

MOST_MEMBERS: Final = 10_000
"""gzip members or zstd frames of a body, as for files (`discovery/gzipped.py`): empty ones are a few bytes packed, none
unpacked, and a call each."""

WINDOW: Final = 23
"""RFC 9659: a zstd window of a content encoding is 8 MiB at the most (libzstd allows 128 MiB)."""

SECONDS: Final = 5.0
"""Processor time that one body may take; 50 MB of sitemap take 0.2 s."""

__all__ = ["SECONDS", "TooLarge", "Undecodable", "unpacked", "zstd"]

_SHORT: Final = 2**20
_PIECE: Final = 2**16
_OUT: Final = 2**18
_GZIP: Final = b"\x1f\x8b\x08"
_FLUSHED: Final = b"\0\0\xff\xff"
"""What Z_SYNC_FLUSH ends with."""
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_SKIPPED: Final = b"\x2a\x4d\x18"
_SKIPPED_FIRST: Final = frozenset(bytes((first,)) for first in range(0x50, 0x60))
"""How frames begin that hold nothing (RFC 8878 3.1.2)."""
_DAMAGED: Final = (zlib.error, brotli.error, zstd.ZstdError, EOFError)


class Undecodable(Exception):
    """A body that its Content-Encoding does not describe."""


class TooLarge(Exception):
    """A body that unpacks to more than its cap, or that takes too long."""


class GivenUp(Exception):
    """Nobody waits for the body any more."""


def unpacked(
    body: bytes,
    encodings: Sequence[str],
    cap: int,
    *,
    whole: bool = True,
    given_up: Callable[[], bool] = lambda: False,
) -> tuple[bytes, list[str]]:
    """The body without its encodings (given in the order in which they were put on), and those that are left because
    nobody knows them.

    Raises `TooLarge` where any layer has more than `cap` bytes or `MOST_MEMBERS`, or all of them take more than `SECONDS`;
    `Undecodable`; `GivenUp` soon after `given_up()` is true. `whole` False: the first `cap` bytes of what can be read.
    """
    left, until = list(encodings), time.thread_time() + SECONDS
    if len(left) > MOST_ENCODINGS:
        raise Undecodable(f"{len(left)} content encodings over one another, more than {MOST_ENCODINGS}")

    def watched(pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            if given_up():
                raise GivenUp
            if time.thread_time() > until:
                raise TooLarge(f"{len(body)} bytes take more than {SECONDS:g} s of processor time to unpack")
            yield piece

    while left and (layer := _LAYERS.get(left[-1])):
        name = left.pop()
        try:
            body = (_all if whole else _beginning)(lambda: watched(layer(body)), cap)  # noqa: B023  # called at once
        except _DAMAGED as error:
            raise Undecodable(f"Content-Encoding {name}, but the body is none: {error}") from error
        except TooLarge as error:
            raise TooLarge(f"{error} ({name})") from error
    return body, left


def _all(pieces: Callable[[], Iterator[bytes]], cap: int) -> bytes:
    """All that a layer unpacks to. A long one is counted first: a bomb is never held in memory."""
    kept, size = BytesIO(), 0
    for piece in pieces():
        size += len(piece)
        if size > cap:
            raise TooLarge(f"it unpacks to more than {cap} bytes")
        if size <= _SHORT:
            kept.write(piece)
    if size > _SHORT:
        kept = BytesIO()
        for piece in pieces():
            kept.write(piece)
    return kept.getvalue()


def _beginning(pieces: Callable[[], Iterator[bytes]], cap: int) -> bytes:
    kept = bytearray()
    try:
        for piece in pieces():
            kept += piece
            if len(kept) >= cap:
                break
    except _DAMAGED:
        if not kept:
            raise
    return bytes(kept[:cap])


def _gunzipped(body: bytes) -> Iterator[bytes]:
    """Member after member. As in browsers, sizes and checksums behind a member are passed over, since some servers leave
    them out."""
    at = 0
    for _ in range(MOST_MEMBERS):
        at = yield from _inflated(body, _header_ends(body, at), -zlib.MAX_WBITS)
        at += 8
        if not body.startswith(_GZIP, at):
            return
    raise TooLarge(f"more than {MOST_MEMBERS} gzip members")


def _header_ends(body: bytes, at: int) -> int:
    """Where the content of the gzip member at `at` begins (RFC 1952 2.3). Raises zlib.error, EOFError."""
    if not body.startswith(_GZIP, at):
        raise zlib.error("no gzip header")
    flags, end = body[at + 3 : at + 4], at + 10
    if flags and flags[0] & 4:
        end += 2 + int.from_bytes(body[end : end + 2], "little")
    for flag in (8, 16):  # a name, a comment: each to a zero byte
        if flags and flags[0] & flag:
            end = body.find(b"\0", end) + 1
            if not end:
                raise EOFError("it ends within its header")
    if flags and flags[0] & 2:
        end += 2
    if end >= len(body):
        raise EOFError("it ends before its first byte of content")
    return end


def _deflated(body: bytes) -> Iterator[bytes]:
    """RFC 9110 8.4.1.2 means zlib's format; some servers send the raw one."""
    try:
        zlib.decompressobj().decompress(body[:_PIECE], 1)
        bits = zlib.MAX_WBITS
    except zlib.error:
        bits = -zlib.MAX_WBITS
    yield from _inflated(body, 0, bits)


def _inflated(body: bytes, at: int, bits: int) -> Generator[bytes, None, int]:
    """The stream that begins at `at`; answers where it ends. zlib may have taken all and still hold content. Some servers
    flush the last of a page and never end the stream; that the page came whole, its length or its chunks said."""
    view, engine = memoryview(body), zlib.decompressobj(bits)
    while not engine.eof:
        piece = view[at : at + _PIECE]
        out = engine.decompress(piece, _OUT)
        at += len(piece) - len(engine.unconsumed_tail) - len(engine.unused_data)
        yield out
        if not piece and not out and not engine.eof:
            if body.endswith(_FLUSHED):
                break
            raise EOFError("it ends too early")
    return at


def _unbrotlied(body: bytes) -> Iterator[bytes]:
    engine, rest = brotli.Decompressor(), body
    while not engine.is_finished():
        out = engine.process(rest, output_buffer_limit=_OUT)
        rest = b""
        yield out
        if not out and not engine.is_finished():
            raise EOFError("it ends too early")


def _unzstandarded(body: bytes) -> Iterator[bytes]:
    view, at = memoryview(body), 0
    for _ in range(MOST_MEMBERS):
        engine = zstd.ZstdDecompressor(options={int(zstd.DecompressionParameter.window_log_max): WINDOW})
        while not engine.eof:
            piece = view[at : at + _PIECE] if engine.needs_input else b""
            if engine.needs_input and not piece:
                raise EOFError("it ends too early")
            at += len(piece)
            yield engine.decompress(piece, _OUT)
        at -= len(engine.unused_data)
        if body[at : at + 4] != _ZSTD and (
            body[at + 1 : at + 4] != _SKIPPED or body[at : at + 1] not in _SKIPPED_FIRST
        ):
            return
    raise TooLarge(f"more than {MOST_MEMBERS} zstd frames")


_LAYERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _deflated,
    "br": _unbrotlied,
    "zstd": _unzstandarded,
}
