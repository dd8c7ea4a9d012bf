"""One crawl's view of the frontier: an iterator of leases that waits for its hosts' turns and for its own room."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from pipelines.awaited import awaited
from storage.hosts import Budget
from storage.models import LinkKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from crawler.source import Politeness
    from storage.frontier import Frontier
    from storage.models import Lease

LEASE_SECONDS = 900.0
"""Longer than any fetch with its extraction; a dead owner's leases are taken back at once, not at their end."""

PATIENCE_FOR_A_TRY = 600.0
"""Seconds that a backfill waits at the most for the next try of what failed: for the first two of them, not the third."""

PATIENCE_BEFORE_OTHERS = 10.0
"""Seconds that a crawl whose turn is over waits for its host, where it has leased nothing yet."""

UNDER_WAY = 8
"""Fetches of one crawl between lease and outcome."""

WITHOUT_ARTICLES: tuple[LinkKind, ...] = ("robots", "feed", "sitemap", "listing")


class Leasing:
    """Leases of one source for one run, until nothing is due, `limit` articles were leased, or `stop` is set.

    With a `limit` of 0 it leases what lists articles, and none of those. `patience`: the longest wait, in seconds, for a
    host's turn, or for the next try of what failed of a backfill; what is due later is left for a later run. `whole`: the
    source has feeds that give whole articles, which wait for no turn. `room`: asked before each look; returns when there is
    room for what would be fetched, or raises Full. `over`: whether the crawl is to make way for others, heeded once it
    has leased something: a crawl whose turn was spent before would else never come to it.
    Each lease must be given back by `done()` when its fetch has ended. `left_to_others` counts the due rows that
    another process held at the last look; `exhausted`: it ended because nothing was left to lease.
    """

    def __init__(
        self,
        frontier: Frontier,
        *,
        source: str,
        owner: str,
        run_id: int,
        politeness: Politeness,
        clock: Callable[[], float],
        stop: asyncio.Event,
        room: Callable[[], Awaitable[None]] | None = None,
        backfill: int | None = None,
        limit: int | None = None,
        patience: float = 90.0,
        whole: bool = False,
        over: Callable[[], bool] | None = None,
    ) -> None:
        self._frontier = frontier
        self._source = source
        self._owner = owner
        self._run_id = run_id
        self._politeness = politeness
        self._budget = Budget(politeness.hourly, politeness.polls)
        self._clock = clock
        self._stop = stop
        self._room = room or _always
        self._backfill = backfill
        self._articles_left = limit
        self._only_lists = limit == 0
        self._whole = whole
        self._over = over or (lambda: False)
        self._patience = patience
        self._under_way = 0
        self._changed = asyncio.Event()
        self._ended = self._served = self._more = False
        self._looked = self._next_turn = -math.inf  # by the running clock
        self.exhausted = False
        self.left_to_others = 0
        self.waits_until: float | None = None

    async def leases(self) -> AsyncIterator[Lease]:
        """The leases, one at a time, each with its host's turn already taken."""
        stopping = asyncio.ensure_future(self._stop.wait())
        stopping.add_done_callback(lambda _: self._changed.set())
        try:
            async for lease in self._leases():
                yield lease
        finally:
            stopping.cancel()

    async def _leases(self) -> AsyncIterator[Lease]:
        while not self._finished():
            self._changed.clear()
            room = UNDER_WAY - self._under_way
            if self._articles_left == 0 and not self._only_lists:
                if self._under_way == 0:
                    self.exhausted = True
                    return
                room, self._more = 0, False
            if room <= 0:
                await self._wait(None)
                continue
            await self._room()
            if self._finished():
                return
            most = min(room, self._articles_left or room)
            self._looked = time.monotonic()
            leased = await awaited(
                self._frontier.lease(
                    self._source,
                    owner=self._owner,
                    run_id=self._run_id,
                    now=self._clock(),
                    seconds=LEASE_SECONDS,
                    delay=self._politeness.delay,
                    in_flight=self._politeness.in_flight,
                    limit=most,
                    kinds=WITHOUT_ARTICLES if self._only_lists else None,
                    backfill=self._backfill,
                    budget=self._budget,
                    whole=self._whole,
                )
            )
            self._served = self._served or bool(leased.leases)
            self.left_to_others, self.waits_until = leased.elsewhere, None
            self._more = leased.wait is not None
            for lease in leased.leases:
                self._under_way += 1
                if lease.kind == "article" and self._articles_left:
                    self._articles_left -= 1
                yield lease
            if len(leased.leases) >= most or self._changed.is_set():
                continue  # a fetch that ended since the look may have left links that are due
            wait, patience = (
                leased.wait,
                min(self._patience, PATIENCE_BEFORE_OTHERS) if self._over() else self._patience,
            )
            if wait is None:
                wait, patience = leased.retry, min(patience, PATIENCE_FOR_A_TRY)
            if wait is None or wait > patience:
                self.waits_until = None if wait is None else self._clock() + wait
                if self._under_way == 0 and self._next_turn <= self._looked:
                    self.exhausted = True
                    return
                self._more = False  # the last fetch that ends is the end
                await self._wait(None)
            else:
                await self._wait(self._looked + wait - time.monotonic())

    async def turn(self, host: str, lease: Lease) -> float:
        """A further turn of a host within the fetch of `lease` (a redirect): 0.0 when taken, else the seconds to wait."""
        given = self._politeness
        asked = self._frontier.turn(
            host, now=self._clock(), delay=given.delay, in_flight=given.in_flight, lease=lease, budget=self._budget
        )
        return await awaited(asked)

    def done(self, turn: float = 0.0, *, found: bool = False) -> None:
        """One fetch of this crawl has ended: there is room, and perhaps there is more to lease. `turn`: where nothing of that
        can be leased before its host's next turn, the seconds until then; `found`: it has left something that is due then.
        Where there is nothing else to wait for, the crawl's end is not put off for that turn."""
        full = self._under_way >= UNDER_WAY
        self._under_way -= 1
        self._more = self._more or (found and self._articles_left != 0)
        if 0 < turn <= self._patience and self._more and not full and not self._finished():
            loop = asyncio.get_running_loop()
            at = loop.time() + turn
            self._next_turn = max(self._next_turn, at)
            loop.call_at(at, self._turn_has_come, at)
        else:
            self._changed.set()

    def _turn_has_come(self, at: float) -> None:
        """Look, unless a look at that turn has begun."""
        if self._looked < at:
            self._changed.set()

    def end(self) -> None:
        """Lease nothing more (the store has failed, or the spider is closing)."""
        self._ended = True
        self._changed.set()

    def _finished(self) -> bool:
        return self._ended or self._stop.is_set() or (self._served and self._over())

    async def _wait(self, seconds: float | None) -> None:
        """Until a fetch has ended, `stop` is set, or `seconds` have passed."""
        alarm = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            if alarm is not None:
                alarm.cancel()


async def _always() -> None:
    """There is room: nobody said that there might not be."""
