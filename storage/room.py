"""Space given back to the file system: pages that were deleted leave the file, and the journal is emptied."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage import journal
from storage.errors import driver_errors_as_ours

if TYPE_CHECKING:
    import sqlite3

    from storage.store import Store
else:
    from sqlite_utils.utils import sqlite3

_MERGE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Freed:
    """`pages`: kept pages that were dropped; `before`, `after`: bytes of the database with its journal; `left`: why not all
    free space was given back, None: it was."""

    pages: int
    before: int
    after: int
    left: str | None = None


def prune(store: Store, *, now: float, days: float, most_bytes: int) -> Freed:
    """Drop kept pages older than `days`, and the oldest beyond `most_bytes` (compressed), in steps between which others
    write; then shrink the file. Raises StorageError."""
    before, dropped = _bytes(store.path), 0
    while step := store.prune_raw(now=now, days=days, most_bytes=most_bytes).result():
        dropped += step
        store.vacuum().result()
    free = None
    while (left := store.vacuum().result()) and left != free:
        free = left  # a file that was not made for it gives nothing back
    note = f"{left} free pages stay in the file: another program made it without auto_vacuum" if left else None
    if not merge(store.path, _MERGE_SECONDS):
        note = "a reader holds an old state: its space is given back when it has ended"
    return Freed(dropped, before, _bytes(store.path), note)


def merge(database: Path, seconds: float) -> bool:
    """Merge and empty the journal, waiting up to `seconds` for readers and writers; False where one holds an old state for
    longer."""
    with (
        driver_errors_as_ours(database),
        closing(
            sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=seconds)
        ) as conn,
    ):
        (busy, *_) = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _bytes(database: Path) -> int:
    return database.stat().st_size + journal.size(database)
