"""The writer thread: commits in groups, and each job stands for itself."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from storage import indexing, writer
from storage.company import ENOUGH, SHORT
from storage.errors import Closed, StorageError
from storage.models import Decision
from tests.conftest import LEAN
from tests.storage.harness import HOST, NOON, SOURCE, Crawl, article

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3


def _insert(name: str) -> Any:
    return lambda db: db.conn.execute("INSERT INTO source VALUES (?, '')", (name,)).rowcount


def test_a_job_that_fails_takes_only_itself_back(crawl: Crawl) -> None:
    gate = threading.Event()
    submit = crawl.store.writer.submit

    def half(db: Any) -> None:
        db.conn.execute("INSERT INTO source VALUES ('half', '')")
        raise KeyError("no")

    first = submit(lambda db: gate.wait(10))
    together = [submit(_insert("a")), submit(half), submit(_insert("a")), submit(_insert("b"))]
    gate.set()
    first.result()
    assert together[0].result() == together[3].result() == 1
    with pytest.raises(KeyError):
        together[1].result()
    with pytest.raises(StorageError, match="UNIQUE constraint failed"):
        together[2].result()
    assert crawl.sql("SELECT name FROM source WHERE name <> ?", SOURCE) == [("a",), ("b",)]


def test_a_job_without_company_that_fails_takes_all_of_itself_back(crawl: Crawl) -> None:
    said: list[str] = []

    def half(db: Any) -> None:
        db.conn.set_trace_callback(said.append)
        db.conn.execute("INSERT INTO source VALUES ('half', '')")
        indexing.add(db, 1, "harbour", None, "words")
        raise KeyError("no")

    with pytest.raises(KeyError):
        crawl.store.writer.submit(half).result()
    assert crawl.store.writer.submit(_insert("a")).result() == 1
    assert crawl.sql("SELECT name FROM source WHERE name <> ?", SOURCE) == [("a",)]
    assert crawl.sql("SELECT count(*) FROM search WHERE search MATCH 'harbour'") == [(0,)]
    assert "ROLLBACK" in said
    assert not [words for words in said if "SAVEPOINT" in words], "SQLite would keep copies of pages for it"


def test_what_waits_together_shares_one_commit(crawl: Crawl) -> None:
    commits: list[str] = []
    gate = threading.Event()
    submit = crawl.store.writer.submit

    def watch(db: Any) -> None:
        db.conn.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)

    submit(watch).result()
    waiting = submit(lambda db: gate.wait(10))
    jobs = [submit(_insert(str(n))) for n in range(100)]
    gate.set()
    waiting.result()
    for job in jobs:
        job.result()
    assert 2 <= len(commits) <= 4, "the watch, the gate, and two groups of at most 64"


def test_a_transaction_that_is_lost_whole_is_tried_again_job_by_job(crawl: Crawl) -> None:
    gate = threading.Event()
    submit = crawl.store.writer.submit

    def lose(db: Any) -> None:
        db.conn.execute("ROLLBACK")  # as SQLite does on a full disk
        raise RuntimeError("lost")

    waiting = submit(lambda db: gate.wait(10))
    jobs = [submit(_insert("a")), submit(lose), submit(_insert("b"))]
    gate.set()
    waiting.result()
    assert jobs[0].result() == jobs[2].result() == 1
    with pytest.raises(RuntimeError, match="lost"):
        jobs[1].result()
    assert len(crawl.sql("SELECT name FROM source WHERE name IN ('a', 'b')")) == 2


def test_a_future_is_answered_only_after_the_commit(crawl: Crawl) -> None:
    other = sqlite3.connect(crawl.path)
    for number in range(20):
        crawl.new(article(number))
        assert other.execute("SELECT count(*) FROM article").fetchone() == (number + 1,)
    other.close()


def test_close_does_what_is_queued_and_refuses_more(tmp_path: Path) -> None:
    crawl = Crawl(tmp_path / "n.db")
    jobs = [crawl.store.writer.submit(_insert(str(n))) for n in range(200)]
    crawl.close()
    assert all(job.result(0) == 1 for job in jobs)
    with pytest.raises(Closed, match="is closed"):
        crawl.store.begin_run(SOURCE, NOON)
    crawl.close()


def test_a_cancelled_job_is_not_done(crawl: Crawl) -> None:
    gate = threading.Event()
    waiting = crawl.store.writer.submit(lambda db: gate.wait(10))
    job = crawl.store.writer.submit(_insert("never"))
    assert job.cancel()
    gate.set()
    waiting.result()
    assert crawl.sql("SELECT count(*) FROM source WHERE name = 'never'") == [(0,)]


def test_threads_may_all_use_one_store(crawl: Crawl) -> None:
    def save(part: int) -> None:
        for number in range(10):
            crawl.new(article(f"{part}-{number}"))

    threads = [threading.Thread(target=save, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crawl.sql("SELECT count(*) FROM article") == [(40,)]
    assert crawl.store.known(article("0-0")).result().article is not None
    assert Decision("new", None, 0).basis == 0


_FULL_BY_A_JOURNAL = """
import math, os, resource, signal, sys
from concurrent.futures import wait
from storage import journal
from storage.store import Store
from sqlite_utils.utils import sqlite3

store = Store.open(sys.argv[1], hold=math.inf)
store.writer.submit(lambda db: None).result()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN")
other.execute("SELECT count(*) FROM article").fetchone()


def write(db):
    db.conn.execute("INSERT OR REPLACE INTO meta VALUES ('x', ?)", ("x" * 40_000,))


written = 0
while not wait([last := store.writer.submit(write)], timeout=0.5 if written > 15 else 30).not_done:
    last.result()
    written += 1
print(written, journal.size(store.path), flush=True)
other.execute("COMMIT")
last.result(60)
store.close()
print("went on", flush=True)
"""


def test_a_disk_that_a_journal_filled_is_written_again_when_its_reader_has_ended(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAN + _FULL_BY_A_JOURNAL, str(tmp_path / "news.db")],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.endswith("went on\n"), done.stderr
    written, held = map(int, done.stdout.splitlines()[0].split())
    assert written > 5
    assert held > 900_000


def test_enough_jobs_wait_only_a_moment_for_more(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    gate, begun = threading.Event(), threading.Event()
    writer_ = crawl.store.writer

    def hold(_: Any) -> None:
        begun.set()
        gate.wait(10)

    def group(jobs: int) -> list[float]:
        gate.clear()
        begun.clear()
        first = writer_.submit(hold)
        begun.wait(10)
        waits.clear()
        waiting = [writer_.submit(_insert(f"{jobs}-{n}")) for n in range(jobs)]
        gate.set()
        for job in (first, *waiting):
            job.result()
        return list(waits)

    monkeypatch.setattr(writer_._company, "linger", lambda _: 8 * SHORT)
    monkeypatch.setattr(writer, "time", SimpleNamespace(sleep=waits.append, monotonic=time.monotonic, time=time.time))
    assert group(ENOUGH + 1) == [4 * SHORT], "they are looked at after a moment"
    assert group(ENOUGH) == [4 * SHORT] * 2, "one fewer waits to the end"


def test_the_end_of_a_fetch_tells_the_writer_from_which_host(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[str] = []
    monkeypatch.setattr(crawl.store.writer._company, "met", met.append)
    crawl.new(article(1))
    assert met == []
    crawl.seed()
    crawl.end(crawl.take(), due=crawl.now)
    assert met == [HOST]
