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
from storage.search import QueryError
from storage.web.threads import Threads

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path
else:
    from sqlite_utils.utils import sqlite3

T = TypeVar("T")

NAME = "data"
"""The name of the database within Datasette, and so of its addresses: `/data`."""

TIME_LIMIT = 3.0
"""Seconds that one page may ask the database for."""

LARGEST_ANSWER = 32_000_000
"""Characters and bytes of the rows that one question of a reader's own may give."""
HEAP = 256 * 1024 * 1024
"""Bytes that SQLite may take in a process that serves: a page needs a few millions."""

_PATIENCE = 2.0
"""Seconds for what is being asked when the file is closed, after it was interrupted."""
_SQL_THREADS = 2
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


def limit_memory() -> None:
    """Let SQLite take no more than `HEAP` in all of this process: what needs more fails, and only that."""
    conn = sqlite3.connect(":memory:")
    conn.execute(f"PRAGMA hard_heap_limit = {HEAP}")
    conn.close()


class WireFile(Database):  # type: ignore[misc]
    """One file. Our pages ask a `Reader` (`read`); Datasette's own get connections of their own, prepared by its hooks.

    `immutable`: nobody writes the file (a published copy, which is replaced as a whole): no locks, nothing made beside it."""

    def __init__(self, site: Any, path: Path, *, immutable: bool) -> None:
        # Datasette's own "immutable" reads the whole file for a hash, and counts every table, before it answers.
        super().__init__(site, path=str(path), is_mutable=True)
        self.immutable = immutable
        self.place = path
        self._own = threading.local()
        self._sql_threads = Threads(_SQL_THREADS, "sql")  # a question that takes long keeps no page waiting
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
        """What Datasette's own pages ask, in a thread. Raises QueryError where its rows are larger than `LARGEST_ANSWER`."""

        def in_thread() -> T:
            conn = self._current("sql").db.conn
            conn.row_factory = _counting(LARGEST_ANSWER)
            return fn(conn)

        return await asyncio.get_running_loop().run_in_executor(self._sql_threads, in_thread)

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

    def close(self, pages: Threads) -> None:
        """End the threads and close all connections. What cannot be interrupted is left to the end of the program."""
        with self._lock:
            for reader in self._all:
                reader.db.conn.interrupt()
        ended = [threads.end(_PATIENCE) for threads in (pages, self._sql_threads)]
        if all(ended):
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


def _counting(most: int) -> Callable[[Any, tuple[Any, ...]], Any]:
    """What makes a connection's rows as Datasette wants them, and no more than so much of them."""
    left = most

    def made(cursor: Any, row: tuple[Any, ...]) -> Any:
        nonlocal left
        left -= sum(len(value) for value in row if isinstance(value, str | bytes))
        if left < 0:
            raise QueryError(f"the rows are more than {most // 1_000_000} MB: ask for fewer, or shorter columns")
        return sqlite3.Row(cursor, row)

    return made
