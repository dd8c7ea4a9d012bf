"""Third pipeline: new, revised, unchanged, an alias or a copy, by what the store knows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from pipelines.decision import decide
from pipelines.wiring import wired
from storage.models import Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from storage.models import ArticleStore, Dispatch


async def decided(dispatch: Dispatch, store: ArticleStore) -> Dispatch:
    """`dispatch` with the decision that fits what the store knows now."""
    article = dispatch.ending.article
    assert article is not None, "judge leaves an article or a decided dispatch"
    decision = decide(article, await asyncio.wrap_future(store.known(article)))
    outcome = Outcome(decision.outcome, decision.detail)
    if article.rights == "reserved" and not article.body:
        outcome = Outcome("blocked:reserved", f"rights reserved; link, title and time kept ({decision.outcome})")
    return replace(dispatch, ending=replace(dispatch.ending, decision=decision, outcome=outcome))


class Deduplicate:
    """Article -> Decision; Save asks again when the store has moved on in between."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(wired(crawler).store)

    async def process_item(self, item: Dispatch) -> Dispatch:
        return item if item.decided else await decided(item, self._store)
