"""Which stored articles tell the same text as this one: they form one story. Pure rules, no store.

Two articles tell the same text where enough of the words of both stand in common passages (`overlap`). The rule does not
ask which of them came first, so that a story is the same whatever the order in which its articles arrive: the articles
that hang together by it, directly or through others.

An unknown article:
 8. no body: `new`, a story of its own, never a copy;
 9. it tells the text of an article of another source: `copy`, in that one's story;
10. it is almost the same as an article of its own source: `new`, in that one's story;
11. else `new`, a story of its own.
Rules 9 and 10 with articles of several stories: these become one, under the number of the oldest. But a text in which
UNRELATED stories stand that have nothing in common is a digest: it joins those alone that are that digest too. A story
that stands in a stored digest does not join it where it is less than IN_ANOTHER of it.

A revised article stays in its story, whatever its new text: its earlier text was printed, and is kept. Where the new
text is that of another story by rule 9 or 10, the two stories become one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines import fingerprint, overlap, remnants
from storage.models import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.models import Article, Kin, Known, Status

TOGETHER = 0.75
"""What the covered shares of both texts come to, at the least. A copy cut to its half with three paragraphs of another
hand has .5 + .3 to .5; a follow-up with a fifth of another's words .2 + .2."""
GREATER, LESSER = 0.42, 0.25
WITHIN, IN_ANOTHER = 0.85, 0.45
"""Where so much of a text stands in the other it is one whole story in it, and more of the other is asked: a day's digest
holds the whole texts of many stories, and must not make them one."""
UNRELATED = 3
"""Stories without a common passage in one text. Two are the two halves of one, as papers cut them."""
COMPARED = 600_000
"""Characters of stored texts that are compared with one, those that share most first."""
WORDS = 20
"""Covered words of a copy; fewer only where nearly all of both texts is the same (`SAME`), and never under FEWEST."""
FEWEST = 10
SAME = 0.9
SAME_SOURCE = 0.8
"""An agency's own stories share background, so both must be covered this far."""
NUMBERS = 4
"""From so many numbers on, a text with other numbers in the same words is a form filled in anew: rates, results."""


def first(article: Article, known: Known, status: Status) -> Decision:
    """The decision on an article whose identity is not stored."""
    decision = Decision("new", None, 0, "first", status, mark=known.mark)
    if not (same := tellers(article, known.kin)):
        return decision
    keep, *merges = sorted({one.story_id for one in same if one.story_id is not None})
    decision = replace(decision, story_id=keep, merges=tuple(merges))
    if (one := copied(article, same)) is not None:
        return replace(decision, outcome="copy", detail=f"shares its text with article {one.id} of {one.source}")
    return replace(decision, detail=f"almost the text of article {same[0].id}")


def tellers(article: Article, kin: Sequence[Kin]) -> list[Kin]:
    """Those of `kin` that an unknown article becomes one story with (rules 8 to 11), those that share most first."""
    return _same(article, kin) if _tells(article) else []


def copied(article: Article, same: Sequence[Kin]) -> Kin | None:
    """Whose text an article is a copy of, of those that tell it: the first of another source."""
    return next((one for one in same if one.source != article.source), None)


def joined(article: Article, known: Known, decision: Decision) -> Decision:
    """`decision` on a stored article, with the stories that its new text makes one with its own."""
    if decision.outcome != "revised" or not _tells(article):
        return decision
    others = [one for one in known.kin if one.story_id != decision.story_id]
    merges = sorted({one.story_id for one in _same(article, others) if one.story_id is not None})
    return replace(decision, merges=tuple(merges), mark=known.mark)


def _tells(article: Article) -> bool:
    """Whether there is a text at all: two stories that are withdrawn in the same words are not the same story."""
    return bool(article.body.strip()) and not remnants.withdrawn(article.marker, article.body)


def _same(article: Article, kin: Sequence[Kin]) -> list[Kin]:
    """Those of `kin` that tell the text of `article`, those that share most first; one of a story is enough, but one of
    another source is sought."""
    if not kin:
        return []
    own = fingerprint.body_words(article.body)
    found: list[Kin] = []
    parts: list[tuple[int | None, list[str]]] = []
    whole: set[int] = set()
    slight: set[int] = set()
    sure: set[int | None] = set()
    left = COMPARED
    for one in sorted(kin, key=lambda one: (one.content_hash != article.content_hash, -one.shared, one.id)):
        if one.story_id in sure:
            continue
        told = one.content_hash == article.content_hash
        if told:
            whole.add(one.id)
        for body in one.bodies:
            if told or left <= 0:
                break
            left -= min(len(body), fingerprint.LONGEST)
            other = fingerprint.body_words(body)
            shared = overlap.measure(own, other)
            told = _tell(shared, own_source=one.source == article.source)
            if told and shared.other < IN_ANOTHER:
                slight.add(one.id)
            if min(shared.one, shared.other) >= SAME_SOURCE:
                whole.add(one.id)
            elif shared.other >= GREATER and shared.words >= WORDS:
                parts.append((one.story_id, other))
        if told:
            found.append(one)
            if one.source != article.source and one.id not in slight:
                sure.add(one.story_id)
    return _firm([one for one in found if one.id in whole] if _digest(parts) else found, slight)


def _firm(found: Sequence[Kin], slight: set[int]) -> list[Kin]:
    """`found` without those whose texts are for the most part other words (`slight`: a digest may hold this story and
    others), where another story tells this text better."""
    firm = {one.story_id for one in found if one.id not in slight} or {one.story_id for one in found[:1]}
    return [one for one in found if one.id not in slight or one.story_id in firm]


def _digest(parts: Sequence[tuple[int | None, list[str]]]) -> bool:
    """Whether of the texts, each of a story, that stand in one text UNRELATED have no passage in common."""
    if len({story for story, _ in parts}) < UNRELATED:
        return False
    unrelated: list[tuple[int | None, list[str]]] = []
    for story, text in sorted(parts, key=lambda part: len(part[1])):
        if all(story != other and overlap.measure(text, told).words < WORDS for other, told in unrelated):
            unrelated.append((story, text))
        if len(unrelated) == UNRELATED:
            return True
    return False


def same_text(one: list[str], other: list[str], *, own_source: bool = False) -> bool:
    """Whether two bodies, as words, are the same text, whole or trimmed, with words changed or paragraphs added."""
    return _tell(overlap.measure(one, other), own_source=own_source)


def _tell(shared: overlap.Shared, *, own_source: bool) -> bool:
    low, high = sorted((shared.one, shared.other))
    if shared.numbers >= NUMBERS and 2 * shared.common_numbers < shared.numbers:
        return False
    if own_source:
        return low >= SAME_SOURCE and shared.words >= FEWEST
    if shared.words < WORDS:
        return low >= SAME and shared.words >= FEWEST
    if high >= WITHIN:
        return low >= IN_ANOTHER
    return low + high >= TOGETHER and high >= GREATER and low >= LESSER
