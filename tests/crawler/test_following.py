"""`dateline changes --follow` as a process: it tells each change once, and ends when it is asked to or when nobody reads."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.backup import publish
from tests.storage.harness import Crawl, article

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DATELINE = str(Path(sys.executable).parent / "dateline")


@contextmanager
def following(path: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [DATELINE, "changes", "--follow", "--json", "--db", str(path), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=path.parent,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def seq(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(json.loads(process.stdout.readline())["seq"])


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawl]:
    at_work = Crawl(tmp_path / "news.db")
    yield at_work
    at_work.close()


def filled(crawl: Crawl, count: int) -> None:
    """So many changes, more than a pipe holds."""
    crawl.new(article(1))
    rows = f"WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    crawl.sql(
        f"{rows} INSERT INTO change (at, kind, article_id, revision) SELECT '2026-11-01T00:00:00Z', 'minor', 1, 1 FROM n"
    )


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_changes_are_told_as_they_come_until_a_signal(crawl: Crawl, ending: signal.Signals) -> None:
    crawl.new(article(1))
    with following(crawl.path) as process:
        assert seq(process) == 1
        crawl.new(article(2))
        crawl.new(article(3))
        assert (seq(process), seq(process)) == (2, 3)
        process.send_signal(ending)
        assert process.wait(60) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_a_copy_that_is_published_again_is_followed(crawl: Crawl, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    crawl.new(article(1))
    publish(crawl.path, copy)
    with following(copy) as process:
        assert seq(process) == 1
        crawl.new(article(2))
        publish(crawl.path, copy)
        assert seq(process) == 2
        copy.unlink()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert said == f"{copy}: is not there any more: start again when it is back\n"


def test_it_ends_when_nobody_reads_though_nothing_happens(crawl: Crawl) -> None:
    crawl.new(article(1))
    with following(crawl.path) as process:
        assert seq(process) == 1
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
        process.stdout = None


def test_a_reader_that_stands_still_does_not_keep_it_from_ending_and_no_line_is_torn(crawl: Crawl) -> None:
    filled(crawl, 3000)
    with following(crawl.path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        before = -1
        while before != (now := _waiting(process.stdout.fileno())) or not now:  # until the pipe takes no more
            before = now
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        out, said = process.stdout.read(), process.stderr.read()
    assert said == ""
    told = [int(json.loads(line)["seq"]) for line in out.splitlines()]
    assert told == list(range(1, len(told) + 1))
    assert 100 < len(told) < 3000
    assert out.endswith("\n")


def _waiting(descriptor: int) -> int:
    """Bytes in a pipe that nobody has read yet."""
    (count,) = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0\0\0\0"))
    return int(count)


@pytest.mark.parametrize("command", ["changes", "changes --follow", "show 1", "status"])
def test_a_pipe_that_is_closed_early_is_no_failure(crawl: Crawl, command: str) -> None:
    filled(crawl, 3000)
    readable, writable = os.pipe()
    os.close(readable)
    done = subprocess.run(
        [DATELINE, *command.split(), "--db", str(crawl.path)],
        stdout=writable,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writable)
    said = [line for line in done.stderr.splitlines() if not line.endswith(" found")]
    assert (done.returncode, said) == (0, [])


def test_a_database_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with following(tmp_path / "nowhere.db") as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert said == f"{tmp_path}/nowhere.db: no such database: name another (`--db`), or make one with `dateline run`\n"


def test_readers_see_each_change_once_and_in_order_though_writers_are_killed() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "changes.py"), "--events", "36", "--bursts", "3"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills 0;" not in done.stdout
