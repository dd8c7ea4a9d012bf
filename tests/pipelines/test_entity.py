"""Which of a page's JSON-LD nodes is its own story, and that no other story's dates, authors or wall reach it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import entity, jsonld, tags, tree
from pipelines.jsonld import Claims
from pipelines.text import SAME, alike, letters

URL = "https://paper.test/2024/harbour-opens-12"
HEADLINE = "Harbour opens again after the long strike"
OWN = {
    "@type": "NewsArticle",
    "headline": HEADLINE,
    "datePublished": "2024-11-22T10:00:00Z",
    "author": {"name": "Ada Lund"},
}
OTHER = {
    "@type": "NewsArticle", "headline": "A recipe of the week for cold evenings", "datePublished": "2023-01-01",
    "dateModified": "2023-01-02", "author": {"name": "Otto Beck"}, "description": "Soup.", "image": "/s.jpg",
    "articleBody": "Soup " * 30, "isAccessibleForFree": False,
}  # fmt: skip


def claims(*nodes: Any, head: str = "", url: str = URL, headline: str = HEADLINE) -> Claims:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)
    title = f"<title>{headline} | Paper</title>" if headline else ""
    h1 = f"<h1>{headline}</h1>" if headline else ""
    root = tree.parse_text(f"<html><head>{title}{head}{scripts}</head><body>{h1}<p>x</p></body></html>")
    return jsonld.read(root, entity.subject(tags.read(root), url))


@pytest.mark.parametrize(
    "nodes",
    [
        (OTHER, OWN),
        ([OTHER, OWN],),
        ({"@graph": [OTHER, {**OWN, "@type": "BlogPosting"}]},),
        (OTHER, {**OWN, "@type": "WebPage", "headline": None, "name": HEADLINE}),
        (OTHER, {**OWN, "headline": "Quays are busy", "url": URL + "?utm_source=x"}),
        (
            OTHER,
            {
                **OWN,
                "headline": "Quays are busy",
                "mainEntityOfPage": {"@id": "https://m.paper.test/2024/harbour-opens-12"},
            },
        ),
        (OTHER, {**OWN, "headline": "Quays are busy", "@id": URL + "#article"}),
        (OTHER, {**OWN, "headline": "The harbour opens again after long strike"}),
        ({**OWN, "about": OTHER, "hasPart": [OTHER], "mentions": OTHER, "isRelatedTo": [OTHER]},),
        ({"@type": "WebPage", "hasPart": [OTHER], "mainEntity": OWN},),
        ({"@type": "ItemList", "itemListElement": [OTHER]}, OWN),
    ],
)
def test_the_pages_own_node_is_taken_whatever_else_is_richer(nodes: tuple[Any, ...]) -> None:
    found = claims(*nodes)
    assert (found.published, found.people) == ("2024-11-22T10:00:00Z", ("Ada Lund",))
    assert found.access is None


@pytest.mark.parametrize(
    "nodes",
    [
        ({**OTHER, "url": "https://paper.test/2023/soup-3"},),
        ({**OTHER, "url": "/2023/soup-3"},),
        ({**OTHER, "mainEntityOfPage": "https://paper.test/2023/soup-3"}, {"@type": "WebPage", "url": URL}),
        (OTHER, {**OTHER, "headline": "How tall towers are painted in spring"}),
        ({"@type": "WebPage", "hasPart": OTHER, "about": OTHER},),
        (
            {
                "@type": "VideoObject",
                "name": "Rescue at sea",
                "uploadDate": "2020-01-01",
                "author": {"name": "Otto Beck"},
            },
        ),
        ({"@type": "VideoObject", "name": "Rescue at sea", "uploadDate": "2020-01-01", "url": URL},),
    ],
)
def test_a_node_of_another_story_is_nobodys(nodes: tuple[Any, ...]) -> None:
    found = claims(*nodes)
    assert (found.published, found.people, found.access) == (None, (), None)


@pytest.mark.parametrize(
    ("address", "time", "own"),
    [
        ("https://paper.test/a-771234", None, True),
        ("https://amp.paper.test/amp/quays-771234.html", None, True),
        ("https://paper.test/a-771235", None, False),
        ("https://other.test/a-771234", None, False),
        ("https://paper.test/a-12", "2024-11-22T10:00:10Z", True),
        ("https://paper.test/a-12", "2024-11-22T10:05:00Z", False),
        ("https://paper.test/20241122/quays", None, False),
    ],
)
def test_a_node_of_another_headline_and_slug_is_the_pages_by_its_number_or_its_minute(
    address: str, time: str | None, own: bool
) -> None:
    node = {**OWN, "headline": "Quays are busy: what we know", "mainEntityOfPage": address}
    meta = f'<meta property="article:published_time" content="{time}">' if time else ""
    found = claims(node, head=meta, url="https://paper.test/20241122/harbour-opens-771234")
    assert found.people == (("Ada Lund",) if own else ())


def test_a_film_is_the_story_of_a_page_of_its_name_or_of_films() -> None:
    film = {"@type": "VideoObject", "name": "Rescue at sea", "uploadDate": "2020-01-01"}
    assert claims({**film, "name": HEADLINE}).published == "2020-01-01"
    assert claims(film, head='<meta property="og:type" content="video.other">').published == "2020-01-01"
    assert claims(film, url="https://paper.test/video/rescue").published == "2020-01-01"


def test_a_node_that_nothing_speaks_against_is_taken() -> None:
    assert claims({**OWN, "headline": None}).people == ("Ada Lund",)
    assert claims({**OWN, "headline": "Quays are busy"}).people == ("Ada Lund",)
    assert claims(OTHER, headline="").people == ("Otto Beck",)


def test_a_live_blog_beside_an_article_of_the_same_story_says_so() -> None:
    live = {"@type": "LiveBlogPosting", "headline": HEADLINE}
    assert "LiveBlogPosting" in claims(OWN, live).types
    assert "LiveBlogPosting" not in claims(OWN, {**live, "headline": "Storm: all news", "url": "/live/storm"}).types


@given(st.text(max_size=60))
def test_a_headline_is_like_itself_with_the_sites_name(text: str) -> None:
    assert alike(text, text)
    assert alike(letters(text + " paper test"), letters(text)) or len(letters(text)) < SAME


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("港口在罢工之后重新开放", "港口在长期罢工之后重新开放", True),
        ("港口在罢工之后重新开放", "本周食谱适合寒冷的夜晚", False),
        ("harbour opens again after strike", "harbour stays shut after strike vote fails", False),
    ],
)
def test_headlines_are_compared_in_any_script(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
