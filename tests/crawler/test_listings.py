"""Pages that list articles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.discovery.read import Discovery, read
from crawler.source import Endpoint, Source
from storage.models import Profile

URL = "https://agency.test/latest/"
SOURCE = Source(
    "agency",
    "Agency",
    "https://agency.test",
    ("agency.test",),
    None,
    ("en",),
    Profile("agency"),
    (Endpoint(URL, "listing"),),
)
PAGE = """<!DOCTYPE html><html><head><title>Latest</title></head><body><nav><a href="/about">About</a></nav>
<ul><li class="item"><a href="/world/1">One <b>story</b></a></li><li class="item"><h3><a href="2">Two</a></h3></li>
<li class="item"><a href="/world/1#comments">One again</a></li></ul>
<a class="card" href="/world/3"><span class="head">Three</span></a>
<a href="mailto:desk@agency.test">Desk</a><a>no address</a></body></html>"""


def discover(page: str | bytes, *selectors: str, source: Source = SOURCE, charset: str | None = None) -> Discovery:
    body = page.encode() if isinstance(page, str) else page
    endpoint = Endpoint(URL, "listing", article=selectors)
    return read("listing", body, url=URL, content_type="text/html", charset=charset, endpoint=endpoint, source=source)


def test_selected_elements_give_their_links_once_and_in_order() -> None:
    found = discover(PAGE, "li.item", ".head")
    assert [(link.url, link.title, link.via) for link in found.links] == [
        ("https://agency.test/world/1", "One story", "listing"),
        ("https://agency.test/latest/2", "Two", "listing"),
        ("https://agency.test/world/3", "Three", "listing"),
    ]
    assert (found.total, found.refused) == (4, (("duplicate", 1),))


def test_without_selectors_the_address_patterns_choose() -> None:
    found = discover(PAGE, source=replace(SOURCE, article_url=(r"/world/\d+$",)))
    assert [link.url for link in found.links] == ["https://agency.test/world/1", "https://agency.test/world/3"]
    assert dict(found.refused) == {"no_link": 2, "not_article": 2, "duplicate": 1}


def test_a_base_address_is_respected() -> None:
    page = '<html><head><base href="https://agency.test/deep/er/"></head><body><a href="5">Five</a></body></html>'
    assert discover(page, "a").links[0].url == "https://agency.test/deep/er/5"


def test_the_pages_own_charset_is_read() -> None:
    page = '<html><head><meta charset="gbk"></head><body><a href="/1">新闻</a></body></html>'.encode("gbk")
    assert discover(page, "a").links[0].title == "新闻"


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("", "empty_body"),
        (PAGE, "empty_listing"),
        ("<html>ddos-guard</html>", "bot_check"),
        (b"x" * 5_000_001, "too_large"),
    ],
)
def test_a_listing_without_a_link_is_a_problem(page: str | bytes, problem: str) -> None:
    assert discover(page, ".not-there").problem == problem
