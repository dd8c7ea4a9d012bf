"""Functions that misbehave in a worker process; plain module-level functions, as the pool needs them."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import sys
import time


def begin_never(memory: int) -> None:
    """A worker that dies as it starts, as one does whose installation is broken."""
    os._exit(1)


def late(seconds: float) -> str:
    time.sleep(seconds)
    return "late"


def echo(value: object, *, twice: bool = False) -> object:
    return [value, value] if twice else value


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def backtrack() -> bool:
    """A regular expression that holds the interpreter's lock for ever."""
    return re.match(r"(a+)+$", "a" * 60 + "b") is not None


def die(code: int) -> None:
    os._exit(code)


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deaf_to_terminate() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def allocate(size: int) -> int:
    return len(bytearray(size))


def fail(message: str) -> None:
    raise ValueError(message)


def recurse(depth: int = 0) -> int:
    return recurse(depth + 1)


def pid() -> int:
    return os.getpid()


def slow_pid() -> int:
    time.sleep(0.05)
    return os.getpid()


def parent() -> int:
    return os.getppid()


def slow_family() -> tuple[int, int]:
    return slow_pid(), os.getppid()


def descriptors() -> list[tuple[str, str]]:
    """What is open, by number, but for the list itself."""
    found = []
    for place in pathlib.Path("/proc/self/fd").iterdir():
        try:
            found.append((place.name, str(place.readlink())))
        except FileNotFoundError:
            continue
    return found


def loaded(prefix: str) -> list[str]:
    return sorted(name for name in sys.modules if name.split(".")[0] == prefix)


def main_file() -> str | None:
    return getattr(sys.modules["__main__"], "__file__", None)


def limits() -> dict[str, tuple[int, int]]:
    import resource

    return {"memory": resource.getrlimit(resource.RLIMIT_AS), "core": resource.getrlimit(resource.RLIMIT_CORE)}


def interrupt_handler() -> bool:
    return signal.getsignal(signal.SIGINT) == signal.SIG_IGN
