"""What lies over or under a page's text and is none of it for a reader: consent banners, the part behind a paywall, text
that the markup hides. Taken out before the body is looked for.

A banner is known by its names; where the page is little else, it stays, for `walls` to see. Hidden text stays where it
is the page itself (some pages are shown by their scripts), unless a paywall hides it. A part that JSON-LD declares paid
(`hasPart` with `isAccessibleForFree` false) is taken out where the page calls to subscribe in its place: of 45 corpus
pages that declare one, 40 print it for every reader without such a call.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from pipelines.markup import Names
from pipelines.prune import Dropped, take
from pipelines.text import squeeze
from pipelines.wallwords import PAYWALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

BANNER = re.compile(
    r"(?:^|[\s_-])(?:"
    r"cookies?[-_]*(?:consent|banner|bar|notice|notification|law|info|policy|popup|pop|message|alert|warning|disclaimer|"
    r"modal|overlay|wall|layer|hint|hinweis|box|container|wrapper|dialog|settings|preferences|manager|text)?"
    r"|cookiebar|cookiebanner|cookieconsent|cookiebot\w*|cybot\w*|(?:consent|gdpr|dsgvo|rgpd|ccpa|privacy|lgpd|kvkk)[-_]*"
    r"(?:banner|bar|notice|popup|modal|overlay|wall|layer|manager|dialog|message|container|consent|info)"
    r"|onetrust\w*|ot[-_]sdk[-_]\w+|optanon\w*|didomi\w*|usercentrics\w*|uc[-_]banner\w*|qc[-_]cmp\w*|sp[-_]message\w*|"
    r"truste\w*|cky[-_]\w+|borlabs\w*|klaro|osano[-_]\w+|iubenda[-_]cs\w*|tarteaucitron\w*|fc[-_]consent\w*|axeptio\w*|"
    r"cc[-_]window|cmplz\w*|moove[-_]gdpr\w*|cmp[-_](?:container|wrapper|banner|modal|box|layer)|cmpbox\w*|"
    r"as[-_]oil\w*|evidon\w*|termly\w*"
    r")(?=$|[\s_-])"
)
HINTS = (
    "cookie", "cybot", "consent", "gdpr", "dsgvo", "rgpd", "ccpa", "privacy", "lgpd", "kvkk", "onetrust", "ot-sdk", "ot_sdk",
    "optanon", "didomi", "usercentrics", "uc-banner", "uc_banner", "qc-cmp", "qc_cmp", "sp-message", "sp_message", "truste",
    "cky", "borlabs", "klaro", "osano", "iubenda", "tarteaucitron", "axeptio", "cc-window", "cc_window", "cmp", "moove",
    "as-oil", "as_oil", "evidon", "termly",
)  # fmt: skip
"""One of these is in each name of a banner."""
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
PAID = re.compile(
    r"(?:^|[\s_-])(?:paywall(?:ed)?|premium|subscribers?|members?|abonn\w*|regwall(?:ed)?|locked|metered|piano|paid)(?=$|[\s_-])",
    re.IGNORECASE,
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
CONTAINERS = frozenset(
    ("div", "section", "aside", "form", "p", "span", "footer", "header", "ul", "article", "main", "table")
)
LENGTH = etree.XPath("string-length(normalize-space(.))")
REST = 150
"""Characters of text beside a banner from which on the page is more than its wall."""
MAJOR = 0.4
"""Share of the page's text that, hidden, is taken for text that scripts show."""
STREAMED = re.compile(r"S:[0-9a-f]+$")
"""React writes what comes late into hidden boxes of these ids, and puts it into its place at once."""
MOST = 200
"""Elements of a kind that are looked at: a page of more is hostile."""
MAX_SCRIPT = 600_000
CALLED, CALL = 3_000, (8, 300)
"""Texts of the page that may be a call to subscribe, and their characters."""


def take_out(root: HtmlElement, selectors: tuple[str, ...], names: Names, *, paid: bool) -> list[Dropped]:
    """Takes banners, hidden and paid parts out of a tree without scripts; gives (rule, text) of each. `paid`: the page
    says that it is not free; `selectors`: of its paid parts (`paid_selectors`)."""
    dropped: list[Dropped] = []
    _banners(root, names.of_boxes, dropped)
    _hidden(root, names.perhaps_hidden, dropped, paid=paid)
    if selectors:
        _paid_parts(root, selectors, dropped)
    return dropped


def _banners(root: HtmlElement, names: set[str], dropped: list[Dropped]) -> None:
    joined = "\n".join(names).lower()
    hints = [hint for hint in HINTS if hint in joined]
    named = {name for name in names if hints and any(hint in name.lower() for hint in hints) and _is_banner(name)}
    if not named:
        return
    found = {e: None for e in root.iter(*CONTAINERS) if e.get("class") in named or e.get("id") in named}
    outer = [e for e in found if not any(parent in found for parent in e.iterancestors())][:MOST]
    outer = [e for e in outer if e.find(".//h1") is None and e.find(".//article") is None]
    if not outer:
        return
    total = _length(root)
    held = [_length(e) for e in outer]
    if total - sum(held) < REST:
        return  # nothing but a wall
    for element, size in zip(outer, held, strict=True):
        if size < MAJOR * total or total - size >= 4 * REST:
            take(element, "consent banner", dropped)


@lru_cache(maxsize=20_000)
def _is_banner(name: str) -> bool:
    # In small letters, which `re` reads several times as fast as letters of either case.
    return BANNER.search(CAMEL.sub("-", name).lower()) is not None


def _hidden(root: HtmlElement, perhaps: list[HtmlElement], dropped: list[Dropped], *, paid: bool) -> None:
    total = -1
    still = (element for element in perhaps if next(element.iterancestors("body"), None) is not None)
    for element in list(islice(still, MOST)):
        if element.getparent() is None or element.tag in ("body", "script", "style", "input", "noscript"):
            continue
        behind = (
            element.get("amp-subscriptions-section") == "content" or element.get("subscriptions-section") == "content"
        )
        if not behind and element.get("hidden") is None and not HIDDEN_STYLE.search(element.get("style") or ""):
            continue
        if STREAMED.match(element.get("id") or "") or element.get("hidden") == "until-found":
            continue
        size = _length(element)
        if not size:
            continue
        total = _length(root) if total < 0 else total
        walled = behind or (paid and _named_paid(element)) or (_named_paid(element) and size > MAJOR * total)
        if walled or (size < MAJOR * total and element.find(".//h1") is None):
            take(element, "behind the paywall" if walled else "hidden", dropped)


def _named_paid(element: HtmlElement) -> bool:
    return any(
        PAID.search(CAMEL.sub("-", f"{e.get('class') or ''} {e.get('id') or ''}"))
        for e in (element, *element.iterancestors("div", "section", "article"))
    )


def _paid_parts(root: HtmlElement, selectors: tuple[str, ...], dropped: list[Dropped]) -> None:
    body = root.find("body")
    short = (squeeze(text) for text in (root if body is None else body).itertext() if CALL[0] < len(text) < CALL[1])
    if not any(PAYWALL.search(text) for text in islice(short, CALLED)):
        return
    for selector in selectors:
        for element in _selected(root, selector):
            if element.tag not in ("body", "html"):
                take(element, "behind the paywall", dropped)


@lru_cache(maxsize=256)
def _compiled(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, etree.XPathError, ValueError):
        return None  # a publisher's selector that nobody can read selects nothing


def _selected(root: HtmlElement, selector: str) -> list[HtmlElement]:
    select = _compiled(selector)
    return cast("list[HtmlElement]", select(root)) if select is not None and len(selector) <= 200 else []


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
    return tuple(found)


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


def _length(element: HtmlElement) -> int:
    return int(cast("float", LENGTH(element)))
