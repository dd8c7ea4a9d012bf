"""What is taken off the extracted paragraphs: the headline again, boxes, credits, tails and end marks.

Rules look at one paragraph, its place and its neighbours, never at the site. Each removal is kept as (rule, text), so
that a person can see why a line is missing. A page is never trimmed to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from pipelines import margins, notices, phrases
from pipelines.body import Paragraph
from pipelines.margins import SENTENCE
from pipelines.text import fold
from pipelines.text import words as counted

Dropped = tuple[str, str]
TOP = 4
MAX_BOX_WORDS = 60
LONGEST_HEADING = 200
EDITORIAL = frozenset({"withdrawal", "correction"})


@dataclass(slots=True)
class Trimmed:
    """The paragraphs that stay, the reporters' tail, the copyright line, and all that was dropped."""

    paragraphs: list[Paragraph]
    tail: list[str] = field(default_factory=list)
    copyright: str | None = None
    dropped: list[Dropped] = field(default_factory=list)


def trim(
    paragraphs: tuple[Paragraph, ...], *, headlines: tuple[str, ...], authors: tuple[str, ...], lead: str | None
) -> Trimmed:
    """Applies all rules in order. `headlines`: every text known to be this page's headline; `lead`: the standfirst,
    only where it is printed in an element of its own and so must not open the body too."""
    result = Trimmed(list(paragraphs))
    _top(result, headlines, authors, lead)
    _afterwards(result)
    _boxes(result)
    _lines(result)
    _end(result, authors)
    _dangling(result)
    return result


def _top(result: Trimmed, headlines: tuple[str, ...], authors: tuple[str, ...], lead: str | None) -> None:
    names = [fold(author) for author in authors]
    for place in range(min(TOP, len(result.paragraphs)) - 1, -1, -1):
        text = result.paragraphs[place].text
        if rule := margins.above(text, headlines, names, lead):
            _remove(result, place, rule)


def _afterwards(result: Trimmed) -> None:
    """From a heading such as `Comments`, `Tags` or `More stories` in the last part of the page on, nothing is text. Behind
    a heading of other stories a text may go on: prose is only cut off where readers or authors speak."""
    paragraphs = result.paragraphs
    total = sum(len(p.text) for p in paragraphs)
    last_prose = max((place for place, p in enumerate(paragraphs) if _prose(p)), default=-1)
    before = 0
    for place, paragraph in enumerate(paragraphs):
        if (
            place
            and before >= 0.5 * total
            and len(paragraph.text) <= LONGEST_HEADING
            and words(paragraph.text) <= 14
            and phrases.AFTERWARDS.match(paragraph.text)
            and (place > last_prose or (paragraph.kind == "head" and phrases.READERS.match(paragraph.text)))
        ):
            while place < len(result.paragraphs) and _remove(result, place, "afterwards"):
                pass
            return
        before += len(paragraph.text)


def _boxes(result: Trimmed) -> None:
    """`Read also` with the headline that follows it, labels of boxes, promotion of the publisher."""
    place = 0
    while place < len(result.paragraphs):
        text = result.paragraphs[place].text
        size = words(text)
        if size <= MAX_BOX_WORDS and notices.sentence(text) in EDITORIAL:
            gone = False  # a note about the text is no promotion, whatever words it begins with
        elif size <= MAX_BOX_WORDS and phrases.READ_ALSO.match(text):
            alone = size <= 6 or text.rstrip().endswith(":")
            gone = _remove(result, place, "read also")
            while gone and alone and _headline_like(result.paragraphs[place : place + 2]):
                alone = result.paragraphs[place].kind == "item"
                gone = _remove(result, place, "read also")
        elif size <= 12 and phrases.BOX.match(text):
            gone = _remove(result, place, "box")
        elif size <= MAX_BOX_WORDS and phrases.PROMOTION.match(text):
            gone = _remove(result, place, "promotion")
        elif size <= MAX_BOX_WORDS and phrases.PLAYER.match(text):
            gone = _remove(result, place, "player")
        else:
            gone = False
        place += not gone


def _lines(result: Trimmed) -> None:
    seen: set[str] = set()
    place = 0
    while place < len(result.paragraphs):
        paragraph = result.paragraphs[place]
        text, size = paragraph.text, words(paragraph.text)
        key = text.casefold()
        rule = None
        if size <= 25 and (phrases.PHOTO.match(text) or phrases.AGENCY_PHOTO.match(text)):
            rule = "photo credit"
        elif size <= 60 and phrases.COPYRIGHT.match(text):
            rule = "copyright"
            result.copyright = result.copyright or text
        elif size >= 8 and key in seen and paragraph.kind != "cell":
            rule = "repeated"
        if rule and _remove(result, place, rule):
            continue
        seen.add(key)
        place += 1


def _end(result: Trimmed, authors: tuple[str, ...]) -> None:
    """Reporters' tail, end marks and what is said of author and text: the last paragraphs, or the end of the last one."""
    names = [name for author in authors if len((name := fold(author)).split()) > 1]
    looked = 0
    place = len(result.paragraphs) - 1
    while place > 0 and looked < 5:
        text = result.paragraphs[place].text
        if words(text) <= 90 and phrases.TAIL.match(text):
            result.tail.insert(0, text)
            _remove(result, place, "tail")
        elif phrases.UPDATED.match(text) and words(text) <= 16:
            _remove(result, place, "time line")
        elif phrases.END_MARK.fullmatch(text):
            _remove(result, place, "end mark")
        elif rule := margins.under(text, looked, names):
            _remove(result, place, rule)
        else:
            looked += 1
        place -= 1
    if not result.paragraphs:
        return
    last = result.paragraphs[-1]
    for pattern, rule in (
        (phrases.END_MARK, "end mark"),
        (phrases.TAIL_INSIDE, "tail"),
        (phrases.END_MARK, "end mark"),
    ):
        match = pattern.search(last.text)
        if match and match.start() > 0:
            result.dropped.append((rule, match[0].strip()))
            if rule == "tail":
                result.tail.insert(0, match[0].strip())
            last = Paragraph(last.kind, last.text[: match.start()].rstrip())
            result.paragraphs[-1] = last


def _dangling(result: Trimmed) -> None:
    """A subhead with nothing under it headed something that is gone."""
    while (
        len(result.paragraphs) > 1
        and result.paragraphs[-1].kind == "head"
        and not SENTENCE.search(result.paragraphs[-1].text)
    ):
        _remove(result, len(result.paragraphs) - 1, "dangling subhead")


@lru_cache(maxsize=512)
def words(text: str) -> int:
    """Asked several times of each paragraph of a page."""
    return counted(text)


def _headline_like(following: list[Paragraph]) -> bool:
    """Whether the first of the paragraphs that follow a label is another story's headline, not a subhead of this text."""
    if not following or not 3 <= words(following[0].text) <= 30 or SENTENCE.search(following[0].text):
        return False
    return following[0].kind != "head" or len(following) < 2 or not _prose(following[1])


def _prose(paragraph: Paragraph) -> bool:
    return words(paragraph.text) >= 25 and SENTENCE.search(paragraph.text) is not None


def _remove(result: Trimmed, place: int, rule: str) -> bool:
    """False where it was the last paragraph that was left: that one stays."""
    if len(result.paragraphs) == 1:
        return False
    result.dropped.append((rule, result.paragraphs[place].text))
    del result.paragraphs[place]
    return True
