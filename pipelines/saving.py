"""The end of a fetch is written: what the last pipeline does, and an import, which needs no Scrapy for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.awaited import awaited
from pipelines.deduplicate import decided, settled

if TYPE_CHECKING:
    from storage.models import ArticleStore, Decide, Dispatch, Ended, Extractor, Kept, Look

ATTEMPTS = 5
"""Decisions of one article before giving up: each needs another process to save the same article in between."""


async def decide_and_save(
    dispatch: Dispatch, store: ArticleStore, extractor: Extractor, *, keep_raw: bool
) -> tuple[Dispatch, Ended]:
    """Decide on `dispatch` and write its end, in one transaction where that can be.

    Raises what `save` does."""
    if not dispatch.decided and dispatch.ending.decision is None:
        written = await awaited(store.decide_and_end(dispatch, deciding(keep_raw=keep_raw)))
        if written is not None:
            return written
        dispatch = await decided(dispatch, store, extractor)
    return await save(dispatch, store, keep_raw=keep_raw)


def deciding(*, keep_raw: bool) -> Decide:
    """What the store is to call within its transaction: the decision, and the page beside it where pages are kept."""

    def decide(dispatch: Dispatch, look: Look, kept: Kept) -> Dispatch | None:
        made = dispatch if dispatch.decided else settled(dispatch, look, kept)
        return with_page(made) if keep_raw and made is not None else made

    return decide


async def save(dispatch: Dispatch, store: ArticleStore, *, keep_raw: bool) -> tuple[Dispatch, Ended]:
    """Write the end of `dispatch`; when its decision is stale, decide again on what is stored now.

    Raises `StorageError` (from the store) when nothing could be written, RuntimeError after `ATTEMPTS` stale decisions."""
    if keep_raw:
        dispatch = with_page(dispatch)
    for _ in range(ATTEMPTS):
        ended = await awaited(store.end(dispatch.ending))
        if not ended.stale:
            return dispatch, ended
        dispatch = await decided(dispatch, store, None)
    raise RuntimeError(f"{dispatch.page.url}: saved by others {ATTEMPTS} times in a row while it was being decided")


def with_page(dispatch: Dispatch) -> Dispatch:
    """`dispatch` with its page, to be kept as evidence of a text."""
    article = dispatch.ending.article
    if article is None and dispatch.ending.outcome.name == "gone" and dispatch.extraction is not None:
        article = dispatch.extraction.article  # a page that tells so little that it counts as gone is evidence
    if article is None or not article.body:
        return dispatch
    return replace(dispatch, ending=replace(dispatch.ending, page=dispatch.page))
