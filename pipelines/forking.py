"""How worker processes come to be: forked from a process of ours that has loaded what they need (`fork_server`), on Linux;
elsewhere spawned, each loading for itself. Both are contexts of multiprocessing, for pebble's pool.

Not multiprocessing's own fork server: that imports the starting script, starts a process for the names of its locks, and
outlives a crawler that is killed for as long as one of its workers does.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Iterator
from multiprocessing import connection, forkserver, popen_forkserver, process, reduction, spawn, util
from multiprocessing.context import BaseContext, SpawnContext, SpawnProcess, set_spawning_popen
from pathlib import Path
from typing import Any

from pipelines import fork_server
from pipelines.plain import plain
from pipelines.turns import Turn

FORKS = sys.platform == "linux"
"""Whether workers are forked: only Linux kills them with their parent, and other systems' libraries may not be used on both
sides of a fork."""
_CODE = (
    "import json, sys; told = json.loads(sys.argv[1]); sys.path[:] = told['path']; "
    "from pipelines.fork_server import Needs, serve; serve(*told['numbers'], Needs(*told['needs']))"
)
ENDING = 3.0
"""Seconds in which a fork server ends that has been told to, before it is killed."""


class ForkServer:
    """One fork server: started with the first worker and again where it has died; `end()` ends it and all its workers."""

    def __init__(self, nice: int, needs: fork_server.Needs) -> None:
        self._nice, self._needs = nice, needs
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._ended = False

    def worker(self, description: memoryview, descriptors: list[int]) -> tuple[int, int, int]:
        """Fork a worker that reads `description`: its process id, the descriptor that tells its exit status, and the writing
        end of what it reads, which it takes for gone when that is closed. Waits until the server has loaded.

        Raises OSError or EOFError where it has died, or cannot load: what is wrong stands on standard error."""
        with self._lock:
            if self._ended:
                raise EOFError("the processes of this pool were ended")
            if self._running is not None and self._running.gone.is_set():
                self._running.end()
                self._running = None
            if self._running is None:
                self._running = _Running(self._nice, self._needs)
            running = self._running
        read, write = os.pipe()
        told, tell = os.pipe()
        try:
            try:
                fork_server.ask(running.asking, [read, tell, *descriptors])
            finally:
                os.close(read)
                os.close(tell)
            pid: int = forkserver.read_signed(told)
            running.ready = True
            with open(write, "wb", closefd=False) as out:
                out.write(description)
        except (OSError, EOFError):
            os.close(told)
            os.close(write)
            running.end()
            raise
        return pid, told, write

    def end(self) -> None:
        """Harmless when called twice."""
        with self._lock:
            self._ended = True
            running, self._running = self._running, None
        if running is not None:
            running.end()


class _Running:
    """A server's process, and a thread that waits for its end: the kernel kills it with the thread that started it."""

    def __init__(self, nice: int, needs: fork_server.Needs) -> None:
        self.gone, self.ready = threading.Event(), False
        self.asking, self._asked = connection.Pipe()
        path = [name or str(Path.cwd()) for name in sys.path]
        needs = needs._replace(modules=("pipelines.workers", *needs.modules))
        self._given = json.dumps({"numbers": [self._asked.fileno(), os.getpid(), nice], "needs": needs, "path": path})
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._live, name="extraction-forks", daemon=True)
        self._thread.start()

    def _live(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until the server ignores it
        flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        try:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - this interpreter
                    [spawn.get_executable(), *flags, "-c", _CODE, self._given],
                    pass_fds=(self._asked.fileno(),),
                    stdin=subprocess.DEVNULL,
                )
            finally:
                self._asked.close()
                self._begun.set()
            self._process.wait()
        finally:
            self.gone.set()

    def end(self) -> None:
        self._begun.wait()
        self.asking.close()
        if self._process is not None and not (self.ready and self.gone.wait(ENDING)):
            self._process.kill()
        self._thread.join()


class _ForkedPopen(popen_forkserver.Popen):
    """A worker that a server forks. Its exit status comes by a pipe: it is no child of this process."""

    def __init__(self, process_obj: Any, server: ForkServer) -> None:
        self._server = server
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
        self.pid, self.sentinel, write = self._server.worker(description.getbuffer(), self._fds)  # type: ignore[attr-defined]
        self.finalizer = util.Finalize(self, util.close_fds, (self.sentinel, write))  # type: ignore[attr-defined]

    def _send_signal(self, number: int) -> None:
        if self.poll() is None:  # its number may be another process's once it has ended
            super()._send_signal(number)  # type: ignore[misc]


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

    def __init__(self, server: ForkServer, told: Callable[[], None]) -> None:
        self._started, self._told, self._server = [], told, server

    def Process(self, *args: Any, **kwargs: Any) -> Any:  # noqa: N802 - multiprocessing's name
        return self._begun(_Forked(self._server, *args, **kwargs))

    def Pipe(self, duplex: bool = True) -> Any:  # noqa: N802 - multiprocessing's name
        reader, writer = super().Pipe(duplex)
        return plain(reader), writer

    def RLock(self) -> Any:  # noqa: N802 - multiprocessing's name
        return Turn()


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

    def __init__(self, server: ForkServer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._server: ForkServer | None = server

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
