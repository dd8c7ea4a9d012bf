"""Captions told by their make: a small box that holds one picture and a few words, whatever it is called. No words of any
language are looked at.

A box is what a publisher sets around the picture alone, so it has no heading (that would be a card, or a part of a list),
and a paragraph is one only where all its words are set apart (`<p><img><br><em>…</em></p>`): texts of old have pictures
within their paragraphs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.cards import HEADINGS
from pipelines.text import listed, squeeze, words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PICTURES = ("img", "picture", "amp-img")
WITHIN = frozenset({*PICTURES, "source", "noscript"})
"""What holds the same picture again: in another size, for readers without scripts; `source` is closed late by libxml2."""
BOXES = frozenset(listed("div span a p center"))
APART = frozenset(listed("em i small cite"))
LEVELS = 4
"""Boxes around a picture that are looked at."""
LEAST_WORDS, MOST_WORDS = 2, 60
OPEN = (":", "：")
"""What speaks of the text that follows is part of it."""
LONG_HEADLINE = 25
"""Words from which on an `h1` is none: some publishers set captions so."""
LONGEST = 3_000
"""Characters of a box, with the blanks between its elements."""
MOST = 400
"""Pictures that are looked at: a page of more is a gallery, or hostile."""


def find(root: HtmlElement) -> list[HtmlElement]:
    """The boxes of pictures with their captions, in document order, none within another."""
    found: dict[HtmlElement, None] = {}
    looked = 0
    for picture in root.iter(*PICTURES):
        above = picture.getparent()
        if above is None or above.tag in WITHIN:
            continue
        looked += 1
        if looked > MOST:
            break
        if (box := _box(picture)) is not None:
            found[box] = None
    return list(found)


def _box(picture: HtmlElement) -> HtmlElement | None:
    """The first box around a picture that has words, where it holds nothing but the two."""
    element = picture.getparent()
    for _ in range(LEVELS):
        if element is None or element.tag not in BOXES:
            return None
        text = element.text_content()
        if len(text) > LONGEST:
            return None
        if text and not text.isspace():
            # A link around words is a teaser, which is for `cards` to tell.
            return element if element.tag != "a" and _is_caption(element, squeeze(text)) else None
        element = element.getparent()
    return None


def _is_caption(box: HtmlElement, text: str) -> bool:
    size = words(text)
    if not LEAST_WORDS <= size <= MOST_WORDS or text.endswith(OPEN):
        return False
    pictures = [e for e in box.iter(*PICTURES) if (above := e.getparent()) is None or above.tag not in WITHIN]
    if len(pictures) != 1 or any(part.tag in HEADINGS for part in box.iter()):
        return False
    if any(words(heading.text_content()) < LONG_HEADLINE for heading in box.iter("h1")):
        return False
    return box.tag != "p" or _set_apart(box)


def _set_apart(paragraph: HtmlElement) -> bool:
    """Whether all words of a paragraph stand in elements that set them apart."""
    if (paragraph.text or "").strip():
        return False
    return all(
        not (child.tail or "").strip() and (child.tag in APART or not "".join(child.itertext()).strip())
        for child in paragraph
    )
