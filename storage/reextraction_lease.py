"""One `dateline reextract` at a time on a database: a row of `meta` names the process that is at work and until when. It keeps
two from doing the same work, and guards nothing: what each writes is judged in its own transaction (`reextraction.rewrite`).

It ends with the work, with its time, or as soon as the process is known to have ended (`owners`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage import clock, owners

if TYPE_CHECKING:
    from sqlite_utils import Database

SECONDS = 600.0
"""How long it lasts without a batch: extraction of one takes some seconds."""
_KEY = "reextracting"


def claim(db: Database, *, now: float) -> tuple[str | None, str]:
    """(the name that the process holds it by, since when); (None, since when) where another process is at work."""
    row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    if row is not None:
        held = json.loads(row[0])
        known = db.conn.execute("SELECT 1 FROM owner WHERE id = ?", (held["owner"],)).fetchone()
        if known and held["until"] > now and held["owner"] not in owners.dead(db):
            return None, held["since"]
        db.conn.execute("DELETE FROM owner WHERE id = ?", (held["owner"],))
    owner, since = owners.register(db, now=now), clock.text(now)
    _keep(db, owner, since, now + SECONDS)
    return owner, since


def renew(db: Database, owner: str, *, now: float) -> None:
    """Another `SECONDS` from now on, where `owner` still holds it."""
    db.conn.execute(
        "UPDATE meta SET value = json_set(value, '$.until', ?) WHERE key = ? AND json_extract(value, '$.owner') = ?",
        (now + SECONDS, _KEY, owner),
    )


def release(db: Database, owner: str) -> None:
    """Give it back."""
    db.conn.execute("DELETE FROM meta WHERE key = ? AND json_extract(value, '$.owner') = ?", (_KEY, owner))
    db.conn.execute("DELETE FROM owner WHERE id = ?", (owner,))


def _keep(db: Database, owner: str, since: str, until: float) -> None:
    value = json.dumps({"owner": owner, "since": since, "until": until})
    db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, value))
