"""Answers of other threads, awaited in an event loop that is woken once for all that come together.

The store answers every caller of a transaction after its commit, one right after the other. `asyncio.wrap_future` wakes the
loop for each of them by a byte through a socket, and takes two callbacks of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary, ref

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

T = TypeVar("T")


class _Arrivals:
    """What has come for one loop and was not looked at yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = ref(loop)
        self._come: deque[Callable[[], None]] = deque()
        self._woken = False

    def put(self, call: Callable[[], None]) -> None:
        """Have `call` made in the loop. Called in any thread; one that outlasts the loop tells nobody any more."""
        self._come.append(call)
        if not self._woken:
            self._wake()

    def _wake(self) -> None:
        self._woken = True
        loop = self._loop()
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self._look)
        except RuntimeError:  # it is closed: whoever awaited this is gone
            self._come.clear()

    def _look(self) -> None:
        self._woken = False  # before the look: what comes from now on wakes the loop again
        try:
            while self._come:
                self._come.popleft()()
        finally:
            if self._come:  # a call raised, which is the loop's to tell; the others are made all the same
                self._wake()


_ARRIVALS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Arrivals] = WeakKeyDictionary()


class _Answer(asyncio.Future[Any]):
    """An answer that is awaited; who gives it up calls it back, too."""

    source: Future[Any] | None = None

    def cancel(self, msg: Any | None = None) -> bool:
        if self.source is not None:
            self.source.cancel()
        return super().cancel(msg)

    def come(self) -> None:
        """Take the source's end."""
        source, self.source = self.source, None
        if self.done() or source is None:
            return
        if source.cancelled():
            super().cancel()
        elif (error := source.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(source.result())


def awaited(future: Future[T]) -> asyncio.Future[T]:
    """`future` of another thread as one of the running loop: `asyncio.wrap_future` in what it means."""
    loop = asyncio.get_running_loop()
    answer = _Answer(loop=loop)
    answer.source = future
    arrivals = _of(loop)
    future.add_done_callback(lambda _: arrivals.put(answer.come))
    return answer


def told(future: Future[T], call: Callable[[Future[T]], None]) -> None:
    """Have `call(future)` made in the running loop when it has ended; in the order of asking among those who await it."""
    arrivals = _of(asyncio.get_running_loop())
    future.add_done_callback(lambda done: arrivals.put(lambda: call(done)))


def _of(loop: asyncio.AbstractEventLoop) -> _Arrivals:
    found = _ARRIVALS.get(loop)
    if found is None:
        found = _ARRIVALS[loop] = _Arrivals(loop)
    return found
