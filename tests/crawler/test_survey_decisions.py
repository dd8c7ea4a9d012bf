"""The decisions of `sources add`, each by itself: pattern, timezone, endpoints, candidates, editions, the TOML's text."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.add_source import unloadable
from crawler.discovery.dates import offset_text
from crawler.registry import parse_source, read_source
from crawler.survey import candidates, editions, findings, zones
from crawler.survey.draft import name_of, told_apart, toml_of
from crawler.survey.endpoints import Chosen, dated_archive, endpoints_of
from crawler.survey.front import Anchor, Front, Named, read_front
from crawler.survey.looks import Look, home_of, kind_of
from crawler.survey.pattern import Pattern, articles_of_page, pattern_of
from storage.models import Instant, Link
from tests.crawler.test_survey_sites import drafted

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def instant(at: datetime, zone: str = "UTC") -> Instant:
    here = at.astimezone(ZoneInfo(zone))
    offset = offset_text(here.utcoffset() or timedelta())
    return Instant(at.strftime("%Y-%m-%dT%H:%M:%SZ"), "second", offset, here.isoformat(), "feed")


def links(paths: list[str], *, hours: float = 0, via: str = "feed") -> tuple[Link, ...]:
    made = []
    for place, path in enumerate(paths):
        at = NOW - HOUR * hours - timedelta(minutes=20 * place)
        made.append(Link(f"http://a.test{path}", via=via, published=instant(at)))  # type: ignore[arg-type]
    return tuple(made)


def feed(path: str, found: tuple[Link, ...], **more: object) -> Look:
    named = Named(f"http://a.test{path}", "feed", "named in the page's head")
    return replace(Look(named, named.url, "feed", found, total=len(found)), **more)  # type: ignore[arg-type]


# The pattern.


@pytest.mark.parametrize(
    ("form", "taken", "refused"),
    [
        ("/{s}/{n}", "/sport/2149000", ("/sport", "/sport/page/2", "/about", "/tag/21490")),
        ("/2026/11/25/{w}/", "/2025/01/02/a-b/", ("/2026/11/25/", "/2026/11/", "/tag/a-b-c-d/")),
        ("/{s}/20261125/{w}-{n}.html", "/x/20260101/a-9999.html", ("/x/20261125/", "/x/index.html")),
        ("/news/{w}", "/news/one-more-headline-here", ("/news/archive", "/about-us", "/news/")),
        ("/article/AB{n}77", "/article/AB9999977", ("/article/search", "/article/AB")),
        ("/read.php?id={n}", "/read.php?id=55512", ("/read.php?page=2", "/list.php?id=55512", "/read.php")),
        ("/{n}-{w}", "/12345-other-words", ("/2-x", "/category-of-news")),
    ],
)
def test_a_pattern_takes_what_is_like_its_examples_and_refuses_the_rest(
    form: str, taken: str, refused: tuple[str, ...]
) -> None:
    words = ("port-opens-after-storm", "pilots-end-their-strike", "crane-falls-on-the-quay")
    examples = [
        "https://www.a.test"
        + form.format(s=("world", "sport", "city")[k % 3], n=214_900 + k, w=f"{words[k % 3]}-{'xyz'[k // 3]}")
        for k in range(9)
    ]
    others = [Anchor(f"https://a.test{path}", "More") for path in refused]
    found = pattern_of(examples, others)
    assert found.url, found.why
    assert [url for url in examples if not found.takes(url)] == []
    assert found.takes(f"http://a.test{taken}")
    assert [path for path in refused if found.takes(f"https://a.test{path}")] == []
    assert not found.takes(examples[0].replace("a.test", "b.test"))


_WORDS = ("storm", "strike", "budget", "vote", "rain", "fire")


@pytest.mark.parametrize(
    ("examples", "others", "why"),
    [
        ([], (), "too few"),
        ([f"http://a.test/{word}" for word in _WORDS], (), "too little in common"),
        (
            [f"http://a.test/{word}-news" for word in _WORDS],
            (Anchor("http://a.test/about-us", "About us"), Anchor("http://a.test/our-house", "House")),
            "too much with other pages",
        ),
        ([f"http://a.test/news/{n}" for n in range(1000, 1006)] + [f"http://a.test/{'x/' * n}y" for n in range(1, 5)], (),
         "of other shapes"),
    ],
)  # fmt: skip
def test_there_is_no_pattern_where_the_evidence_is_thin(
    examples: list[str], others: tuple[Anchor, ...], why: str
) -> None:
    found = pattern_of(examples, others)
    assert found.url == ()
    assert why in found.why


def test_a_pattern_names_no_section_where_several_occur_and_one_where_only_one_does() -> None:
    one = [f"http://a.test/news/{n}" for n in range(4000, 4010)]
    assert pattern_of(one, ()).takes("http://a.test/news/4711")
    assert not pattern_of(one, ()).takes("http://a.test/video/4711")
    # The feed holds one section's articles alone, the front page shows others.
    headlines = [Anchor("http://a.test/sport/3990", "Ferry crew wins the harbour cup again")]
    assert pattern_of(one, headlines).takes("http://a.test/culture/4711")


def test_a_pattern_holds_in_the_next_month_and_the_next_year() -> None:
    november = [f"http://a.test/world/2026/nov/{day}/port-opens-{day}" for day in range(10, 20)]
    assert pattern_of(november, ()).takes("http://a.test/world/2027/jan/03/port-opens-again")
    numbered = [f"http://a.test/2026/11/{day}/port-opens-{day}" for day in range(10, 20)]
    assert pattern_of(numbered, ()).takes("http://a.test/2027/01/03/port-opens-again")


def test_codes_of_one_length_are_told_from_names() -> None:
    codes = ("c4g9x0k2lm3o", "cabcdefghij1", "c9k2lm3oqrst", "cq8w2e4r5t6y", "c0p9o8i7u6y5")
    others = [Anchor("http://a.test/news/articles/live", "Live"), Anchor("http://a.test/news/articles/", "All")]
    found = pattern_of([f"http://a.test/news/articles/{code}" for code in codes], others)
    assert found.takes("http://a.test/news/articles/czzxw0k2lm3o")
    assert not found.takes("http://a.test/news/articles/live")


def test_campaign_parameters_spoil_no_pattern() -> None:
    found = pattern_of([f"http://a.test/news/{n}?utm_source=rss" for n in range(4000, 4010)], ())
    assert found.takes("http://a.test/news/4711")
    assert found.takes("http://a.test/news/4711?utm_source=mail")
    assert not found.takes("http://a.test/news/4711/comments")


def test_one_stray_among_many_is_told_and_does_not_spoil_the_pattern() -> None:
    found = pattern_of([*(f"http://a.test/news/{n}" for n in range(4000, 4030)), "http://a.test/special/vote"], ())
    assert found.url
    assert found.strays == ("http://a.test/special/vote",)


_SEGMENT = st.sampled_from(
    ["news", "tag", "a-b-c", "one-more-headline", "2026", "11", "25", "20261125", "4711", "815", "x.html", "q-4711.html",
     "%D1%8F", "AB20261125", "index.php?id=4711", "~me", "page", "-", "4711-a-b"]
)  # fmt: skip
_PATHS = st.lists(st.lists(_SEGMENT, max_size=4).map("/".join), max_size=20)


@settings(max_examples=80)
@given(_PATHS, _PATHS)
def test_whatever_the_addresses_a_pattern_takes_its_examples_and_refuses_its_counterexamples(
    known: list[str], others: list[str]
) -> None:
    examples = [f"http://a.test/{path}" for path in known]
    found = pattern_of(examples, [Anchor(f"http://a.test/{path}", path) for path in others])
    for expression in (*found.url, *found.not_article):
        re.compile(expression)
    assert all(found.takes(url) for url in found.examples)
    assert not any(found.takes(url) for url in found.counterexamples)
    if found.url:
        assert {url for url in examples if not found.takes(url)} == set(found.strays)
        assert len(set(found.strays)) <= max(1, 0.05 * len(set(examples)))


def test_articles_of_a_page_are_known_by_headlines_and_addresses_together() -> None:
    shown = [Anchor(f"http://a.test/n/{n}", f"Harbour story number {n}") for n in range(100, 106)]
    menu = [Anchor(f"http://a.test/s/{n}", "Sport") for n in range(100, 106)]
    tags = [Anchor(f"http://a.test/tag/{n}", "All about the long strike") for n in range(100, 106)]
    assert set(articles_of_page([*shown, *menu, *tags])) == {anchor.url for anchor in shown}
    assert articles_of_page(shown[:4]) == ()


# The timezone.


@pytest.mark.parametrize(
    ("zone", "country", "languages", "expected"),
    [
        ("Europe/Moscow", "RU", ("ru",), "Europe/Moscow"),
        ("Asia/Tokyo", None, ("ja",), "Asia/Tokyo"),
        ("UTC", "IT", ("it",), "Europe/Rome"),
        ("UTC", "RU", ("ru",), None),
        ("Europe/Moscow", None, ("en",), None),
        ("Europe/Moscow", "IT", ("it",), None),
        ("America/Denver", "US", ("en",), None),
        ("America/New_York", "US", ("en",), "America/New_York"),
        ("America/Sao_Paulo", "BR", ("pt",), "America/Sao_Paulo"),
    ],
)
def test_a_timezone_is_named_only_where_offsets_and_country_leave_one(
    zone: str, country: str | None, languages: tuple[str, ...], expected: str | None
) -> None:
    found, why = zones.timezone_of([instant(NOW - HOUR * k, zone) for k in range(5)], country, languages)
    assert found == expected, why
    assert why


@given(st.sampled_from(sorted(zones.countries())), st.data(), st.lists(st.integers(0, 500), min_size=1, max_size=4))
def test_a_named_timezone_never_contradicts_an_offset(country: str, data: st.DataObject, days: list[int]) -> None:
    zone = data.draw(st.sampled_from(zones.countries()[country]))
    written = [instant(NOW - timedelta(days=day), zone) for day in days]
    found, _ = zones.timezone_of(written, country, ())
    if found is not None:
        for one in written:
            there = datetime.fromisoformat(one.at).astimezone(ZoneInfo(found)).utcoffset() or timedelta()
            assert one.offset in (offset_text(there), "+00:00")


def test_every_zone_of_the_table_is_one() -> None:
    for names in zones.countries().values():
        for name in names:
            ZoneInfo(name)


def test_a_country_is_read_off_the_domain_or_a_telling_language_tag() -> None:
    assert zones.country_of("www.ansa.example.it", None)[0] == "IT"
    assert zones.country_of("news.example.co.uk", None)[0] == "GB"
    assert zones.country_of("example.tv", None)[0] is None
    assert zones.country_of("example.com", "BR")[0] == "BR"
    # Sold to everybody: only together with the country's language.
    assert [
        zones.country_of(f"example.{top}", None, ["sv"])[0] for top in ["nu", "st", "pw", "vc", "re", "tf", "as", "ms"]
    ] == [None] * 8
    assert zones.country_of("example.am", None, ["hy"])[0] == "AM"
    assert zones.country_of("example.la", None, ["en"])[0] is None
    for tag, region in (("pt-BR", "BR"), ("en-US", None), ("en-GB", None), ("en-IN", "IN"), ("ru", None)):
        body = f'<html lang="{tag}"><body><p>x</p></body></html>'.encode()
        assert read_front(body, url="http://a.test/", charset=None).region == region


# The endpoints.


def test_the_whole_sites_feed_goes_before_its_sections_and_what_only_repeats_it_is_left_out() -> None:
    stories = [f"/{('world', 'sport')[n % 2]}/{n}" for n in range(40)]
    whole, world = feed("/rss", links(stories)), feed("/rss/world", links(stories[::2][:10]))
    choice = endpoints_of([world, whole, feed("/atom.xml", links(stories))], now=NOW)
    assert [one.url for one in choice.chosen] == ["http://a.test/rss"]
    assert {url for url, _ in choice.left} == {"http://a.test/rss/world", "http://a.test/atom.xml"}
    culture = feed("/rss/culture", links([f"/culture/{n}" for n in range(20)]))
    assert {one.url for one in endpoints_of([whole, culture], now=NOW).chosen} == {whole.url, culture.url}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"links": links(["/a/1", "/a/2"], hours=24 * 9)}, "newest entry is of 2026-11-16"),
        ({"comments": True}, "comments"),
        ({"audio": True}, "sound"),
        ({"problem": "HTTP 404"}, "404"),
        ({"links": (), "elsewhere": 12}, "other hosts"),
        ({"elsewhere": 30, "total": 32}, "other hosts"),
        ({"links": (Link("http://a.test/a/1"), Link("http://a.test/a/2"))}, "no dates"),
    ],
)
def test_a_feed_that_is_no_wire_is_left_out_with_the_reason(changes: dict[str, object], why: str) -> None:
    one = replace(feed("/rss", links(["/a/1", "/a/2"])), **changes)  # type: ignore[arg-type]
    choice = endpoints_of([one], now=NOW, home_links=["http://a.test/other/9"])
    assert choice.chosen == ()
    assert why in choice.left[0][1]


def test_an_undated_feed_is_believed_where_the_front_page_shows_its_entries() -> None:
    one = feed("/rss", (Link("http://a.test/a/1"), Link("http://a.test/a/2")))
    assert endpoints_of([one], now=NOW, home_links=["http://www.a.test/a/2/"]).chosen[0].url == one.url


def test_an_index_is_an_archive_and_follows_only_the_files_that_hold_articles() -> None:
    index = Named("http://a.test/index.xml", "sitemap", "named in robots.txt")
    names = ["/post-1.xml", "/post-2.xml", "/tags.xml"]
    children = tuple(Link(f"http://a.test{name}", kind="sitemap", via="sitemap") for name in names)
    looks = [Look(index, index.url, "sitemap", children=children)]
    for name in names:
        named = Named(f"http://a.test{name}", "sitemap", f"in the index {index.url}")
        looks.append(Look(named, named.url, "sitemap", links([f"{name}/{n}" for n in range(3)], via="sitemap")))
    (found,) = [
        one for one in endpoints_of([feed("/rss", links(["/a/1", "/a/2"])), *looks], now=NOW).chosen if one.archive
    ]
    assert found.follow is not None
    assert [bool(re.search(found.follow, f"http://a.test{name}")) for name in names] == [True, True, False]
    dated = tuple(Link(f"http://a.test/s-2026-{month:02}.xml", kind="sitemap", via="sitemap") for month in range(1, 12))
    named = Named(dated[-1].url, "sitemap", f"in the index {index.url}")
    looks = [
        Look(index, index.url, "sitemap", children=dated),
        Look(named, named.url, "sitemap", links(["/a/1"], via="sitemap")),
    ]
    (found,) = [one for one in endpoints_of(looks, now=NOW).chosen if one.archive]
    match = re.search(found.follow or "", "http://a.test/s-2025-03.xml")
    assert match is not None
    assert match.groupdict() == {"year": "2025", "month": "03"}


def followed(names: list[str]) -> tuple[str, ...]:
    """The months that the archive of an index of these files follows, each file with `year-month`, `all` or `none`."""
    index = Named("http://a.test/index.xml", "sitemap", "named in robots.txt")
    children = tuple(Link(f"http://a.test{name}", kind="sitemap", via="sitemap") for name in names)
    looks = [Look(index, index.url, "sitemap", children=children)]
    for name in names:
        named = Named(f"http://a.test{name}", "sitemap", f"in the index {index.url}")
        looks.append(Look(named, named.url, "sitemap", links([f"{name}/1"], via="sitemap")))
    (found,) = [one for one in endpoints_of([feed("/rss", links(["/a/1"])), *looks], now=NOW).chosen if one.archive]
    assert found.follow is not None
    matches = [re.search(found.follow, f"http://a.test{name}") for name in names]
    return tuple("none" if m is None else f"{m['year']}-{m['month']}" if m["year"] else "all" for m in matches)


@pytest.mark.parametrize(
    ("names", "months"),
    [
        (["/posts-2026-11.xml", "/articles-2026-10.xml"], ("2026-11", "2026-10")),
        (["/posts-2026-11.xml", "/a-202610-1.xml", "/rest-7.xml"], ("2026-11", "2026-10", "all")),
        (["/@desk/s-2026-11.xml", "/@desk/s-2026-10.xml"], ("2026-11", "2026-10")),
        (["/s.php?of=@desk&m=2026-11", "/s.php?of=@desk&m=2026-10"], ("2026-11", "2026-10")),
    ],
)
def test_an_index_may_hold_several_families_of_monthly_files(names: list[str], months: tuple[str, ...]) -> None:
    assert followed(names) == months


def test_of_an_index_without_dates_the_file_with_the_highest_number_is_looked_at_first() -> None:
    def first(*names: str) -> str:
        children = [Link(f"http://a.test/{name}", kind="sitemap", via="sitemap") for name in names]
        return candidates.children_to_look_at("http://a.test/i.xml", children)[0].url.rpartition("/")[2]

    assert first("post-1.xml", "post-12.xml", "post-3.xml") == "post-12.xml"
    assert first("news1.xml", "news10.xml", "news9.xml") == "news10.xml"
    assert first("post-9.xml", "news.xml") == "news.xml"


def test_an_archive_by_days_is_read_off_a_link_and_not_off_a_section_s() -> None:
    day = [Anchor("http://a.test/archive/2026/11/24/", "Yesterday"), Anchor("http://a.test/sport/20261125/", "Sport")]
    assert dated_archive(day, NOW, frozenset({"sport"})) == (
        "http://a.test/archive/{year}/{month:02}/{day:02}/", "http://a.test/archive/2026/11/24/",
    )  # fmt: skip
    assert dated_archive(day[1:], NOW, frozenset({"sport"})) is None
    assert dated_archive([Anchor("http://a.test/2026/11/25/a-story", "A")], NOW, frozenset()) is None


# Where to look, editions, names, text.


def test_what_is_named_is_looked_at_on_hosts_of_the_site_and_guesses_only_fill_gaps() -> None:
    body = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/feed"><link rel="alternate"
      type="application/rss+xml" href="http://other.test/feed"><link rel="alternate" hreflang="en" href="/en/"></head>
      <body><a href="/rss/world.xml">RSS</a><a href="http://[bad/">x</a><a href="/feedback-form">Write</a></body></html>"""
    front = read_front(body, url="http://a.test/", charset=None)
    robots = "Sitemap: /maps/all.xml\nSitemap: /maps/news.xml\nSitemap: http://else.test/map.xml"
    named, foreign = candidates.named_of(front, robots, front.url)
    assert [(one.url, one.kind) for one in named] == [
        ("http://a.test/feed", "feed"), ("http://a.test/maps/news.xml", "sitemap"),
        ("http://a.test/maps/all.xml", "sitemap"), ("http://a.test/rss/world.xml", "feed"),
    ]  # fmt: skip
    assert [one.url for one in foreign] == ["http://other.test/feed", "http://else.test/map.xml"]
    assert candidates.guesses(["feed", "sitemap"], front.url) == []
    assert [one.url for one in candidates.guesses(["sitemap"], front.url)] == [
        "http://a.test/feed", "http://a.test/rss", "http://a.test/rss.xml",
    ]  # fmt: skip


def test_an_edition_counts_only_where_its_own_page_speaks_another_language() -> None:
    front = Front(
        "http://a.test/",
        language="ru-RU",
        anchors=(Anchor("http://a.test/en/", "EN"), Anchor("http://a.test/it/", "IT")),
    )
    found = editions.possible(front)
    assert [one.prefix for one in found] == ["", "en", "it"]
    pages = [front, Front("http://a.test/en/", language="en"), Front("http://a.test/it/", language="ru")]
    good = editions.confirmed(list(zip(found, pages, strict=True)))
    assert [(one.prefix, one.language) for one, _ in good] == [("", "ru"), ("en", "en")]
    assert good[0][0].has("http://a.test/news/1")
    assert not good[0][0].has("http://a.test/en/news/1")
    assert good[1][0].has("http://a.test/en/news/1")
    alone = editions.confirmed([(found[0], front), (found[2], pages[2])])
    assert [one.prefix for one, _ in alone] == [""]
    assert alone[0][0].has("http://a.test/en/news/1")


def test_a_body_tells_what_it_is() -> None:
    assert kind_of(b"<?xml version='1.0'?><rss><channel/></rss>") == "feed"
    assert kind_of(b"<sitemapindex></sitemapindex>") == "sitemap"
    assert kind_of(b'{"version": "https://jsonfeed.org/version/1.1", "items": []}') == "feed"
    assert kind_of(b"<!DOCTYPE html><html></html>") is None
    assert kind_of(b"\x1f\x8bnot gzip") is None


@pytest.mark.parametrize(
    ("host", "several", "name"),
    [
        ("www.example.org", False, "example"),
        ("news.example.co.uk", True, "example-news-en"),
        ("example.test:8080", False, "example"),
        ("xn--80ak6aa92e.com", False, "xn-80ak6aa92e"),
        ("en.ria.example", False, "ria-en"),
        ("en.ria.ru", False, "ria-en"),
        ("eng.apa.az", True, "apa-eng-en"),
        ("127.0.0.1:8080", False, "127-0-0-1"),
    ],
)
def test_a_source_is_called_after_its_host(host: str, several: bool, name: str) -> None:
    assert name_of(host, "en", several=several) == name


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=60).filter(str.strip), st.text(max_size=40))
def test_whatever_a_site_calls_itself_its_toml_loads_and_says_the_same(title: str, why: str) -> None:
    draft = replace(drafted(), title=title, reasons=(("timezone", why),))
    with tempfile.TemporaryDirectory(prefix="dateline-test-") as folder:
        file = Path(folder) / "vestnik.toml"
        file.write_text(toml_of(draft, "2026-11-25"), encoding="utf-8")
        source = read_source(file)
    assert source.title == title
    assert source.article_url == draft.pattern.url
    assert source.profile.timezone == draft.timezone


@pytest.mark.parametrize(("tag", "kept"), [("ZH-CN", "zh-CN"), ("SR-Latn", "sr-Latn"), ("PT-BR", "pt"), ("EN", "en")])
def test_a_language_in_capitals_is_one_that_the_registry_takes(tag: str, kept: str) -> None:
    languages, _ = findings.languages_of(Front("http://a.test/", language=tag), (), ())
    assert languages == (kept,)
    assert unloadable(toml_of(replace(drafted(), languages=languages), "2026-11-25"), Path("vestnik.toml")) is None


def test_braces_and_international_hosts_in_addresses_load() -> None:
    braces = Chosen("http://vestnik.test/rss?{id}", "feed", "named")
    (read,) = parse_source(
        toml_of(replace(drafted(), endpoints=(braces,)), "2026-11-25"), Path("vestnik.toml")
    ).endpoints
    assert read.url == "http://vestnik.test/rss?%7Bid%7D"
    here = replace(drafted(), hosts=("вестник.test", "vestnik.test"), home="http://вестник.test/")
    assert parse_source(toml_of(here, "2026-11-25"), Path("vestnik.toml")).hosts[0].startswith("xn--")


def test_drafts_of_one_name_are_numbered() -> None:
    assert [one.name for one in told_apart([drafted()] * 3)] == ["vestnik", "vestnik-2", "vestnik-3"]
    taken = [replace(drafted(), name="a"), replace(drafted(), name="a-2"), replace(drafted(), name="a")]
    assert [one.name for one in told_apart(taken)] == ["a", "a-2", "a-3"]


@pytest.mark.parametrize(
    ("body", "home"),
    [
        (b"<rss><channel><link>http://www.a.test/</link><item><link>http://www.a.test/1</link></item></channel></rss>",
         "http://www.a.test/"),
        (b"<feed><link rel='self' href='http://rss.a.test/f'/><entry><link href='http://a.test/1'/></entry>"
         b"<entry><link href='http://a.test/2'/></entry></feed>", "http://a.test/"),
        (b"<rss><channel><link>http://other.test/</link><item><link>http://other.test/1</link></item></channel></rss>",
         "http://rss.a.test/"),
        (b'{"version": "https://jsonfeed.org/version/1", "home_page_url": "http://a.test/x", "items": []}', "http://a.test/"),
        (b"<urlset><url><loc> http://a.test/1 </loc></url></urlset>", "http://a.test/"),
        (b"<rss/>", "http://rss.a.test/"),
    ],
)  # fmt: skip
def test_the_front_page_of_a_feed_on_a_subdomain_is_where_its_entries_are(body: bytes, home: str) -> None:
    assert home_of(body, url="http://rss.a.test/feed.xml") == home


def test_a_front_page_that_did_not_come_is_not_said_to_be_drawn_by_a_script() -> None:
    said = findings.nothing_of(Front("http://rss.a.test/"), (), "HTTP 404")
    assert "HTTP 404" in said
    assert "JavaScript" not in said
    assert "JavaScript" in findings.nothing_of(Front("http://a.test/"), ())


def test_a_draft_without_pattern_leaves_the_links_of_the_endpoints_to_be_articles() -> None:
    text = toml_of(replace(drafted(), pattern=Pattern((), "thin"), timezone=None), "2026-11-25")
    assert "[articles]" not in text
    assert "timezone" not in text
