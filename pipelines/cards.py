"""Links to other stories, told by their make: paragraphs that are nothing but a link, cards of picture, headline and a
few words, lists of such. No words of any language are looked at.

A link is a teaser where it leads to another page of the same site. A headline that links elsewhere heads what is told
under it (a product, a source), so headings and cards with such links stay.

What is looked at is small, so the reading of a box ends where it is too large to be one: each question costs the same on
a page of any depth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.text import squeeze, words

NOWHERE = ("#", "mailto:", "tel:", "javascript:", "sms:")
PARAGRAPHS = frozenset({"p", "li", "h2", "h3", "h4", "h5"})
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
BLOCKS = frozenset({"p", "div", *HEADINGS})
CARDS = frozenset({"li", "div", "article", "section"})
LEVELS = 5
OVER, WITHIN = 3, 13
"""Elements over a link, and in it, of which one may be its heading."""
LINK_SHARE = 0.95
SHORTEST = 15
MOST_WORDS = 40
LINK_WORDS = 4
KICKER_WORDS = 5
KICKER_END = (":", "：", ">", "»", "|", "→", "►", "▶", "•")
PARTLY, MOSTLY = 0.25, 0.5
"""Share of a list's items that may hold words beside their link, and the least share of such an item that is linked."""
MANY_SHARE = 0.75
MANY_WORDS = 3
CARD_WORDS = 80
CARD_LINK_WORDS = 150
CARD_SHARE = 0.4
LONGEST = 1500
"""Characters that the largest of these boxes may hold."""
MOST_ELEMENTS = 120


def find(root: HtmlElement, host: str | None, size: int) -> list[HtmlElement]:
    """The teasers of a tree, outer ones before inner ones. `host`: the page's own; `size`: characters of the page."""
    links = [link for link in root.iter("a") if _leads_on(link)]
    found = list(_cards(links, host, size))
    found += [link for link in links if len(link) and _is_card(link)]
    lists: dict[HtmlElement, list[HtmlElement]] = {}
    for paragraph in _paragraphs(links):
        if paragraph.tag == "li":
            parent = paragraph.getparent()
            if parent is not None and parent.tag in ("ul", "ol"):
                lists.setdefault(parent, []).append(paragraph)
        elif _is_teaser(paragraph, host) or (paragraph.tag == "p" and _links_only(paragraph)):
            found.append(paragraph)
    found += [element for element, items in lists.items() if _of_teasers(element, items, host)]
    return found


def _of_teasers(element: HtmlElement, items: list[HtmlElement], host: str | None) -> bool:
    """Whether a list holds the headlines of other stories; a list of names or topics that are links has shorter items. Of a
    single item only a label tells that it is one. `items`: those with links."""
    if len(items) < sum(1 for _ in element.iterchildren("li")):
        return False
    rest = [item for item in items if not _is_teaser(item, host)]
    if len(items) == 1:
        return not rest and _labelled(items[0])
    if len(rest) > PARTLY * len(items) or not all(map(_mostly_linked, rest)):
        return False
    return words(element.text_content()) >= LINK_WORDS * len(items)


def _labelled(item: HtmlElement) -> bool:
    return _announced(small_text(item) or "", small_text(next(item.iter("a"))) or "")


def _mostly_linked(item: HtmlElement) -> bool:
    """Whether most of an item is one link; a word or two of the headline may have been left out of it."""
    links = list(item.iter("a"))
    whole = small_text(item)
    return whole is not None and len(links) == 1 and len(small_text(links[0]) or "") >= MOSTLY * len(whole)


def _paragraphs(links: list[HtmlElement]) -> Iterator[HtmlElement]:
    """The paragraphs, headings and items around links, each once, in order."""
    seen: set[HtmlElement] = set()
    for link in links:
        element = link.getparent()
        for _ in range(LEVELS):
            if element is None:
                break
            if element.tag in PARAGRAPHS:
                if element in seen:
                    break
                seen.add(element)
                yield element
            element = element.getparent()


def small_text(element: HtmlElement) -> str | None:
    """The text of a small element in one line; None for one that is no card, having more than that."""
    if not len(element):  # most links
        text = element.text or ""
        return squeeze(text) if len(text) <= LONGEST or text.isspace() else None
    parts: list[str] = []
    size = 0
    for number, part in enumerate(element.iter()):
        if number == MOST_ELEMENTS or size > LONGEST:
            return None
        if text := part.text:
            parts.append(text)
            size += 1 if text.isspace() else len(text)
        if part is not element and (tail := part.tail):
            parts.append(tail)
            size += 1 if tail.isspace() else len(tail)
    return squeeze("".join(parts)) if size <= LONGEST else None


def _is_teaser(element: HtmlElement, host: str | None) -> bool:
    """A paragraph, heading or item whose text is one link to another page, or such a link behind a label (`More: …`)."""
    link = next(element.iter("a"), None)
    if link is None or not _leads_on(link):
        return False
    linked = small_text(link) or ""
    if len(linked) < LINK_SHARE * SHORTEST:  # a name or a word within a text, as most are
        return False
    whole = small_text(element)
    if whole is None or len(whole) < SHORTEST or words(whole) > MOST_WORDS:
        return False
    if len(linked) < LINK_SHARE * len(whole):
        return _announced(whole, linked)
    if element.tag in HEADINGS:
        return not _elsewhere(link, host)
    return element.tag != "p" or not whole.endswith((".", "。", ",", ";"))


def _announced(whole: str, linked: str) -> bool:
    if len(linked) < SHORTEST or words(linked) < LINK_WORDS or not whole.endswith(linked):
        return False
    label = whole[: -len(linked)].rstrip()
    return label.endswith(KICKER_END) and words(label) <= KICKER_WORDS


def _links_only(element: HtmlElement) -> bool:
    """A paragraph that strings headlines together: several links of some words each, and hardly anything else."""
    links = list(islice(element.iter("a"), MOST_ELEMENTS))  # of so many `small_text` says nothing
    if not 2 <= len(links) < MOST_ELEMENTS or not all(map(_leads_on, links)):
        return False
    if (whole := small_text(element)) is None:
        return False
    texts = [small_text(link) or "" for link in links]
    return sum(map(len, texts)) >= MANY_SHARE * len(whole) and all(
        words(text) >= MANY_WORDS and len(text) >= SHORTEST for text in texts
    )


def _is_card(link: HtmlElement) -> bool:
    """A link around blocks: picture, headline, a few words."""
    if not any(part.tag in BLOCKS for part in islice(link.iterdescendants(), MOST_ELEMENTS)):
        return False
    text = small_text(link)
    return text is not None and LINK_WORDS <= words(text) <= CARD_LINK_WORDS


def _cards(links: list[HtmlElement], host: str | None, size: int) -> Iterator[HtmlElement]:
    """Boxes of one make, side by side, each with a headline that is a link, and few words: outermost ones."""
    sizes: dict[HtmlElement, int | None] = {}
    boxes: dict[HtmlElement, int] = {}
    for link in links:
        heading = _heading(link)
        if heading is None or _elsewhere(link, host):
            continue
        for element in _around(heading):
            if element not in sizes:
                text = small_text(element)
                sizes[element] = len(text) if text is not None and words(text) <= CARD_WORDS else None
            if (length := sizes[element]) is None:
                break
            if element.tag in CARDS:
                boxes[element] = length
    makes = Counter(_make(box) for box in boxes)
    cards = {box: length for box, length in boxes.items() if makes[_make(box)] > 1}
    held: Counter[HtmlElement | None] = Counter()
    for card, length in cards.items():
        held[card.getparent()] += length
    for card in cards:
        # A page that is made of such boxes is its own text: a roundup, a calendar.
        if held[card.getparent()] < CARD_SHARE * size and not any(above in cards for above in _around(card)):
            yield card


def _heading(link: HtmlElement) -> HtmlElement | None:
    """The heading that a link stands in, or that stands in the link."""
    for element in islice(link.iterancestors(), OVER):
        if element.tag in HEADINGS:
            return element
    if not len(link):  # most links
        return None
    return next((part for part in islice(link.iterdescendants(), WITHIN) if part.tag in HEADINGS), None)


def _around(heading: HtmlElement) -> Iterator[HtmlElement]:
    for level, element in enumerate(heading.iterancestors()):
        if level == LEVELS or element.tag in ("body", "main", "html"):
            return
        yield element


def _make(element: HtmlElement) -> tuple[HtmlElement | None, str, str | None]:
    return element.getparent(), str(element.tag), element.get("class")


def _leads_on(link: HtmlElement) -> bool:
    """Whether a link leads to another page."""
    address = link.get("href")
    return address is not None and not address.strip().startswith(NOWHERE)


def _elsewhere(link: HtmlElement, host: str | None) -> bool:
    """Whether a link leads to another site: neither the page's host nor one under the same name."""
    href = (link.get("href") or "").strip()
    if host is None or not href.startswith(("http://", "https://", "//")):
        return False
    try:
        other = (urlsplit(href).hostname or "").removeprefix("www.")
    except ValueError:
        return False
    mine = host.removeprefix("www.")
    return not (other == mine or other.endswith("." + mine) or mine.endswith("." + other))
