"""Which of two looks at a page is the older one: by the time of the capture, and by what the page says of its own time.

An older capture: fetched (an archive's record) more than `LATE` seconds before the page was last looked at; or a page
whose own time of modification, by the same witness, lies more than `LATE` seconds before the stored text's (a cache that
lags behind), unless that time stays while the text changes, or the page.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.models import Article, KnownArticle

LATE = 900.0
"""Seconds: pages are read in any order, caches lag; less than this between two looks says nothing of which is older."""
STAMPED = 5.0
"""Seconds: a page modified so shortly before it was fetched bears the time of the answer."""


def older(article: Article, known: KnownArticle) -> str | None:
    """Why `article` is an older capture than what is stored, in words; None where it is not."""
    return captured_before(article, known) or _modified_before(article, known)


def captured_before(article: Article, known: KnownArticle) -> str | None:
    fetched, checked = epoch(article.fetched_at), epoch(known.checked_at)
    if fetched is not None and checked is not None and fetched < checked - LATE:
        return f"captured at {article.fetched_at}, before the last look at {known.checked_at}"
    return None


def _modified_before(article: Article, known: KnownArticle) -> str | None:
    stamps = _stamps(article, known)
    if article.modified is None or stamps is None or stays(article, known):
        return None
    modified, before = stamps
    checked = epoch(known.checked_at)
    # A stamp from the time after the look that found it was wrong, and proves nothing about what comes later.
    if (checked is None or before <= checked + LATE) and modified < before - LATE:
        return f"modified at {article.modified.at}, before the stored text of {known.modified_at}"
    return None


def _stamps(article: Article, known: KnownArticle) -> tuple[float, float] | None:
    """When the page and the stored text say that they were modified, by the same witness, to the second."""
    if (
        article.modified is None
        or article.modified.precision == "day"
        or article.modified.origin != known.modified_from
    ):
        return None
    modified, before = epoch(article.modified.at), epoch(known.modified_at)
    return None if modified is None or before is None else (modified, before)


def stays(article: Article, known: KnownArticle) -> bool:
    """Whether a page that calls itself older cannot be a cache's: another text bore the same time, so it does not move
    with the text; or the page still shows the text that was set aside for it."""
    at, fetched = article.modified and article.modified.at, epoch(article.fetched_at)
    for text in known.aside:
        if text.content_hash != article.content_hash and text.modified_at == at:
            return True
        seen = epoch(text.seen_at)
        if text.content_hash == article.content_hash and fetched and seen and fetched > seen + LATE:
            return never_current(article, known)
    return False


def never_current(article: Article, known: KnownArticle) -> bool:
    """Whether the text is stored, but only as an older capture."""
    aside = [text.content_hash for text in known.aside].count(article.content_hash)
    return 0 < aside == known.hashes.count(article.content_hash)


def modified_since(article: Article, known: KnownArticle, margin: float) -> bool:
    """Whether the page was modified more than `margin` seconds after the stored text. A page that stamps each answer with
    the present says nothing."""
    stamps, fetched = _stamps(article, known), epoch(article.fetched_at)
    return stamps is not None and fetched is not None and stamps[1] + margin < stamps[0] < fetched - STAMPED


def epoch(at: str | None) -> float | None:
    """Seconds of a time to the second; None for a bare day, which says too little here."""
    if at is None or len(at) <= 10:
        return None
    try:
        return datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
