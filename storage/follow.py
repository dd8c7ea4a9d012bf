"""The changes as they come: each once, in the order of writing, for a reader that keeps the number of its last one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import Missing, Rewound, driver_errors_as_ours
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from storage.reader import Change

BATCH = 1000


def follow(
    path: Path | str, since: int = 0, *, wait: Callable[[], bool], limit: int = BATCH
) -> Generator[list[Change]]:
    """The changes after `since` in batches of at most `limit`; then those that come, until `wait` answers False. `wait` is
    called whenever nothing new is there, and sleeps.

    A poll without news costs a look at the file and at SQLite's counter of commits. No transaction is open between two
    polls, nor while a batch is used, so the writers' journal does not grow. Where another file is put in the place of
    this one (`dateline db publish` renames a finished copy there), reading goes on in that.

    Raises Missing, NotDateline, OlderSchema, NewerSchema; Rewound where the file is, or becomes, another database or an
    older copy; other kinds of `StorageError`."""
    file = Path(path)
    reader, opened = _open(file)
    try:
        seen: int | None = None
        while True:
            there = _identity(file)
            if there != opened:
                before = _change(reader, since)
                reader.close()
                if there is None:
                    raise Missing(f"{file}: is not there any more: start again when it is back")
                reader, opened = _open(file)
                _check_continues(reader, before, since)
                seen = None
            version = _commits(reader)  # before the changes are read: what is committed meanwhile counts as new
            if version == seen:
                if not wait():
                    return
                continue
            while found := reader.changes(since, limit=limit):
                yield found
                since = found[-1].seq
            seen = version
    finally:
        reader.close()


def _open(file: Path) -> tuple[Reader, tuple[int, int] | None]:
    """A reader of the file that is there, and which file that is."""
    while True:
        before = _identity(file)
        reader = Reader(file)
        if before == _identity(file):
            return reader, before
        reader.close()  # replaced at this very moment: the reader may have the one or the other


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _commits(reader: Reader) -> int:
    """A number that is another one after every commit of another connection."""
    with driver_errors_as_ours(reader.path):
        (version,) = reader.db.conn.execute("PRAGMA data_version").fetchone()
    return int(version)


def _change(reader: Reader, seq: int) -> tuple[str, list[Change]]:
    """When the database was made, and its change `seq`: what a later copy of it has, too."""
    with driver_errors_as_ours(reader.path):
        made = reader.db.conn.execute("SELECT value FROM meta WHERE key = 'created_at'").fetchone()
    return str(made), [change for change in reader.changes(seq - 1, limit=1) if change.seq == seq] if seq else []


def _check_continues(reader: Reader, before: tuple[str, list[Change]], since: int) -> None:
    made, last = before
    made_now, last_now = _change(reader, since)
    written = [(c.seq, c.at, c.kind, c.article_id, c.revision) for c in last]
    written_now = [(c.seq, c.at, c.kind, c.article_id, c.revision) for c in last_now]
    if made != made_now or (written_now and written != written_now) or reader.last_seq() < since:
        raise Rewound(
            f"{reader.path}: another database, or one without the change {since} that was read before, was put in its "
            "place: begin anew with --since 0, or put a later copy there"
        )
