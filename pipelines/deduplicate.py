"""Third pipeline: new, revised, unchanged, an alias or a copy, by what the store knows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from pipelines import identity, remnants, rereading
from pipelines.decision import decide
from pipelines.wiring import wired
from storage.models import Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from storage.models import Article, ArticleStore, Dispatch, Extractor, Known


async def decided(dispatch: Dispatch, store: ArticleStore, extractor: Extractor | None) -> Dispatch:
    """`dispatch` with the decision that fits what the store knows now.

    A page that claims another article's identity goes on under a key of its own, or as the article that was set apart so
    before. Where only a note is left of an article, the fetch ends as `gone`, and its text is not kept. `extractor` reads
    the pages of stored texts again that another one made (`rereading`); None: that was done a moment ago."""
    found = dispatch.ending.article
    assert found is not None, "judge leaves an article or a decided dispatch"
    article, known = await _known(found, store)
    if known.article is not None and extractor is not None:
        profile = dispatch.page.profile
        if await rereading.brought_up(article, known.article, profile, store, extractor):
            article, known = await _known(found, store)
    if known.article is not None and (note := remnants.only_a_note(article, known.article)):
        ending = replace(dispatch.ending, article=None, decision=None, page=None, outcome=Outcome("gone", note))
        return replace(dispatch, decided=True, ending=ending)
    decision = decide(article, known)
    outcome = Outcome(decision.outcome, decision.detail)
    if article.rights == "reserved" and not article.body:
        outcome = Outcome("blocked:reserved", f"rights reserved; link, title and time kept ({decision.outcome})")
    return replace(dispatch, ending=replace(dispatch.ending, article=article, decision=decision, outcome=outcome))


async def _known(article: Article, store: ArticleStore) -> tuple[Article, Known]:
    """What is stored of an article, and the article under the key by which that is its own."""
    known = await asyncio.wrap_future(store.known(article))
    if known.article is not None and identity.stranger(article, known.article):
        article = identity.apart(article, known.article)
        known = await asyncio.wrap_future(store.known(article))
        if known.article is not None and known.article.key != article.key:
            known = replace(known, article=None)
    if known.article is None and known.twin is not None and identity.is_twin(article, known.twin):
        known = replace(known, article=known.twin)
    return article, known


class Deduplicate:
    """Article -> Decision; Save asks again when the store has moved on in between."""

    def __init__(self, store: ArticleStore, extractor: Extractor) -> None:
        self._store, self._extractor = store, extractor

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        wiring = wired(crawler)
        return cls(wiring.store, wiring.extractor)

    async def process_item(self, item: Dispatch) -> Dispatch:
        return item if item.decided else await decided(item, self._store, self._extractor)
