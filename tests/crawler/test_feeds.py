"""RSS, RDF, Atom and JSON Feed to links."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery import loose
from crawler.discovery.found import Found
from crawler.discovery.loose import read_loosely
from crawler.discovery.read import Discovery, read
from crawler.source import Endpoint, Source
from storage.models import Profile

FEED = "https://agency.test/rss/all.xml"
SEOUL = Profile("agency", timezone="Asia/Seoul")
SOURCE = Source(
    "agency", "Agency", "https://agency.test", ("agency.test",), None, ("en",), SEOUL, (Endpoint(FEED, "feed"),)
)


def discover(body: str | bytes, content_type: str | None = None, source: Source = SOURCE) -> Discovery:
    raw = body.encode() if isinstance(body, str) else body
    return read(
        "feed", raw, url=FEED, content_type=content_type, charset=None, endpoint=source.endpoints[0], source=source
    )


def rss(items: str, channel: str = "", head: str = "") -> str:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:yandex="http://news.yandex.ru" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    )
    return f'{head}<rss version="2.0" {spaces}><channel><title>All</title>{channel}{items}</channel></rss>'


def whole(text: str) -> str:
    return rss(f"<item><link>/1</link><content:encoded>{text}</content:encoded></item>")


ITEM = """<item><title>Ferry &amp; port reopen &lt;b&gt;today&lt;/b&gt;</title><link> https://agency.test/world/1 </link>
<guid isPermaLink="false">a-1</guid><pubDate>Wed, 29 Jul 2026 16:44:35 +0300</pubDate><category>World</category>
<category>Sea</category><category>World</category><description><![CDATA[<p>Boats sail&nbsp;again.</p>]]></description>
<enclosure url="/img/1.jpg" type="image/jpeg" length="1"/></item>"""


def test_an_rss_item_gives_all_that_it_says() -> None:
    found = discover(rss(ITEM, "<language>EN-gb</language><ttl>5</ttl>"))
    (link,) = found.links
    assert (link.url, link.kind, link.via) == ("https://agency.test/world/1", "article", "feed")
    assert link.title == "Ferry & port reopen today"
    assert link.lead == "Boats sail again."
    assert link.published is not None
    assert (link.published.at, link.published.offset) == ("2026-07-29T13:44:35Z", "+03:00")
    assert (link.tags, link.image) == (("World", "Sea"), "https://agency.test/img/1.jpg")
    assert (link.guid, link.language) == ("a-1", "en-gb")
    assert (found.ttl, found.total, found.problem, found.refused) == (300, 1, None, ())


def test_a_date_without_a_zone_is_the_sources_not_utc() -> None:
    (link,) = discover(rss("<item><link>/1</link><pubDate>Wed, 29 Jul 2026 16:44:35</pubDate></item>")).links
    assert link.published is not None
    assert (link.published.at, link.published.origin) == ("2026-07-29T07:44:35Z", "feed (source timezone)")


@pytest.mark.parametrize("wrap", ["<![CDATA[{}]]>", "{}"])
def test_yandex_full_text_becomes_paragraphs(wrap: str) -> None:
    text = "<p>MOSCOW, July 29. A &laquo;long&raquo; text.</p><p>Second<br>line <b>bold</b>.</p>"
    inner = wrap.format(text if "CDATA" in wrap else text.replace("&", "&amp;").replace("<", "&lt;"))
    (link,) = discover(rss(f"<item><link>/1</link><yandex:full-text>{inner}</yandex:full-text></item>")).links
    assert link.full_text == "MOSCOW, July 29. A «long» text.\n\nSecond\n\nline bold."


def test_a_feed_that_lists_an_item_twice_gives_it_once() -> None:
    found = discover(rss(ITEM + ITEM.replace("/world/1 ", "/world/1?utm_source=rss#top ")))
    assert len(found.links) == 1
    assert (found.total, found.refused) == (2, (("duplicate", 1),))


def test_a_guid_is_a_link_only_where_it_is_an_address_and_a_permalink() -> None:
    items = (
        "<item><guid>https://agency.test/world/1</guid></item>"
        '<item><guid isPermaLink="false">https://agency.test/world/2</guid></item>'
        "<item><guid>tag:agency,3</guid></item>"
    )
    found = discover(rss(items))
    assert [link.url for link in found.links] == ["https://agency.test/world/1"]
    assert found.refused == (("no_link", 2),)


def test_links_that_are_not_the_sources_are_counted_by_reason() -> None:
    source = replace(SOURCE, article_url=(r"/world/\d+",), not_article=("/world/9",))
    addresses = [
        "/world/1",
        "/about",
        "/world/99",
        "https://other.test/world/1",
        "javascript:alert(1)",
        "https://agency.test:99999/world/1",
        "https://agency.test\\[/world/1",
    ]
    found = discover(rss("".join(f"<item><link>{a}</link></item>" for a in addresses)), source=source)
    assert [link.url for link in found.links] == ["https://agency.test/world/1"]
    assert found.refused == (("bad_url", 2), ("no_link", 1), ("not_article", 2), ("other_host", 1))


def test_atom_gives_the_html_alternate_published_and_updated() -> None:
    atom = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://agency.test/fr/">
    <entry><id>urn:1</id><title type="html">Pont &amp;amp; port</title>
    <link rel="enclosure" type="image/png" href="https://agency.test/i.png"/><link rel="self" href="x.atom"/>
    <link rel="alternate" type="application/json" href="1.json"/><link rel="alternate" type="text/html" href="1.html"/>
    <published>2026-07-29T10:00:00+02:00</published><updated>2026-07-29T11:30:00Z</updated>
    <category term="port" label="Ports"/><summary type="xhtml">
    <div xmlns="http://www.w3.org/1999/xhtml">Un <b>pont</b>.</div></summary>
    </entry></feed>"""
    (link,) = discover(atom).links
    assert (link.url, link.title, link.lead) == ("https://agency.test/fr/1.html", "Pont & port", "Un pont.")
    assert link.published is not None and link.modified is not None
    assert (link.published.at, link.modified.at) == ("2026-07-29T08:00:00Z", "2026-07-29T11:30:00Z")
    assert (link.tags, link.image, link.language, link.guid) == (("Ports",), "https://agency.test/i.png", "fr", "urn:1")


def test_rdf_items_beside_the_channel_are_found() -> None:
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>C</title></channel>
    <item rdf:about="https://agency.test/de/2"><title>Zwei</title><dc:date>2026-07-29T10:00:00+02:00</dc:date><dc:subject>Welt</dc:subject></item>
    <item rdf:about="y"><link>https://agency.test/de/3</link></item></rdf:RDF>"""
    two, three = discover(rdf).links
    assert (two.url, two.tags, three.url) == ("https://agency.test/de/2", ("Welt",), "https://agency.test/de/3")
    assert two.published is not None and two.published.at == "2026-07-29T08:00:00Z"


def test_a_json_feed_is_read_and_wrong_types_do_no_harm() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "language": "pt-BR", "items": [
        {"id": "1", "url": "/1", "title": "Um", "summary": "Dois", "date_published": "2026-07-29T10:00:00-03:00",
         "tags": ["a", 3], "image": "https://agency.test/1.png"},
        {"id": 7, "url": 8}, "nonsense", {"id": "https://agency.test/2", "tags": "x"}]}  # fmt: skip
    found = discover(json.dumps(feed), "application/feed+json")
    first, second = found.links
    assert (first.url, first.title, first.lead, first.tags) == ("https://agency.test/1", "Um", "Dois", ("a",))
    assert first.published is not None and first.published.at == "2026-07-29T13:00:00Z"
    assert (second.url, found.total, found.refused) == ("https://agency.test/2", 4, (("no_link", 2),))


@pytest.mark.parametrize(
    ("period", "ttl"),
    [("<ttl>15</ttl>", 900), ("<ttl>soon</ttl>", None), ("<ttl>0</ttl>", None), ("<ttl>99999999</ttl>", 604800), ("", None),
     ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 900),
     ("<sy:updatePeriod> daily </sy:updatePeriod>", 86400), ("<sy:updatePeriod>hourly</sy:updatePeriod><ttl>10</ttl>", 600)],
)  # fmt: skip
def test_a_feed_says_how_long_it_wants_to_be_left_alone(period: str, ttl: int | None) -> None:
    assert discover(rss(ITEM, period)).ttl == ttl


def test_an_unclosed_guid_loses_no_entry() -> None:
    items = "".join(
        f"<item><title>T{n}</title><guid>g{n}{'' if n == 2 else '</guid>'}<link>https://agency.test/{n}</link></item>"
        for n in range(5)
    )
    found = discover(rss(items))
    assert found.total == 5
    assert {link.url for link in found.links} >= {f"https://agency.test/{n}" for n in (0, 1, 3, 4)}


def test_bare_ampersands_and_html_entities_are_mended_but_not_in_cdata() -> None:
    items = (
        "<item><title>Salt&nbsp;&amp; &laquo;pepper&raquo; &unknown;</title><link>https://agency.test/1?a=1&b=2&c=3</link></item>"
        "<item><link><![CDATA[https://agency.test/2?a=1&b=2]]></link></item>"
    )
    first, second = discover(rss(items)).links
    assert (first.url, second.url) == ("https://agency.test/1?a=1&b=2&c=3", "https://agency.test/2?a=1&b=2")
    assert first.title == "Salt & «pepper» &unknown;"


def test_control_characters_and_their_references_are_dropped() -> None:
    (link,) = discover(rss("<item><title>A\x01B&#2;C&#xFFFE;D\x00</title><link>/1</link></item>")).links
    assert link.title == "ABCD"


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-16", "utf-8-sig"])
def test_text_is_read_in_its_charset(charset: str) -> None:
    declared = "utf-8" if charset == "utf-8-sig" else charset
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    body = rss("<item><title>Порт открыт</title><link>/1</link></item>", head=head).encode(charset)
    (link,) = discover(body).links
    assert link.title == "Порт открыт"


def test_gbk_under_its_old_name_is_read_whole() -> None:
    body = rss(
        "<item><title>镕基</title><link>/1</link></item>", head='<?xml version="1.0" encoding="gb2312"?>'
    ).encode("gb18030")
    assert discover(body).links[0].title == "镕基"


def test_a_wrong_charset_in_the_header_does_not_win() -> None:
    body = rss("<item><title>Порт</title><link>/1</link></item>", head='<?xml version="1.0" encoding="utf-8"?>')
    assert discover(body, "text/xml; charset=us-ascii").links[0].title == "Порт"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "empty_body"),
        (" \n", "empty_body"),
        (rss(""), "empty_feed"),
        ("<!DOCTYPE html><html><title>Sorry</title><p>No <rss></p></html>", "not_a_feed"),
        ("<html><script src='//servicepipe.ru/x.js'></script></html>", "bot_check"),
        ("just words", "not_a_feed"),
        ('{"error": 1}', "not_a_feed"),
        ("[" * 100_000, "not_a_feed"),
        (rss(ITEM)[:-80], "truncated"),
        (b"\x1f\x8bnonsense", "damaged_gzip"),
        (b"<rss>" + b" " * 5_000_001, "too_large"),
    ],
)
def test_an_answer_that_is_no_feed_is_a_problem_in_spite_of_its_status(body: str | bytes, problem: str) -> None:
    assert discover(body).problem == problem


def test_a_truncated_feed_still_gives_the_links_before_the_cut() -> None:
    body = rss(ITEM + "<item><link>/2</link></item>" + "<item><title>cut")
    found = discover(body[: body.index("cut")])
    assert found.problem == "truncated"
    assert [link.url for link in found.links] == ["https://agency.test/world/1", "https://agency.test/2"]


def test_words_before_the_document_do_no_harm() -> None:
    assert discover("Warning: something in line 3\n" + rss(ITEM)).total == 1


def test_five_thousand_items_are_the_limit() -> None:
    found = discover(rss("".join(f"<item><link>/{n}</link></item>" for n in range(5_010))))
    assert (len(found.links), found.total, found.refused) == (5_000, 5_010, (("over_limit", 10),))


def test_an_entity_bomb_stays_small_and_quick() -> None:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{lines}]>' + rss(
        "<item><title>[&l9;] end</title><link>/1</link></item>"
    )
    began = time.monotonic()
    (link,) = discover(bomb).links
    assert link.title is not None and len(link.title) < 100
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "body",
    ["<rss><channel>" + "<![CDATA[" * 100_000, "<rss><channel>" + "<item><title>x</title>" * 50_000,
     rss("<item><link>/1</link></item>" * 50_000), rss(ITEM.replace("reopen", "&lt;!--" * 50_000)),
     "<rss><channel>" + "<a>" * 200_000, whole("<b>" * 100_000), whole("<![CDATA[" + "<p" * 300_000 + "]]>"),
     whole("<![CDATA[" + "<p>The post a appeared first on b" * 20_000 + "]]>"),
     rss(("<item><link>/1</link>" + "<content:encoded>a b</content:encoded>" * 1000 + "</item>") * 50)],
    ids=["unclosed sections", "unclosed items", "one item many times", "unclosed comments", "depth", "depth in an item",
         "unclosed paragraphs", "tails", "many texts"],
)  # fmt: skip
def test_hostile_repetition_takes_no_quadratic_time(body: str) -> None:
    began = time.process_time()
    discover(body)
    assert time.process_time() - began < 5


def test_an_external_entity_is_not_read() -> None:
    body = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + rss(
        "<item><title>[&x;] end</title><link>/1</link></item>"
    )
    (link,) = discover(body).links
    assert link.title is not None and link.title.endswith("end")


def test_a_body_that_is_a_file_name_opens_no_file() -> None:
    assert discover("/etc/hostname").problem == "not_a_feed"


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(alphabet="<>/&;rsitemlnkfd[]!'\"= x1", max_size=300).map(lambda t: f"<rss>{t}".encode())
)
def test_no_bytes_break_the_reader(body: bytes) -> None:
    found = discover(body)
    assert found.total == len(found.links) + sum(count for _, count in found.refused)


def test_a_feed_whose_texts_are_the_articles_may_be_larger() -> None:
    body = rss(f"<!--{'x' * 5_000_000}-->" + "".join(f"<item><link>/{n}</link></item>" for n in range(800)))
    assert discover(body).problem == "too_large"
    whole = Endpoint(FEED, "feed", full_text="article")
    found = discover(body, source=replace(SOURCE, endpoints=(whole,)))
    assert (found.problem, found.total) == (None, 800)


@pytest.mark.parametrize(
    ("entry", "links", "asked"),
    [
        ("<title>No address</title>", [], False),
        ('<title>t</title><guid isPermaLink="false">a-1</guid>', [], False),
        ("<title>t</title><id>tag:agency.test,2026:1</id>", [], False),
        ("<title>t</title><guid>/world/1</guid>", ["https://agency.test/world/1"], True),
        ("<title>t</title><id>https://agency.test/world/1</id>", ["https://agency.test/world/1"], False),
        ("<title>t</title><id>HTTPS://agency.test/world/1</id>", ["https://agency.test/world/1"], True),
        ("<id>https://agency.test/1</id><x><id>https://agency.test/2</id></x>", ["https://agency.test/1"], True),
    ],
)
def test_feedparser_is_asked_of_a_well_formed_feed_only_where_an_address_may_be_left(
    entry: str, links: list[str], asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []

    def noted(text: str, **rest: Any) -> Found:
        texts.append(text)
        return read_loosely(text, **rest)

    monkeypatch.setattr(loose, "read_loosely", noted)
    found = discover(rss(f"<item>{entry}</item>"))
    assert ([link.url for link in found.links], found.total, bool(texts)) == (links, 1, asked)
