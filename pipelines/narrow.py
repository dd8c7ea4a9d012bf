"""The part of a page that a profile's body selector makes its article's: the page is cut down to it right after it is parsed.

Kept are the head, what data the page holds anywhere (JSON-LD, meta, link), the selected elements, every main headline, what
stands between the last one before the text and the text (byline, time, lead, picture), a few elements before the
headline and after the text, where agencies, tags and reporters are named, and what the text's own item declares as its
author or time wherever it stands in it. Every later step then walks a small tree, and
finds no day, author or headline of another story in it. Boxes on the way stay, emptied, so that a selector that
counts them means the same as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from lxml import etree

from pipelines import body
from pipelines.text import letters

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from storage.models import Page, Profile

BEFORE, AFTER, UNHEADED = 40, 80, 160
"""Elements kept before the headline and after the text, as many as `attribution` looks at; before a text without a headline."""
OUTMOST = ("article", "main", "body")
LEVELS = 4
"""What ends the search for these, and how many boxes up it goes where no headline is known."""
HEADLINES = 8
LEAST = 40
"""Characters of the selected elements below which the selection is no article's text: the page is read whole."""
DATA = ("meta", "link", "title", "dateformat")
SIZE = etree.XPath("count(descendant-or-self::*)")
TEXT = etree.XPath("string-length(normalize-space(.))")
ITEM = ("itemprop", 'rel="author', "rel='author", "rel=author")
DECLARED = etree.XPath(
    "//*[contains(@itemprop, 'author') or @itemprop = 'datePublished' or @itemprop = 'dateModified' or @rel = 'author']"
)
MAX_DECLARED = 200
"""What a page that declares an item holds of either, its authors and times, and how many of these are looked at."""
BLOG = "LiveBlogPosting"
"""Live blogs are read whole: their entries may stand in several places."""
PAID = re.compile(r"isAccessibleForFree\W{1,30}(?:https?://schema\.org/)?(?:false|no|0)\b", re.IGNORECASE)

CutDown = Callable[["Page", "HtmlElement", str], tuple["HtmlElement", ...]]


class NothingSelectedError(Exception):
    """The selected elements hold no text: the page must be parsed again and read whole."""


def narrow(page: Page, root: HtmlElement, html: str) -> tuple[HtmlElement, ...]:
    """Cuts the tree of `page` down to what its profile selects; gives the selected elements, none where the tree was left
    as it is. Of a profile with dated layouts what any of them selects stays, for `layout` to choose. Raises ValueError
    where a profile's selector cannot be read."""
    if not _by_selector(page.profile) or (page.witness is not None and page.witness.whole) or BLOG in html:
        return ()
    layouts = (*page.profile.earlier, page.profile)
    found = [body.select(root, layout.body) for layout in layouts]
    chosen = [element for elements in found for element in elements]
    told = [script for script in root.iter("script") if "ld+json" in (script.get("type") or "").casefold()]
    if (
        not chosen
        or root in chosen
        or sum(cast("float", TEXT(element)) for element in chosen) < LEAST
        or _has_paid_parts(told)
    ):
        return ()
    named = [e for layout in layouts for given in (layout.title, layout.lead) for e in body.select(root, given)[:1]]
    named += [element for layout in layouts for element in body.select_all(root, layout.drop)]  # so that it can be told
    keep = {*chosen, *named, *told, *root.iter(*DATA), *root.iterchildren("head")}
    heads = list(root.iter("h1"))
    keep.update(heads[:HEADLINES])
    _around(chosen, heads, keep)
    if any(sign in html for sign in ITEM):
        keep.update(_declared(root, chosen[0]))
    _cut(root, keep)
    return tuple(chosen)


def selected(root: HtmlElement, chosen: tuple[HtmlElement, ...], selectors: tuple[str, ...]) -> list[HtmlElement]:
    """The elements that hold the text, in a tree from which banners and hidden parts are gone: of `chosen`, where the tree was
    cut down to these, those that `selectors` find, or all that still stand where they now find others, since a
    selector counted what is gone. Raises ValueError where a selector cannot be read."""
    found = body.select(root, selectors)
    if not chosen or (found and set(chosen).issuperset(found)):
        return found
    return [element for element in chosen if root in element.iterancestors()]


def _by_selector(profile: Profile) -> bool:
    """Whether every layout of a source names its text: no page of it is to be read the general way from the first."""
    return profile.valid_until is None and all(layout.body for layout in (*profile.earlier, profile))


def _has_paid_parts(told: list[HtmlElement]) -> bool:
    """Whether JSON-LD names parts that are not free: whether these are hidden, what stands far behind them can tell."""
    return any(e.text and "cssSelector" in e.text and PAID.search(e.text) for e in told)


def _declared(root: HtmlElement, first: HtmlElement) -> list[HtmlElement]:
    """The authors and times of the item or `article` that holds the text, not of one within it or elsewhere."""
    over = {first, *first.iterancestors()}
    found = cast("list[HtmlElement]", DECLARED(root))[:MAX_DECLARED]
    return [element for element in found if _item(element) in over]


def _item(element: HtmlElement) -> HtmlElement | None:
    return next((a for a in element.iterancestors() if a.tag == "article" or a.get("itemscope") is not None), None)


def _around(chosen: list[HtmlElement], heads: list[HtmlElement], keep: set[HtmlElement]) -> None:
    """Adds what stands before and after the selected elements to what is kept."""
    first, last = chosen[0], chosen[-1]
    headline = _before(first, heads)
    if headline is None:
        _near(first, UNHEADED, keep, None, forward=False)
        _near(last, AFTER, keep, None, forward=True)
        return
    over = set(headline.iterancestors())
    common = next(element for element in first.iterancestors() if element in over)
    _between(headline, first, common, keep)
    _near(headline, BEFORE, keep, common, forward=False)
    _near(last, AFTER, keep, common, forward=True)


def _before(first: HtmlElement, heads: list[HtmlElement]) -> HtmlElement | None:
    """The last main headline that stands before an element; where that holds one itself, only one of the same words."""
    inside = [letters(head.text_content()) for head in first.iter("h1")] if heads else []
    node: HtmlElement | None = first if heads else None
    while node is not None:
        for sibling in node.itersiblings(preceding=True):
            for head in reversed(list(sibling.iter("h1"))):
                if not inside or letters(head.text_content()) in inside:
                    return head
        node = node.getparent()
    return None


def _between(headline: HtmlElement, first: HtmlElement, common: HtmlElement, keep: set[HtmlElement]) -> None:
    """Adds all that stands between the two, in whole elements."""
    left, right = _path(headline, common), _path(first, common)
    for node in left[:-1]:
        keep.update(node.itersiblings())
    for node in right[:-1]:
        keep.update(node.itersiblings(preceding=True))
    for sibling in left[-1].itersiblings():
        if sibling is right[-1]:
            break
        keep.add(sibling)


def _path(element: HtmlElement, top: HtmlElement) -> list[HtmlElement]:
    """The element and those over it, below `top`."""
    path = [element]
    for parent in element.iterancestors():
        if parent is top:
            break
        path.append(parent)
    return path


def _near(start: HtmlElement, most: int, keep: set[HtmlElement], top: HtmlElement | None, *, forward: bool) -> None:
    """Adds as many elements as `most` before or after `start`, in document order, in whole elements where they fit: within
    `top`, the element that holds headline and text, and the article; where no headline is known, a few boxes up."""
    left, levels = most, LEVELS
    node: HtmlElement | None = start
    while node is not None and node is not top and node.tag not in OUTMOST and left > 0:
        if top is None and not (levels := levels - 1):
            return
        for sibling in node.itersiblings(preceding=not forward):
            left = _fitting(sibling, left, keep, forward=forward)
            if left <= 0:
                break
        node = node.getparent()


def _fitting(element: HtmlElement, left: int, keep: set[HtmlElement], *, forward: bool) -> int:
    """Adds the element, or those of its parts that fit; gives how many more elements may come."""
    if left <= 0 or element in keep:
        return left
    size = int(cast("float", SIZE(element)))
    if size <= left:
        keep.add(element)
        return left - size
    for child in element.iterchildren(reversed=not forward):
        left = _fitting(child, left - 1, keep, forward=forward)
        if left <= 0:
            break
    return 0


def _cut(root: HtmlElement, keep: set[HtmlElement]) -> None:
    """Empties every element that is not kept, holds nothing kept and stands in nothing kept."""
    above: set[HtmlElement] = set()
    for element in keep:
        for parent in element.iterancestors():
            if parent in above:
                break
            above.add(parent)
    open_ = [root]
    while open_:
        node = open_.pop()
        for child in node:
            if child in keep:
                continue
            if child in above:
                open_.append(child)
            else:
                del child[:]
                child.text = None
