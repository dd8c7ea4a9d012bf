"""What `bench/crawl_parts.py` puts into a crawl to see where its CPU goes: in the main process and in the workers.

In a worker a line is written for each page: process id, CPU seconds of its thread before the page and after it, and those
that its fingerprints took within. (Of the thread: while a worker's limit of CPU time is set, the kernel counts a process's only
at its ticks, and the last 2 ms of each page were counted as after it.) In the main process the CPU of each thread, and how
long the event loop stood still: how much later than asked a timer of 10 ms came, and the longest single callback."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
import time
import traceback
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import fingerprint
from pipelines.workers import _extract as whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.models import Extraction, Page

FILE = "DATELINE_BENCH_PAGES"
TICK = 0.01
LONG = 0.04
LOOK = 0.02
LOOKING = "standstill"
"""Name of the thread that looks at long callbacks: no part of a crawl."""
FRAMES = 6
_AROUND = re.compile(r"^<frozen|/asyncio/|/importlib/|/twisted/python/|crawl_\w+\.py$")
"""Files whose frames say nothing about what a callback is at."""
_OPEN: list[int] = []
_FINGERPRINTS: list[float] = []


def extract(page: Page) -> Extraction:
    """In a worker, in the place of `pipelines.workers._extract`."""
    if not _OPEN:
        _OPEN.append(os.open(os.environ[FILE], os.O_WRONLY | os.O_APPEND | os.O_CREAT))
        for name in ("content_hash", "sketch"):
            setattr(fingerprint, name, counted(getattr(fingerprint, name), _FINGERPRINTS))
    _FINGERPRINTS.clear()
    before = time.thread_time()
    try:
        return whole(page)
    finally:
        line = f"{os.getpid()} {before:.6f} {time.thread_time():.6f} {sum(_FINGERPRINTS):.6f}\n"
        os.write(_OPEN[0], line.encode())


def counted(function: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """The function, with the CPU seconds of each call put into `spent`."""

    def call(*given: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*given)
        finally:
            spent.append(time.thread_time() - began)

    return call


class Threads:
    """CPU seconds of the threads that have ended, by name without its number; the main thread is not among them."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        run = threading.Thread.run

        def counted(thread: threading.Thread) -> None:
            try:
                run(thread)
            finally:
                self.spent[thread.name] += time.thread_time()

        threading.Thread.run = counted  # type: ignore[method-assign, assignment]


class Standstill:
    """How long the loop stood still while this is awaited: seconds beyond `TICK` of each look, and the longest callback with
    where it was found, by a thread that looks each `LOOK` seconds at callbacks of more than `LONG` (no place where it
    was shorter)."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.longest: tuple[float, str] = (0.0, "")
        self._began: float | None = None
        self._found = ""
        self._loop_thread = threading.get_ident()

    async def watch(self) -> None:
        """From now on until it is cancelled."""
        run = asyncio.events.Handle._run

        def timed(handle: Any) -> None:
            began = self._began = time.monotonic()
            run(handle)
            self._began = None
            took = time.monotonic() - began
            if took > self.longest[0]:
                self.longest = took, self._found
            self._found = ""

        # Only now: what the command does before its pass is start-up, a second of it in one callback.
        asyncio.events.Handle._run = timed  # type: ignore[method-assign, assignment]
        ended = threading.Event()
        threading.Thread(target=self._look, args=(ended,), name=LOOKING, daemon=True).start()
        began = time.monotonic()
        try:
            while True:
                await asyncio.sleep(TICK)
                began, before = time.monotonic(), began
                self.late.append(began - before - TICK)
        finally:
            self.late.append(max(0.0, time.monotonic() - began - TICK))
            ended.set()
            asyncio.events.Handle._run = run  # type: ignore[method-assign]

    def _look(self, ended: threading.Event) -> None:
        while not ended.wait(LOOK):
            began = self._began
            if began is not None and time.monotonic() - began > LONG and not self._found:
                frames = traceback.extract_stack(sys._current_frames()[self._loop_thread])
                named = [
                    f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames if not _AROUND.search(f.filename)
                ]
                self._found = " < ".join(named[: -FRAMES - 1 : -1])
