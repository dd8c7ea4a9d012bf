"""The process that workers are forked from, where it is a copy of the process that asks."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from pipelines import fork_here, forking
from tests.pipelines.test_workers import HERE, ROOT, _gone

pytestmark = pytest.mark.skipif(not forking.FORKS, reason="workers are forked on Linux")

BEGUN = f"""
import asyncio, os, signal, sys, threading
sys.path[:0] = [{str(ROOT)!r}, {str(HERE)!r}]
from pipelines import fork_client, fork_here
from pipelines.workers import ExtractionPool
import colorsys, hostile   # colorsys: nothing that is used here imports it
"""


def script(body: str) -> list[str]:
    return [sys.executable, "-c", BEGUN + textwrap.dedent(body)]


def said(body: str) -> list[str]:
    done = subprocess.run(script(body), capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_process_is_copied_only_with_one_thread_and_nothing_open() -> None:
    assert said("""
        print(fork_here.may_fork())
        with open(os.devnull) as opened:
            print(fork_here.may_fork())
        done = threading.Event()
        threading.Thread(target=done.wait).start()
        print(fork_here.may_fork())
        done.set()
    """) == ["True", "False", "False"]
    assert not fork_here.may_fork()  # pytest's own process keeps more open


def test_workers_share_what_the_process_had_loaded_and_nothing_that_it_opened() -> None:
    assert said("""
        async def main():
            print(await pool.run(hostile.loaded, "colorsys", seconds=5))
            print(await pool.run(hostile.interrupt_handler, seconds=5))
            _, server = await pool.run(hostile.slow_family, seconds=5)
            print(os.getpid() == int(open(f"/proc/{server}/stat").read().rpartition(")")[2].split()[1]))
            found = await pool.run(hostile.descriptors, seconds=5)
            print({name for _, name in found if not name.startswith("pipe:")})
            under_way = asyncio.ensure_future(pool.run(hostile.sleep, 30, seconds=60))
            await asyncio.sleep(0.3)
            os.kill(server, signal.SIGKILL)
            print(await under_way)
            print(await pool.run(hostile.loaded, "colorsys", seconds=5))

        pool = ExtractionPool(1, extracts=False)
        sys.stdout.write("written once ")
        pool.start()
        with open(sys.executable):
            asyncio.run(main())
        pool.end()
    """) == ["written once ['colorsys']", "True", "True", "{'/dev/null'}", "extract_crash", "[]"]


def test_a_copy_that_cannot_be_made_leaves_a_python_of_its_own() -> None:
    assert said("""
        def refused():
            raise BlockingIOError(11, "no more processes")

        async def main():
            print(await pool.run(hostile.loaded, "colorsys", seconds=5))

        pool = ExtractionPool(1, extracts=False)
        os.fork = refused
        pool.start()
        asyncio.run(main())
        pool.end()
    """) == ["[]"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_copy_and_its_workers_end_with_the_process_also_while_they_load(number: signal.Signals) -> None:
    body = """
        pool = ExtractionPool(1, extracts=False, modules=("hostile",))
        pool.start()
        print(pool._server._running._process.pid, flush=True)
        async def main():
            print(*await pool.run(hostile.slow_family, seconds=5), flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """
    for lines in (1, 2):
        with subprocess.Popen(script(body), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            family = {int(word) for _ in range(lines) for word in process.stdout.readline().split()}
            process.send_signal(number)
        end = time.monotonic() + 30
        while time.monotonic() < end and not all(map(_gone, family)):
            time.sleep(0.02)
        assert family and all(map(_gone, family))


def test_a_copy_that_breaks_off_ends_and_goes_on_with_nothing_of_the_process() -> None:
    assert said("""
        def broken():
            raise ValueError("not so")

        here, other = os.pipe()
        sys.stderr = sys.stdout
        child = fork_here.Child(broken, other)
        child.wait()
        child.kill()
        print("on its own")
    """)[-2:] == ["ValueError: not so", "on its own"]


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_process_without_all_that_each_has_open_is_not_copied(closed: int, tmp_path: Path) -> None:
    told = tmp_path / "told"
    body = f"""
        pool = ExtractionPool(1, extracts=False)
        pool.start()
        async def main():
            loaded = await pool.run(hostile.loaded, "colorsys", seconds=5)
            open({str(told)!r}, "w").write(f"{{loaded}}")
        asyncio.run(main())
        pool.end()
    """
    command = shlex.join(script(body))
    assert (
        subprocess.run(f"{command} {closed}>&-", shell=True, timeout=60, check=False, executable="/bin/sh").returncode
        == 0
    )
    assert told.read_text() == "[]"


def test_a_copy_is_waited_for_and_ended_where_the_kernel_reaps_it() -> None:
    assert said("""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        here, other = os.pipe()
        child = fork_here.Child(lambda: os._exit(0), other)
        child.wait()
        child.kill()
        print("on its own")
    """) == ["on its own"]
