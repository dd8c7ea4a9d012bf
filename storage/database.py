"""Opening the database: the right library, the right modes, asserted.

SQLite 3.7.0 to 3.51.2 can lose committed pages when two connections checkpoint at the same moment (sqlite.org/wal.html,
"WAL-reset bug"), so a writer refuses an older library unless it is told to go on. WAL with `synchronous=FULL`: a power
cut lost 15 % of acknowledged rows under NORMAL and none under FULL.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from storage import access, in_use, journal, migrations, sums
from storage.copies import backup_before_migration
from storage.errors import (
    Full,
    InUse,
    Missing,
    NewerSchema,
    NotDateline,
    OlderSchema,
    OldSqlite,
    ReadOnly,
    StorageError,
    driver_errors_as_ours,
)
from storage.first_look import refuse_damaged
from storage.last_check import refuse_known_damage
from storage.parts import part_beside

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

OLDEST_SAFE = (3, 51, 3)
BUSY_SECONDS = 30.0

log = logging.getLogger(__name__)


def open_reader(
    path: Path | str,
    *,
    busy_seconds: float = BUSY_SECONDS,
    any_thread: bool = False,
    older: bool = False,
    immutable: bool = False,
) -> Database:
    """A read-only connection to a database of this schema; with `older` also to one of an earlier. `immutable`: nobody writes
    the file while it is open (a published copy), so that no lock is taken and no journal read.

    Raises Missing, NotDateline, OlderSchema (run `dateline db migrate`) or NewerSchema.
    """
    file = Path(path)
    _refuse_foreign(file, must_exist=True)
    with driver_errors_as_ours(file):
        mode = "ro&immutable=1" if immutable else "ro"
        db = _connect(file, mode=mode, busy_seconds=busy_seconds, any_thread=any_thread)
        try:
            found = schema_version(db)
            if found is None:
                raise NotDateline(f"{file}: holds no Dateline database: name another file (`--db`)")
            refuse_newer(file, found)
            if found < migrations.version() and not older:
                raise OlderSchema(
                    f"{file}: made by an older Dateline (schema {found}, this one reads {migrations.version()}): "
                    "run `dateline db migrate`"
                )
        except BaseException:
            db.close()
            raise
    return db


def open_writer(
    path: Path | str,
    *,
    group: str | int | None = None,
    busy_seconds: float = BUSY_SECONDS,
    allow_old_sqlite: bool = False,
    known_damaged: bool = False,
) -> Database:
    """A connection that writes; makes the file where there is none and migrates an older schema after a backup.

    Raises OldSqlite, NotDateline, NewerSchema, ReadOnly, Busy; InUse where an older schema is to be migrated that another
    process works on; Corrupt, without `known_damaged` also where the last check found the structure damaged.
    """
    file = Path(path)
    _refuse_old_library(allow_old_sqlite)
    _refuse_foreign(file, must_exist=False)
    if not file.exists():
        _make(file, group, busy_seconds)
    access.prepare(file, group)
    with driver_errors_as_ours(file):
        db = _connect(file, mode="rw", busy_seconds=busy_seconds)
        try:
            if schema_version(db) is None:
                raise NotDateline(f"{file}: holds no tables: remove it to begin anew, or name another file (`--db`)")
            refuse_damaged(db, file)
            if not known_damaged:
                refuse_known_damage(db, file)
            _set_modes(db, file)
            _migrate(db, file)
            sums.keep(db)
        except BaseException:
            db.close()
            raise
    return db


def _make(file: Path, group: str | int | None, busy_seconds: float) -> None:
    """A new database, which takes its name when it is whole: so that an empty file of that name is never one of ours."""
    try:
        with part_beside(file.absolute()) as part:
            access.prepare(part, group)
            with driver_errors_as_ours(file):
                db = _connect(part, mode="rw", busy_seconds=busy_seconds)
                try:
                    _set_modes(db, part)
                    _migrate(db, part)
                    db.conn.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file, synced
                finally:
                    db.close()
            os.link(part, file)
    except FileExistsError:
        pass  # another process has made it meanwhile
    except FileNotFoundError:
        raise Missing(f"{file}: its folder does not exist: make it first") from None
    except OSError as error:
        raise _unmakable(file, error) from error


def _unmakable(file: Path, error: OSError) -> StorageError:
    kind = Full if error.errno in (errno.ENOSPC, errno.EDQUOT) else ReadOnly
    return kind(f"{file}: cannot be made ({error.strerror}): check its folder and the room on its disk")


def schema_version(db: Database) -> int | None:
    """The schema version that the file says it has; None for a file without tables. Raises NotDateline for others."""
    conn = db.conn
    (application,) = conn.execute("PRAGMA application_id").fetchone()
    (tables,) = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and tables == 0:
        return None
    if application != migrations.APPLICATION_ID:
        (name,) = conn.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
        raise NotDateline(f"{name}: an SQLite database, but not one of Dateline's: name another file (`--db`)")
    row = conn.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    return int(row[0]) if row else 0


def refuse_newer(file: Path, found: int) -> None:
    """Raise NewerSchema where `found` is a schema that this code does not know."""
    if found > migrations.version():
        raise NewerSchema(
            f"{file}: made by a newer Dateline (schema {found}, this one knows {migrations.version()}): "
            "update Dateline; the file is left as it is"
        )


def _connect(file: Path, *, mode: str, busy_seconds: float, any_thread: bool = False) -> Database:
    conn = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,  # transactions are begun by name: the driver's implicit ones are deferred
        timeout=busy_seconds,
        check_same_thread=not any_thread,
        cached_statements=512,
    )
    try:
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA mmap_size = 0")
        return Database(conn, execute_plugins=False)
    except BaseException:
        conn.close()
        raise


def _set_modes(db: Database, file: Path) -> None:
    conn = db.conn
    if schema_version(db) is None:
        conn.execute("PRAGMA auto_vacuum = INCREMENTAL")  # without effect once there is a table
    wanted = (
        ("journal_mode", "WAL", "wal"),
        ("synchronous", "FULL", 2),
        ("foreign_keys", "ON", 1),
        ("mmap_size", "0", 0),
        ("journal_size_limit", str(journal.LIMIT), journal.LIMIT),
    )
    for pragma, value, expected in wanted:
        conn.execute(f"PRAGMA {pragma} = {value}")
        row = conn.execute(f"PRAGMA {pragma}").fetchone()
        if row is None or row[0] != expected:
            raise StorageError(
                f"{file}: SQLite did not accept {pragma}={value} (it says {row and row[0]!r}): "
                "put the database on a local disk whose file system has locks and shared memory"
            )


def _migrate(db: Database, file: Path) -> None:
    known = migrations.version()
    found = schema_version(db)
    if found is not None:
        refuse_newer(file, found)
    if found == known:
        return
    if found is not None:
        try:
            in_use.refuse_at_work(db, file)
        except InUse:
            if schema_version(db) == known:
                return  # by that process, meanwhile
            raise
        in_use.tell_of_readers(file)
        backup_before_migration(file, known)
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        found = schema_version(db)  # another process may have been quicker
        if found is not None:
            refuse_newer(file, found)
            if found < known:
                in_use.refuse_at_work(db, file)  # or have begun while the copy was made
        migrations.MIGRATIONS.apply(db)
        db.conn.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", (str(known),))
        db.conn.execute("INSERT OR REPLACE INTO meta VALUES ('created_by', ?)", (_program(),))
        db.conn.execute("INSERT OR IGNORE INTO meta VALUES ('identity', ?)", (uuid.uuid4().hex,))
        sums.forget(db)
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise


def _program() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"dateline {version('dateline')}"
    except PackageNotFoundError:
        return "dateline (not installed)"


def _refuse_old_library(allowed: bool) -> None:
    if sqlite3.sqlite_version_info >= OLDEST_SAFE:
        return
    message = (
        f"SQLite {sqlite3.sqlite_version} can lose committed pages when two processes checkpoint at once "
        f"(mended in {'.'.join(map(str, OLDEST_SAFE))}): install pysqlite3, or a Python with a newer SQLite"
    )
    if not allowed:
        raise OldSqlite(message)
    log.warning("%s; going on because allow_old_sqlite is set: let one process at a time use the database", message)


def _refuse_foreign(file: Path, *, must_exist: bool) -> None:
    """Refuse what is no file, or an empty one where none may be made. Its content is for SQLite alone to read: closing
    a file of one's own drops the locks that other connections of this process hold on it."""
    try:
        found = file.stat()
    except FileNotFoundError:
        if must_exist:
            raise Missing(f"{file}: no such database: name another (`--db`), or make one with `dateline run`") from None
        return
    except OSError as error:
        raise Missing(f"{file}: cannot be looked at ({error.strerror}): check the modes of its folders") from error
    if not stat.S_ISREG(found.st_mode):
        raise NotDateline(f"{file}: is not a file: name another (`--db`)")
    if found.st_size == 0:
        raise NotDateline(f"{file}: is empty: restore the newest backup, or remove it to begin anew")
