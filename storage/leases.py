"""Leases: the right to fetch one address until a time, taken together with its host's turn, ended once.

A lease opens its row of `fetch`. A process that dies leaves both open; `reclaim` ends such a fetch as `interrupted` and
makes the address due again at once (`returns`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from storage import chains, clock, hosts, returns, yielding
from storage.models import Lease, Leased, Validators
from storage.standings import TRANSIENT
from storage.witness import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
 rhythm, unasked, forbidden
FROM link INDEXED BY link_next
WHERE source = :source AND backfill = :backfill AND state = 'pending' AND host = :host AND due <= :now {kinds}
ORDER BY rank, newest DESC, id LIMIT 1
"""
_NEXT_IN_PLACE = """
SELECT id, url, kind, rank, place, found_at, seen, tries, etag, last_modified, witness, first, missing,
 rhythm, unasked, forbidden
FROM link {index}
WHERE source = :source AND backfill = :backfill AND backfill > 0 AND state = 'pending' AND host = :host AND due <= :now
 {kinds}
ORDER BY place DESC, rank, id LIMIT 1
"""
_DUE = "SELECT min(due) FROM link INDEXED BY link_due WHERE source = :source AND backfill = :backfill AND state = 'pending'"
# Without the index's name SQLite would weigh `link_live` by the value of :backfill, and compile the query anew each time.
_NEXT_TRY = """
SELECT min(due) FROM link INDEXED BY link_failing
WHERE backfill = :backfill AND backfill > 0 AND state = 'pending' AND tries > 0 AND due > :now AND {transient} {kinds}
"""


def lease(  # noqa: PLR0912 - what may hold a row up, one after the other
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
    whole: bool = False,
) -> Leased:
    """Lease up to `limit` due rows of hosts whose turn it is. See `Frontier.lease`."""
    others = returns.take_over(db, owner, now=now)  # a long-lived process must not wait for the next one to start
    if not backfill:
        yielding.watches(db, source, owner, now=now)
    scope = {"source": source, "backfill": backfill, "now": now}
    elsewhere = _elsewhere(db, source, owner=owner, backfill=backfill, now=now) if others else 0
    (earliest,) = db.conn.execute(_DUE, scope).fetchone()
    if earliest is None or earliest > now:
        return Leased((), None, elsewhere, _next_try(db, scope, kinds))
    plain = _NEXT_IN_PLACE.format(**_in_place(kinds)) if backfill else _NEXT.format(kinds=_only(kinds))
    if budget is not None and backfill:  # the rest is the live crawl's
        budget = hosts.Budget(int(budget.hourly * yielding.BUDGET), budget.polls)
    taken: list[Lease] = []
    waits: list[float] = []
    holder = _Holder(
        source=source, owner=owner, run_id=run_id, now=now, until=now + seconds, delay=delay, backfill=backfill
    )
    for host, first in _hosts(db, plain, scope):
        queries, left, asked = [plain], list[int](), hosts.Host(db, host)
        for row in _one_by_one(db, queries, scope | {"host": host}, first):
            if whole and len(taken) < limit and _is_whole(row):
                taken.append(_take(db, row, asked, holder, sends=False))
                continue
            wait = asked.wait(now=now, in_flight=in_flight, run_id=run_id, budget=budget)
            if wait > 0 or len(taken) >= limit:
                waits.append(wait if backfill or wait != hosts.BUSY_LOOK else yielding.look(db, host))
                break
            if budget is not None and not backfill and row[2] in POLLED:
                wait = asked.wait_to_poll(now=now, budget=budget)
                if wait > 0:  # articles may be asked for all the same
                    waits.append(wait)
                    queries.append(_NEXT.format(kinds=_only(kinds) + " AND kind = 'article'"))
                    continue
            if backfill and yielding.way(db, host, now=now, gap=delay, budget=budget):
                waits.append(min(hosts.BUSY_LOOK, max(delay, yielding.LOOK)))
                break
            pages = bool(backfill) and row[2] in POLLED
            step = chains.step(db, row, backfill, articles_too=_with_articles(kinds)) if pages else "read"
            if step == "wait":
                waits.append(hosts.BUSY_LOOK)
                break
            if step == "leave":  # the others of this host go on
                left.append(row[0])
                queries.append(_NEXT_IN_PLACE.format(**_in_place(kinds, left)))
            if step in ("leave", "end"):
                continue
            if asked.rules.until > now:
                taken.append(_take(db, row, asked, holder))
                continue
            robots = _robots_row(db, source, host, row[1], now)
            if not isinstance(robots, float):
                taken.append(_take(db, robots, asked, holder))
            waits.append(robots if isinstance(robots, float) else hosts.OWN_LOOK)
            break
    if not waits:
        return Leased(tuple(taken), None, elsewhere, _next_try(db, scope, kinds))
    return Leased(tuple(taken), min(waits), elsewhere)


def _one_by_one(
    db: Database, queries: list[str], scope: dict[str, Any], first: tuple[Any, ...]
) -> Iterator[tuple[Any, ...]]:
    """`first`, and once it is dealt with the row that the last of `queries` then answers, and so on."""
    row = first
    while row is not None:
        yield row
        row = db.conn.execute(queries[-1], scope).fetchone()


def _next_try(db: Database, scope: dict[str, Any], kinds: Sequence[LinkKind] | None) -> float | None:
    """Seconds until something of a backfill that failed is to be tried again; None: there is nothing, or it is live work,
    which comes again by itself. Nobody waits for what a host refuses, nor for a document that cannot be read."""
    (due,) = db.conn.execute(_NEXT_TRY.format(transient=TRANSIENT, kinds=_only(kinds)), scope).fetchone()
    return None if due is None else max(0.0, float(due) - scope["now"])


def _is_whole(row: tuple[Any, ...]) -> bool:
    """Whether a row is an article that its feed gave whole."""
    told = from_json(row[10]) if row[2] == "article" else None
    return told is not None and told.whole


def _with_articles(kinds: Sequence[LinkKind] | None) -> bool:
    return kinds is None or "article" in kinds


def _in_place(kinds: Sequence[LinkKind] | None, without: Sequence[int] = ()) -> dict[str, str]:
    """A backfill's rows of these kinds but for some, by the index that has no others."""
    only = _only(kinds) + (f" AND id NOT IN ({', '.join(map(str, without))})" if without else "")
    if _with_articles(kinds):
        return {"index": "INDEXED BY link_backfill", "kinds": only}
    return {"index": "INDEXED BY link_archive", "kinds": f"AND rank = 1 {only}"}


def _hosts(db: Database, query: str, scope: dict[str, Any]) -> list[tuple[str, tuple[Any, ...]]]:
    """The hosts with due rows and the first row of each, in their order."""
    first = {}
    for (host,) in db.conn.execute(_HOSTS, scope).fetchall():
        row = db.conn.execute(query, {**scope, "host": host}).fetchone()
        if row is not None:
            number, rank, newest = row[0], row[3], -(row[4] or 0.0)
            order = (newest, rank, number) if scope["backfill"] else (rank, newest, number)
            first[order] = (host, row)
    return [first[order] for order in sorted(first)]


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


def _take(db: Database, row: tuple[Any, ...], asked: hosts.Host, holder: _Holder, *, sends: bool = True) -> Lease:
    """Lease a row of the host. `sends`: its fetch asks the host for something, and takes its turn."""
    link_id, url, kind, _, _, found_at, seen, tries, etag, last_modified, witness, first, missing, rhythm = row[:14]
    cursor = db.conn.execute(
        "INSERT INTO fetch (run_id, source, url, kind, at, owner, backfill) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (holder.run_id, holder.source, url, kind, clock.text(holder.now), holder.owner, holder.backfill),
    )
    fetch_id = int(cursor.lastrowid or 0)
    db.conn.execute(
        "UPDATE link SET state = 'leased', owner = ?, leased_at = ?, until = ?, delay = ?, fetch_id = ? WHERE id = ?",
        (holder.owner, holder.now, holder.until, holder.delay, fetch_id, link_id),
    )
    if sends:
        polls = kind in POLLED and not holder.backfill
        asked.send(now=holder.now, delay=holder.delay, poll=polls)
    asked.leased(run_id=holder.run_id)
    return Lease(
        fetch_id=fetch_id,
        link_id=link_id,
        source=holder.source,
        url=url,
        kind=kind,
        host=asked.host,
        until=holder.until,
        found_at=found_at if kind != "article" else _young_from(db, holder.source, url, found_at),
        seen=seen,
        tries=tries,
        unasked=row[14],
        forbidden=row[15],
        validators=Validators(etag, last_modified),
        witness=from_json(witness),
        backfill=holder.backfill or None,
        first_poll=bool(first and not seen and not holder.backfill and kind not in ("article", "robots")),
        missing=missing,
        rhythm=rhythm,
        crawl_delay=asked.rules.crawl_delay,
        rules=asked.rules,
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
        "SELECT id, url, kind, rank, newest, found_at, seen, tries, etag, last_modified, witness, first, missing, rhythm,"
        " unasked, forbidden, due"
        " FROM link WHERE source = ? AND url = ? AND scope = 0",
        (source, address),
    ).fetchone()
    due: float | None = row[16]
    if due is not None and due > now:
        return due - now
    return (*row[:2], "robots", *row[3:16])
