"""Files that appear under their name whole or not at all, and what is left of them where a process died."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fsspec import AbstractFileSystem

TMP: Final = ".tmp"
"""The end of a temporary file's name."""
OURS: Final = "dateline-part-"
"""The beginning of a temporary file's name where other programs have theirs, too."""
OLD: Final = 86_400.0
"""Seconds after which a temporary file is nobody's any more."""


def renamed(made: Path, place: Path, *, first: bool = False) -> None:
    """Give a local file its name, when the disk has all of it. `first`: what has that name already stays, and `made` too."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    if not (first and _linked(made, place)):
        made.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _linked(made: Path, place: Path) -> bool:
    """Whether there is a file of that name now; False: the file system has no links."""
    try:
        place.hardlink_to(made)
    except FileExistsError:
        return True
    except OSError:  # what else is wrong there, the rename tells
        return False
    return True


def renames(fs: AbstractFileSystem) -> bool:
    """Whether a file gets another name there in one step: what moves as all file systems do copies, and removes then."""
    from fsspec import AbstractFileSystem

    return type(fs).mv is not AbstractFileSystem.mv


def old(entry: Mapping[str, Any]) -> bool:
    """Whether a temporary file is nobody's any more; `entry`: as fsspec lists it. False where it is not told when it was
    written."""
    when = entry.get("mtime")
    seconds = when.timestamp() if isinstance(when, datetime) else when
    return isinstance(seconds, (int, float)) and seconds < time.time() - OLD


def swept() -> None:
    """Remove what tasks of ours that died left in this machine's folder for temporary files, a day later."""
    for place in Path(tempfile.gettempdir()).glob(f"{OURS}*{TMP}"):
        with suppress(FileNotFoundError, PermissionError):  # another worker does the same; another user's
            if old({"mtime": place.stat().st_mtime}):
                place.unlink()
