"""The formats, each a module beside this one: what it makes of a row, and how a file of its own is known again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from crawler.export import jsonl, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.reader import Row


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command was given. `raw_cells`: CSV cells as they are stored, for programs. `bom`: a byte order mark in front of
    CSV, by which old spreadsheets know UTF-8."""

    raw_cells: bool = False
    bom: bool = False


class Format(Protocol):
    """`pieces` gives the file's bytes, a piece a row and what stands before and behind them; it holds one row at a time."""

    def pieces(self, rows: Iterator[Row], wishes: Wishes) -> Iterator[bytes]: ...

    def is_ours(self, first: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Format:
    pieces: Callable[[Iterator[Row], Wishes], Iterator[bytes]]
    is_ours: Callable[[bytes], bool]


FORMATS: dict[str, Format] = {
    "jsonl": _Format(jsonl.pieces, jsonl.is_ours),
    "csv": _Format(table.pieces, table.is_ours),
}


def made_here(first: bytes) -> bool:
    """Whether a file whose first line this is was written by an export."""
    return any(each.is_ours(first) for each in FORMATS.values())
