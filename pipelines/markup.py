"""What the attributes of a tree say, gathered in one walk for the steps that go by it: microdata, bylines, banners, hidden
parts, boxes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
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
READ = MARKED | {"class", "id", "style", "itemprop", "property", "rel", "data-testid"}
CLASSES = re.compile(r"(?:^|\s)(?:hidden|is-hidden|hide|d-none|display-none)(?=\s|$)")
RESPONSIVE = re.compile(
    r":(?:block|flex|grid|inline|contents|table)|(?:^|\s)d-\w+-(?:block|flex|inline)|visible|(?:^|\s)\w{2}:"
)
"""Classes that hide an element, and those that show it on some screens all the same."""


@dataclass(frozen=True, slots=True)
class Names:
    """`of_boxes`: all class attributes and ids, as written; `own`: whether an element has a name of its own (`<ad-slot>`);
    `perhaps_hidden`: the elements of whose attributes one can hide them, `properties` those with an `itemprop`, `declared`
    those with a `property` and its `content`, `by_rel` those whose `rel` is the author, each in document order; `test_ids`:
    all `data-testid`. Of a tree that has lost elements since, names and `own` still say all that it has, and perhaps more."""

    of_boxes: set[str] = field(default_factory=set)
    own: bool = False
    perhaps_hidden: list[HtmlElement] = field(default_factory=list)
    properties: list[HtmlElement] = field(default_factory=list)
    declared: list[HtmlElement] = field(default_factory=list)
    by_rel: list[HtmlElement] = field(default_factory=list)
    test_ids: set[str] = field(default_factory=set)


def names(root: HtmlElement) -> Names:
    """Reads them; the tree is not changed."""
    found = Names()
    of_boxes, classes, hiding = found.of_boxes, set[str](), set[str]()
    own = False
    for element in root.iter("*"):
        hidden = False
        get = element.get
        # Of most attributes (addresses, pictures) the value is not asked for: it takes longer than the name.
        for name in element.keys():  # noqa: SIM118 -- an element's own iteration is over its children
            if name not in READ:
                continue
            value = get(name)
            if name == "class":
                if value not in classes:
                    classes.add(value)
                    if hides_by_class(value):
                        hiding.add(value)
                hidden = hidden or value in hiding
            elif name == "id":
                of_boxes.add(value)
            elif name == "style":
                hidden = hidden or hides(value)
            elif name in MARKED:
                hidden = True
            else:
                _told(element, name, value, found)
        if hidden:
            found.perhaps_hidden.append(element)
        own = own or "-" in element.tag
    of_boxes.update(classes)
    of_boxes.discard("")
    return replace(found, own=own)


def _told(element: HtmlElement, name: str, value: str, found: Names) -> None:
    if name == "itemprop":
        found.properties.append(element)
    elif name == "data-testid":
        found.test_ids.add(value)
    elif name == "rel" and value == "author":
        found.by_rel.append(element)
    elif name == "property" and element.get("content") is not None:
        found.declared.append(element)


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
