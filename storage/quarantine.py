"""Addresses that were given up: for people to look at and to release. What only an outage of their host had brought there
comes back by itself when the host answers again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import backfills, breaker, clock
from storage.standings import TRANSIENT, reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

OUTAGE: Final = 6 * 3600.0
"""Seconds for which a host must have given nothing but failures for its end to release what was given up meanwhile: an
address that fails by itself on a host that answers otherwise never sees so long a silence."""

_OF_THE_HOST: Final = f"({TRANSIENT} OR {reasons(breaker.REFUSALS)})"
_GIVEN_UP: Final = (
    "state = 'quarantined' AND (:source IS NULL OR source = :source) AND (:host IS NULL OR host = :host)"
    " AND (:url IS NULL OR url = :url) AND (:reason IS NULL OR substr(reason, 1, length(:reason)) = :reason)"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which addresses; None: whatever. `reason`: how it begins (`failed:timeout`, `blocked`)."""

    source: str | None = None
    host: str | None = None
    reason: str | None = None
    urls: tuple[str, ...] | None = None

    def scopes(self) -> list[dict[str, Any]]:
        """The parameters of `_GIVEN_UP`, once an address."""
        plain = {"source": self.source, "host": self.host, "reason": self.reason}
        return [plain | {"url": url} for url in (self.urls if self.urls is not None else (None,))]


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An address in quarantine. `reason`: the outcome of its last look with its words; `tries` since the last good one, the
    first of them at `first_at`, the last at `last_at` (None: given up by an earlier version, which did not keep it);
    `backfill`: the unfinished one that it belongs to, `wanted_by` the last one that found it in its span."""

    source: str
    url: str
    kind: str
    host: str
    reason: str
    tries: int
    found_at: str
    first_at: str | None
    last_at: str | None
    backfill: int | None
    wanted_by: int | None


def listed(db: Database, asked: Asked) -> list[GivenUp]:
    """What lies in quarantine, by source and the time at which it was given up, the newest last."""
    rows: list[tuple[Any, ...]] = []
    for scope in asked.scopes():
        rows += db.conn.execute(
            "SELECT source, url, kind, host, coalesce(reason, ''), tries, found_at, failing_since, failed_at, backfill,"  # noqa: S608 - our own words
            f" wanted_by, id FROM link INDEXED BY link_quarantined WHERE {_GIVEN_UP}",
            scope,
        ).fetchall()
    rows.sort(key=lambda row: (row[0], row[8] or 0.0, row[11]))
    return [
        GivenUp(
            source=row[0],
            url=row[1],
            kind=row[2],
            host=row[3],
            reason=row[4],
            tries=row[5],
            found_at=clock.text(row[6]),
            first_at=_at(row[7]),
            last_at=_at(row[8]),
            backfill=row[9] or None,
            wanted_by=row[10],
        )
        for row in rows
    ]


def count(db: Database) -> int:
    """How many addresses lie there."""
    (number,) = db.conn.execute(
        "SELECT count(*) FROM link INDEXED BY link_quarantined WHERE state = 'quarantined'"
    ).fetchone()
    return int(number)


def release(db: Database, asked: Asked, *, now: float) -> int:
    """Make them due now, as if they had never failed; answers how many. Articles of a finished backfill are the live
    crawl's; an archive page of one opens it again."""
    return sum(_released(db, _GIVEN_UP, scope, now=now) for scope in asked.scopes())


def come_back(db: Database, host: str, *, since: float, now: float) -> int:
    """Release what was given up because its host was down or would have none of us, from `since` until now."""
    if now - since < OUTAGE:
        return 0
    which = f"state = 'quarantined' AND host = :host AND failed_at >= :since AND {_OF_THE_HOST}"
    return _released(db, which, {"host": host, "since": since}, now=now)


def _released(db: Database, which: str, scope: dict[str, Any], *, now: float) -> int:
    rows = db.conn.execute(
        "UPDATE link SET state = 'pending', due = :now, tries = 0, unasked = 0, forbidden = 0, interrupted = 0, reason = NULL,"  # noqa: S608 - our own words
        " failing_since = NULL, failed_at = NULL,"
        " backfill = CASE WHEN kind = 'article' AND (SELECT b.finished_at FROM backfill AS b"
        "  WHERE b.id = link.backfill) IS NOT NULL THEN 0 ELSE backfill END"
        f" WHERE {which} RETURNING scope",
        scope | {"now": now},
    ).fetchall()
    backfills.reopen(db, (scope for (scope,) in rows if scope))
    return len(rows)


def _at(seconds: float | None) -> str | None:
    return None if seconds is None else clock.text(seconds)


_WAITED_FOR: Final = (
    "(EXISTS (SELECT 1 FROM link AS l INDEXED BY link_live WHERE l.host = host.host AND l.state = 'pending'"
    "  AND l.backfill = 0)"
    " OR EXISTS (SELECT 1 FROM link AS l INDEXED BY link_leased WHERE l.host = host.host AND l.state = 'leased')"
    " OR EXISTS (SELECT 1 FROM backfill AS b CROSS JOIN link AS l INDEXED BY link_backfill"
    "  ON l.backfill = b.id AND l.host = host.host AND l.state = 'pending' AND l.backfill > 0))"
)


@dataclass(frozen=True, slots=True)
class AtRest:
    """A host that is left alone `until` the next request, or whose next one is due (`probed`), by itself; `failures` in a
    row, since `since`, the last as `said`. None failed: it asked for a pause."""

    host: str
    until: str
    failures: int
    since: str | None
    said: str | None
    probed: bool = False


def at_rest(db: Database, *, now: float) -> list[AtRest]:
    """Hosts whose breaker is open, or that asked to be left alone until later than `now`; the longest silent first. Not those
    of which nothing is to be asked any more: their rest is over and no address of theirs waits."""
    rows = db.conn.execute(
        "SELECT host, paused_until, failures, down_since, said FROM host WHERE paused_until > :now OR failures >= :opens"  # noqa: S608 - our own words
        f" AND {_WAITED_FOR} ORDER BY down_since IS NULL, down_since, host",
        {"now": now, "opens": breaker.OPENS},
    ).fetchall()
    return [AtRest(row[0], clock.text(row[1]), row[2], _at(row[3]), row[4], row[1] <= now) for row in rows]


@dataclass(frozen=True, slots=True)
class RefusedLinks:
    """New addresses of a day that were not taken since they look like a trap: `count` times, one as often as it was
    offered."""

    day: str
    source: str
    host: str
    reason: str
    count: int
    example: str


def refused_links(db: Database, *, since: str, source: str | None = None) -> list[RefusedLinks]:
    """Those of the day `since` (`2026-11-22`) and later, the most first."""
    rows: Sequence[tuple[Any, ...]] = db.conn.execute(
        "SELECT day, source, host, reason, count, example FROM refused_link WHERE day >= :since"
        " AND (:source IS NULL OR source = :source) ORDER BY count DESC, source, host, reason",
        {"since": since, "source": source},
    ).fetchall()
    return [RefusedLinks(*row) for row in rows]
