"""Finished copies: for readers, of an older database before it is migrated, and verified ones to restore from."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from storage import checks, clock, migrations
from storage.database import open_reader
from storage.errors import Corrupt, DiskFailed, Full, Missing, NotDateline, ReadOnly, driver_errors_as_ours

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
else:
    from sqlite_utils.utils import sqlite3

_PAGES: Final = 4096
_LEFT_SECONDS: Final = 86400.0
"""After which what a killed backup left half done is removed: nobody works on it any more."""
_COUNTED: Final = ("article", "revision", "raw_page", "change", "fetch", "link")


def publish(path: Path | str, target: Path | str, mode: int = 0o644) -> Path:
    """Put a finished copy of the database at `path` in the place of `target`, for readers: one file without journal,
    of `mode`, complete at every moment. Raises StorageError. Answers the target's full path."""
    file, goal = Path(path).absolute(), Path(target).absolute()
    refuse_target(file, goal)
    with _part_of(file, goal) as part:
        fill(file, part)
        put(part, goal, mode)
    return goal


def backup(path: Path | str, target: Path | str, *, now: float, keep: int | None = None) -> tuple[Path, list[Path]]:
    """Put a verified copy of the database at `path`, which may be in use, at `target`, or into it under
    `<name>-<UTC time>.db` where that is a folder; then of such copies there only the newest `keep` stay.

    Before the copy takes its name it is read whole (`checks`), its rows are counted, and it is synced; a database that is
    damaged gives none, and takes no older copy's place. Answers the copy and what was removed. Raises StorageError."""
    file, goal = Path(path).absolute(), Path(target).absolute()
    folder = goal if goal.is_dir() else None
    if folder is not None:
        goal = folder / f"{file.stem}-{stamp(now)}.db"
    elif keep is not None:
        raise Missing(f"{goal}: is no folder: copies are kept in a folder, make it first")
    refuse_target(file, goal)
    with _part_of(file, goal) as part:
        verify(part, counted=fill(file, part))
        put(part, goal, 0o600)
    removed = []
    if folder is not None:
        for part in folder.glob(f".{file.stem}-*.db.*"):
            if part.stat().st_mtime < now - _LEFT_SECONDS:
                part.unlink()
    if folder is not None and keep is not None:
        removed = [old for old in backups(folder, file.stem)[max(1, keep) :] if old != goal]
        for old in removed:
            old.unlink()
    return goal, removed


def backups(folder: Path, stem: str) -> list[Path]:
    """The copies of the database of that name in a folder, the newest first."""
    pattern = "[0-9]" * 8 + "T" + "[0-9]" * 6 + "Z"
    found = [each for each in folder.glob(f"{stem}-{pattern}.db") if each.is_file() and not each.is_symlink()]
    return sorted(found, reverse=True)


def backup_before_migration(path: Path, version: int) -> Path:
    """Copy a database of an older schema to `<name>.before-<version>.bak` beside it, with the file's own mode."""
    goal = path.with_name(f"{path.name}.before-{version}.bak")
    refuse_target(path, goal)
    with _part_of(path, goal) as part:
        fill(path, part)
        put(part, goal, path.stat().st_mode & 0o777)
    return goal


def verify(copy: Path, *, counted: dict[str, int] | None = None) -> None:
    """Raise Corrupt where a copy is damaged, or has not as many rows as were `counted`."""
    found = checks.check(copy)
    if found.damage:
        raise Corrupt(
            f"{copy}: the copy is damaged, so it takes nobody's place: {'; '.join(found.damage[:5])}; "
            "`dateline db check` says whether the database itself is"
        )
    if counted is not None and (here := _counts(copy)) != counted:
        raise Corrupt(f"{copy}: the copy has {here} rows instead of {counted}: it takes nobody's place; try again")


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


def stamp(now: float) -> str:
    """The time in a copy's name."""
    return clock.text(now).replace("-", "").replace(":", "")


@contextmanager
def _part_of(file: Path, goal: Path) -> Iterator[Path]:
    """A file beside `goal`, of its owner alone, that is to become it; gone afterwards in any case."""
    if not file.exists():
        raise Missing(f"{file}: no such database: name it with --db")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{goal.name}.", dir=goal.parent)
    except FileNotFoundError:
        raise Missing(f"{goal}: its folder does not exist: make it first") from None
    except OSError as error:
        raise ReadOnly(f"{goal}: its folder cannot be written ({error.strerror})") from error
    os.close(descriptor)
    part = Path(name)
    try:
        with driver_errors_as_ours(file):
            yield part
    except OSError as error:
        kind = Full if error.errno in (28, 122) else DiskFailed
        raise kind(f"{goal}: could not be written ({error.strerror}): check its disk and the room there") from error
    finally:
        for side in ("", "-wal", "-shm", "-journal"):
            Path(f"{part}{side}").unlink(missing_ok=True)


def fill(file: Path, part: Path) -> dict[str, int]:
    """Copy one state of a database; answers how many rows its tables have."""
    source: Any = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30)
    try:
        copy = sqlite3.connect(str(part), isolation_level=None)
        try:
            # A read transaction pins one state: without it the copying begins anew at every commit of a busy crawl.
            source.execute("BEGIN")
            counted = _counted(source)
            with driver_errors_as_ours(part):
                source.backup(copy, pages=_PAGES)
                copy.execute("PRAGMA journal_mode = DELETE")
            source.execute("COMMIT")
        finally:
            copy.close()
    finally:
        source.close()
    return counted


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


def _counts(path: Path) -> dict[str, int]:
    with closing(open_reader(path, older=True)) as db:
        return _counted(db.conn)


def _counted(conn: Any) -> dict[str, int]:
    there = {row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    tables = [table for table in _COUNTED if table in there]
    return {table: conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608 - our own names
