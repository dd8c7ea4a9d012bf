"""The notice of withdrawal on a page that holds hardly a text.

The search for the body comes back with what stands around the notice, the headline, dates and buttons, in one run: so the
notice is looked for paragraph by paragraph. A sentence that follows others or stands among them is no notice in their place:
the text that was withdrawn may be a bill.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines import notices
from pipelines.body import BLOCKS, HEADS, SKIPPED, Body, Paragraph, from_selected
from pipelines.notices import NOTICE_WORDS
from pipelines.text import letters, squeeze, words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

AROUND_WORDS = 120
"""Words that the headline, labels and boxes around a notice come to, at the most."""
FOLLOWING = 3
"""Paragraphs of a notice after the one that withdraws, at the most."""

NOTICE = "beside a notice"
"""The rule by which the rest is taken off a notice."""
REST_WORDS = 15
SENTENCE_WORDS = 6
"""Words of other sentences that a notice may have around it, at the most; of a line that is one, at the least."""
LINE = 25
"""Words of a line that is prose whatever stands in it."""
STOP = re.compile(r"[^\W\d][.!?…؟।][\"”»’')]*(?:\s|$)|[。！？]")


def notice(root: HtmlElement, body: Body, headlines: tuple[str, ...], dropped: list[tuple[str, str]]) -> Body:
    """The paragraphs of the page's notice of withdrawal where that is all that it tells; else `body` as it is. What else
    the body held goes to `dropped`. `headlines` may be marked in the words of a notice, and are none
    (`STORY WITHDRAWN: …`)."""
    if sum(words(paragraph.text) for paragraph in body.paragraphs) > NOTICE_WORDS + AROUND_WORDS:
        return body
    text = " ".join(paragraph.text for paragraph in body.paragraphs)
    held = _key(text)
    above = {letters(headline) for headline in headlines}
    blocks = [
        (element, said)
        for element in root.iter(*BLOCKS - HEADS - {"h1"})
        if not any(child.tag in BLOCKS for child in element.iterdescendants())
        and (said := squeeze(element.text_content()))
        and (not held or _key(said) in held)
        and letters(said) not in above
    ]
    for place, (element, said) in enumerate(blocks):
        if words(said) > NOTICE_WORDS or element.tag in SKIPPED:
            continue
        if notices.sentence(said, alone=notices.brief(text)) == "withdrawal":
            found = _from(element)
            kept = _key(" ".join(paragraph.text for paragraph in found))
            beside = [other for number, (_, other) in enumerate(blocks) if number != place and _key(other) not in kept]
            before = [other for _, other in blocks[:place]]
            if held and (any(map(_prose, before)) or sum(map(_prose, beside)) > REST_WORDS):
                return body
            dropped += [(NOTICE, p.text) for p in body.paragraphs if _key(p.text) not in kept]
            return Body(found, f"{body.way} notice")
    return body


def _prose(line: str) -> int:
    """Words of a line that is a sentence; of a label, a time or a headline none."""
    count = words(line)
    return count if count >= SENTENCE_WORDS and (count >= LINE or STOP.search(line)) else 0


def _from(element: HtmlElement) -> tuple[Paragraph, ...]:
    """The paragraph that withdraws, and those of the same make that follow it."""
    run = [element]
    for sibling in element.itersiblings():
        same = sibling.tag == element.tag and sibling.get("class") == element.get("class")
        if not same or len(run) > FOLLOWING:
            break
        run.append(sibling)
    return from_selected(run).paragraphs


def _key(text: str) -> str:
    return "".join(text.split())
