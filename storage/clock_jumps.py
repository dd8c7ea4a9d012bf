"""What is written in seconds since the epoch keeps its distance from now when somebody sets the clock.

`meta` holds what the wall clock showed when this boot's running clock stood at zero. Whoever opens the database, or notices
a jump while at work, compares: the first one moves what is due, and the ends of pauses and leases, along; the others find it
done.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

TOLERANCE: Final = 5.0
"""Seconds: less than this is a clock that is being kept right, and moves nothing."""

LONGEST: Final = 6 * 3600.0
"""A clock set further is one that was wrong before (a board without a battery): what was written by another boot is right,
and only leases, which are this boot's, are moved."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """One look at the clocks, in seconds. `wall`: since the epoch; `running`: since boot without the time that the machine
    slept (CLOCK_MONOTONIC); `since_boot`: with it (CLOCK_BOOTTIME; where there is none, as `running`); `boot`: which boot it
    is, None where the system does not tell."""

    wall: float
    running: float
    since_boot: float
    boot: str | None


def settle(db: Database, seen: Clocks) -> float:
    """Move what is written along with a clock that was set, or a machine that slept, since the last look of any process.

    Sleep moves leases only: what became due meanwhile is due. Answers the seconds that leases were moved by; 0.0 where
    nothing jumped, another process has been here, or nothing can be told (another boot)."""
    row = db.conn.execute("SELECT value FROM meta WHERE key = 'clock'").fetchone()
    base, slept = seen.wall - seen.running, seen.since_boot - seen.running
    known = json.loads(row[0]) if row else None
    jump = 0.0
    if known is not None and seen.boot is not None and known["boot"] == seen.boot:
        jump = base - known["base"]
        if abs(jump) < TOLERANCE:
            return 0.0
        _move(db, leases=jump, due=jump - (slept - known["slept"]), before=seen.wall - jump)
    told = json.dumps({"boot": seen.boot, "base": base, "slept": slept})
    db.conn.execute(
        "INSERT INTO meta VALUES ('clock', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (told,)
    )
    return jump


def _move(db: Database, *, leases: float, due: float, before: float) -> None:
    """`before`: what the clock would show if nobody had set it; what was looked at later than that is by another clock."""
    db.conn.execute(
        "UPDATE link SET until = until + :by, leased_at = leased_at + :by WHERE state = 'leased'", {"by": leases}
    )
    db.conn.execute("UPDATE hop SET until = until + ?", (leases,))
    if not TOLERANCE <= abs(due) <= LONGEST:
        return
    values = {"by": due, "before": before + TOLERANCE}
    db.conn.execute(
        "UPDATE link SET due = due + :by WHERE due IS NOT NULL"
        " AND coalesce(looked_at, 0) <= :before AND coalesce(failed_at, 0) <= :before",
        values,
    )
    db.conn.execute("UPDATE host SET next_at = next_at + :by WHERE next_at > 0", values)
    db.conn.execute("UPDATE host SET paused_until = paused_until + :by WHERE paused_until > 0", values)
    db.conn.execute("UPDATE host SET robots_until = robots_until + :by WHERE robots_until > 0", values)
