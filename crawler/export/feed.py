"""RSS 2.0 and Atom (`storage.feeds`): the newest articles of a selection. All entries are held until the document is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage import feeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.export.formats import Wishes
    from storage.export import Export

ENTRIES: Final = 50
"""Of a feed without a limit."""


def rss(articles: Export, wishes: Wishes) -> Iterator[bytes]:
    """The whole document."""
    assert wishes.channel is not None
    yield feeds.rss(_entries(articles, wishes), wishes.channel)


def atom(articles: Export, wishes: Wishes) -> Iterator[bytes]:
    """The whole document."""
    assert wishes.channel is not None
    yield feeds.atom(_entries(articles, wishes), wishes.channel)


def _entries(articles: Export, wishes: Wishes) -> Iterator[feeds.Entry]:
    for each in articles:
        assert each.text is not None
        publisher = wishes.publishers.get(each.values["source"])
        yield feeds.entry(each.values, each.text, publisher.title if publisher else None)


def is_ours(first: bytes, last: bytes) -> bool:
    """Whether the first line is that of our feeds."""
    del last
    return feeds.made_here(first)
