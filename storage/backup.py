"""Finished copies: of an older database before it is migrated, and for readers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import Missing, ReadOnly, driver_errors_as_ours

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

_PAGES = 4096


def publish(path: Path | str, target: Path | str, mode: int = 0o644) -> Path:
    """Put a finished copy of the database at `path` in the place of `target`, for readers: one file without journal,
    of `mode`, complete at every moment. Raises StorageError. Answers the target's full path."""
    file, goal = Path(path).absolute(), Path(target).absolute()
    if goal.exists() and file.exists() and goal.samefile(file):
        raise ReadOnly(f"{goal}: is the database itself: publish to another file")
    return _copy(file, goal, mode)


def backup_before_migration(path: Path, version: int) -> Path:
    """Copy a database of an older schema to `<name>.before-<version>.bak` beside it, with the file's own mode."""
    return _copy(path, path.with_name(f"{path.name}.before-{version}.bak"), path.stat().st_mode & 0o777)


def _copy(file: Path, goal: Path, mode: int) -> Path:
    if not file.exists():
        raise Missing(f"{file}: no such database: name it with --db")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{goal.name}.", dir=goal.parent)
    except FileNotFoundError:
        raise Missing(f"{goal}: its folder does not exist: make it first") from None
    except PermissionError as error:
        raise ReadOnly(f"{goal}: its folder cannot be written ({error.strerror})") from error
    os.close(descriptor)
    part = Path(name)
    try:
        with driver_errors_as_ours(file):
            _fill(file, part)
        part.chmod(mode)
        _sync(part)
        part.replace(goal)
        _sync(goal.parent)
    finally:
        part.unlink(missing_ok=True)
    return goal


def _fill(file: Path, part: Path) -> None:
    source = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30)
    try:
        copy = sqlite3.connect(str(part), isolation_level=None)
        try:
            # A read transaction pins one state: without it the copying begins anew at every commit of a busy crawl.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_PAGES)
            source.execute("COMMIT")
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
    finally:
        source.close()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
