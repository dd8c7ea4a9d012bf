"""The formats, each a module beside this one: what it makes of the articles, and how a file of its own is known again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from crawler.export import feed, jsonl, news, parquet, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from storage.export import Export
    from storage.feeds import Channel
    from storage.ninjs import Publisher


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command was given. `changes`: each article comes with its last change. `raw_cells`: CSV cells as they are
    stored, for programs; `bom`: a byte order mark in front of CSV, by which old spreadsheets know UTF-8. `array`: ninjs as one
    JSON array. `channel`: what a feed says of itself; `publishers`: what is known of the sources, by name."""

    changes: bool = False
    raw_cells: bool = False
    bom: bool = False
    array: bool = False
    channel: Channel | None = None
    publishers: Mapping[str, Publisher] = field(default_factory=dict)


class Format(Protocol):
    """`pieces` gives the file's bytes, a piece at least every few thousand articles, and holds no more of them than that (a
    feed: all that it shows). `is_ours` judges a file by its first line and its last `TAIL` bytes. `binary`: nothing for a
    terminal; `texts`: what it needs of `Export`; `newest`: it shows the newest, so many of them where no limit is given."""

    @property
    def binary(self) -> bool: ...
    @property
    def texts(self) -> Literal["current", "all"] | None: ...
    @property
    def newest(self) -> int | None: ...

    def pieces(self, articles: Export, wishes: Wishes) -> Iterator[bytes]: ...

    def is_ours(self, first: bytes, last: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Format:
    pieces: Callable[[Export, Wishes], Iterator[bytes]]
    is_ours: Callable[[bytes, bytes], bool]
    binary: bool = False
    texts: Literal["current", "all"] | None = None
    newest: int | None = None


TAIL = 1 << 16
"""Bytes of a file's end that `is_ours` is given."""

FORMATS: dict[str, Format] = {
    "jsonl": _Format(jsonl.pieces, jsonl.is_ours),
    "csv": _Format(table.pieces, table.is_ours),
    "parquet": _Format(parquet.pieces, parquet.is_ours, binary=True),
    "ninjs": _Format(news.pieces, news.is_ours, texts="current"),
    "rss": _Format(feed.rss, feed.is_ours, texts="current", newest=feed.ENTRIES),
    "atom": _Format(feed.atom, feed.is_ours, texts="current", newest=feed.ENTRIES),
}


def made_here(first: bytes, last: bytes) -> bool:
    """Whether a file with this first line and this end was written by an export."""
    return any(each.is_ours(first, last) for each in FORMATS.values())
