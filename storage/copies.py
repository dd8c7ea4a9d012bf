"""One state of a database copied into a file of its own, which takes its name when it is whole. Imports nothing that opens
databases, since an older database is copied while it is being opened."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import migrations
from storage.errors import DiskFailed, Full, Missing, NotDateline, ReadOnly, driver_errors_as_ours
from storage.parts import part_beside

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path
else:
    from sqlite_utils.utils import sqlite3

_PAGES: Final = 4096
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
_COUNTED: Final = ("article", "revision", "raw_page", "change", "fetch", "link")


def backup_before_migration(path: Path, version: int) -> Path:
    """Copy a database of an older schema to `<name>.before-<version>.bak` beside it, with the file's own mode."""
    goal = path.with_name(f"{path.name}.before-{version}.bak")
    refuse_target(path, goal)
    with part_of(path, goal) as part:
        fill(path, part)
        put(part, goal, path.stat().st_mode & 0o777)
    return goal


def refuse_target(file: Path | None, goal: Path) -> None:
    """Raise where a copy may not take the name `goal`: it is the database `file` itself, or something else than one of
    ours lies there (another program's database, any other file, a link, a pipe, an empty file)."""
    try:
        found = goal.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise Missing(f"{goal}: cannot be looked at ({error.strerror}): check the modes of its folders") from error
    if not stat.S_ISREG(found.st_mode):
        raise NotDateline(f"{goal}: is there already and is no plain file: it is left as it is; name another")
    if file is not None and file.exists() and goal.samefile(file):
        raise ReadOnly(f"{goal}: is the database itself: name another file")
    if not (header := header_of(goal)).ours or header.at_work or found.st_size < header.bytes:
        what = "another database at work" if header.ours and header.at_work else "no whole copy of a Dateline database"
        raise NotDateline(f"{goal}: is there already and is {what}: it is left as it is; name another file")


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of a file say. `ours`: a Dateline database; `at_work`: with a journal beside it (WAL), so no
    finished copy; `bytes`: how long the file is to be."""

    ours: bool
    at_work: bool = False
    bytes: int = 0


def header_of(file: Path) -> Header:
    """Read by hand: to be called for a file only that no connection of this process has open, or its locks are dropped."""
    with file.open("rb") as opened:
        head = opened.read(100)
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        return Header(ours=False)
    size = int.from_bytes(head[16:18], "big")
    application = int.from_bytes(head[68:72], "big")
    pages = int.from_bytes(head[28:32], "big")
    return Header(application == migrations.APPLICATION_ID, head[18] != 1, pages * (65536 if size == 1 else size))


@contextmanager
def part_of(file: Path, goal: Path) -> Iterator[Path]:
    """A file beside `goal`, of its owner alone, that is to become it; gone afterwards in any case."""
    if not file.exists():
        raise Missing(f"{file}: no such database: name it with --db")
    with ExitStack() as made:
        try:
            part = made.enter_context(part_beside(goal))
        except FileNotFoundError:
            raise Missing(f"{goal}: its folder does not exist: make it first") from None
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise Full(f"{goal}: no room is left on its disk ({error.strerror}): free some") from error
            raise ReadOnly(f"{goal}: its folder cannot be written ({error.strerror})") from error
        try:
            with driver_errors_as_ours(file):
                yield part
        except OSError as error:
            kind = Full if error.errno in _NO_ROOM else DiskFailed
            raise kind(f"{goal}: could not be written ({error.strerror}): check its disk and the room there") from error


def fill(file: Path, part: Path) -> dict[str, int]:
    """Copy one state of a database; answers how many rows its tables have."""
    source: Any = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30)
    try:
        copy = sqlite3.connect(str(part), isolation_level=None)
        try:
            # A read transaction pins one state: without it the copying begins anew at every commit of a busy crawl.
            source.execute("BEGIN")
            rows = counted(source)
            with driver_errors_as_ours(part):
                source.backup(copy, pages=_PAGES)
                copy.execute("PRAGMA journal_mode = DELETE")
            source.execute("COMMIT")
        finally:
            copy.close()
    finally:
        source.close()
    return rows


def put(part: Path, goal: Path, mode: int) -> None:
    """Give a finished file its name, safe from a power cut: its content first, then the name."""
    part.chmod(mode)
    sync(part)
    part.replace(goal)
    sync(goal.parent)


def sync(path: Path) -> None:
    """Have a file's content, or a folder's names, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def counted(conn: Any) -> dict[str, int]:
    """Rows of the tables that a copy is compared by."""
    there = {row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    tables = [table for table in _COUNTED if table in there]
    return {table: conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608 - our own names
