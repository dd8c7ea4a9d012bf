"""What a paywall leaves of an article: an honest teaser, its text up to the call to subscribe; and what the call says.

A teaser is kept as an article with access `paywalled`; a whole text with a counter of free articles is `metered`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines import offers, reporting
from pipelines.needles import plain
from pipelines.text import squeeze, words
from pipelines.wallwords import LONGEST, SAID, likely, opens, sentences, uttered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from lxml.html import HtmlElement

    from pipelines.trims import Trimmed
    from pipelines.wallwords import Phrases
    from storage.models import Access

CALL = "call to subscribe"
"""The rule by which a call is taken off a text."""
TEASER_WORDS = 400
LAST, FIRST = 5, 1
CALL_WORDS, BESIDE = 45, 12
"""Words of a paragraph that is a call, and of its sentences that are none."""
OFFER = re.compile(
    r"subscri|abonn|(?<![a-z])abos?(?![a-z])|premium|paywall|log-?in|sign-?(?:in|up)|regist|member|checkout|/join|/offers?\b|"
    r"suscri|assin|abbon|konto|account|подпис|abone",
    re.IGNORECASE,
)
BOX = re.compile(r"paywall|regwall|piano|subscri|premium|metered|(?<![a-z])locked|abonn|barrier", re.IGNORECASE)
"""Addresses of offers, and names of boxes around them."""
PAGE = 6_000
"""Characters of the place where a call would stand."""
KINDS = ("paywall", "metered", "login_wall")
ENDING = ("paywall", "metered")


def trim(trimmed: Trimmed, root: HtmlElement, *, paid: bool) -> None:
    """Takes calls to subscribe or to log in off the beginning and the end of a text; at least one paragraph stays. Only what
    is said to the reader is a call (`Subscribe to …`), or what a witness calls one: `paid`, that the page says of itself
    that it is not free, and buttons, links and boxes of the page (`root`)."""
    paragraphs = trimmed.paragraphs
    if paid and sum(words(p.text) for p in paragraphs) <= TEASER_WORDS:
        begin = offers.begin(paragraphs, root)
        trimmed.dropped += [(CALL, paragraph.text) for paragraph in paragraphs[begin:]]
        del paragraphs[begin:]
    places = [*range(len(paragraphs) - 1, max(len(paragraphs) - 1 - LAST, 0), -1), *range(min(FIRST, len(paragraphs)))]
    short = (text for place in places if words(text := paragraphs[place].text) <= CALL_WORDS)
    kinds = likely(KINDS, squeeze(" ".join(short))).values()  # one look at all of them: most texts call to nothing
    for place in dict.fromkeys(places if kinds else ()):
        if len(paragraphs) > 1 and place < len(paragraphs) and _is_call(paragraphs[place].text, kinds, root, paid=paid):
            trimmed.dropped.append((CALL, paragraphs[place].text))
            del paragraphs[place]

    if paragraphs:
        _shorten(trimmed)


def _shorten(trimmed: Trimmed) -> None:
    """Takes a call off the end of the last paragraph, where it stands in one with the text."""
    last = trimmed.paragraphs[-1]
    lines = sentences(last.text)
    kept = len(lines)
    while kept > 1 and _calls(lines[kept - 1], [SAID[kind] for kind in ENDING]):
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
    kinds = likely(ENDING, calls)
    lines = sentences(calls) if kinds else []
    if "metered" in kinds and any(uttered(kinds["metered"], line) for line in lines):
        return "metered"
    paid = (
        "paywall" in kinds and words(text) <= TEASER_WORDS and any(_calls(line, [kinds["paywall"]]) for line in lines)
    )
    return "paywalled" if paid else said


def _is_call(text: str, kinds: Collection[Phrases], root: HtmlElement, *, paid: bool) -> bool:
    """Whether a paragraph is nothing but a call: each of its sentences, or one beside a short one."""
    if words(text) > CALL_WORDS:
        return False
    lines = sentences(text)
    calls = [line for line in lines if _calls(line, kinds)]
    if not calls:
        calls = [line for line in lines if _calls(line, kinds, told=False)]
        if not calls or not (paid or _marked(text, root)):
            return False
    beside = [line for line in lines if line not in calls]
    return (
        2 * len(calls) >= len(lines) and sum(map(words, beside)) <= BESIDE and not any(map(reporting.reports, beside))
    )


def _calls(line: str, kinds: Iterable[Phrases], *, told: bool = True) -> bool:
    """Whether a sentence calls. `told`: to the reader, not of others or of a day."""
    within = plain(line[:LONGEST])
    for phrases in kinds:
        said = uttered(phrases, line, within)
        if said and (not told or (opens(line, said) and not reporting.reports(line))):
            return True
    return False


def _marked(text: str, root: HtmlElement) -> bool:
    """Whether a paragraph holds a link or button to subscribe or log in, or stands in a box that is called so."""
    every = [SAID[kind] for kind in KINDS]
    for link in root.iter("a", "button"):
        said = squeeze(link.text_content())
        if said and said in text and (OFFER.search(link.get("href") or "") or _calls(said, every, told=False)):
            return True
    return any(
        text in squeeze(element.text_content())
        for element in root.iter("div", "section", "aside", "p")
        if BOX.search(f"{element.get('class') or ''} {element.get('id') or ''}")
    )


def place(trimmed: Trimmed) -> str:
    """Where a call to subscribe would stand: what was dropped, and the end of the text."""
    said = [text for rule, text in trimmed.dropped if rule in ("promotion", "box", "read also", CALL)]
    return squeeze(" ".join((*said, *(p.text for p in trimmed.paragraphs[-3:]))))[:PAGE]
