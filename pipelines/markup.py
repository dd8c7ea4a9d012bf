"""What the attributes of a tree say, gathered in one walk for the steps that go by it: banners, hidden parts, boxes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[;\s])(?:max-)?(?:height|width|font-size|opacity)\s*:\s*0(?![.\d]*[1-9])|"
    r"(?:left|top|right|text-indent)\s*:\s*-\d{4}|filter\s*:\s*blur"
)
"""What a style, in small letters, must say to hide its element from readers, or part of it."""
HINTS = (":none", " none", "hidden", ":0", ": 0", ":-", ": -", "blur")
MARKED = frozenset({"hidden", "amp-subscriptions-section", "subscriptions-section", "amp-access-hide", "inert"})
CLASSES = re.compile(r"(?:^|\s)(?:hidden|is-hidden|hide|d-none|display-none)(?=\s|$)")
RESPONSIVE = re.compile(
    r":(?:block|flex|grid|inline|contents|table)|(?:^|\s)d-\w+-(?:block|flex|inline)|visible|(?:^|\s)\w{2}:"
)
"""Classes that hide an element, and those that show it on some screens all the same."""


@dataclass(frozen=True, slots=True)
class Names:
    """`of_boxes`: all class attributes and ids, as written; `own`: whether an element has a name of its own (`<ad-slot>`);
    `perhaps_hidden`: the elements of whose attributes one can hide them, in document order. Of a tree that has lost
    elements since, names and `own` still say all that it has, and perhaps more."""

    of_boxes: set[str]
    own: bool
    perhaps_hidden: list[HtmlElement]


def names(root: HtmlElement) -> Names:
    """Reads them; the tree is not changed."""
    found: set[str] = set()
    perhaps: list[HtmlElement] = []
    own = False
    for element in root.iter("*"):
        hidden = False
        for name, value in element.items():
            if name == "class":
                found.add(value)
                hidden = hidden or hides_by_class(value)
            elif name == "id":
                found.add(value)
            elif name == "style":
                hidden = hidden or hides(value)
            elif name in MARKED:
                hidden = True
        if hidden:
            perhaps.append(element)
        own = own or "-" in element.tag
    found.discard("")
    return Names(found, own, perhaps)


@lru_cache(maxsize=20_000)
def hides(style: str) -> bool:
    """Whether a style hides its element from readers, or may."""
    style = style.lower()
    return any(hint in style for hint in HINTS) and HIDING.search(style) is not None


@lru_cache(maxsize=20_000)
def hides_by_class(name: str | None) -> bool:
    """Whether a class hides its element on every screen, by the names that frameworks use."""
    return (
        name is not None
        and ("hid" in name or "none" in name)
        and CLASSES.search(name) is not None
        and RESPONSIVE.search(name) is None
    )
