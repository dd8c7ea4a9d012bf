"""Finished copies: for readers, and verified ones to restore from."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

from storage import checks, clock
from storage.copies import counted, fill, part_of, put, refuse_target
from storage.database import open_reader
from storage.errors import Corrupt, Missing

_LEFT_SECONDS: Final = 86400.0
"""After which what a killed backup left half done is removed: nobody works on it any more."""


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
    `<name>-<UTC time>.db` where that is a folder; then of such copies there only the newest `keep` stay.

    Before the copy takes its name it is read whole (`checks`), its rows are counted, and it is synced; a database that is
    damaged gives none, and takes no older copy's place. Answers the copy and what was removed. Raises StorageError."""
    file, goal = Path(path).absolute(), Path(target).absolute()
    folder = goal if goal.is_dir() else None
    if folder is not None:
        goal = folder / f"{file.stem}-{stamp(now)}.db"
    elif keep is not None:
        raise Missing(f"{goal}: is no folder: copies are kept in a folder, make it first")
    refuse_target(file, goal)
    with part_of(file, goal) as part:
        verify(part, rows=fill(file, part))
        put(part, goal, 0o600)
    removed = []
    if folder is not None:
        for part in folder.glob(f".{file.stem}-*.db.*"):
            if part.stat().st_mtime < now - _LEFT_SECONDS:
                part.unlink()
    if folder is not None and keep is not None:
        removed = [old for old in backups(folder, file.stem)[max(1, keep) :] if old != goal]
        for old in removed:
            old.unlink()
    return goal, removed


def backups(folder: Path, stem: str) -> list[Path]:
    """The copies of the database of that name in a folder, the newest first."""
    pattern = "[0-9]" * 8 + "T" + "[0-9]" * 6 + "Z"
    found = [each for each in folder.glob(f"{stem}-{pattern}.db") if each.is_file() and not each.is_symlink()]
    return sorted(found, reverse=True)


def verify(copy: Path, *, rows: dict[str, int] | None = None) -> None:
    """Raise Corrupt where a copy is damaged, or has not as many `rows`."""
    found = checks.check(copy)
    if found.damage:
        raise Corrupt(
            f"{copy}: the copy is damaged, so it takes nobody's place: {'; '.join(found.damage[:5])}; "
            "`dateline db check` says whether the database itself is"
        )
    if rows is not None and (here := _counts(copy)) != rows:
        raise Corrupt(f"{copy}: the copy has {here} rows instead of {rows}: it takes nobody's place; try again")


def stamp(now: float) -> str:
    """The time in a copy's name."""
    return clock.text(now).replace("-", "").replace(":", "")


def _counts(path: Path) -> dict[str, int]:
    with closing(open_reader(path, older=True)) as db:
        return counted(db.conn)
