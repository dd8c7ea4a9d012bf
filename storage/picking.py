"""Which articles come, and in which order: by number, or newest publication first; batch by batch, each a read of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from storage import export, search
from storage.errors import driver_errors_as_ours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.export import Selection
    from storage.reader import Reader

LONG: Final = frozenset({"body", "subheads", "content_hash", "extractor", "tail"})
"""Columns that lie in a text's row behind its body, or are it: few articles a read, so that memory stays flat."""


def batch_for(columns: Sequence[str]) -> int:
    """How many articles are read at once."""
    return export.BATCH if LONG.intersection(columns) else 10 * export.BATCH


def picked(
    reader: Reader, selection: Selection, *, newest_first: bool, limit: int | None, batch: int
) -> Iterator[Sequence[int]]:
    """The numbers of the selected articles, at most `limit`. Raises QueryError at the first of them."""
    left = limit
    found = _newest(reader, selection, batch) if newest_first else export.found_by(reader, selection, batch)
    while left is None or left > 0:
        numbers = next(found, None)
        if numbers is None:
            return
        numbers = numbers if left is None else numbers[:left]
        left = None if left is None else left - len(numbers)
        yield numbers


def rows(reader: Reader, columns: Sequence[str], numbers: Sequence[int]) -> list[tuple[Any, ...]]:
    """These columns of `articles`, in the order of `numbers`."""
    marks = ", ".join("?" * len(numbers))
    sql = f"SELECT id, {', '.join(columns)} FROM articles WHERE id IN ({marks})"  # noqa: S608 - our own names
    by_number = {row[0]: row[1:] for row in _all(reader, sql, *numbers)}
    return [by_number[number] for number in numbers]


def _newest(reader: Reader, selection: Selection, batch: int) -> Iterator[Sequence[int]]:
    conditions, values = export.conditions_of(selection)
    if selection.query is not None:
        _, match = search.match(selection.query)
        where = " AND ".join(["search MATCH ?", "search.rowid < ?", *conditions])
        sql = (
            "SELECT search.rowid, a.id FROM search JOIN article AS a ON a.search_id = search.rowid"  # noqa: S608 - our own parts
            f" WHERE {where} ORDER BY search.rowid DESC LIMIT ?"
        )
        before = 2**63 - 1
        while some := _all(reader, sql, match, before, *values, batch):
            yield [number for _, number in some]
            before = some[-1][0]
        return
    more = "".join(f" AND {condition}" for condition in conditions)
    dated = (
        "SELECT a.published_at, a.id FROM article AS a"  # noqa: S608 - our own parts; values are bound
        f" WHERE a.published_at <= ? AND (a.published_at < ? OR a.id < ?){more}"
        " ORDER BY a.published_at DESC, a.id DESC LIMIT ?"
    )
    at, number = "9", 2**63 - 1
    while some := _all(reader, dated, at, at, number, *values, batch):
        yield [number for _, number in some]
        at, number = some[-1]
    undated = (
        f"SELECT a.id FROM article AS a WHERE a.published_at IS NULL AND a.id < ?{more} ORDER BY a.id DESC LIMIT ?"  # noqa: S608 - as above
    )
    number = 2**63 - 1
    while some := _all(reader, undated, number, *values, batch):
        yield [found for (found,) in some]
        (number,) = some[-1]


def _all(reader: Reader, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows at once, so that no statement stays open between two batches."""
    with driver_errors_as_ours(reader.path):
        return reader.db.conn.execute(sql, values).fetchall()
