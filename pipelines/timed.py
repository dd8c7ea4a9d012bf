"""What a page's `time` elements are the time of: the publication, the last change, or something that nothing names.

The element's own names decide first, then the words that a reader sees before it, then the names of what is around it:
`<span class="posted-on"><time class="updated">` is a change, and so is any `time` after "Last updated". Of the nameless only
what stands at the headline may be the publication's; one before the page, in a teaser, a comment or a sentence is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lxml.html import HtmlElement

from pipelines import headmatter
from pipelines.headmatter import Line
from pipelines.printed import CHANGED, EVENT, last, told_published
from pipelines.tags import Time

Kind = Literal["published", "changed"]

AROUND = 3
MAX_LABEL = 40
MAX_LABEL_ABOVE = 30
_PUBLISHED = re.compile(
    r"publish(?!er)|publica(?:tion|cion|do|cao|zione)|publi[ée]|pub-?date|date-?pub|entry-date|posted|(?<![a-z])created|date-?created|dateline"
    r"|(?<![a-z])issued|release-?(?:date|time)|erstellt|erschienen|veroeffentlicht"
)
_CHANGED = re.compile(r"update|modif|aktualis|last-?mod|(?<![a-z])(?:revised|edited)")
_EVENT_PROP = re.compile(r"(?:start|end|valid|birth|death|event|upload|expir)\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Times:
    """What the `time` elements say, in the page's order: of the publication, of a change, and of no name at the headline."""

    published: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()


def marked(times: Iterable[Time]) -> Times:
    """By their names alone, wherever they stand but in what is not the article's own: cheap, for pages whose metadata tells
    the publication."""
    known: headmatter.Known = {}
    kinds = [(_named(one.element), one) for one in times]
    own = [(kind, one.when) for kind, one in kinds if kind is not None and not headmatter.apart(one.element, known)]
    return Times(
        tuple(when for kind, when in own if kind == "published"), tuple(when for kind, when in own if kind == "changed")
    )


def beside(lines: list[Line], times: Iterable[Time]) -> Times:
    """By their names and the words before them, of those in the lines about the headline."""
    when_of = {one.element: one for one in times}
    found: dict[str, list[str]] = {"published": [], "changed": [], "nameless": []}
    above = ""
    for line in lines:
        since = 0
        for element, start, end in line.times:
            one = when_of.get(element)
            if one is None:
                continue
            before = line.text[since:start] if since or start else above
            kind = _kind(one, before, line.text[start:end])
            if kind is not None:
                found[kind].append(one.when)
            elif line.place in ("head", "before") and not EVENT.search(line.names):
                found["nameless"].append(one.when)
            since = end
        above = line.text if len(line.text) <= MAX_LABEL_ABOVE else ""
    # One before the headline is a masthead's more often than one after it.
    return Times(*(tuple(found[name]) for name in ("published", "changed", "nameless")))


def _kind(one: Time, before: str, inside: str) -> Kind | None:
    own = _by_names(headmatter.names_of(one.element), one.prop)
    if own is not None:
        return own
    said = before[-MAX_LABEL:] + inside
    changed, told = last(CHANGED, said), told_published(said)
    if changed is not None and (told is None or told < changed):
        return "changed"
    return "published" if told is not None else _named(one.element)


def _named(element: HtmlElement) -> Kind | None:
    """By the element's own names, else by those of the nearest element about it that has any of the kind."""
    node: HtmlElement | None = element
    for _ in range(AROUND + 1):
        if node is None or node.tag in ("body", "html"):
            return None
        kind = _by_names(headmatter.names_of(node), node.get("itemprop") or "")
        if kind is not None:
            return kind
        node = node.getparent()
    return None


def _by_names(names: str, prop: str) -> Kind | None:
    said = f"{names} {prop.casefold()}"
    if _PUBLISHED.search(said) or "pubdate" in said:
        return "published"
    return "changed" if _CHANGED.search(said) else None
