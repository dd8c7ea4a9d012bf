"""A gallery's text: its captions, where they are sentences and the page has hardly another beside an introduction."""

from __future__ import annotations

import re

from pipelines.body import Body, Paragraph
from pipelines.prune import CAPTION
from pipelines.text import words

PICTURES = 4
"""Captions that make a gallery."""
SENTENCE_WORDS, OWN_WORDS = 8, 14
"""Words of a caption that is a sentence, at the least; of the page's other sentences, less than which are no text."""
INTRODUCED, TIMES = 60, 2
"""Words of other sentences, at the most, that may introduce a gallery; how many times theirs its captions have then."""
STOP = re.compile(r"[.!?…؟।][\"”»’')]*(?:\s|$)|[。！？]")
LONG, SHORT = 25, 3
"""Words of a caption that is a sentence however it ends, and of a line above the captions that is none."""


def captioned(body: Body, dropped: list[tuple[str, str]]) -> Body:
    """The captions that were taken out, as paragraphs, where they are all that a gallery tells; else `body`. What becomes
    text is taken off `dropped`."""
    captions = list(dict.fromkeys(text for rule, text in dropped if rule == CAPTION and _sentence(text)))
    if len(captions) < PICTURES:
        return body
    own = [p for p in body.paragraphs if _sentence(p.text)]
    size = sum(words(p.text) for p in own)
    if size >= OWN_WORDS and (size > INTRODUCED or TIMES * size > sum(map(words, captions))):
        return body
    dropped[:] = [(rule, text) for rule, text in dropped if rule != CAPTION or text not in captions]
    told = [p for p in body.paragraphs if STOP.search(p.text) and words(p.text) > SHORT and p.text not in captions]
    return Body((*told, *(Paragraph("text", text) for text in captions)), f"{body.way} captions")


def _sentence(text: str) -> bool:
    count = words(text)
    return count >= SENTENCE_WORDS and (count >= LONG or STOP.search(text) is not None)
