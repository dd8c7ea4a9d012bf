"""Where a live blog's entries begin: what repeats in one place, each with one clock time."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from pipelines.body import SKIPPED
from pipelines.text import squeeze, words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Starts = dict["HtmlElement", tuple["HtmlElement", str]]
"""Of each element that begins an entry the element that shows its time, and the time as shown."""
LEAST = 3
MOST = 5_000
"""Times in the markup, at the most: a page of more is read like any other, so that none is cut off."""
HEADER_WORDS = 16
CLOCK = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-3])(?:[:.h時时]|\s?Uhr|시)\s?(?:[0-5]\d)?(?!\d)|\b(?:1[0-2]|0?\d)\s?[ap]\.?m\b",
    re.IGNORECASE,
)
STAMP = re.compile(
    r"(?:^|[\s_-])(?:time(?:stamp)?|clock|date(?:time)?|uhrzeit|hora|heure|saat|posted)(?=$|[\s_-])", re.IGNORECASE
)
RELATIVE = re.compile(r"\bago(?![a-z])|\bvor \d|il y a|\bhace\b|\bhá \d|назад|önce|منذ|前|전", re.IGNORECASE)
READERS = re.compile(r"comment|kommentar|disqus|related|most-?read|sidebar|recirc", re.IGNORECASE)


def find(root: HtmlElement) -> tuple[HtmlElement | None, Starts]:
    """The element whose children are the entries, or hold them by days, and where they begin; the tree is not changed."""
    found = marks(root)
    return _home(found if len(found) < MOST else {})


def marks(root: HtmlElement) -> dict[HtmlElement, str]:
    """Elements that show one clock time and hardly anything else, with the time as shown; of several in one header the
    first."""
    found: dict[HtmlElement, str] = {}
    last: HtmlElement | None = None
    for element in root.iter("time", "span", "div", "p", "small", "a", "abbr", "strong", "b"):
        stamped = element.tag == "time" or STAMP.search(f"{element.get('class') or ''} {element.get('itemprop') or ''}")
        if len(element) > 4 or (not stamped and len(element)):
            continue
        shown = squeeze(element.text_content()[:80])
        bare = CLOCK.fullmatch(shown.removesuffix(" Uhr"))
        if not bare and not (stamped and (CLOCK.search(shown) or "T" in (element.get("datetime") or ""))):
            continue
        if last is not None and (last in element.iterancestors() or _one_header(last, element)):
            continue
        clock = CLOCK.search(shown)
        found[element] = (
            clock[0] if clock and RELATIVE.search(shown) else shown if clock else squeeze(element.get("datetime"))
        )
        last = element
        if len(found) >= MOST:
            break
    return found


def _one_header(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two times stand in one small element."""
    above = list(islice(one.iterancestors(), 4))
    parent = next((e for e in islice(other.iterancestors(), 4) if e in above), None)
    return parent is not None and _short(parent)


def _short(element: HtmlElement) -> bool:
    """Whether an element's text is no longer than an entry's header."""
    size = 0
    for text in element.itertext():
        size += words(text)
        if size > HEADER_WORDS:
            return False
    return True


def _home(marks: dict[HtmlElement, str]) -> tuple[HtmlElement | None, Starts]:
    """The element whose children are the entries, and of each child that begins one its mark and time."""
    held = Counter(parent for mark in marks for parent in mark.iterancestors())
    groups: dict[HtmlElement, Starts] = {}
    for mark, shown in marks.items():
        start = mark
        for parent in mark.iterancestors():
            if held[parent] > 1 or parent.tag == "body":
                groups.setdefault(parent, {})[start] = (mark, shown)
                break
            start = parent
    groups = {home: starts for home, starts in groups.items() if len(starts) >= LEAST and not aside(home)}
    home = max(groups, key=lambda each: _size(groups[each]), default=None)
    if home is None:
        return None, {}
    # Days in boxes of their own, one beside the other.
    parent = home.getparent()
    peers = [each for each in groups if each.getparent() is parent and _make(each) == _make(home) and not _links(each)]
    if len(peers) < 2 or parent is None:
        return home, groups[home]
    return parent, {start: mark for peer in peers for start, mark in groups[peer].items()}


def _make(element: HtmlElement) -> tuple[str, str | None]:
    return element.tag, element.get("class")


def _links(element: HtmlElement) -> bool:
    return 2 * sum(len(link.text_content()) for link in element.iter("a")) > len(element.text_content())


def series(home: HtmlElement, starts: Starts) -> list[HtmlElement]:
    """The entries and what stands between them, in order."""
    holders = {start.getparent() for start in starts}
    return [part for child in home for part in (child if child in holders else (child,))]


def aside(element: HtmlElement) -> bool:
    """Whether an element stands where readers write, or beside the text."""
    return any(
        e.tag in SKIPPED or e.tag == "footer" or READERS.search(f"{e.get('class') or ''} {e.get('id') or ''}")
        for e in (element, *element.iterancestors())
        if e.tag not in ("body", "html")
    )


def _size(starts: Starts) -> int:
    return sum(len(start.text_content()) for start in starts)


def flat(starts: Starts) -> bool:
    """Whether the texts stand beside the times, not in one element with them."""
    return sum(_short(start) for start in starts) > 0.5 * len(starts)
