"""Apache Parquet, by pyarrow (`pip install 'dateline[parquet]'`): typed columns, in groups of rows that are written one after
another, so that memory stays flat.

Columns are those of the view `articles`, in their order: numbers as integers, lists as lists of strings, times as timestamps
in UTC. A time of which only the day is known is no instant: its column is null, and `published_day` or `modified_day` has the
day (of an instant, its day in UTC); `published_precision` says which it is.
"""

from __future__ import annotations

import io
import json
import math
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from crawler.arguments import ArgumentProblem
from storage import clock
from storage.columns import LISTS, TIMES
from storage.export import CHANGE_COLUMNS, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.export.formats import Wishes
    from storage.export import Export

ROWS: Final = 10_000
"""Rows of a group, at most."""

GROUP_SIZE: Final = 1 << 23
"""Characters of text in a group, at most (and one article more)."""

_DAY_SECONDS: Final = 86400
_LAST_CHANGE: Final = "dateline.last_change"
_MARK: Final = b"dateline.format"

INTEGERS: Final = {
    "id": "int64",
    "story_id": "int64",
    "revision": "int32",
    "word_count": "int32",
    "change_seq": "int64",
}
DAYS: Final = {"dateline_date": "dateline_date", "published_day": "published_at", "modified_day": "modified_at"}
"""Column of days -> the column that it is read from."""

_FEW: Final = (
    "source",
    "section",
    "language",
    "published_precision",
    "published_offset",
    "published_from",
    "modified_from",
)
_CHOICES: Final = ("form", "rights", "access", "status", "credit", "credit_confidence", "dateline_agency", "extractor")
WORDS_THAT_RECUR: Final = (*_FEW, *_CHOICES, "dateline_place", "change_kind")
"""Columns that are written by a dictionary of their values."""


def columns(*, changes: bool = False) -> dict[str, str]:
    """The columns of a file, in their order, and Arrow's names of their types."""
    added = ("published_day", "modified_day", *(CHANGE_COLUMNS if changes else ()))
    return {name: _type(name) for name in (*COLUMNS, *added)}


def _type(name: str) -> str:
    if name in INTEGERS:
        return INTEGERS[name]
    if name in TIMES:
        return "timestamp[ms, tz=UTC]"
    if name in DAYS:
        return "date32"
    return "list<string>" if name in LISTS else "string"


def pieces(articles: Export, wishes: Wishes) -> Iterator[bytes]:
    """The file, a group of rows at a time. Raises ArgumentProblem where pyarrow is not installed."""
    check_installed()
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    names = columns(changes=wishes.changes)
    schema = pa.schema([(name, _arrow(pa, kind)) for name, kind in names.items()])
    out = _Out()
    dictionaries = [name for name in names if name in WORDS_THAT_RECUR]
    with ParquetWriter(out, schema, compression="zstd", use_dictionary=dictionaries, version="2.6") as writer:
        for group in _groups(articles):
            writer.write_table(_table(pa, schema, group), row_group_size=ROWS)
            group.clear()  # else it would be held while the next is read
            yield out.taken()
        writer.add_key_value_metadata({_MARK.decode(): "1"})
        if articles.last_seq is not None:
            writer.add_key_value_metadata({_LAST_CHANGE: str(articles.last_seq)})
    yield out.taken()


def _table(pa: Any, schema: Any, group: list[dict[str, Any]]) -> Any:
    arrays = [pa.array(_values(each.name, group), each.type) for each in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def check_installed() -> None:
    """Raise ArgumentProblem where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise ArgumentProblem("--format parquet needs pyarrow, which is not installed: pip install 'dateline[parquet]'")


def is_ours(first: bytes, last: bytes) -> bool:
    """Whether it is a Parquet file whose footer says that we wrote it."""
    return first.startswith(b"PAR1") and last.endswith(b"PAR1") and _MARK in last


def _groups(articles: Export) -> Iterator[list[dict[str, Any]]]:
    group, size = list[dict[str, Any]](), 0
    for each in articles:
        group.append(each.values)
        size += len(each.values["body"] or "") + len(each.values["lead"] or "")
        if len(group) == ROWS or size >= GROUP_SIZE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _values(name: str, group: list[dict[str, Any]]) -> list[Any]:
    """A column of a group, as Arrow takes it: times in milliseconds, days in days, since the epoch."""
    found = [row[DAYS.get(name, name)] for row in group]
    if name in TIMES:
        return [_since_epoch(at, 1000) if at is not None and "T" in at else None for at in found]
    if name in DAYS:
        return [_since_epoch(at, 1 / _DAY_SECONDS) for at in found]
    return [_list(text) for text in found] if name in LISTS else found


def _since_epoch(at: str | None, factor: float) -> int | None:
    seconds = clock.epoch(at)
    return None if seconds is None else math.floor(seconds * factor)


def _list(text: str | None) -> list[str] | None:
    return None if text is None else [] if text == "[]" else json.loads(text)


def _arrow(pa: Any, kind: str) -> Any:
    made: dict[str, Callable[[], Any]] = {
        "string": pa.string,
        "int64": pa.int64,
        "int32": pa.int32,
        "date32": pa.date32,
        "timestamp[ms, tz=UTC]": lambda: pa.timestamp("ms", "UTC"),
        "list<string>": lambda: pa.list_(pa.string()),
    }
    return made[kind]()


class _Out(io.RawIOBase):
    """What the writer has written since it was last asked."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any, /) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def taken(self) -> bytes:
        """These bytes, once."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found
