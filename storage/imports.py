"""Records of imported files: each has one fetch, so that an import that was broken off goes on where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import clean, clock, owners

if TYPE_CHECKING:
    from sqlite_utils import Database


def begin(db: Database, run_id: int | None, source: str, url: str, record: str, *, at: float) -> int | None:
    """Open a record's fetch, or take up one that never ended; None: it has an outcome, or another process is at it."""
    left, fetch_id = taken_up(db, run_id, record)
    if left or fetch_id is not None:
        return fetch_id
    db.conn.execute("INSERT INTO source VALUES (?, ?) ON CONFLICT DO NOTHING", (source, clock.text(at)))
    cursor = db.conn.execute(
        "INSERT INTO fetch (run_id, source, url, kind, at, record) VALUES (?, ?, ?, 'article', ?, ?)",
        (run_id, source, clean.text(url), clock.text(at), record),
    )
    return int(cursor.lastrowid or 0)


def taken_up(db: Database, run_id: int | None, record: str) -> tuple[bool, int | None]:
    """Whether a record is to be left (it has an outcome, or another process is at it); and the fetch that was opened for it and
    never ended, which is now this run's."""
    row = db.conn.execute("SELECT id, outcome, run_id FROM fetch WHERE record = ?", (record,)).fetchone()
    if row is None:
        return False, None
    if row[1] is not None or _is_anothers(db, row[2], run_id):
        return True, None
    db.conn.execute("UPDATE fetch SET run_id = ? WHERE id = ?", (run_id, row[0]))
    return False, int(row[0])


def _is_anothers(db: Database, theirs: int | None, ours: int | None) -> bool:
    """Whether a record's run is one of a process that lives and is not ours: taken from it, it could not end its fetch."""
    both = "SELECT owner FROM run WHERE id = ? AND owner IN (SELECT id FROM owner)"
    their, our = (db.conn.execute(both, (run,)).fetchone() for run in (theirs, ours))
    return their is not None and their != our and their[0] not in owners.dead(db)


def done(db: Database, file: str) -> set[int]:
    """The offsets of a file's records that have an outcome."""
    prefix = f"{file}#" if file.startswith("warc:") else f"warc:{file}#"
    rows = db.conn.execute(
        "SELECT record FROM fetch WHERE record >= ? AND record < ? AND outcome IS NOT NULL", (prefix, prefix[:-1] + "$")
    )
    return {int(record[len(prefix) :]) for (record,) in rows if record[len(prefix) :].isdigit()}
