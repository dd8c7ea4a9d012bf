"""Bytes of an answer that may be gzip -> what they unpack to, within a limit."""

from __future__ import annotations

import zlib

from crawler.discovery.documents import MAX_SITEMAP_BYTES

MAX_MEMBERS = 10_000
"""Of a gzip file. Those of the makers of many (bgzip) hold 64 KB each: 800 for the largest sitemap."""

_PIECE = 16_384
"""Bytes that are unpacked at a time."""


class GzipError(ValueError):
    """Bytes that begin as gzip and are none, or that unpack to nothing."""


def gunzip(body: bytes, limit: int = MAX_SITEMAP_BYTES) -> tuple[bytes, bool]:
    """The bytes themselves, or what they unpack to when they are gzip: at most `limit` bytes, and whether that is all.

    Several gzip members count as one file, up to `MAX_MEMBERS`. Raises `GzipError` where nothing at all can be unpacked.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body[:limit], len(body) <= limit
    unpacked = bytearray()
    at, members = 0, 0
    while body.startswith(b"\x1f\x8b", at):
        if members == MAX_MEMBERS:
            return bytes(unpacked), False
        members += 1
        try:
            at, whole = _unpack(body, at, unpacked, limit)
        except zlib.error as error:
            if members == 1:
                raise GzipError(f"not gzip after its first two bytes: {error}") from error
            return bytes(unpacked[:limit]), False
        if len(unpacked) > limit:
            return bytes(unpacked[:limit]), False
        if not whole:
            if not unpacked:
                raise GzipError("gzip that ends before its first byte of content")
            return bytes(unpacked), False
    return bytes(unpacked), True


def _unpack(body: bytes, at: int, unpacked: bytearray, limit: int) -> tuple[int, bool]:
    """Add what the gzip member at `at` holds, at most one byte over `limit` in all: where it ends, and whether it does.

    Given in pieces: zlib copies what follows the member's end (`unused_data`), and a file may be of many small ones.
    """
    member = zlib.decompressobj(16 + zlib.MAX_WBITS)
    view = memoryview(body)
    while not member.eof and at < len(body) and len(unpacked) <= limit:
        piece = view[at : at + _PIECE]
        unpacked += member.decompress(piece, limit + 1 - len(unpacked))
        at += len(piece) - len(member.unconsumed_tail) - len(member.unused_data)
    return at, member.eof
