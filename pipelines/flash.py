"""The text of a page that has a line or two: the blocks behind its headline.

Where trafilatura finds hardly any prose it gives all that the page or its `<article>` says in one paragraph: menu,
headline, byline, text. No dateline is found in that, and no credit. The commonest product of a wire is so short.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import islice

from lxml.html import Element, HtmlElement

from pipelines.body import Body, Paragraph, from_selected
from pipelines.margins import SENTENCE
from pipelines.prose import measured
from pipelines.text import letters, listed

AROUND = frozenset(listed("header footer nav aside"))
TITLES = listed("h1 h2 h3 div td p b strong font span")
MOST = 2_000
"""Elements that are asked whether they are the headline."""
LINES = 12
"""Paragraphs of a short story, at the most: more of them, of a few words each, are a table or a list of its own."""
SHORTEST, PIECES = 8, 20
"""Letters of a headline that is looked for within a paragraph; pieces of text that it is printed in."""


def below(root: HtmlElement, found: Body, headlines: tuple[str, ...]) -> Body:
    """The prose right behind the headline, where what was found holds the headline and more in one paragraph; else
    `found`."""
    known = {plain for headline in headlines if (plain := letters(headline))}
    if not _glued(found, known):
        return found
    title = _title(root, known)
    texts = _behind(title) if title is not None else []
    return Body(tuple(texts), "headline") if 0 < len(texts) <= LINES else found


def _glued(found: Body, known: set[str]) -> bool:
    long = {title for title in known if len(title) >= SHORTEST}
    texts = (letters(p.text) for p in found.paragraphs)
    return any(title in text and title != text for text in texts for title in long)


def _title(root: HtmlElement, known: set[str]) -> HtmlElement | None:
    """The first element that says the headline and nothing else: the first in the order of `TITLES`."""
    for tag in TITLES:
        for element in islice(root.iter(tag), MOST):
            if letters("".join(islice(element.itertext(), PIECES))) in known:
                return element
    return None


def _behind(title: HtmlElement) -> list[Paragraph]:
    """The paragraphs that follow the headline up to the last sentence, in the smallest element in which any does."""
    for element in (title, *title.iterancestors()):
        rest = Element("div")
        rest.text = element.tail
        rest.extend(deepcopy(e) for e in element.itersiblings() if e.tag not in AROUND)
        linked = {letters(link.text_content()) for link in rest.iter("a")}
        texts = [p for p in from_selected([rest]).paragraphs if letters(p.text) not in linked]
        while texts and not (SENTENCE.search(texts[-1].text) and measured(texts[-1].text, 0)):
            texts.pop()
        if texts:
            return texts
    return []
