"""The database file under the site: read-only connections, two a thread, none kept over a file that was replaced."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from datasette.database import Database

from storage.errors import Missing, ReadOnly, StorageError, driver_errors_as_ours
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

NAME = "data"
"""The name of the database within Datasette, and so of its addresses: `/data`."""

TIME_LIMIT = 3.0
"""Seconds that one page may ask the database for."""

_INTERRUPTED = 9
_STEPS = 1000
"""Steps of SQLite's machine between two looks at the clock."""

Use = Literal["pages", "sql"]


class TooSlow(StorageError):
    """The question took longer than `TIME_LIMIT` and was ended."""


@dataclass(frozen=True, slots=True)
class _Opened:
    reader: Reader
    file: tuple[int, int]


class WireFile(Database):  # type: ignore[misc]
    """One file. Our pages ask a `Reader` (`read`); Datasette's own get connections of their own, prepared by its hooks.

    `immutable`: nobody writes the file (a published copy, which is replaced as a whole): no locks, nothing made beside it."""

    def __init__(self, site: Any, path: Path, *, immutable: bool) -> None:
        # Datasette's own "immutable" reads the whole file for a hash, and counts every table, before it answers.
        super().__init__(site, path=str(path), is_mutable=True)
        self.immutable = immutable
        self.place = path
        self._own = threading.local()
        self._all: set[Reader] = set()
        self._lock = threading.Lock()

    async def read(self, ask: Callable[[Reader], T], *, seconds: float = TIME_LIMIT) -> T:
        """What `ask` answers, in a thread: all that it reads is of one state of the database.

        Raises TooSlow, StorageError."""

        def in_thread() -> T:
            reader = self._current("pages")
            ends = time.monotonic() + seconds
            try:
                with reader.one_state():
                    reader.db.conn.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
                    try:
                        with driver_errors_as_ours(self.place):
                            return ask(reader)
                    finally:  # before the transaction ends: an end that is interrupted would leave it open
                        reader.db.conn.set_progress_handler(None, 0)
            except StorageError as error:
                if getattr(error.__cause__, "sqlite_errorcode", None) == _INTERRUPTED:
                    raise TooSlow(f"{self.place}: not answered within {seconds:g} s") from error
                raise

        return await asyncio.get_running_loop().run_in_executor(self.ds.executor, in_thread)

    async def execute_fn(self, fn: Callable[[Any], T]) -> T:
        """What Datasette's own pages ask, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self.ds.executor, lambda: fn(self._current("sql").db.conn)
        )

    async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
        """None for each: counting takes time, and what counts are the views."""
        return dict.fromkeys(await self.table_names())

    async def hidden_table_names(self) -> list[str]:
        """All of them: what is shown are the views."""
        return list(await self.table_names())

    def connect(self, write: bool = False) -> Any:
        """A connection that reads. Raises ReadOnly where one is asked for that writes."""
        if write:
            raise ReadOnly(f"{self.place}: the site only reads")
        return self._current("sql").db.conn

    def close(self) -> None:
        """Close all connections; no thread may be asking any more."""
        with self._lock:
            for reader in self._all:
                reader.close()
            self._all.clear()

    def _current(self, use: Use) -> Reader:
        """This thread's connection for a use; a new one where the file was replaced (restored, published anew)."""
        opened: _Opened | None = getattr(self._own, use, None)
        if opened is not None and opened.file == self._identity():
            return opened.reader
        if opened is not None:
            self._forget(opened.reader)
        opened = self._open(use)
        setattr(self._own, use, opened)
        return opened.reader

    def _open(self, use: Use) -> _Opened:
        file = self._identity()
        reader = Reader(self.place, any_thread=True, immutable=self.immutable)
        if use == "sql":
            self.ds._prepare_connection(reader.db.conn, self.name)
        with self._lock:
            self._all.add(reader)
        return _Opened(reader, file)

    def _forget(self, reader: Reader) -> None:
        with self._lock:
            self._all.discard(reader)
        reader.close()

    def _identity(self) -> tuple[int, int]:
        try:
            found = self.place.stat()
        except OSError as error:
            raise Missing(f"{self.place}: cannot be looked at ({error.strerror})") from error
        return found.st_dev, found.st_ino
