"""How worker processes come to be: forked from a process of ours that has loaded what they need (`fork_client`), on Linux;
elsewhere spawned, each loading for itself. Both are contexts of multiprocessing, for pebble's pool.

Not multiprocessing's own fork server: that imports the starting script, starts a process for the names of its locks, and
outlives a crawler that is killed for as long as one of its workers does.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import select
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from multiprocessing import connection, forkserver, popen_forkserver, process, reduction, spawn, util
from multiprocessing.context import BaseContext, SpawnContext, SpawnProcess, set_spawning_popen
from pathlib import Path
from typing import Any

from pipelines import fork_client
from pipelines.plain import plain
from pipelines.turns import Turn

FORKS = sys.platform == "linux"
"""Whether workers are forked: only Linux kills them with their parent, and other systems' libraries may not be used on both
sides of a fork."""
PIPE = 2**20
"""Bytes that a pipe holds: as many as Linux lets everybody ask for."""
LOOK = 0.5
"""Seconds between two looks after a worker that is waited for."""


class _ForkedPopen(popen_forkserver.Popen):
    """A worker that a server forks. Its exit status comes by a pipe: it is no child of this process."""

    def __init__(self, process_obj: Any, server: fork_client.ForkServer) -> None:
        self._forks, self._reading = server, threading.Lock()
        self._dead_since: float | None = None
        super().__init__(process_obj)

    def _launch(self, process_obj: Any) -> None:
        description = io.BytesIO()
        with no_main():
            prepared = spawn.get_preparation_data(process_obj._name)
        set_spawning_popen(self)
        try:
            reduction.dump(prepared, description)
            reduction.dump(process_obj, description)
        finally:
            set_spawning_popen(None)
        self.pid, self.sentinel, write, self._server = self._forks.worker(
            description.getbuffer(),
            self._fds,  # type: ignore[attr-defined]
        )
        self.finalizer = util.Finalize(self, util.close_fds, (self.sentinel, write))  # type: ignore[attr-defined]

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        """Its exit status, 255 where nobody can tell it any more; None while it lives. Another `flag` waits for its end."""
        once = flag == os.WNOHANG
        while self.returncode is None:
            told = _is_readable(self.sentinel, 0 if once else LOOK)
            with self._reading:  # it is told once, and several threads may ask
                if self.returncode is None:
                    self.returncode = self._status() if told else self._untold()
            if once:
                break
        return self.returncode

    def _status(self) -> int:
        try:
            return int(forkserver.read_signed(self.sentinel))
        except (OSError, EOFError):
            return 255

    def _untold(self) -> int | None:
        """Ends a server that says nothing of a worker that has ended."""
        if not _ended(self.pid):
            return None
        if self._dead_since is None:
            self._dead_since = time.monotonic()
        if time.monotonic() - self._dead_since < fork_client.TELLING:
            return None
        self._server.end(hangs=True)
        return 255

    def _send_signal(self, number: int) -> None:
        if self.poll() is None:  # its number may be another process's once it has ended
            super()._send_signal(number)  # type: ignore[misc]


def _ended(pid: int) -> bool:
    """Whether it has ended, be it that its parent does not know. Asked ten times a second of each worker."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as told:  # noqa: PTH123 - a path takes as long as all the rest
            return told.read(512).rpartition(b")")[2].split(None, 1)[0] in (b"Z", b"X")
    except OSError:
        return Path("/proc/self/stat").exists()


def _is_readable(descriptor: int, seconds: float) -> bool:
    """`multiprocessing.connection.wait` for one descriptor, which makes a selector each time."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


class _Counted:
    """What both contexts do: remember what they started, tell of it, and read answers as plain data."""

    _started: list[process.BaseProcess]
    _told: Callable[[], None]

    def _begun(self, worker: Any) -> Any:
        self._started = [each for each in self._started if each.is_alive()]
        self._started.append(worker)
        self._told()
        return worker

    def kill(self) -> None:
        """SIGKILL to every worker: one inside a regular expression does not hear SIGTERM."""
        for worker in self._started:
            # Without one pebble is starting it, and ends it when it is joined.
            if getattr(worker, "_popen", None) is not None:
                with contextlib.suppress(ValueError):  # closed already
                    worker.kill()


class Forking(_Counted, BaseContext):
    """Workers forked from `server`."""

    _name = "forkserver"

    def __init__(self, server: fork_client.ForkServer, told: Callable[[], None]) -> None:
        self._started, self._told, self._server = [], told, server

    def Process(self, *args: Any, **kwargs: Any) -> Any:  # noqa: N802 - multiprocessing's name
        return self._begun(_Forked(self._server, *args, **kwargs))

    def Pipe(self, duplex: bool = True) -> Any:  # noqa: N802 - multiprocessing's name
        reader, writer = super().Pipe(duplex)
        _roomy(writer)
        return plain(reader), writer

    def RLock(self) -> Any:  # noqa: N802 - multiprocessing's name
        return Turn()


def _roomy(pipe: connection.Connection[Any, Any]) -> None:
    """Let it hold whole pages. Linux gives a pipe 64 kB: each page then goes over in pieces, for each of which the
    worker waits for the crawler's thread, and that for the interpreter's lock."""
    # A user's pipes may have 64 MB in all (pipe-user-pages-soft): with thirty pools they stay as they are.
    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE)


class Spawning(_Counted, SpawnContext):
    """Workers spawned, each for itself, without the main module."""

    def __init__(self, told: Callable[[], None]) -> None:
        super().__init__()
        self._started, self._told = [], told

    def Process(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # noqa: N802 - multiprocessing's name
        return self._begun(_Spawned(*args, **kwargs))

    def Pipe(self, duplex: bool = True) -> Any:  # noqa: N802 - multiprocessing's name
        reader, writer = super().Pipe(duplex)
        return plain(reader), writer


class _Forked(process.BaseProcess):
    _start_method = "forkserver"

    def __init__(self, server: fork_client.ForkServer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._server: fork_client.ForkServer | None = server

    def _Popen(self, process_obj: Any) -> Any:  # noqa: N802 - multiprocessing's name
        assert self._server is not None
        return _ForkedPopen(process_obj, self._server)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_server": None}

    def is_alive(self) -> bool:
        return getattr(self, "_popen", None) is None or super().is_alive()


class _Spawned(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - multiprocessing's name
        with no_main():
            return SpawnProcess._Popen(process_obj)

    def is_alive(self) -> bool:
        return getattr(self, "_popen", None) is None or super().is_alive()


MAIN = threading.Lock()


@contextlib.contextmanager
def no_main() -> Iterator[None]:
    """While this lasts `multiprocessing.spawn.get_preparation_data` finds no main module for a child to import."""
    with MAIN:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
