"""All threads of a crawling process share one heap of the C library."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

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
