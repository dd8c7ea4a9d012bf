"""Where a page says who wrote it and where it came from, as raw texts: declared authors and sources, and the short lines
about the headline and the text that can name an agency. What they mean is for `credits` to judge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines import people
from pipelines.jsonld import Claims
from pipelines.tags import Tags
from pipelines.text import squeeze
from pipelines.wires import may_name

MAX_LINE = 120
LONGER = MAX_LINE + 10
MAX_PLACES, MAX_ALIKE = 4, 2
MAX_DEPTH = 60
BEFORE_HEADING, AFTER_TEXT, JUST_AFTER = 40, 60, 12
"""Elements before the headline and after the last paragraph among which a line still belongs to this article."""
Place = Literal["named", "beside", "after"]
PARAGRAPH = 100
SOURCES = ("dc.source", "source", "article:source", "articlesource", "contentsource", "news_source", "original-source",
    "syndication-source", "content-source")  # fmt: skip
AUTHORS = (*people.META, "articleauthor", "authors")

_SILENT = frozenset({"script", "style", "noscript", "template", "title", "option", "button", "textarea"})
_ELSEWHERE = frozenset({"figure", "figcaption", "picture", "video", "nav", "select", "cite", "h1", "h2", "h3"})
_INLINE = frozenset({"a", "span", "b", "strong", "em", "i", "small", "time", "font", "u", "sup", "abbr", "bdi"})
_PICTURE = re.compile(
    r"(?:^|[\s_-])(?:ima?ge?s?|visuels?|photos?|pictures?|pic|fotos?|bild(?:er)?|caption|media|gallery|galerie|video|player|carousel|slide\w*"
    r"|copyright|lightbox|zoom|thumb\w*|rights)(?=$|[\s_-])",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:^|[\s_-])(?:teasers?|cards?|related|sidebar|recommend\w*|comments?|promos?|most|latest|popular|trending|menu"
    r"|navigation|nav|newsletter|read-?more|more|recirc\w*|list|feed|topics?|tags|breadcrumbs?|partners?|logos?)(?=$|[\s_-])",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"author|autor|auteur|byline|(?:^|[\s_-])by(?=$|[\s_-])|writer|redakt|journalist|contribut|signature|firma(?:$|[\s_-])"
    r"|source|quelle|fuente|(?:^|[\s_-])fonte|bron(?:$|[\s_-])|kaynak|zrodlo|laiyuan|(?:^|[\s_-])ly(?=$|[\s_-])|provider|syndicat"
    r"|agenc|agentur|agenzia|dateline|(?:^|[\s_-])aut(?=$|[\s_-])|reporter",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a page says of its writer and source, as written. `authors`, `sources`: declared in JSON-LD, meta tags or
    microdata; `bylines`: printed about headline or text in an element that is named so; `beside`: between headline and text in
    one that is not; `after`: just after the text. `address` is the page's, `elsewhere` what it names as its
    canonical addresses."""

    authors: tuple[str, ...] = ()
    bylines: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    publisher: str | None = None
    address: str = ""
    elsewhere: tuple[str, ...] = ()


def read(root: HtmlElement, tags: Tags, claims: Claims, url: str) -> Attribution:
    """Reads it from the tree before anything is pruned; the tree is not changed."""
    authors = [*claims.people, *claims.organisations, *tags.all(*AUTHORS)]
    canonicals = [*tags.links.get("canonical", ()), *tags.meta.get("og:url", ()), *([claims.url] if claims.url else ())]
    lines = list(_lines(root))
    return Attribution(
        authors=tuple(dict.fromkeys(squeeze(a) for a in authors if 1 < len(a) <= MAX_LINE)),
        bylines=_in(lines, "named"), beside=_in(lines, "beside"), after=_in(lines, "after"),
        sources=tuple(s for s in tags.all(*SOURCES) if len(s) <= MAX_LINE),
        publisher=claims.publisher,
        address=url,
        elsewhere=tuple(dict.fromkeys(address for c in canonicals if (address := _absolute(url, c)))),
    )  # fmt: skip


def _in(lines: list[tuple[str, Place]], place: Place) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text, where in lines if where == place))


def _absolute(url: str, said: str) -> str | None:
    try:
        address = urljoin(url, said)
        return address if urlsplit(address).hostname else None
    except ValueError:
        return None


def _lines(root: HtmlElement) -> Iterator[tuple[str, Place]]:
    """Short texts that can name an agency, where a byline or a source would stand, with their place."""
    headings = list(root.iter("h1"))
    if not headings:
        return
    order = list(root.iter("*"))
    heading = order.index(headings[0])
    first, last = _text_of(root, order, heading)
    start, stop = max(0, heading - BEFORE_HEADING), min(len(order), last + AFTER_TEXT + 1)
    naming = _naming(order, start, stop)
    homes = _homes(headings)
    found: list[tuple[str, str, Place, bool]] = []
    seen: set[HtmlElement] = set()
    short: dict[HtmlElement, bool] = {}
    for number, element in enumerate(order[start:stop], start):
        if element not in naming:
            continue
        block = _block(element, short)
        if block in seen:
            continue
        seen.add(block)
        text = squeeze(block.text_content())
        about = _names(element, homes) if len(text) <= MAX_LINE else None
        if about is None:
            continue
        near = heading < number < first
        names = " ".join(" ".join(about).split())
        if any(map(_is_named, about)):
            found.append((text, names, "named", near))
        elif near:
            found.append((text, names, "beside", near))
        elif last < number <= last + JUST_AFTER:
            found.append((text, names, "after", near))
    often = Counter(names for _, names, _, near in found if not near)
    for text, names, place, near in found:
        # What stands there again and again names the writers of a list of other stories.
        if near or often[names] <= MAX_ALIKE:
            yield text, place


def _text_of(root: HtmlElement, order: list[HtmlElement], heading: int) -> tuple[int, int]:
    """The places of the first paragraph behind the headline and of the last one."""
    before = set(order[:heading])
    paragraphs = [element for element in root.iter("p") if element not in before]
    # From both ends: no other is asked for.
    first = next(filter(_is_long, paragraphs), None)
    if first is None:
        return heading + AFTER_TEXT, heading + AFTER_TEXT
    last = next(filter(_is_long, reversed(paragraphs)))
    return order.index(first, heading), order.index(last, heading)


def _naming(order: list[HtmlElement], start: int, stop: int) -> set[HtmlElement]:
    """The elements from `start` to `stop` of which a text of their own, between their children, can name an agency."""
    naming: set[HtmlElement] = set()
    within = set(order[start:stop])
    for element in order[start:stop]:
        # A script's text is long: not asked for.
        if element.tag not in _SILENT and (text := element.text) and not text.isspace() and _may_name(text):
            naming.add(element)
    for element in order[start:]:
        if (text := element.tail) and not text.isspace():
            parent = element.getparent()
            if parent in within and parent not in naming and parent.tag not in _SILENT and _may_name(text):
                naming.add(parent)
    return naming


def _is_long(element: HtmlElement) -> bool:
    return len(element.text_content()) >= PARAGRAPH


def _may_name(text: str) -> bool:
    """Whether a text names an agency, perhaps, and is no longer than a line; or not much, as blanks and marks may go."""
    if len(text) > LONGER and (len(text) > 4 * MAX_LINE or len(squeeze(text)) > LONGER):
        return False
    return may_name(text)


def _homes(headings: list[HtmlElement]) -> set[HtmlElement]:
    """The elements that hold a headline."""
    homes: set[HtmlElement] = set()
    for element in headings:
        for parent in element.iterancestors():
            if parent in homes:
                break
            homes.add(parent)
    return homes


def _block(element: HtmlElement, short: dict[HtmlElement, bool]) -> HtmlElement:
    """The line in which an element stands; `short` remembers of which elements all the text can be one."""
    for _ in range(3):
        parent = element.getparent()
        if element.tag not in _INLINE or parent is None:
            break
        if parent not in short:
            short[parent] = len(squeeze(parent.text_content()[: 6 * MAX_LINE])) <= MAX_LINE
        if not short[parent]:
            break
        element = parent
    return element


@lru_cache(maxsize=20_000)
def _read_name(given: str) -> tuple[str, bool, bool]:
    """(class names and id, camel case parted; whether they are a picture's; whether they are another story's)."""
    name = _CAMEL.sub("-", given)
    return name, _PICTURE.search(name) is not None, _OTHERS.search(name) is not None


@lru_cache(maxsize=20_000)
def _is_named(name: str) -> bool:
    return _NAMED.search(name) is not None


def _names(element: HtmlElement, homes: set[HtmlElement]) -> list[str] | None:
    """The class names and ids of an element and those about it; None where they say that it belongs to a picture or another
    story, which none of `homes` does."""
    names: list[str] = []
    node: HtmlElement | None = element
    near = 0
    while node is not None and (tag := node.tag) != "body" and near < MAX_DEPTH:
        if tag in _ELSEWHERE:
            return None
        if near < 2 * MAX_PLACES or tag in ("aside", "footer"):
            name, picture, others = _read_name(
                f"{node.get('class') or ''} {node.get('id') or ''} {node.get('itemprop') or ''}"
            )
            if tag in ("aside", "footer") and not (_is_named(name) or any(map(_is_named, names))):
                return None
            if near < MAX_PLACES - 1:
                if picture:
                    return None
                names.append(name)
            if near < 2 * MAX_PLACES and others and node not in homes:
                return None
        node = node.getparent()
        near += 1
    return names
