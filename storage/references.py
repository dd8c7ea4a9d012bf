"""Rows that refer to a row that is not there. SQLite looks only when a row is written, and other programs do not let it look
(`foreign_keys` is off by default)."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from storage import clean

if TYPE_CHECKING:
    from sqlite_utils import Database

_KEY: Final = "accepted references"
_CHECK: Final = 'SELECT "table", rowid, parent FROM pragma_foreign_key_check'


def dangling(db: Database, *, most: int) -> list[str]:
    """Lines that name them, `most` of them; none of a kind (a table and what it refers to) of which there are no more than
    were accepted. Reads all references."""
    accepted = _accepted(db)
    counts: Counter[str] = Counter()
    lines: dict[str, list[str]] = {}
    for table, rowid, parent in db.conn.execute(_CHECK):
        kind = _kind(table, parent)
        counts[kind] += 1
        if counts[kind] <= most:
            lines.setdefault(kind, []).append(f"row {rowid} of {table} refers to a row of {parent} that is not there")
    return [line for kind, told in lines.items() if counts[kind] > accepted.get(kind, 0) for line in told][:most]


def accept(db: Database) -> None:
    """Tell of those that there are now no more."""
    counts = Counter(_kind(table, parent) for table, _, parent in db.conn.execute(_CHECK))
    if counts or _accepted(db):
        db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, clean.dumps(dict(counts))))


def _kind(table: str, parent: str) -> str:
    return f"{table} {parent}"


def _accepted(db: Database) -> dict[str, int]:
    row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    found = json.loads(row[0]) if row else {}
    return {kind: number for kind, number in found.items() if isinstance(number, int)}
