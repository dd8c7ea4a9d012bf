"""What a text announces that the stored ones did not: marks, advisories and notes are compared one by one.

They stay for days, several of them together: a story corrected by a note is updated under `UPDATE 2-`, with the note still at
its end. Words are compared as `furniture` does, so that curly quotes or a damaged encoding make no new note. A mark is
new where the current text had it not (`CORRECTED-` comes back with the next mistake); a line of text where no stored one
had it, for it names what it is about.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pipelines import fingerprint, furniture, markers, notices
from storage.models import Announcement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.models import Article, KnownArticle, RevisionKind, Status

LINE_WORDS = 6
"""Words from which on an announcement is a line that names its matter, and no mere mark."""
MENDED_SHARE = 0.1
"""Of the words, changed at the most where a change only mends."""
ALIKE, LONGEST = 0.7, 60
"""Likeness of two spellings of a word, and the letters of a word, at the most."""


def kind(article: Article, before: Iterable[str]) -> RevisionKind | None:
    """The strongest kind that headline and text announce in other words than those of `before`."""
    known = {furniture.plain(words) for words in before}
    return notices.strongest([one.kind for one in _said(article) if _new(one, known)])


def taken_back(article: Article, known: KnownArticle, *, already: bool) -> str | None:
    """The mark of withdrawal that a headline bears which was stored without it: what alone may be a book's title
    (`RETRACTION: A novel`) is a notice there. `already`: the article is withdrawn, so the stored one may have it too."""
    if article.title == known.title and not already:
        return None
    marked = markers.read(article.title, "")
    if marked.kind != "withdrawal":
        return None
    before = markers.read(known.title, "").title if already else known.title
    return marked.label if fingerprint.text_hash(marked.title) == fingerprint.text_hash(before) else None


def standing(known: KnownArticle) -> tuple[str, ...]:
    """The words that announce nothing any more: what the current text says, and the lines of all its texts."""
    return (*known.announced, *(words for words in known.labels if len(words.split()) >= LINE_WORDS))


def signalled(article: Article, known: KnownArticle, status: Status) -> RevisionKind | None:
    """The kind that the metadata alone announces anew."""
    data = [one for one in article.announced if one.data]
    if not data:
        return article.signal if status == "live" else None
    stored = {furniture.plain(words) for words in known.labels}
    return notices.strongest([one.kind for one in data if _new(one, stored)])


def mended(article: Article, known: KnownArticle) -> RevisionKind | None:
    """The kind of a change that only puts spellings and figures right, word for word, under a mark that says so and stays:
    a refile where spellings are, a correction where figures are; the other where only its mark is there."""
    kinds = {one.kind for one in _said(article)} & {"correction", "refile"}
    told = furniture.texts(article, known) if kinds else None
    if told is None:
        return None
    new, old = (
        f"{furniture.plain(title)} {text}".split()
        for title, text in zip((article.title, known.title), told, strict=True)
    )
    if len(new) != len(old):
        return None
    changed = [pair for pair in zip(new, old, strict=True) if pair[0] != pair[1]]
    figures = [pair for pair in changed if all(map(str.isdigit, pair))]
    if len(changed) > MENDED_SHARE * len(new) or any(not _alike(*pair) for pair in changed if pair not in figures):
        return None
    likely: tuple[RevisionKind, RevisionKind] = ("correction", "refile") if figures else ("refile", "correction")
    return next(each for each in likely if each in kinds)


def _said(article: Article) -> tuple[Announcement, ...]:
    """What headline and text announce."""
    said = tuple(one for one in article.announced if not one.data)
    return said or ((Announcement(article.marker, article.label or ""),) if article.marker else ())


def _new(one: Announcement, known: set[str]) -> bool:
    words = furniture.plain(one.words)
    return not words or words not in known


def _alike(one: str, other: str) -> bool:
    if max(len(one), len(other)) > LONGEST:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
