"""The daemon's schedule when somebody sets the clock, when the machine sleeps, and on nights of summer time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers import base

from crawler import daemon, nightly
from crawler.passes import Report
from crawler.progress import Silent

HOUR = 3600.0


@dataclass
class World:
    """A clock that is turned, and the crawls that were begun: (source, when by the clock, seconds that have truly passed)."""

    wall: float
    true: float = 0.0
    begun: list[tuple[str, float, float]] = field(default_factory=list)
    under_way: int = 0
    at_once: int = 0
    standings: dict[str, Any] = field(default_factory=dict)
    judged: list[str] = field(default_factory=list)

    def now(self) -> float:
        return self.wall

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.true += seconds

    def gaps(self) -> list[float]:
        """True seconds between two crawls of one source."""
        found = []
        for name in {name for name, _, _ in self.begun}:
            times = [true for source, _, true in self.begun if source == name]
            found += [b - a for a, b in pairwise(times)]
        return found


@asynccontextmanager
async def working(monkeypatch: pytest.MonkeyPatch, begin: float) -> AsyncIterator[World]:
    """A daemon of three sources that are due every 300 s; its crawls take no time."""
    world = World(begin)

    class Turned(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(world.wall, tz)

    async def crawl(session: Any, source: Any, runner: Any, *, patience: float, over: Any) -> Report:
        del session, runner, patience, over
        world.begun.append((source.name, world.wall, world.true))
        world.under_way += 1
        world.at_once = max(world.at_once, world.under_way)
        await asyncio.sleep(0)
        world.under_way -= 1
        return Report(source.name, "finished", {})

    async def checked(session: Any) -> None:
        world.begun.append((nightly.CHECK, world.wall, world.true))

    def done(answer: Any) -> asyncio.Future[Any]:
        future = asyncio.get_running_loop().create_future()
        future.set_result(answer)
        return future

    async def not_due(session: Any) -> bool:
        return False

    class Store:
        def standing(self, name: str) -> Any:
            return done(world.standings.get(name))

    async def judged(store: Any, name: str, *, now: float, alerts: Any) -> None:
        del store, now, alerts
        world.judged.append(name)

    class Frontier:
        def seed(self, *_: Any, **__: Any) -> Any:
            return done(0)

        def look(self, name: str, *, owner: str, now: float) -> Any:
            del owner
            return done(now + 3600.0 if name in world.standings else now)

        def next_due(self, name: str, now: float) -> Any:
            del name
            return done(now + 300.0)

    monkeypatch.setattr(base, "datetime", Turned)
    monkeypatch.setattr(daemon, "crawl", crawl)
    monkeypatch.setattr(daemon, "checkup", judged)
    monkeypatch.setattr(daemon, "live_rows", lambda source: [])
    monkeypatch.setattr("crawler.daemon.asyncio.wrap_future", lambda future: future)
    monkeypatch.setattr(daemon, "LOOK_SECONDS", 0.002)
    monkeypatch.setattr(nightly, "check", checked)
    monkeypatch.setattr(nightly, "is_due", not_due)
    monkeypatch.setattr(nightly, "make_sure", not_due)
    monkeypatch.setattr(nightly, "JITTER", 0)
    sources = {name: SimpleNamespace(name=name) for name in ("one", "two", "three")}
    config = SimpleNamespace(learn=False, database="news.db")
    stop = asyncio.Event()
    session = SimpleNamespace(
        sources=sources,
        frontier=Frontier(),
        store=Store(),
        alerts=None,
        clock=world.now,
        stop=stop,
        config=config,
        progress=Silent(),
        owner="this process",
    )
    running = asyncio.create_task(daemon._Daemon(cast("Any", session), cast("Any", None)).run())
    try:
        yield world
    finally:
        stop.set()
        await running


async def lives(world: World, seconds: float, *, step: float = 60.0) -> None:
    """So much time goes by, step by step, with room for the daemon to notice."""
    for _ in range(int(seconds // step)):
        world.passes(step)
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("jump", [HOUR, -HOUR, -5 * HOUR])
async def test_a_clock_that_is_set_makes_no_source_silent_and_starts_none_twice(
    monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    async with working(monkeypatch, 1_790_000_000.0) as world:
        await lives(world, 1800)
        before = len(world.begun)
        world.wall += jump
        await lives(world, 1800)
        assert before >= 12
        assert len(world.begun) - before >= 12
        assert max(world.gaps()) <= 480
        # A look that is due while the clock is set comes once more at the most.
        assert sum(gap < 120 for gap in world.gaps()) <= 3


async def test_after_a_sleep_every_source_is_looked_at_once_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with working(monkeypatch, 1_790_000_000.0) as world:
        await lives(world, 900)
        before = len(world.begun)
        world.passes(8 * HOUR)
        async with asyncio.timeout(30):
            while len(world.begun) < before + 3:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)  # for more of them, which must not come
        assert sorted(name for name, _, _ in world.begun[before:]) == ["one", "three", "two"]


@pytest.mark.parametrize("night", ["2026-10-24", "2026-03-28"])
async def test_a_night_in_which_summer_time_begins_or_ends_has_one_check_and_no_gap(
    monkeypatch: pytest.MonkeyPatch, night: str
) -> None:
    begin = datetime.fromisoformat(f"{night}T22:00").replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    async with working(monkeypatch, begin) as world:
        await lives(world, 8 * HOUR, step=300.0)
        checks = [wall for name, wall, _ in world.begun if name == nightly.CHECK]
        assert [datetime.fromtimestamp(at, UTC).hour for at in checks] == [nightly.HOUR]
        assert max(world.gaps()) <= 900


async def test_sources_with_always_something_due_make_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "AT_ONCE", 1)
    monkeypatch.setattr(daemon, "TURN_SECONDS", 0.02)
    async with working(monkeypatch, 1_790_000_000.0) as world:

        async def endless(session: Any, source: Any, runner: Any, *, patience: float, over: Any) -> Report:
            del runner, patience
            world.begun.append((source.name, world.wall, world.true))
            while not over() and not session.stop.is_set():
                await asyncio.sleep(0.001)
            return Report(source.name, "closed", {})

        monkeypatch.setattr(daemon, "crawl", endless)
        async with asyncio.timeout(10):
            while {name for name, _, _ in world.begun} != {"one", "two", "three"}:
                await asyncio.sleep(0.01)


async def test_a_source_that_is_or_was_unwell_is_judged_though_nothing_of_it_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with working(monkeypatch, 1_790_000_000.0) as world:
        world.standings = {
            "one": SimpleNamespace(state="ok", alerted=None),
            "two": SimpleNamespace(state="failing", alerted=None),
            "three": SimpleNamespace(state="ok", alerted="failing"),
        }
        await lives(world, HOUR)
    assert set(world.judged) == {"two", "three"}
