"""Third pipeline: new, revised, unchanged, an alias or a copy, by what the store knows.

What decides is loaded beside a crawl's first requests (`judge.Judge`), so that it is imported where it is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from pipelines import rereading
from pipelines.awaited import awaited
from pipelines.wiring import wired
from storage.models import Outcome

if TYPE_CHECKING:
    from collections.abc import Generator

    from scrapy.crawler import Crawler

    from storage.models import Article, ArticleStore, Dispatch, Extractor, Kept, Known, Look


async def decided(dispatch: Dispatch, store: ArticleStore, extractor: Extractor | None) -> Dispatch:
    """`dispatch` with the decision that fits what the store knows now.

    A page that claims another article's identity goes on under a key of its own, or as the article that was set apart so
    before. Where only a note is left of an article, the fetch ends as `gone`, and its text is not kept. `extractor` reads
    the pages of stored texts again that another one made (`rereading`); None: that was done a moment ago."""
    found = _found(dispatch)
    article, known = await _asked(found, store)
    if known.article is not None and extractor is not None:
        profile = dispatch.page.profile
        if await rereading.brought_up(article, known.article, profile, store, extractor):
            article, known = await _asked(found, store)
    return _by(dispatch, article, known)


def settled(dispatch: Dispatch, look: Look, kept: Kept) -> Dispatch | None:
    """The same decision at once, where it is made within the store's own transaction: `look` says what is known there.

    None where texts that another extractor made are to be read again before (`kept` has their pages): extraction takes its
    time in other processes, so that is for `decided`."""
    article, known = _looked(_found(dispatch), look)
    there = known.article
    if (
        there is not None
        and rereading.may_differ(article, there)
        and kept(there.id, dispatch.page.profile, article.extractor)
    ):
        return None
    return _by(dispatch, article, known)


def _found(dispatch: Dispatch) -> Article:
    found = dispatch.ending.article
    assert found is not None, "judge leaves an article or a decided dispatch"
    return found


def _by(dispatch: Dispatch, article: Article, known: Known) -> Dispatch:
    """The decision on what is known."""
    from pipelines import remnants
    from pipelines.decision import decide

    if known.article is not None and (note := remnants.only_a_note(article, known.article)):
        ending = replace(dispatch.ending, article=None, decision=None, page=None, outcome=Outcome("gone", note))
        return replace(dispatch, decided=True, ending=ending)
    decision = decide(article, known)
    outcome = Outcome(decision.outcome, decision.detail)
    if article.rights == "reserved" and not article.body:
        outcome = Outcome("blocked:reserved", f"rights reserved; link, title and time kept ({decision.outcome})")
    return replace(dispatch, ending=replace(dispatch.ending, article=article, decision=decision, outcome=outcome))


def _identified(article: Article) -> Generator[Article, Known, tuple[Article, Known]]:
    """What is stored of an article, and the article under the key by which that is its own. Yields what is to be looked up,
    and is sent what is known of it."""
    from pipelines import identity

    known = yield article
    if known.article is not None and identity.stranger(article, known.article):
        article = identity.apart(article, known.article)
        known = yield article
        if known.article is not None and known.article.key != article.key:
            known = replace(known, article=None)
    if known.article is None and known.twin is not None and identity.is_twin(article, known.twin):
        known = replace(known, article=known.twin)
    return article, known


def _looked(found: Article, look: Look) -> tuple[Article, Known]:
    identified = _identified(found)
    asked = next(identified)
    while True:
        try:
            asked = identified.send(look(asked))
        except StopIteration as end:
            answer: tuple[Article, Known] = end.value
            return answer


async def _asked(found: Article, store: ArticleStore) -> tuple[Article, Known]:
    identified = _identified(found)
    asked = next(identified)
    while True:
        known = await awaited(store.known(asked))
        try:
            asked = identified.send(known)
        except StopIteration as end:
            answer: tuple[Article, Known] = end.value
            return answer


class Deduplicate:
    """Article -> Decision; Save asks again when the store has moved on in between. `at_once`: nothing stands between the two,
    so Save decides, too, within the transaction that writes."""

    def __init__(self, store: ArticleStore, extractor: Extractor, *, at_once: bool) -> None:
        self._store, self._extractor, self._at_once = store, extractor, at_once

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        wiring = wired(crawler)
        return cls(wiring.store, wiring.extractor, at_once=wiring.at_once)

    async def process_item(self, item: Dispatch) -> Dispatch:
        if item.decided or self._at_once:
            return item
        return await decided(item, self._store, self._extractor)
