"""What a page says of itself: which witness is believed, and what is no witness."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import jsonld, metadata, people, published, tags, tree
from storage.models import Instant, Link, Page, Profile

URL = "https://www.harbour-agency.test/2023/10/02/port-reopens-118"
STORY = {
    "@context": "https://schema.org", "@type": "NewsArticle", "headline": "Port reopens after repairs",
    "datePublished": "2023-10-02T12:01:05+03:00",
    "dateModified": "2023-10-02T13:00:00+03:00", "author": [{"@type": "Person", "name": "Ada Byron"},
        {"@type": "Organization", "name": "Harbour Agency"}],
    "publisher": {"@type": "Organization", "name": "Harbour Agency"}, "articleSection": "Economy",
    "keywords": "port, repairs", "isAccessibleForFree": "False",
    "image": {"@type": "ImageObject", "url": "https://img.harbour-agency.test/quay-1180.jpg", "caption": "The quay"},
}  # fmt: skip


def page(html: str, *, profile: Profile | None = None, witness: Link | None = None, url: str = URL) -> Page:
    return Page(url, url, html.encode(), "2026-09-01T00:00:00Z", profile or Profile(source="harbour"), witness=witness)


def read(
    head: str = "", body: str = "", *, profile: Profile | None = None, witness: Link | None = None, url: str = URL
) -> metadata.Metadata:
    html = f"<html lang='en'><head>{head}</head><body>{body}<p>Text.</p></body></html>"
    root = tree.parse_text(html)
    return metadata.read(
        page(html, profile=profile, witness=witness, url=url), root, tags.read(root), jsonld.read(root)
    )


def script(data: object) -> str:
    return f'<script type="application/ld+json">{data if isinstance(data, str) else json.dumps(data)}</script>'


def claims(text: str) -> jsonld.Claims:
    return jsonld.read(tree.parse_text(f"<html><head>{text}</head><body><p>x</p></body></html>"))


def test_json_ld_is_believed_first_and_every_field_names_its_witness() -> None:
    found = read(
        script(STORY) + "<meta property='article:published_time' content='2020-01-01T00:00:00Z'>",
        "<h1>Port reopens after repairs</h1>",
    )
    assert found.title == "Port reopens after repairs"
    assert found.published == Instant(
        "2023-10-02T09:01:05Z", "second", "+03:00", "2023-10-02T12:01:05+03:00", "json-ld"
    )
    assert found.modified is not None and found.modified.at == "2023-10-02T10:00:00Z"
    assert (found.authors, found.organisations) == (("Ada Byron",), ("Harbour Agency",))
    assert (found.section, found.tags, found.access, found.declared) == (
        "Economy",
        ("port", "repairs"),
        "paywalled",
        True,
    )
    assert (found.picture.url, found.picture.caption) == ("https://img.harbour-agency.test/quay-1180.jpg", "The quay")
    assert found.sources["section"] == "json-ld"
    assert found.sources["published"] == "json-ld; meta says 2020-01-01T00:00:00Z"
    assert found.canonical_url == URL


@pytest.mark.parametrize(
    "broken",
    [
        "<!-- {} -->", "//<![CDATA[\n{}\n//]]>", "{};", "[{}]",
        '{{"@graph": [{{"@type": "WebPage", "name": "Home"}}, {}]}}', '{{"@type": "WebPage", "mainEntity": {}}}',
    ],
)  # fmt: skip
def test_json_ld_is_found_as_publishers_wrap_it(broken: str) -> None:
    assert claims(script(broken.format(json.dumps(STORY)))).headline == "Port reopens after repairs"


def test_json_ld_with_trailing_commas_and_raw_line_breaks_is_mended() -> None:
    assert (
        claims(script('{"@type": "NewsArticle", "headline": "Port\nreopens", "datePublished": "2023-10-02",}')).headline
        == "Port reopens"
    )


def test_authors_given_by_reference_are_looked_up() -> None:
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "headline": "x", "author": {"@id": "#a"}},
            {"@type": "Person", "@id": "#a", "name": "Ada Byron"},
        ]
    }
    assert claims(script(graph)).people == ("Ada Byron",)


def test_several_creators_are_all_authors_and_who_publishes_alone_is_a_person() -> None:
    several = {**STORY, "author": {"@type": "Person", "name": "Ada Byron"}, "creator": ["Ada Byron", "Karl Groß"]}
    assert claims(script(several)).people == ("Ada Byron", "Karl Groß")
    alone = {"@type": ["Person", "Organization"], "name": "Ada Byron"}
    found = read(
        script({"@type": "Article", "headline": "x", "author": alone, "publisher": alone}),
        url="https://adabyron.test/1",
    )
    assert found.authors == ("Ada Byron",)


@pytest.mark.parametrize(
    ("said", "access"),
    [
        ({"isAccessibleForFree": "False"}, "paywalled"), ({"isAccessibleForFree": ["http://schema.org/False"]}, "paywalled"),
        ({"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False}}, "paywalled"),
        ({"hasPart": [{"isAccessibleForFree": "true"}, {"isAccessibleForFree": "no"}]}, "paywalled"),
        ({"isAccessibleForFree": True, "hasPart": {"isAccessibleForFree": True}}, "open"), ({}, "unknown"),
    ],
)  # fmt: skip
def test_access_as_it_is_declared(said: dict[str, object], access: str) -> None:
    assert read(script({"@type": "NewsArticle", "headline": "Port reopens", **said})).access == access


@pytest.mark.parametrize(
    ("url", "link", "kept"),
    [
        ("https://a.test/news.php?id=118", "/news.php", False),
        ("https://a.test/news.php?id=118", "/news.php?id=118", True),
        ("https://a.test/port-reopens?id=118", "/port-reopens", True),
        ("https://a.test/port-reopens", "/port-reopens?page=2", False),
        ("https://a.test/port-reopens", "/404", False),
        ("https://a.test/article/12", "/article/99", False),
        ("https://a.test/n/port-reopens-12", "/n/a-storm-99", False),
        ("https://a.test/n/port-reopens-12", "/n/harbour-reopens-12", True),
        ("https://a.test/n/port-reopens-12", "/n/port-reopens-99", True),
        ("https://a.test/view?seq=12", "/view?seq=5", False),
        ("https://a.test/read?contentId=12", "/read", False),
        ("https://a.test/read?contentId=12", "/n/port-reopens-12", True),
        ("https://a.test/port-reopens?page=2", "/port-reopens", True),
        ("https://a.test/port-reopens", "/en/", False),
        ("https://m.a.test/amp/port-reopens", "https://www.a.test/port-reopens", True),
    ],
)
def test_an_address_of_another_page_is_not_canonical(url: str, link: str, kept: bool) -> None:
    found = read(f"<link rel='canonical' href='{link}'>", url=url)
    assert (found.sources["canonical_url"] == "link") == kept


@pytest.mark.parametrize("hostile", ["[" * 5000, '{"@type": 7, "headline": {}}',
    '{"@type": ["NewsArticle"], "author": [[1], null], "image": [[]], "keywords": 5, "datePublished": {}}', "null",
    "", "{'a': 1}"])  # fmt: skip
def test_hostile_json_ld_raises_nothing(hostile: str) -> None:
    claims(script(hostile))


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner,
    max_size=3) | st.dictionaries(st.sampled_from([*STORY, "@id", "@graph", "name", "url"]), inner, max_size=5),
    max_leaves=12)  # fmt: skip


@given(JSON)
def test_any_json_is_read_without_an_exception(data: object) -> None:
    claims(script(json.dumps(data).replace("<", "\\u003c")))


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            "<title>Port reopens after repairs - Economy - Harbour Agency</title>"
            "<meta property='article:section' content='Economy'>"
            "<meta property='og:site_name' content='Harbour Agency'>", "", "Port reopens after repairs"),
        ("<title>Port reopens after repairs | Harbour Agency</title>", "", "Port reopens after repairs"),
        ("<title>Harbour Agency: home</title><meta property='og:title' content='Port reopens - at last'>",
            "<h1>Harbour Agency</h1><h1>Port reopens – at last</h1>", "Port reopens – at last"),
        ("<meta property='og:title' content='Port reopens after repairs'>",
            "<h1><span>Economy</span>Port reopens after repairs</h1>", "Port reopens after repairs"),
        ("<meta property='og:title' content='Port reopens: at last'>", "<h1><b>Port reopens</b> : at last</h1>",
            "Port reopens: at last"),
        ("", "<h1>02.10.2023 - Port reopens after repairs</h1>", "02.10.2023 - Port reopens after repairs"),
        ("<title>Port reopens after repairs</title>", "<h1>02.10.2023 - Port reopens after repairs</h1>",
            "Port reopens after repairs"),
        ("<title>Quays » Archive » Port reopens after repairs</title>",
            "<h1>All about the sea</h1><h2>Port reopens after repairs</h2>", "Port reopens after repairs"),
        ("<title>{{title}}</title>", "<h1>{{title}}</h1><h1>Port reopens</h1>", "Port reopens"),
        ("<title>Réouverture « à temps » du port</title>", "", "Réouverture « à temps » du port"),
    ],
)  # fmt: skip
def test_the_title_is_the_headline_alone(head: str, body: str, title: str) -> None:
    assert read(head, body).title == title


def test_a_profile_names_the_title_and_its_suffix() -> None:
    profile = Profile(source="harbour", title=("h2.head",), title_suffix=(r"\s+-\s+[^-]*-\s+HARB",))
    assert (
        read("<title>Other</title>", "<h2 class='head'>Port reopens - Economy - HARB</h2>", profile=profile).title
        == "Port reopens"
    )


@pytest.mark.parametrize(
    "name",
    [
        "Harbour Agency",
        "News Desk",
        "admin",
        "dpa",
        "someone@agency.test",
        "user123",
        "Staff",
        "x",
        "A very long phrase that is not any name",
    ],
)
def test_publishers_desks_and_handles_are_no_people(name: str) -> None:
    assert not people.person(name, frozenset({"harbour agency"}))


def test_the_byline_of_a_teaser_is_not_this_articles() -> None:
    assert read(body="<aside><a rel='author'>Other Person</a></aside><a rel='author'>Ada Byron</a>").authors == (
        "Ada Byron",
    )


@pytest.mark.parametrize(
    ("head", "body", "at", "origin"),
    [
        ("<meta property='article:published_time' content='2023-10-02T12:01:05+03:00'>", "", "2023-10-02T09:01:05Z",
            "meta"),
        ("", "<span itemprop='datePublished' content='2023-10-02T12:01:05Z'></span>", "2023-10-02T12:01:05Z",
            "microdata"),
        ("", "<time class='published' datetime='2023-10-02T12:01:05Z'>2 October</time>", "2023-10-02T12:01:05Z",
            "time"),
        ("", "<dateformat time='1696237265' mode='abs'></dateformat>", "2023-10-02T09:01:05Z", "time"),
        ("", "<dateformat time='2023-10-02T12:01:05+0300' mode='abs'></dateformat>", "2023-10-02T09:01:05Z", "time"),
        ("<meta name='date' content='2023-10-02'>", "<time class='published' datetime='2023-10-02T12:01:05Z'></time>",
            "2023-10-02T12:01:05Z", "time"),
        ("<meta property='article:published_time' content='2099-01-01T00:00:00Z'>", "", "2023-10-02", "url"),
        ("<meta property='article:published_time' content='2023-02-30T00:00:00Z'>", "", "2023-10-02", "url"),
        ("", "<aside class='related'><time datetime='2019-01-01T00:00:00Z'></time></aside>", "2023-10-02", "url"),
    ],
)  # fmt: skip
def test_the_first_plausible_witness_of_the_publication_wins(head: str, body: str, at: str, origin: str) -> None:
    found = read(head, body).published
    assert found is not None
    assert (found.at, found.origin) == (at, origin)


def test_the_feed_is_believed_where_the_page_is_silent() -> None:
    said = Instant("2023-10-02T09:00:00Z", "second", "+03:00", "Mon, 02 Oct 2023 12:00:00 +0300", "feed")
    found = read(
        witness=Link(
            URL,
            title="From the feed",
            lead="A lead from the feed itself.",
            published=said,
            tags=("port",),
            language="en",
        )
    )
    assert found.published == said
    assert (found.title, found.lead, found.tags) == ("From the feed", "A lead from the feed itself.", ("port",))
    assert found.sources["title"] == "feed"


@pytest.mark.parametrize(
    ("url", "day"),
    [("https://a.test/2023/10/02/x", "2023-10-02"), ("https://a.test/x-20231002-1.html", "2023-10-02"),
        ("https://a.test/2023-10-2/x", "2023-10-02"), ("https://a.test/20231399", None), ("https://a.test/1234567890",
            None), ("https://a.test/2023/10/", None)],
)  # fmt: skip
def test_a_day_in_the_address(url: str, day: str | None) -> None:
    found = published.day_of_url(url, "2026-09-01T00:00:00Z")
    assert (found.at if found else None) == day


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/2023/10/02/port-reopens-118?utm_source=x#a", URL), ("https://harbour-agency.test/n/118",
            "https://harbour-agency.test/n/118"), ("https://www.harbour-agency.test/", URL),
        ("https://www.harbour-agency.test/2023/10", URL), ("https://other.test/118", URL), ("javascript:void(0)",
            URL), ("https://[", URL),
    ],
)  # fmt: skip
def test_a_canonical_address_must_be_plausible(link: str, expected: str) -> None:
    assert read(f"<link rel='canonical' href='{link}'>").canonical_url == expected


@pytest.mark.parametrize(
    ("head", "words"),
    [("<meta name='robots' content='index, NOARCHIVE'>", "meta robots: noarchive"),
        ("<meta name='tdm-reservation' content='1'>", "meta tdm-reservation: 1"),
        ("<meta name='googlebot' content='noarchive'>", None),
        ("<meta name='robots' content='max-snippet:-1, nofollow'>", None),
        ("<meta name='tdm-reservation' content='0'>", None)],
)  # fmt: skip
def test_reserved_rights_in_the_html(head: str, words: str | None) -> None:
    assert read(head).reserved == words


def test_a_logo_is_no_picture_and_a_caption_gives_its_credit() -> None:
    assert read("<meta property='og:image' content='/img/logo_share.png'>").picture.url is None
    found = read(
        "<meta property='og:image' content='/img/quay-1180.jpg'>",
        "<figure><img src='/img/quay-1180.jpg?w=1'><figcaption>The quay at dawn. Photo: A. Byron/HA</figcaption></figure>",
    ).picture
    assert (found.url, found.caption, found.credit) == (
        "https://www.harbour-agency.test/img/quay-1180.jpg",
        "The quay at dawn.",
        "A. Byron/HA",
    )


@pytest.mark.parametrize(
    ("printed", "caption", "credit"),
    [
        ("The quay at dawn. (A. Byron/HA)", "The quay at dawn.", "A. Byron/HA"),
        ("Der Kai. (Quelle: Karl Groß/HA)", "Der Kai.", "Karl Groß/HA"),
        ("Причал на рассвете. Фото: Вера Белова", "Причал на рассвете.", "Вера Белова"),
        ("The quay (left) at dawn", "The quay (left) at dawn", None),
        ("The quay <span class='credit'>Credit...A. Byron</span>", "The quay", "A. Byron"),
    ],
)
def test_a_caption_and_its_credit(printed: str, caption: str, credit: str | None) -> None:
    found = read(body=f"<figure><img src='/quay-1180.jpg'><figcaption>{printed}</figcaption></figure>").picture
    assert (found.caption, found.credit) == (caption, credit)


def test_a_description_that_is_cut_off_or_repeats_the_title_is_no_lead() -> None:
    assert (
        read(
            "<title>Port reopens after repairs</title><meta name='description' content='Port reopens after repairs'>"
        ).lead
        is None
    )
    assert read("<meta name='description' content='The port reopened on Monday after a long…'>").lead is None
    assert (
        read("<meta name='description' content='The port reopened on Monday.'>").lead == "The port reopened on Monday."
    )


@pytest.mark.parametrize(
    "head",
    [
        "<title>" + "Ship | " * 60_000 + "</title>",
        '<title>x</title><script type=\'application/ld+json\'>{"@type": "NewsArticle", "headline": "'
        + "Ship " * 60_000
        + '"}</script>',
    ],
)
def test_a_title_has_a_limit(head: str) -> None:
    assert len(read(head, "<p>Text</p>").title or "") <= tags.MAX_TITLE
