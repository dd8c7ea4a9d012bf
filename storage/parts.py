"""A file that is still being made, beside the name that it is to get, and gone afterwards however its maker ended."""

from __future__ import annotations

import fcntl
import glob
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX: Final = ".part"
_SIDES: Final = ("", "-wal", "-shm", "-journal")


@contextmanager
def part_beside(goal: Path) -> Iterator[Path]:
    """An empty file of its owner alone in the folder of `goal`; what makers of `goal` left that were killed is removed
    first. Raises OSError where none can be made."""
    sweep(goal.parent, f".{glob.escape(goal.name)}.*{_SUFFIX}")
    while True:
        descriptor, name = tempfile.mkstemp(prefix=f".{goal.name}.", suffix=_SUFFIX, dir=goal.parent)
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # says that somebody is at work; the kernel drops it with the process
        if os.fstat(descriptor).st_nlink:
            break
        os.close(descriptor)  # another's sweep came between the two
    part = Path(name)
    try:
        yield part
    finally:
        _remove(part)
        os.close(descriptor)


def sweep(folder: Path, pattern: str) -> None:
    """Remove the parts among `pattern` on which nobody works any more."""
    for part in folder.glob(pattern):
        try:
            descriptor = os.open(part, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue  # another's, or gone meanwhile
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(part)
        except OSError:
            continue
        finally:
            os.close(descriptor)


def _remove(part: Path) -> None:
    for side in _SIDES:
        Path(f"{part}{side}").unlink(missing_ok=True)
