"""Which article a page is: its identity within the source, the other addresses of the same page, and keys that lie.

An article's key is the agency's own id, else its canonical address. Pages lie about the latter: a whole site may name its
home page, a section, or another story; agencies use an id again. So a page that comes to a stored article by key or by
canonical address, from an address that never was that article's, must also read like it:
 1. its address is the stored one in another dress (AMP, mobile, print; see `urls.place`) or spelling: the same article;
    but where only the address says so, for the page calls itself something else, it must also read like it, by 3 or 5;
 2. both bear an id of the agency, and they differ: another article;
 3. a fifth of the shorter text's five-word runs stand in the other: the same;
 4. under the agency's id, published no more than two days apart as far as is known, or under the same title, or a text
    that only says it is withdrawn: the same; a flash is written anew from its first word to its last within the hour;
 5. the same words in the title, published no more than two days apart as far as is known: the same;
 6. else another article, with a key of its own.

An address that was taken for an article's only because its page had the very text of it (`same_story`) may yet get a
text of its own: then it is set apart (`parted`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import fingerprint, furniture, remnants, urls

if TYPE_CHECKING:
    from storage.models import Article, KnownArticle, Page

SHARED = 0.2
MOST = 0.8
DAYS_APART = 2
DAYS_REPOSTED, REPOSTED_WORDS = 31, 80
"""A text of so many words may be posted again so many days later."""
SPELLINGS = tuple((scheme, twin) for scheme in ("https://", "http://") for twin in ("", "www."))


def identified(article: Article, page: Page) -> Article:
    """`article` with the time of its page, the key of its plain address where it is an AMP, mobile or print page, and
    the other spellings under which it may be stored."""
    key = article.key if article.agency_id else urls.plain(article.canonical_url)
    own = {article.key, article.url, article.canonical_url}
    also = dict.fromkeys(
        f"{scheme}{twin}{place}{slash}"
        for place in dict.fromkeys(map(urls.place, (article.url, article.canonical_url)))
        for scheme, twin in SPELLINGS
        for slash in (("",) if place.endswith("/") or "?" in place else ("", "/"))
    )
    also_at = tuple(spelling for spelling in also if spelling not in own)
    at = f"{page.fetched_at[:19]}Z" if len(page.fetched_at) >= 20 else None
    return replace(article, key=key, fetched_at=at, also=also_at)


def elsewhere(article: Article, known: KnownArticle) -> bool:
    """Whether the page is at another address than the stored article."""
    return urls.canonical(article.url) != urls.canonical(known.url)


def dressed(article: Article, known: KnownArticle) -> bool:
    """Whether the page is an AMP, mobile or print page of an article that is stored from its plain address."""
    return urls.marked(article.url) and not urls.marked(known.url) and elsewhere(article, known)


def stranger(article: Article, known: KnownArticle) -> bool:
    """Whether a page that claims to be a stored article is another one (rules above)."""
    if not elsewhere(article, known):
        return False
    if known.here:
        return parted(article, known)
    if known.key.startswith("id:") and known.key == article.key:
        return used_again(article, known)
    if urls.place(article.url) == urls.place(known.url):
        return _guessed(article, known) and not _reads_like(article, known)
    if article.agency_id and known.key.startswith("id:"):
        return True
    return not _reads_like(article, known)


def used_again(article: Article, known: KnownArticle) -> bool:
    """Whether the agency gave the id of a stored article to another one (rules 3 and 4)."""
    if article.marker == "withdrawal" or _days_apart(_published(article), known.published_at) <= DAYS_APART:
        return False
    return not _same_title(article, known) and overlap(article, known) < SHARED


def parted(article: Article, known: KnownArticle) -> bool:
    """Whether a page whose address was taken for the stored article's because it had the same text has now another one:
    after a later publication of its own, fewer than four fifths of it; else, what rules 3 and 5 do not call the same."""
    if not article.body.strip() or article.marker == "withdrawal" or article.content_hash in known.hashes:
        return False
    if article.agency_id is not None or known.key in (article.key, urls.plain(article.canonical_url)):
        return False
    if known.url in (article.canonical_url, *article.also) or urls.place(article.url) == urls.place(known.url):
        return False
    at, then = _published(article), known.published_at
    shortest = min(len(at or ""), len(then or ""))
    if shortest and (at or "")[:shortest] != (then or "")[:shortest]:
        return overlap(article, known) < MOST
    return not _reads_like(article, known)


def _guessed(article: Article, known: KnownArticle) -> bool:
    """Whether only the marks taken off one of two addresses make them one: the page does not name the plain one."""
    if not urls.marked(article.url) and not urls.marked(known.url):
        return False
    named = article.canonical_url
    return urls.marked(named) or urls.place(named) != urls.place(known.url)


def _reads_like(article: Article, known: KnownArticle) -> bool:
    """Rules 3 and 5."""
    if overlap(article, known) >= SHARED:
        return True
    return _same_title(article, known) and _days_apart(_published(article), known.published_at) <= DAYS_APART


def same_story(article: Article, twin: KnownArticle) -> bool:
    """Whether an article without an id of the agency, at an address that is not known, is a stored one: a page that moved
    or was posted again. It says the same (where it was posted days later, in so many words that no form or standing notice
    does); or it has the same title, the very same time, and most of the same text. A text with other numbers in the same
    words (rates, results) is another one. A notice of withdrawal, which many stories share, is no text to know one by."""
    if remnants.withdrawn(article.marker, article.body):
        return False
    at = _published(article)
    apart_by = _days_apart(at, twin.published_at)
    if apart_by > (DAYS_REPOSTED if len(fingerprint.body_words(article.body)) >= REPOSTED_WORDS else DAYS_APART):
        return False
    if furniture.same(article, twin):
        return True
    timed = at is not None and len(at) > 10 and at == twin.published_at
    return timed and _same_title(article, twin) and overlap(article, twin) >= MOST


def is_twin(article: Article, twin: KnownArticle) -> bool:
    """Whether an article that is not stored is the stored `twin` (see `storage.models.Known`): for a page set apart, the
    second story of the agency's id; never one for a page under an id that is its own."""
    if article.agency_id is None:
        return same_story(article, twin)
    return article.key.startswith("url:") and not used_again(article, twin)


def apart(article: Article, known: KnownArticle) -> Article:
    """A stranger as an article of its own: it keeps the agency's id where that is not the other's key, else goes by the
    address that answered."""
    address = urls.canonical(article.url)
    free = article.agency_id is not None and article.key != known.key
    return replace(article, key=article.key if free else f"url:{address}", canonical_url=address, also=())


def overlap(article: Article, known: KnownArticle) -> float:
    """How much of the shorter text's five-word runs stands in the longer, 0 to 1."""
    one, other = fingerprint.shingle_keys(article.body), fingerprint.shingle_keys(known.body)
    return len(one & other) / max(1, min(len(one), len(other)))


def _published(article: Article) -> str | None:
    return article.published.at if article.published else None


def _same_title(article: Article, known: KnownArticle) -> bool:
    return fingerprint.text_hash(article.title) == fingerprint.text_hash(known.title)


def _days_apart(one: str | None, other: str | None) -> int:
    """Days between two times as readers see them, 0 where one is not known."""
    if not one or not other:
        return 0
    return abs((datetime.fromisoformat(one[:10]) - datetime.fromisoformat(other[:10])).days)
