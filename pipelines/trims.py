"""What is taken off the extracted paragraphs: the headline again, boxes, credits, tails and end marks.

Rules look at one paragraph, its place and its neighbours, never at the site. Each removal is kept as (rule, text), so
that a person can see why a line is missing. A page is never trimmed to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache, partial

from pipelines import labels, limits, margins, notices, phrases
from pipelines.body import Paragraph
from pipelines.margins import SENTENCE
from pipelines.signs import Signs
from pipelines.text import fold
from pipelines.text import words as counted

Dropped = tuple[str, str]
TOP = 4
MAX_BOX_WORDS = 60
LONGEST_HEADING = 200
LONGEST_MARK, LONGEST_TAIL = 60, 400
"""Characters at the end of a paragraph, which has no runs of blanks, that no end mark and no tail in brackets exceeds."""
REFRAIN_WORDS = 15
TELLING_WORDS = 5
NAMED = 40
"""Characters beside a name, at the least, of a line that speaks of its bearer and does not only name him."""
EDITORIAL = frozenset({"withdrawal", "correction"})


@dataclass(slots=True)
class Trimmed:
    """The paragraphs that stay, the reporters' tail, the copyright line, and all that was dropped."""

    paragraphs: list[Paragraph]
    tail: list[str] = field(default_factory=list)
    copyright: str | None = None
    dropped: list[Dropped] = field(default_factory=list)


def trim(
    paragraphs: tuple[Paragraph, ...],
    *,
    headlines: tuple[str, ...],
    authors: tuple[str, ...],
    lead: str | None,
    signs: Signs | None = None,
) -> Trimmed:
    """Applies all rules in order. `headlines`: every text known to be this page's headline; `lead`: the standfirst,
    only where it is printed in an element of its own and so must not open the body too; `signs`: the make of the page
    that the paragraphs are from. Raises limits.TooLongError."""
    limits.bound(len(paragraphs))
    result = Trimmed(list(paragraphs))
    _top(result, headlines, authors, lead)
    _afterwards(result)
    apart = signs.apart if signs else labels.anywhere
    _boxes(result, apart)
    _lines(result, apart)
    _end(result, authors, headlines)
    _dangling(result)
    return result


def _top(result: Trimmed, headlines: tuple[str, ...], authors: tuple[str, ...], lead: str | None) -> None:
    names = [fold(author) for author in authors]
    rules = {}
    for place in range(min(TOP, len(result.paragraphs)) - 1, -1, -1):
        if rule := margins.above(result.paragraphs[place].text, headlines, names, lead):
            rules[place] = rule
    _sift(result, rules)


def _afterwards(result: Trimmed) -> None:
    """From a heading such as `Comments`, `Tags` or `More stories` in the last part of the page on, nothing is text. Behind
    a heading of other stories a text may go on: prose is only cut off where readers speak, and the page says how many
    or how to write."""
    paragraphs = result.paragraphs
    total = sum(len(p.text) for p in paragraphs)
    last_prose = next((place for place in range(len(paragraphs) - 1, -1, -1) if _tells(paragraphs[place])), -1)
    before = 0
    for place, paragraph in enumerate(paragraphs):
        text = paragraph.text
        if (
            place
            and before >= 0.5 * total
            and len(text) <= LONGEST_HEADING
            and words(text) <= labels.HEADING_WORDS
            and phrases.AFTERWARDS.match(text)
            and not labels.STATEMENT.search(text)
            and (place > last_prose or (paragraph.kind == "head" and _of_readers(paragraphs, place)))
        ):
            _sift(result, dict.fromkeys(range(place, len(paragraphs)), "afterwards"))
            return
        before += len(text)


def _of_readers(paragraphs: list[Paragraph], place: int) -> bool:
    """Whether a heading opens what readers say: by a count of them, or the words of their form around it."""
    text = paragraphs[place].text
    if not phrases.READERS.match(text):
        return False
    return any(c.isdigit() for c in text) or any(phrases.FORM.search(p.text) for p in paragraphs[place:])


def _boxes(result: Trimmed, apart: labels.Apart) -> None:
    """`Read also` with the headline that follows it, labels of boxes, promotion of the publisher."""
    paragraphs = result.paragraphs
    rules: dict[int, str] = {}
    place = 0
    while place < len(paragraphs):
        if rule := _box(paragraphs[place].text, apart):
            rules[place] = rule
        if rule == "read also":
            text = paragraphs[place].text
            alone = words(text) <= 6 or text.rstrip().endswith(":")
            while alone and _headline_like(paragraphs[place + 1 : place + 3]):
                place += 1
                rules[place] = "read also"
                alone = paragraphs[place].kind == "item"
        place += 1
    _sift(result, rules)


def _box(text: str, apart: labels.Apart) -> str | None:
    """The rule by which a paragraph is of a box; none for a note about the text, whatever words it begins with."""
    size = words(text)
    if size > MAX_BOX_WORDS:
        return None
    if labels.read_also(text, apart=apart):
        rule = "read also"
    elif size <= 12 and phrases.BOX.match(text):
        rule = "box"
    elif labels.promotion(text, apart=apart):
        rule = "promotion"
    elif phrases.PLAYER.match(text):
        rule = "player"
    else:
        return None
    return None if notices.sentence(text) in EDITORIAL else rule


def _lines(result: Trimmed, apart: labels.Apart) -> None:
    seen: dict[str, Paragraph] = {}
    before = ""
    rules: dict[int, str] = {}
    for place, paragraph in enumerate(result.paragraphs):
        text, size = paragraph.text, words(paragraph.text)
        key = text.casefold()
        if labels.photo(text):
            rules[place] = "photo credit"
        elif labels.copyright_line(text, apart=apart) and not before.startswith(("(a)", "(b)")):
            rules[place] = "copyright"
            result.copyright = result.copyright or text
        elif (
            size >= 8
            and paragraph.kind != "cell"
            and (first := seen.get(key)) is not None
            # A refrain or a phrase that comes back is short, of one kind, and has text between.
            and (key == before or first.kind != paragraph.kind or size > REFRAIN_WORDS)
        ):
            rules[place] = "repeated"
        if place not in rules:
            seen.setdefault(key, paragraph)
            before = key
    _sift(result, rules)


def _end(result: Trimmed, authors: tuple[str, ...], headlines: tuple[str, ...]) -> None:
    """Reporters' tail, end marks and what is said of author and text: the last paragraphs, or the end of the last one."""
    authored = [name for author in authors if len((name := fold(author)).split()) > 1]
    # Most texts end with their last sentence: what they say of their authors is asked where a line may be about one.
    names = cache(partial(_only_named, authored, (*headlines, *(p.text for p in result.paragraphs[: -margins.UNDER]))))
    rules: dict[int, str] = {}
    looked = 0
    for place in range(len(result.paragraphs) - 1, 0, -1):
        if looked >= 5:
            break
        text = result.paragraphs[place].text
        if looked <= margins.UNDER and labels.tail(text):
            result.tail.insert(0, text)
            rules[place] = "tail"
        elif margins.time_line(text):
            rules[place] = "time line"
        elif phrases.END_MARK.fullmatch(text):
            rules[place] = "end mark"
        elif margins.under(text, looked, authored) and (rule := margins.under(text, looked, names())):
            rules[place] = rule
        else:
            looked += 1
    _sift(result, rules, backwards=True)
    if not result.paragraphs:
        return
    last = result.paragraphs[-1]
    for pattern, longest, rule in (
        (phrases.END_MARK, LONGEST_MARK, "end mark"),
        (phrases.TAIL_INSIDE, LONGEST_TAIL, "tail"),
        (phrases.END_MARK, LONGEST_MARK, "end mark"),
    ):
        match = pattern.search(last.text, max(0, len(last.text) - longest))
        if match and match.start() > 0:
            result.dropped.append((rule, match[0].strip()))
            if rule == "tail":
                result.tail.insert(0, match[0].strip())
            last = Paragraph(last.kind, last.text[: match.start()].rstrip())
            result.paragraphs[-1] = last


def _only_named(names: list[str], texts: tuple[str, ...]) -> list[str]:
    """Those of the names, folded, that no text speaks of beside naming them: whoever is written about is no author there."""
    above = [fold(text) for text in texts] if names else []
    return [name for name in names if not any(name in text for text in above if len(text) > len(name) + NAMED)]


def _dangling(result: Trimmed) -> None:
    """A subhead with nothing under it headed something that is gone."""
    place = len(result.paragraphs)
    while (
        place > 1
        and result.paragraphs[place - 1].kind == "head"
        and not SENTENCE.search(result.paragraphs[place - 1].text)
    ):
        place -= 1
    _sift(result, dict.fromkeys(range(place, len(result.paragraphs)), "dangling subhead"), backwards=True)


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


def _tells(paragraph: Paragraph) -> bool:
    """Whether a paragraph is text behind a heading, and not a headline or a form's line."""
    return words(paragraph.text) >= TELLING_WORDS and labels.STATEMENT.search(paragraph.text) is not None


def _sift(result: Trimmed, rules: dict[int, str], *, backwards: bool = False) -> None:
    """Takes the paragraphs at these places off, each recorded with its rule in the order of looking; where all would go,
    the one that was looked at last stays."""
    if not rules:
        return
    places = sorted(rules, reverse=backwards)
    if len(places) == len(result.paragraphs):
        del rules[places.pop()]
    result.dropped.extend((rules[place], result.paragraphs[place].text) for place in places)
    result.paragraphs = [p for place, p in enumerate(result.paragraphs) if place not in rules]
