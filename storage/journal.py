"""The write-ahead log: kept small, and told of while it grows.

A reader that holds an old state keeps SQLite from merging what was written since; the log then grows with every commit
(three times the data), and stays as large when the reader has gone, until somebody truncates it.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage.access import lock_holders

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

LIMIT: Final = 64 * 1024 * 1024
"""Bytes that the log may keep on the disk when all of it is merged."""

ALARM: Final = 256 * 1024 * 1024
"""Bytes from which on it is told of; and again at each doubling."""

LOOK_SECONDS: Final = 5.0
"""Between two looks of a writer, so that a log is small again within seconds of its last reader's end."""

_READS: Final = range(123, 128)
"""The bytes of -shm that a process locks while it reads a state (sqlite.org/walformat.html, "WAL locks")."""

log = logging.getLogger(__name__)


class Journal:
    """Looks after the log of one writer's connection."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._next = self._next_pressed = 0.0
        self._told = ALARM
        self._failed: str | None = None

    def tend(self, conn: sqlite3.Connection, *, pressed: bool = False) -> None:
        """Outside of a transaction: merge and truncate a log that is over its limit, without waiting for anybody; warn while
        that does not help. Does nothing when it has just looked. `pressed`: nothing can be written, perhaps for want of the
        room that the log takes: one of any size."""
        now = time.monotonic()
        if now < (self._next_pressed if pressed else self._next):
            return
        self._next = now + LOOK_SECONDS
        if size(self._database) <= (0 if pressed else LIMIT):
            self._told = ALARM
            return
        (patience,) = conn.execute("PRAGMA busy_timeout").fetchone()
        conn.execute("PRAGMA busy_timeout = 0")
        try:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._failed = None
        except sqlite3.Error as error:
            if str(error) != self._failed:  # once, not every few seconds of a night
                self._failed = str(error)
                log.warning(
                    "%s: its journal could not be merged: %s; tried again every %.0f s",
                    self._database,
                    error,
                    LOOK_SECONDS,
                )
        finally:
            conn.execute(f"PRAGMA busy_timeout = {int(patience)}")
            self._next_pressed = time.monotonic() + min(
                LOOK_SECONDS, 9 * (time.monotonic() - now)
            )  # a tenth of the time
        if (left := size(self._database)) >= self._told:
            log.warning("%s", alarm(self._database, left))
            self._told = 2 * left


def size(database: Path) -> int:
    """Bytes of the database's log; 0 without one."""
    try:
        return Path(f"{database}-wal").stat().st_size
    except FileNotFoundError:
        return 0


def alarm(database: Path, found: int) -> str | None:
    """What is to be said of a log of so many bytes, with the processes that read an old state; None below `ALARM`."""
    if found < ALARM:
        return None
    readers = lock_holders(Path(f"{database}-shm"), _READS)
    named = f" (process {', '.join(readers)})" if readers else ""
    return (
        f"{database}: its journal has {found / 2**20:.0f} MiB that cannot be merged while a reader{named} holds an old state: "
        "close that reader, or let readers use a published copy"
    )
