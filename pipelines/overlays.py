"""What lies over or under a page's text and is none of it for a reader: consent banners, the part behind a paywall, text
that the markup hides. Taken out before the body is looked for.

A banner is known by its names, and where these may be a topic's (`cookies`), by what it says; where the page is little
else, it stays, for `walls` to see. Hidden text stays where it is the page itself or prose of its story that scripts show
(`unfolding`), unless a paywall hides it. A part that JSON-LD declares paid (`hasPart` with `isAccessibleForFree` false) is
taken out where the page calls to subscribe in its place: of 45 corpus pages that declare one, 40 print it for every reader
without such a call.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from pipelines import banners, markup
from pipelines.banners import CAMEL, length
from pipelines.markup import Names
from pipelines.prune import Dropped, take
from pipelines.text import squeeze
from pipelines.wallwords import PAYWALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

TOLD = 2_000
"""Characters of a box that are read for what it asks."""
UNFOLDS = re.compile(
    r"(?:^|[\s_-])(?:expand\w*|read-?more|show-?more|more-?(?:text|content)|full-?(?:text|story|article)|unfold\w*|truncat\w*|"
    r"accordion\w*|collaps\w*|panel)(?=$|[\s_-])",
    re.IGNORECASE,
)
MORE = re.compile(
    r"\b(?:read|show|see|view) (?:more|all|full)|continue reading|weiterlesen|mehr (?:lesen|anzeigen)|lire (?:la suite|plus)|"
    r"leer más|ver más|leia mais|ler mais|leggi (?:tutto|di più)|lees (?:verder|meer)|"
    r"läs mer|les mer|læs mere|czytaj (?:dalej|więcej)|"
    r"читать (?:далее|дальше|полностью)|показать (?:ещё|еще|полностью)|читати далі|devamını (?:oku|gör)|اقرأ المزيد|المزيد|"
    r"展开|展開|阅读(?:全文|更多)|続きを|もっと見る|더 ?보기|और पढ़ें",
    re.IGNORECASE,
)
"""Names and words by which a reader unfolds the rest of a text."""
PROSE, BESIDE = 60, 2
"""Characters of a paragraph that is prose; those in the same place that are not hidden, from which on it is the story's."""
AFTER = 1_500
"""Characters behind a paid part in which its call to subscribe stands."""
AROUND = frozenset(("nav", "header", "footer"))
PART = r"(?:[\w-]*(?:[.#][\w-]+|\[[\w-]+(?:[~^$*|]?=[^\]]{0,80})?\])+|[\w-]+)"
PLAIN = re.compile(rf"{PART}(?:(?:\s*>\s*|\s+){PART}){{0,2}}")
"""The selectors that publishers write; others, like siblings of siblings, may cost minutes on a long page."""
SURE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:left|top|right|text-indent)\s*:\s*-\d{4}")
FLAT = re.compile(r"(?:^|[;\s])(?:max-)?height\s*:\s*0(?![.\d]*[1-9])")
CLIPPED = re.compile(r"overflow(?:-y)?\s*:\s*(?:hidden|clip)")
TINY = re.compile(r"font-size\s*:\s*0(?![.\d]*[1-9])")
SIZED = re.compile(r"font(?:-size)?\s*:[^;]*[1-9]")
PAID = re.compile(
    r"(?:^|[\s_-])(?:paywall(?:ed)?|premium|subscribers?|members?|abonn\w*|regwall(?:ed)?|locked|metered|piano|paid)(?=$|[\s_-])",
    re.IGNORECASE,
)
MAJOR = 0.4
"""Share of the page's text that, hidden, is taken for text that scripts show."""
STREAMED = re.compile(r"S:[0-9a-f]+$")
"""React writes what comes late into hidden boxes of these ids, and puts it into its place at once."""
MOST = 200
"""Elements of a kind that are looked at: a page of more is hostile."""
MAX_SCRIPT = 600_000
SELECTORS, PARTS = 20, 5
"""Selectors of paid parts that are asked of a page, and parts of one between commas: publishers write one or two."""
BESIDES = ("p", "div", "section")
OPENERS = ("h2", "h3", "h4", "h5", "h6", "button", "summary")
CALLED, CALL = 3_000, (8, 300)
"""Texts of the page that may be a call to subscribe, and their characters."""


def take_out(
    root: HtmlElement, selectors: tuple[str, ...], names: Names, *, paid: bool, free: bool = False
) -> list[Dropped]:
    """Takes banners, hidden and paid parts out of a tree without scripts; gives (rule, text) of each. `paid`, `free`: the
    page says so of itself; `selectors`: of its paid parts (`paid_selectors`)."""
    dropped: list[Dropped] = []
    banners.take_out(root, names.of_boxes, dropped)
    _hidden(root, names.perhaps_hidden, dropped, paid=paid, free=free)
    if selectors:
        _paid_parts(root, selectors, dropped)
    return dropped


def _hidden(root: HtmlElement, perhaps: list[HtmlElement], dropped: list[Dropped], *, paid: bool, free: bool) -> None:
    still = [
        element
        for element in perhaps
        if element.tag not in ("body", "script", "style", "input", "noscript")
        and (len(element) or (element.text or "").strip())
        and element.get("hidden") != "until-found"
        and not STREAMED.match(element.get("id") or "")
        and next(element.iterancestors("body"), None) is not None
    ]
    total = -1
    seen: list[tuple[HtmlElement, int, bool]] = []
    paragraphs: Counter[HtmlElement | None] = Counter()
    for element in still[:MOST]:
        behind = not free and _behind(element, paid=paid)
        if (behind or _out_of_sight(element)) and (size := length(element)):
            seen.append((element, size, behind))
            if element.tag == "p":
                paragraphs[element.getparent()] += size
    for element, size, behind in seen:
        parent = element.getparent()
        if parent is None:
            continue
        total = length(root) if total < 0 else total
        walled = behind or ((paid or size > MAJOR * total) and _named_paid(element))
        together = max(size, paragraphs[parent] if element.tag == "p" else 0)
        if walled or (together < MAJOR * total and element.find(".//h1") is None and (paid or not unfolding(element))):
            take(element, "behind the paywall" if walled else "hidden", dropped)


def _behind(element: HtmlElement, *, paid: bool) -> bool:
    """Whether a part is one that AMP shows to subscribers, or that a paid page blurs or hides by a class."""
    section = element.get("subscriptions-section") or element.get("amp-subscriptions-section")
    if section == "content" or element.get("amp-access-hide") is not None:
        return (paid or _calls([element])) and not (element.get("amp-access") or "").upper().startswith("NOT")
    if "blur" in (element.get("style") or "").lower() or markup.hides_by_class(element.get("class")):
        return paid and (_named_paid(element) or _calls([element]))
    return False


def _out_of_sight(element: HtmlElement) -> bool:
    """Whether markup hides an element for certain: what is only transparent or without height is often shown by a script."""
    style = (element.get("style") or "").lower()
    if element.get("hidden") is not None or element.get("inert") is not None or SURE.search(style):
        return True
    # Without size against the gaps between inline boxes: what is in it sets its own.
    if TINY.search(style) and not any(
        SIZED.search(e.get("style") or "") for e in islice(element.iterdescendants(), MOST)
    ):
        return True
    flat = FLAT.search(style) is not None and CLIPPED.search(style) is not None
    return flat or (element.get("aria-hidden") == "true" and FLAT.search(style) is not None)


def unfolding(element: HtmlElement) -> bool:
    """Whether a hidden element is prose of the story that a script shows: paragraphs with visible ones beside, made invisible
    until they are scrolled to, or behind a button, a heading or a name that unfolds it."""
    parent = element.getparent()
    if parent is None:
        return False
    own = [element] if element.tag == "p" else list(element.iterchildren("p"))
    if not own or any(len(squeeze(p.text_content())) < PROSE for p in own):
        return False
    shown = (
        p
        for e in parent.iterchildren(*BESIDES)
        if e is not element and e.get("hidden") is None and not markup.hides(e.get("style") or "")
        for p in ([e] if e.tag == "p" else e.iterchildren("p"))
    )
    visible = sum(
        1 for p in islice(shown, MOST) if not markup.hides(p.get("style") or "") and len(p.text_content()) > PROSE
    )
    if visible < BESIDE:
        return False
    style = (element.get("style") or "").lower()
    if element.tag == "p" and "visibility" in style and "display" not in style:
        return True
    if UNFOLDS.search(CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}")):
        return True
    if (opener := element.getprevious()) is not None and opener.tag in OPENERS and _opens(opener, element):
        return True
    return any(
        beside is not None
        and (beside.tag in ("button", "a") or beside.find(".//button") is not None or beside.find(".//a") is not None)
        and len(text := squeeze(beside.text_content()[:TOLD])) < PROSE
        and MORE.search(text) is not None
        for beside in (element.getprevious(), element.getnext())
    )


def _opens(opener: HtmlElement, panel: HtmlElement) -> bool:
    """Whether a heading or button is one that unfolds the panel below it, as accordions have them."""
    if opener.find(".//button") is not None:
        return True
    names = {e.get("aria-controls") for e in (opener, *islice(opener.iterdescendants(), MOST))} - {None}
    return panel.get("id") in names or opener.get("aria-expanded") is not None


def _named_paid(element: HtmlElement) -> bool:
    return any(
        PAID.search(CAMEL.sub("-", f"{e.get('class') or ''} {e.get('id') or ''}"))
        for e in (element, *element.iterancestors("div", "section", "article"))
    )


def _paid_parts(root: HtmlElement, selectors: tuple[str, ...], dropped: list[Dropped]) -> None:
    for selector in selectors:
        found = [element for element in _selected(root, selector) if element.tag not in ("body", "html")]
        if found and _calls(found):
            for element in found:
                take(element, "behind the paywall", dropped)


def _calls(parts: list[HtmlElement]) -> bool:
    """Whether the page calls to subscribe within parts of its text, right behind the last one or between it and the text
    above the first; not in its header, navigation or footer."""
    before = parts[0].getprevious()
    texts = [text for element in parts[:MOST] for text in islice(element.itertext(), CALLED)]
    if before is not None and len(before.text_content()) < CALL[1]:
        texts += before.itertext()
    texts += _texts_behind(parts[-1])
    # Most texts are the blanks between elements.
    said = (text for text in islice(texts, CALLED) if CALL[0] < len(text) < CALL[1] and not text.isspace())
    return any(map(_is_call, map(squeeze, said)))


@lru_cache(maxsize=1_000)
def _is_call(line: str) -> bool:
    """Remembered, since a page's hidden parts stand above the same texts, and a site's pages say the same."""
    return PAYWALL.search(line) is not None


def _texts_behind(element: HtmlElement) -> Iterator[str]:
    """The texts that follow an element, up to AFTER characters."""
    size = 0
    for above in (element, *element.iterancestors()):
        for sibling in above.itersiblings():
            waiting = [sibling]
            while waiting:
                next_one = waiting.pop()
                if next_one.tag in AROUND or not isinstance(next_one.tag, str):
                    continue
                for text in (next_one.text or "", *(child.tail or "" for child in next_one)):
                    yield text
                    size += 1 + len(text)
                if size > AFTER:
                    return
                waiting.extend(reversed(next_one))


@lru_cache(maxsize=256)
def _compiled(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, etree.XPathError, ValueError):
        return None  # a publisher's selector that nobody can read selects nothing


def _selected(root: HtmlElement, selector: str) -> list[HtmlElement]:
    parts = selector.split(",")
    if len(selector) > 200 or any(not PLAIN.fullmatch(each.strip()) for each in parts):
        return []
    selector = ",".join(parts[:PARTS])
    select = _compiled(selector)
    return cast("list[HtmlElement]", select(root)) if select is not None else []


def paid_selectors(root: HtmlElement) -> tuple[str, ...]:
    """The CSS selectors of the parts that JSON-LD declares not free."""
    found: dict[str, None] = {}
    for script in root.iter("script"):
        text = script.text or ""
        if "cssSelector" in text and "ld+json" in (script.get("type") or "") and len(text) <= MAX_SCRIPT:
            try:
                data = json.loads(text, strict=False)
            except (ValueError, RecursionError):
                continue
            found |= dict.fromkeys(_not_free(data))
    return tuple(islice(found, SELECTORS))


def _not_free(data: Any) -> Iterator[str]:
    queue, seen = [data], 0
    while queue and seen < 4_000:
        item = queue.pop()
        seen += 1
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            queue.extend(value for value in item.values() if isinstance(value, dict | list))
            selector = item.get("cssSelector")
            if str(item.get("isAccessibleForFree")).rpartition("/")[2].casefold() in ("false", "no", "0"):
                yield from (
                    s for s in (selector if isinstance(selector, list) else [selector]) if s and isinstance(s, str)
                )
