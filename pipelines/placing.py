"""Where the paragraphs of one source stand that repeat: at the edge of the body, or between what a story says itself; and
whether one reads like a reporter's sentence. Pure; `repeats` decides by it.

Reporters have stock sentences ("There were no immediate reports of casualties."), which repeat and are news. They stand among
or right behind the story's own words, end like prose, and call nobody; what a site prints stands beyond the text, or says where
to turn to, or is no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pipelines import phrases

NEARLY_ALL = 0.9
REPEATED = 0.1
"""Of the pages that bear a paragraph, those in which it stands twice: from here on it is a label or an answer within a text."""
_SENTENCE = re.compile(r"[.。।॥۔።։။…](?:[\s\"'’”»)\]]*)$")
_ADDRESS = re.compile(
    r"https?:|www\.|[\w.]@[\w]|(?<!\w)@\w|[©®]|\b[\w-]{2,}\.(?:com|org|net|info|[a-z]{2})\b(?![.\w])|\+?\d[\d ()/-]{7,}\d",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?!？！؟¿¡]")
_SAID = re.compile(r"^[\W_]*[\"“„«»「『]")
_KNOWN = (phrases.PROMOTION, phrases.READ_ALSO, phrases.COPYRIGHT, phrases.NOTE, phrases.PHOTO)


@dataclass(slots=True)
class Held:
    """A paragraph and where it stands: page -> its places in that page's body; whether it is a subhead anywhere."""

    text: str
    pages: dict[int, list[int]] = field(default_factory=dict)
    head: bool = False

    @property
    def opens(self) -> bool:
        """Whether it opens a body anywhere."""
        return any(places[0] == 0 for places in self.pages.values())

    @property
    def twice(self) -> bool:
        """Whether it repeats within one body, not only by chance."""
        return sum(len(places) > 1 for places in self.pages.values()) > REPEATED * len(self.pages)


@dataclass(frozen=True, slots=True)
class Own:
    """For each page the places of the first and the last paragraph that is the story's own; None where it has none."""

    ends: tuple[tuple[int, int] | None, ...]

    def at_edge(self, held: Held) -> bool:
        """Whether nothing of the story's own stands behind it, or before it, on nearly all pages that bear it."""
        return self._mostly(held, None)

    def beyond(self, held: Held, known: Sequence[Held]) -> bool:
        """Whether on nearly all pages one of `known` parts it from the story's own paragraphs."""
        marks: dict[int, list[int]] = {}
        for each in known:
            for page, places in each.pages.items():
                marks.setdefault(page, []).extend(places)
        return self._mostly(held, marks)

    def _mostly(self, held: Held, marks: dict[int, list[int]] | None) -> bool:
        right = total = 0
        for page, places in held.pages.items():
            if (ends := self.ends[page]) is None:
                continue
            total += 1
            first, last = ends
            at = places[-1]
            if marks is None:
                right += at > last or places[0] < first
            else:
                right += any(last < mark < at or at < mark < first for mark in marks.get(page, ()))
        return total > 0 and right >= NEARLY_ALL * total


def own(pages: Sequence[Sequence[str | None]], often: Collection[str]) -> Own:
    """`pages`: the keys of each page's paragraphs, in order; `often`: those that stand on many pages."""
    ends: list[tuple[int, int] | None] = []
    for keys in pages:
        places = [place for place, name in enumerate(keys) if name is not None and name not in often]
        ends.append((places[0], places[-1]) if places else None)
    return Own(tuple(ends))


def is_label(text: str) -> bool:
    """A speaker's name, a question's label: it ends in a colon."""
    return text.rstrip().endswith((":", "：", "︰"))


def is_plain_prose(text: str) -> bool:
    """A sentence that a reporter could have written: it ends like one, asks nobody, names no address, and is none of the
    phrases that newsrooms are known to put around texts. Somebody's words in quotation marks are prose, too."""
    if _SAID.match(text):
        return True
    if not _SENTENCE.search(text) or _ASKS.search(text) or _ADDRESS.search(text):
        return False
    return not any(known.search(text) for known in _KNOWN)
