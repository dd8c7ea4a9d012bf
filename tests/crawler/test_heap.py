"""All threads of a crawling process share one heap of the C library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawler import workers_first
from crawler.config import Config

HEAPS = """
import ctypes, sys, threading
if "one" in sys.argv:
    from crawler.heap import one_heap
    assert one_heap()
together = threading.Barrier(4)
def take():
    together.wait(10)
    held = [bytes(2000 + n) for n in range(500)]
    together.wait(10)
threads = [threading.Thread(target=take) for _ in range(3)]
for thread in threads: thread.start()
together.wait(10)
together.wait(10)
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="heaps a thread are glibc's")
def test_threads_share_one_heap_once_it_was_asked_for() -> None:
    def heaps(*words: str) -> int:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
        done = subprocess.run(
            [sys.executable, "-c", HEAPS, *words], env=plain, capture_output=True, text=True, check=True
        )
        return done.stdout.count("<heap nr=")

    assert heaps() > 1
    assert heaps("one") == 1


def test_no_thread_of_a_pool_starts_before_the_heap_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    class Pool:
        def __init__(self, **_: Any) -> None: ...

        def start(self) -> None:
            order.append("threads")

        def end(self) -> None:
            order.append("end")

    monkeypatch.setattr(workers_first, "one_heap", lambda: order.append("heap"))
    monkeypatch.setattr(workers_first, "ExtractionPool", Pool)
    with workers_first.workers_first(Config(database=tmp_path / "none.db")):
        assert order == ["heap", "threads"]
    assert order[-1] == "end"
