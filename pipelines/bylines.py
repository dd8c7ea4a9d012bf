"""Where a page's bylines stand: elements that their names, attributes or links mark as such, of this article only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import chain

from lxml.html import HtmlElement

from pipelines import headmatter, microdata
from pipelines.markup import Names
from pipelines.tags import heading
from pipelines.text import listed

PROFILE = re.compile(r"/(?:authors?|autor(?:en)?|auteurs?|by)/")
OF_PERSON = listed("a span div p address strong li h3 h4 h5 em cite small b i dd td")
MARKED = re.compile(
    r"(?:^|[\s_-])(?:author|autor|auteur|byline|by-line)(?:$|[\s_-](?:names?|link|vcard|title|text|$))|author__?name|authorName"
    r"|[bB]yline|entry-author|post-author|article-author|author-box|authorBox|post__author"
)
NAMED = re.compile(r"author|Author|autor|Autor|auteur|writer|journalist|redakteur|yazar|penulis|reporter")
PICTURE = re.compile(
    r"\s*(?:©|\(c\)|(?:photo|foto|фото|imagen|image|bild|illustration|grafik|picture|credit|video|写真|撮影)\w*(?:\s+by)?\b)",
    re.IGNORECASE,
)
"""A picture's credit: its author is not the text's."""
PICTURED = re.compile(
    r"(?:^|[\s_-])(?:images?|img|photos?|pictures?|figure|thumb(?:nail)?)(?=$|[\s_-])(?<!author-image)"
)
INLINE = frozenset(listed("a em strong b i span u mark"))
USER = re.compile(r"user(?<![^\s_-]user)-?name(?:$|[\s_-])")
MAX_BYLINE = 120
MAX_MARKED = 40


def addressed(root: HtmlElement, names: Names) -> list[HtmlElement]:
    """Elements that say in an attribute of its own that they hold the author, in document order."""
    told = {*names.by_rel, *(e for e in names.properties if "author" in e.get("itemprop", ""))}
    found = [e for e in root.iter(*{e.tag for e in told}) if e in told][:MAX_MARKED] if told else []
    if root.find(".//h1") is None:
        return found
    return [e for e in found if e.get("itemprop") is None or not microdata.of_another(e)]


def profiles(root: HtmlElement, _names: Names) -> list[HtmlElement]:
    """Links to the page of an author."""
    return [link for link in root.iter("a") if PROFILE.search(link.get("href", ""))]


def marked(
    root: HtmlElement,
    names: Names,
    pattern: re.Pattern[str],
    others: Callable[[HtmlElement, Names], list[HtmlElement]],
) -> list[HtmlElement]:
    """Elements that are marked as a byline of this article, in the order of the page: those within no other. `names`: of the
    page's tree."""
    given: Iterable[str] = chain(names.of_boxes, names.test_ids)
    if pattern is MARKED:  # asked of every page: what it looks for holds one of two, and hardly a name does
        given = [name for name in given if "aut" in name or "line" in name]
    called = set(filter(pattern.search, given))
    tested = not called.isdisjoint(names.test_ids)
    found = [*_called(root, called, tested=tested), *others(root, names)][: 2 * MAX_MARKED]
    kept = []
    known: headmatter.Known = {}
    for element in dict.fromkeys(found):
        text = heading(element)
        if (
            2 < len(text) <= MAX_BYLINE
            and not PICTURE.match(text)
            and not headmatter.apart(element, known)
            and not _in_prose(element)
            and not _of_picture(element)
        ):
            kept.append(element)
    return kept[:MAX_MARKED]


def _in_prose(element: HtmlElement) -> bool:
    """A link within a paragraph: of whom a story speaks, not who wrote it."""
    if element.tag != "a":
        return False
    node = element.getparent()
    while node is not None and node.tag in INLINE:
        node = node.getparent()
    return node is not None and node.tag in ("p", "li", "dd") and len(node.text_content().split()) >= headmatter.LONG


def _of_picture(element: HtmlElement) -> bool:
    """Whether an element stands beside an image in a box that is named after it."""
    node = element.getparent()
    for _ in range(2):
        if node is None or node.tag in ("body", "article", "main"):
            return False
        called = headmatter.names_of(node)
        if PICTURED.search(called) and NAMED.search(called) is None and node.find(".//img") is not None:
            return node.find(".//h1") is None and len(node.text_content()) <= 2 * MAX_BYLINE
        node = node.getparent()
    return False


def _called(root: HtmlElement, called: set[str], *, tested: bool) -> list[HtmlElement]:
    """The elements that are so called, `tested`: by a `data-testid`, too."""
    if not called:
        return []
    return [
        element
        for element in root.iter(*OF_PERSON)
        if element.get("class") in called
        or element.get("id") in called
        or (tested and element.get("data-testid") in called)
    ]


def block(element: HtmlElement) -> HtmlElement | None:
    """The element in which bylines of one story stand side by side."""
    parent = element.getparent()
    return parent.getparent() if parent is not None and parent.getparent() is not None else parent
