"""A backfill leaves a host's turns to the live crawl, over processes; but not for ever.

The live rows of a host count only where somebody attends to them: a process that asks for its source's live rows is
entered in `watch` and taken out at its end. Without one a backfill waits for nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import hosts

if TYPE_CHECKING:
    from sqlite_utils import Database

SHARE = 10
"""While live work of a host is always due, a backfill gets about every tenth of its turns."""

TURN = 0.5
"""Seconds that a turn takes at the least, in the reckoning of `gives_way`: below that the looks are what counts."""

ATTENDED = 330.0
"""Seconds since a process last asked for a source's live rows, within which it is taken to come again (daemon.py looks
at a source every 300 s at the least)."""

BUDGET = 0.8
"""Share of a host's requests in an hour beyond which a backfill asks for nothing, whoever sent them."""

LOOK = 0.1
"""Seconds at the least until a backfill that gives way looks again; and until live work does, which a backfill's request to
the host holds up: its end is another process's, of which nobody tells."""

_WATCH_AGAIN = 5.0


def gives_way(live_due: float | None, *, now: float, gap: float, since: float | None) -> bool:
    """Whether a backfill leaves a host's turn to its live rows.

    `live_due`: when the host's next live row that somebody attends to is due (None: there is none); `gap`: seconds
    between two requests to the host; `since`: since when the backfill has been giving way there (None: it has not). It
    does where the row is due before the turn after this one; but where live work is always due, only for the time of
    `SHARE` turns, then it takes one."""
    if live_due is None or live_due > now + gap:
        return False
    return since is None or now - since < SHARE * max(gap, TURN)


def attended(db: Database, source: str, *, now: float) -> bool:
    """Whether a process is at work on the source's live rows."""
    row = db.conn.execute("SELECT 1 FROM watch WHERE source = ? AND at > ?", (source, now - ATTENDED)).fetchone()
    return row is not None


def watches(db: Database, source: str, owner: str, *, now: float) -> None:
    """Note that a process asks for the source's live rows."""
    row = db.conn.execute("SELECT at FROM watch WHERE source = ? AND owner = ?", (source, owner)).fetchone()
    if row is None or row[0] < now - _WATCH_AGAIN:
        db.conn.execute(
            "INSERT INTO watch (source, owner, at) VALUES (?, ?, ?) ON CONFLICT (source, owner) DO UPDATE SET at = excluded.at",
            (source, owner, now),
        )


def look(db: Database, host: str) -> float:
    """Seconds until live work looks again at a host whose requests are all in flight."""
    row = db.conn.execute(
        "SELECT 1 FROM link INDEXED BY link_leased WHERE state = 'leased' AND host = ? AND backfill > 0 LIMIT 1",
        (host,),
    ).fetchone()
    return LOOK if row else hosts.BUSY_LOOK


def way(db: Database, host: str, *, now: float, gap: float, budget: hosts.Budget | None = None) -> bool:
    """Whether a backfill gives way at this host now; that it does is kept, with since when. To articles only while the
    host's polls of this hour are spent: its endpoints may not be asked for before."""
    row = db.conn.execute(
        "SELECT max(:gap, coalesce(crawl_delay, 0)), waits_since FROM host WHERE host = :host",
        {"gap": gap, "host": host},
    ).fetchone()
    asked, since = row or (gap, None)
    spent = budget is not None and hosts.Host(db, host).wait_to_poll(now=now + asked, budget=budget) > 0
    (due,) = db.conn.execute(
        "SELECT min(due) FROM link INDEXED BY link_live WHERE host = :host AND state = 'pending' AND backfill = 0"
        " AND due <= :until AND source IN (SELECT source FROM watch WHERE at > :seen) AND (kind = 'article' OR NOT :spent)",
        {"host": host, "until": now + asked, "seen": now - ATTENDED, "spent": spent},
    ).fetchone()
    gives = gives_way(due, now=now, gap=asked, since=since)
    if gives and since is None:
        db.conn.execute(
            "INSERT INTO host (host, waits_since) VALUES (:host, :now) ON CONFLICT (host) DO UPDATE SET waits_since = :now",
            {"host": host, "now": now},
        )
    elif not gives and since is not None:
        db.conn.execute("UPDATE host SET waits_since = NULL WHERE host = ?", (host,))
    return gives
