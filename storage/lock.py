"""One daemon a database: an advisory lock that the kernel drops with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from storage.access import lock_holder
from storage.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


def holder(database: Path) -> str | None:
    """The process whose daemon works on this database, None where there is none; `unknown` where there is one that the
    system does not name. Takes no lock where the kernel's table can be read, so that no daemon's start is disturbed."""
    file = database.with_name(database.name + ".daemon-lock")
    found = lock_holder(file)
    if found != "unknown":
        return found
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return found
    finally:
        os.close(descriptor)
    return None


class DaemonHeld(StorageError):
    """Another daemon works on this database."""

    def __init__(self, file: Path, told: str) -> None:
        super().__init__(
            f"{file}: a daemon already works on this database ({told}); "
            "stop it first, or use `dateline run`, which works beside it"
        )


def refuse_held(database: Path) -> None:
    """Raises DaemonHeld where a daemon works on the database: the first thing that a second one asks, before it opens
    anything. What starts between this look and the lock is refused by the lock."""
    file = database.with_name(database.name + ".daemon-lock")
    if file.exists() and holder(database) is not None:
        raise DaemonHeld(file, _told(file.read_bytes()))


class DaemonLock:
    """Holds `DATABASE.daemon-lock` by flock(2) while the daemon runs; the file's text says who holds it: process id, machine,
    since when.

    The file itself stays: unlinking a lock file lets two processes lock two files of one name."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".daemon-lock")
        self._descriptor = -1

    def __enter__(self) -> Self:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            told = _told(os.pread(descriptor, 512, 0))
            os.close(descriptor)
            raise DaemonHeld(self._path, told) from error
        since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n{os.uname().nodename}\n{since}\n".encode(), 0)
        self._descriptor = descriptor
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _told(text: bytes) -> str:
    """What a lock file says of its holder, for people; an older release wrote the process id alone."""
    known = text.decode("utf-8", "replace").split()
    words = [f"{word} {value}" for word, value in zip(("process", "on", "since"), known, strict=False)]
    return ", ".join(words) or "process unknown"
