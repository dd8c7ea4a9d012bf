"""Unpacked copies of installed files that take long to unpack: kept in the user's cache folder, and mapped from there.

A process that unpacks for itself pays for it at each start, and keeps what it unpacked in memory of its own; a mapped copy is
there at once and shared by all processes. A copy's name is the hash of the packed file and its own size and checksum, so that
none is an older file's, was cut or is damaged: such a one is made anew. The folder may be deleted at any time; but cutting a
copy ends the processes that have it mapped."""

from __future__ import annotations

import contextlib
import hashlib
import lzma
import mmap
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

ROOM: Final = 2**30
"""Bytes that stay free on the disk: where it is short of them no copy is kept."""
OLD: Final = 3600.0
"""Seconds after which a copy that is not whole is what a killed process has left."""
_PIECE: Final = 2**20


def folder() -> Path:
    """Where copies are kept: `dateline` in $XDG_CACHE_HOME, else in ~/.cache (XDG Base Directory Specification).

    Raises RuntimeError where there is no home."""
    given = os.environ.get("XDG_CACHE_HOME", "")  # one that is not absolute is to be ignored, says the specification
    return (Path(given) if Path(given).is_absolute() else Path.home() / ".cache") / "dateline"


def unpacked(packed: Path) -> memoryview:
    """What an .xz file holds: its copy, which is made where there is none, or the bytes in memory where none can be kept.

    Raises OSError where `packed` cannot be read, lzma.LZMAError where it is damaged."""
    data = packed.read_bytes()
    name = f"{packed.stem}-{hashlib.sha256(data).hexdigest()[:32]}-"
    with contextlib.suppress(RuntimeError):  # no home
        for copy in folder().glob(f"{name}*"):
            with contextlib.suppress(OSError):
                return _mapped(copy)
    content = _content(data)
    # A full disk, a home that is read-only, or none: then it stays in this process.
    with contextlib.suppress(OSError, RuntimeError):
        copy = folder() / f"{name}{_sum([memoryview(content)])}"
        _keep(content, copy)
        return _mapped(copy)
    return memoryview(content).toreadonly()


def _content(packed: bytes) -> bytearray:
    """Unpacked piece by piece: `lzma.decompress` holds it all twice at its end. Raises lzma.LZMAError."""
    content, stream = bytearray(), lzma.LZMADecompressor()
    while not stream.eof:
        if stream.needs_input and not packed:
            raise lzma.LZMAError("the file ends before its data does")
        content += stream.decompress(packed, _PIECE)
        packed = b""
    return content


def _sum(pieces: Iterable[bytes | memoryview]) -> str:
    """Size and checksum: against damage, not against forgery (the folder is the user's own)."""
    size = checksum = 0
    for piece in pieces:
        size, checksum = size + len(piece), zlib.crc32(piece, checksum)
    return f"{size}-{checksum:08x}"


def _mapped(copy: Path) -> memoryview:
    """Raises OSError where it is not there, not whole, or not this user's own."""
    with copy.open("rb") as opened:
        if os.fstat(opened.fileno()).st_uid != os.geteuid():
            raise OSError(f"{copy} is another user's")
        # Read, and not through the mapping: of that only what is used is to be in this process's memory.
        if not copy.name.endswith(f"-{_sum(iter(partial(opened.read, _PIECE), b''))}"):
            raise OSError(f"{copy} is not what was written")
        return memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))


def _keep(content: bytearray, copy: Path) -> None:
    """Whole or not at all, also where the power fails. Raises OSError."""
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(copy.parent).free < ROOM + len(content):
        raise OSError(f"{copy.parent}: the disk is short of room")
    unfinished = f".{copy.name}."
    for left in copy.parent.glob(f"{unfinished}*"):
        if left.stat().st_mtime < time.time() - OLD:
            left.unlink(missing_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=unfinished, dir=copy.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(descriptor)
        Path(name).replace(copy)
    finally:
        Path(name).unlink(missing_ok=True)
