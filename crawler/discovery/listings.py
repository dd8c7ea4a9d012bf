"""Pages that list articles -> links, by a source's own selectors."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from cssselect import HTMLTranslator
from lxml import etree

from crawler.discovery import documents
from crawler.discovery.documents import plain
from crawler.discovery.entries import http_url, text_of
from crawler.discovery.found import Found
from storage.models import Link

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_LINKS = 5_000


def read_listing(
    body: bytes, *, url: str, selectors: tuple[str, ...], following: tuple[str, ...] = (), charset: str | None
) -> Found:
    """Links of the elements that any selector matches, in the page's order, each with its text as title.

    An element that is no link itself stands for the first link inside it, or the one around it. Without selectors: all
    links of the page; the source's address patterns choose. `following`: selectors of the link to the next page, tried
    in order (`Found.next`). Raises `cssselect.SelectorError` for a wrong selector.
    """
    if len(body) > documents.MAX_FEED_BYTES:
        return Found(problem="too_large")
    text = documents.decode(body, charset)
    root = _parse(text, url)
    if root is None:
        return Found(problem="empty_body")
    base = url
    for element in root.iter("base"):
        base = http_url(element.get("href"), url) or url
        break
    found = Found()
    for anchor in _anchors(root, selectors):
        if found.total >= MAX_LINKS:
            found.add(None, "over_limit")
            continue
        address = http_url(anchor.get("href"), base)
        title = plain(text_of(anchor)) or plain(anchor.get("title"))
        found.add(Link(address, via="listing", title=title) if address else None)
    found.next = _next(root, following, base)
    if not found.links:
        found.problem = "bot_check" if documents.is_bot_check(text) else "empty_listing"
    return found


def _next(root: _Element, selectors: tuple[str, ...], base: str) -> str | None:
    """The first address that the selectors give, of `<a>` or `<link rel="next">`; None on the last page."""
    for selector in selectors:
        for element in cast("list[_Element]", compiled(selector)(root)):
            holder = element if element.get("href") else _anchor(element)
            if holder is not None and (address := http_url(holder.get("href"), base)):
                return address
    return None


def _parse(text: str, url: str) -> _Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(documents.as_utf8(text), parser, base_url=url)
    except etree.XMLSyntaxError:
        return None


def _anchors(root: _Element, selectors: tuple[str, ...]) -> list[_Element]:
    if not selectors:
        return list(root.iter("a"))
    chosen = cast("list[_Element]", compiled(", ".join(selectors))(root))
    anchors = (_anchor(element) for element in chosen)
    return list(dict.fromkeys(anchor for anchor in anchors if anchor is not None))


def _anchor(element: _Element) -> _Element | None:
    if element.tag == "a":
        return element
    inside = next(element.iter("a"), None)
    return inside if inside is not None else next(element.iterancestors("a"), None)


@lru_cache(maxsize=256)
def compiled(selector: str) -> etree.XPath:
    """A CSS selector as XPath. Raises `cssselect.SelectorError` where it is none."""
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))
