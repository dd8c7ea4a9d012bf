"""Leases: the right to fetch one address until a time, taken together with its host's turn, ended once.

A lease opens its row of `fetch`. A process that dies leaves both open; `reclaim` ends such a fetch as `interrupted` and
makes the address due again at once (`returns`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from storage import clock, hosts, returns, yielding
from storage.models import Lease, Leased, Validators
from storage.witness import from_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from storage.models import LinkKind

POLLED = ("feed", "sitemap", "listing")
"""Kinds whose live rows are polled, again and again."""

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
SELECT id, url, kind, rank, newest, found_at, seen, tries, etag, last_modified, witness, first, missing,
 rhythm
FROM link INDEXED BY link_next
WHERE source = :source AND backfill = :backfill AND state = 'pending' AND host = :host AND due <= :now {kinds}
ORDER BY rank, newest DESC, id LIMIT 1
"""
_NEXT_IN_PLACE = """
SELECT id, url, kind, rank, place, found_at, seen, tries, etag, last_modified, witness, first, missing,
 rhythm
FROM link INDEXED BY link_backfill
WHERE source = :source AND backfill = :backfill AND backfill > 0 AND state = 'pending' AND host = :host AND due <= :now
 {kinds}
ORDER BY place DESC, rank, id LIMIT 1
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
    budget: hosts.Budget | None = None,
) -> Leased:
    """Lease up to `limit` due rows of hosts whose turn it is. See `Frontier.lease`."""
    returns.take_back(db, now=now, dead=set())  # a long-lived process must not wait for the next one to start
    if not backfill:
        yielding.watches(db, source, owner, now=now)
    scope = {"source": source, "backfill": backfill, "now": now}
    elsewhere = _elsewhere(db, source, owner=owner, backfill=backfill, now=now)
    (earliest,) = db.conn.execute(
        "SELECT min(due) FROM link WHERE source = :source AND backfill = :backfill AND state = 'pending'", scope
    ).fetchone()
    if earliest is None or earliest > now:
        return Leased((), None, elsewhere)
    plain = (_NEXT_IN_PLACE if backfill else _NEXT).format(kinds=_only(kinds))
    if budget is not None and backfill:  # the rest is the live crawl's
        budget = hosts.Budget(int(budget.hourly * yielding.BUDGET), budget.polls)
    taken: list[Lease] = []
    waits: list[float] = []
    holder = _Holder(
        source=source, owner=owner, run_id=run_id, now=now, until=now + seconds, delay=delay, backfill=backfill
    )
    for host in _hosts(db, plain, scope):
        query = plain
        while (row := db.conn.execute(query, {**scope, "host": host}).fetchone()) is not None:
            wait = hosts.wait(db, host, now=now, in_flight=in_flight, budget=budget)
            if wait > 0 or len(taken) >= limit:
                waits.append(wait)
                break
            if budget is not None and not backfill and row[2] in POLLED:
                wait = hosts.wait_to_poll(db, host, now=now, budget=budget)
                if wait > 0:  # articles may be asked for all the same
                    waits.append(wait)
                    query = _NEXT.format(kinds=_only(kinds) + " AND kind = 'article'")
                    continue
            if backfill and yielding.way(db, host, now=now, gap=delay):
                waits.append(min(hosts.BUSY_LOOK, max(delay, yielding.LOOK)))
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


def _hosts(db: Database, query: str, scope: dict[str, Any]) -> list[str]:
    """The hosts with due rows, in the order of the first row of each."""
    first = {}
    for (host,) in db.conn.execute(_HOSTS, scope).fetchall():
        row = db.conn.execute(query, {**scope, "host": host}).fetchone()
        if row is not None:
            number, rank, newest = row[0], row[3], -(row[4] or 0.0)
            first[host] = (newest, rank, number) if scope["backfill"] else (rank, newest, number)
    return sorted(first, key=lambda host: first[host])


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
    link_id, url, kind, _, _, found_at, seen, tries, etag, last_modified, witness, first, missing, rhythm = row
    cursor = db.conn.execute(
        "INSERT INTO fetch (run_id, source, url, kind, at, owner, backfill) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (holder.run_id, holder.source, url, kind, clock.text(holder.now), holder.owner, holder.backfill),
    )
    fetch_id = int(cursor.lastrowid or 0)
    db.conn.execute(
        "UPDATE link SET state = 'leased', owner = ?, leased_at = ?, until = ?, delay = ?, fetch_id = ? WHERE id = ?",
        (holder.owner, holder.now, holder.until, holder.delay, fetch_id, link_id),
    )
    hosts.take(db, host, now=holder.now, delay=holder.delay)
    hosts.count(db, host, now=holder.now, poll=kind in POLLED and not holder.backfill)
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
        rhythm=rhythm,
        crawl_delay=hosts.crawl_delay(db, host),
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
        "SELECT id, url, kind, rank, newest, found_at, seen, tries, etag, last_modified, witness, first, missing, rhythm, due"
        " FROM link WHERE source = ? AND url = ? AND scope = 0",
        (source, address),
    ).fetchone()
    due: float | None = row[14]
    if due is not None and due > now:
        return due - now
    return (*row[:2], "robots", *row[3:14])
