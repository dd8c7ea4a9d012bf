"""Endpoints that left their source's TOML: they retire with what they listed, and come back with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import witness

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.models import Link


def retire(db: Database, source: str, named: set[str]) -> None:
    """Retire the live endpoints of a source that are not `named`, with their children; what is leased at its end."""
    rows = db.conn.execute(
        "SELECT id, url FROM link INDEXED BY link_seeded WHERE source = ? AND scope = 0 AND seeded", (source,)
    ).fetchall()
    if any(url not in named for _, url in rows):
        # A child may stand in another index, too, which must be read anew to take it up: no 304 for it.
        db.conn.execute(
            "UPDATE link SET etag = NULL, last_modified = NULL WHERE id IN"
            " (SELECT id FROM link INDEXED BY link_seeded WHERE source = ? AND scope = 0 AND seeded)",
            (source,),
        )
    for link_id, url in rows:
        if url not in named:
            db.conn.execute(
                "WITH RECURSIVE family (id) AS (SELECT ? UNION SELECT link.id FROM link JOIN family ON parent = family.id)"
                " UPDATE link SET seeded = 0, state = CASE state WHEN 'leased' THEN state ELSE 'retired' END"
                " WHERE id IN (SELECT id FROM family) AND kind <> 'article'",
                (link_id,),
            )


def taken_up(db: Database, link_id: int, told: Link, *, finder: int | None, now: float) -> int:
    """Take a retired child up again, with what is `told` of it: another index of the source, the row `finder`, lists it, or
    its own is back. Answers 1, or 0 where the finder left the TOML itself meanwhile."""
    rows = db.conn.execute(
        "UPDATE link SET state = 'pending', due = :now, parent = :finder, witness = :witness WHERE id = :id"
        " AND EXISTS (SELECT 1 FROM link AS f WHERE f.id = :finder AND f.state <> 'retired') RETURNING id",
        {"now": now, "finder": finder, "witness": witness.to_json(told), "id": link_id},
    ).fetchall()
    return len(rows)
