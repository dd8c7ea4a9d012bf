"""A few threads that the end of the program does not wait for."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Threads(Executor):
    """At most `count` threads, begun as they are needed. Those of `concurrent.futures` are joined when the interpreter ends,
    however long their work takes: a statement within SQLite may not be ended at all."""

    def __init__(self, count: int, name: str) -> None:
        self._count, self._name = count, name
        self._work: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have it done. Raises RuntimeError after `shutdown`."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the threads have been told to end")
            self._work.put((future, lambda: fn(*args, **kwargs)))
            if len(self._threads) < self._count:
                self._threads.append(threading.Thread(target=self._run, name=self._name, daemon=True))
                self._threads[-1].start()
        return future

    def end(self, seconds: float) -> bool:
        """Take no more work, and wait so long for what is under way; whether all of it has ended."""
        with self._lock:
            if not self._closed:
                self._closed = True
                for _ in self._threads:
                    self._work.put(None)
        ends = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while (given := self._work.get()) is not None:
            future, work = given
            del given
            if self._closed or not future.set_running_or_notify_cancel():
                future.cancel()
                continue
            try:
                made = work()
            except BaseException as error:  # noqa: BLE001 - for whoever asked
                future.set_exception(error)
            else:
                future.set_result(made)
