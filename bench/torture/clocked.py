"""Crawls in this process whose clock the test turns: hours of waiting in a second, two sessions on one database as if of two
processes, pages read in this process (they do no harm)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from bench.torture.hostile_host import ADDRESS, HostileHost
from crawler.backfilling import Span
from crawler.config import Config
from crawler.passes import Report, crawl
from crawler.progress import Silent
from crawler.source import Endpoint, Politeness, Source
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings
from pipelines.extractor import extract
from storage.models import Extraction, Link, Page, Profile

T = TypeVar("T")


@dataclass
class Clocked:
    """`ahead`: seconds that the crawler's clock is ahead of the world's, or of the moment at which the world's `stood` still
    for it, so that what a slow machine takes for a pass does not count. (Nothing that is waited for comes then, but by
    `ahead`.)"""

    hosts: HostileHost
    sessions: list[tuple[Any, Any]]
    ahead: float = 0.0
    stood: float | None = None

    def now(self) -> float:
        return (time.time() if self.stood is None else self.stood) + self.ahead

    async def run(
        self, source: Source, *paths: str, session: int = 0, limit: int | None = None, span: Span | None = None
    ) -> Report:
        """One pass over what is due of a source, and over articles named by their paths; waits for no turn."""
        at, runner = self.sessions[session]
        links = [Link(source.home + path, via="command") for path in paths]
        return await crawl(at, source, runner, links=links, patience=0.0, limit=limit, span=span)

    async def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the database as it is now."""
        writer = self.sessions[0][0].store.writer
        asked = writer.submit(lambda db: db.conn.execute(query, values).fetchall(), writes=False)
        return cast("list[tuple[Any, ...]]", await asyncio.wrap_future(asked))

    def source(self, host: str, *endpoints: Endpoint, **politeness: Any) -> Source:
        """A source of one host; endpoints with paths for addresses."""
        home = f"http://{host}:{self.hosts.port}"
        given: dict[str, Any] = {"delay": 0.0, "timeout": 5.0, "hourly": 10**6, "polls": 10**6} | politeness
        return Source(
            name=host, title=host, home=home, hosts=(host,), country=None, languages=("en",),
            profile=Profile(host, recheck=()), endpoints=tuple(replace(e, url=home + e.url) for e in endpoints),
            politeness=Politeness(**given),
        )  # fmt: skip

    def asked(self, host: str) -> list[str]:
        """What a host was asked for, without robots.txt."""
        return [asked.target for asked in self.hosts.asked if asked.host == host and asked.target != "/robots.txt"]


class _Here:
    async def extract(self, page: Page) -> Extraction:
        return extract(page)

    async def run(self, function: Callable[..., Any], *arguments: Any, seconds: float, **named: Any) -> Any:
        del seconds
        return function(*arguments, **named)

    async def close(self) -> None:
        """Nothing was started."""


@asynccontextmanager
async def clocked(
    folder: Path,
    hosts: HostileHost,
    names: Sequence[str],
    *,
    sessions: int = 1,
    first_poll: int = 0,
    stands: bool = False,
) -> AsyncIterator[Clocked]:
    """Sessions on one new database, to whom the names are these hosts. `stands`: their clock moves only as the test turns
    it. Needs the reactor (`in_loop`)."""
    config = replace(
        Config(database=folder / "news.db"), contact="a@wire.test", first_poll=first_poll, delay_floor=0.0, workers=1
    )
    settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False}
    made = Clocked(hosts, [], stood=time.time() if stands else None)
    opened = dict.fromkeys(names, (ADDRESS, hosts.port))
    start = Start(config, {}, settings, Silent(), opened, made.now)
    async with AsyncExitStack() as stack:
        for _ in range(sessions):
            session, runner = await stack.enter_async_context(at_work(start, asyncio.Event()))
            session.pool = cast("Any", _Here())
            made.sessions.append((session, runner))
        yield made


def in_loop(main: Callable[[], Awaitable[T]]) -> T:
    """What a coroutine answers, run on Twisted's reactor; once a process."""
    from crawler.loop import run_in_loop

    answers: list[T] = []

    async def run(stop: asyncio.Event) -> int:
        del stop
        answers.append(await main())
        return 0

    run_in_loop(run)
    return answers[0]
