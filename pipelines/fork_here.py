"""The process that workers are forked from, forked itself from the process that asks, where that has hardly begun.

What both need is loaded once then: a Python of its own starts anew and loads it all again, for a third of a second. Only a
process with one thread, and no descriptor but the three that each has, is copied so: it holds no lock that nobody would
release, and no database, socket, log or event loop. Any other starts a Python of its own (`fork_client.Running`)."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

_OPEN: Final = Path("/proc/self/fd")
_STANDARD: Final = range(3)


def may_fork() -> bool:
    """Whether this process can be copied: asked in its only thread, with nothing open but what each process has; all of
    that, since else what is opened next would be taken for it."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    try:
        found = {int(entry.name) for entry in _OPEN.iterdir()}
    except OSError:  # nobody can tell
        return False
    return {number for number in found if _is_open(number)} == set(_STANDARD)  # the look itself had one more open


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


class Child:
    """A process that runs `serve`, which does not return, without the descriptor `other`. What `subprocess.Popen` is for a
    Python of its own: `wait()` and `kill()`, from any thread. Raises OSError where there can be no more processes."""

    def __init__(self, serve: Callable[[], NoReturn], other: int) -> None:
        self._lock, self._reaped = threading.Lock(), False
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.closed:
                stream.flush()  # what waits there would be written twice
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until the child ignores it
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _child(serve, other)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def wait(self) -> None:
        """Until it has ended; its CPU time counts as this process's from then on."""
        # Where SIGCHLD is ignored the kernel reaps it, and there is none any more.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            self._reaped = True
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)

    def kill(self) -> None:
        """Harmless where it has ended."""
        with self._lock:
            if not self._reaped:  # else its number may be another process's
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)


def _child(serve: Callable[[], NoReturn], other: int) -> NoReturn:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(other)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        serve()
    except BaseException:  # noqa: BLE001 - nothing of the process that was copied may go on
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(1)
