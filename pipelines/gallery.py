"""A gallery's text: its captions, where they are sentences and the page has hardly another."""

from __future__ import annotations

import re

from pipelines.body import Body, Paragraph
from pipelines.prune import CAPTION
from pipelines.text import words

PICTURES = 4
"""Captions that make a gallery."""
SENTENCE_WORDS, OWN_WORDS = 8, 14
"""Words of a caption that is a sentence, at the least; of the page's other sentences, less than which are no text."""
STOP = re.compile(r"[.!?…؟।][\"”»’')]*(?:\s|$)|[。！？]")
LONG = 25


def captioned(body: Body, dropped: list[tuple[str, str]]) -> Body:
    """The captions that were taken out, as paragraphs, where they are all that a gallery tells; else `body`. What becomes
    text is taken off `dropped`."""
    captions = list(dict.fromkeys(text for rule, text in dropped if rule == CAPTION and _sentence(text)))
    if len(captions) < PICTURES:
        return body
    if sum(words(p.text) for p in body.paragraphs if _sentence(p.text)) >= OWN_WORDS:
        return body
    dropped[:] = [(rule, text) for rule, text in dropped if rule != CAPTION or text not in captions]
    return Body(tuple(Paragraph("text", text) for text in captions), f"{body.way} captions")


def _sentence(text: str) -> bool:
    count = words(text)
    return count >= SENTENCE_WORDS and (count >= LONG or STOP.search(text) is not None)
