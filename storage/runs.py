"""Runs: one row a run of a source, its counts made from the fetches that it opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import clean, clock

if TYPE_CHECKING:
    from sqlite_utils import Database


def begin(db: Database, source: str, *, at: float, owner: str | None) -> int:
    """Open a run; answers its number."""
    db.conn.execute("INSERT INTO source VALUES (?, ?) ON CONFLICT DO NOTHING", (source, clock.text(at)))
    cursor = db.conn.execute(
        "INSERT INTO run (source, started_at, owner) VALUES (?, ?, ?)", (source, clock.text(at), owner)
    )
    return int(cursor.lastrowid or 0)


def counts(db: Database, run_id: int) -> dict[str, int]:
    """Outcome, with its code (`failed:timeout`), -> fetches of the run that have ended."""
    rows = db.conn.execute(
        "SELECT outcome || coalesce(':' || reason, ''), count(*) FROM fetch WHERE run_id = ? AND outcome IS NOT NULL"
        " GROUP BY 1 ORDER BY 1",
        (run_id,),
    )
    return dict(rows.fetchall())


def finish(db: Database, run_id: int, *, at: float, reason: str) -> dict[str, int]:
    """Close a run that is open; answers its counts."""
    found = counts(db, run_id)
    db.conn.execute(
        "UPDATE run SET finished_at = ?, finish_reason = ?, counts = ? WHERE id = ? AND finished_at IS NULL",
        (clock.text(at), reason, clean.dumps(found), run_id),
    )
    return found


def interrupted(db: Database, owner: str, *, now: float) -> None:
    """Close the runs that a process left open, since it died or broke off. Records of files that it had begun are taken out
    again: nobody was asked for anything, and the next import reads them. Fetches that it leased are `returns`'."""
    for (run_id,) in db.conn.execute("SELECT id FROM run WHERE owner = ? AND finished_at IS NULL", (owner,)).fetchall():
        db.conn.execute("DELETE FROM fetch WHERE run_id = ? AND record IS NOT NULL AND outcome IS NULL", (run_id,))
        finish(db, run_id, at=now, reason="interrupted")
