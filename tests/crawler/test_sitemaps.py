"""Sitemaps, their indexes, news fields, plain lists and robots.txt to links."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from crawler.discovery import gzipped
from crawler.discovery.read import Discovery, read
from crawler.source import Endpoint, Source
from storage.models import LinkKind, Profile

URL = "https://agency.test/sitemap.xml"
SOURCE = Source(
    "agency", "Agency", "https://agency.test", ("agency.test",), None, ("en",), Profile("agency", timezone="Europe/Moscow"),
    (Endpoint(URL, "sitemap"),), article_url=(r"/\d+$",),
)  # fmt: skip
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def discover(body: str | bytes, endpoint: Endpoint = SOURCE.endpoints[0], kind: LinkKind = "sitemap") -> Discovery:
    raw = body.encode() if isinstance(body, str) else body
    return read(kind, raw, url=URL, content_type="text/xml", charset=None, endpoint=endpoint, source=SOURCE)


def urlset(entries: str, spaces: str = SPACE) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {spaces}>{entries}</urlset>'


def test_a_plain_entry_gives_its_last_change_and_no_publication() -> None:
    entries = "<url><loc> https://agency.test/politics/11 </loc><lastmod>2026-06-22T10:50:00+03:00</lastmod></url><url><loc>https://agency.test/about</loc></url>"
    found = discover(urlset(entries))
    (link,) = found.links
    assert (link.url, link.via, link.published) == ("https://agency.test/politics/11", "sitemap", None)
    assert link.modified is not None
    assert (link.modified.at, link.modified.origin) == ("2026-06-22T07:50:00Z", "sitemap")
    assert (found.total, found.refused) == (2, (("not_article", 1),))


@pytest.mark.parametrize(
    "spaces",
    [f'{SPACE} xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" xmlns:i="http://www.google.com/schemas/sitemap-image/1.1"',
     'xmlns:n="https://example.test/wrong" xmlns:i="urn:any"', ""],
)  # fmt: skip
def test_news_and_image_fields_are_read_whatever_their_namespace_is_called(spaces: str) -> None:
    entry = """<url><loc>https://agency.test/w/7</loc><lastmod>2026-07-29T12:00:00Z</lastmod>
    <n:news><n:publication><n:name>Agency</n:name><n:language>EN</n:language></n:publication>
    <n:publication_date>2026-07-29T10:00:00+03:00</n:publication_date><n:title>Ports &amp; ferries</n:title>
    <n:keywords>sea, ports,sea</n:keywords></n:news><i:image><i:loc>https://agency.test/i.jpg</i:loc></i:image></url>"""
    (link,) = discover(urlset(entry, spaces)).links
    assert (link.via, link.title, link.language, link.tags) == (
        "news_sitemap",
        "Ports & ferries",
        "en",
        ("sea", "ports"),
    )
    assert link.published is not None and link.modified is not None
    assert (link.published.at, link.modified.at) == ("2026-07-29T07:00:00Z", "2026-07-29T12:00:00Z")
    assert link.image == "https://agency.test/i.jpg"


def test_an_index_gives_its_children_as_sitemaps_and_follow_chooses() -> None:
    children = "".join(
        f"<sitemap><loc>https://agency.test/{name}.xml</loc><lastmod>2026-06-01</lastmod></sitemap>"
        for name in ("news0", "news1", "tags")
    )
    endpoint = Endpoint(URL, "sitemap", role="archive", follow=r"/news\d\.xml$")
    found = discover(f"<sitemapindex {SPACE}>{children}</sitemapindex>", endpoint)
    assert [(link.url, link.kind, link.via) for link in found.links] == [
        ("https://agency.test/news0.xml", "sitemap", "archive"), ("https://agency.test/news1.xml", "sitemap", "archive"),
    ]  # fmt: skip
    assert found.links[0].modified is not None and found.links[0].modified.precision == "day"
    assert found.refused == (("not_followed", 1),)


def test_an_archive_none_of_whose_children_is_followed_is_a_problem() -> None:
    endpoint = Endpoint(URL, "sitemap", role="archive", follow=r"/news\d\.xml$")
    index = f"<sitemapindex {SPACE}><sitemap><loc>https://agency.test/stories0.xml</loc></sitemap></sitemapindex>"
    found = discover(index, endpoint)
    assert (found.problem, found.total, found.refused) == ("nothing_followed", 1, (("not_followed", 1),))
    assert discover(index, replace(endpoint, role="live")).problem is None
    assert discover(index.replace("stories", "news"), endpoint).problem is None


@pytest.mark.parametrize(
    "inside",
    [
        '<loc>https://agency.test/1</loc><v:video xmlns:v="urn:v"><v:url>https://agency.test/9</v:url></v:video>',
        '<loc>https://agency.test/1</loc><v:url xmlns:v="urn:v"><v:loc>https://agency.test/9</v:loc></v:url>',
        '<v:url xmlns:v="urn:v">https://agency.test/9</v:url><loc>https://agency.test/1</loc>',
        '<v:sitemap xmlns:v="urn:v"/><loc>https://agency.test/1</loc><url>https://agency.test/9</url>',
    ],
)
@pytest.mark.parametrize("space", [SPACE, ""])
def test_a_url_of_an_extension_inside_an_entry_is_no_entry(inside: str, space: str) -> None:
    found = discover(urlset(f"<url>{inside}</url><url><loc>https://agency.test/2</loc></url>", space))
    assert [link.url for link in found.links] == ["https://agency.test/1", "https://agency.test/2"]
    assert found.total == 2


def test_an_entry_whose_end_tag_is_missing_hides_no_other() -> None:
    entries = "".join(f"<url><loc>https://agency.test/{n}</loc>{'</url>' if n != 2 else ''}" for n in range(5))
    assert {link.url[-1] for link in discover(urlset(entries)).links} == set("01234")


def test_children_on_other_hosts_are_refused() -> None:
    found = discover(f"<sitemapindex {SPACE}><sitemap><loc>https://evil.test/s.xml</loc></sitemap></sitemapindex>")
    assert (found.links, found.refused) == ((), (("other_host", 1),))


def test_gzip_of_several_members_is_unpacked() -> None:
    body = urlset("<url><loc>https://agency.test/1</loc></url><url><loc>https://agency.test/2</loc></url>").encode()
    assert discover(gzip.compress(body[:90]) + gzip.compress(body[90:])).total == 2


def test_a_gzip_that_was_cut_off_gives_what_was_there() -> None:
    body = gzip.compress(
        urlset("".join(f"<url><loc>https://agency.test/{n * 7919}</loc></url>" for n in range(500))).encode()
    )
    found = discover(body[:-400])
    assert found.problem == "truncated"
    assert 0 < len(found.links) < 500


def test_a_gzip_bomb_ends_at_the_limit() -> None:
    unpacked, whole = gzipped.gunzip(gzip.compress(bytes(20_000_000)), limit=1_000_000)
    assert (len(unpacked), whole) == (1_000_000, False)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "empty_body"),
        (urlset(""), "empty_sitemap"),
        (f"<urlset {SPACE}/>", "empty_sitemap"),
        ("<html><body>404</body></html>", "not_a_sitemap"),
        ("<html>checking your browser /cdn-cgi/challenge-platform</html>", "bot_check"),
        ("words", "not_a_sitemap"),
        ("<other/>", "not_a_sitemap"),
        (urlset("<url><loc>https://agency.test/1</loc></url>")[:-12], "truncated"),
        (b"\x1f\x8b\x08garbage", "damaged_gzip"),
    ],
)
def test_an_answer_that_is_no_sitemap_is_a_problem(body: str | bytes, problem: str) -> None:
    assert discover(body).problem == problem


def test_an_archives_day_without_a_story_is_no_failure() -> None:
    assert discover(urlset(""), Endpoint(URL, "sitemap", role="archive")).problem is None


def test_bare_ampersands_in_addresses_survive() -> None:
    (link,) = discover(urlset("<url><loc>https://agency.test/a?x=1&y=/5</loc></url>")).links
    assert link.url == "https://agency.test/a?x=1&y=/5"


def test_a_list_of_addresses_and_a_feed_may_stand_for_a_sitemap() -> None:
    assert discover("https://agency.test/1\r\nhttps://agency.test/2\n").total == 2
    assert [link.url for link in discover("<rss><channel><item><link>/3</link></item></channel></rss>").links] == [
        "https://agency.test/3"
    ]


def test_robots_txt_names_sitemaps() -> None:
    found = discover(
        "User-agent: *\nSITEMAP : https://agency.test/a.xml\n sitemap:https://agency.test/b.xml # x\nDisallow: /",
        kind="robots",
    )
    assert [(link.url, link.kind) for link in found.links] == [
        ("https://agency.test/a.xml", "sitemap"),
        ("https://agency.test/b.xml", "sitemap"),
    ]


def test_declared_entities_are_never_expanded() -> None:
    bomb = (
        '<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        + urlset("<url><loc>https://agency.test/&b;/1</loc></url>")[38:]
    )
    assert "aaaa" not in str(discover(bomb).links)


def test_fifty_thousand_entries_are_the_limit() -> None:
    rows = "".join(f"<url><loc>https://other.test/{n}</loc></url>" for n in range(50_003))
    found = discover(urlset(rows))
    assert (found.total, found.refused) == (50_003, (("other_host", 50_000), ("over_limit", 3)))


def test_a_source_without_a_zone_keeps_the_day_of_a_naive_time() -> None:
    source = replace(SOURCE, profile=Profile("agency"))
    body = urlset("<url><loc>https://agency.test/1</loc><lastmod>2026-07-29T10:00:00</lastmod></url>").encode()
    (link,) = read(
        "sitemap", body, url=URL, content_type=None, charset=None, endpoint=source.endpoints[0], source=source
    ).links
    assert link.modified is not None and link.modified.precision == "day"
