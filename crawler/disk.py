"""Room on the disk: old raw pages go, and fetching stops before the disk is full, also in the middle of a long crawl."""

from __future__ import annotations

import asyncio
import logging
import math
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage import journal, trouble
from storage.errors import PASSING, Full
from storage.room import merge

if TYPE_CHECKING:
    from sqlite_utils import Database

    from crawler.config import Config
    from crawler.session import Session
    from storage.store import Store

logger = logging.getLogger(__name__)

GIGABYTE: Final = 1_000_000_000
FREE_FLOOR: Final = 200_000_000
"""Bytes that stay free on the disk by default: SQLite needs room for its journal even to delete, and what is under way
when fetching stops is still to be stored."""

PRUNE_STEPS: Final = 50
"""Steps of pruning at a time; what is left is for the next."""

TIDY_SECONDS: Final = 60.0
"""Where all that could be dropped and given back did not make room, it is tried again so late, however many sources wait."""

MERGE_SECONDS: Final = 1.0
"""For so long readers and writers are waited for, to merge the journal."""

LOOK_SECONDS: Final = 1.0
"""Between two looks at the disk: one costs some microseconds, and in a second a crawl does not fill `FREE_FLOOR`."""


class Room:
    """Whether there is room to fetch on; one a session, asked before each lease and each record.

    `waits`: what fetches waits until there is room again (the daemon); without it, it is told `Full`, and the next call of
    the command goes on: leases and queue are as they were."""

    def __init__(self, config: Config, store: Store, *, stop: asyncio.Event, waits: bool) -> None:
        self._config, self._store, self._stop, self._waits = config, store, stop, waits
        self._lock, self._tidying = asyncio.Lock(), asyncio.Lock()
        self._looked = -LOOK_SECONDS
        self._in_vain = -math.inf

    async def look(self) -> None:
        """Return as soon as there is room (or the process is asked to stop). Raises Full where there is none and it does not
        wait; the reason is then noted beside the database, for `dateline status`."""
        if time.monotonic() < self._looked + LOOK_SECONDS:
            return
        async with self._lock:
            if time.monotonic() < self._looked + LOOK_SECONDS:
                return
            if self.refusal():
                await self.tidy(self._store.clock())
            if refusal := self.refusal():
                await self._short(refusal)
            elif (noted := trouble.present(self._config.database)) and noted.room:
                await self._over()
            self._looked = time.monotonic()

    def refusal(self) -> str | None:
        """Why nothing more may be fetched now; None while there is room."""
        return refusal(self._config)

    async def tidy(self, now: float) -> None:
        """Drop raw pages that are too old or too many, and give their space back to the disk: also what an earlier call left
        in the file, where room is short. In steps between which others write; what cannot be done now is for the next call,
        which does nothing where room is short and all that could be done was tried within `TIDY_SECONDS`."""
        async with self._tidying:
            if time.monotonic() < self._in_vain + TIDY_SECONDS and self.refusal():
                return
            ended = True
            try:
                ended = await self._drop(now)
            except PASSING as error:  # a disk that is full to the last byte, a process that holds the lock
                logger.warning("%s; room could not be made", error)
            self._in_vain = time.monotonic() if ended and self.refusal() else -math.inf

    async def _drop(self, now: float) -> bool:
        """Whether nothing that is too old or too many was left for the next call."""
        config, store = self._config, self._store
        most = int(config.raw_limit_gb * GIGABYTE)
        pruned = step = 0
        for _ in range(PRUNE_STEPS):
            step = await asyncio.wrap_future(store.prune_raw(now=now, days=config.raw_days, most_bytes=most))
            if not step or self._stop.is_set():
                break
            pruned += step
        if not pruned and not self.refusal():
            return True
        free = None
        while (left := await asyncio.wrap_future(store.vacuum())) and left != free and not self._stop.is_set():
            free = left  # a file that was not made for it gives nothing back
        if self.refusal():  # what was freed leaves the file when its journal is merged, which counts itself, too
            await asyncio.to_thread(merge, config.database, MERGE_SECONDS)
        return not step

    async def _short(self, refusal: str) -> None:
        database = self._config.database
        trouble.begin(database, refusal, now=self._store.clock(), room=True)
        if not self._waits:
            raise Full(f"{database}: {refusal}")
        logger.error("%s: %s; fetching goes on by itself when there is room", database, refusal)
        while self.refusal() and not self._stop.is_set():
            await asyncio.wait([stopped := asyncio.ensure_future(self._stop.wait())], timeout=LOOK_SECONDS)
            stopped.cancel()
            if not self._stop.is_set():
                await self.tidy(self._store.clock())
        if not self.refusal():
            await self._over()
            logger.warning("%s: there is room again: fetching goes on", database)

    async def _over(self) -> None:
        database, now = self._config.database, self._store.clock()

        def over(db: Database) -> None:
            trouble.over(db, database, now=now)

        await asyncio.wrap_future(self._store.writer.submit(over))
        trouble.clear(database)


async def keep_room(session: Session, now: float) -> None:
    """Drop raw pages that are too old or too many, give their space back, and refuse to go on where room is short.

    Raises `Full` when the database has reached `disk_limit_gb` or the disk has less than `disk_floor_gb` free, unless the
    session waits for room."""
    await session.room.tidy(now)
    await session.room.look()


def refusal(config: Config) -> str | None:
    """Why nothing more may be fetched into this installation's database; None while there is room."""
    return short_of_room(
        size=database_bytes(config.database),
        free=shutil.disk_usage(config.database.parent).free,
        limit=int(config.disk_limit_gb * GIGABYTE),
        floor=int(config.disk_floor_gb * GIGABYTE),
    )


def short_of_room(*, size: int, free: int, limit: int, floor: int = FREE_FLOOR) -> str | None:
    """Why nothing more may be fetched, with what to do; None while there is room. All in bytes."""
    if size >= limit:
        return (
            f"the database has {size / GIGABYTE:.2f} GB, its limit is {limit / GIGABYTE:.2f} GB; nothing more is fetched: "
            "raise disk_limit_gb in dateline.toml, or lower raw_days and call `dateline db prune`"
        )
    if free < floor:
        return (
            f"only {free / GIGABYTE:.3f} GB are free on its disk, {floor / GIGABYTE:.3f} GB are to stay free; nothing more is "
            "fetched: make room there"
        )
    return None


def database_bytes(database: Path) -> int:
    """The database with its write-ahead log."""
    try:
        return database.stat().st_size + journal.size(database)
    except FileNotFoundError:
        return journal.size(database)
