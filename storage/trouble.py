"""What kept a database from being written: in a file beside it while it lasts, in the database itself when it is over.

A database that cannot be written cannot hold the reason, so `<database>.trouble` has it; whoever writes next clears that up.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

_KEY: Final = "trouble"
LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Trouble:
    """`since`, `until`: epoch seconds; None: it lasts. `why`: in one line. `pid`: the process that had it. `room`: writing
    would go, but fetching stopped before the disk is full."""

    since: float
    why: str
    pid: int
    until: float | None = None
    room: bool = False


def begin(database: Path, why: str, *, now: float, room: bool = False) -> None:
    """Note beside the database that it cannot be written. A note that is there already stays: it began then; but one of short
    room gives way to that. Where the file cannot be made (a full disk, a read-only folder) `dateline status` sees that for
    itself."""
    line = json.dumps(asdict(Trouble(now, " ".join(why.split())[:LONGEST], os.getpid(), room=room)))
    file = _file(database)
    part = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    with suppress(OSError):
        if file.exists() and (room or is_unwritable(database)):
            return
        part.unlink(missing_ok=True)  # left by a process of this number
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.fchmod(descriptor, database.stat().st_mode & 0o640)
            os.write(descriptor, line.encode())
            part.replace(file)
        finally:
            os.close(descriptor)
            part.unlink(missing_ok=True)


def present(database: Path) -> Trouble | None:
    """What keeps the database from being written, as a process noted it that has not got over it yet."""
    try:
        return _read(_file(database).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def over(db: Database, database: Path, *, now: float) -> None:
    """Within a transaction that can be written: keep the trouble that is noted beside the database as past."""
    if (found := present(database)) is not None:
        row = json.dumps(asdict(replace(found, until=now)))
        db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, row))


def clear(database: Path) -> None:
    """Take the note away, after the commit of `over`."""
    with suppress(OSError):
        _file(database).unlink(missing_ok=True)


def is_unwritable(database: Path) -> bool:
    """Whether a note lies beside the database that whoever writes again is to clear up (that of short room is not)."""
    # Asked at every transaction, mostly in vain: `Path.with_name` and `Path.exists` would take longer than the look itself.
    return os.path.exists(f"{database}.trouble") and not ((found := present(database)) and found.room)  # noqa: PTH110


def last(db: Database) -> Trouble | None:
    """The last trouble that is over."""
    row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return _read(row[0]) if row else None


def _file(database: Path) -> Path:
    return database.with_name(database.name + ".trouble")


def _read(text: str) -> Trouble | None:
    try:
        return Trouble(**json.loads(text))
    except (ValueError, TypeError):
        return None
