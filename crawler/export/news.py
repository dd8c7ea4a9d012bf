"""ninjs 3.1 (`storage.ninjs`): one item a line, or all in one JSON array, still an item a line. Of an article the current
text comes, or with `--versions` every text that was current once, the current one last."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from crawler import terminal
from storage import ninjs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.export.formats import Wishes
    from storage.export import Export


def pieces(articles: Export, wishes: Wishes) -> Iterator[bytes]:
    """A line an item."""
    if not wishes.array:
        yield from (item + b"\n" for item in _items(articles, wishes))
        return
    before = b"["
    for item in _items(articles, wishes):
        yield before + item
        before = b",\n"
    yield b"[]\n" if before == b"[" else b"\n]\n"


def _items(articles: Export, wishes: Wishes) -> Iterator[bytes]:
    for each in articles:
        publisher = wishes.publishers.get(each.values["source"])
        assert each.text is not None
        for text in chain(each.former, (each.text,)):
            yield terminal.dumps(ninjs.item(each.values, text, publisher, current=each.text)).encode()


def is_ours(first: bytes, last: bytes) -> bool:
    """Whether the first line is an item with an identifier as we give them, and an article's number; or there is nothing but
    an empty array."""
    line = first.strip()
    if line == b"[]":
        return last == first
    try:
        found = json.loads(line.removeprefix(b"[").removesuffix(b","))
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(found, dict)
        and str(found.get("uri")).startswith("urn:uuid:")
        and found.get("standard") == ninjs.STANDARD
        and "dateline" in {each.get("role") for each in found.get("altIds", ()) if isinstance(each, dict)}
    )
