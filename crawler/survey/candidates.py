"""Where a site's news may be announced: what its pages and robots.txt name, then a few polite guesses. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from crawler.discovery.sitemaps import read_robots
from crawler.survey.front import Named
from crawler.survey.shapes import is_headline, is_list, parts_of
from pipelines.urls import canonical, host, same_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.survey.front import Anchor, Front
    from storage.models import Link, LinkKind

MOST_NAMED: Final = 14
"""Documents looked at of those that pages and robots.txt name."""

FEED_GUESSES: Final = ("/feed", "/rss", "/rss.xml")
SITEMAP_GUESSES: Final = ("/sitemap.xml", "/news-sitemap.xml")
"""Asked for once each, and only where nothing of the kind is named."""

MOST_CHILDREN: Final = 4
MOST_SECTIONS: Final = 4


def named_of(front: Front, robots: str, home: str) -> tuple[list[Named], list[Named]]:
    """The feeds and sitemaps that a front page and the `robots` text of its host name: those on hosts of the same site, the
    head's feeds first, then sitemaps called news; and those on other hosts, which are not asked for."""
    sitemaps = [
        Named(link.url, "sitemap", "named in robots.txt")
        for link in read_robots(robots.encode(), url=urljoin(home, "/robots.txt")).links
    ]
    sitemaps.sort(key=lambda named: not re.search(r"news(?!letter)", named.url, re.IGNORECASE))
    found: dict[str, Named] = {}
    foreign: dict[str, Named] = {}
    for named in (*front.feeds, *sitemaps, *front.linked):
        try:
            ours = same_site(host(named.url), host(home))
            (found if ours else foreign).setdefault(canonical(named.url), named)
        except ValueError:
            continue
    return list(found.values())[:MOST_NAMED], list(foreign.values())[:MOST_NAMED]


def guesses(found: Iterable[LinkKind], home: str) -> list[Named]:
    """What is tried without having been named: a few common addresses, of feeds only where no feed was `found`, of sitemaps
    only where no sitemap was."""
    kinds = set(found)
    tried: list[Named] = []
    if "feed" not in kinds:
        tried += [Named(urljoin(home, path), "feed", "a guess") for path in FEED_GUESSES]
    if "sitemap" not in kinds:
        tried += [Named(urljoin(home, path), "sitemap", "a guess") for path in SITEMAP_GUESSES]
    return tried


def children_to_look_at(index: str, children: Sequence[Link]) -> list[Named]:
    """Of a sitemap index the files that tell most: those called news, then the newest by its own dates or numbers."""
    news = [
        link for link in children if re.search(r"news(?!letter)|latest", link.url.rpartition("/")[2], re.IGNORECASE)
    ]
    posts = [link for link in children if re.search(r"post|article|stor(?:y|ies)|content|\d", link.url, re.IGNORECASE)]
    newest_news = sorted(
        news, key=lambda link: (_changed(link), not _numbers(link.url), _numbers(link.url)), reverse=True
    )
    dated = sorted(posts, key=lambda link: (_changed(link), _numbers(link.url)), reverse=True)
    others = sorted(children, key=_changed, reverse=True)
    chosen = dict.fromkeys(link.url for link in (*newest_news[:2], *dated, *others))
    return [Named(url, "sitemap", f"in the index {index}") for url in list(chosen)[:MOST_CHILDREN]]


def sections_of(anchors: Sequence[Anchor], home: str) -> list[str]:
    """The pages of a site that list a section's news, by their short names high up in the tree; those called news first."""
    found: dict[str, int] = {}
    below = Counter(folder for anchor in anchors if is_headline(anchor.text) for folder in _folders(anchor.url))
    for anchor in anchors:
        path = urlsplit(anchor.url)
        if path.query or is_headline(anchor.text) or not anchor.text:
            continue
        parts = parts_of(anchor.url)
        if is_list(anchor.url) or parts.shape.anchored or not 1 <= len(parts.sections) + len(parts.rest) <= 2:
            continue
        if canonical(anchor.url) == canonical(home) or re.search(r"\.(?:pdf|jpe?g|png|xml|json)$", path.path):
            continue
        leads = below[anchor.url.rstrip("/") + "/"]
        news = bool(re.search(r"news|latest|lenta|all|actual|noticias|ultim|haber|berita", path.path, re.IGNORECASE))
        found.setdefault(anchor.url, leads + 100 * news)
    return sorted(found, key=lambda url: (-found[url], len(url), url))[:MOST_SECTIONS]


def _changed(link: Link) -> str:
    return link.modified.at if link.modified else ""


def _folders(url: str) -> list[str]:
    """The beginnings of an address that end in a slash."""
    return [url[: place + 1] for place, character in enumerate(url) if character == "/"]


def _numbers(url: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,12}", url))
