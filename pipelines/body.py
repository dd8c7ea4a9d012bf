"""The body's paragraphs, by trafilatura: the only module that imports it.

Without comments and metadata of its own; which part of the page it gets, and whether quick or in full: `cascade`.
`deduplicate` stays off: trafilatura's cache of seen texts would swallow a page's next revision.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from pipelines.text import listed, squeeze

Kind = Literal["text", "head", "item", "quote", "cell"]

# Its warnings ("discarding data") repeat what our reasons say, once a page, without the URL.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

# "xml": with "python" it would write the text out, too.
QUICK = Extractor(output_format="xml", fast=True, comments=False)
# A page that is the article's place alone leaves nothing to look for elsewhere, so that no second search is made where little
# was found: no mode but "balanced" makes one, and to know whether it should takes a tenth of the time.
PLACE = Extractor(output_format="xml", fast=True, comments=False)
PLACE.focus = "place"
FULL = Extractor(output_format="xml", comments=False)
SENTENCE_END = tuple('.!?:…”"»“。！？।؟')
BREAK = "\x1e"
BLOCKS = frozenset(
    listed("p div li h1 h2 h3 h4 h5 h6 blockquote pre td th dt dd section article figure ul ol table tr main")
)
HEADS = frozenset(listed("h2 h3 h4 h5 h6"))
BOLD = frozenset({"b", "strong"})
LONGEST_SUBHEAD = 120
SKIPPED = frozenset(listed("script style noscript figure figcaption button form iframe svg nav aside template select"))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `head` is a subhead, `item` of a list, `cell` a row of a table."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """Paragraphs in order and which way gave them: `profile`, `home`, `quick`, `full`, `headline`, `json-ld`, with what was
    done after it. `left`: the longest runs of the page's prose that are not among them; `unprinted`: sentences that
    only its data have."""

    paragraphs: tuple[Paragraph, ...]
    way: str
    left: tuple[str, ...] = ()
    unprinted: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        return sum(len(p.text) for p in self.paragraphs)

    @property
    def beside(self) -> list[tuple[str, str]]:
        """What is not among the paragraphs, as (rule, beginning of the text)."""
        named = (("not taken", self.left), ("not printed", self.unprinted))
        return [(rule, text[:300]) for rule, texts in named for text in texts]


def select(root: HtmlElement, selectors: tuple[str, ...]) -> list[HtmlElement]:
    """Elements of the first CSS selector that matches, in document order, none within another. Raises ValueError on
    a selector that cannot be read, naming it."""
    for selector in selectors:
        if found := _matching(root, selector):
            inside = set(found)
            return [e for e in found if not any(parent in inside for parent in e.iterancestors())]
    return []


def apart(chosen: list[HtmlElement]) -> HtmlElement | None:
    """A page of copies of these elements alone, so that all that follows works on them alone; None where there are none."""
    if not chosen:
        return None
    # Of the tree's own class of elements: lxml.html asks a function in Python for the class of each.
    page: HtmlElement = chosen[0].makeelement("body")
    for element in chosen:
        copied = deepcopy(element)
        copied.tail = None
        page.append(copied)
    return page


def select_all(root: HtmlElement, selectors: tuple[str, ...]) -> list[HtmlElement]:
    """Elements of all the selectors. Raises ValueError like `select`."""
    return [element for selector in selectors for element in _matching(root, selector)]


def _matching(root: HtmlElement, selector: str) -> list[HtmlElement]:
    try:
        return cast("list[HtmlElement]", _compiled(selector)(root))
    except (SelectorError, XPathError) as error:
        raise ValueError(f"profile: cannot read the CSS selector {selector!r}: {error}") from error


@lru_cache(maxsize=256)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def from_selected(elements: list[HtmlElement]) -> Body:
    """The paragraphs of exactly these elements, in order (a profile's `body`)."""
    return Body(tuple(p for element in elements for p in _read_html(element)), "profile")


def quick(root: HtmlElement, url: str) -> Body:
    """trafilatura's body by its own search alone; no paragraphs where it finds none. The tree stays as it is."""
    return _run(root, url, QUICK, "quick")


def place(root: HtmlElement, url: str) -> Body:
    """The same of a page that holds nothing but the article's place (`offprint`)."""
    return _run(root, url, PLACE, "home")


def full(root: HtmlElement, url: str) -> Body:
    """The same with all that trafilatura falls back to: readability, justext, the longest paragraphs."""
    return _run(root, url, FULL, "full")


def _run(root: HtmlElement, url: str, options: Extractor, way: str) -> Body:
    document = cast("Document | None", bare_extraction(root, url=url, options=options))
    return Body(tuple(_read_xml(document.body)) if document is not None else (), way)


def _read_xml(body: Any) -> Iterator[Paragraph]:
    """trafilatura's tree: p, head, list/item, quote, table/row/cell, code, with lb for line breaks."""
    for element in body:
        yield from _element(element)
        if element.tail and (tail := squeeze(element.tail)):
            yield Paragraph("text", tail)


def _element(element: Any) -> Iterator[Paragraph]:
    match element.tag:
        case "head":
            yield from _lines(_flat(element), "head")
        case "list":
            for item in element.iter("item"):
                yield from _lines(_flat(item, stop="list"), "item")
        case "table":
            for row in element.iter("row"):
                cells = [squeeze(_flat(cell).replace(BREAK, " ")) for cell in row]
                if text := " | ".join(c for c in cells if c):
                    yield Paragraph("cell", text)
        case "quote":
            yield from _nested(element, "quote")
        case "graphic" | "lb":
            return
        case _:
            yield from _nested(element, "text")


def _nested(element: Any, kind: Kind) -> Iterator[Paragraph]:
    """A paragraph that may hold blocks of its own (a list in a quote, a subhead in a div)."""
    if not any(child.tag in ("p", "head", "list", "table", "quote") for child in element):
        yield from _lines(_flat(element), kind)
        return
    run = [element.text or ""]
    for child in element:
        if child.tag in ("p", "head", "list", "table", "quote"):
            yield from _lines("".join(run), kind)
            yield from _element(child)
            run = []
        else:
            run.append(BREAK if child.tag == "lb" else _flat(child))
        run.append(child.tail or "")
    yield from _lines("".join(run), kind)


def _flat(element: Any, stop: str | None = None) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag == "lb":
            parts.append(BREAK)
        elif child.tag != stop:
            inner = _flat(child, stop)
            parts.append(BREAK + inner + BREAK if child.tag in ("p", "item", "row", "quote", "head") else inner)
        parts.append(child.tail or "")
    return "".join(parts)


def _lines(text: str, kind: Kind) -> Iterator[Paragraph]:
    """Splits at line breaks: two, or one after a full stop, part paragraphs; one inside a sentence is a blank."""
    run: list[str] = []
    for piece in text.split(BREAK):
        line = squeeze(piece)
        if run and (not line or run[-1].endswith(SENTENCE_END)):
            yield Paragraph(kind, " ".join(run))
            run = []
        if line:
            run.append(line)
    if run:
        yield Paragraph(kind, " ".join(run))


def _read_html(element: HtmlElement) -> Iterator[Paragraph]:
    """Paragraphs of plain HTML, block by block, without captions, scripts and forms."""
    if element.tag in SKIPPED or not isinstance(element.tag, str):
        return
    kind: Kind = (
        "head"
        if element.tag in HEADS or _bold_throughout(element)
        else "item"
        if element.tag == "li"
        else "quote"
        if element.tag == "blockquote"
        else "text"
    )
    run = [element.text or ""]
    for child in element:
        if child.tag in BLOCKS or child.tag in SKIPPED or child.find(".//p") is not None:
            yield from _lines("".join(run), kind)
            run = []
            yield from _read_html(child)
        else:
            run.append(BREAK if child.tag == "br" else _inline(child))
        run.append(child.tail or "")
    yield from _lines("".join(run), kind)


def _bold_throughout(element: HtmlElement) -> bool:
    """Whether a paragraph is a subhead by looks: bold from end to end, short, and no sentence."""
    if element.tag != "p" or (element.text or "").strip() or not len(element):
        return False
    if any(child.tag not in BOLD or (child.tail or "").strip() for child in element):
        return False
    text = squeeze(element.text_content())
    return 0 < len(text) <= LONGEST_SUBHEAD and not text.endswith(SENTENCE_END)


def _inline(element: HtmlElement) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag not in SKIPPED:
            parts.append(BREAK if child.tag == "br" else _inline(child))
        parts.append(child.tail or "")
    return "".join(parts)
