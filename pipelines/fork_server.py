"""The process that workers are forked from: it loads once what each of them needs, and runs no page itself.

It has one thread and no database, lock file or socket but the one it is asked by. A worker is a copy of it, made in
milliseconds, whose memory is shared until it is written to (so the collector's lists are frozen first). It dies with the
crawler that started it, however that ends, and its workers die with it (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import resource
import selectors
import signal
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from multiprocessing import connection, forkserver, reduction, spawn
from typing import NamedTuple, NoReturn

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
SERVER_NAME, WORKER_NAME = "dateline-forks", "dateline-worker"
"""What `ps -o comm` calls them (Linux: at most 15 bytes)."""


class Needs(NamedTuple):
    """What is loaded for workers before their first call. `extracts`: what every page needs; `many`: also what some pages need,
    since many are sure to come. `modules`: what else is called."""

    extracts: bool = True
    many: bool = False
    modules: tuple[str, ...] = ()


def die_with(parent: int) -> None:
    """Be killed by the kernel when the thread of `parent` that started this process ends. Raises OSError."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)


def _prctl(option: int, value: int | ctypes.Array[ctypes.c_char]) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def _named(name: str) -> None:
    _prctl(PR_SET_NAME, ctypes.create_string_buffer(name.encode()))


def serve(asked: int, parent: int, nice: int, needs: Needs) -> NoReturn:
    """Load, then fork whenever the connection `asked` brings a request, until it is closed; then end the workers and itself.

    A request is the number of descriptors and they: where the worker's own description is read from, where its process id and
    then its exit status are to be told, and those that the description names by their place."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the whole group; who started us decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    die_with(parent)
    _named(SERVER_NAME)
    load(nice, needs)
    gc.collect()
    gc.freeze()
    with connection.Connection(asked) as requests:
        _Forks(requests).until_closed()
    os._exit(0)


def load(nice: int, needs: Needs) -> None:
    """What no page changes, in a fork server, or in a spawned worker: give way, write no core files, be silent, warm up."""
    if nice:
        os.nice(nice)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What libraries say of a page holds the page's own words, and a worker writes where the command does: its answer tells.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    # numpy's BLAS (below py3langid) reserves address space for each core, which would count against the limit.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for module in needs.modules:
        import_module(module)
    if needs.extracts:
        from pipelines.warming import warm

        warm(many=needs.many)


class _Forks:
    """The workers that live, and where their ends are told."""

    def __init__(self, requests: connection.Connection) -> None:
        self._requests = requests
        self._told: dict[int, int] = {}  # process id -> descriptor
        self._ended, self._wake = os.pipe()
        for end in (self._ended, self._wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(requests, selectors.EVENT_READ)
        self._selector.register(self._ended, selectors.EVENT_READ)

    def until_closed(self) -> None:
        while True:
            ready = {key.fileobj for key, _ in self._selector.select()}
            if self._ended in ready:
                os.read(self._ended, 4096)
                self._reap()
            if self._requests in ready:
                try:
                    self._fork(*asked_for(self._requests))
                except EOFError:
                    break
        for pid in self._told:
            os.kill(pid, signal.SIGKILL)
        for pid in self._told:  # what they have spent counts as ours, and ours as the crawler's
            os.waitpid(pid, 0)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                told = self._told.pop(ended[0])
                _tell(told, os.waitstatus_to_exitcode(ended[1]))
                os.close(told)

    def _fork(self, description: int, told: int, *descriptors: int) -> None:
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                die_with(server)
                self._leave(told)
                status = _work(description, descriptors)
            except BaseException:  # noqa: BLE001 - nothing of this process may go on
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
            finally:
                os._exit(status)
        self._told[pid] = told
        _tell(told, pid)
        for descriptor in (description, *descriptors):
            os.close(descriptor)

    def _leave(self, told: int) -> None:
        """In a new worker: give up what is the server's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        self._requests.close()
        for descriptor in (self._ended, self._wake, told, *self._told.values()):
            os.close(descriptor)


def ask(requests: connection.Connection, descriptors: Sequence[int]) -> None:
    """The asker's side. Raises OSError where the server has gone."""
    requests.send_bytes(bytes([len(descriptors)]))
    for descriptor in descriptors:
        reduction.send_handle(requests, descriptor, 0)


def asked_for(requests: connection.Connection) -> list[int]:
    """The descriptors of a request. Raises EOFError where there is none any more."""
    try:
        return [reduction.recv_handle(requests) for _ in range(requests.recv_bytes()[0])]
    except (OSError, RuntimeError) as error:  # RuntimeError: no descriptor came where one was due
        raise EOFError from error


def _tell(descriptor: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # who asked has gone
        forkserver.write_signed(descriptor, number)


def _work(description: int, descriptors: tuple[int, ...]) -> int:
    """Be the process that is described, to its end; its exit status."""
    _named(WORKER_NAME)
    forkserver._forkserver._inherited_fds = list(descriptors)  # type: ignore[attr-defined]
    return spawn._main(description, os.dup(description))
