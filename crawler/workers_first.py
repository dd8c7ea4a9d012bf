"""The first worker process of a command that will extract, started before the command loads Scrapy: both load for a second of
CPU time or more, and a second core would wait for the one of them as long as the other one takes."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crawler.heap import one_heap
from pipelines.workers import ExtractionPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.config import Config


FOR_CRAWLS = ("crawler.discovery.parted",)
"""What reads feeds and listings in workers."""


def pool_of(config: Config, *, nice: int = 0, seldom: bool = False, many: bool = False) -> ExtractionPool:
    """An installation's pool. Its workers start now where there is no database: then all that the sources list is before it.
    Else they start with the first page, which most runs of a timer do not come to, nor a command that reads pages `seldom`.
    `many`: an import, which reads pages only, and many."""
    workers = config.workers or max(1, os.cpu_count() or 1)
    pool = ExtractionPool(workers=workers, nice=nice, many=many, modules=() if many else FOR_CRAWLS)
    if not seldom and not config.database.exists():
        one_heap()  # the pool's threads are the first
        pool.start()
    return pool


@contextmanager
def workers_first(config: Config, *, many: bool = False) -> Iterator[ExtractionPool]:
    """`pool_of` for the time of a command, which may end before it has a session that would close it. Call it before anything
    is opened: workers then share what the command has loaded."""
    if many:
        import pipelines.decision  # noqa: F401 - what an import and its workers both need
    pool = pool_of(config, many=many)
    try:
        yield pool
    finally:
        pool.end()
