"""Texts on their way into the full-text index: those of one transaction go in together, at its end.

FTS5 gathers what is written in memory, and makes a segment of it at the commit; but also at every savepoint, and at every
rowid that is lower than the one before. Jobs have savepoints, and rowids follow the publication: each article would be a
segment of its own, to be merged with all others later. So a writer's connection holds the texts back, and puts them in
once the last job is done, in the order of their rowids.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from storage import search, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

Step = tuple[int, tuple[str, str, str] | None]
"""A rowid with its text as the index takes it, or None: the text that is there goes."""

_HELD: WeakKeyDictionary[Database, list[Step]] = WeakKeyDictionary()


def hold(db: Database) -> None:
    """From now on texts wait for `put`; those that have waited in vain are forgotten."""
    _HELD[db] = []


def put(db: Database) -> None:
    """Write what waits. To be done before the commit, outside of every savepoint."""
    steps = _HELD.pop(db, None)
    if not steps:
        return
    gone = {rowid for rowid, text in steps if text is None}
    db.conn.executemany(search.DELETE, [(rowid,) for rowid in sorted(gone)])
    texts = sorted((rowid, *text) for rowid, text in dict(steps).items() if text is not None)
    db.conn.executemany(search.INSERT, texts)


def drop(db: Database) -> None:
    """Forget what waits: its transaction was rolled back."""
    _HELD.pop(db, None)


def add(db: Database, rowid: int, title: str, lead: str | None, body: str) -> None:
    """Put a text into the index; at once where nobody holds."""
    held = _HELD.get(db)
    if held is None:
        search.add(db, rowid, title, lead, body)
    else:
        held.append((rowid, (tokens.for_index(title), tokens.for_index(lead or ""), tokens.for_index(body))))


def forget(db: Database, rowid: int) -> None:
    """Take a text out of the index; at once where nobody holds."""
    held = _HELD.get(db)
    if held is None:
        search.forget(db, rowid)
    else:
        held.append((rowid, None))


def mark(db: Database) -> int:
    """How much waits: what comes after is taken back by `back_to`."""
    return len(_HELD.get(db, ()))


def back_to(db: Database, waited: int) -> None:
    """Take back what came after a mark, as its savepoint was rolled back."""
    if (held := _HELD.get(db)) is not None:
        del held[waited:]


@contextmanager
def atomic(db: Database) -> Iterator[None]:
    """All of it or nothing, also of what waits."""
    waited, conn = mark(db), db.conn
    conn.execute(
        "SAVEPOINT atomic"
    )  # of one name, so that SQLite prepares the statement once; savepoints nest all the same
    try:
        yield
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK TO atomic")
            conn.execute("RELEASE atomic")
        back_to(db, waited)
        raise
    conn.execute("RELEASE atomic")
