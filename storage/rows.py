"""Rows that are read as they are asked for, and the same as a pandas frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from storage.records import Record, Shape

if TYPE_CHECKING:
    from pandas import DataFrame

R_co = TypeVar("R_co", bound=Record, covariant=True)
Batches = Callable[[], Iterable[list[tuple[Any, ...]]]]


class Rows(Generic[R_co]):
    """An iterable of rows; each walk over it reads anew. `pandas.DataFrame(rows)` works; `rows.frame()` is quicker, takes
    less memory, and gives columns their types."""

    def __init__(self, kind: type[R_co], columns: tuple[str, ...], batches: Batches) -> None:
        self._kind = kind
        self._shape = Shape(columns)
        self._batches = batches

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of each row, in their order."""
        return self._shape.columns

    def __iter__(self) -> Iterator[R_co]:
        shape = self._shape
        for batch in self._batches():
            for row in batch:
                yield self._kind(shape, row)

    def first(self) -> R_co | None:
        """The first row; None without any."""
        return next(iter(self), None)

    def frame(self) -> DataFrame:
        """All rows as a pandas frame. Times are `datetime64[us, UTC]` (a bare day is its midnight: `published_precision`
        tells), words of a small set are `category`, whole numbers `Int64`, texts `string`, lists tuples in `object`.

        Raises ImportError without pandas."""
        from storage.frames import frame

        return frame(self._kind.view, self._shape.columns, self._batches())
