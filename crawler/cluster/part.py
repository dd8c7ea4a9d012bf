"""A part: what became of one WARC file's records, as one Parquet file. One row a record, in the file's order.

A part holds all that a database needs of a record, so that `dateline load` decides on it as an import does. It is decided on
nothing that only a database knows: a row that is an article has the outcome `article`, and becomes `new`, `revised`,
`unchanged`, `alias` or `copy` when it is loaded. Columns are named as those of the views `fetches` and `articles`; an instant
(`published_at`) is text as there, since a day is no instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

from storage.models import Announcement, Article, Credit, Dateline, Instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

ARTICLE: Final = "article"
"""The outcome of a record that is an article; all others are those of `fetches`, with their reason in a column of its own."""

FORMAT: Final = "1"
GROUP: Final = 1000
"""Rows of a group, at most."""
GROUP_SIZE: Final = 1 << 23
"""Characters of bodies in a group, at most (and one body more)."""
_MARK: Final = b"dateline.part"

_TEXTS: Final = (
    *("key", "url", "canonical_url", "title", "lead", "body", "content_hash", "extractor", "section", "language"),
    *("agency_id", "form", "rights", "image_url", "image_caption", "image_credit", "access", "marker", "label", "tail"),
    *("fetched_at", "signal"),
)
_LISTS: Final = ("subheads", "authors", "tags", "also")
_INSTANTS: Final = ("published", "modified")
_INSTANT: Final = {"at": "at", "precision": "precision", "offset": "offset", "raw": "raw", "from": "origin"}
_DATELINE: Final = {
    "dateline": "text",
    "dateline_place": "place",
    "dateline_date": "date",
    "dateline_agency": "agency",
    "dateline_length": "length",
}
_CREDIT: Final = {"credit": "agency", "credit_evidence": "evidence", "credit_confidence": "confidence"}
_RECORD: Final = {
    "record": "string",
    "record_offset": "int64",
    "source": "string",
    "record_url": "string",
    "captured_at": "string",
    "status": "int32",
    "bytes": "int64",
    "ms": "int32",
    "outcome": "string",
    "reason": "string",
    "detail": "string",
    "missed": "string",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `record`: `warc:<identity of the file>#<offset>`, by which a database knows it again; `url`: as it was asked
    for (`record_url`); `outcome`: `article`, or an outcome of `fetches` with its `reason`; `ms`: milliseconds of extraction."""

    record: str
    offset: int
    source: str
    url: str
    captured_at: str | None
    status: int | None
    bytes: int
    ms: int
    outcome: str
    reason: str | None = None
    detail: str | None = None
    missed: str | None = None
    article: Article | None = None


@cache
def schema() -> pa.Schema:
    """The columns of a part, in their order."""
    import pyarrow as pa

    text, texts = pa.string(), pa.list_(pa.string())
    kinds = {"string": text, "int32": pa.int32(), "int64": pa.int64()}
    said = pa.list_(pa.struct([("kind", text), ("words", text), ("data", pa.bool_())]))
    instants = [f"{name}_{each}" for name in _INSTANTS for each in _INSTANT]
    return pa.schema(
        [
            *((name, kinds[kind]) for name, kind in _RECORD.items()),
            *((name, text) for name in _TEXTS),
            *((name, texts) for name in _LISTS),
            *((name, text) for name in instants),
            *((name, pa.int32() if name == "dateline_length" else text) for name in (*_DATELINE, *_CREDIT)),
            ("word_count", pa.int32()),
            ("announced", said),
            ("sketch", pa.list_(pa.uint32())),
        ]
    )


class Writer:
    """Writes a part as its rows come: a group of rows is held, packed and let go of, so that memory stays flat. In a `with`
    block; `facts` is told before its end, of the whole file, and stands in the footer."""

    def __init__(self, place: Path) -> None:
        from pyarrow.parquet import ParquetWriter

        self._out = ParquetWriter(place, schema(), compression="zstd")
        self._group: list[Row] = []
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()

    def add(self, row: Row) -> None:
        """The file's next row."""
        self._group.append(row)
        self._size += len(row.article.body) if row.article is not None else 0
        if len(self._group) == GROUP or self._size >= GROUP_SIZE:
            self._flush()

    def facts(self, facts: Mapping[str, str]) -> None:
        """All rows are added, and this is told of them."""
        self._flush()
        self._out.add_key_value_metadata(_footer(facts))

    def _flush(self) -> None:
        if self._group:
            self._out.write_table(_table(self._group))
        self._group, self._size = [], 0


def packed(rows: Sequence[Row], facts: Mapping[str, str]) -> bytes:
    """A small part's bytes. `facts`: what is told of the whole file, in the footer."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    out = pa.BufferOutputStream()
    told = {name.encode(): text.encode() for name, text in _footer(facts).items()}
    write_table(_table(rows).replace_schema_metadata(told), out, compression="zstd", row_group_size=GROUP)
    whole: bytes = out.getvalue().to_pybytes()
    return whole


def _table(rows: Sequence[Row]) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, list[Any]] = {name: [] for name in schema().names}
    for row in rows:
        values = _values(row)
        for name, column in columns.items():
            column.append(values.get(name))
    return pa.table(columns, schema=schema())


def _footer(facts: Mapping[str, str]) -> dict[str, str]:
    return {_MARK.decode(): FORMAT, **{f"dateline.{name}": text for name, text in facts.items()}}


def facts(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    """What a part's footer tells of its file. Raises ValueError where it is none of ours, or of a later format."""
    found = dict(metadata or {})
    if _MARK not in found:
        raise ValueError("no part of a dataset: its footer does not bear our mark")
    if (version := found[_MARK].decode()) != FORMAT:
        raise ValueError(f"a part of format {version}, and this version reads {FORMAT}: use the version that wrote it")
    return {
        name.decode().removeprefix("dateline."): value.decode()
        for name, value in found.items()
        if name.startswith(b"dateline.") and name != _MARK
    }


def rows(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
    """The rows of a part, in its order."""
    for batch in batches:
        for values in batch.to_pylist():
            yield _row(values)


def _values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {
        "record": row.record,
        "record_offset": row.offset,
        "source": row.source,
        "record_url": row.url,
        "captured_at": row.captured_at,
        "status": row.status,
        "bytes": row.bytes,
        "ms": row.ms,
        "outcome": row.outcome,
        "reason": row.reason,
        "detail": row.detail,
        "missed": row.missed,
    }
    if (found := row.article) is None:
        return values
    values |= {name: getattr(found, name) for name in _TEXTS} | {name: list(getattr(found, name)) for name in _LISTS}
    for name in _INSTANTS:
        if (instant := getattr(found, name)) is not None:
            values |= {f"{name}_{column}": getattr(instant, field) for column, field in _INSTANT.items()}
    if found.dateline is not None:
        values |= {column: getattr(found.dateline, field) for column, field in _DATELINE.items()}
    if found.credit is not None:
        values |= {column: getattr(found.credit, field) for column, field in _CREDIT.items()}
    values["word_count"] = found.word_count
    values["announced"] = [{"kind": one.kind, "words": one.words, "data": one.data} for one in found.announced]
    values["sketch"] = list(found.sketch)
    return values


def _row(values: dict[str, Any]) -> Row:
    return Row(
        record=values["record"],
        offset=values["record_offset"],
        source=values["source"],
        url=values["record_url"],
        captured_at=values["captured_at"],
        status=values["status"],
        bytes=values["bytes"],
        ms=values["ms"],
        outcome=values["outcome"],
        reason=values["reason"],
        detail=values["detail"],
        missed=values["missed"],
        article=_article(values) if values["outcome"] == ARTICLE else None,
    )


def _article(values: dict[str, Any]) -> Article:
    found: dict[str, Any] = {name: values[name] for name in _TEXTS} | {name: tuple(values[name]) for name in _LISTS}
    for name in _INSTANTS:
        if values[f"{name}_at"] is not None:
            found[name] = Instant(**{field: values[f"{name}_{column}"] for column, field in _INSTANT.items()})
    if values["dateline"] is not None:
        found["dateline"] = Dateline(**{field: values[column] for column, field in _DATELINE.items()})
    if values["credit"] is not None:
        found["credit"] = Credit(**{field: values[column] for column, field in _CREDIT.items()})
    return Article(
        source=values["source"],
        word_count=values["word_count"],
        announced=tuple(Announcement(**one) for one in values["announced"]),
        sketch=tuple(values["sketch"]),
        **found,
    )
