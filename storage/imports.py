"""Records of imported files: each has one fetch, so that an import that was broken off goes on where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import clean, clock

if TYPE_CHECKING:
    from sqlite_utils import Database


def begin(db: Database, run_id: int | None, source: str, url: str, record: str, *, at: float) -> int | None:
    """Open a record's fetch, or take up one that never ended; None: it has an outcome."""
    row = db.conn.execute("SELECT id, outcome FROM fetch WHERE record = ?", (record,)).fetchone()
    if row is not None:
        if row[1] is not None:
            return None
        db.conn.execute("UPDATE fetch SET run_id = ? WHERE id = ?", (run_id, row[0]))
        return int(row[0])
    db.conn.execute("INSERT INTO source VALUES (?, ?) ON CONFLICT DO NOTHING", (source, clock.text(at)))
    cursor = db.conn.execute(
        "INSERT INTO fetch (run_id, source, url, kind, at, record) VALUES (?, ?, ?, 'article', ?, ?)",
        (run_id, source, clean.text(url), clock.text(at), record),
    )
    return int(cursor.lastrowid or 0)


def done(db: Database, file: str) -> set[int]:
    """The offsets of a file's records that have an outcome."""
    prefix = f"{file}#" if file.startswith("warc:") else f"warc:{file}#"
    rows = db.conn.execute(
        "SELECT record FROM fetch WHERE record >= ? AND record < ? AND outcome IS NOT NULL", (prefix, prefix[:-1] + "$")
    )
    return {int(record[len(prefix) :]) for (record,) in rows if record[len(prefix) :].isdigit()}
