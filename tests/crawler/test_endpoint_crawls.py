"""Whole crawls over endpoints of every kind: JSON by POST, pages of listings, indexes of indexes, feeds with whole texts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.endings import MADE_OF_FEED
from crawler.source import Endpoint, JsonPaths
from tests.crawler.small_site import TEXT, SmallSite, article, crawls

pytestmark = pytest.mark.usefixtures("reactor")

PATHS = JsonPaths("result", "href", title="head", published="at")


def section(number: int) -> str:
    return json.dumps({"result": [{"href": f"/s{number}/1", "head": f"Story {number}", "at": 1793600000 + number}]})


def by_section(method: str, body: bytes) -> Any:
    assert method == "POST"
    return 200, {"ETag": '"x"'}, section(json.loads(body)["section"])


async def test_two_lists_at_one_address_are_asked_for_by_post_each_with_its_own_body(tmp_path: Path) -> None:
    site = SmallSite({"/api": by_section, "/robots.txt": "User-agent: *\nDisallow: /private"})
    site.answers |= {f"/s{n}/1": article(f"Story number {n} of the day", "2026-11-02T06:00:00Z") for n in (7, 8)}
    endpoints = [Endpoint(f"/api#{n}", "listing", json=PATHS, post=json.dumps({"section": n})) for n in (7, 8)]
    async with crawls(tmp_path, site, *endpoints) as crawl:
        for crawl.ahead in (0.0, 90_000.0):
            await crawl.live()
        posts = [(target, body, headers) for method, target, body, headers in crawl.server.asked if method == "POST"]
        assert [(target, json.loads(body)["section"]) for target, body, _ in posts] == [("/api", 7), ("/api", 8)] * 2
        assert {headers["Content-Type"] for _, _, headers in posts} == {"application/json"}
        assert not any("If-None-Match" in headers for _, _, headers in posts)
        assert crawl.rows("SELECT count(*) FROM articles") == [(2,)]
        assert crawl.rows("SELECT published_at, published_from FROM articles WHERE title LIKE '%7%'") == [
            ("2026-11-02T06:00:00Z", "meta")
        ]
        assert sorted(crawl.told()) == sorted(crawl.targets())


async def test_a_redirected_post_goes_on_as_rfc_9110_says(tmp_path: Path) -> None:
    methods = {301: "GET", 302: "GET", 303: "GET", 307: "POST", 308: "POST"}
    site = SmallSite({f"/api/{status}": (status, {"Location": f"/to/{status}"}, "") for status in methods})
    endpoints = [Endpoint(f"/api/{status}", "listing", json=PATHS, post='{"a": 1}') for status in methods]
    async with crawls(tmp_path, site, *endpoints) as crawl:
        await crawl.live()
        asked = {target: (how, body) for how, target, body, _ in crawl.server.asked if target != "/robots.txt"}
        assert all(asked[f"/api/{status}"] == ("POST", b'{"a": 1}') for status in methods)
        for status, method in methods.items():
            assert asked[f"/to/{status}"] == (method, b'{"a": 1}' if method == "POST" else b"")


def listing_page(number: int, last: int) -> str:
    """Three stories a page, one page a day, going back from 30 October; the last page links to itself."""
    day = 31 - number
    stories = "".join(f'<h3><a href="/2026/10/{day:02}/{number}-{n}">Story {n}</a></h3>' for n in range(3))
    return f'<body>{stories}<a class="older" href="/old?p={min(number + 1, last)}#top">Older</a></body>'


def with_stories(site: SmallSite, last: int) -> SmallSite:
    for number in range(1, last + 1):
        for n in range(3):
            path = f"/2026/10/{31 - number:02}/{number}-{n}"
            site.answers[path] = article(f"Story {number}-{n} of the day", f"2026-10-{31 - number:02}T12:0{n}:00Z")
    return site


async def test_a_backfill_reads_a_listings_next_pages_as_far_back_as_its_span_and_a_live_poll_the_first(
    tmp_path: Path,
) -> None:
    site = with_stories(SmallSite({"/old?p=1": listing_page(1, 9)}), 9)
    site.answers |= {f"/old?p={n}": listing_page(n, 9) for n in range(2, 10)}
    endpoint = Endpoint("/old?p=1", "listing", article=("h3",), next=("a.newer", "a.older"))
    async with crawls(tmp_path, site, endpoint) as crawl:
        await crawl.live()
        assert [t for t in crawl.targets() if t.startswith("/old")] == ["/old?p=1"]
        report = await crawl.back("2026-10-27T00:00:00", "2026-10-28T23:59:59")
        assert report.reason == "finished", report
        # The articles of page 5 (26 October) say that it lies before the span; their addresses might, of a day alone, mean
        # one in it somewhere on earth.
        assert [t for t in crawl.targets() if t.startswith("/old")][1:] == [f"/old?p={n}" for n in range(1, 6)]
        days = crawl.rows("SELECT substr(published_at, 1, 10), count(*) FROM articles GROUP BY 1 ORDER BY 1")
        assert days == [("2026-10-27", 3), ("2026-10-28", 3), ("2026-10-30", 3)]


async def test_pages_by_number_end_with_an_empty_one_a_repeated_one_or_a_missing_one(tmp_path: Path) -> None:
    def numbered(number: int) -> str:
        return json.dumps({"result": [{"href": f"/2026/10/{31 - number:02}/{number}-{n}"} for n in range(3)]})

    site = with_stories(SmallSite(), 3)
    site.answers |= {f"/empty/{n}": numbered(n) if n < 4 else '{"result": []}' for n in range(1, 7)}
    site.answers |= {f"/again/{n}.json": numbered(min(n, 3)) for n in range(1, 9)}
    site.answers |= {f"/gone/{n:02}": numbered(n) for n in range(1, 4)}
    site.answers |= {f"/wp/{n}": numbered(n) if n < 4 else (400, {}, '{"code": "invalid_page"}') for n in range(1, 7)}
    archives = [
        Endpoint(path, "listing", role="archive", json=PATHS)
        for path in ("/empty/{page}", "/again/{page}.json", "/gone/{page:02}", "/wp/{page}")
    ]
    site.answers["/gone/1"] = site.answers["/gone/01"]
    site.answers["/posted"] = lambda _, body: site.answers[f"/empty/{json.loads(body)['index']}"]
    archives.append(Endpoint("/posted#{page}", "listing", role="archive", json=PATHS, post='{"index":"{page}"}'))
    async with crawls(tmp_path, site, *archives) as crawl:
        report = await crawl.back("2026-10-01T00:00:00", "2026-10-31T00:00:00")
        asked = crawl.targets()
        assert [t for t in asked if t.startswith("/empty")] == [f"/empty/{n}" for n in range(1, 5)]
        assert [t for t in asked if t.startswith("/again")] == [f"/again/{n}.json" for n in range(1, 5)]
        posts = [json.loads(body)["index"] for method, _, body, _ in crawl.server.asked if method == "POST"]
        assert posts[:4] == [1, 2, 3, 4]
        assert [t for t in asked if t.startswith("/wp")] == [f"/wp/{n}" for n in range(1, 5)]
        assert len([t for t in asked if t.startswith("/2026")]) == len({t for t in asked if t.startswith("/2026")}) == 9
        assert not any(name.startswith("failed") for name in report.counts), report
        assert crawl.rows("SELECT count(*) FROM articles") == [(9,)]


def index(*children: str) -> str:
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{child}</loc></sitemap>' for child in children)}</sitemapindex>"


def urls(*paths: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>{path}</loc></url>' for path in paths)}</urlset>"


async def test_indexes_of_indexes_are_followed_round_no_circle_and_past_whatever_stands_in_a_childs_place(
    tmp_path: Path,
) -> None:
    rss = "<rss><channel><item><link>/a/5</link></item></channel></rss>"
    site = SmallSite(
        {
            "/map": index("/map/2026", "/map", "/map/html", "/map/feed", "/map/skip-me"),
            "/map/2026": index("/map/2026/10", "/map", "/map/2026"),
            "/map/2026/10": (200, {"Content-Type": "text/html"}, gzip.compress(urls("/a/1", "/a/2").encode())),
            "/map/html": (200, {"Content-Type": "application/xml"}, "<html><body>Not here</body></html>"),
            "/map/feed": (200, {"Content-Type": "application/json"}, rss),
            **{f"/a/{n}": article(f"Story number {n} of the day", f"2026-10-0{n}T12:00:00Z") for n in (1, 2, 5)},
        }
    )
    site.answers |= {f"/deep/{n}": index(f"/deep/{n + 1}") for n in range(20)}
    live = [Endpoint("/map", "sitemap", follow=r"/map(?!/skip)"), Endpoint("/deep/0", "sitemap")]
    async with crawls(tmp_path, site, *live) as crawl:
        await crawl.live()
        asked = sorted(t for t in crawl.targets() if t.startswith("/map"))
        assert asked == ["/map", "/map/2026", "/map/2026/10", "/map/feed", "/map/html"]
        assert [t for t in crawl.targets() if t.startswith("/deep")] == [f"/deep/{n}" for n in range(6)]
        assert crawl.rows("SELECT count(*) FROM articles") == [(3,)]
        assert crawl.rows("SELECT reason FROM fetches WHERE outcome = 'failed'") == [("not_a_sitemap",)]
        ((said,),) = crawl.rows("SELECT detail FROM fetches WHERE url LIKE '%/deep/5'")
        assert "not followed: 1 more than 5 levels below" in said


def entry(number: int, *paragraphs: str, modified: str = "2026-11-01T08:00:00Z") -> str:
    text = "".join(f"<p>{line}</p>" for line in (*TEXT, *paragraphs))
    return (
        f"<item><title>Harbour {number} closed after crane falls</title><link>/walled/{number}</link>"
        f"<description>The harbour was closed.</description><pubDate>Sun, 01 Nov 2026 08:00:0{number} +0000</pubDate>"
        f"<category>Sea</category><a10:updated>{modified}</a10:updated>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
    )


def feed(*entries: str) -> str:
    spaces = 'xmlns:a10="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f"<rss {spaces}><channel><language>en</language>{''.join(entries)}</channel></rss>"


async def test_articles_of_a_feed_with_whole_texts_are_made_without_asking_for_their_walled_pages(
    tmp_path: Path,
) -> None:
    site = SmallSite({"/rss": feed(entry(1), entry(2), "<item><link>/short/3</link><title>Short</title></item>")})
    async with crawls(
        tmp_path, site, Endpoint("/rss", "feed", full_text="article"), recheck=(900, 3600, 90_000)
    ) as crawl:
        await crawl.live()
        columns = "title, body, lead, published_at, modified_at, tags, published_from"
        first = crawl.rows(f"SELECT {columns} FROM articles ORDER BY published_at LIMIT 1")
        title = "Harbour 1 closed after crane falls"
        times = ("2026-11-01T08:00:01Z", "2026-11-01T08:00:00Z")
        assert first == [(title, "\n\n".join(TEXT), "The harbour was closed.", *times, '["Sea"]', "feed")]
        fetched = "SELECT requests, urls, status, outcome FROM fetches WHERE url LIKE '%/walled/%'"
        assert crawl.rows(fetched) == [(0, "[]", None, "new")] * 2

        crawl.ahead = 200_000.0
        await crawl.live()
        assert len(crawl.rows(fetched)) == 2, "the same text again is no reason to look"

        site.answers["/rss"] = feed(entry(1, "The quay will stay shut until Monday, it said later."), entry(2))
        crawl.ahead = 400_000.0
        await crawl.live()
        assert crawl.rows("SELECT revision, count(*) FROM revisions GROUP BY 1") == [(1, 2), (2, 1)]
        assert crawl.rows("SELECT body LIKE '%until Monday%', revision FROM articles ORDER BY url") == [(1, 2), (0, 1)]
        assert all(
            MADE_OF_FEED in detail
            for (detail,) in crawl.rows(fetched.replace("requests, urls, status, outcome", "detail"))
        )
        asked = set(crawl.targets())
        assert asked == {"/rss", "/short/3"}, "a walled page was asked for"
        assert sorted(crawl.told()) == sorted(crawl.targets())
