"""Consent banners: boxes known by their names, and where these may be a topic's (`cookies`), by what they say."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from lxml import etree

from pipelines.prune import Dropped, take
from pipelines.text import squeeze
from pipelines.wallwords import SAID, says, sentences

if TYPE_CHECKING:
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
TOPICAL = re.compile(
    r"cookies?(?:[-_]*(?:info|policy|text|box|container|wrapper|message|pop|preferences))?|"
    r"(?:consent|gdpr|dsgvo|rgpd|ccpa|privacy|lgpd|kvkk)[-_]*(?:info|message|container)"
)
"""Names that a box about the matter may have, too."""
HINTS = (
    "cookie", "cybot", "consent", "gdpr", "dsgvo", "rgpd", "ccpa", "privacy", "lgpd", "kvkk", "onetrust", "ot-sdk", "ot_sdk",
    "optanon", "didomi", "usercentrics", "uc-banner", "uc_banner", "qc-cmp", "qc_cmp", "sp-message", "sp_message", "truste",
    "cky", "borlabs", "klaro", "osano", "iubenda", "tarteaucitron", "axeptio", "cc-window", "cc_window", "cmp", "moove",
    "as-oil", "as_oil", "evidon", "termly",
)  # fmt: skip
"""One of these is in each name of a banner."""
ABOUT = re.compile(
    r"cookie|privacy|consent|gdpr|datenschutz|confidentialit|privacidad|gizlilik|çerez|куки|隐私|プライバシー|쿠키",
    re.IGNORECASE,
)
HERE = re.compile(
    r"\b(?:this|our|the|diese|unsere|ce|notre|este|nuestro|nosso|questo|ten|nasz\w*|deze|этот|bu)\s+(?:web ?site|site|sitio|"
    r"sito|serwis\w*|webseite|stron\w*|сайт)\b.{0,60}(?:cookie|ciaste|куки|çerez)|"
    r"cookies?\b.{0,60}\b(?:the|this|our) (?:web ?)?site",
    re.IGNORECASE,
)
"""What asks; what it is about; and that it is about the site itself."""
TOLD = 2_000
"""Characters of a box that are read for what it asks."""
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
CONTAINERS = frozenset(
    ("div", "section", "aside", "form", "p", "span", "footer", "header", "ul", "article", "main", "table")
)
LENGTH = etree.XPath("string-length(normalize-space(.))")
REST = 150
"""Characters of text beside a banner from which on the page is more than its wall."""
MAJOR = 0.4
"""Share of the page's text from which on a box is more than a banner."""
MOST = 200
"""Boxes that are looked at: a page of more is hostile."""


def take_out(root: HtmlElement, names: set[str], dropped: list[Dropped]) -> None:
    small = {name: name.lower() for name in names}
    joined = "\n".join(small.values())
    hints = [hint for hint in HINTS if hint in joined]
    likely = {name for hint in hints for name, letters in small.items() if hint in letters}
    named = {name for name in likely if _is_banner(name)}
    if not named:
        return
    found = {e: None for e in root.iter(*CONTAINERS) if e.get("class") in named or e.get("id") in named}
    outer = [e for e in found if not any(parent in found for parent in e.iterancestors())][:MOST]
    outer = [e for e in outer if e.find(".//h1") is None and e.find(".//article") is None and _consents(e, named)]
    if not outer:
        return
    total = length(root)
    held = [length(e) for e in outer]
    if total - sum(held) < REST:
        return  # nothing but a wall
    for element, size in zip(outer, held, strict=True):
        if size < MAJOR * total or total - size >= 4 * REST:
            take(element, "consent banner", dropped)


def _consents(element: HtmlElement, named: set[str]) -> bool:
    """Whether a box is a banner by its name alone, or asks for consent."""
    names = [name for name in (element.get("class"), element.get("id")) if name in named]
    if not all(_is_topical(name) for name in names):
        return True
    text = squeeze(element.text_content()[:TOLD])
    asked = any(says("consent_wall", line) for line in sentences(text)) or SAID["consent_wall"].search(text) is not None
    if asked or HERE.search(text):
        return True
    return ABOUT.search(text) is not None and any(True for _ in element.iter("button", "input"))


@lru_cache(maxsize=20_000)
def _is_topical(name: str) -> bool:
    """Whether nothing in a name is a banner's for certain."""
    return all(TOPICAL.fullmatch(found[0].strip(" _-")) for found in BANNER.finditer(CAMEL.sub("-", name).lower()))


@lru_cache(maxsize=20_000)
def _is_banner(name: str) -> bool:
    # In small letters, which `re` reads several times as fast as letters of either case.
    return BANNER.search(CAMEL.sub("-", name).lower()) is not None


def length(element: HtmlElement) -> int:
    """Characters of an element's text, runs of white space counted as one."""
    return int(cast("float", LENGTH(element)))
