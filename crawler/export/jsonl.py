"""JSON Lines (https://jsonlines.org): one article a line, UTF-8, its columns as in the view `articles` but for lists, which
are JSON's own. Signs that steer a terminal or part lines are written as `\\uXXXX`, the same text to a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from crawler import terminal
from storage.columns import LISTS
from storage.export import CHANGE_COLUMNS, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.export.formats import Wishes
    from storage.export import Export

_FEWEST: Final = 10
"""Columns; no version had fewer."""

_LISTS: Final = tuple(name for name in COLUMNS if name in LISTS)


def pieces(articles: Export, wishes: Wishes) -> Iterator[bytes]:
    """A line an article; nothing else."""
    del wishes
    for each in articles:
        values = each.values
        for name in _LISTS:
            if values[name] is not None:
                values[name] = json.loads(values[name])
        yield f"{terminal.dumps(values)}\n".encode()


def is_ours(first: bytes, last: bytes) -> bool:
    """Whether the first line is an object with these columns, or with those of a version with fewer, in their order and none
    beside but those of a change."""
    del last
    try:
        found = json.loads(first)
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    names = tuple(found)
    if names[-len(CHANGE_COLUMNS) :] == CHANGE_COLUMNS:
        names = names[: -len(CHANGE_COLUMNS)]
    return len(names) >= _FEWEST and names == COLUMNS[: len(names)]
