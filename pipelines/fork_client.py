"""The crawler's side of the process that workers are forked from (`fork_server`): it is started, asked, ended, and killed where
it hangs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from multiprocessing import connection, forkserver, spawn
from pathlib import Path
from typing import NamedTuple

from pipelines import fork_here, fork_server

CODE = (
    "import json, sys; told = json.loads(sys.argv[1]); sys.path[:] = told['path']; "
    "from pipelines.fork_server import Needs, serve; serve(*told['numbers'], Needs(*told['needs']))"
)
LOADING, TELLING = 50.0, 5.0
"""Seconds in which a fork server answers the first time, when it has loaded (1 to 3 s of CPU time), and later, when it forks or
tells a worker's end (milliseconds). One that does not hangs, and is killed."""
ENDING = 3.0
"""Seconds in which a fork server ends that has been told to, before it is killed."""


class Forked(NamedTuple):
    """A worker: its process id, the descriptor that tells its exit status, the writing end of what it reads, which it takes for
    gone when that is closed, and the server it came from."""

    pid: int
    told: int
    write: int
    server: Running


class ForkServer:
    """One fork server: started with the first worker and again where it has died; `end()` ends it and all its workers."""

    def __init__(self, nice: int, needs: fork_server.Needs) -> None:
        self._nice, self._needs = nice, needs
        self._lock = threading.Lock()
        self._running: Running | None = None
        self._ended = False

    def worker(self, description: memoryview, descriptors: list[int]) -> Forked:
        """Fork a worker that reads `description`. Waits until the server has loaded, `LOADING` or `TELLING` seconds at most.

        Raises OSError or EOFError where it has died, hangs, or cannot load: what is wrong stands on standard error. A worker
        that dies before it has read is one that has ended, as its exit status tells."""
        running = self._serving()
        read, write = os.pipe()
        told, tell = os.pipe()
        try:
            try:
                running.ask([read, tell, *descriptors])
            finally:
                os.close(read)
                os.close(tell)
            pid = running.answer(told)
        except (OSError, EOFError) as error:
            os.close(told)
            os.close(write)
            running.end(hangs=isinstance(error, TimeoutError))
            raise
        with contextlib.suppress(BrokenPipeError), open(write, "wb", closefd=False) as out:
            out.write(description)
        return Forked(pid, told, write, running)

    def begin(self) -> None:
        """Start it now, where there is none yet: where this process has hardly begun, as a copy of it (`fork_here`)."""
        self._serving()

    def _serving(self) -> Running:
        with self._lock:
            if self._ended:
                raise EOFError("the processes of this pool were ended")
            if self._running is not None and self._running.gone.is_set():
                self._running.end()
                self._running = None
            if self._running is None:
                self._running = Running(self._nice, self._needs)
            return self._running

    def end(self) -> None:
        """Harmless when called twice."""
        with self._lock:
            self._ended = True
            running, self._running = self._running, None
        if running is not None:
            running.end()


class Running:
    """A server's process, and a thread that waits for its end. The kernel kills it with the thread that started it: that one,
    or the process's first, of which it is a copy."""

    def __init__(self, nice: int, needs: fork_server.Needs) -> None:
        self.gone, self._ready = threading.Event(), False
        copied = fork_here.may_fork()
        self._asking, self._asked = connection.Pipe()
        self._turn = threading.Lock()  # the pool that ends and the one that follows it may ask at once
        # The import system passes over what is no text, too.
        path = [name or str(Path.cwd()) for name in sys.path if isinstance(name, str)]
        needs = needs._replace(modules=("pipelines.workers", *needs.modules))
        numbers = (self._asked.fileno(), os.getpid(), nice)
        self._given = json.dumps({"numbers": numbers, "needs": needs, "path": path})
        self._process: subprocess.Popen[bytes] | fork_here.Child | None = None
        self._begun = threading.Event()
        if copied:
            with contextlib.suppress(OSError):  # no more processes: a Python of its own is tried, and that told
                self._process = fork_here.Child(lambda: fork_server.serve(*numbers, needs), self._asking.fileno())
        self._thread = threading.Thread(target=self._live, name="extraction-forks", daemon=True)
        self._thread.start()

    def _live(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until the server ignores it
        try:
            try:
                self._process = self._process or self._python()
            finally:
                self._asked.close()
                self._begun.set()
            self._process.wait()
        finally:
            self.gone.set()

    def _python(self) -> subprocess.Popen[bytes]:
        flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        return subprocess.Popen(  # noqa: S603 - this interpreter
            [spawn.get_executable(), *flags, "-P", "-c", CODE, self._given],
            pass_fds=(self._asked.fileno(),),
            stdin=subprocess.DEVNULL,
        )

    def ask(self, descriptors: list[int]) -> None:
        with self._turn:
            fork_server.ask(self._asking, descriptors)

    def answer(self, told: int) -> int:
        """The new worker's process id. Raises TimeoutError (an OSError), EOFError."""
        longest = TELLING if self._ready else LOADING
        if not connection.wait([told], longest):
            raise TimeoutError(f"the process that forks workers has not answered for {longest:g} s")
        pid: int = forkserver.read_signed(told)
        self._ready = True
        return pid

    def end(self, *, hangs: bool = False) -> None:
        """Harmless when called twice; one that `hangs` is not waited for. Takes a few seconds at most: a process that waits
        for a broken disk does not hear SIGKILL."""
        with self._turn:
            self._asking.close()
        ended = self._ready and not hangs and self.gone.wait(ENDING)
        self.gone.set()
        if self._begun.wait(ENDING) and self._process is not None and not ended:
            self._process.kill()
        self._thread.join(ENDING)
