"""A page of the article's place alone, for trafilatura: copies of its parts, so that the tree they are from stays as it is.

What trafilatura would misread is put plainly: a lead loses the name of its box, by which it would be another story's
teaser, and sentences in a box or in none become paragraphs where they stand beside one.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement

from pipelines import labels, margins, standfirst
from pipelines.home import LEADING, Home, said
from pipelines.prose import BLOCKS, INLINE, LINKED, prose_of, worth
from pipelines.text import squeeze

SENTENCE = 30
"""Letters' worth from which on a sentence in a box is a paragraph."""
BOXES = ("div", "section")
ROWS = 2
"""Sentences in boxes, at the least, that make a list where all stand in a box of their own beside a paragraph."""
RUNNING = INLINE | {"br", "wbr"}


def page(home: Home) -> HtmlElement:
    """The document of these parts, the lead first."""
    # Of the tree's own class of elements: trafilatura asks for their texts, too, and lxml.html is slow to tell them.
    document: HtmlElement = home.parts[0].makeelement("html")
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
    """Makes a paragraph of each sentence beside one that stands in a box (a lead, a question, a quotation) or bare: where
    there are paragraphs, trafilatura reads no other text. A place that is told without them it reads as it is."""
    paragraphs = list(article.iter("p"))
    for paragraph in paragraphs:
        if _linked(paragraph):
            etree.strip_tags(paragraph, "a")
    boxes = [box for box in article.iter(*BOXES) if not any(child.tag in BLOCKS for child in box)]
    if sum(len(box.text_content()) for box in boxes) > sum(len(p.text_content()) for p in paragraphs):
        return
    for container in {p.getparent() for p in paragraphs}:
        if container is not None and container.tag not in ("blockquote", "li", "td"):
            for run in list(_runs(container)):
                _wrap(container, *run)
    for box in boxes:
        if (
            (_beside(box) or _row(box, boxes))
            and next(box.iter("a"), None) is None
            and said(box)
            and prose_of(box) >= SENTENCE
        ):
            box.tag = "p"


def _linked(paragraph: HtmlElement) -> bool:
    """Whether a paragraph is a whole sentence that is mostly a link, between paragraphs of text: trafilatura would take it
    for another story's headline."""
    if next(paragraph.iter("a"), None) is None:
        return False
    text = squeeze(paragraph.text_content())
    return (
        worth(text) >= 2 * SENTENCE
        and sum(len(link.text_content()) for link in paragraph.iter("a")) >= LINKED * len(text)
        and labels.STATEMENT.search(text) is not None
        and all(
            e is not None and e.tag == "p" and said(e) and prose_of(e) >= 2 * SENTENCE
            for e in (paragraph.getprevious(), paragraph.getnext())
        )
    )


def _beside(box: HtmlElement) -> bool:
    """Whether the next text before or after a box is a paragraph's."""
    for beside in (box.itersiblings(preceding=True), box.itersiblings()):
        near = next((e for e in beside if e.tag == "p" or squeeze(e.text_content())), None)
        if near is not None and near.tag == "p":
            return True
    return False


def _row(box: HtmlElement, boxes: list[HtmlElement]) -> bool:
    """Whether a box is one of several sentences, each in a box, that a box beside a paragraph is made of."""
    group = box.getparent()
    if group is None or group.tag not in BOXES or (group.text or "").strip() or not _beside(group):
        return False
    rows = [row for row in group if squeeze(row.text_content())]
    return len(rows) >= ROWS and all(row.tag in (*BOXES, "p") and said(row) for row in rows)


def _runs(container: HtmlElement) -> Iterator[tuple[HtmlElement | None, list[HtmlElement]]]:
    """The runs of bare text in a container: the block that each stands after (None: at the beginning), and the elements of
    the running text in it."""
    before, inside = None, list[HtmlElement]()
    for child in container:
        if child.tag in RUNNING and (not len(child) or next(child.iter(*BLOCKS), None) is None):
            inside.append(child)
        else:
            yield before, inside
            before, inside = child, []
    yield before, inside


def _wrap(container: HtmlElement, before: HtmlElement | None, inside: list[HtmlElement]) -> None:
    """Makes a paragraph of a run, where it is a sentence and not most of it are links."""
    first = (container.text if before is None else before.tail) or ""
    if not first.strip() and not inside:
        return
    text = squeeze(first + "".join(e.text_content() + (e.tail or "") for e in inside))
    linked = sum(len(link.text_content()) for e in inside for link in e.iter("a"))
    if worth(text) < SENTENCE or linked >= LINKED * len(text) or not margins.SENTENCE.search(text):
        return
    paragraph = container.makeelement("p")
    paragraph.text = first
    if before is None:
        container.text = None
        container.insert(0, paragraph)
    else:
        before.tail = None
        before.addnext(paragraph)
    for element in inside:
        paragraph.append(element)
