"""Who else has a database open that is to be changed as a whole."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage import access, lock, owners
from storage.errors import InUse

if TYPE_CHECKING:
    from sqlite_utils import Database

_OPEN: Final = range(128, 129)
"""The byte of -shm that a process locks as long as it has the database open (SQLite's os_unix.c, UNIX_SHM_DMS)."""

log = logging.getLogger(__name__)


def refuse_at_work(db: Database, file: Path) -> None:
    """Raise InUse where another process writes news into the database (a daemon, a crawl, an import): one of an older release
    would go on writing rows as that knew them, past the sums."""
    daemon = lock.holder(file)
    named = dict.fromkeys([*owners.at_work(db), *([daemon] if daemon else [])])
    others = [pid for pid in named if pid != str(os.getpid())]
    if others:
        raise InUse(
            f"{file}: made by an older Dateline, and process {', '.join(others)} is at work on it: stop that one first; "
            "nothing was changed"
        )


def tell_of_readers(file: Path) -> None:
    """Log who else has it open: mostly readers, whom a new schema does no harm, and who do none."""
    found = access.lock_holders(Path(f"{file}-shm"), _OPEN)
    others = [pid for pid in found if pid not in ("unknown", str(os.getpid()))]
    if others:
        log.warning(
            "%s: is brought to a new schema while process %s has it open: start that anew where it reads tables, and not only "
            "the documented views",
            file,
            ", ".join(others),
        )
