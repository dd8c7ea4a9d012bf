"""What a paywall leaves of an article: an honest teaser, its text up to the call to subscribe; and what the call says.

A teaser is kept as an article with access `paywalled`; a whole text with a counter of free articles is `metered`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.needles import plain
from pipelines.text import squeeze, words
from pipelines.wallwords import SAID, says, sentences

if TYPE_CHECKING:
    from pipelines.trims import Trimmed
    from storage.models import Access

CALL = "call to subscribe"
"""The rule by which a call is taken off a text."""
TEASER_WORDS = 400
LAST, FIRST = 5, 1
CALL_WORDS = 45
PAGE = 6_000
"""Characters of the place where a call would stand."""
KINDS = ("paywall", "metered", "login_wall")
ENDING = ("paywall", "metered")


def trim(trimmed: Trimmed) -> None:
    """Takes calls to subscribe or to log in off the beginning and the end of a text; at least one paragraph stays."""
    paragraphs = trimmed.paragraphs
    places = [*range(len(paragraphs) - 1, max(len(paragraphs) - 1 - LAST, 0), -1), *range(min(FIRST, len(paragraphs)))]
    for place in dict.fromkeys(places):
        if len(paragraphs) > 1 and place < len(paragraphs) and _is_call(paragraphs[place].text):
            trimmed.dropped.append((CALL, paragraphs[place].text))
            del paragraphs[place]

    if paragraphs:
        _shorten(trimmed)


def _shorten(trimmed: Trimmed) -> None:
    """Takes a call off the end of the last paragraph, where it stands in one with the text."""
    last = trimmed.paragraphs[-1]
    lines = sentences(last.text)
    kept = len(lines)
    while kept > 1 and _calls(lines[kept - 1], ENDING):
        kept -= 1
    # The sentences as they stand, not joined anew: what is between them is the text's.
    place = last.text.find(lines[kept]) if kept < len(lines) else -1
    if place > 0:
        trimmed.dropped.append((CALL, last.text[place:]))
        trimmed.paragraphs[-1] = replace(last, text=last.text[:place].rstrip())


def access(said: Access, text: str, calls: str) -> Access:
    """What the page says of its access; where it says nothing, what `calls` do: the words dropped around `text`."""
    if said != "unknown":
        return said
    lines = sentences(calls)
    if any(SAID["metered"].search(line) for line in lines):
        return "metered"
    return "paywalled" if words(text) <= TEASER_WORDS and any(SAID["paywall"].search(line) for line in lines) else said


def _is_call(text: str) -> bool:
    """Whether a paragraph is nothing but a call: each of its sentences, or one of two short ones."""
    if words(text) > CALL_WORDS:
        return False
    lines = sentences(text)
    calls = sum(1 for line in lines if _calls(line, KINDS))
    return calls > 0 and 2 * calls >= len(lines)


def _calls(line: str, kinds: tuple[str, ...]) -> bool:
    within = plain(line)
    return any(says(kind, line, within) for kind in kinds)


def place(trimmed: Trimmed) -> str:
    """Where a call to subscribe would stand: what was dropped, and the end of the text."""
    said = [text for rule, text in trimmed.dropped if rule in ("promotion", "box", "read also", CALL)]
    return squeeze(" ".join((*said, *(p.text for p in trimmed.paragraphs[-3:]))))[:PAGE]
