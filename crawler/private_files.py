"""Files that commands make for people: of their owner alone, whole or not at all, and no detour over somebody's link."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER: Final = 0o600
GROUP: Final = 0o640
FOLDER: Final = 0o700


def write(file: Path, data: bytes, mode: int = OWNER) -> None:
    """Put `data` in the place of `file`, or of the file that it links to. Raises OSError naming `file`."""
    goal = file.resolve()
    with _beside(goal, data, mode) as new:
        new.replace(goal)


def write_new(file: Path, data: bytes, mode: int = OWNER) -> bool:
    """Make `file`; False, and nothing done, where there is something of that name. Raises OSError naming `file`."""
    with _beside(file, data, mode) as new:
        try:
            os.link(new, file)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if os.path.lexists(file):
                return False
            new.rename(file)
    return True


@contextmanager
def _beside(file: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A finished file in the same folder under a name that nobody knew before; gone afterwards where it was not moved."""
    new: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name[:100]}.", dir=file.parent)
        new = Path(name)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
            os.fchmod(descriptor, mode)
            if os.geteuid() == 0:  # what root puts into somebody's folder is to be read by him
                owner = file.parent.stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
        yield new
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from error
    finally:
        if new is not None:
            new.unlink(missing_ok=True)
