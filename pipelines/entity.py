"""Which of a page's schema.org nodes is its own story: pages carry nodes of other stories, of films and of the site, too.

A node is the page's own where it has the page's address, or a headline like the one that the page prints; also under a
headline for search engines and an older address, where its address has the page's number or its time is the page's to the
minute. One of another address and another headline is never taken else, nor a film's that is only shown in the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipelines import urls
from pipelines.tags import Tags
from pipelines.text import alike, letters

ARTICLE_TYPES = (
    "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle", "OpinionNewsArticle",
    "ReviewNewsArticle",
    "AskPublicNewsArticle", "AdvertiserContentArticle", "SatiricalArticle", "LiveBlogPosting", "Article", "BlogPosting",
    "SocialMediaPosting", "TechArticle", "ScholarlyArticle", "Report", "CreativeWork", "VideoObject", "WebPage",
)  # fmt: skip
RANK = {name.casefold(): rank for rank, name in enumerate(ARTICLE_TYPES)}
LIVE = "LiveBlogPosting"
FILMS = frozenset({"videoobject"})
PAGES = frozenset({"webpage", "creativework"})
STUB = 50
LONGEST = 400
_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d{6}(?!\d))\d{5,}(?!\d)")
MINUTE = len("2026-11-20T10:00")
_FILM_PAGE = re.compile(r"/(?:videos?|watch|mediathek|audio|podcasts?)(?:/|$)", re.IGNORECASE)

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page says it is about: its addresses as `urls.place` gives them, its headlines by letters, whether it is a
    page of a film, and when its meta tags say that it was published. Empty where nothing is known: then any node may be
    its own."""

    places: frozenset[str] = frozenset()
    headlines: tuple[str, ...] = ()
    base: str | None = None
    film: bool = False
    published: str | None = None


def subject(tags: Tags, *addresses: str) -> Subject:
    """The subject of a page by its tags and the addresses it was asked for and answered at."""
    base = addresses[-1]
    declared = (*tags.links.get("canonical", ())[:1], *tags.all("og:url")[:1])
    own = [place for one in addresses if (place := _place(one, base))]
    places = {place for one in declared if (place := _place(one, base)) and not _is_front(one, base)}
    kind = tags.first("og:type") or ""
    return Subject(
        frozenset(places | set(own)),
        tuple(dict.fromkeys(plain for text in tags.said() if (plain := letters(text[:LONGEST])))),
        base,
        kind.casefold().startswith("video") or _FILM_PAGE.search(urlsplit(base).path) is not None,
        tags.first("article:published_time", "og:article:published_time"),
    )


def own(nodes: Iterable[Node], about: Subject) -> tuple[Node | None, bool]:
    """(the node of the page's story, whether a node of the same story is a live blog's); (None, False): none is."""
    graded = [
        ((rank >= STUB, grade, rank, -_weight(node)), node)
        for node in nodes
        if (rank := _rank(node)) is not None and (grade := _grade(node, about)) is not None
    ]
    if not graded:
        return None, False
    order, chosen = min(graded, key=lambda one: one[0])
    if order[1] == 2 and sum(1 for each, _ in graded if each[1] == 2) > 1:
        return None, False
    live = any(LIVE in types(node) for each, node in graded if each[1] == order[1] == 0)
    return chosen, live


def types(node: Node) -> list[str]:
    """The types of a node without their vocabulary's address."""
    kinds = node.get("@type")
    return [str(kind).rpartition("/")[2] for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind]


def _rank(node: Node) -> int | None:
    kinds = [kind.casefold() for kind in types(node)]
    ranks = [RANK[kind] for kind in kinds if kind in RANK]
    if not ranks:
        return None
    # A page of a website says little; an article without headline or date is a teaser or a stub.
    told = node.get("datePublished") or (node.get("headline") and not PAGES.issuperset(kinds))
    return min(ranks) + (0 if told else STUB)


def _weight(node: Node) -> int:
    return sum(
        1 for key in ("headline", "datePublished", "author", "articleBody", "description", "image") if node.get(key)
    )


def _grade(node: Node, about: Subject) -> int | None:
    """0 the page's own, 1 nothing tells, 2 of another headline and no address, None of another story."""
    headline = _plain(node.get("headline")) or _plain(node.get("name"))
    like = bool(headline) and any(alike(headline, said) for said in about.headlines)
    if FILMS.issuperset(kind.casefold() for kind in types(node)):
        return 0 if like or about.film or not about.headlines else None
    if like:
        return 0
    places = [place for one in _addresses(node) if (place := _place(one, about.base))]
    if about.places.intersection(places):
        return 0
    if not headline or not about.headlines:
        return 1
    if places and (_numbered(places, about) or _same_minute(node, about)):
        return 1
    return None if places else 2


def _numbered(places: list[str], about: Subject) -> bool:
    """Whether an address has the page's own number, on the same site: another slug of it."""
    for one in places:
        host, _, path = one.partition("/")
        numbers = set(_NUMBER.findall(path))
        for other in about.places if numbers else ():
            there, _, rest = other.partition("/")
            if urls.same_site(host, there) and numbers.intersection(_NUMBER.findall(rest)):
                return True
    return False


def _same_minute(node: Node, about: Subject) -> bool:
    said, told = node.get("datePublished"), (about.published or "")[:MINUTE]
    return isinstance(said, str) and len(told) == MINUTE and "T" in told and said[:MINUTE] == told


def _addresses(node: Node) -> Iterable[str]:
    """The addresses that a node gives as its own, but the front page's."""
    page = node.get("mainEntityOfPage")
    for value in (node.get("url"), page.get("@id") if isinstance(page, dict) else page, node.get("@id")):
        if isinstance(value, str) and value.startswith(("http://", "https://", "/")) and not value.startswith("/#"):
            yield value


def _place(address: str, base: str | None) -> str | None:
    try:
        whole = urljoin(base or "", address)
        return None if urls.is_home(whole) and whole != base else urls.place(whole)
    except ValueError:
        return None


def _is_front(address: str, base: str) -> bool:
    try:
        return urls.is_home(urljoin(base, address)) and not urls.is_home(base)
    except ValueError:
        return True


def _plain(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    return letters(html.unescape(value[:LONGEST])) if isinstance(value, str) else ""
