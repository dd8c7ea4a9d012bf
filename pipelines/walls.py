"""What looks like a page but is no article: walls, bot checks, soft 404s, listings, pages without text; and why.

Conservative: a page with an article's text is an article whatever else it says, since a false rejection loses a story
and a false article is only noise that the next issue of the rules can take out. A longer text is never rejected for
single words; a short one where its sentences are the wall's own (`walls.toml`), and hardly any other is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines import wallwords
from pipelines.phrases import CHALLENGE
from pipelines.surface import Surface
from pipelines.text import TEMPLATE, letters, squeeze, words

REASONS: frozenset[str] = frozenset(
    {
        *wallwords.ORDER, "redirect_stub", "placeholder", "listing", "service_page", "media_only", "data_only",
        "document_viewer", "no_text", "no_title", "parser_limit", "not_html",
    }
)  # fmt: skip
PASSING: frozenset[str] = frozenset({"maintenance", "server_error"})
"""Reasons that say nothing of the page, only of the moment: the fetch ends as `failed:…` and is tried again."""

NOT_THE_PAGE: frozenset[str] = frozenset({"url", "feed", "sitemap", "listing"})
"""Witnesses of a time that does not stand on the page: a wall stands at an address that a feed gave, too."""

WALL_WORDS = 150
"""Words of a text that may be a wall's; a consent wall may have more."""
CONSENT_WORDS, DENSE = 900, 4
OWN_WORDS, OWN_DATED = 45, 9
"""Words beside the wall's that are its small print; beside those of a page that calls itself an article and bears a time."""
BARE = 25
"""Words that are hardly a text."""
PROSE, CELLS = 14, 8
LINE = 25
"""Words of a line that is prose whatever it ends with."""
FIRST = 3
SHARED = 0.3
HEADLINE = 60
LISTED, CARDS, CARDED = 5, 5, 0.6
OWN_LISTING = 80
UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{4}")
# A number or a long slug in the last part of an address is one story's.
STORY_PATH = re.compile(r"\d{5,}|(?:[^/-]+-){4,}[^/-]+/?$|\d{4}/\d{1,2}/\d{1,2}")
SEARCH_PATH = re.compile(
    r"(?:^|/)(?:search|suche|recherche|buscar|busca|poisk|arama|tags?|topics?|themen?|keywords?)(?:/|$)", re.IGNORECASE
)
MARKUP_LIMIT = 60_000
# Of all the text, scripts too: only its order of magnitude counts.
WORD_COUNT = etree.XPath("string-length(normalize-space(//body)) div 6")
HEADINGS = ("h1", "h2", "h3", "h4")
SENTENCE_END = tuple('.!?…。！？؟।”»"')
Verdict = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Extent:
    """Of the whole page: its words, those within links, and its headings that are links (headlines of other stories)."""

    words: int
    linked_words: int
    teasers: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the judgement rests on. `declared`: the page calls itself an article; `dated`: it bears a time of
    publication. `paragraphs`: those of more than twenty words; `cells`: words in rows of tables. `cut`: the parser met
    one of its limits. `listed`: how many paragraphs of the body begin with the words of a link, and how many there are.
    `surface`: gives the second look at the page, where that is needed."""

    title: str | None
    body: str
    html: str
    path: str
    declared: bool
    dated: bool
    extent: Extent
    paragraphs: int
    surface: Callable[[], Surface]
    cut: bool = False
    listed: tuple[int, int] = (0, 0)
    cells: int = 0
    page_title: str | None = None


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


def reason(look: Look) -> Verdict | None:
    """(code of REASONS, words that say so) where the page is no article, else None."""
    size = words(look.body)
    if look.declared and look.dated and size > WALL_WORDS:
        return None
    if size > WALL_WORDS:
        return _long(look, size)
    if verdict := _wall(look, size) or _listing(look, size) or _kind(look, size):
        return verdict
    if not look.body:
        return (
            ("parser_limit", "the parser gave up on the markup")
            if look.cut
            else ("no_text", "no text beside links and boxes")
        )
    if not look.title and size < 30:
        return "no_title", "neither a title nor a text to speak of"
    return None


def _long(look: Look, size: int) -> Verdict | None:
    """Of a text that is longer than walls are: consent's small print, the site's own pages, fillers, lists of teasers."""
    head = wallwords.sentences(look.body[:6_000])
    if not look.declared and not look.dated:
        titled = wallwords.titled(look.title) or wallwords.titled(look.page_title)
        if titled and titled[0] == "service_page":
            return "service_page", titled[1]
        if size <= CONSENT_WORDS:
            said = [line for line in head if wallwords.says("consent_wall", line)]
            dense = len(said) >= DENSE and len(said) >= 0.25 * len(head)
            if dense or (titled and titled[0] == "consent_wall" and len(said) >= 2):
                return "consent_wall", said[0][:120]
    if filler := _filler(head):
        return filler
    return _listing(look, size)


def _filler(head: list[str]) -> Verdict | None:
    """Text that only fills a template."""
    fill = [line for line in head if wallwords.says("placeholder", line)]
    return ("placeholder", fill[0][:120]) if fill and len(fill) >= 0.3 * min(len(head), 10) else None


def _wall(look: Look, size: int) -> Verdict | None:
    article = look.declared and look.dated
    lines = wallwords.sentences(look.body)
    if filler := _filler(lines):
        return filler
    said, first = wallwords.spoken(lines)
    walled = {line for spoken in said.values() for line in spoken}
    own = sum(words(line) for line in lines if line not in walled)
    titled = wallwords.titled(look.title) or wallwords.titled(look.page_title)
    short_page = len(look.html) <= MARKUP_LIMIT and look.extent.words <= 600
    checked = titled is not None and titled[0] == "bot_check"
    if (checked or size < BARE) and short_page and not article and (found := CHALLENGE.search(look.html)):
        return "bot_check", found[0]
    if said:
        code = _strongest(said, titled)
        same = titled is not None and titled[0] == code
        small = own <= (OWN_DATED if article else OWN_WORDS)
        wide = same and not article and 2 * own <= 5 * sum(map(words, walled))
        if (same and small) or wide or (small and first < FIRST and not _about(look, own)):
            return code, said[code][0][:120]
    if titled and titled[0] != "service_page" and size < BARE and not (article and own > OWN_DATED):
        return titled
    return None if article and own > OWN_DATED else _behind(look, size, own, titled)


def _strongest(said: dict[str, list[str]], titled: Verdict | None) -> str:
    """What the title says, else the reason of most sentences; a call for JavaScript goes with many another."""
    if titled and titled[0] in said and titled[0] != "javascript_wall":
        return titled[0]
    others = [code for code in said if code != "javascript_wall"] or list(said)
    return max(others, key=lambda code: (len(set(said[code])), -wallwords.ORDER.index(code)))


def _about(look: Look, own: int) -> bool:
    """Whether the text tells what its headline says, as news do: a story about a wall, in hardly more than its words."""
    title, text = letters(look.title or ""), letters(look.body)
    if not title or (own < 3 and not look.dated):
        return False
    parts = [word for word in title.split() if len(word) > 3]
    if UNSPACED.search(title):
        joined, text = title.replace(" ", ""), text.replace(" ", "")
        parts = [joined[n : n + 2] for n in range(len(joined) - 1)]
    found = sum(1 for part in parts if part in text)
    return len(parts) >= 2 and found >= max(2, SHARED * len(parts))


def _behind(look: Look, size: int, own: int, titled: Verdict | None) -> Verdict | None:
    """What a page says and is made of whose text is hardly any: the search for the body passes over dialogs and forms."""
    if size >= OWN_WORDS and own >= OWN_WORDS and not (titled and titled[0] == "service_page"):
        return None
    surface = look.surface()
    lines = [sentence for line in surface.lines for sentence in wallwords.sentences(line)]
    said, _ = wallwords.spoken(lines)
    if surface.moved and size < BARE and surface.words < 4 * BARE and not said:
        return "redirect_stub", surface.moved
    if titled and titled[0] == "service_page" and not (look.declared and look.dated):
        return titled
    teased = _prose(look) >= PROSE
    if own < BARE and said and not _about(look, own):
        share = sum(words(line) for line in {line for spoken in said.values() for line in spoken})
        code = _strongest(said, titled)
        if code in ("paywall", "login_wall") and teased:
            return None
        if share >= 0.2 * surface.words or (titled and titled[0] == code):
            return code, said[code][0][:120]
    if own < BARE and surface.password and not look.declared and not teased:
        return "login_wall", "a form that asks for a password"
    if titled and size < BARE and not look.declared:
        return titled
    if own < BARE and surface.email and any(wallwords.says("service_page", line) for line in lines) and not look.dated:
        return "service_page", "a form that asks for an address"
    return None


def _kind(look: Look, size: int) -> Verdict | None:
    """Pages made of something else than text."""
    if _prose(look) >= PROSE:
        return None
    surface = look.surface()
    cells = max(look.cells, surface.cells)
    if cells >= CELLS and cells >= 0.5 * size and not (look.declared and look.dated):
        return "data_only", f"{cells} words in tables, {size} in all"
    if surface.document:
        return "document_viewer", "a document in a viewer"
    if surface.media:
        return "media_only", f"a {surface.media} without text"
    if size < PROSE and "{{" in look.html and TEMPLATE.search(look.html):
        return "placeholder", "a template that was not filled"
    return None


def _prose(look: Look) -> int:
    """Words in lines that are sentences, beside rows of tables."""
    return sum(
        words(line)
        for line in look.body.split("\n")
        if " | " not in line and words(line) >= 4 and (line.rstrip().endswith(SENTENCE_END) or words(line) >= LINE)
    )


def _listing(look: Look, size: int) -> Verdict | None:
    """A section's index, a tag's, a search: not declared an article, made of links to stories, with little text of its own."""
    if look.declared:
        return None
    if look.listed[0] >= LISTED and look.listed[0] >= (0.6 if size <= WALL_WORDS else 0.8) * look.listed[1]:
        return "listing", f"{look.listed[0]} of {look.listed[1]} paragraphs are links to other pages"
    if look.dated:
        return None
    if look.extent.teasers >= CARDS and (found := _carded(look, size)):
        return found
    titled = wallwords.LISTING.search(look.title or look.page_title or "")
    if size < OWN_LISTING and (titled or SEARCH_PATH.search(look.path)) and look.extent.teasers >= LISTED:
        return "listing", titled[0] if titled else look.path[:80]
    if size >= OWN_LISTING or look.paragraphs > 1 or STORY_PATH.search(look.path):
        return None
    if look.path in ("", "/") and look.extent.teasers >= 10:
        return "listing", "the home page"
    if look.extent.teasers >= 12 and look.extent.linked_words > 0.6 * max(1, look.extent.words):
        return "listing", f"{look.extent.teasers} headlines that link elsewhere"
    return None


def _carded(look: Look, size: int) -> Verdict | None:
    """Whether the text is the teasers of other stories, each in a box with its headline."""
    cards = look.surface().cards
    if len(cards) < CARDS:
        return None
    held: dict[int, int] = {}
    for paragraph in look.body.split("\n\n"):
        start = squeeze(paragraph)[:HEADLINE]
        place = next((n for n, card in enumerate(cards) if start in card), None)
        if place is not None:
            held[place] = held.get(place, 0) + words(paragraph)
    total = sum(held.values())
    spread = len(held) >= CARDS - 1 and max(held.values()) <= 0.5 * total
    return ("listing", f"the teasers of {len(held)} other stories") if spread and total >= CARDED * size else None
