"""Leases: the right to fetch one address until a time, taken together with its host's turn, ended once.

A lease opens its row of `fetch`. A process that dies leaves both open; `reclaim` ends such a fetch as `interrupted` and
makes the address due again at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from storage import clock, hosts, links, owners, runs
from storage.models import Lease, Leased, Validators
from storage.witness import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from storage.models import LinkKind

MOST_INTERRUPTIONS = 10
"""Deaths in a row of the process that fetched an article before the article is put in quarantine."""

STEP_BACK = 2
"""Interruptions after which others go first."""

_HOSTS = """
WITH RECURSIVE hosts (host) AS (
  SELECT min(host) FROM link INDEXED BY link_next WHERE source = :source AND backfill = :backfill AND state = 'pending'
  UNION ALL
  SELECT (SELECT min(host) FROM link INDEXED BY link_next
          WHERE source = :source AND backfill = :backfill AND state = 'pending' AND host > hosts.host)
  FROM hosts WHERE hosts.host IS NOT NULL
) SELECT host FROM hosts WHERE host IS NOT NULL
"""
_NEXT = """
SELECT id, url, kind, rank, newest, found_at, seen, tries, etag, last_modified, witness, first, missing
FROM link INDEXED BY link_next
WHERE source = :source AND backfill = :backfill AND state = 'pending' AND host = :host AND due <= :now {kinds}
ORDER BY rank, newest DESC, id LIMIT 1
"""


def lease(
    db: Database,
    source: str,
    *,
    owner: str,
    run_id: int | None,
    now: float,
    seconds: float,
    delay: float,
    in_flight: int,
    limit: int,
    kinds: Sequence[LinkKind] | None,
    backfill: int,
) -> Leased:
    """Lease up to `limit` due rows of hosts whose turn it is. See `Frontier.lease`."""
    _take_back(db, now=now, dead=set())  # a long-lived process must not wait for the next one to start
    scope = {"source": source, "backfill": backfill, "now": now}
    elsewhere = _elsewhere(db, source, owner=owner, backfill=backfill, now=now)
    (earliest,) = db.conn.execute(
        "SELECT min(due) FROM link WHERE source = :source AND backfill = :backfill AND state = 'pending'", scope
    ).fetchone()
    if earliest is None or earliest > now:
        return Leased((), None, elsewhere)
    query = _NEXT.format(kinds=_only(kinds))
    taken: list[Lease] = []
    waits: list[float] = []
    candidates = {}
    for (host,) in db.conn.execute(_HOSTS, scope).fetchall():
        row = db.conn.execute(query, {**scope, "host": host}).fetchone()
        if row is not None:
            candidates[host] = row
    holder = _Holder(
        source=source, owner=owner, run_id=run_id, now=now, until=now + seconds, delay=delay, backfill=backfill
    )
    for host in sorted(candidates, key=lambda h: (candidates[h][3], -(candidates[h][4] or 0.0), candidates[h][0])):
        while (row := db.conn.execute(query, {**scope, "host": host}).fetchone()) is not None:
            wait = hosts.wait(db, host, now=now, in_flight=in_flight)
            if wait > 0 or len(taken) >= limit:
                waits.append(wait)
                break
            if hosts.rules_until(db, host) > now:
                taken.append(_take(db, row, host, holder))
                continue
            robots = _robots_row(db, source, host, row[1], now)
            if isinstance(robots, float):
                waits.append(robots)
            else:
                taken.append(_take(db, robots, host, holder))
                waits.append(hosts.BUSY_LOOK)
            break
    return Leased(tuple(taken), min(waits, default=None), elsewhere)


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
    gone = owners.dead(db)
    taken = _take_back(db, now=now, dead=set(gone))
    db.conn.execute("DELETE FROM hop WHERE until <= ?", (now,))
    for owner in gone:
        runs.interrupted(db, owner, now=now)
        db.conn.execute("DELETE FROM owner WHERE id = ?", (owner,))
    return taken


def _take_back(db: Database, *, now: float, dead: set[str]) -> int:
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
            " tries = tries + 1, interrupted = interrupted + 1,"
            f" state = CASE WHEN kind = 'robots' THEN 'done' WHEN {links.LEFT} THEN 'retired'"
            "  WHEN kind = 'article' AND interrupted + 1 >= :most THEN 'quarantined' ELSE 'pending' END,"
            " reason = CASE WHEN kind = 'article' AND interrupted + 1 >= :most"
            "  THEN 'interrupted ' || (interrupted + 1) || ' times in a row' ELSE reason END,"
            " rank = CASE WHEN kind = 'article' AND interrupted + 1 >= :back THEN :last ELSE rank END WHERE id = :id",
            {"id": link_id, "now": now, "most": MOST_INTERRUPTIONS, "back": STEP_BACK, "last": links.RECHECK},
        )
        hosts.answered(db, host, at=now, delay=delay or 0.0)
    return len(rows)


def _elsewhere(db: Database, source: str, *, owner: str, backfill: int, now: float) -> int:
    (count,) = db.conn.execute(
        "SELECT count(*) FROM link INDEXED BY link_leased"
        " WHERE state = 'leased' AND source = ? AND backfill = ? AND until > ? AND owner <> ?",
        (source, backfill, now, owner),
    ).fetchone()
    return int(count)


class _Holder:
    """Who leases, and on what terms."""

    __slots__ = ("backfill", "delay", "now", "owner", "run_id", "source", "until")

    def __init__(
        self,
        *,
        source: str,
        owner: str,
        run_id: int | None,
        now: float,
        until: float,
        delay: float,
        backfill: int,
    ) -> None:
        self.source = source
        self.owner = owner
        self.run_id = run_id
        self.now = now
        self.until = until
        self.delay = delay
        self.backfill = backfill


def _only(kinds: Sequence[LinkKind] | None) -> str:
    if kinds is None:
        return ""
    known = ("article", "feed", "sitemap", "listing", "robots")
    if unknown := set(kinds) - set(known):
        raise ValueError(f"there are no links of kind {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return "AND kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))


def _take(db: Database, row: tuple[Any, ...], host: str, holder: _Holder) -> Lease:
    link_id, url, kind, _, _, found_at, seen, tries, etag, last_modified, witness, first, missing = row
    cursor = db.conn.execute(
        "INSERT INTO fetch (run_id, source, url, kind, at, owner) VALUES (?, ?, ?, ?, ?, ?)",
        (holder.run_id, holder.source, url, kind, clock.text(holder.now), holder.owner),
    )
    fetch_id = int(cursor.lastrowid or 0)
    db.conn.execute(
        "UPDATE link SET state = 'leased', owner = ?, leased_at = ?, until = ?, delay = ?, fetch_id = ? WHERE id = ?",
        (holder.owner, holder.now, holder.until, holder.delay, fetch_id, link_id),
    )
    hosts.take(db, host, now=holder.now, delay=holder.delay)
    return Lease(
        fetch_id=fetch_id,
        link_id=link_id,
        source=holder.source,
        url=url,
        kind=kind,
        host=host,
        until=holder.until,
        found_at=found_at if kind != "article" else _young_from(db, holder.source, url, found_at),
        seen=seen,
        tries=tries,
        validators=Validators(etag, last_modified),
        witness=from_json(witness),
        backfill=holder.backfill or None,
        first_poll=bool(first and not seen and not holder.backfill and kind not in ("article", "robots")),
        missing=missing,
    )


def _young_from(db: Database, source: str, url: str, found_at: float) -> float:
    """The instant that an address's looks count from: an article that moved is no younger for its new address."""
    row = db.conn.execute(
        "SELECT a.first_seen_at FROM address AS d JOIN article AS a ON a.id = d.article_id"
        " WHERE d.source = ? AND d.url = ? AND NOT d.claimed",
        (source, url),
    ).fetchone()
    seen = clock.epoch(row[0]) if row else None
    return found_at if seen is None else min(found_at, seen)


def _robots_row(db: Database, source: str, host: str, url: str, now: float) -> tuple[Any, ...] | float:
    """The row of the host's robots.txt, made where there is none; or the seconds to wait, because somebody asks for it
    just now or its last failure was too short ago."""
    busy = db.conn.execute(
        "SELECT 1 FROM link WHERE host = ? AND state = 'leased' AND kind = 'robots' AND until > ?", (host, now)
    ).fetchone()
    if busy:
        return hosts.BUSY_LOOK
    address = f"{urlsplit(url).scheme}://{host}/robots.txt"
    db.conn.execute(
        "INSERT INTO link (source, url, kind, scope, host, found_at, state, rank) VALUES (?, ?, 'robots', 0, ?, ?, 'done', 0)"
        " ON CONFLICT DO NOTHING",
        (source, address, host, now),
    )
    row = db.conn.execute(
        "SELECT id, url, kind, rank, newest, found_at, seen, tries, etag, last_modified, witness, first, missing, due FROM link"
        " WHERE source = ? AND url = ? AND scope = 0",
        (source, address),
    ).fetchone()
    due: float | None = row[13]
    if due is not None and due > now:
        return due - now
    return (*row[:2], "robots", *row[3:13])
