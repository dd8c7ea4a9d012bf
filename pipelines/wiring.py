"""What the crawler hands to the pipelines: two live objects that ride on Scrapy's crawler, known here only by Protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.models import ArticleStore, Extractor


@dataclass(frozen=True, slots=True)
class Wired:
    """The pool that extracts, the store that knows and keeps, whether raw pages are kept, whether anything takes the items
    that leave the last pipeline, asked for each, and whether an item goes through our pipelines only (`at_once`)."""

    extractor: Extractor
    store: ArticleStore
    keep_raw: bool = True
    taken: Callable[[], bool] = lambda: True
    at_once: bool = False


def wired(crawler: object) -> Wired:
    """The wiring that the starting command put on `crawler.wired`.

    Raises RuntimeError when a crawl was started without it."""
    wiring = getattr(crawler, "wired", None)
    if wiring is None:
        raise RuntimeError("the pipelines need a crawl started by `dateline` or by this project's `scrapy crawl`")
    return cast("Wired", wiring)
