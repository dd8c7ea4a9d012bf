"""Which processes are at work, so that the leases of a dead one are taken back at once and not at their end.

A process is known by its id and start time, within one boot and one space of process ids: a container's process 7 is
not the host's. Of a process in another space nothing can be told; its leases simply run out.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage import clock

if TYPE_CHECKING:
    from sqlite_utils import Database

SILENT: Final = 86_400.0
"""Seconds: a daemon that lives begins something many times as often."""


def register(db: Database, *, now: float) -> str:
    """Enter this process; answers the name that its leases bear."""
    owner = uuid.uuid4().hex
    pid = os.getpid()
    db.conn.execute(
        "INSERT INTO owner (id, pid, started, boot, space, registered_at) VALUES (?, ?, ?, ?, ?, ?)",
        (owner, pid, _started(pid), boot(), _space(), now),
    )
    return owner


def dead(db: Database) -> list[str]:
    """The owners whose process is known to have ended."""
    here = (boot(), _space())
    rows = db.conn.execute("SELECT id, pid, started, boot, space FROM owner").fetchall()
    return [row[0] for row in rows if _is_dead(*row[1:], here=here)]


def silent(db: Database, *, now: float) -> list[str]:
    """The owners of another space of process ids that hold no lease, have begun nothing for `SILENT` seconds, and have no
    record of a file open that is younger: nobody can ask whether they live, and their runs would stay open for ever."""
    since = clock.text(now - SILENT)
    rows = db.conn.execute(
        "SELECT id FROM owner AS o WHERE space IS NOT ? AND registered_at < ?"
        " AND NOT EXISTS (SELECT 1 FROM link INDEXED BY link_leased WHERE state = 'leased' AND owner = o.id)"
        " AND NOT EXISTS (SELECT 1 FROM run WHERE owner = o.id AND started_at >= ?)"
        " AND NOT EXISTS (SELECT 1 FROM run AS r JOIN fetch AS f ON f.run_id = r.id"
        "  WHERE r.owner = o.id AND r.finished_at IS NULL AND f.at >= ?)",
        (_space(), now - SILENT, since, since),
    )
    return [row[0] for row in rows.fetchall()]


def at_work(db: Database) -> list[str]:
    """The ids of the processes that are known to live, of this space of process ids."""
    here = (boot(), _space())
    rows = db.conn.execute("SELECT pid, started, boot, space FROM owner ORDER BY pid").fetchall()
    return [str(row[0]) for row in rows if row[3] == here[1] and not _is_dead(*row, here=here)]


def _is_dead(
    pid: int, started: str | None, boot: str | None, space: str | None, *, here: tuple[str | None, str | None]
) -> bool:
    if boot is not None and here[0] is not None and boot != here[0]:
        return True  # a database is written on one machine: that boot is over
    if space != here[1]:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # alive, of another user
    now = _started(pid)
    return started is not None and now != started


def _started(pid: int) -> str | None:
    """Start time of a process in clock ticks since boot; `ended` for one that only waits for its parent; None where
    the system has no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return None if not Path("/proc/self/stat").exists() else "ended"
    except (ProcessLookupError, PermissionError):
        return "ended"
    fields = stat.rpartition(b")")[2].split()
    return "ended" if fields[0] in (b"Z", b"X") else fields[19].decode()


def boot() -> str | None:
    """Which boot of the machine this is; None where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _space() -> str | None:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return None
