"""Fetching stops before the disk is full and goes on when there is room; what cannot be written is kept, and told."""

from __future__ import annotations

import asyncio
import json
import math
import shutil
import time
from collections import namedtuple
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from click.testing import CliRunner

from crawler import disk
from crawler.cli import main
from crawler.config import Config
from crawler.disk import Room
from storage import clock, trouble
from storage.errors import Full
from storage.reader import Reader
from storage.store import Store
from tests.storage.harness import NOON, SOURCE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from sqlite_utils import Database

    from crawler.session import Session
else:
    from sqlite_utils.utils import sqlite3

_Usage = namedtuple("_Usage", ("total", "used", "free"))


class Disk:
    """A disk with so many bytes free."""

    free = 10**12


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Disk:
    here = Disk()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(2 * 10**12, 0, here.free))
    monkeypatch.setattr(disk, "LOOK_SECONDS", 0.02)
    return here


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "news.db", hold=math.inf, busy_seconds=0.02) as opened:
        yield opened


def room(store: Store, *, waits: bool, **given: Any) -> tuple[Room, asyncio.Event]:
    stop = asyncio.Event()
    return Room(Config(database=store.path, **given), store, stop=stop, waits=waits), stop


def unwritable(database: Path) -> trouble.Trouble:
    """What is noted beside the database, once something is that keeps it from being written."""
    until = time.monotonic() + 60
    while not trouble.is_unwritable(database):
        assert time.monotonic() < until, "nothing was noted"
        time.sleep(0.01)
    noted = trouble.present(database)
    assert noted is not None
    return noted


def kept_pages(store: Store, number: int, *, at: float) -> None:
    """Raw pages of 20 kB, fetched at an instant."""

    def fill(db: Database) -> None:
        for _ in range(number):
            row = db.conn.execute(
                "INSERT INTO fetch (source, url, kind, at, backfill) VALUES (?, 'u', 'article', ?, 0) RETURNING id",
                (SOURCE, clock.text(at)),
            ).fetchone()
            db.conn.execute(
                "INSERT INTO raw_page (fetch_id, source, url, final_url, status, fetched_at, length, body, size, row_hash)"
                " VALUES (?, ?, 'u', 'u', 200, ?, 20000, randomblob(20000), 20000, x'00')",
                (row[0], SOURCE, clock.text(at)),
            )

    store.writer.submit(fill).result()


async def test_below_the_floor_a_command_ends_and_says_what_to_do(
    store: Store, machine: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = room(store, waits=False)
    await here.look()
    machine.free = disk.FREE_FLOOR - 1
    monkeypatch.setattr(disk, "LOOK_SECONDS", 0.0)  # it is time for another look
    with pytest.raises(Full, match=r"only 0\.200 GB are free .* make room there"):
        await here.look()
    noted = trouble.present(store.path)
    assert noted is not None
    assert noted.room


async def test_the_daemon_waits_below_the_floor_and_goes_on_by_itself(store: Store, machine: Disk) -> None:
    here, _ = room(store, waits=True)
    machine.free = 0
    looks = [asyncio.ensure_future(here.look()) for _ in range(3)]
    done, _ = await asyncio.wait(looks, timeout=0.2)
    assert not done
    machine.free = 10**12
    await asyncio.wait_for(asyncio.gather(*looks), 60)
    assert trouble.present(store.path) is None
    with Reader(store.path) as reader:
        past = trouble.last(reader.db)
    assert past is not None
    assert past.until is not None
    assert "are to stay free" in past.why


async def test_a_daemon_that_waits_for_room_can_be_stopped(store: Store, machine: Disk) -> None:
    here, stop = room(store, waits=True)
    machine.free = 0
    look = asyncio.ensure_future(here.look())
    await asyncio.sleep(0.05)
    assert not look.done()
    stop.set()
    await asyncio.wait_for(look, 60)


async def test_a_database_at_its_limit_stops_fetching_too(store: Store, machine: Disk) -> None:
    here, _ = room(store, waits=False, disk_limit_gb=0.0001)
    with pytest.raises(Full, match="disk_limit_gb"):
        await here.look()


@pytest.mark.parametrize("before", ["expired", "deleted by a call that was killed"])
async def test_a_database_at_its_limit_gives_back_all_that_is_free_in_it_before_it_refuses(
    store: Store, machine: Disk, before: str
) -> None:
    kept_pages(store, 700, at=time.time() - 20 * 86400)  # 14 MB: several steps of giving back
    if before != "expired":
        store.writer.submit(lambda db: db.conn.execute("DELETE FROM raw_page")).result()
    size = disk.database_bytes(store.path)
    here, _ = room(store, waits=False, disk_limit_gb=size * 0.4 / disk.GIGABYTE)
    await disk.keep_room(cast("Session", SimpleNamespace(room=here)), time.time())
    assert disk.database_bytes(store.path) < size * 0.4
    assert trouble.present(store.path) is None


async def test_a_daemon_that_waits_for_room_drops_pages_that_become_old_meanwhile(
    store: Store, machine: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "TIDY_SECONDS", 0.05)
    kept_pages(store, 200, at=time.time())
    size = disk.database_bytes(store.path)
    here, _ = room(store, waits=True, disk_limit_gb=size * 0.4 / disk.GIGABYTE)
    crawls = [
        asyncio.ensure_future(disk.keep_room(cast("Session", SimpleNamespace(room=here)), time.time()))
        for _ in range(16)
    ]
    await asyncio.wait(crawls, timeout=0.2)
    assert not any(crawl.done() for crawl in crawls)
    store.clock = lambda: time.time() + 20 * 86400
    await asyncio.wait_for(asyncio.gather(*crawls), 60)
    assert disk.database_bytes(store.path) < size * 0.4


async def test_what_made_no_room_is_not_done_again_by_each_of_many_sources_within_a_minute(
    store: Store, machine: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "PRUNE_STEPS", 1)
    begun: list[float] = []
    prune = store.prune_raw

    def counted(**given: Any) -> Any:
        begun.append(given["now"])
        return prune(**given)

    monkeypatch.setattr(store, "prune_raw", counted)
    kept_pages(store, 30, at=time.time() - 20 * 86400)
    here, stop = room(store, waits=True)
    machine.free = 0
    session = cast("Session", SimpleNamespace(room=here))
    crawls = [asyncio.ensure_future(disk.keep_room(session, time.time())) for _ in range(16)]

    async def pages() -> int:
        await asyncio.sleep(0.01)
        with Reader(store.path) as reader:
            return int(reader.db.conn.execute("SELECT count(*) FROM raw_page").fetchone()[0])

    async with asyncio.timeout(60):
        while await pages() or len(begun) < 2:
            pass
    await asyncio.wait(crawls, timeout=0.2)
    assert len(begun) == 2, "as long as there is something to drop, and then no more"
    monkeypatch.setattr(disk, "TIDY_SECONDS", 0.0)
    async with asyncio.timeout(60):
        while len(begun) <= 2:
            await asyncio.sleep(0.01)
    stop.set()
    await asyncio.wait_for(asyncio.gather(*crawls), 60)


def test_a_database_that_cannot_be_written_is_told_though_room_was_short_before(store: Store) -> None:
    trouble.begin(store.path, "only 0.1 GB are free on its disk", now=NOON, room=True)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    kept = store.begin_run(SOURCE, NOON)
    assert "another process is writing" in unwritable(store.path).why
    trouble.begin(store.path, "only 0.1 GB are free on its disk", now=NOON, room=True)
    assert not unwritable(store.path).room
    other.execute("COMMIT")
    kept.result(60)
    other.close()
    assert not list(store.path.parent.glob("*.trouble*"))


def test_what_is_locked_out_is_kept_told_beside_the_database_and_written_later(store: Store) -> None:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    kept = [store.begin_run(SOURCE, NOON + number) for number in range(5)]
    assert "another process is writing" in unwritable(store.path).why
    assert not any(run.done() for run in kept)
    told = CliRunner().invoke(main, ["health", "--db", str(store.path)])
    assert told.exit_code == 1
    assert "cannot be written" in told.output
    other.execute("COMMIT")
    assert [run.result(60) for run in kept] == [1, 2, 3, 4, 5]
    other.close()
    assert trouble.present(store.path) is None
    status = json.loads(CliRunner().invoke(main, ["status", "--json", "--db", str(store.path)]).output)
    assert "could not be written" in status["storage"][0]["text"]
    assert not status["storage"][0]["ill"]


def test_a_store_that_is_closed_gives_up_within_seconds_what_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.writer.CLOSING", 0.2)
    store = Store.open(tmp_path / "n.db", hold=math.inf, busy_seconds=600.0)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    kept = [store.begin_run(SOURCE, NOON + number) for number in range(3)]
    began = time.monotonic()
    store.close()
    assert time.monotonic() - began < 60
    assert [type(run.exception(0)).__name__ for run in kept] == ["Busy"] * 3
    other.close()


def test_a_run_that_the_database_ended_is_seen_in_the_status(store: Store) -> None:
    run = store.begin_run(SOURCE, time.time()).result()
    store.finish_run(run, time.time(), "storage_error").result()
    told = CliRunner().invoke(main, ["status", "--db", str(store.path)]).output
    assert "1 runs of the last day ended because the database failed" in told
