"""Backfills: a span of a source's past, with rows of its own in the frontier; broken off, it goes on.

Its rows have a `place`: greater first. That of an article is the time its finder gives it, that of an archive's page the
last moment which the page may hold, so that a day's page is read, then that day's articles are fetched, then the next
day's page is read: nobody waits for 730 pages before the first article. Oldest first, the sign is turned. What has no
time is read at once, since nobody knows what it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import clean, clock, yielding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from storage.models import Ending, Instant, Link

FIRST = 1e12
"""The place of a listing that may hold anything; of an article that killed its process twice, with a minus: last."""

DAY_ENDS = 36 * 3600.0
"""Seconds from the beginning of a day, UTC, to its end in the last zone on earth."""

OVER = "over_allowance"
"""How the reason of an archive's page begins that waits since it gave more than a day's allowance."""

OUTSIDE = "rejected:outside_span"
"""How the reason of a page begins that was read and lies outside the span it was fetched for (pipelines/judge.py)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A backfill as one of its listings offers links to it. `ends`: the last moment that the listing may hold; `oldest`:
    the time of the oldest article that it offers now; `attended`: a process is at work on the source's live rows;
    `listing`: the listing's row."""

    id: int
    since: float
    until: float
    oldest_first: bool
    ends: float | None = None
    oldest: float | None = None
    attended: bool = False
    listing: int | None = None


def place(at: float | None, scope: Scope) -> float:
    """The place of a row whose content ends at `at`."""
    if at is None:
        return FIRST
    return -at if scope.oldest_first else at


def time_of(link: Link, ends: float | None, until: float) -> float:
    """Where an article of a listing lies in time, as far as its finder says: no later than the listing ends, and there
    if nobody knows."""
    said = link.published or link.modified
    at = clock.epoch(said.at) if said is not None else None
    bound = until if ends is None else ends
    return bound if at is None else min(at, bound)


def end_of(link: Link, scope: Scope) -> float | None:
    """The last moment that a listing found by another may hold: what its finder says (the `lastmod` of an index, the end
    of the period that its address names); of a next page just before the oldest article so far; None: anything."""
    said = [at for i in (link.published, link.modified) if i is not None and (at := _last_of(i)) is not None]
    if said:
        return min(said)
    if scope.oldest is None:
        return None
    return (scope.oldest if scope.ends is None else min(scope.oldest, scope.ends)) - 1.0


def _last_of(instant: Instant) -> float | None:
    """The last moment that an instant may mean; a bare day ends twelve hours after UTC's somewhere on earth."""
    at = clock.epoch(instant.at)
    return at if at is None else at + {"day": DAY_ENDS, "minute": 59.0}.get(instant.precision, 0.0)


def begin(
    db: Database,
    source: str,
    since: float,
    until: float,
    *,
    now: float,
    oldest_first: bool = False,
    open_end: bool = False,
) -> int:
    """The unfinished backfill of this very span, turned to the order asked for, or a new one. `open_end`: nobody named
    an end; it goes on with the one of this `since` that had none either, to where that was to end."""
    row = db.conn.execute(
        "SELECT id, oldest_first FROM backfill WHERE source = :source AND since = :since AND finished_at IS NULL"
        " AND CASE WHEN :open THEN open_end ELSE until = :until END ORDER BY id DESC LIMIT 1",
        {"source": source, "since": since, "until": until, "open": open_end},
    ).fetchone()
    if row is not None:
        if bool(row[1]) != oldest_first:
            db.conn.execute("UPDATE backfill SET oldest_first = ? WHERE id = ?", (oldest_first, row[0]))
            db.conn.execute(
                "UPDATE link SET place = -place WHERE source = ? AND backfill = ? AND abs(place) <> ?",
                (source, row[0], FIRST),
            )
        return int(row[0])
    cursor = db.conn.execute(
        "INSERT INTO backfill (source, since, until, started_at, oldest_first, open_end) VALUES (?, ?, ?, ?, ?, ?)",
        (source, since, until, clock.text(now), oldest_first, open_end),
    )
    return int(cursor.lastrowid or 0)


def put_in_place(db: Database, source: str, backfill: int, ends: Iterable[tuple[str, float | None]]) -> None:
    """Give the addresses of an archive their places, from the last moment that each may hold."""
    scope = scope_of(db, backfill)
    for url, at in ends:
        end = None if at is None else min(at, scope.until)
        db.conn.execute(
            "UPDATE link SET newest = ?, place = ? WHERE source = ? AND url = ? AND scope = ? AND place IS NULL",
            (end, place(end, scope), source, clean.address(url), backfill),
        )


def scope_of(
    db: Database, backfill: int, listing: int | None = None, links: Iterable[Link] = (), *, now: float | None = None
) -> Scope:
    """The backfill as its row `listing` offers `links` to it at `now`. One that was never begun is unbounded."""
    row = db.conn.execute(
        "SELECT source, since, until, oldest_first FROM backfill WHERE id = ?", (backfill,)
    ).fetchone()
    if row is None:
        return Scope(backfill, -FIRST, FIRST, oldest_first=False)
    source, since, until, oldest_first = row
    ends = db.conn.execute("SELECT newest FROM link WHERE id = ?", (listing,)).fetchone() if listing else None
    end = ends[0] if ends else None
    return Scope(
        backfill,
        since,
        until,
        bool(oldest_first),
        end,
        min((time_of(link, end, until) for link in links if link.kind == "article"), default=None),
        now is not None and yielding.attended(db, source, now=now),
        listing,
    )


def claim(db: Database, source: str, link: Link, scope: Scope, *, now: float) -> int:
    """Give the row of a link that a backfill was offered its place, and count an article once. Answers 1 where a page
    that lay outside an earlier backfill's span, and lies in this one's, is to be fetched again, else 0."""
    article = link.kind == "article"
    row = db.conn.execute(
        "SELECT id, kind, state, backfill, wanted_by, seen, looked_at, reason, place FROM link"
        " WHERE source = ? AND url = ? AND scope = ?",
        (source, link.url, 0 if article else scope.id),
    ).fetchone()
    if row is None or row[1] != link.kind:
        return 0
    link_id, _, state, owned_by, wanted_by, seen, looked_at, reason, placed = row
    if not article:
        if placed is None:
            end = end_of(link, scope)
            there = place(end if not scope.oldest_first or link.published or link.modified else None, scope)
            db.conn.execute("UPDATE link SET newest = ?, place = ? WHERE id = ?", (end, there, link_id))
        return 0
    if wanted_by == scope.id:
        return 0
    again = state == "done" and lay_outside(reason, scope)
    if again:
        db.conn.execute(
            "UPDATE link SET state = 'pending', due = ?, backfill = ? WHERE id = ?", (now, scope.id, link_id)
        )
        forget_look(db, link_id)
        owned_by = scope.id
    there = place(time_of(link, scope.ends, scope.until), scope)
    db.conn.execute(
        "UPDATE link SET wanted_by = ?, place = ?, parent = ? WHERE id = ?", (scope.id, there, scope.listing, link_id)
    )
    known = owned_by != scope.id and (seen > 0 or looked_at is not None)
    db.conn.execute("UPDATE backfill SET found = found + 1, known = known + ? WHERE id = ?", (known, scope.id))
    if wanted_by is not None and owned_by == scope.id and not again:  # taken over
        db.conn.execute(
            "UPDATE backfill SET found = max(0, found - 1) WHERE id = ? AND finished_at IS NULL", (wanted_by,)
        )
    return int(again)


def wait_for_allowance(db: Database, link_id: int, *, until: float, over: int) -> None:
    """Have a page of an archive read again at `until`, since `over` of the new addresses that it gave were not taken: until
    then it counts among those that could not be read."""
    db.conn.execute(
        "UPDATE link SET state = 'pending', due = ?, tries = 1, unasked = 0, forbidden = 0, reason = ?"
        " WHERE id = ? AND state = 'done' AND kind <> 'article'",
        (until, f"{OVER}: {over} new addresses over the day's allowance were not taken", link_id),
    )


def forget_look(db: Database, link_id: int) -> None:
    """Make the row of an article as if it had not been looked at, so that it is fetched like a new one."""
    db.conn.execute(
        "UPDATE link SET seen = 0, tries = 0, unasked = 0, forbidden = 0, looked_at = NULL, rank = 2 WHERE id = ?",
        (link_id,),
    )


def lay_outside(reason: str | None, scope: Scope | None = None) -> bool:
    """Whether a page was read and not kept, since it lay outside a backfill's span; and lies in this one's, if given."""
    if reason is None or not reason.startswith(OUTSIDE):
        return False
    if scope is None:
        return True
    said = reason.rpartition(" ")[2]
    at = clock.epoch(said)
    if at is None:
        return False
    # A bare day may be any zone's, as judge.py has it.
    early, late = (36 * 3600.0, 14 * 3600.0) if len(said) == len("2026-11-01") else (0.0, 0.0)
    return scope.since - early <= at <= scope.until + late


def is_closed(db: Database, backfill: int) -> bool:
    """Whether a backfill is finished."""
    row = db.conn.execute("SELECT finished_at FROM backfill WHERE id = ?", (backfill,)).fetchone()
    return row is not None and row[0] is not None


def reopen(db: Database, backfills: Iterable[int]) -> None:
    """Open finished backfills again, since an archive page of theirs is to be read after all."""
    db.conn.executemany("UPDATE backfill SET finished_at = NULL WHERE id = ?", [(one,) for one in set(backfills)])


def absent(db: Database, ending: Ending) -> None:
    """Count a page of an archive that was not there; one that was only tried, as the page after another, is the end of a
    listing and no more."""
    lease = ending.lease
    assert lease is not None, "a backfill's pages are leased"
    if lease.witness is None or lease.witness.shown is None:
        db.conn.execute("UPDATE backfill SET absent = absent + 1 WHERE id = ?", (lease.backfill,))


def listed(db: Database, ending: Ending) -> None:
    """Count what an archive's page had, once it is read."""
    lease = ending.lease
    assert lease is not None, "a backfill's pages are leased"
    assert ending.entries is not None, "what a page had is counted where it was read"
    if lease.seen:
        return  # counted when it was read first; what was over the day's allowance is taken now
    leaf = all(link.kind == "article" or link.shown is not None for link in ending.links)  # no index
    db.conn.execute(
        "UPDATE backfill SET listed = listed + :leaf, entries = entries + :entries,"
        " reached = coalesce(:reached, reached),"
        " back_to = CASE WHEN :oldest IS NULL THEN back_to ELSE min(coalesce(back_to, :oldest), :oldest) END"
        " WHERE id = :id",
        {
            "leaf": leaf,
            "entries": ending.entries,
            "oldest": ending.back_to,
            "reached": ending.reached,
            "id": lease.backfill,
        },
    )


def finish(db: Database, backfill: int, *, now: float) -> None:
    """Close a backfill: its endpoints are done with, articles that it left, in whatever state, go to the live crawl (what
    is leased ends there, what was given up is released there)."""
    db.conn.execute(
        "UPDATE backfill SET finished_at = ? WHERE id = ? AND finished_at IS NULL", (clock.text(now), backfill)
    )
    row = db.conn.execute("SELECT source FROM backfill WHERE id = ?", (backfill,)).fetchone()
    if row is None:
        return
    scope = {"source": row[0], "id": backfill}
    db.conn.execute(
        "UPDATE link INDEXED BY link_next SET state = 'done', due = NULL"
        " WHERE source = :source AND backfill = :id AND state = 'pending' AND kind <> 'article'",
        scope,
    )
    for index, state in (("link_next", "pending"), ("link_leased", "leased"), ("link_quarantined", "quarantined")):
        db.conn.execute(
            f"UPDATE link INDEXED BY {index} SET backfill = 0"  # noqa: S608 - our own words
            f" WHERE source = :source AND backfill = :id AND state = '{state}' AND kind = 'article'",
            scope,
        )
