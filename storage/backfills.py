"""Backfills: a span of a source's past, with rows of its own in the frontier; broken off, it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import clock

if TYPE_CHECKING:
    from sqlite_utils import Database


def begin(db: Database, source: str, since: float, until: float, *, now: float) -> int:
    """The unfinished backfill of this very span, or a new one."""
    row = db.conn.execute(
        "SELECT id FROM backfill WHERE source = ? AND since = ? AND until = ? AND finished_at IS NULL",
        (source, since, until),
    ).fetchone()
    if row is not None:
        return int(row[0])
    cursor = db.conn.execute(
        "INSERT INTO backfill (source, since, until, started_at) VALUES (?, ?, ?, ?)",
        (source, since, until, clock.text(now)),
    )
    return int(cursor.lastrowid or 0)


def finish(db: Database, backfill: int, *, now: float) -> None:
    """Close a backfill: its endpoints are done with, articles that it left go to the live crawl."""
    db.conn.execute(
        "UPDATE backfill SET finished_at = ? WHERE id = ? AND finished_at IS NULL", (clock.text(now), backfill)
    )
    source = db.conn.execute("SELECT source FROM backfill WHERE id = ?", (backfill,)).fetchone()
    if source is not None:
        db.conn.execute(
            "UPDATE link SET backfill = CASE kind WHEN 'article' THEN 0 ELSE backfill END,"
            " state = CASE kind WHEN 'article' THEN state ELSE 'done' END"
            " WHERE source = ? AND backfill = ? AND state = 'pending'",
            (source[0], backfill),
        )
