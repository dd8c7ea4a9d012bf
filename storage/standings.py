"""How far backfills have come, and what of their spans is stored: for progress, estimates and reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import breaker, chains, clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class BackfillStanding:
    """How far a backfill has come. `since`, `until`: epoch seconds, both inclusive. `listed`: archive pages read whose
    links are articles, with `entries` in them, the oldest of `back_to`, the middle one of the last page of `reached`;
    `absent`: pages that were not there; `to_list`: pages known and not read; `unread`: those that failed, or were given
    up. `found`: articles that lie, or may lie, in the span; `known`: those of them that were stored or judged before it
    found them; `left`: those that it still is to fetch, of which `failing` wait for another try after a failure that
    passes and `refused` after another; `given_up`: those that failed for good. `retry_at`: when the next is due of what
    failed. `open_end`: nobody named an end. `host`: whose turn it waits for next, `crawl_delay` what that host's
    robots.txt asks for; `fetch_seconds`: the mean of the source's last hundred articles, from the request to the last
    byte."""

    id: int
    source: str
    since: float
    until: float
    oldest_first: bool
    started_at: str
    finished_at: str | None
    listed: int = 0
    entries: int = 0
    back_to: float | None = None
    found: int = 0
    known: int = 0
    to_list: int = 0
    unread: int = 0
    left: int = 0
    host: str | None = None
    crawl_delay: float | None = None
    fetch_seconds: float | None = None
    absent: int = 0
    reached: float | None = None
    open_end: bool = False
    given_up: int = 0
    failing: int = 0
    refused: int = 0
    retry_at: float | None = None

    @property
    def done(self) -> int:
        """Articles that it has fetched, or left to the live crawl."""
        return max(0, self.found - self.known - self.left - self.given_up)

    @property
    def has_holes(self) -> bool:
        """Whether something of the span could not be read, so far or for good; or no page of its archive was there."""
        return bool(self.unread or self.failing or self.given_up or (self.absent and not self.listed))

    @property
    def begun(self) -> bool:
        """Whether anything was read for it."""
        return bool(self.listed or self.found or self.entries)


@dataclass(frozen=True, slots=True)
class Covered:
    """What of a span is stored: the times of publication of the source's articles in it, rising, as the `articles` view
    has them; `quarantined` and `failed`: outcome -> links of the backfill that were given up, or wait for another try;
    `unread`: (address, outcome) of archive pages, `beyond`: the listing pages at which the span's beginning was passed."""

    published: tuple[str, ...]
    quarantined: tuple[tuple[str, int], ...] = ()
    failed: tuple[tuple[str, int], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    beyond: tuple[str, ...] = ()


def reasons(beginnings: Iterable[str]) -> str:
    """SQL: a row's reason begins with one of these."""
    return "({})".format(" OR ".join(f"reason LIKE '{one}%'" for one in beginnings))


TRANSIENT = reasons(
    dict.fromkeys((*breaker.AGAINST_HOST, "failed:http", "failed:no_turn", "blocked:robots_unreachable"))
)
"""SQL: a row's last fetch failed for a reason that passes; what a host refuses, or a document that is none, does not."""

# Rank 1: what lists articles (links.py). It stands in the index, so that 200,000 waiting rows are counted without reading them.
_STANDING = """
SELECT b.id, b.source, b.since, b.until, b.oldest_first, b.started_at, b.finished_at, b.listed, b.entries, b.back_to, b.found,
  b.known,
  (SELECT count(*) FROM link AS l INDEXED BY link_archive WHERE l.backfill = b.id AND l.backfill > 0
   AND l.state = 'pending' AND l.rank = 1)
  + (SELECT count(*) FROM link AS l INDEXED BY link_leased WHERE l.state = 'leased' AND l.backfill = b.id
     AND l.kind <> 'article'),
  (SELECT count(*) FROM link AS l INDEXED BY link_failing WHERE l.backfill = b.id AND l.backfill > 0
   AND l.state = 'pending' AND l.tries > 0 AND l.rank = 1)
  + (SELECT count(*) FROM link AS l INDEXED BY link_quarantined WHERE l.source = b.source AND l.state = 'quarantined'
     AND l.backfill = b.id AND l.kind <> 'article'),
  (SELECT count(*) FROM link AS l INDEXED BY link_backfill WHERE l.backfill = b.id AND l.backfill > 0
   AND l.state = 'pending' AND l.rank > 1)
  + (SELECT count(*) FROM link AS l INDEXED BY link_leased WHERE l.state = 'leased' AND l.backfill = b.id
     AND l.kind = 'article'),
  (SELECT l.host FROM link AS l INDEXED BY link_backfill WHERE l.backfill = b.id AND l.backfill > 0
   AND l.state = 'pending' LIMIT 1),
  b.absent, b.reached, b.open_end,
  (SELECT count(*) FROM link AS l INDEXED BY link_quarantined WHERE l.source = b.source AND l.state = 'quarantined'
   AND l.wanted_by = b.id AND l.kind = 'article'),
  (SELECT count(*) FROM link AS l INDEXED BY link_failing WHERE l.backfill = b.id AND l.backfill > 0
   AND l.state = 'pending' AND l.tries > 0 AND l.rank > 1 AND {transient}),
  (SELECT count(*) FROM link AS l INDEXED BY link_failing WHERE l.backfill = b.id AND l.backfill > 0
   AND l.state = 'pending' AND l.tries > 0 AND l.rank > 1 AND NOT {transient}),
  (SELECT min(l.due) FROM link AS l INDEXED BY link_failing WHERE l.backfill = b.id AND l.backfill > 0
   AND l.state = 'pending' AND l.tries > 0)
FROM backfill AS b WHERE {which} ORDER BY b.id
"""
_LAST_FETCHES = """
SELECT avg(ms) / 1000.0 FROM (
  SELECT ms FROM fetch INDEXED BY fetch_source WHERE source = ? AND kind = 'article' AND status IS NOT NULL
  ORDER BY at DESC LIMIT 100)
"""


def standing(db: Database, backfill: int) -> BackfillStanding:
    """How far a backfill has come. Raises LookupError for one that there never was."""
    row = db.conn.execute(_STANDING.format(which="b.id = ?", transient=TRANSIENT), (backfill,)).fetchone()
    if row is None:
        raise LookupError(f"there is no backfill {backfill}")
    return _told(db, row)


def every(db: Database, source: str | None = None, *, finished: bool = False) -> list[BackfillStanding]:
    """The backfills of a source, or of all, in the order in which they began; those that are finished, too, if asked."""
    which = "(b.source = :source OR :source IS NULL) AND (:finished OR b.finished_at IS NULL)"
    rows = db.conn.execute(
        _STANDING.format(which=which, transient=TRANSIENT), {"source": source, "finished": finished}
    ).fetchall()
    return [_told(db, row) for row in rows]


def _told(db: Database, row: Sequence[object]) -> BackfillStanding:
    rest = dict(zip(_NAMES, row, strict=True))
    rest["oldest_first"], rest["open_end"] = bool(rest["oldest_first"]), bool(rest["open_end"])
    asked = db.conn.execute("SELECT crawl_delay FROM host WHERE host = ?", (rest["host"],)).fetchone()
    (seconds,) = db.conn.execute(_LAST_FETCHES, (rest["source"],)).fetchone()
    return BackfillStanding(**rest, crawl_delay=asked[0] if asked else None, fetch_seconds=seconds)  # type: ignore[arg-type]


_NAMES = (
    "id", "source", "since", "until", "oldest_first", "started_at", "finished_at", "listed", "entries", "back_to", "found",
    "known", "to_list", "unread", "left", "host", "absent", "reached", "open_end", "given_up", "failing", "refused",
    "retry_at",
)  # fmt: skip


def covered(db: Database, backfill: int, *, days: tuple[str, str] | None = None) -> Covered:
    """What of a backfill's span is stored, and what it left. `days`: the span's first and last in the source's calendar; an
    article of which only the day is known counts where that is one of them. None: those of UTC."""
    at = standing(db, backfill)
    first, last = days or (clock.text(at.since)[:10], clock.text(at.until)[:10])
    published = db.conn.execute(
        "SELECT published_at FROM article WHERE source = :source AND CASE published_precision"
        " WHEN 'day' THEN published_at BETWEEN :first AND :last ELSE published_at BETWEEN :since AND :until END"
        " AND published_at BETWEEN min(:first, :since) AND max(:last, :until) ORDER BY published_at",
        {
            "source": at.source,
            "since": clock.text(at.since),
            "until": clock.text(at.until),
            "first": first,
            "last": last,
        },
    ).fetchall()
    scope = {"source": at.source, "id": backfill}
    quarantined = db.conn.execute(
        "SELECT reason, count(*) FROM link INDEXED BY link_quarantined WHERE state = 'quarantined' AND source = :source"
        " AND wanted_by = :id AND kind = 'article' GROUP BY 1 ORDER BY 2 DESC",
        scope,
    ).fetchall()
    failed = db.conn.execute(
        "SELECT reason, count(*) FROM link INDEXED BY link_due WHERE state = 'pending' AND source = :source"
        " AND backfill IN (0, :id) AND wanted_by = :id AND kind = 'article' AND tries > 0 GROUP BY 1 ORDER BY 2 DESC",
        scope,
    ).fetchall()
    unread = db.conn.execute(
        "SELECT url, coalesce(reason, '') FROM link WHERE source = :source AND scope = :id AND backfill = :id"
        " AND kind <> 'article' AND (state = 'quarantined' OR state = 'pending' AND tries > 0) ORDER BY url LIMIT 1000",
        scope,
    ).fetchall()
    beyond = db.conn.execute(
        "SELECT url FROM link WHERE source = :source AND scope = :id AND kind <> 'article' AND state = 'done'"
        " AND reason LIKE :beyond ORDER BY url LIMIT 1000",
        scope | {"beyond": f"{chains.BEYOND}%"},
    ).fetchall()
    return Covered(
        tuple(p for (p,) in published),
        _by_name(quarantined),
        _by_name(failed),
        tuple(unread),
        tuple(url for (url,) in beyond),
    )


def _by_name(rows: Iterable[tuple[str | None, int]]) -> tuple[tuple[str, int], ...]:
    """Reasons as outcomes' names (`failed:timeout`), without the words for people behind them."""
    named: dict[str, int] = {}
    for reason, n in rows:
        name = (reason or "not said").partition(": ")[0]
        named[name] = named.get(name, 0) + n
    return tuple(sorted(named.items(), key=lambda item: (-item[1], item[0])))
