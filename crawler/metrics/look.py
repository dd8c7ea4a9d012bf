"""One look at the database and its files: all that is told of them."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.disk import GIGABYTE, refusal
from storage import gauges, journal, trouble
from storage.lock import holder
from storage.reader import Reader

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.gauges import Gauges


@dataclass(frozen=True, slots=True)
class Look:
    """Figures of one moment. `at`: epoch seconds; `seconds`: what the look took by the clock, `work`: of a core's time;
    `daemon`: whether one works on the database; `trouble`: whether something keeps it from being written, or fetching from
    going on; sizes in bytes; `sqlite`: the library's version."""

    gauges: Gauges
    at: float
    seconds: float
    work: float
    daemon: bool
    trouble: bool
    database_bytes: int
    journal_bytes: int
    free_bytes: int
    limit_bytes: int
    sqlite: str


def look(config: Config, *, now: float) -> Look:
    """Look, by a connection of its own that only reads. Raises `StorageError`."""
    began, worked = time.monotonic(), time.thread_time()
    path = config.database
    with Reader(path) as reader:
        found = gauges.read(reader, now=now, chosen=config.sources)
        (library,) = reader.db.conn.execute("SELECT sqlite_version()").fetchone()
    return Look(
        gauges=found,
        at=now,
        daemon=holder(path) is not None,
        trouble=trouble.present(path) is not None or refusal(config) is not None,
        database_bytes=path.stat().st_size,
        journal_bytes=journal.size(path),
        free_bytes=shutil.disk_usage(path.parent).free,
        limit_bytes=int(config.disk_limit_gb * GIGABYTE),
        sqlite=library,
        seconds=time.monotonic() - began,
        work=time.thread_time() - worked,
    )
