"""What looks like a page but is no article: consent walls, bot checks, soft 404s, listings, empty pages.

Conservative: a page with an article's text is an article whatever else it says, since a false rejection loses a story
and a false article is only noise that the next issue of the rules can take out. `long` text is never rejected for
its words, only short text that is nothing but the wall's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines.phrases import BOT, CHALLENGE, CONSENT, JAVASCRIPT, LOGIN, LOST, PAYWALL
from pipelines.text import squeeze, words

REASONS: frozenset[str] = frozenset(
    {
        "consent_wall",
        "bot_check",
        "javascript_wall",
        "soft_404",
        "login_wall",
        "listing",
        "no_text",
        "no_title",
        "parser_limit",
        "not_html",
    }
)
WALL_WORDS = 120
OWN_WORDS = 80
OWN_PARAGRAPHS = 1
HEADLINE = 60
LISTED = 5
# A number or a long slug in the last part of an address is one story's.
STORY_PATH = re.compile(r"\d{5,}|(?:[^/-]+-){4,}[^/-]+/?$|\d{4}/\d{1,2}/\d{1,2}")
MARKUP_LIMIT = 60_000
# Of all the text, scripts too: only its order of magnitude counts.
WORD_COUNT = etree.XPath("string-length(normalize-space(//body)) div 6")
HEADINGS = ("h1", "h2", "h3", "h4")


@dataclass(frozen=True, slots=True)
class Extent:
    """Of the whole page: its words, those within links, and its headings that are links (headlines of other stories)."""

    words: int
    linked_words: int
    teasers: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the judgement rests on. `declared`: the page calls itself an article; `dated`: it bears a time of
    publication. `paragraphs`: those of more than twenty words. `cut`: the parser met one of its limits.
    `listed`: how many paragraphs of the body begin with the words of a link, and how many there are."""

    title: str | None
    body: str
    html: str
    path: str
    declared: bool
    dated: bool
    extent: Extent
    paragraphs: int
    cut: bool = False
    listed: tuple[int, int] = (0, 0)


def extent(root: HtmlElement, *, links: bool) -> Extent:
    """Measures the page before it is pruned; its links only where asked, since that takes a walk."""
    linked = teasers = 0
    for link in root.iter("a") if links else ():
        size = link.text_content().count(" ") + 1
        linked += size
        parent = link.getparent()
        headed = (
            (parent is not None and parent.tag in HEADINGS)
            or link.find("h2") is not None
            or link.find("h3") is not None
        )
        teasers += size >= 4 and headed
    return Extent(int(cast("float", WORD_COUNT(root))), linked, teasers)


def headlines(root: HtmlElement) -> frozenset[str]:
    """The beginnings of the page's longer link texts: the headlines of other stories, on an index."""
    found = set()
    for link in root.iter("a"):
        text = squeeze(link.text_content())
        if text.count(" ") >= 3 or len(text) >= 24:
            found.add(text[:HEADLINE])
    return frozenset(found)


def listed(paragraphs: Sequence[str], found: frozenset[str]) -> tuple[int, int]:
    """(paragraphs that begin with a headline of `found`, all paragraphs)."""
    starts = sum(1 for p in paragraphs if p[:HEADLINE] in found or any(p.startswith(h) for h in found))
    return starts, len(paragraphs)


def reason(look: Look) -> tuple[str, str] | None:
    """(code of REASONS, words that say so) where the page is no article, else None."""
    size = words(look.body)
    head = f"{look.title or ''}\n{look.body[:1500]}"
    if size <= WALL_WORDS and (wall := _wall(look, head, size)):
        return wall
    if not look.declared and look.listed[0] >= LISTED and look.listed[0] >= 0.6 * look.listed[1]:
        return "listing", f"{look.listed[0]} of {look.listed[1]} paragraphs are links to other pages"
    if listing := _listing(look, size):
        return listing
    if not look.body:
        return (
            ("parser_limit", "the parser gave up on the markup")
            if look.cut
            else ("no_text", "no text beside links and boxes")
        )
    if not look.title and size < 30:
        return "no_title", "neither a title nor a text to speak of"
    return None


def paywalled(body: str, page_text: str) -> bool:
    """Whether a short text ends at a call to subscribe: an honest teaser, kept with access `paywalled`."""
    return words(body) <= 400 and PAYWALL.search(page_text) is not None


def _wall(look: Look, head: str, size: int) -> tuple[str, str] | None:
    short_page = len(look.html) <= MARKUP_LIMIT and look.extent.words <= 400
    if short_page and (found := CHALLENGE.search(look.html)):
        return "bot_check", found[0]
    if found := BOT.search(head):
        return "bot_check", found[0]
    if found := LOST.search(look.title or ""):
        return "soft_404", found[0]
    if not look.declared or not look.dated:
        for code, pattern in (
            ("soft_404", LOST),
            ("javascript_wall", JAVASCRIPT),
            ("consent_wall", CONSENT),
            ("login_wall", LOGIN),
        ):
            if found := pattern.search(head):
                return code, found[0][:120]
    if size == 0 and short_page and JAVASCRIPT.search(look.html):
        return "javascript_wall", "nothing but a call for JavaScript"
    return None


def _listing(look: Look, size: int) -> tuple[str, str] | None:
    """A section's index: undated, not declared an article, made of links to stories, with little text of its own."""
    if (
        look.declared
        or look.dated
        or size >= OWN_WORDS
        or look.paragraphs > OWN_PARAGRAPHS
        or STORY_PATH.search(look.path)
    ):
        return None
    if look.path in ("", "/") and look.extent.teasers >= 10:
        return "listing", "the home page"
    if look.extent.teasers >= 12 and look.extent.linked_words > 0.6 * max(1, look.extent.words):
        return "listing", f"{look.extent.teasers} headlines that link elsewhere"
    return None
