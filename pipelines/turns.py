"""A lock between processes that needs no name: a pipe that holds one byte, which is whose turn it is.

multiprocessing's locks are named semaphores; it starts a process of its own that removes the names, 0.07 s of CPU at each
start."""

from __future__ import annotations

import os
import select
import time
import weakref
from multiprocessing import reduction
from typing import Any


class Turn:
    """As `multiprocessing.RLock`: whoever holds it may take it again. For processes that use it in one thread each."""

    def __init__(self) -> None:
        self._use(*os.pipe())
        os.write(self._give, b"1")
        weakref.finalize(self, _close, self._take, self._give)

    def _use(self, take: int, give: int) -> None:
        self._take, self._give, self._held = take, give, 0
        os.set_blocking(take, False)

    def __reduce__(self) -> Any:
        return _here, (reduction.DupFd(self._take), reduction.DupFd(self._give))

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Whether it was got, within so many seconds where they are given."""
        until = None if timeout is None else time.monotonic() + timeout
        while not self._held:
            try:
                os.read(self._take, 1)
                break
            except BlockingIOError:
                if not block or not self._comes(until):
                    return False
        self._held += 1
        return True

    def _comes(self, until: float | None) -> bool:
        waiting = select.poll()
        waiting.register(self._take, select.POLLIN)
        return bool(waiting.poll(None if until is None else max(0.0, until - time.monotonic()) * 1000))

    def release(self) -> None:
        """Raises ValueError where it is not held."""
        if not self._held:
            raise ValueError("a turn that nobody has cannot be given up")
        self._held -= 1
        if not self._held:
            os.write(self._give, b"1")


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _here(take: Any, give: Any) -> Turn:
    turn = Turn.__new__(Turn)
    turn._use(take.detach(), give.detach())
    return turn
