"""Articles read out one after another, however many there are: for `dateline export` and for programs.

Batches follow the articles' numbers, each a short read of its own: a snapshot that is held for the hours of a large export
would let the writer's journal grow all the while. So each article that was there at the beginning comes exactly once, as it
was when its batch was read; what is stored meanwhile does not come.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import clock, search
from storage.errors import driver_errors_as_ours
from storage.reader import Row
from storage.search import QueryError
from storage.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.reader import Reader

BATCH: Final = 200
"""Articles of one read: some megabytes where they are long."""

COLUMNS: Final = next(tuple(name for name, _ in view.columns) for view in VIEWS if view.name == "articles")

_WHEN: Final = "coalesce(a.published_at, a.first_seen_at)"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles: of these sources (empty: all), this language, published `since` and `until` (UTC text, both inclusive, a
    day means the whole day; an article without a time counts by when it was first seen), found by `query` as
    `search.search` finds them; with a change after the number `changes_since`."""

    sources: tuple[str, ...] = ()
    language: str | None = None
    since: str | None = None
    until: str | None = None
    query: str | None = None
    changes_since: int | None = None


def articles(reader: Reader, selection: Selection, *, batch: int = BATCH) -> Iterator[Row]:
    """The selected articles as rows of `articles`, by their numbers, which follow their coming. With a query 8 bytes for
    each article that it finds are held, else nothing but the batch.

    Raises QueryError at the first row where the selection cannot be understood, `StorageError`."""
    names = ", ".join(COLUMNS)
    for numbers in found_by(reader, selection, batch):
        marks = ", ".join("?" * len(numbers))
        rows = _rows(reader, f"SELECT {names} FROM articles WHERE id IN ({marks}) ORDER BY id", *numbers)  # noqa: S608 - our own parts
        yield from (Row("articles", row) for row in rows)


def found_by(reader: Reader, selection: Selection, batch: int) -> Iterator[Sequence[int]]:
    """The selected articles' numbers, batch by batch."""
    conditions, values = conditions_of(selection)
    if selection.query is not None:
        _, match = search.match(selection.query)
        where = " AND ".join(["search MATCH ?", *conditions])
        hits = "SELECT a.id FROM search JOIN article AS a ON a.search_id = search.rowid"
        found = array("q", _firsts(reader, f"{hits} WHERE {where} ORDER BY a.id", match, *values))
        yield from (found[start : start + batch] for start in range(0, len(found), batch))
        return
    (last,) = _firsts(reader, "SELECT coalesce(max(id), 0) FROM article")
    where = " AND ".join(["a.id > ?", "a.id <= ?", *conditions])
    numbers = f"SELECT a.id FROM article AS a WHERE {where} ORDER BY a.id LIMIT ?"  # noqa: S608 - our own parts; values are bound
    after = 0
    while some := _firsts(reader, numbers, after, last, *values, batch):
        yield some
        after = some[-1]


def conditions_of(selection: Selection) -> tuple[list[str], list[str | int]]:
    """SQL conditions on `article AS a` (all but the query), and their values. Raises QueryError."""
    where, values = list[str](), list[str | int]()
    if selection.sources:
        where.append(f"a.source IN ({', '.join('?' * len(selection.sources))})")
        values += [search.bindable(name) for name in selection.sources]
    if selection.language is not None:
        where.append("a.language = ?")
        values.append(search.bindable(selection.language))
    if selection.since is not None:
        where.append(f"{_WHEN} >= ?")
        values.append(_time(selection.since))
    if selection.until is not None:
        until = _time(selection.until)
        where.append(f"substr({_WHEN}, 1, {len(until)}) <= ?")
        values.append(until)
    if selection.changes_since is not None:
        where.append("a.id IN (SELECT article_id FROM change WHERE seq > ?)")
        values.append(selection.changes_since)
    return where, values


def _time(text: str) -> str:
    """A bound as columns have times: a day as it is, an instant in UTC. Raises QueryError."""
    at = clock.epoch(text)
    if at is None or not 0 <= at < 253402300800:
        raise QueryError(f"{text!r} is no time: write 2026-11-22 or 2026-11-22T08:00:00Z")
    return clock.text(at)[:10] if len(text) == len("2026-11-22") else clock.text(at)


def _rows(reader: Reader, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows at once, so that no statement stays open between two batches."""
    with driver_errors_as_ours(reader.path):
        return reader.db.conn.execute(sql, values).fetchall()


def _firsts(reader: Reader, sql: str, *values: Any) -> list[int]:
    return [row[0] for row in _rows(reader, sql, *values)]
