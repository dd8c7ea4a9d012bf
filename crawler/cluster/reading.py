"""A WARC file as a stream of bytes, wherever it is: read onwards with small steps back, and never whole in memory."""

from __future__ import annotations

import io
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK: Final = 4 << 20
"""Bytes of one request to a file that is not local."""
STEP: Final = 1 << 16
"""Bytes read at once by who reads a record; it steps back less than that."""


@contextmanager
def reading(url: str) -> Iterator[BinaryIO]:
    """A file at a path or at any URL that fsspec reads. Raises OSError; ValueError where it cannot be sought."""
    if url.startswith("/"):
        with Path(url).open("rb") as local:
            yield local
        return
    from fsspec.core import url_to_fs

    fs, path = url_to_fs(url)
    with fs.open(path, "rb", block_size=BLOCK, cache_type="none") as remote:
        if not remote.seekable():
            raise ValueError(
                "the server gives it only from its start on, without ranges: copy it to where it can be sought"
            )
        with Blocks(remote, BLOCK) as blocks, io.BufferedReader(blocks, STEP) as buffered:
            yield cast("BinaryIO", buffered)


class Blocks(io.RawIOBase):
    """A file read block by block, each once: the one that is read and the one before it are held, for steps back, while the
    next is fetched beside what is done with them. fsspec's own caches fetch a block again for a step back over its border."""

    def __init__(self, remote: BinaryIO, block: int) -> None:
        self._remote, self._block = remote, block
        self._size = remote.seek(0, io.SEEK_END)
        self._at = 0
        self._held: dict[int, Future[bytes]] = {}
        self._fetcher = ThreadPoolExecutor(1, thread_name_prefix="warc-blocks")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def readinto(self, into: bytearray | memoryview, /) -> int:  # type: ignore[override]  # what BufferedReader gives
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, self._block)
        for kept in [each for each in self._held if not number - 1 <= each <= number + 1]:
            self._held.pop(kept).cancel()
        for wanted in (number, number + 1):
            if wanted not in self._held and wanted * self._block < self._size:
                self._held[wanted] = self._fetcher.submit(self._fetch, wanted)
        piece = self._held[number].result()[start : start + len(into)]
        if not piece:
            raise OSError(f"the file ends at byte {self._at}, and was said to have {self._size}")
        into[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._fetcher.shutdown(cancel_futures=True)
        super().close()

    def _fetch(self, number: int) -> bytes:
        self._remote.seek(number * self._block)
        return self._remote.read(self._block)
