"""Where an export goes: to a file that takes its name when it is whole, or to standard output."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crawler.arguments import ArgumentProblem
from crawler.export.formats import TAIL, made_here
from storage.copies import sync

if TYPE_CHECKING:
    from collections.abc import Iterable

MODE: Final = 0o600
"""Of a new file; one that takes the place of an earlier export keeps that one's."""

_LINE: Final = 2**25
"""Bytes of a first line that are looked at; a JSON line is one article."""


def refuse_taken(out: Path, database: Path, *, force: bool) -> None:
    """Raise ArgumentProblem where `out` may not be written: a folder, a link, a pipe; a database, whatever it is called; and
    without `force` any file that no export has written. An empty file is nobody's."""
    try:
        found = out.lstat()
    except FileNotFoundError:
        if not out.absolute().parent.is_dir():
            raise ArgumentProblem(f"--out {out}: its folder does not exist: make it first") from None
        return
    except (OSError, ValueError) as error:
        raise ArgumentProblem(f"--out {out}: cannot be looked at ({error})") from error
    if not stat.S_ISREG(found.st_mode):
        raise ArgumentProblem(
            f"--out {out}: is there already and is no plain file: name another, or write to standard output"
        )
    try:
        with out.open("rb") as opened:
            first = opened.readline(_LINE)
            opened.seek(max(0, found.st_size - TAIL))
            last = opened.read(TAIL)
    except OSError as error:
        raise ArgumentProblem(
            f"--out {out}: is there already and cannot be read ({error.strerror}): name another"
        ) from error
    sides = [Path(f"{database}{side}") for side in ("", "-wal", "-shm", "-journal", ".daemon-lock")]
    if first.startswith(b"SQLite format 3\0") or any(side.exists() and out.samefile(side) for side in sides):
        raise ArgumentProblem(f"--out {out}: is a database, or belongs to one: name another file")
    if first and not force and not made_here(first, last):
        raise ArgumentProblem(
            f"--out {out}: is there already and no export has written it: name another, or give --force"
        )


def to_file(out: Path, pieces: Iterable[bytes], *, force: bool = False) -> int:
    """Write the pieces beside `out`, then give them its name, safe from a power cut; answers their bytes. Whatever ends it
    before leaves `out` as it was. Raises OSError naming `out`; ArgumentProblem where somebody else has made or changed `out`
    meanwhile, unless by `force`."""
    part: Path | None = None
    try:
        before = _state(out)
        mode = stat.S_IMODE(out.stat().st_mode) & 0o777 if before else MODE
        descriptor, name = tempfile.mkstemp(prefix=f".{out.name[:100]}.", dir=out.absolute().parent)
        part = Path(name)
        written = 0
        with os.fdopen(descriptor, "wb", buffering=1 << 20) as opened:
            for piece in pieces:
                written += opened.write(piece)
        part.chmod(mode)
        sync(part)
        if not force and _state(out) not in (before, None):
            raise _taken(out)
        if force or before or not _linked(part, out):
            part.replace(out.absolute())
        sync(out.absolute().parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(out)) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return written


def _linked(part: Path, out: Path) -> bool:
    """Give a new file its name only if nobody has taken it; False on a disk that knows no links (FAT)."""
    try:
        os.link(part, out)
    except FileExistsError:
        raise _taken(out) from None
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            return False
        raise
    return True


def _taken(out: Path) -> ArgumentProblem:
    return ArgumentProblem(
        f"--out {out}: was written by somebody else during the export and is left as it is: name another, or give --force"
    )


def _state(out: Path) -> tuple[int, ...] | None:
    """What changes when a file is made anew or written to; None where there is none."""
    try:
        found = out.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def to_standard_output(pieces: Iterable[bytes]) -> None:
    """Write the pieces there; a reader that goes away ends it (BrokenPipeError)."""
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
