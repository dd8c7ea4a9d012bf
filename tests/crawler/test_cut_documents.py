"""A document that was cut off gives its whole entries, and no address that was cut itself."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.discovery.read import read
from crawler.source import Endpoint, Source
from storage.models import Profile

URL = "https://agency.test/feed"
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Élan</title>
<item><title>Crue à Lima</title><link>https://agency.test/n/1001</link><guid isPermaLink="true">https://agency.test/n/1001</guid></item>
<item><title>Budget adopté &amp; signé</title><link><![CDATA[https://agency.test/n/1002]]></link></item>
<item><guid>https://agency.test/n/1003</guid></item>
</channel></rss>"""
ATOM = """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Élan</a:title>
<a:entry><a:link href="https://agency.test/n/1001"/><a:title>Crue</a:title></a:entry>
<a:entry><a:link rel="alternate" href="https://agency.test/n/1002"/></a:entry></a:feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://agency.test/"><title>Élan</title></channel>
<item rdf:about="https://agency.test/n/1001"><link>https://agency.test/n/1001</link></item>
<item rdf:about="https://agency.test/n/1002"><title>Deux</title></item></rdf:RDF>"""
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://agency.test/n/1001</loc></url>
<url><loc>https://agency.test/n/1002</loc><lastmod>2026-07-29</lastmod></url></urlset>"""
INDEX = """<sm:sitemapindex xmlns:sm="http://www.sitemaps.org/schemas/sitemap/0.9">
<sm:sitemap><sm:loc>https://agency.test/1001.xml</sm:loc></sm:sitemap><sm:sitemap><sm:loc>https://agency.test/1002.xml</sm:loc>
</sm:sitemap></sm:sitemapindex>"""


@pytest.mark.parametrize(
    ("kind", "document", "last"),
    [
        ("feed", RSS, b"</item>"),
        ("feed", ATOM, b"</a:entry>"),
        ("feed", RDF, b"</item>"),
        ("sitemap", SITEMAP, b"</url>"),
        ("sitemap", INDEX, b"</sm:sitemap>"),
    ],
)
def test_wherever_it_is_cut_its_whole_entries_are_given_and_no_other(kind: Any, document: str, last: bytes) -> None:
    def urls(body: bytes) -> tuple[list[str], str | None, int]:
        source = Source(
            "a", "A", URL, ("agency.test",), None, ("fr",), Profile("a"), (Endpoint(URL, kind),)
        )  # fmt: skip
        found = read(kind, body, url=URL, content_type=None, charset=None, endpoint=source.endpoints[0], source=source)
        assert all(link.title is None or "Ã" not in link.title for link in found.links), "read in another charset"
        return [link.url for link in found.links], found.problem, found.total

    body = document.encode()
    whole, problem, _ = urls(body)
    assert problem is None
    assert len(whole) in (2, 3)
    for end in range(1, len(body) - 1):
        given, problem, total = urls(body[:end])
        closed = body[:end].count(last)
        assert given == whole[:closed], end
        assert total <= closed + 1
        assert problem is not None
