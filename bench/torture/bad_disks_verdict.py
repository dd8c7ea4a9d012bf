"""What a database holds after a scenario of `bad_disks`, against what was acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import checks, trouble
from storage.database import open_reader

if TYPE_CHECKING:
    from pathlib import Path


def verdict(path: Path, stored: dict[int, str]) -> list[str]:
    """Breaches in what the database holds against what was acknowledged."""
    found = [f"damaged: {line}" for line in checks.check(path).damage]
    if trouble.present(path) is not None:
        found.append("the note of the trouble is still there")
    db = open_reader(path)
    rows = dict(db.conn.execute("SELECT article_id, body FROM revision").fetchall())
    db.close()
    if lost := [number for number, text in stored.items() if rows.get(number) != text]:
        found.append(f"{len(lost)} of {len(stored)} acknowledged articles are lost, as {lost[0]}")
    if len(rows) != len(stored):
        found.append(f"{len(rows)} articles are stored, {len(stored)} were acknowledged")
    return found
