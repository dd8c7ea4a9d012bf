"""Last pipeline: one transaction writes all that a fetch leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem

from pipelines.item import item as stored_item
from pipelines.saving import decide_and_save
from pipelines.wiring import wired

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler

    from storage.models import ArticleStore, Dispatch, Extractor

STORED = frozenset({"new", "revised", "copy"})


class NothingNew(DropItem):
    """The fetch has its outcome in the ledger, but leaves no new text to export."""

    log_level = "DEBUG"


class Save:
    """Decision -> saved, with the decision where that is not made yet; when a new text was stored, gives it on as a plain dict
    (`-O out.jsonl` exports it), an empty one where `taken` says that nothing would take it."""

    def __init__(self, store: ArticleStore, extractor: Extractor, *, keep_raw: bool, taken: Callable[[], bool]) -> None:
        self._store = store
        self._extractor = extractor
        self._keep_raw = keep_raw
        self._taken = taken

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        wiring = wired(crawler)
        return cls(wiring.store, wiring.extractor, keep_raw=wiring.keep_raw, taken=wiring.taken)

    async def process_item(self, item: Dispatch) -> dict[str, Any]:
        dispatch, ended = await decide_and_save(item, self._store, self._extractor, keep_raw=self._keep_raw)
        article, decision = dispatch.ending.article, dispatch.ending.decision
        if (
            article is None
            or decision is None
            or dispatch.ending.outcome.name not in STORED
            or ended.article_id is None
        ):
            raise NothingNew(dispatch.ending.outcome.name)
        return stored_item(article, decision, ended) if self._taken() else {}
