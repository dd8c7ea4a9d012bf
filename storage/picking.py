"""Columns of the articles that a selection means, batch by batch, each a short read of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from storage import export
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


def picked(reader: Reader, selection: Selection, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """These columns of `articles`, in the order of the selection. Raises QueryError at the first of them."""
    for numbers in export.found_by(reader, selection, batch_for(columns)):
        marks = ", ".join("?" * len(numbers))
        sql = f"SELECT id, {', '.join(columns)} FROM articles WHERE id IN ({marks})"  # noqa: S608 - our own names
        with driver_errors_as_ours(reader.path):
            rows = reader.db.conn.execute(
                sql, numbers
            ).fetchall()  # all at once: no statement stays open between two batches
        found = {row[0]: row[1:] for row in rows}
        yield [found[number] for number in numbers]
