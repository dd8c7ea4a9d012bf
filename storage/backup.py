"""Finished copies: for readers, and verified ones to restore from."""

from __future__ import annotations

import glob
import logging
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage import checks, clock
from storage.copies import counted, fill, part_of, put, refuse_target
from storage.database import open_reader
from storage.errors import Corrupt, Missing, StorageError, driver_errors_as_ours
from storage.parts import sweep

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

_DIGITS: Final = "[0-9]" * 8 + "T" + "[0-9]" * 6 + "Z"

log = logging.getLogger(__name__)


def publish(path: Path | str, target: Path | str, mode: int = 0o644) -> Path:
    """Put a finished copy of the database at `path` in the place of `target`, for readers: one file without journal,
    of `mode`, complete at every moment. Raises StorageError. Answers the target's full path."""
    file, goal = Path(path).absolute(), Path(target).absolute()
    refuse_target(file, goal)
    with part_of(file, goal) as part:
        fill(file, part)
        put(part, goal, mode)
    return goal


def backup(path: Path | str, target: Path | str, *, now: float, keep: int | None = None) -> tuple[Path, list[Path]]:
    """Put a verified copy of the database at `path`, which may be in use, at `target`, or into it under
    `<name>-<UTC time>.db` where that is a folder; then of this database's copies there only the newest `keep` stay.

    Before the copy takes its name it is read whole (`checks`), its rows are counted, and it is synced; a database that is
    damaged gives none, and takes no older copy's place. Where only tables' sums are wrong or rows refer to none, which another
    program's write makes so, too, a doubtful copy is made with a warning: it takes no whole one's place, and of such copies
    only the newest `keep` stay. Answers the copy and what was removed. Raises StorageError."""
    file, goal = Path(path).absolute(), Path(target).absolute()
    folder = goal if goal.is_dir() else None
    if folder is not None:
        goal = folder / f"{file.stem}-{stamp(now)}.db"
    elif keep is not None:
        raise Missing(f"{goal}: is no folder: copies are kept in a folder, make it first")
    refuse_target(file, goal)
    if folder is not None:
        sweep(folder, f".{glob.escape(file.stem)}-{_DIGITS}.db.*.part")
    with part_of(file, goal) as part:
        doubtful = verify(part, f"a copy of {file} for {goal}", rows=fill(file, part))
        if doubtful and goal.exists():
            raise Corrupt(f"{goal}: {doubtful}; it stays as it is: name another file, or a folder")
        _mark(part, doubtful=bool(doubtful))
        put(part, goal, 0o600)
    if doubtful:
        log.warning("%s: %s; no copy that was whole is removed", goal, doubtful)
    removed = []
    if folder is not None and keep is not None:
        found = [old for old in backups(folder, goal, file.stem) if not doubtful or _is_doubtful(old)]
        removed = [old for old in found[max(1, keep) :] if old != goal]
        for old in removed:
            old.unlink()
    return goal, removed


def _mark(part: Path, *, doubtful: bool) -> None:
    """Say in a copy's header whether it was whole: nobody has to read it again to know."""
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        (found,) = copy.execute("PRAGMA user_version").fetchone()
        if bool(found) != doubtful:
            copy.execute(f"PRAGMA user_version = {int(doubtful)}")


def _is_doubtful(copy: Path) -> bool:
    with closing(open_reader(copy, older=True)) as db, driver_errors_as_ours(copy):
        return bool(db.conn.execute("PRAGMA user_version").fetchone()[0])


def backups(folder: Path, copy: Path, stem: str) -> list[Path]:
    """`copy` and the older copies in a folder of the same database, whose files are named `<stem>-<UTC time>.db`, the newest
    first. One whose time is after that of `copy` was made under a wrong clock: it is not counted, nor ever removed."""
    found = [
        each for each in folder.glob(f"{glob.escape(stem)}-{_DIGITS}.db") if each.is_file() and not each.is_symlink()
    ]
    own = identity_of(copy)
    return [each for each in sorted(found, reverse=True) if each.name <= copy.name and identity_of(each) in (own, "")]


def identity_of(copy: Path) -> str | None:
    """The identity of the database that a file is a copy of; "" for one that an older release made, which has none; None for
    a file that is none of ours, or cannot be read."""
    try:
        with closing(open_reader(copy, older=True)) as db, driver_errors_as_ours(copy):
            row = db.conn.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
    except StorageError:
        return None
    return row[0] if row else ""


def verify(copy: Path, named: str, *, rows: dict[str, int] | None = None) -> str | None:
    """Read a copy whole. Raises Corrupt, calling it `named`, where it is damaged, or has not as many `rows`; answers a warning
    where no more is wrong than another program's write leaves."""
    found = checks.check(copy)
    if found.damage and not found.acceptable:
        raise Corrupt(
            f"{named} is damaged, so it takes nobody's place: {'; '.join(found.damage[:5])}; "
            "`dateline db check` says what else is"
        )
    if rows is not None and (here := _counts(copy)) != rows:
        raise Corrupt(f"{named} has {here} rows instead of {rows}: it takes nobody's place; try again")
    return f"{'; '.join(found.damage[:5])}: {checks.SUMS_ADVICE}" if found.damage else None


def stamp(now: float) -> str:
    """The time in a copy's name."""
    return clock.text(now).replace("-", "").replace(":", "")


def _counts(path: Path) -> dict[str, int]:
    with closing(open_reader(path, older=True)) as db:
        return counted(db.conn)
