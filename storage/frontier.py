"""The frontier: what is to be fetched, when, and by whom. A table, so that a kill at any moment loses nothing and several
processes may work on it; each change is one transaction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from storage import backfills, hosts, leases, links, owners, quarantine, returns, runs, standings, yielding
from storage.models import HostNote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from sqlite_utils import Database

    from storage.models import HostRules, Lease, Leased, Link, LinkKind
    from storage.store import Store

LATE: Final = 1.0
"""Seconds that a lease or a turn may have waited to be written, and still count from when it was asked for."""


class Frontier:
    """The frontier of an open store. Times are epoch seconds; every answer is a Future, resolved when committed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._submit = store.writer.submit

    def register_owner(self, *, now: float | None = None) -> Future[str]:
        """Enter this process among those at work; answers the name that its leases bear."""
        at = self._store.clock() if now is None else now
        store = self._store

        def register(db: Database) -> str:
            store.owner = owners.register(db, now=at)
            return store.owner

        return self._submit(register)

    def unregister_owner(self, owner: str, *, now: float | None = None) -> Future[None]:
        """Take this process out; what it still holds is given back first, and what it broke off is ended as `interrupted`."""
        at = self._store.clock() if now is None else now
        return self._submit(lambda db: _unregister(db, owner, now=at))

    def seed(
        self, source: str, rows: Sequence[tuple[str, LinkKind]], *, backfill: int | None = None, now: float
    ) -> Future[int]:
        """Make the rows of a source's endpoints, due at once when new; live ones no longer named are retired. Answers
        how many are new."""
        return self._submit(lambda db: links.seed(db, source, rows, backfill=backfill or 0, now=now))

    def offer(
        self, source: str, found: Sequence[Link], *, backfill: int | None = None, now: float
    ) -> Future[links.Offered]:
        """Offer links that came by no fetch (a command's); `Store.end` offers those of an `Ending` itself."""
        finder = links.Finder(backfill=backfill or 0)
        return self._submit(lambda db: links.offer(db, source, found, finder=finder, now=now))

    def lease(
        self,
        source: str,
        *,
        owner: str,
        run_id: int | None,
        now: float,
        seconds: float,
        delay: float,
        in_flight: int,
        limit: int = 1,
        kinds: Sequence[LinkKind] | None = None,
        backfill: int | None = None,
        budget: hosts.Budget | None = None,
        whole: bool = False,
    ) -> Future[Leased]:
        """Take up to `limit` due rows whose hosts have their turn: at least `delay` (or the host's crawl-delay) after the
        last answer, fewer than `in_flight` requests under way over all processes, not paused. A host whose robots.txt
        is not known or too old gives the lease of that instead, once. Live leases take no backfill's rows, nor a
        backfill live ones. With a `budget` no host is asked more often in any hour than it says; where only its share for
        polls is spent, articles go on. `whole`: articles that their feed gave whole send nothing, and wait for no turn.
        Every lease has its row of `fetches` and must be ended, or released. It lasts `seconds` from when it is written: what
        waits for a full disk or a lock for longer would else be granted when it has run out."""
        asked = time.monotonic()
        return self._submit(
            lambda db: leases.lease(
                db,
                source,
                owner=owner,
                run_id=run_id,
                now=_when(now, asked),
                seconds=seconds,
                delay=delay,
                in_flight=in_flight,
                limit=limit,
                kinds=kinds,
                backfill=backfill or 0,
                budget=budget,
                whole=whole,
            )
        )

    def turn(
        self,
        host: str,
        *,
        now: float,
        delay: float,
        in_flight: int,
        lease: Lease | None = None,
        budget: hosts.Budget | None = None,
    ) -> Future[float]:
        """A turn for a further request of a fetch under way, its redirect or retry: 0.0 when taken, else the seconds to
        wait. Give the fetch's `lease`, so that the request counts as in flight until the fetch has ended."""
        whose = (lease.fetch_id, lease.host, lease.until) if lease else None
        asked = time.monotonic()
        return self._submit(
            lambda db: hosts.turn(
                db,
                host.lower(),
                now=_when(now, asked),
                delay=delay,
                in_flight=in_flight,
                lease=whose,
                budget=budget,
            )
        )

    def release(self, given: Sequence[Lease]) -> Future[int]:
        """Give leases back of which nothing was asked; their rows of `fetches` are taken out again, since there was no
        fetch. Answers how many were still held."""
        pairs = [(lease.link_id, lease.fetch_id) for lease in given]
        return self._submit(lambda db: returns.release(db, pairs))

    def hand_back(self, owner: str, now: float) -> Future[int]:
        """Give back all that a process holds (at its end)."""
        del now
        return self._submit(lambda db: returns.release(db, returns.held_by(db, owner)))

    def reclaim(self, now: float) -> Future[int]:
        """Take back the leases that ran out or whose process is dead; their fetches end `interrupted`."""
        return self._submit(lambda db: returns.reclaim(db, now=now))

    def rules(self, host: str) -> Future[HostRules]:
        """What the host's robots.txt last said."""
        return self._submit(lambda db: hosts.rules(db, host.lower()), writes=False)

    def learn(self, rules: HostRules) -> Future[None]:
        """Keep what a host's robots.txt said, where it was asked within a fetch that led there (a redirect)."""

        def note(db: Database) -> None:
            hosts.note(db, HostNote(rules.host, robots=rules))

        return self._submit(note)

    def unknown(self, source: str, urls: Sequence[str]) -> Future[set[str]]:
        """Which of these addresses no link and no article of the source has yet."""
        return self._submit(lambda db: links.unknown(db, source, urls), writes=False)

    def next_due(self, source: str, now: float, *, backfill: int | None = None) -> Future[float | None]:
        """When the next row of the source is due (epoch seconds, `now` at the earliest); None: none is waiting."""

        return self._submit(lambda db: _next_due(db, source, backfill or 0, now), writes=False)

    def look(self, source: str, *, owner: str, now: float) -> Future[float | None]:
        """`next_due` of the live rows, for the process that attends to them: what dead processes held comes back first."""

        def look(db: Database) -> float | None:
            returns.reclaim(db, now=now)
            yielding.watches(db, source, owner, now=now)
            return _next_due(db, source, 0, now)

        return self._submit(look)

    def counts(self, source: str) -> Future[dict[str, int]]:
        """State (`pending`, `leased`, `held`, `done`, `quarantined`, `retired`) -> rows of the source."""

        def count(db: Database) -> dict[str, int]:
            return dict(
                db.conn.execute(
                    "SELECT state, count(*) FROM link WHERE source = ? GROUP BY state", (source,)
                ).fetchall()
            )

        return self._submit(count, writes=False)

    def begin_backfill(
        self, source: str, since: float, until: float, now: float, *, oldest_first: bool = False, open_end: bool = False
    ) -> Future[int]:
        """The number of the unfinished backfill of this very span, or of a new one; with `open_end`, of the unfinished
        one of this `since` for which nobody named an end either (its `BackfillStanding` has its own `until`)."""
        return self._submit(
            lambda db: backfills.begin(db, source, since, until, now=now, oldest_first=oldest_first, open_end=open_end)
        )

    def seed_backfill(
        self,
        source: str,
        rows: Sequence[tuple[str, LinkKind, float | None]],
        *,
        backfill: int,
        now: float,
    ) -> Future[int]:
        """Make the rows of an archive's addresses: address, kind, and the last moment that it may hold (None: any).
        Answers how many are new."""

        def seed(db: Database) -> int:
            begun = links.seed(db, source, [row[:2] for row in rows], backfill=backfill, now=now)
            backfills.put_in_place(db, source, backfill, [(url, ends) for url, _, ends in rows])
            return begun

        return self._submit(seed)

    def standing(self, backfill: int) -> Future[standings.BackfillStanding]:
        """How far a backfill has come."""
        return self._submit(lambda db: standings.standing(db, backfill), writes=False)

    def covered(self, backfill: int, days: tuple[str, str] | None = None) -> Future[standings.Covered]:
        """What of a backfill's span, with its first and last day in the source's calendar, is stored, and what it left."""
        return self._submit(lambda db: standings.covered(db, backfill, days=days), writes=False)

    def finish_backfill(self, backfill: int, now: float) -> Future[None]:
        """Close a backfill; articles that it left (failed, due later) go to the live crawl."""
        return self._submit(lambda db: backfills.finish(db, backfill, now=now))

    def quarantined(self, source: str | None = None) -> Future[list[quarantine.GivenUp]]:
        """The addresses that were given up."""
        return self._submit(lambda db: quarantine.listed(db, quarantine.Asked(source)), writes=False)

    def release_quarantine(
        self,
        *,
        now: float,
        source: str | None = None,
        host: str | None = None,
        reason: str | None = None,
        urls: Sequence[str] | None = None,
    ) -> Future[int]:
        """Make quarantined addresses due again, as if they had never failed: all, or those that fit. See `quarantine`."""
        asked = quarantine.Asked(source, host, reason, None if urls is None else tuple(urls))
        return self._submit(lambda db: quarantine.release(db, asked, now=now))


def _when(now: float, asked: float) -> float:
    """`now`, told at `asked` by the running clock, as it is when it is written. Not read from the clock anew: that may have
    been set meanwhile, and what was submitted before the database was moved along is by the old one."""
    waited = time.monotonic() - asked
    return now + waited if waited >= LATE else now


def _next_due(db: Database, source: str, backfill: int, now: float) -> float | None:
    (due,) = db.conn.execute(
        "SELECT min(due) FROM link INDEXED BY link_due WHERE source = ? AND backfill = ? AND state = 'pending'",
        (source, backfill),
    ).fetchone()
    return None if due is None else max(float(due), now)


def _unregister(db: Database, owner: str, *, now: float) -> None:
    returns.release(db, returns.held_by(db, owner))
    runs.interrupted(db, owner, now=now)  # nobody finds them once the owner is gone
    db.conn.execute("DELETE FROM owner WHERE id = ?", (owner,))
    db.conn.execute("DELETE FROM watch WHERE owner = ?", (owner,))
