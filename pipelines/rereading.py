"""Like with like: before a look at a page decides whether its text is a new one, texts that another extractor made are read
again from their kept pages by the present one, and put in the place of the stored words (`storage.reextraction`).

So what only the extractor changed is no difference any more when `decision` compares, and what the agency changed stays
one. It costs an extraction a stored text, once after an extractor changed, and only of articles that are looked at then
and read differently; all others are `dateline reextract`'s. Where the page of the stored text is not kept, rule 8 of
`decision` judges by a tolerant measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.awaited import awaited
from pipelines.workers import FAILURES
from storage.models import Reading

if TYPE_CHECKING:
    from storage.models import Article, ArticleStore, Extraction, Extractor, KeptText, KnownArticle, Profile

NO_TEXT = "reserved"
"""Why a page is refused whose text may not be kept (any more) by what its page and profile say now."""


def may_differ(article: Article, known: KnownArticle) -> bool:
    """Whether stored texts may be another extractor's that matter now. Of a text that was never seen before the store is to be
    asked even where the current text is of the same extractor: an earlier one, which the page may show again, may not be."""
    if known.content_hash == article.content_hash:
        return False
    return known.extractor != article.extractor or article.content_hash not in known.hashes


async def brought_up(
    article: Article, known: KnownArticle, profile: Profile, store: ArticleStore, extractor: Extractor
) -> bool:
    """Whether stored texts of `known` were rewritten as the extractor of `article` reads their pages; then what is known
    is to be asked again."""
    if not may_differ(article, known):
        return False
    readings = []
    for text, page in await awaited(store.kept(known.id, profile, article.extractor)):
        reading = reading_of(text, article.extractor, await extractor.extract(page))
        if reading is not None:
            readings.append(reading)
    if not readings:
        return False
    await awaited(store.rewrite(readings))
    return True


def reading_of(text: KeptText, by: str, extraction: Extraction) -> Reading | None:
    """What an extraction says of the stored text of its page; None where it broke, which says nothing of the page. A
    reading without words never takes the place of words."""
    article = extraction.article
    if article is None:
        reason = extraction.reason or "no_text"
        return None if reason in FAILURES else Reading(text, by, None, reason)
    if not article.body.strip():
        return Reading(text, by, None, NO_TEXT if article.rights == "reserved" else "no_text")
    return Reading(text, by, article)
