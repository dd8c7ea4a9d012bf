"""One database on its way into another: opened for reading, in one state, with what was taken of it before.

What was taken stands in the target's `meta`, under the input's own identity (its file may move): the number of the last
change, and of the last fetch with those that were under way then. It is written in the transaction that takes the rows, so
that a merge that was killed goes on where it was.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage import clean, database
from storage.errors import InUse, ReadOnly, Rewound, driver_errors_as_ours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

_PREFIX = "merge:"
_CHANGE = (
    "SELECT c.at, c.kind, c.revision, a.source, a.key FROM change AS c JOIN article AS a ON a.id = c.article_id"
    " WHERE c.seq = ?"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken of an input: all changes to number `change`, which was `print`; all fetches to number `fetch`, without
    the `open` ones, which had not ended then, or may end late; all runs to number `run`, which had ended; `sources`: whose
    rows it brought."""

    change: int = 0
    print: str = ""
    fetch: int = 0
    open: tuple[int, ...] = ()
    run: int = 0
    sources: tuple[str, ...] = ()


@dataclass(slots=True)
class Input:
    """An input while it is merged. `shared`: sources that another input has, or had, too."""

    path: Path
    db: Database
    identity: str
    sources: tuple[str, ...]
    taken: Taken = Taken()
    shared: frozenset[str] = frozenset()
    counts: dict[str, int] = field(default_factory=dict)

    def rows(self, query: str, *values: Any) -> Iterator[dict[str, Any]]:
        """Rows of the input, by the names of their columns."""
        cursor = self.db.conn.execute(query, values)
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))

    def row(self, query: str, *values: Any) -> dict[str, Any] | None:
        """The first of them."""
        return next(self.rows(query, *values), None)

    def count(self, what: str) -> None:
        """One more of what was written from it."""
        self.counts[what] = self.counts.get(what, 0) + 1


@contextmanager
def opened(paths: Sequence[Path], target: Path) -> Iterator[list[Input]]:
    """The inputs, each in the state of this moment until the end; others may write into them meanwhile.

    Raises Missing, NotDateline, OlderSchema (bring it to this schema first), NewerSchema; ReadOnly where two are one and the
    same database, or one is the target."""
    inputs: list[Input] = []
    seen: dict[str, Path] = {}
    if target.exists():
        db = database.open_reader(target, older=True)
        seen[identity(db)] = target
        db.close()
    try:
        for path in paths:
            db = database.open_reader(path, any_thread=True)
            try:
                with driver_errors_as_ours(path):
                    db.conn.execute("BEGIN")
                    own = identity(db)
                    names = db.conn.execute("SELECT name FROM source ORDER BY name").fetchall()
                if own in seen:
                    raise ReadOnly(
                        f"{path}: is the same database as {seen[own]}, or a copy of it, so that their numbers mean different "
                        "rows once both have grown: leave one out (a shard's first database is made by "
                        "`dateline merge OLD.db --db SHARD.db`, not by copying)"
                    )
            except BaseException:
                db.close()
                raise
            seen[own] = path
            inputs.append(Input(path, db, own, tuple(name for (name,) in names)))
        yield inputs
    finally:
        for each in inputs:
            each.db.close()


def identity(db: Database) -> str:
    """What tells a database from all others, wherever its file lies; a backup of it is the same."""
    rows = dict(db.conn.execute("SELECT key, value FROM meta WHERE key IN ('identity', 'created_at')").fetchall())
    return str(rows.get("identity") or f"made at {rows.get('created_at')}")


def taken(db: Database, inputs: Sequence[Input]) -> None:
    """Look up in the target what was taken of each input.

    Raises Rewound where an input no longer has the last change that was."""
    before = {
        key.removeprefix(_PREFIX): _read(value)
        for key, value in db.conn.execute("SELECT key, value FROM meta WHERE key LIKE ?", (f"{_PREFIX}%",))
    }
    own = {each.identity: each.sources for each in inputs}
    for each in inputs:
        each.taken = before.get(each.identity, Taken())
        if each.taken.change and _print(each, each.taken.change) != each.taken.print:
            raise Rewound(
                f"{each.path}: has not the change {each.taken.change} that was taken of it before (it was restored from an "
                "older backup): merge all databases into a new one"
            )
        others = [set(found.sources) for name, found in before.items() if name != each.identity]
        others += [set(names) for name, names in own.items() if name != each.identity]
        each.shared = frozenset(each.sources).intersection(*[set[str]().union(*others)])


def advance(db: Database, each: Input, **found: Any) -> Taken:
    """Write how far an input was taken, within the transaction that took it; `each` itself is left as it is.

    Raises InUse where another process has gone on meanwhile."""
    row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (_PREFIX + each.identity,)).fetchone()
    if (_read(row[0]) if row else Taken()) != each.taken:
        raise InUse(f"{each.path}: another merge takes it into the same database: let one end first")
    after = replace(each.taken, sources=tuple(sorted({*each.taken.sources, *each.sources})), **found)
    if "change" in found:
        after = replace(after, print=_print(each, after.change))
    if after != each.taken:
        value = clean.dumps([after.change, after.print, after.fetch, list(after.open), after.run, list(after.sources)])
        db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_PREFIX + each.identity, value))
    return after


def _read(value: str) -> Taken:
    change, print_, fetch, open_, run, sources = json.loads(value)
    return Taken(change, print_, fetch, tuple(open_), run, tuple(sources))


def _print(each: Input, change: int) -> str:
    row = each.db.conn.execute(_CHANGE, (change,)).fetchone()
    return clean.dumps(list(row)) if row else ""
