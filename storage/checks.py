"""Whether a database is what was written: its structure, each row of news by its hash, each table by its sum, the full-text
index by the texts. SQLite itself gives out a flipped bit without a word."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage import articles, clean, journal, last_check, raw, references, sums
from storage.access import leave_sides, lock_holder
from storage.database import open_reader, open_writer
from storage.errors import (
    Busy,
    Corrupt,
    Full,
    Missing,
    NotDateline,
    OlderSchema,
    ReadOnly,
    StorageError,
    driver_errors_as_ours,
    ours,
)
from storage.index_check import wrong_texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from sqlite_utils import Database
else:
    from sqlite_utils.utils import sqlite3

SUMS_ADVICE: Final = (
    "changed by a bad disk, another program, or an older Dateline that went on writing after a migration; where you know which "
    "it was, `dateline db check --accept` takes the rows as they are"
)

MOST: Final = 100
"""Damages of one kind that are listed."""

_NO_DAMAGE: Final = (Busy, Full, Missing, ReadOnly)
_INTERRUPTED: Final = 9
"""SQLite's number of it."""

_TEXT = "article_id, revision, kind, label, title, lead, body, subheads, content_hash, modified_at"


@dataclass(slots=True)
class Report:
    """What a check found. `structure`: SQLite's own findings, after which nothing more should be written; `rows`: rows of
    news that are not those that were written; `index`: articles that the full-text index does not hold as
    they are; `sums`: tables whose rows are not those that this program wrote, though nothing else is wrong with them;
    `references`: rows that refer to one that is not there, which another program's write leaves, too. `notes`: no damage.
    `whole`: everything was read (not `quick`)."""

    database: str
    whole: bool
    structure: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    index: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def damage(self) -> list[str]:
        """All that is damaged, in lines."""
        return [*self.structure, *self.rows, *self.sums, *self.references, *self.index]

    @property
    def acceptable(self) -> list[str]:
        """All that is damaged, where that is no more than another program's write leaves; else nothing."""
        return [] if self.structure or self.rows or self.index else self.damage


def check(path: Path | str, *, quick: bool = False, known: bool = False) -> Report:
    """Look at a database: with `quick` only at its structure and the references between its rows, else at everything in it,
    which takes CPU time that grows with it. Writes nothing. Damage that keeps it from being opened is damage of its
    structure; with `known`, for a file that is in use as a database of ours, also that it is none any more. Raises
    StorageError where it cannot be opened as a database of ours for another reason, or something that is no damage keeps it
    from being read or compared to its end (a lock, a full disk)."""
    file = Path(path).absolute()
    report = Report(str(file), whole=not quick)
    left = journal.size(file)
    if left and lock_holder(Path(f"{file}-shm")) is None:
        report.notes.append(
            f"a journal of {left / 2**20:.1f} MiB was left by a process that did not end cleanly; nothing is lost, "
            "the next writer merges it"
        )
    try:
        db = open_reader(file, older=True)
    except (Corrupt, NotDateline) as error:
        if isinstance(error, NotDateline) and not known:
            raise
        report.structure.append(f"it cannot be opened: {error.__cause__ or error}")
        return report
    with closing(db):
        parts: list[tuple[list[str], list[str], Callable[[], list[str]]]] = [
            (report.structure, report.structure, lambda: _structure(db, quick=quick)),
            (report.references, report.structure, lambda: references.dangling(db, most=MOST)),
        ]
        if not quick:
            parts += [
                (report.rows, report.rows, lambda: damaged(db)),
                (report.sums, report.rows, lambda: _sums(db)),
                (report.index, report.index, lambda: wrong_texts(db, most=MOST)),
            ]
        for into, unread, part in parts:
            db.conn.execute("BEGIN")  # one state a part: meanwhile the journal of a busy crawl grows
            _tried(into, file, part, unread=unread)
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")
    return report


def keep_result(db: Database, report: Report, *, at: float) -> None:
    """Keep a check's result in the database, for those who look at its state."""
    last_check.keep(db, report.damage, structure=bool(report.structure), at=at)


def supersede(report: Report, *, at: float) -> None:
    """Where an earlier check told of damage that this whole one did not find, put its result in the place of that one's. A
    finished copy is left as it is, and so is a database that cannot be written now, which is noted."""
    file = Path(report.database)
    if not report.whole or report.structure:
        return
    try:
        with closing(open_reader(file)) as db, driver_errors_as_ours(file):
            last = last_check.last(db)
            (mode,) = db.conn.execute("PRAGMA journal_mode").fetchone()
        if mode != "wal" or last is None or not last.knows_more_than(report.damage, structure=False):
            return
        with closing(open_writer(file, known_damaged=True)) as db, driver_errors_as_ours(file):
            keep_result(db, report, at=at)
        leave_sides(file)
    except OlderSchema:
        return
    except StorageError as error:
        report.notes.append(f"what an earlier check found is still told by `dateline status`: {error}")


def damaged(db: Database) -> list[str]:
    """The rows of news that no longer are what was written: articles, revisions, raw pages, by name. Reads all of them."""
    found = []
    columns = ", ".join(articles.HASHED)
    for article_id, row_hash, *data in db.conn.execute(f"SELECT id, row_hash, {columns} FROM article"):  # noqa: S608 - our own names
        if clean.row_hash(data) != row_hash:
            found.append(f"article {article_id}")
    for row_hash, *data in db.conn.execute(f"SELECT row_hash, {_TEXT} FROM revision ORDER BY id"):  # noqa: S608 - our own names
        if clean.row_hash(data) != row_hash:
            found.append(f"revision {data[1]} of article {data[0]}")
    for fetch_id, row_hash, body in db.conn.execute("SELECT fetch_id, row_hash, body FROM raw_page"):
        if not raw.is_whole(body, row_hash):
            found.append(f"raw page {fetch_id}")
    return found[:MOST]


def accept(path: Path | str, *, now: float) -> Report:
    """Take the rows of a database as they are, though tables' sums are wrong or rows refer to none: where nothing else is
    damaged the sums are made anew, within one transaction, by which any writer waits, and so many references are told no more.
    Answers what the check found before, and changes nothing where that is more. Raises StorageError."""
    report = check(path)
    if report.acceptable:
        with closing(open_writer(report.database, known_damaged=True)) as db, driver_errors_as_ours(report.database):
            references.accept(db)
            sums.renew(db)
            keep_result(db, Report(report.database, whole=True), at=now)
        leave_sides(Path(report.database))
    return report


def _tried(into: list[str], file: Path, part: Callable[[], list[str]], unread: list[str]) -> None:
    """One part of the check; where the damage keeps it from its end, that is what it found, told in `unread`."""
    try:
        into.extend(part())
    except sqlite3.Error as error:
        failure = ours(error, file)
        if isinstance(failure, _NO_DAMAGE) or getattr(error, "sqlite_errorcode", None) == _INTERRUPTED:
            raise failure from error
        unread.append(f"it cannot be read to its end: {error}")
    except (UnicodeDecodeError, ValueError, TypeError) as error:  # bytes that are no text any more
        unread.append(f"a value cannot be read: {error}")


def _structure(db: Database, *, quick: bool) -> list[str]:
    pragma = "quick_check" if quick else "integrity_check"
    return [str(row[0]) for row in db.conn.execute(f"PRAGMA {pragma}({MOST})") if row[0] != "ok"]


def _sums(db: Database) -> list[str]:
    return [f"table {name}: a row is not as it was written" for name in sums.wrong(db)]
