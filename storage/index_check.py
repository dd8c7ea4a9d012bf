"""Whether the full-text index holds the texts as they are: it is made anew beside the database, and both are compared."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from storage import tables, tokens
from storage.errors import Full, driver_errors_as_ours

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlite_utils import Database
else:
    from sqlite_utils.utils import sqlite3

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

_TEXTS_AT_ONCE: Final = 200
_COMPARED: Final = "the index that is made to compare with"


def wrong_texts(db: Database, *, most: int) -> list[str]:
    """The articles whose texts the index does not hold word for word, and what it holds beside them; `most` of them.

    Raises StorageError where the new index cannot be written (a full disk), sqlite3.Error where the database cannot be read."""
    with _fresh(db) as fresh:
        with driver_errors_as_ours(_COMPARED):
            fresh.execute(tables.SEARCH)
        fresh.execute("BEGIN")
        texts = _texts(db)
        while some := [text for _, text in zip(range(_TEXTS_AT_ONCE), texts, strict=False)]:
            with driver_errors_as_ours(_COMPARED):
                fresh.executemany("INSERT INTO search (rowid, title, lead, body) VALUES (?, ?, ?, ?)", some)
        for conn in (db.conn, fresh):
            conn.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.check_terms USING fts5vocab(main, search, row)")
            conn.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.check_words USING fts5vocab(main, search, instance)")
        try:
            wrong = (
                set() if all(_same(db.conn, fresh, query) for query in _TOTALS) else _differing(db.conn, fresh, most)
            )
        finally:
            db.conn.execute("DROP TABLE temp.check_terms")
            db.conn.execute("DROP TABLE temp.check_words")
    known = {each: _article_at(db, each) for each in sorted(wrong)[:most]}
    return [
        f"full-text index: article {article_id}" if article_id else f"full-text index: its row {each} is of no article"
        for each, article_id in known.items()
    ]


@contextmanager
def _fresh(db: Database) -> Iterator[sqlite3.Connection]:
    """An empty database in a file without a name, which goes with the process however that ends: in the folder of `db`, or
    where temporary files go. What SQLite calls temporary it may keep in memory (SQLITE_TEMP_STORE), where an index of years
    has no room."""
    (name,) = db.conn.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    scratch = _scratch(Path(name))
    try:
        conn = sqlite3.connect(scratch, isolation_level=None)
    finally:
        scratch.unlink(missing_ok=True)  # SQLite has opened it
    try:
        conn.execute("PRAGMA journal_mode = OFF")
        conn.execute("PRAGMA locking_mode = EXCLUSIVE")
        conn.execute("PRAGMA synchronous = OFF")
        yield conn
    finally:
        conn.close()


def _scratch(file: Path) -> Path:
    problem: OSError | None = None
    for folder in (file.parent, None):
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".check", dir=folder)
        except OSError as error:  # a folder that may only be read, a full disk
            problem = error
            continue
        os.close(descriptor)
        return Path(name)
    raise Full(
        f"{file}: there is no room for the index that is made to compare with ({problem and problem.strerror}): "
        "free some space beside it, or for temporary files"
    )


def _same(one: sqlite3.Connection, other: sqlite3.Connection, query: str) -> bool:
    return all(here == there for here, there in zip_longest(one.execute(query), other.execute(query)))


def _differing(one: sqlite3.Connection, other: sqlite3.Connection, most: int) -> set[int]:
    """The rows of two indexes that differ; those of the first difference at least."""
    wrong: set[int] = set()
    for query, place in (("SELECT id, sz FROM search_docsize ORDER BY id", 0), (_WORDS, 1)):
        for here, there in zip_longest(one.execute(query), other.execute(query)):
            if here != there:
                wrong |= {row[place] for row in (here, there) if row is not None}
                if here is None or there is None or here[0] != there[0] or len(wrong) > most:
                    break  # one has what the other has not: what follows is only shifted
    return wrong or {-1}


def _article_at(db: Database, search_id: int) -> int | None:
    row = db.conn.execute("SELECT id FROM article WHERE search_id = ?", (search_id,)).fetchone()
    return row[0] if row else None


def _texts(db: Database) -> Iterator[tuple[Any, ...]]:
    """The current texts, as they go into the index."""
    for search_id, *parts in db.conn.execute(
        "SELECT a.search_id, r.title, r.lead, r.body FROM article AS a"
        " JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision"
        " WHERE a.search_id IS NOT NULL ORDER BY a.search_id"
    ):
        yield (search_id, *(tokens.for_index(part or "") for part in parts))
