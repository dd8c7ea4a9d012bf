"""What each Dask worker process keeps for its tasks: the rules, and one pool of extraction processes (as many as the worker has
threads) with the loop it runs in. Tasks run in the worker's threads and ask it from there.

The pool has the same limits of time and memory as a crawl's. It starts with the first task, ends when none has come for a while
(a cluster outlives its runs), and when the worker ends. A Dask worker that is a daemonic process may have no children: that is
refused plainly."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from distributed import WorkerPlugin

from crawler.cluster.whole import swept
from pipelines.workers import ExtractionPool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from distributed import Worker

    from crawler.cluster.rules import Rules
    from storage.models import Extraction, Page

IDLE = 20.0
"""Seconds without a task after which the extraction processes end."""

TRIMMING, DASKS_OWN = "MALLOC_TRIM_THRESHOLD_", "65536"
"""Dask gives its workers this variable of glibc (malloc(3)), so that memory for large arrays goes back soon. A process that
reads page after page needs the same memory at once again: to fault it in anew took a millisecond a page and more."""


class Unfit(RuntimeError):
    """A Dask worker cannot do this work as it is set up: daemonic, or of another version."""


class Ended(RuntimeError):
    """The pool was closed while a task used it: what it answered then says nothing of any page."""


@dataclass(slots=True)
class Pool:
    """A loop in a thread of its own, and the extraction pool in it."""

    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    pool: ExtractionPool
    ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def extract(self, page: Page) -> Future[Extraction]:
        """What becomes of a page. Raises Ended."""
        with self.lock:
            if self.ended:
                raise Ended("the extraction processes were ended before the file was done")
            return asyncio.run_coroutine_threadsafe(self.pool.extract(page), self.loop)

    def end(self) -> None:
        """Kill the extraction processes; the loop and its thread are over then."""
        with self.lock:
            self.ended = True
        asyncio.run_coroutine_threadsafe(self._close(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _close(self) -> None:
        """Whoever waits for a page gets an answer."""
        await self.pool.close()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)


def begun(workers: int) -> Pool:
    """A pool that is ready to be asked."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="extraction-loop", daemon=True)
    thread.start()

    async def made() -> ExtractionPool:
        pool = ExtractionPool(workers, many=True)
        pool.start()
        return pool

    return Pool(loop, thread, asyncio.run_coroutine_threadsafe(made(), loop).result())


class ExtractionPlugin(WorkerPlugin):
    """Registered once a run: Dask gives it to every worker, also to those that come later."""

    idempotent = True

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.name = f"dateline-{rules.digest}"

    def setup(self, worker: Worker) -> None:
        """Called by Dask where a worker gets it; removes what workers of this machine that died left. Raises Unfit."""
        self._lock = threading.Lock()
        self._workers = worker.state.nthreads
        self._pool: Pool | None = None
        self._users, self._closed = 0, False
        self._timer: threading.Timer | None = None
        self._where = worker.address
        fit(self.rules, self._where)
        if os.environ.get(TRIMMING) == DASKS_OWN:
            del os.environ[TRIMMING]  # before there are extraction processes, which inherit it
        swept()
        if multiprocessing.parent_process() is not None and threading.current_thread() is threading.main_thread():
            signal.signal(
                signal.SIGINT, signal.SIG_IGN
            )  # Ctrl-C is the client's, or the nanny's, which ends its worker

    def teardown(self, worker: Worker) -> None:
        """Called by Dask where a worker ends."""
        del worker
        with self._lock:
            self._closed = True
            pool = self._let_go()
        _end(pool)

    @contextmanager
    def in_use(self) -> Iterator[Pool]:
        """The pool, for one task. Raises Ended where the worker is ending, Unfit."""
        fit(self.rules, self._where)
        with self._lock:
            if self._closed:
                raise Ended("the worker is ending")
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._pool is None:
                self._pool = begun(self._workers)
            self._users += 1
            pool = self._pool
        try:
            yield pool
        finally:
            with self._lock:
                self._users -= 1
                if not self._users and not self._closed:
                    self._timer = threading.Timer(IDLE, self._idle)
                    self._timer.daemon = True
                    self._timer.start()

    def _idle(self) -> None:
        with self._lock:  # a task that begins from here on has a pool of its own begun
            pool = None if self._users else self._let_go()
        _end(pool)

    def _let_go(self) -> Pool | None:
        """The pool, which no task gets any more; with the lock held."""
        pool, self._pool = self._pool, None
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        return pool


def _end(pool: Pool | None) -> None:
    if pool is not None:
        with suppress(RuntimeError):  # its loop was closed as the process ends
            pool.end()


def fit(rules: Rules, where: str) -> None:
    """Raises Unfit where this process cannot have extraction processes, or would extract otherwise than asked."""
    if multiprocessing.current_process().daemon:
        raise Unfit(
            f"Dask worker {where} is a daemonic process, which may have no extraction processes of its own: start it with"
            " `dask worker --no-nanny`, or with DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment"
        )
    if (here := version("dateline")) != rules.dateline:
        raise Unfit(
            f"Dask worker {where} has Dateline {here}, and this run is made with {rules.dateline}: install the same"
        )
