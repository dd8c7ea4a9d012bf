"""One daemon a database: an advisory lock that the kernel drops with the process, however it ends."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from storage.access import lock_holder
from storage.errors import Full, Missing, ReadOnly, StorageError

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)


def holder(database: Path) -> str | None:
    """The process whose daemon works on this database, None where there is none; `unknown` where there is one that the
    system does not name. Tries the lock itself only where the kernel's table says that one is held, so that no daemon's start
    is disturbed: the table names files by number alone, and one of another disk may have the same."""
    file = database.with_name(database.name + ".daemon-lock")
    found = lock_holder(file)
    if found is None:
        return None
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # another user's: what the table says is all that can be known
        return found
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
        descriptor = self._file()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            told = _told(os.pread(descriptor, 512, 0))
            os.close(descriptor)
            raise DaemonHeld(self._path, told) from error
        since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n{os.uname().nodename}\n{since}\n".encode(), 0)
        except OSError as error:  # the lock is what counts, and on a full disk the daemon is who makes room
            log.warning(
                "%s: who holds it cannot be written there (%s); it is held all the same", self._path, error.strerror
            )
        self._descriptor = descriptor
        return self

    def _file(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _ours(self._path, error) from error

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _ours(file: Path, error: OSError) -> StorageError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Missing(f"{file}: its folder does not exist: make it first, or name another database with --db")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Full(f"{file}: cannot be written ({error.strerror}): free some space on its disk")
    return ReadOnly(f"{file}: cannot be made or written ({error.strerror}): check its owner and mode, and its folder's")


def _told(text: bytes) -> str:
    """What a lock file says of its holder, for people; an older release wrote the process id alone."""
    known = text.decode("utf-8", "replace").split()
    words = [f"{word} {value}" for word, value in zip(("process", "on", "since"), known, strict=False)]
    return ", ".join(words) or "process unknown"
