"""Last pipeline: one transaction writes all that a fetch leaves behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem

from pipelines.deduplicate import decided
from pipelines.item import item as stored_item
from pipelines.wiring import wired

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from storage.models import ArticleStore, Dispatch, Ended

STORED = frozenset({"new", "revised", "copy"})
ATTEMPTS = 5
"""Decisions of one article before giving up: each needs another process to save the same article in between."""


class NothingNew(DropItem):
    """The fetch has its outcome in the ledger, but leaves no new text to export."""

    log_level = "DEBUG"


async def save(dispatch: Dispatch, store: ArticleStore, *, keep_raw: bool) -> tuple[Dispatch, Ended]:
    """Write the end of `dispatch`; when its decision is stale, decide again on what is stored now.

    Raises `StorageError` (from the store) when nothing could be written, RuntimeError after `ATTEMPTS` stale decisions."""
    article = dispatch.ending.article
    if article is None and dispatch.ending.outcome.name == "gone" and dispatch.extraction is not None:
        article = dispatch.extraction.article  # a page that tells so little that it counts as gone is evidence
    if keep_raw and article is not None and article.body:
        dispatch = replace(dispatch, ending=replace(dispatch.ending, page=dispatch.page))
    for _ in range(ATTEMPTS):
        ended = await asyncio.wrap_future(store.end(dispatch.ending))
        if not ended.stale:
            return dispatch, ended
        dispatch = await decided(dispatch, store, None)
    raise RuntimeError(f"{dispatch.page.url}: saved by others {ATTEMPTS} times in a row while it was being decided")


class Save:
    """Decision -> saved; when a new text was stored, gives it on as a plain dict (`-O out.jsonl` exports it)."""

    def __init__(self, store: ArticleStore, *, keep_raw: bool) -> None:
        self._store = store
        self._keep_raw = keep_raw

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        wiring = wired(crawler)
        return cls(wiring.store, keep_raw=wiring.keep_raw)

    async def process_item(self, item: Dispatch) -> dict[str, Any]:
        dispatch, ended = await save(item, self._store, keep_raw=self._keep_raw)
        article, decision = dispatch.ending.article, dispatch.ending.decision
        if (
            article is None
            or decision is None
            or dispatch.ending.outcome.name not in STORED
            or ended.article_id is None
        ):
            raise NothingNew(dispatch.ending.outcome.name)
        return stored_item(article, decision, ended)
