"""Workers that are forked: what a fork server that hangs, two that ask it at once, and a worker that dies at birth cost."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import connection
from pathlib import Path
from typing import Any

import pytest

from pipelines import fork_client, fork_server, forking
from pipelines.workers import ExtractionPool, _Failure
from tests.pipelines.test_workers import hostile

pytestmark = pytest.mark.skipif(not forking.FORKS, reason="workers are forked on Linux")


@pytest.fixture(scope="module")
def server() -> Iterator[fork_client.ForkServer]:
    """One that goes on after each of these tests; where it was ended it starts again."""
    made = fork_client.ForkServer(0, fork_server.Needs(extracts=False))
    yield made
    made.end()


def started(server: fork_client.ForkServer, target: Any, *args: Any) -> Any:
    worker = forking.Forking(server, lambda: None).Process(target=target, args=args)
    worker.start()
    return worker


def server_of(worker: Any) -> int:
    return int(Path(f"/proc/{worker.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


async def test_a_fork_server_that_never_loads_is_a_reason_and_no_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_client, "CODE", "import time; time.sleep(60)")
    monkeypatch.setattr(fork_client, "LOADING", 0.2)
    own = ExtractionPool(1, extracts=False)
    try:
        failure = await asyncio.wait_for(own._called(hostile.echo, (1,), {}, 5), 20)
        assert isinstance(failure, _Failure)
        assert failure.reason == "extract_crash"
        assert "has not answered for 0.2 s" in failure.detail
    finally:
        await own.close()


async def test_a_worker_that_dies_while_the_fork_server_is_stopped_is_noticed_and_both_are_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = ExtractionPool(1, extracts=False)
    try:
        family = await own.run(hostile.slow_family, seconds=5)
        assert isinstance(family, tuple)
        monkeypatch.setattr(fork_client, "TELLING", 1.0)
        os.kill(family[1], signal.SIGSTOP)
        os.kill(family[0], signal.SIGKILL)
        assert await asyncio.wait_for(own.run(hostile.parent, seconds=5), 30) not in {*family, "extract_crash"}
    finally:
        await asyncio.wait_for(own.close(), 20)


def test_a_fork_server_that_stops_after_its_first_worker_is_killed_and_the_next_worker_has_a_new_one(
    server: fork_client.ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = started(server, hostile.sleep, 60)
    stopped = server_of(first)
    os.kill(stopped, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(fork_client, "TELLING", 0.2)
        with pytest.raises(TimeoutError, match=r"0\.2 s"):
            started(server, hostile.echo, 1)
    first.join(5)
    assert first.exitcode == 255, "it died with its server, and nobody is left who could tell how"
    second = started(server, hostile.sleep, 60)
    assert server_of(second) != stopped
    second.kill()
    second.join(5)
    assert second.exitcode == -signal.SIGKILL


async def test_a_fork_server_runs_no_file_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, tmp_path])  # and a path that is no text is passed over, as by imports
    own = ExtractionPool(1, extracts=False)
    try:
        assert await own.run(hostile.echo, 1, seconds=5) == 1
    finally:
        await own.close()


async def test_whatever_keeps_workers_from_starting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise ValueError("no thread for you")

    monkeypatch.setattr(fork_client.ForkServer, "worker", refused)
    own = ExtractionPool(1, extracts=False)
    try:
        failure = await asyncio.wait_for(own._called(hostile.echo, (1,), {}, 5), 20)
        assert isinstance(failure, _Failure)
        assert failure.reason == "extract_crash"
        assert "ValueError: no thread for you" in failure.detail
    finally:
        await own.close()


def test_two_threads_ask_one_after_the_other(server: fork_client.ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    started(server, hostile.echo, 1).join(5)
    asking, most = 0, 0
    really = fork_server.ask

    def ask(*args: Any) -> None:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        time.sleep(0.05)
        really(*args)
        asking -= 1

    monkeypatch.setattr(fork_server, "ask", ask)
    ended: list[int] = []

    def one() -> None:
        worker = started(server, hostile.die, 3)
        worker.join(5)
        ended.append(worker.exitcode)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (most, ended) == (1, [3, 3, 3])


def test_a_request_without_its_descriptor_is_the_end_of_requests() -> None:
    requests, asker = connection.Pipe()
    with requests, asker:
        asker.send_bytes(bytes([1]))
        os.write(asker.fileno(), b"x")
        with pytest.raises(EOFError):
            fork_server.asked_for(requests)


def test_a_worker_that_dies_before_it_is_described_costs_no_other(
    server: fork_client.ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = started(server, hostile.sleep, 60)
    really = fork_client.Running.answer

    def answer(self: fork_client.Running, told: int) -> int:
        pid = really(self, told)
        os.kill(pid, signal.SIGKILL)
        assert connection.wait([told], 5), "its end is told: nobody reads its description"
        return pid

    monkeypatch.setattr(fork_client.Running, "answer", answer)
    dead = started(server, hostile.echo, 1)
    dead.join(5)
    assert dead.exitcode == -signal.SIGKILL
    assert good.is_alive()
    good.kill()
    good.join(5)


def test_all_threads_that_wait_for_a_worker_are_told_how_it_ended(server: fork_client.ForkServer) -> None:
    worker = started(server, hostile.sleep, 60)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(worker._popen.poll(0))) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    os.kill(worker.pid, signal.SIGTERM)
    for thread in threads:
        thread.join(10)
    assert found == [-signal.SIGTERM] * 4
    assert worker.exitcode == -signal.SIGTERM


def test_a_page_waits_whole_in_the_pipe_to_the_workers(server: fork_client.ForkServer) -> None:
    reader, writer = forking.Forking(server, lambda: None).Pipe(duplex=False)
    with reader, writer:
        os.set_blocking(writer.fileno(), False)
        if fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ) < forking.PIPE:
            with pytest.raises(OSError):
                fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, forking.PIPE)
            pytest.skip("this machine's, or this user's, pipes may not be so large")
        assert os.write(writer.fileno(), bytes(forking.PIPE)) == forking.PIPE
