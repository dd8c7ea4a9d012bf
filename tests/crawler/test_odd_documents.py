"""Documents that nobody means to send: nothing that one holds raises, and none costs more than its length."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.discovery import documents, gzipped, leads
from crawler.discovery.read import Discovery, read
from crawler.source import Endpoint, JsonPaths, Source
from storage.models import Profile

URL = "https://agency.test/list"
FEED = Endpoint(URL, "feed")
SITEMAP = Endpoint(URL, "sitemap")
LISTING = Endpoint(URL, "listing", article=("a.story",), next=(".older",))
JSON = Endpoint(URL, "listing", json=JsonPaths("items", "url", title="title", lead="summary", published="date"))


def discover(endpoint: Endpoint, body: str | bytes) -> Discovery:
    source = Source(
        "a",
        "A",
        "https://agency.test",
        ("agency.test",),
        None,
        ("en",),
        Profile("a", timezone="Asia/Tokyo"),
        (endpoint,),
    )
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return read(endpoint.kind, raw, url=URL, content_type=None, charset=None, endpoint=endpoint, source=source)


def json_feed(odd: str) -> str:
    item = {"id": odd, "url": odd, "title": odd, "summary": odd, "content_html": odd, "date_published": odd,
            "image": odd, "language": odd, "tags": [odd]}  # fmt: skip
    return json.dumps({"version": "1", "language": odd, "items": [item, {"url": "https://agency.test/good"}]})


def json_listing(odd: str) -> str:
    item = {"url": odd, "title": odd, "summary": odd, "date": odd}
    return json.dumps({"items": [item, {"url": "https://agency.test/good"}]})


def rss(odd: str) -> str:
    x = escape(odd)
    return (
        f"<rss xml:base='{x}'><channel><language>{x}</language><ttl>{x}</ttl><item><link>{x}</link><guid>{x}</guid>"
        f"<title>{x}</title><description>{x}</description><pubDate>{x}</pubDate><category>{x}</category>"
        f"<enclosure url='{x}'/></item><item><link>https://agency.test/good</link></item></channel></rss>"
    )


def atom(odd: str) -> str:
    x = escape(odd)
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='{x}'><entry xml:base='{x}'><link href='{x}'/><id>{x}</id>"
        f"<content type='html'>{x}</content><updated>{x}</updated></entry>"
        "<entry><link href='https://agency.test/good'/></entry></feed>"
    )


def broken_rss(odd: str) -> str:
    return rss(odd).replace("</guid>", "", 1)


def sitemap(odd: str) -> str:
    x = escape(odd)
    return (
        f"<urlset><url><loc>{x}</loc><lastmod>{x}</lastmod><news><title>{x}</title><publication_date>{x}</publication_date>"
        f"<keywords>{x}</keywords></news></url><url><loc>https://agency.test/good</loc></url></urlset>"
    )


def lines(odd: str) -> str:
    return f"https://agency.test/good\n{odd}\n"


def page(odd: str) -> str:
    x = escape(odd)
    return (
        f"<html><a class=story href='{x}'>{x}</a><a class=story href='https://agency.test/good'>x</a>"
        f"<a class=older href='{x}'>older</a></html>"
    )


FORMATS: list[tuple[Endpoint, Callable[[str], str]]] = [
    (FEED, json_feed), (FEED, rss), (FEED, atom), (FEED, broken_rss), (JSON, json_listing), (SITEMAP, sitemap),
    (SITEMAP, lines), (LISTING, page),
]  # fmt: skip
ODD_PARTS = [
    "https://agency.test/", "http://", "//", "[", "]", "[::1", ":", ":99999", "@", "\ud800", "\udc00", "\x00", "\u202e", "%",
    "%zz", "#", "?", "\\", " ", "\n", "ß", "xn--", "xn--a", "é.test", ".", "..", "\ufffe", "&#xD800;", "&#0;",
    "&#" + "9" * 5000 + ";",
    "<", ">", "&amp;#" + "1" * 5000, "0001-01-01", "9999-12-31T23:59:59-14:00", "1" * 400, "javascript:", "①", "\u2100",
]  # fmt: skip
odd_texts = st.lists(st.sampled_from(ODD_PARTS), min_size=1, max_size=5).map("".join)


@given(odd_texts)
@example("https://agency.test/\ud800")
@example("http://[")
@example("https://[::1/a")
@example("&amp;#" + "9" * 5000 + ";")
@settings(max_examples=60, deadline=None)
def test_nothing_that_a_document_holds_raises_or_costs_its_other_links(odd: str) -> None:
    for endpoint, written in FORMATS:
        found = discover(endpoint, written(odd))
        assert found.total == len(found.links) + sum(n for _, n in found.refused), written.__name__
        for link in found.links:
            link.url.encode()
        if not any(mark in odd for mark in "<>\n") or endpoint.kind == "listing":
            assert "https://agency.test/good" in {link.url for link in found.links}, written.__name__


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(ODD_PARTS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["url", "id", "items", "title", "tags", "date"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
@settings(max_examples=80, deadline=None)
def test_json_of_any_types_is_read(value: Any) -> None:
    for endpoint in (FEED, JSON):
        discover(endpoint, json.dumps({"items": [value]}))
        discover(endpoint, json.dumps(value))


def test_half_of_a_surrogate_pair_makes_a_bad_address_and_the_others_stay() -> None:
    for endpoint, written in ((FEED, json_feed), (JSON, json_listing)):
        found = discover(endpoint, written("https://agency.test/\ud800"))
        assert [link.url for link in found.links] == ["https://agency.test/good"]
        assert found.refused == (("bad_url", 1),)


def _seconds(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


LARGE: list[tuple[str, Endpoint, Callable[[int], str | bytes]]] = [
    ("words of WordPress", FEED, lambda n: rss("The post " + "x first appeared on y " * n + "<p>end")),
    ("words of WordPress without an end", FEED, lambda n: rss("The post " + "x first appeared on y " * n)),
    ("a stem of Russian words", FEED, lambda n: rss("появил" * (4 * n))),
    ("paragraphs", FEED, lambda n: rss("The post\n\n<p>" * (2 * n))),
    ("open comments", FEED, lambda n: rss("<!--" * (5 * n))),
    ("open scripts", FEED, lambda n: rss("<script" * (3 * n) + "</script   " * n)),
    ("open tags", FEED, lambda n: rss("<p " * (5 * n))),
    ("ampersands", FEED, lambda n: rss("&#9&" * (5 * n))),
    ("numbers of characters", FEED, lambda n: rss("&#" + "9" * (20 * n))),
    ("an address", FEED, lambda n: rss("https://agency.test/" + "../a/" * (4 * n))),
    ("a long title of a sitemap", SITEMAP, lambda n: sitemap("<div <" * (3 * n))),
    ("entries inside entries", SITEMAP, lambda n: "<urlset>" + "<url><loc>https://agency.test/1</loc>" * n + "</urlset>"),
    ("gzip of empty members", SITEMAP, lambda n: gzip.compress(b"<") + gzip.compress(b"") * (5 * n)),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "made"), [row[1:] for row in LARGE], ids=[row[0] for row in LARGE])
def test_a_document_of_four_times_the_length_takes_not_much_more_than_four_times_the_time(
    endpoint: Endpoint, made: Callable[[int], str | bytes]
) -> None:
    small, large = made(2_500), made(10_000)
    discover(endpoint, small)
    before = min(_seconds(lambda: discover(endpoint, small)) for _ in range(2))
    assert _seconds(lambda: discover(endpoint, large)) < 8 * before + 0.1


def test_only_a_last_paragraph_of_wordpress_is_taken_off() -> None:
    tail = "The post Ports & ferries appeared first on Agency."
    assert leads.without_tail(f"One.\n\n{tail}") == "One."
    assert leads.without_tail(tail) == ""
    assert leads.without_tail(f"{tail}\n\nOne.") == f"{tail}\n\nOne."
    assert leads.without_tail(f"One. {tail}") == f"One. {tail}"
    assert leads.without_tail(f"One.\n\nThe post {'long ' * 300}appeared first on Agency.").startswith("One.\n\nThe")


@given(st.lists(st.binary(max_size=40_000), min_size=1, max_size=5), st.integers(0, 100_000))
@settings(max_examples=40, deadline=None)
def test_gzip_members_are_one_file_up_to_the_limit(parts: list[bytes], limit: int) -> None:
    whole = b"".join(parts)
    packed = b"".join(gzip.compress(part, 1) for part in parts)
    assert gzipped.gunzip(packed, limit) == (whole[:limit], len(whole) <= limit)
    assert gzipped.gunzip(packed + b"\x00" * 9, limit) == (whole[:limit], len(whole) <= limit)


def test_a_file_of_more_gzip_members_than_anybody_makes_is_not_all_read() -> None:
    member = gzip.compress(b"x")
    assert gzipped.gunzip(member * gzipped.MAX_MEMBERS) == (b"x" * gzipped.MAX_MEMBERS, True)
    assert gzipped.gunzip(member * (gzipped.MAX_MEMBERS + 1)) == (b"x" * gzipped.MAX_MEMBERS, False)


@pytest.mark.parametrize("name", ["idna", "undefined", "hex", "zip", "unicode_escape", "punycode", "no such thing"])
@pytest.mark.parametrize("declared", [False, True])
def test_a_charset_that_is_no_documents_is_not_believed(name: str, declared: bool) -> None:
    head = f'<?xml version="1.0" encoding="{name}"?>' if declared else ""
    body = f"{head}<rss><title>Zürich</title></rss>".encode()
    assert "Zürich" in documents.decode(body, None if declared else name)
