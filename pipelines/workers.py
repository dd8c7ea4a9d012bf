"""Untrusted pages are read in worker processes that can be killed: one time limit and one memory limit each.

pebble's pool, since it was the only one of four that finished all good pages beside hanging, crashing and memory-eating
ones. Workers are spawned (a fork would copy a running reactor), never import the starting script (under `scrapy` that
would cost 0.3 s and 40 MB each) and die with their parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import resource
import signal
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from pipelines.plain import plain
from storage.models import Extraction, Page

T = TypeVar("T")

SECONDS = 10.0
"""CPU time that a page may take."""
CLOCK = 6.0
"""Limit of the clock in limits of CPU time: it ends what waits for ever, and hardly what the machine has no time for. By the
clock alone a crowded machine fails every page: each failure costs a worker, each new worker a second of CPU time more."""
START_SECONDS = 120.0
"""Within so many seconds more than all that waits may take, a call has an answer, or its workers do not even start."""
MEMORY = 1536 * 2**20
RECYCLE = 5_000
"""Tasks after which a worker is replaced: replacing one every 100 tasks cost a fifth of the CPU."""
QUEUED = 3
FAILURES: frozenset[str] = frozenset({"extract_timeout", "extract_memory", "extract_crash", "extract_error"})
"""Reasons that say nothing about the page's content: the fetch ends as `failed:…` and is tried again."""

YOUNG = 20_000
"""Objects made and not ended since the last collection, from which on a worker collects (CPython: 700)."""
PR_SET_PDEATHSIG = 1


CALM = 0.5
"""Seconds between two looks of pebble's threads after their workers in a process that stays (pebble: .1)."""


def look_seldom() -> None:
    """Have the pools of this process look after their workers twice a second: ten times cost more than all polls of a daemon
    whose sources publish nothing. A worker that dies, or a page at its limit, is noticed so much later, and the end of a
    pool takes so much longer."""
    CONSTS.sleep_unit = CALM


class ExtractionPool:
    """`extract(page)` and `run(function, …)` in `workers` processes, at most `3 * workers` calls at once.

    Each call has `seconds` of CPU time, `clock` times as many of the clock, and each process `memory` bytes of address space
    (Linux; elsewhere no memory limit). Workers start with the first call and are replaced when they die: at first so many that
    a core is left to who asks, all of them as soon as more calls are made than those can take. `nice`: how much
    they give way to other processes (0..19). `extracts`: whether they load what extraction needs before their first call, which
    takes a second of CPU time. Not to be shared between event loops.
    """

    def __init__(
        self,
        workers: int,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        *,
        nice: int = 0,
        clock: float = CLOCK,
        extracts: bool = True,
    ) -> None:
        if workers < 1:
            raise ValueError(f"extraction needs at least one worker process, not {workers}")
        self._workers, self._seconds, self._memory, self._nice = workers, seconds, memory, nice
        self._clock, self._extracts = clock, extracts
        self._slots = asyncio.Semaphore(workers * QUEUED)
        self._generation: _Generation | None = None
        self.starts = self.deaths = 0  # worker processes so far; those that died, or were ended at a limit
        self._closed, self._asked, self._under_way = False, set[asyncio.Future[Any]](), 0

    async def extract(self, page: Page) -> Extraction:
        """What became of the page; its own fault is an `Extraction` with a reason of `FAILURES`, never an exception."""
        result = await self._called(_extract, (page,), {}, self._seconds)
        return (
            Extraction(None, reason=result.reason, detail=f"{page.url}: {result.detail}")
            if isinstance(result, _Failure)
            else result
        )

    async def run(self, function: Callable[..., T], *args: Any, seconds: float, **kwargs: Any) -> T | str:
        """`function(*args, **kwargs)` in a worker: its result, or a reason of `FAILURES` (a text) where it failed.

        The function must be at the top of an importable module; arguments and result must be plain data."""
        result = await self._called(function, args, kwargs, seconds)
        return result.reason if isinstance(result, _Failure) else result

    def start(self) -> None:
        """Start the workers now, beside what else is to be made ready, where pages are sure to come."""
        self._current()

    def end(self) -> None:
        """`close()` where no event loop runs, or none any more: nothing is under way."""
        self._closed = True
        generation, self._generation = self._generation, None
        if generation is not None:
            generation.end()

    async def close(self) -> None:
        """Kills the workers; calls under way end as `extract_crash`. Harmless when called twice."""
        self._closed = True
        for future in self._asked:
            future.cancel()
        generation, self._generation = self._generation, None
        if generation is not None:
            await asyncio.to_thread(generation.end)

    async def _called(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], seconds: float
    ) -> T | _Failure:
        async with self._slots:
            self._under_way += 1
            try:
                return await self._tried(function, args, kwargs, seconds)
            finally:
                self._under_way -= 1

    async def _tried(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], seconds: float
    ) -> T | _Failure:
        for _ in range(2):
            if self._closed:
                return _Failure("extract_crash", "the pool of worker processes is closed")
            generation = self._current()
            limit = seconds * self._clock
            try:
                if not generation.started.is_set():
                    await asyncio.to_thread(generation.started.wait)
                generation.grow(self._under_way)
                return await self._answer(
                    generation.schedule(_within, (seconds, function, args, kwargs), limit),
                    QUEUED * limit + START_SECONDS,
                )
            except TimeoutError:
                self.deaths += 1
                return _Failure("extract_timeout", f"took longer than {limit:g} s")
            except MemoryError:
                return _Failure("extract_memory", f"needed more than {self._memory // 2**20} MiB")
            except ProcessExpired as error:
                self.deaths += 1
                if error.exitcode == -signal.SIGPROF:
                    return _Failure("extract_timeout", f"took longer than {seconds:g} s of CPU time")
                return _Failure("extract_crash", f"the worker process died (exit code {error.exitcode})")
            except (BrokenExecutor, _PoolGone):
                # A worker that dies idle breaks pebble's pool: all calls go to a new one, each once more.
                await asyncio.to_thread(self._replace, generation)
            except Exception as error:  # noqa: BLE001 - whatever the worker raised is the page's reason
                return _Failure("extract_error", f"{type(error).__name__}: {error}")
        return _Failure("extract_crash", "the worker processes died twice, or did not start")

    async def _answer(self, future: asyncio.Future[T], longest: float) -> T:
        self._asked.add(future)
        try:
            await asyncio.wait((future,), timeout=longest)
            if not future.done() or future.cancelled():  # by `close`
                raise _PoolGone
            return future.result()
        finally:
            self._asked.discard(future)
            future.cancel()

    def _current(self) -> _Generation:
        if self._generation is None:
            self._generation = _Generation(self._workers, self._memory, self._nice, self._counted, self._extracts)
        return self._generation

    def _counted(self) -> None:
        self.starts += 1

    def _replace(self, broken: _Generation) -> None:
        if self._generation is broken:
            self._generation = None
            self.deaths += 1
        broken.end()


class _Failure:
    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail


class _PoolGone(Exception):
    """The pool cannot take or finish a call any more."""


class _Generation:
    """One pebble pool and the thread that starts it.

    PR_SET_PDEATHSIG kills a worker when the thread that started it ends. pebble starts the first workers in the thread
    that asks first and the later ones in a thread of its own; so the first asker is a thread that lives as long."""

    def __init__(self, workers: int, memory: int, nice: int, told: Callable[[], None], extracts: bool) -> None:
        self._context = _Context(told)
        self._workers, self._first = workers, min(workers, max(1, (os.cpu_count() or 1) - 1))
        self._pool = ProcessPool(
            self._first,
            max_tasks=RECYCLE,
            initializer=_prepare,
            initargs=(os.getpid(), memory, nice, extracts),
            context=self._context,
        )
        self._ended, self.started = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._live, name="extraction-workers", daemon=True)
        self._thread.start()

    def grow(self, calls: int) -> None:
        """Let the other workers start, too, where so many calls are more than the first ones can take at once.

        Each loads for a second of CPU time: beside a process that loads as long itself, more workers than cores left would make
        the first one late, and a process that asks for little never needs them. pebble starts what is missing of this
        number at its next look, ten times a second; it has no name of its own for it."""
        if calls > self._first:
            self._pool._pool_manager.worker_manager.workers_number = self._workers

    def schedule(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> asyncio.Future[Any]:
        """Raises _PoolGone where the pool is broken."""
        self.started.wait()
        try:
            return asyncio.wrap_future(self._pool.schedule(function, args=args, timeout=seconds))
        except RuntimeError as error:
            raise _PoolGone(str(error)) from error

    def end(self) -> None:
        with self._lock:
            if self._ended.is_set():
                return
            self.started.wait()
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._context.kill()
            self._pool.join()
            self._ended.set()
        self._thread.join()

    def _live(self) -> None:
        try:
            _ = self._pool.active  # asking is what starts it
        finally:
            self.started.set()
        self._ended.wait()


class _Context(SpawnContext):
    """Spawn, remembering what it started, and keeping children away from the main module."""

    def __init__(self, told: Callable[[], None]) -> None:
        super().__init__()
        self._started: list[SpawnProcess] = []
        self._told = told

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802 - multiprocessing's name
        self._started = [p for p in self._started if p.is_alive()]
        process = _Worker(*args, **kwargs)
        self._started.append(process)
        self._told()
        return process

    def Pipe(self, duplex: bool = True) -> Any:  # noqa: N802 - multiprocessing's name
        reader, writer = super().Pipe(duplex)
        return plain(reader), writer

    def kill(self) -> None:
        """SIGKILL to every worker: one inside a regular expression does not hear SIGTERM."""
        for process in self._started:
            # Without one pebble is starting it, and ends it when it is joined.
            if getattr(process, "_popen", None) is not None:
                with contextlib.suppress(ValueError):  # closed already
                    process.kill()


class _Worker(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - multiprocessing's name
        with _no_main():
            return SpawnProcess._Popen(process_obj)

    def is_alive(self) -> bool:
        return getattr(self, "_popen", None) is None or super().is_alive()


MAIN = threading.Lock()


@contextlib.contextmanager
def _no_main() -> Iterator[None]:
    """While this lasts `multiprocessing.spawn.get_preparation_data` finds no main module for a child to import."""
    with MAIN:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _prepare(parent: int, memory: int, nice: int, extracts: bool) -> None:
    """First thing in a worker: die with the parent, leave Ctrl-C to it, bound the memory, write no core files, warm up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    if nice:
        os.nice(nice)
    if sys.platform == "linux":
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
        if os.getppid() != parent:  # it died before we asked to be told
            os._exit(1)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What libraries say of a page holds the page's own words, and a worker writes where the command does: its answer tells.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    # numpy's BLAS (below py3langid) reserves address space for each core, which would count against the limit.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if extracts:
        from pipelines.extractor import warm

        warm()
    # What is loaded stays, and a page makes thousands of elements and no circles: looking took 9 % of an extraction's time.
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)


def _within(seconds: float, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    """The call in its worker, which the kernel ends by SIGPROF after so many seconds of CPU time, whatever it is in."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return function(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def _extract(page: Page) -> Extraction:
    from pipelines.extractor import extract

    return extract(page)
