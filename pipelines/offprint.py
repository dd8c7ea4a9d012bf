"""A page of the article's place alone, for trafilatura: copies of its parts, so that the tree they are from stays as it is.

What trafilatura would misread is put plainly: a lead loses the name of its box, by which it would be another story's
teaser, and a sentence in a box beside paragraphs becomes one.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree
from lxml.html import Element, HtmlElement

from pipelines import standfirst
from pipelines.home import BLOCKS, LEADING, Home, prose_of, said

SENTENCE = 30
"""Letters' worth from which on a sentence in a box is a paragraph."""


def page(home: Home) -> HtmlElement:
    """The document of these parts, the lead first."""
    document = Element("html")
    article = etree.SubElement(etree.SubElement(document, "body"), "article", {"class": "post"})
    for part in home.lead:
        copied = _copy(part)
        if standfirst.named(part, home.parts[0]):
            copied.attrib.clear()
            article.append(copied)
        else:
            _shell(article, part, home.parts[0]).append(copied)
    for part in home.parts:
        copied = _copy(part)
        copied.attrib.clear()
        article.append(copied)
    _paragraphs(article)
    return document


def _copy(part: HtmlElement) -> HtmlElement:
    copied = deepcopy(part)
    copied.tail = None
    if copied.tag not in LEADING:
        copied.tag = "div"
    return copied


def _shell(article: HtmlElement, part: HtmlElement, body: HtmlElement) -> HtmlElement:
    """Empty copies of what stands around a lead: by its names trafilatura tells a byline, a button, an embedded player."""
    common = set(body.iterancestors())
    around = [a for a in part.iterancestors() if a not in common]
    for element in reversed(around):
        article = etree.SubElement(article, element.tag if element.tag in BLOCKS else "div", dict(element.attrib))
    return article


def _paragraphs(article: HtmlElement) -> None:
    """Makes a paragraph of each box that is a sentence right beside one (a lead, a question, a quotation): where there are
    paragraphs, trafilatura reads no other text. A place that is told in boxes throughout it reads as it is."""
    boxes = [box for box in article.iter("div") if next(box.iterchildren(*BLOCKS), None) is None]
    if sum(len(box.text_content()) for box in boxes) > sum(len(p.text_content()) for p in article.iter("p")):
        return
    for box in boxes:
        if (
            any(beside is not None and beside.tag == "p" for beside in (box.getprevious(), box.getnext()))
            and next(box.iter("a"), None) is None
            and said(box)
            and prose_of(box) >= SENTENCE
        ):
            box.tag = "p"
