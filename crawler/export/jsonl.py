"""JSON Lines (https://jsonlines.org): one article a line, UTF-8, its columns as in the view `articles` but for lists, which
are JSON's own. Signs that steer a terminal or part lines are written as `\\uXXXX`, the same text to a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from crawler import terminal
from storage.export import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.export.formats import Wishes
    from storage.reader import Row

_FEWEST: Final = 10
"""Columns; no version had fewer."""

LISTS: Final = ("subheads", "authors", "tags")


def pieces(rows: Iterator[Row], wishes: Wishes) -> Iterator[bytes]:
    """A line a row; nothing else."""
    del wishes
    for row in rows:
        values = row.as_dict()
        values |= {name: json.loads(values[name]) for name in LISTS if values[name] is not None}
        yield f"{terminal.dumps(values)}\n".encode()


def is_ours(first: bytes) -> bool:
    """Whether it is an object with these columns, or with those of a version with fewer, in their order and none beside."""
    try:
        found = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and len(found) >= _FEWEST and tuple(found) == COLUMNS[: len(found)]
