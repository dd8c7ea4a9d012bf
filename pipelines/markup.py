"""What the attributes of a tree say, gathered in one walk for the steps that go by it: banners, hidden parts, boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

STYLED = ("none", "hidden")


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
    found: set[str | None] = set()
    perhaps: list[HtmlElement] = []
    own = False
    for element in root.iter("*"):
        get = element.get
        found.add(get("class"))
        found.add(get("id"))
        style = get("style")
        if (
            (style and any(word in style for word in STYLED))
            or get("hidden") is not None
            or get("amp-subscriptions-section") is not None
        ):
            perhaps.append(element)
        own = own or "-" in element.tag
    return Names({name for name in found if name}, own, perhaps)
