"""The framing of WARC files: where each record begins and ends, in gzip members or plain. Nothing is read into memory
beyond a cap, and a broken record costs itself only: reading goes on at the next one that can be found.

warcio's own iterator writes zlib errors to standard error and goes on as if a record had ended there; so the framing is
read here, and warcio parses what is inside (`warc_records.py`).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

GZIP = b"\x1f\x8b\x08"
_BEGIN = b"WARC/"
_BLOCK = 64 * 1024
_HEAD_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """One record's bytes, header and block, as they stand between the file's bytes `offset` and `end`.

    `size` bytes in all, of which `data` has no more than the cap. `problem`: `broken` or `truncated`; then `data` is
    what could be read."""

    offset: int
    end: int
    data: bytes
    size: int
    problem: str | None = None
    detail: str | None = None


def members(file: BinaryIO, *, start: int, cap: int) -> Iterator[Member]:
    """All records from the byte `start` on, where one must begin; the bytes there tell whether they are packed."""
    file.seek(start)
    packed = file.read(len(GZIP)).startswith(GZIP[:2])
    offset: int | None = start
    while offset is not None:
        member = _packed(file, offset, cap) if packed else _plain(file, offset, cap)
        if member is None:
            return
        yield member
        offset = _next(file, member.end, packed) if member.problem == "broken" else member.end


def _packed(file: BinaryIO, offset: int, cap: int) -> Member | None:
    file.seek(offset)
    engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
    kept, size, taken = bytearray(), 0, 0
    while not engine.eof:
        block = file.read(_BLOCK)
        if not block:
            if not taken:
                return None
            return Member(offset, offset + taken, bytes(kept), size, "truncated", "the file ends within a gzip member")
        taken += len(block)
        try:
            while block:
                out = engine.decompress(block, _BLOCK * 16)
                size += len(out)
                kept += out[: max(cap - len(kept), 0)]
                block = engine.unconsumed_tail
        except zlib.error as error:
            return Member(offset, offset + 1, bytes(kept), size, "broken", f"gzip: {error}")
    return Member(offset, offset + taken - len(engine.unused_data), bytes(kept), size)


def _plain(file: BinaryIO, offset: int, cap: int) -> Member | None:
    file.seek(offset)
    line = file.readline(_HEAD_LIMIT)
    while line in {b"\r\n", b"\n"}:
        offset += len(line)
        line = file.readline(_HEAD_LIMIT)
    if not line:
        return None
    head, length = _head(file, line)
    begun = offset + len(head)
    size = file.seek(0, 2)
    if length is None:
        if begun == size and head.startswith(_BEGIN):
            return Member(offset, begun, head, len(head), "truncated", "the file ends within a header")
        detail = "a header without a Content-Length" if head.startswith(_BEGIN) else "no record begins here"
        return Member(offset, offset + 1, head[:200], len(head), "broken", detail)
    file.seek(begun)
    data = head + file.read(min(length, cap))
    if begun + length > size:
        return Member(offset, size, data, len(head) + size - begun, "truncated", "the file ends within a record")
    file.seek(begun + length)
    after = file.read(4 + len(_BEGIN))
    if not after.startswith(b"\r\n\r\n") and not _BEGIN.startswith(after.lstrip(b"\r\n")[: len(_BEGIN)]):
        return Member(offset, begun, data, len(data), "broken", "Content-Length does not lead to a record's end")
    return Member(offset, begun + length, data, len(head) + length)


def _head(file: BinaryIO, line: bytes) -> tuple[bytes, int | None]:
    """A record's header from its first line on, and its Content-Length; None: no header, or none in it."""
    head, length = bytearray(line), None
    while line.strip() and len(head) <= _HEAD_LIMIT and head.startswith(_BEGIN):
        line = file.readline(_HEAD_LIMIT)
        head += line
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value.strip()[:18])
    return bytes(head), None if line.strip() or not line else length


def _next(file: BinaryIO, offset: int, packed: bool) -> int | None:
    """The next byte from `offset` on where a record begins; None before the end of the file."""
    wanted = GZIP if packed else b"\n" + _BEGIN
    file.seek(offset)
    base, window = offset, file.read(_BLOCK)
    while window:
        at = window.find(wanted)
        while at >= 0:
            found = base + at + (0 if packed else 1)
            if not packed or _opens_a_record(file, found):
                return found
            at = window.find(wanted, at + 1)
        file.seek(base + len(window))
        more = file.read(_BLOCK)
        if not more:
            return None
        keep = window[-(len(wanted) - 1) :]
        base += len(window) - len(keep)
        window = keep + more
    return None


def _opens_a_record(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(file.read(1024), 16).startswith(_BEGIN)
    except zlib.error:
        return False
