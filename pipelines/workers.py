"""Untrusted pages are read in worker processes that can be killed: one time limit and one memory limit each.

pebble's pool, since it was the only one of four that finished all good pages beside hanging, crashing and memory-eating
ones. Workers are forked from a process that has loaded what they need (`forking`; a fork of the crawler would copy a running
reactor), never import the starting script (under `scrapy` that would cost 0.3 s and 40 MB each) and die with their parent.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from typing import Any, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from pipelines import fork_client, fork_server, forking
from storage.models import Extraction, Page

T = TypeVar("T")

SECONDS = 10.0
"""CPU time that a page may take."""
CLOCK = 6.0
"""Limit of the clock in limits of CPU time: it ends what waits for ever, and hardly what the machine has no time for. By the
clock alone a crowded machine fails every page, and each failure costs a worker, and a fetch more."""
START_SECONDS = 120.0
"""So many seconds after all that waits should be done, a call without an answer goes to other workers, once. Those start within
`fork_client.LOADING` seconds, or it ends."""
MEMORY = 1536 * 2**20
RECYCLE = 5_000
"""Tasks after which a worker is replaced: replacing one every 100 tasks cost a fifth of the CPU."""
QUEUED = 3
FAILURES: frozenset[str] = frozenset({"extract_timeout", "extract_memory", "extract_crash", "extract_error"})
"""Reasons that say nothing about the page's content: the fetch ends as `failed:…` and is tried again."""

YOUNG = 20_000
"""Objects made and not ended since the last collection, from which on a worker collects (CPython: 700)."""

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
    they give way to other processes (0..19). `extracts`: whether what extraction needs is loaded before the first call, which
    takes a second of CPU time, once; `many` and `modules`: see `Needs`. Not to be shared between event loops.
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
        many: bool = False,
        modules: tuple[str, ...] = (),
    ) -> None:
        if workers < 1:
            raise ValueError(f"extraction needs at least one worker process, not {workers}")
        self._workers, self._seconds, self._memory, self._nice = workers, seconds, memory, nice
        self._clock, self._needs = clock, fork_server.Needs(extracts, many, modules)
        self._server = fork_client.ForkServer(nice, self._needs) if forking.FORKS else None
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
        """Start the workers now, beside what else is to be made ready, where pages are sure to come. In a process that has just
        begun they share what that has loaded (`fork_here`)."""
        if self._server is not None:
            self._server.begin()
        self._current()

    def end(self) -> None:
        """`close()` where no event loop runs, or none any more: nothing is under way."""
        self._closed = True
        generation, self._generation = self._generation, None
        if self._server is not None and not (generation and generation.started.is_set()):
            self._server.end()  # it may be loading, and the generation waits for it
        if generation is not None:
            generation.end()
        if self._server is not None:
            self._server.end()

    async def close(self) -> None:
        """Kills the workers; calls under way end as `extract_crash`. Harmless when called twice."""
        self._closed = True
        for future in self._asked:
            future.cancel()
        await asyncio.to_thread(self.end)

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
        cause: Exception | None = None
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
            except (BrokenExecutor, _PoolGone) as error:
                # A worker that dies idle breaks pebble's pool: all calls go to a new one, each once more.
                cause = error
                await asyncio.to_thread(self._replace, generation)
            except Exception as error:  # noqa: BLE001 - whatever the worker raised is the page's reason
                return _Failure("extract_error", f"{type(error).__name__}: {error}")
        return _Failure("extract_crash", f"the worker processes died twice, or did not start: {cause}")

    async def _answer(self, future: asyncio.Future[T], longest: float) -> T:
        self._asked.add(future)
        try:
            await asyncio.wait((future,), timeout=longest)
            if not future.done() or future.cancelled():  # by `close`
                raise _PoolGone("no answer came")
            return future.result()
        finally:
            self._asked.discard(future)
            future.cancel()

    def _current(self) -> _Generation:
        if self._generation is None:
            if self._server is not None:
                forked = forking.Forking(self._server, self._counted)
                self._generation = _Generation(self._workers, forked, _begin, self._memory)
            else:
                given = (os.getpid(), self._memory, self._nice, self._needs)
                self._generation = _Generation(self._workers, forking.Spawning(self._counted), _begin_alone, *given)
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

    A spawned worker is killed when the thread that started it ends. pebble starts the first workers in the thread
    that asks first and the later ones in a thread of its own; so the first asker is a thread that lives as long."""

    def __init__(
        self,
        workers: int,
        context: forking.Forking | forking.Spawning,
        begin: Callable[..., None],
        *given: Any,
    ) -> None:
        self._context = context
        self._workers, self._first = workers, min(workers, max(1, (os.cpu_count() or 1) - 1))
        self._pool = ProcessPool(self._first, max_tasks=RECYCLE, initializer=begin, initargs=given, context=context)
        self._ended, self.started = threading.Event(), threading.Event()
        self._broken: BaseException | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._live, name="extraction-workers", daemon=True)
        self._thread.start()

    def grow(self, calls: int) -> None:
        """Let the other workers start, too, where so many calls are more than the first ones can take at once.

        A process that asks for little never needs them; and spawned ones load for a second of CPU time each, beside a process
        that loads as long itself. pebble starts what is missing of this
        number at its next look, ten times a second; it has no name of its own for it."""
        if calls > self._first:
            self._pool._pool_manager.worker_manager.workers_number = self._workers

    def schedule(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> asyncio.Future[Any]:
        """Raises _PoolGone where the pool is broken."""
        self.started.wait()
        if self._broken is not None:  # pebble would start it now, and wait for it, in the event loop
            raise _PoolGone(f"no worker could be started: {type(self._broken).__name__}: {self._broken}")
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
        except Exception as error:  # noqa: BLE001 - what was refused: pebble's BrokenExecutor has it as its cause
            self._broken = error.__cause__ or error
        finally:
            self.started.set()
        self._ended.wait()


def _begin(memory: int) -> None:
    """First thing in a worker: leave Ctrl-C to the parent, bound the memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # What is loaded stays, and a page makes thousands of elements and no circles: looking took 9 % of an extraction's time.
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)


def _begin_alone(parent: int, memory: int, nice: int, needs: fork_server.Needs) -> None:
    """First thing in a worker that was spawned: what the fork server does for others, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        fork_server.die_with(parent)
    fork_server.load(nice, needs)
    _begin(memory)


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
