"""A backup put back in the place of a database, so that at every moment one of the two is there, whole.

SQLite first makes the old database one file without journal, under a lock that keeps everybody else out until the new one
has its name: a journal that lay beside the new file would be taken for its own. The old file stays under another name.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from storage import access, migrations
from storage.backup import stamp, verify
from storage.copies import fill, header_of, put, sync
from storage.errors import Busy, Missing, NotDateline, ReadOnly, StorageError, driver_errors_as_ours, ours
from storage.lock import DaemonLock

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

_SIDES: Final = ("-wal", "-shm", "-journal")
PATIENCE: Final = 1.0
"""Seconds for which a process may still hold the database: one that only looks is gone by then."""

log = logging.getLogger(__name__)


def restore(copy: Path | str, database: Path | str, *, now: float) -> Path | None:
    """Put the verified content of `copy` in the place of `database`; answers where the old file is kept, None without one.

    A kill at any moment leaves the old or the new database under the name. Raises Busy where a process holds the database,
    NotDateline where what lies there never was one of ours, Corrupt for a damaged copy; nothing is changed then."""
    source, goal = Path(copy).absolute(), Path(database).absolute()
    if not source.is_file():
        raise Missing(f"{source}: there is no such backup")
    _refuse_foreign(source, goal)
    part = goal.with_name(f".{goal.name}.restoring")
    with DaemonLock(goal):  # nobody else restores either: what lies at `part` was left by one that was killed
        try:
            _made(source, part, goal)
            if doubtful := verify(part, f"{source}: the backup"):
                log.warning("%s: %s", source, doubtful)
            _as_the_old(part, goal)
            return _exchange(part, goal, now)
        finally:
            _removed(part)


def _refuse_foreign(source: Path, goal: Path) -> None:
    if goal.is_symlink() or (goal.exists() and not goal.is_file()):
        raise NotDateline(f"{goal}: is a link or no file: it is left as it is; name the database itself with --db")
    if not goal.exists():
        return
    if goal.samefile(source):
        raise ReadOnly(f"{source}: is the database itself: name a backup of it")
    if access.lock_holder(goal) is None and not header_of(goal).ours:
        raise _anothers(goal)


def _made(source: Path, part: Path, goal: Path) -> None:
    """One state of the backup in `part`, beside the database, whatever journal the backup has."""
    _removed(part)
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, access.OWNER_MODE))
    except OSError as error:
        raise ReadOnly(f"{goal}: its folder cannot be written ({error.strerror})") from error
    with driver_errors_as_ours(source):
        fill(source, part)


def _removed(part: Path) -> None:
    """With the journals that a kill while it was filled left beside it."""
    for side in ("", *_SIDES):
        Path(f"{part}{side}").unlink(missing_ok=True)


def _as_the_old(part: Path, goal: Path) -> None:
    """The mode of the database that it replaces, and its owner where this user may give it away."""
    if goal.exists():
        found = goal.stat()
        with suppress(PermissionError):
            os.chown(part, found.st_uid, found.st_gid)
        part.chmod(found.st_mode & 0o777)


def _exchange(part: Path, goal: Path, now: float) -> Path | None:
    mode = part.stat().st_mode & 0o777
    aside = _aside(goal, now)
    if not goal.exists():
        moved = _move_sides(goal, aside)  # of a database that was lost: they belong to no other
        put(part, goal, mode)
        return aside if moved else None
    held = _alone(goal)
    try:
        if held is None:
            _move_sides(goal, aside)
        os.link(goal, aside)
        sync(goal.parent)
        put(part, goal, mode)
    finally:
        if held is not None:
            held.close()
    return aside


def _aside(goal: Path, now: float) -> Path:
    """A free name for the old file. One that a killed restore gave to the file which is still in its place is taken back."""
    for left in goal.parent.glob(f"{goal.name}.before-restore-*"):
        if goal.exists() and left.samefile(goal):
            left.unlink()
    name, number = goal.with_name(f"{goal.name}.before-restore-{stamp(now)}"), 1
    while name.exists():
        number += 1
        name = goal.with_name(f"{goal.name}.before-restore-{stamp(now)}-{number}")
    return name


def _alone(goal: Path) -> Any:
    """A connection that has the old database for itself, all of it in the one file; None where it is so damaged that SQLite
    cannot. Raises Busy where another process has it open."""
    conn = sqlite3.connect(f"{goal.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=PATIENCE)
    try:
        _refuse_anothers(conn, goal)  # whose file could not be looked at by hand while somebody had it
        conn.execute("PRAGMA locking_mode = EXCLUSIVE")
        conn.execute("PRAGMA journal_mode = DELETE").fetchone()
        conn.execute("BEGIN EXCLUSIVE")
        _refuse_anothers(conn, goal)
    except StorageError:
        conn.close()
        raise
    except (sqlite3.Error, UnicodeDecodeError) as error:  # its words may be those of a damaged page
        conn.close()
        failure = ours(error, goal)
        holders = access.lock_holders(goal) or access.lock_holders(Path(f"{goal}-shm"))
        if isinstance(failure, Busy) or holders:
            named = f" ({', '.join(holders)})" if holders else ""
            raise Busy(
                f"{goal}: a process{named} has it open: stop it, then restore again; nothing was changed"
            ) from error
        if not isinstance(error, (sqlite3.DatabaseError, UnicodeDecodeError)):
            raise failure from error
        if not header_of(goal).ours:
            raise _anothers(goal) from error
        return None
    return conn


def _refuse_anothers(conn: Any, goal: Path) -> None:
    (application,) = conn.execute("PRAGMA application_id").fetchone()
    if application != migrations.APPLICATION_ID:
        raise _anothers(goal)


def _anothers(goal: Path) -> NotDateline:
    return NotDateline(
        f"{goal}: is no Dateline database, or its first page is lost: it is left as it is; move it and its -wal away "
        "yourself, then restore again"
    )


def _move_sides(goal: Path, aside: Path) -> bool:
    """Move journals that SQLite cannot merge out of the new file's way, beside the old one."""
    moved = False
    for side in _SIDES:
        if (path := Path(f"{goal}{side}")).exists():
            path.replace(f"{aside}{side}")
            moved = True
    return moved
