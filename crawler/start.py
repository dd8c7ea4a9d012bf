"""Starting a crawling command: guard on the reactor, session open, crawl, exit status. Used by every such command."""

from __future__ import annotations

import asyncio
import gc
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.log_lines import log_lines
from crawler.session import open_session
from crawler.steady import Steady

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from scrapy.crawler import AsyncCrawlerRunner

    from crawler.config import Config
    from crawler.passes import Report
    from crawler.progress import Progress
    from crawler.session import Session
    from crawler.source import Source
    from pipelines.workers import ExtractionPool


@dataclass(frozen=True, slots=True)
class Start:
    """What a command starts a crawl with. `exceptions` opens exact names for the demo and tests; never from a TOML. `nice`:
    how much its extraction gives way to other processes. `stays`, `pool`: see `open_session`."""

    config: Config
    sources: Mapping[str, Source]
    settings: Mapping[str, Any]
    progress: Progress
    exceptions: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    clock: Callable[[], float] = field(default_factory=Steady)
    nice: int = 0
    stays: bool = False
    pool: ExtractionPool | None = None


YOUNG = 3000
"""Objects made and not ended since the last collection, from which on the process collects (CPython: 700): every ten pages
instead of every other one, which took a twentieth of the loop's time."""


@asynccontextmanager
async def at_work(start: Start, stop: asyncio.Event) -> AsyncIterator[tuple[Session, AsyncCrawlerRunner]]:
    """A session with the address guard installed and proved, and a runner of crawls in it. Needs the reactor."""
    from twisted.internet import reactor

    from crawler.loading import load_components, load_decisions
    from crawler.politeness import guard
    from crawler.runner import runner_of

    guard.install(reactor, exceptions=start.exceptions, proxy=_proxy(start.config))
    guard.assert_installed(reactor)
    runner = runner_of(start.settings)
    # What Scrapy loads by name is loaded while the database is opened, which waits for the disk most of the time.
    loading = asyncio.create_task(asyncio.to_thread(load_components, runner.settings))
    with log_lines(runner.settings):
        async with (
            _awaited(loading),
            open_session(
                start.config,
                start.sources,
                stop=stop,
                progress=start.progress,
                version=version("dateline"),
                exceptions=start.exceptions,
                clock=start.clock,
                nice=start.nice,
                stays=start.stays,
                pool=start.pool,
            ) as session,
        ):
            await loading
            # What is loaded stays, and is much: the collector would wait for a quarter as much again before it looks at all.
            gc.freeze()
            gc.collect()  # counts what is left; else that wait is once as long as before
            gc.set_threshold(YOUNG, 10, 10)
            async with _awaited(asyncio.create_task(asyncio.to_thread(load_decisions))):
                yield session, runner


@asynccontextmanager
async def _awaited(task: asyncio.Task[None]) -> AsyncIterator[None]:
    """Wait for the end of a task in any case, also where what it was begun for did not come to be."""
    try:
        yield
    finally:
        await asyncio.wait({task})


def _proxy(config: Config) -> tuple[str, int] | None:
    parts = urlsplit(config.proxy or "")
    return (parts.hostname, parts.port or 80) if parts.hostname else None


def told(progress: Progress, report: Report) -> None:
    """Say how a crawl ended, with what was left undone and why."""
    notes = []
    if report.detail:
        notes.append(report.detail)
    if report.left:
        notes.append(f"{report.left} due links are leased by another process and were left to it")
    if report.waits_until is not None:
        when = time.strftime("%H:%M:%SZ", time.gmtime(report.waits_until))
        notes.append(f"nothing more can be asked before {when}; the rest is left for a later run")
    reason = "pass ended" if report.ended and report.reason == "finished" else report.reason
    progress.finished(report.source, reason, report.counts, "; ".join(notes) or None)
