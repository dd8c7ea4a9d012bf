"""A clock that is set, or a machine that sleeps, under leases, pauses and due times."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.steady import Steady, by_present_clock
from storage import clock_jumps, migrations
from storage.clock_jumps import Clocks
from storage.frontier import Frontier
from storage.models import Ending, HostNote, HostRules, Lease, Link, Outcome
from storage.store import Store

HOUR = 3600.0
START = 1_790_000_000.0
SOURCE = "agency"
URL = "https://agency.test/news/1"


class System:
    """The clocks of a machine whose wall clock is set and that sleeps."""

    def __init__(self) -> None:
        self.running, self.slept, self.set = 1000.0, 0.0, 0.0

    def wall(self) -> float:
        return START + self.running + self.slept + self.set

    def steady(self) -> Steady:
        return Steady(self.wall, lambda: self.running, lambda: self.running + self.slept, lambda: "this boot")

    def look(self, boot: str | None = "this boot") -> Clocks:
        return Clocks(self.wall(), self.running, self.running + self.slept, boot)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "news.db", write=True)
    yield opened
    opened.close()


def leased(store: Store, now: float) -> Lease:
    """A lease of 900 s of the only address; its host's rules are known."""
    frontier = Frontier(store)
    frontier.offer(SOURCE, [Link(URL, via="feed")], now=now).result()
    store.writer.submit(
        lambda db: db.conn.execute(
            "INSERT INTO host (host, robots_until) VALUES ('agency.test', ?) ON CONFLICT DO NOTHING", (now + 86400,)
        )
    ).result()
    return lease(store, now)[0]


def lease(store: Store, now: float) -> tuple[Lease, ...]:
    frontier = Frontier(store)
    asked = frontier.lease(SOURCE, owner="me", run_id=None, now=now, seconds=900.0, delay=0.0, in_flight=1, limit=8)
    return asked.result().leases


def one(store: Store, query: str) -> object:
    return store.writer.submit(lambda db: db.conn.execute(query).fetchone()[0], writes=False).result()


def settle(store: Store, steady: Steady) -> None:
    asyncio.run(steady.settle(store.writer))


@pytest.mark.parametrize(("set_", "slept"), [(HOUR, 0.0), (-HOUR, 0.0), (0.0, HOUR), (HOUR, HOUR), (-HOUR, 2 * HOUR)])
def test_a_lease_ends_neither_early_nor_never_when_the_clock_is_set_or_the_machine_sleeps(
    store: Store, set_: float, slept: float
) -> None:
    system = System()
    steady = system.steady()
    settle(store, steady)
    leased(store, steady())
    system.set, system.slept = set_, slept
    settle(store, steady)
    assert steady() == pytest.approx(system.wall())
    system.running += 850
    Frontier(store).reclaim(steady()).result()
    assert one(store, "SELECT state FROM link") == "leased"
    system.running += 60
    Frontier(store).reclaim(steady()).result()
    assert one(store, "SELECT state FROM link WHERE kind = 'article'") == "pending"


@pytest.mark.parametrize(
    ("set_", "slept", "moved"), [(HOUR, 0, HOUR), (-HOUR, 0, -HOUR), (0, HOUR, 0), (HOUR, 60, HOUR)]
)
def test_pauses_and_due_times_keep_their_distance_from_a_clock_that_was_set_but_not_from_sleep(
    store: Store, set_: float, slept: float, moved: float
) -> None:
    system = System()
    steady = system.steady()
    settle(store, steady)
    frontier = Frontier(store)
    frontier.seed(SOURCE, [("https://agency.test/feed", "feed")], now=steady() + 300).result()
    store.writer.submit(
        lambda db: db.conn.execute(
            "INSERT INTO host (host, paused_until) VALUES ('agency.test', ?)", (steady() + HOUR,)
        )
    ).result()
    due, pause = (float(str(one(store, f"SELECT {what}"))) for what in ("due FROM link", "paused_until FROM host"))
    system.set, system.slept = set_, slept
    settle(store, steady)
    assert one(store, "SELECT due FROM link") == pytest.approx(due + moved)
    assert one(store, "SELECT paused_until FROM host") == pytest.approx(pause + moved)


def test_of_several_processes_one_moves_what_is_written_and_all_go_by_the_new_clock(store: Store) -> None:
    system = System()
    first, second = system.steady(), system.steady()
    settle(store, first)
    settle(store, second)
    leased(store, first())
    until = float(str(one(store, "SELECT until FROM link WHERE kind = 'article'")))
    system.set = HOUR
    assert first.jumped()
    for steady in (first, second, system.steady()):
        settle(store, steady)
        assert not steady.jumped()
        assert one(store, "SELECT until FROM link WHERE kind = 'article'") == pytest.approx(until + HOUR)


def test_after_another_boot_or_a_clock_that_was_wrong_by_years_nothing_is_moved(store: Store) -> None:
    system = System()
    settle(store, system.steady())
    Frontier(store).seed(SOURCE, [("https://agency.test/feed", "feed")], now=system.wall()).result()
    due = one(store, "SELECT due FROM link")
    system.set = HOUR
    for boot in ("another boot", None, None):
        look = system.look(boot)
        assert store.writer.submit(partial(clock_jumps.settle, seen=look)).result() == 0.0
    settle(store, system.steady())
    system.set = 40 * 365 * 86400.0
    settle(store, system.steady())
    assert one(store, "SELECT due FROM link") == due


@pytest.fixture(scope="module")
def empty() -> Iterator[Database]:
    db = Database(memory=True, execute_plugins=False)
    migrations.MIGRATIONS.apply(db)
    yield db
    db.close()


@settings(max_examples=25)
@given(turns=st.lists(st.tuples(st.floats(-2 * HOUR, 2 * HOUR), st.floats(0, 2 * HOUR)), max_size=6))
def test_whatever_is_set_in_whatever_order_leases_move_by_what_the_clock_moved(
    empty: Database, turns: list[tuple[float, float]]
) -> None:
    empty.conn.execute("DELETE FROM meta WHERE key = 'clock'")
    system, moved = System(), 0.0
    clock_jumps.settle(empty, system.look())
    for set_, slept in turns:
        system.set += set_
        system.slept += slept
        moved += clock_jumps.settle(empty, system.look())
    assert abs(moved - system.set - system.slept) < clock_jumps.TOLERANCE


async def test_a_running_process_notices_within_a_second_and_small_corrections_move_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("crawler.steady.LOOK_SECONDS", 0.005)
    store = Store.open(tmp_path / "news.db", write=True)
    system = System()
    steady = system.steady()
    await steady.settle(store.writer)
    watching = asyncio.create_task(steady.watch(store.writer))
    try:
        system.set = 1.5
        await asyncio.sleep(0.05)
        assert steady() == system.wall()
        assert not caplog.records
        system.set = -HOUR
        async with asyncio.timeout(5):
            while "the clock went -36" not in caplog.text:
                await asyncio.sleep(0.005)
        assert steady() == system.wall()
    finally:
        watching.cancel()
        store.close()


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_fetch_that_was_under_way_when_the_clock_was_set_ends_by_the_new_clock(store: Store, by: float) -> None:
    system = System()
    steady = system.steady()
    settle(store, steady)
    at = steady()
    host = HostNote("agency.test", HostRules("agency.test", "ok", until=at + 86400), paused_until=at + 60)
    ending = Ending(1, Outcome("listed"), at=at, responded_at=at, due=at + 300, host=host)
    system.running += 5
    assert by_present_clock(ending, steady) is ending
    system.set = by
    settle(store, steady)
    for _ in range(2):  # soon, and after long work in a worker
        moved = by_present_clock(ending, steady)
        assert moved.host is not None
        assert moved.host.robots is not None
        instants = (moved.at, moved.responded_at, moved.due, moved.host.robots.until, moved.host.paused_until)
        assert instants == pytest.approx((at + by, at + by, at + by + 300, at + by + 86400, at + by + 60))
        told_since = replace(ending, at=steady())
        assert by_present_clock(told_since, steady) is told_since
        system.running += 100
    assert by_present_clock(ending, system.wall) is ending


def test_a_lease_asked_for_before_the_clock_was_set_is_written_before_what_is_moved(store: Store) -> None:
    """Also where the writer is behind: what is submitted is by one clock, up to the move and after it."""
    system = System()
    steady = system.steady()
    settle(store, steady)
    held, go = threading.Event(), threading.Event()

    def busy(db: Database) -> None:
        held.set()
        go.wait(10)

    store.writer.submit(busy)
    held.wait(10)
    Frontier(store).offer(SOURCE, [Link(URL, via="feed")], now=steady())
    asked = Frontier(store).lease(
        SOURCE, owner="me", run_id=None, now=steady(), seconds=900.0, delay=0.0, in_flight=1, limit=8
    )
    system.set = -HOUR

    async def set_back() -> None:
        moving = asyncio.create_task(steady.settle(store.writer))
        await asyncio.sleep(0)
        assert steady() == pytest.approx(system.wall()), "from the moment on that the move is submitted"
        taken = Frontier(store).reclaim(steady())
        go.set()
        await moving
        assert await asyncio.wrap_future(taken) == 0

    asyncio.run(set_back())
    (lease_,) = asked.result().leases
    assert lease_.kind == "robots"
    assert one(store, "SELECT until FROM link WHERE state = 'leased'") == pytest.approx(lease_.until - HOUR)
