"""Whether a database is what was written: its structure, each row of news by its hash, each table by its sum, the full-text
index by the texts. SQLite itself gives out a flipped bit without a word."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage import articles, clean, journal, raw, sums, tables, tokens
from storage.access import leave_sides, lock_holder
from storage.database import open_reader, open_writer
from storage.errors import Corrupt, DiskFailed, NotDateline, driver_errors_as_ours, ours

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from sqlite_utils import Database
else:
    from sqlite_utils.utils import sqlite3

SUMS_ADVICE: Final = (
    "changed by a bad disk, another program, or an older Dateline that went on writing after a migration; where you know which "
    "it was, `dateline db check --accept` takes the rows as they are"
)

MOST: Final = 100
"""Damages of one kind that are listed."""

_KEY: Final = "check"
_KEPT: Final = 20

_WORDS = 'SELECT term, doc, "col", "offset" FROM temp.check_words'
_TOTALS = (
    "SELECT id, sz FROM search_docsize ORDER BY id",
    "SELECT * FROM temp.check_terms",
    'SELECT count(*), sum("offset"), sum(doc % 1000003 * ("offset" % 10007 + 1)),'
    " sum(doc % 999983 * (unicode(term) + length(term))),"
    ' sum(("offset" + 1) * (unicode(term) + length(term))), sum(("col" = \'title\') * (doc % 10007)),'
    " sum((\"col\" = 'lead') * (doc % 10007)), sum((\"col\" = 'body') * (doc % 10007))"
    " FROM temp.check_words",
)
"""What two equal indexes have in common: words of each text, texts of each word, and sums over each word's places, in which
any one that is elsewhere shows. Reading place by place in Python takes ten times as long, and is only done to name them."""

_TEXT = "article_id, revision, kind, label, title, lead, body, subheads, content_hash, modified_at"


@dataclass(slots=True)
class Report:
    """What a check found. `structure`: SQLite's own findings, after which nothing more should be written; `rows`: rows of
    news that are not those that were written; `index`: articles that the full-text index does not hold as
    they are; `sums`: tables whose rows are not those that this program wrote, though nothing else is wrong with them.
    `notes`: no damage. `whole`: everything was read (not `quick`)."""

    database: str
    whole: bool
    structure: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    index: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def damage(self) -> list[str]:
        """All that is damaged, in lines."""
        return [*self.structure, *self.rows, *self.sums, *self.index]


def check(path: Path | str, *, quick: bool = False, known: bool = False) -> Report:
    """Look at a database: with `quick` only at its structure and the references between its rows, else at everything in it,
    which takes CPU time that grows with it. Writes nothing. Damage that keeps it from being opened is damage of its
    structure; with `known`, for a file that is in use as a database of ours, also that it is none any more. Raises
    StorageError where it cannot be opened as a database of ours for another reason."""
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
        parts: list[tuple[list[str], Callable[[], list[str]]]] = [
            (report.structure, lambda: _structure(db, quick=quick)),
            (report.structure, lambda: _references(db)),
        ]
        if not quick:
            parts += [
                (report.rows, lambda: damaged(db)),
                (report.sums, lambda: [f"table {name}: a row is not as it was written" for name in sums.wrong(db)]),
                (report.index, lambda: _index(db)),
            ]
        for into, part in parts:
            db.conn.execute("BEGIN")  # one state a part: meanwhile the journal of a busy crawl grows
            _tried(into, file, part, unread=report.rows if into is report.sums else into)
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")
    return report


@dataclass(frozen=True, slots=True)
class Result:
    """What the last check of a daemon found. `at`: epoch seconds; `damage`: the first lines; `structure`: whether SQLite
    found the structure damaged, so that nothing more should be written."""

    at: float
    damage: tuple[str, ...]
    structure: bool = False


def keep_result(db: Database, report: Report, *, at: float) -> None:
    """Keep a check's result in the database, for those who look at its state."""
    value = clean.dumps([at, report.damage[:_KEPT], bool(report.structure)])
    db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, value))


def last_result(db: Database) -> Result | None:
    """The result that was kept last; None: there is none."""
    row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    if row is None:
        return None
    at, damage, *structure = json.loads(row[0])
    return Result(at, tuple(damage), any(structure))


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


def accept(path: Path | str) -> Report:
    """Take the rows of a database as they are, though tables' sums are wrong: where nothing else is damaged the sums are made
    anew, within one transaction, by which any writer waits. Answers what the check found before, and renews nothing
    where that is more than sums. Raises StorageError."""
    report = check(path)
    if report.sums and report.damage == report.sums:
        with closing(open_writer(report.database)) as db, driver_errors_as_ours(report.database):
            sums.renew(db)
        leave_sides(Path(report.database))
    return report


def _tried(into: list[str], file: Path, part: Callable[[], list[str]], unread: list[str]) -> None:
    """One part of the check; where the damage keeps it from its end, that is what it found, told in `unread`."""
    try:
        into.extend(part())
    except sqlite3.Error as error:
        failure = ours(error, file)
        if not isinstance(failure, (Corrupt, DiskFailed)) and not isinstance(error, sqlite3.DatabaseError):
            raise failure from error
        unread.append(f"it cannot be read to its end: {error}")
    except (UnicodeDecodeError, ValueError, TypeError) as error:  # bytes that are no text any more
        unread.append(f"a value cannot be read: {error}")


def _structure(db: Database, *, quick: bool) -> list[str]:
    pragma = "quick_check" if quick else "integrity_check"
    return [str(row[0]) for row in db.conn.execute(f"PRAGMA {pragma}({MOST})") if row[0] != "ok"]


def _references(db: Database) -> list[str]:
    rows = db.conn.execute("SELECT * FROM pragma_foreign_key_check LIMIT ?", (MOST,))
    return [f"row {row[1]} of {row[0]} refers to a row of {row[2]} that is not there" for row in rows]


def _index(db: Database) -> list[str]:
    """The articles whose texts the index does not hold word for word, and what it holds beside them.

    The index is made anew in a temporary file, and both are read in their order side by side."""
    with closing(sqlite3.connect("", isolation_level=None)) as fresh:
        fresh.execute("PRAGMA synchronous = OFF")
        fresh.execute(tables.SEARCH)
        fresh.execute("BEGIN")
        fresh.executemany("INSERT INTO search (rowid, title, lead, body) VALUES (?, ?, ?, ?)", _texts(db))
        for conn in (db.conn, fresh):
            conn.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.check_terms USING fts5vocab(main, search, row)")
            conn.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.check_words USING fts5vocab(main, search, instance)")
        try:
            wrong = set() if all(_same(db.conn, fresh, query) for query in _TOTALS) else _differing(db.conn, fresh)
        finally:
            db.conn.execute("DROP TABLE temp.check_terms")
            db.conn.execute("DROP TABLE temp.check_words")
    known = {each: _article_at(db, each) for each in sorted(wrong)[:MOST]}
    return [
        f"full-text index: article {article_id}" if article_id else f"full-text index: its row {each} is of no article"
        for each, article_id in known.items()
    ]


def _same(one: sqlite3.Connection, other: sqlite3.Connection, query: str) -> bool:
    return all(here == there for here, there in zip_longest(one.execute(query), other.execute(query)))


def _differing(one: sqlite3.Connection, other: sqlite3.Connection) -> set[int]:
    """The rows of two indexes that differ; those of the first difference at least."""
    wrong: set[int] = set()
    for query, place in (("SELECT id, sz FROM search_docsize ORDER BY id", 0), (_WORDS, 1)):
        for here, there in zip_longest(one.execute(query), other.execute(query)):
            if here != there:
                wrong |= {row[place] for row in (here, there) if row is not None}
                if here is None or there is None or here[0] != there[0] or len(wrong) > MOST:
                    break  # one has what the other has not: what follows is only shifted
    return wrong or {-1}


def _article_at(db: Database, search_id: int) -> int | None:
    row = db.conn.execute("SELECT id FROM article WHERE search_id = ?", (search_id,)).fetchone()
    return row[0] if row else None


def _texts(db: Database) -> Iterator[tuple[object, ...]]:
    """The current texts, as they go into the index."""
    for search_id, *parts in db.conn.execute(
        "SELECT a.search_id, r.title, r.lead, r.body FROM article AS a"
        " JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision"
        " WHERE a.search_id IS NOT NULL ORDER BY a.search_id"
    ):
        yield (search_id, *(tokens.for_index(part or "") for part in parts))
