"""The quick forms of the torture of the store: SIGKILLs, power cuts, a poison row; `make torture` does them at length."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.torture import kills_crawl, poison, power, wire
from bench.torture.disk import Disk, NoCompiler, Operation, library, operations
from bench.torture.power_lives import TOLD
from bench.torture.starved import starved, waits
from bench.torture.wire_verdict import faults
from storage.reader import Reader
from tests.conftest import LEAN

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

ROOT = Path(__file__).parents[2]
needs_compiler = pytest.mark.skipif(
    shutil.which(os.environ.get("CC", "cc")) is None, reason="no C compiler: the record of the disk cannot be made"
)
KILLS = """
import sys
import time
from pathlib import Path
from bench.torture import kills_store
if __name__ == "__main__":
    done = kills_store.batch(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    print(done.figures)
    for fault in done.faults:
        print("FAULT", fault)
    sys.exit(bool(done.faults))
"""


def test_eight_kills_of_two_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    """In a process of its own: it forks, and has no threads."""
    done = subprocess.run(
        [sys.executable, "-c", LEAN + KILLS, "7", "8", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'sum resumed': 0," not in done.stdout, "no kill hit a process at work"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> list[Operation]:
    return power.record(tmp_path_factory.mktemp("record"), 1, lives=(("crash", 12), ("close", 6), ("crash", 6)))


@needs_compiler
def test_a_power_cut_takes_nothing_that_was_acknowledged(record: list[Operation], tmp_path: Path) -> None:
    done = power.cut(record, 1, 8, tmp_path)
    assert not done.faults
    assert done.figures["sum acknowledged endings looked for"] > 25


@needs_compiler
def test_without_the_syncs_of_the_journal_the_same_cuts_take_it(record: list[Operation], tmp_path: Path) -> None:
    """As with `synchronous=NORMAL`: what the model takes for safe is what was synced, and no more."""
    weak = [each for each in record if (each.what, each.name) != ("S", "news.db-wal")]
    done = power.cut(weak, 1, 8, tmp_path)
    assert [fault for fault in done.faults if "acknowledged endings lost" in fault]


@needs_compiler
def test_a_new_database_and_its_journal_have_their_names_on_the_disk_before_anything_is_acknowledged(
    record: list[Operation],
) -> None:
    disk = Disk()
    for operation in record:
        if operation.name == TOLD and operation.what == "W":
            break
        disk.do(operation)
    assert {"news.db", "news.db-wal"} <= disk.synced.keys()


def test_what_is_not_synced_may_be_lost_torn_or_cut_off_and_nothing_else() -> None:
    disk = Disk()
    for operation in (
        Operation("C", "a"),
        Operation("W", "a", 0, b"safe" * 256),
        Operation("S", "a"),
        Operation("S", "."),
        Operation("W", "a", 512, b"late" * 256),
        Operation("C", "b"),
    ):
        disk.do(operation)
    assert disk.after("all", random.Random(1)) == {"a": b"safe" * 256}
    for seed in range(20):
        torn = disk.after("torn", random.Random(seed))["a"]
        assert torn[:512] == b"safe" * 128
        assert torn[512:1024] in (b"safe" * 128, b"late" * 128)
        assert torn[1024:] in (b"", b"late" * 128)
        assert disk.after("prefix", random.Random(seed)) in (
            {"a": b"safe" * 256},
            {"a": b"safe" * 128 + b"late" * 256},
            {"a": b"safe" * 128 + b"late" * 256, "b": b""},
        )


def test_a_record_that_ends_within_an_entry_is_refused() -> None:
    with pytest.raises(ValueError, match="ends within"):
        operations(b"W\x00\x04")


def test_without_a_compiler_the_part_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(NoCompiler, match="no C compiler 'no-such-compiler': install one, or set CC"):
        library(tmp_path)


def test_a_row_that_cannot_be_stored_is_refused_alone_with_its_reason(tmp_path: Path) -> None:
    assert not poison.faults(tmp_path / "news.db", random.Random(3), rows=40)


def test_a_process_that_outlives_its_parent_is_seen_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kills_crawl, "GONE_SECONDS", 0.1)
    parent = subprocess.Popen(["/bin/sh", "-c", "sleep 600 & wait"], start_new_session=True)
    while len(kills_crawl.alive(parent.pid)) < 2:
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    assert kills_crawl.outlived(parent.pid) > 0.1
    assert not kills_crawl.alive(parent.pid) or kills_crawl.outlived(parent.pid) < 60


def test_waits_for_a_processor_are_those_of_the_thread_that_waited_longest() -> None:
    """Two threads that wait at once do not make a process wait for longer than the clock runs."""
    assert starved({1: 3.0, 2: 4.0, 3: 2.5}, {1: 1.0, 2: 3.5}) == 2.5
    assert starved({1: 3.0, 2: 4.0}) == 4.0
    assert starved({}) == 0.0
    began, first = time.monotonic(), waits()
    threads = [threading.Thread(target=lambda: sum(range(300_000))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert starved(waits(), first) <= time.monotonic() - began


def test_a_row_that_was_written_past_the_sums_is_a_fault_of_the_wire(tmp_path: Path) -> None:
    crawl = wire.Crawl(tmp_path / "news.db", random.Random(1), lambda _: None, fresh=lambda: False)
    crawl.seed()
    crawl.step()
    crawl.close()
    conn = sqlite3.connect(tmp_path / "news.db", isolation_level=None)
    conn.execute("UPDATE host SET robots_body = 'other'")
    conn.close()
    with Reader(tmp_path / "news.db") as reader:
        assert "the sum over table host is not that of its rows" in list(faults(reader.db, [], finished=False))
