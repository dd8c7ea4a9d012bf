"""What the crawls of one process share: the store, the frontier, the extraction pool, the clock, the progress."""

from __future__ import annotations

import asyncio
import math
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.alert import Alerts
from crawler.config import user_agent
from crawler.disk import Room
from crawler.steady import Steady
from crawler.workers_first import pool_of
from pipelines.workers import look_seldom
from storage.frontier import Frontier
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from crawler.config import Config
    from crawler.leasing import Leasing
    from crawler.ledger import Ledger
    from crawler.progress import Progress
    from crawler.source import Politeness, Source
    from pipelines.workers import ExtractionPool
    from storage.models import Page

GRACE_SECONDS = 6.0
"""How long a stopping process lets its fetches finish before it hands their leases back (systemd's limit is ours: 10 s)."""

HOLD_SECONDS = 120.0
"""How long a command that ends by itself keeps writes that cannot be written for a reason that may pass (a lock, a full
disk); the daemon keeps them until it is told to stop."""


@dataclass(slots=True)
class Session:
    """One process at work on one database. `exceptions`: host name -> (address, port) that the starting command opened
    in the address guard (the demo, tests); `stop` is set by SIGTERM."""

    config: Config
    agent: str
    sources: Mapping[str, Source]
    store: Store
    frontier: Frontier
    pool: ExtractionPool
    owner: str
    clock: Callable[[], float]
    stop: asyncio.Event
    progress: Progress
    alerts: Alerts
    room: Room
    exceptions: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @staticmethod
    def jitter() -> float:
        """0..1, so that sources started together do not stay together."""
        return random.random()  # noqa: S311 - spreads load, guards nothing


@dataclass(slots=True)
class Assignment:
    """One crawl: a source within a session. Rides on Scrapy's crawler as `crawler.assignment`.

    `politeness`: the source's, with this installation's floor. `seen` is told of every article's page as it comes.
    `span`: (since, until) in epoch seconds of a backfill, both inclusive."""

    session: Session
    source: Source
    run_id: int
    leasing: Leasing
    politeness: Politeness
    seen: Callable[[Page], None] | None = None
    span: tuple[float, float] | None = None
    backfill: int | None = None
    ledger: Ledger | None = None


@asynccontextmanager
async def open_session(
    config: Config,
    sources: Mapping[str, Source],
    *,
    stop: asyncio.Event,
    progress: Progress,
    version: str,
    exceptions: Mapping[str, tuple[str, int]] | None = None,
    clock: Callable[[], float] | None = None,
    nice: int = 0,
    stays: bool = False,
    pool: ExtractionPool | None = None,
) -> AsyncIterator[Session]:
    """Open everything for a crawl and close it in the order that loses nothing: leases, pool, store. `nice`: how much its
    extraction gives way to other processes. `pool`: one that was made before, and is closed with the
    rest. `stays`: it is to outlast a full disk and the like, however long they take, and looks itself whether a database
    is still damaged that was found to be.

    Raises `StorageError` when the database cannot be opened, locked or written."""
    clock = clock or Steady()
    if stays:
        look_seldom()
    pool = pool or pool_of(config, nice=nice)
    try:
        store = await asyncio.to_thread(
            Store.open,
            config.database,
            write=True,
            group=config.group,
            clock=clock,
            window_days=config.window_days,
            hold=math.inf if stays else HOLD_SECONDS,
            known_damaged=stays,
        )
    except BaseException:
        await pool.close()
        raise
    beside = [asyncio.create_task(_hurried(store, stop))]
    try:
        if isinstance(clock, Steady):
            await clock.settle(store.writer)  # before leases are judged by it
            beside.append(asyncio.create_task(clock.watch(store.writer)))
        frontier = Frontier(store)
        owner = await asyncio.wrap_future(frontier.register_owner(now=clock()))
        await asyncio.wrap_future(frontier.reclaim(clock()))
        alerts = Alerts(config.on_alert, store)
        try:
            yield Session(
                config=config,
                agent=user_agent(config, version),
                sources=sources,
                store=store,
                frontier=frontier,
                pool=pool,
                owner=owner,
                clock=clock,
                stop=stop,
                progress=progress,
                alerts=alerts,
                room=Room(config, store, stop=stop, waits=stays),
                exceptions=exceptions or {},
            )
        finally:
            try:
                await alerts.close(GRACE_SECONDS if stop.is_set() else None)
                await asyncio.wrap_future(frontier.hand_back(owner, clock()))
                await asyncio.wrap_future(frontier.unregister_owner(owner))
            finally:
                await pool.close()
    finally:
        for task in beside:
            task.cancel()
        await pool.close()  # also where the session did not come to be
        await asyncio.to_thread(store.close)


async def _hurried(store: Store, stop: asyncio.Event) -> None:
    """Once the process is to end, what cannot be written is not waited for any longer."""
    await stop.wait()
    store.hurry()
