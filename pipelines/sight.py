"""What the judgement over a page rests on: measured while the article is extracted, and a second look at need.

`walls` decides; here is what it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from lxml import etree

from pipelines import surface as surfaces
from pipelines.surface import Surface
from pipelines.text import squeeze, words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipelines.metadata import Metadata
    from pipelines.tags import Tags
    from pipelines.tree import Parsed
    from pipelines.trims import Trimmed
    from storage.models import Page

HEADLINE = 60
"""Characters by which a headline is known again."""
HEADINGS = ("h1", "h2", "h3", "h4")
NOT_THE_PAGE: frozenset[str] = frozenset({"url", "feed", "sitemap", "listing"})
"""Witnesses of a time that does not stand on the page: a wall stands at an address that a feed gave, too."""
# Of all the text, scripts too: only its order of magnitude counts.
WORD_COUNT = etree.XPath("string-length(normalize-space(//body)) div 6")


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
    `headings`: every text that may be its headline, in data, title or h1.
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
    headings: tuple[str, ...] = ()


def extent(root: HtmlElement, *, links: bool) -> Extent:
    """Measures the page before it is pruned; its links only where asked, since that takes a walk."""
    linked = teasers = 0
    for link in root.iter("a") if links else ():
        text = " ".join(link.text_content().split())
        size = text.count(" ") + 1
        linked += len(text)
        parent = link.getparent()
        headed = (
            (parent is not None and parent.tag in HEADINGS)
            or link.find("h2") is not None
            or link.find("h3") is not None
        )
        teasers += size >= 4 and headed
    return Extent(int(cast("float", WORD_COUNT(root))), linked // 6, teasers)


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
    sizes = {len(headline) for headline in found}
    starts = sum(1 for p in paragraphs if any(p[:size] in found for size in sizes))
    return starts, len(paragraphs)


def look(
    page: Page, parsed: Parsed, meta: Metadata, found: Tags, trimmed: Trimmed, extent: Extent, others: frozenset[str]
) -> Look:
    """What is known of a page after its body was looked for. `others`: the headlines of other stories on it."""
    return Look(
        title=meta.title,
        body="\n\n".join(p.text for p in trimmed.paragraphs),
        html=parsed.html,
        path=urlsplit(page.final_url or page.url).path,
        declared=meta.declared,
        dated=meta.published is not None and meta.published.origin not in NOT_THE_PAGE,
        extent=extent,
        paragraphs=sum(1 for p in trimmed.paragraphs if words(p.text) > 20),
        surface=partial(surfaces.look, page.body, page.charset),
        cut=parsed.huge,
        listed=listed([p.text for p in trimmed.paragraphs], others),
        cells=sum(words(p.text) for p in trimmed.paragraphs if p.kind == "cell"),
        page_title=found.title,
        headings=tuple(text for _, text in found.headings[:3]),
    )
