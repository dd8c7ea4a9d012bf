"""Room on the disk, looked after before each crawl: old raw pages go, and nothing is fetched that could not be kept."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import Full

if TYPE_CHECKING:
    from crawler.session import Session

GIGABYTE = 1_000_000_000
FREE_FLOOR = 200_000_000
"""Bytes that must stay free on the disk: SQLite needs room for its journal even to delete."""

PRUNE_STEPS = 50
"""Steps of pruning before one crawl; what is left is for the next."""


async def keep_room(session: Session, now: float) -> None:
    """Drop raw pages that are too old or too many, give their space back, and refuse to go on where room is short.

    Raises `Full` when the database has reached `disk_limit_gb` or the disk has less than `FREE_FLOOR` bytes free."""
    config = session.config
    for _ in range(PRUNE_STEPS):
        if not await asyncio.wrap_future(session.store.prune_raw(now=now, days=config.raw_days)):
            break
        await asyncio.wrap_future(session.store.vacuum())
    refusal = short_of_room(
        size=database_bytes(config.database),
        free=shutil.disk_usage(config.database.parent).free,
        limit=int(config.disk_limit_gb * GIGABYTE),
    )
    if refusal:
        raise Full(f"{config.database}: {refusal}")


def short_of_room(*, size: int, free: int, limit: int) -> str | None:
    """Why nothing more may be fetched, with what to do; None while there is room. All in bytes."""
    if size >= limit:
        return (
            f"the database has {size / GIGABYTE:.2f} GB, its limit is {limit / GIGABYTE:.2f} GB; nothing more is fetched: "
            "raise disk_limit_gb in dateline.toml, or lower raw_days"
        )
    if free < FREE_FLOOR:
        return f"only {free / GIGABYTE:.2f} GB are free on its disk; nothing more is fetched: make room there"
    return None


def database_bytes(database: Path) -> int:
    """The database with its write-ahead log."""
    files = (database, database.with_name(database.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
