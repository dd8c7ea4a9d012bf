"""Rows as a pandas frame, column by column and batch by batch: a million rows take no list of a million objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from storage import columns
from storage.records import decoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame, Series

CHUNK: Final = 50_000
"""Rows that are held as Python objects before they become columns."""

TIMES: Final = columns.TIMES | columns.DAYS
WORDS: Final = frozenset({
    "access", "credit_confidence", "extractor", "finish_reason", "first_source", "form", "kind", "language",
    "modified_from", "outcome", "published_from", "published_offset", "published_precision", "rights", "source", "status",
})  # fmt: skip
"""Columns of few different values."""
NUMBERS: Final = frozenset({
    "article_id", "articles", "bytes", "first_article_id", "id", "ms", "origin_article_id", "requests", "revision", "run_id",
    "sources", "story_id", "word_count",
})  # fmt: skip


def frame(view: str, names: tuple[str, ...], batches: Iterable[list[tuple[Any, ...]]]) -> DataFrame:
    """The rows of `batches`, of that view, under their columns' names, typed. Raises ImportError without pandas."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("frame() needs pandas, which is not installed: pip install pandas") from error
    numbers = NUMBERS | {"status"} if view == "fetches" else NUMBERS  # there it is that of HTTP
    held: list[tuple[Any, ...]] = []
    chunks: list[list[Series[Any]]] = []
    for batch in batches:
        held += batch
        if len(held) >= CHUNK:
            chunks.append(_columns(names, numbers, held))
            held = []
    if held or not chunks:
        chunks.append(_columns(names, numbers, held))
    whole = {name: _joined([chunk[place] for chunk in chunks]) for place, name in enumerate(names)}
    return pd.DataFrame(whole, copy=False)


def _columns(names: tuple[str, ...], numbers: frozenset[str], rows: list[tuple[Any, ...]]) -> list[Series[Any]]:
    values = zip(*rows, strict=True) if rows else ((),) * len(names)
    return [_typed(name, numbers, column) for name, column in zip(names, values, strict=True)]


def _typed(name: str, numbers: frozenset[str], values: tuple[Any, ...]) -> Series[Any]:
    import pandas as pd

    if decode := decoder(name):
        return pd.Series([None if value is None else decode(value) for value in values], dtype="object")
    if name in TIMES:
        read = pd.to_datetime(pd.Series(values, dtype="object"), format="ISO8601", utc=True)
        return read.dt.as_unit("us")
    if name in numbers:
        return pd.Series(values, dtype="Int64")
    texts = pd.Series(values, dtype="string")
    # By way of texts, so that the categories of a chunk without any value are texts, too.
    return texts.astype("category") if name in WORDS else texts


def _joined(parts: list[Series[Any]]) -> Series[Any]:
    """One column of its chunks; their categories become those of all."""
    import pandas as pd

    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0].dtype, pd.CategoricalDtype):
        return pd.Series(pd.api.types.union_categoricals(parts))
    return pd.concat(parts, ignore_index=True)
