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

LISTS: Final = ("subheads", "authors", "tags")


def pieces(rows: Iterator[Row], wishes: Wishes) -> Iterator[bytes]:
    """A line a row; nothing else."""
    del wishes
    for row in rows:
        values = row.as_dict()
        values |= {name: json.loads(values[name]) for name in LISTS if values[name] is not None}
        yield f"{terminal.dumps(values)}\n".encode()


def is_ours(head: bytes) -> bool:
    """Whether the first columns stand at the beginning."""
    first = ", ".join(f'"{name}": ' for name in COLUMNS[:1])
    return head.startswith(f"{{{first}".encode()) and f', "{COLUMNS[1]}": "'.encode() in head[:40]
