"""How leases come back undone: given back, run out, or left by a process that died."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import backfills, clock, hosts, links, owners, runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

MOST_INTERRUPTIONS = 10
"""Deaths in a row of the process that fetched an article before the article is put in quarantine."""

STEP_BACK = 2
"""Interruptions after which others go first."""


def release(db: Database, leases: Iterable[tuple[int, int]]) -> int:
    """Give leases (link id, fetch id) back undone: nothing was asked, so their fetches are taken out again. Those that
    have ended, or are another's by now, are left. Answers how many were given back."""
    count = 0
    for link_id, fetch_id in leases:
        given = db.conn.execute(
            f"UPDATE link SET state = CASE WHEN kind = 'robots' THEN 'done' WHEN {links.LEFT} THEN 'retired'"  # noqa: S608 - our own words
            " ELSE 'pending' END, owner = NULL,"
            " leased_at = NULL, until = NULL, fetch_id = NULL WHERE id = ? AND fetch_id = ? AND state = 'leased'"
            " RETURNING id",
            (link_id, fetch_id),
        ).fetchall()
        if given:
            db.conn.execute("DELETE FROM fetch WHERE id = ? AND outcome IS NULL", (fetch_id,))
            db.conn.execute("DELETE FROM hop WHERE fetch_id = ?", (fetch_id,))
            count += 1
    return count


def held_by(db: Database, owner: str) -> list[tuple[int, int]]:
    """The leases (link id, fetch id) of an owner."""
    return db.conn.execute(
        "SELECT id, fetch_id FROM link INDEXED BY link_leased WHERE state = 'leased' AND owner = ?", (owner,)
    ).fetchall()


def reclaim(db: Database, *, now: float) -> int:
    """End the fetches of leases that ran out or whose process is dead; their addresses are due again at once.

    How many requests such a fetch sent is not known (NULL). Its host's turn comes a delay after now, since nobody
    knows when its last request ended. Answers how many leases were taken back.
    """
    gone = owners.dead(db) + owners.silent(db, now=now)
    taken = take_back(db, now=now, dead=set(gone))
    db.conn.execute("DELETE FROM hop WHERE until <= ?", (now,))
    for owner in gone:
        runs.interrupted(db, owner, now=now)
        db.conn.execute("DELETE FROM owner WHERE id = ?", (owner,))
        db.conn.execute("DELETE FROM watch WHERE owner = ?", (owner,))
    return taken


def take_over(db: Database, owner: str, *, now: float) -> bool:
    """What a process at work does at each look: end what ran out, and where another process holds leases, see whether that
    is alive: a host would else wait for the end of a dead one's lease. Answers whether another process held any."""
    rows = db.conn.execute(
        "SELECT owner <> ?1 FROM link INDEXED BY link_leased WHERE state = 'leased' AND (until <= ?2 OR owner <> ?1)",
        (owner, now),
    ).fetchall()
    others = any(another for (another,) in rows)
    if others:
        reclaim(db, now=now)
    elif rows:
        take_back(db, now=now, dead=set())
    return others


def take_back(db: Database, *, now: float, dead: set[str]) -> int:
    """End the fetches of leases that ran out, or that a dead owner holds."""
    rows = [
        row
        for row in db.conn.execute(
            "SELECT id, fetch_id, host, delay, owner, until FROM link INDEXED BY link_leased WHERE state = 'leased'"
        ).fetchall()
        if row[5] <= now or row[4] in dead
    ]
    for link_id, fetch_id, host, delay, owner, _ in rows:
        why = "its process died" if owner in dead else "its lease ran out"
        db.conn.execute(
            "UPDATE fetch SET outcome = 'interrupted', detail = ?, ended_at = ? WHERE id = ? AND outcome IS NULL",
            (why, clock.text(now), fetch_id),
        )
        db.conn.execute("DELETE FROM hop WHERE fetch_id = ?", (fetch_id,))
        db.conn.execute(
            "UPDATE link SET owner = NULL, leased_at = NULL, until = NULL, fetch_id = NULL, due = :now,"  # noqa: S608 - our own words
            " tries = tries + 1, interrupted = interrupted + 1, failing_since = coalesce(failing_since, :now),"
            " failed_at = :now,"
            f" state = CASE WHEN kind = 'robots' THEN 'done' WHEN {links.LEFT} THEN 'retired'"
            "  WHEN kind = 'article' AND interrupted + 1 >= :most THEN 'quarantined' ELSE 'pending' END,"
            " reason = CASE WHEN kind = 'article' AND interrupted + 1 >= :most"
            "  THEN 'interrupted ' || (interrupted + 1) || ' times in a row' ELSE reason END,"
            " place = CASE WHEN kind = 'article' AND interrupted + 1 >= :back THEN -:first ELSE place END,"
            " rank = CASE WHEN kind = 'article' AND interrupted + 1 >= :back THEN :last ELSE rank END WHERE id = :id",
            {
                "id": link_id,
                "now": now,
                "most": MOST_INTERRUPTIONS,
                "back": STEP_BACK,
                "last": links.RECHECK,
                "first": backfills.FIRST,
            },
        )
        hosts.answered(db, host, at=now, delay=delay or 0.0)
    return len(rows)
