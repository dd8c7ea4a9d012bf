"""Microdata and the days of RDFa in a page's body: of the item that is the page's own story, or of no item at all.

Teasers and comments are items, too, with days and authors of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from pipelines.markup import Names
from pipelines.text import alike, letters, squeeze

MAX_ITEMS = 4_000
MAX_CONTENT = 4000
MAX_DEPTH = 256
LONGEST = 400
RDFA = {
    "datepublished": "datepublished",
    "datecreated": "datecreated",
    "issued": "datepublished",
    "created": "datecreated",
}

Scopes = set[HtmlElement]


def in_body(element: HtmlElement) -> bool:
    """Whether an element stands in the body, not in the head."""
    return next(element.iterancestors("body"), None) is not None


def read(names: Names, headings: list[HtmlElement], said: list[str]) -> Iterator[tuple[str, str]]:
    """(property in lower case, value) of the page's own items, and of properties that belong to none. `names`: of its tree;
    `said`: the headline as the page gives it."""
    items = list(islice(filter(in_body, names.properties), MAX_ITEMS))
    scopes = own(items, headings, said) if items else set()
    for element in items:
        scope = _scope(element)
        if (scope is None or scope in scopes) and (value := _value(element)):
            for name in _names(element):
                yield name, value
    for element in islice(filter(in_body, names.declared), MAX_ITEMS):
        named = (element.get("property") or "").casefold().split()[-1:]
        if named and element.tag != "meta" and (known := RDFA.get(named[0].rpartition(":")[2])):
            yield known, squeeze((element.get("content") or "")[:MAX_CONTENT])


def own(items: list[HtmlElement], headings: list[HtmlElement], said: list[str]) -> Scopes:
    """The items that are of the page's own story: those that hold a main heading or, where there is none, the story's text,
    and those with its headline."""
    found: Scopes = set()
    for element in headings[:3]:
        found.update(_scopes(element))
    plain = [letters(text[:LONGEST]) for text in said]
    for element in items:
        names = _names(element)
        scope = _scope(element)
        if scope is None or scope in found:
            continue
        if "articlebody" in names and not headings:
            found.add(scope)
        elif "headline" in names and plain:
            text = letters((element.get("content") or "".join(element.itertext()))[:LONGEST])
            if any(alike(text, one) for one in plain):
                found.add(scope)
    return found


def of_another(element: HtmlElement) -> bool:
    """Whether an element belongs to a comment, or to a story with a headline of its own that is not the page's main one."""
    for scope in _scopes(element):
        if scope.find(".//h1") is not None:
            return False
        if (scope.get("itemtype") or "").endswith("Comment") or scope.find(".//*[@itemprop='headline']") is not None:
            return True
    return False


def _names(element: HtmlElement) -> list[str]:
    return (element.get("itemprop") or "").casefold().split()


def _scope(element: HtmlElement) -> HtmlElement | None:
    """The item that a property belongs to."""
    return next(_scopes(element), None)


def _scopes(element: HtmlElement) -> Iterator[HtmlElement]:
    node = element.getparent()
    for _ in range(MAX_DEPTH):
        if node is None:
            return
        if node.get("itemscope") is not None:
            yield node
        node = node.getparent()


def _value(element: HtmlElement) -> str:
    value = element.get("content") or element.get("datetime")
    if value is None and element.get("itemscope") is not None:
        named = element.find(".//*[@itemprop='name']")
        value = (named.get("content") or "".join(named.itertext())) if named is not None else None
    if value is None:
        value = "".join(element.itertext())[:MAX_CONTENT] if len(element) < 12 else ""
    return squeeze(value[:MAX_CONTENT])
