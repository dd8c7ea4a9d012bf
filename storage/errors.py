"""Every driver error becomes one of ours: it names the file, the cause and what to do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path
else:
    from sqlite_utils.utils import sqlite3  # pysqlite3 where it is installed


class StorageError(Exception):
    """The database cannot do what was asked."""


class Busy(StorageError):
    """Another process held the write lock for longer than the patience of this one."""


class InUse(Busy):
    """Another process has a database open that is to be changed as a whole."""


class Full(StorageError):
    """No space is left, on the disk or within the database's page limit. The transaction was rolled back whole."""


class ReadOnly(StorageError):
    """This user may not write the file, or it was opened for reading."""


class DiskFailed(StorageError):
    """The disk could not read or write (EIO, a limit of the file's size). The transaction was rolled back whole."""


class Replaced(StorageError):
    """The file is not any more the one that was opened: removed, or another was put in its place."""


class Corrupt(StorageError):
    """SQLite found the file damaged."""


class Missing(StorageError):
    """There is no such file, or it cannot be opened."""


class NotDateline(StorageError):
    """The file holds something else. It is left untouched."""


class NewerSchema(StorageError):
    """A newer Dateline made this database."""


class OlderSchema(StorageError):
    """An older Dateline made this database, and a reader does not migrate it."""


class Rewound(StorageError):
    """A change that a reader had is not in the database: it is an older copy, or another database."""


class OldSqlite(StorageError):
    """The SQLite library is one that can lose committed pages."""


class Closed(StorageError):
    """The store is closed."""


class Unstorable(ValueError):
    """One item holds what no column can; only that item is refused."""


_BY_CODE: dict[int, tuple[type[StorageError], str]] = {
    5: (Busy, "another process is writing; try again when it has ended"),
    6: (Busy, "another process is writing; try again when it has ended"),
    8: (ReadOnly, "check the owner and mode of the file, its -wal and -shm, and its folder"),
    11: (
        Corrupt,
        "stop all writers; `dateline db check` says what is damaged, `dateline db restore BACKUP` puts a copy back",
    ),
    13: (Full, "free some space, or lower raw_days in dateline.toml; nothing that was committed is lost"),
    14: (Missing, "check the path and that this user may open the file and search its folder"),
    23: (ReadOnly, "check the owner and mode of the file"),
    26: (NotDateline, "name another file with --db"),
}
_IO_ERROR = 10
PASSING: tuple[type[StorageError], ...] = (Busy, Full, ReadOnly, DiskFailed, Missing)
"""What may end by itself while a database is open for writing: a lock, a full disk, a file system that is read-only for a
while, a disk that failed, too many open files. What was to be written can be kept and tried again."""


def ours(error: Exception, path: Path | str) -> Exception:
    """The storage error for a driver's error at `path`; any other exception is returned as it is."""
    if isinstance(error, StorageError) or not isinstance(error, sqlite3.Error):
        return error
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    if primary == _IO_ERROR:
        return DiskFailed(f"{path}: the disk failed to read or write ({error}, {name}): check the disk and its space")
    if primary in _BY_CODE:
        kind, advice = _BY_CODE[primary]
        return kind(f"{path}: {error} ({name}): {advice}")
    return StorageError(f"{path}: {error} ({name})")


@contextmanager
def driver_errors_as_ours(path: Path | str) -> Iterator[None]:
    """Within, an error of the SQLite driver is raised as `StorageError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise ours(error, path) from error
    except UnicodeDecodeError as error:  # what should be text is none, be it the words of SQLite's own error
        raise Corrupt(f"{path}: holds bytes that are no text: `dateline db check` says what is damaged") from error
