"""What the demo's hosts answer."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from crawler.demo.answers import Response
from crawler.demo.site import Site

BASE = 1_795_000_000.0  # 2026-11-18T11:06:40Z
AGENCY = "agency.test:8123"
OUTLET = "outlet.test:8123"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ENDPOINTS = [
    (AGENCY, "/rss/v2.xml"),
    (AGENCY, "/sitemap_news.xml"),
    (AGENCY, "/sitemap.xml"),
    (AGENCY, "/sitemap/2026-11-18.xml"),
    (AGENCY, "/news"),
    (AGENCY, "/world"),
    (AGENCY, "/robots.txt"),
    (AGENCY, "/world/2148050"),
    (OUTLET, "/atom.xml"),
    (OUTLET, "/sitemap_news.xml"),
    (OUTLET, "/"),
]


@pytest.fixture
def site() -> Site:
    return Site(lambda: BASE, BASE)


def get(site: Site, url: str, headers: dict[str, str] | None = None) -> Response:
    parts = urlsplit(url)
    return site.respond("GET", parts.netloc, parts.path + (f"?{parts.query}" if parts.query else ""), headers)


def found(page: Any, query: str) -> list[Any]:
    return list(page.xpath(query))


def locations(body: bytes) -> list[str]:
    return [str(element.text) for element in etree.fromstring(body).iter(f"{SITEMAP}loc")]


def feed_links(site: Site) -> list[str]:
    root = etree.fromstring(get(site, f"http://{AGENCY}/rss/v2.xml").body)
    return [str(link.text) for link in root.iter("link")][1:]


@pytest.mark.parametrize(("host", "path"), ENDPOINTS)
def test_an_unchanged_address_is_answered_with_304(site: Site, host: str, path: str) -> None:
    first = site.respond("GET", host, path)
    assert first.status == 200
    again = site.respond("GET", host, path, {"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    if "Last-Modified" in first.headers:
        assert site.respond("GET", host, path, {"If-Modified-Since": first.headers["Last-Modified"]}).status == 304


def test_an_etag_goes_before_a_date(site: Site) -> None:
    headers = site.respond("GET", AGENCY, "/world/2148050").headers
    asked = {"If-None-Match": '"another"', "If-Modified-Since": headers["Last-Modified"]}
    assert site.respond("GET", AGENCY, "/world/2148050", asked).status == 200
    asked = {"If-None-Match": f'"another", W/{headers["ETag"]}', "If-Modified-Since": "nonsense"}
    assert site.respond("GET", AGENCY, "/world/2148050", asked).status == 304


@given(st.text(max_size=40))
def test_a_date_that_cannot_be_read_is_ignored(since: str) -> None:
    answer = Site(lambda: BASE, BASE).respond("GET", AGENCY, "/world/2148050", {"If-Modified-Since": since})
    assert answer.status in (200, 304)


@pytest.mark.parametrize("path", ["/science/2148047", "/world/2148048", "/sitemap_news.xml", "/rss/v2.xml"])
def test_what_an_event_touched_is_no_longer_304(site: Site, path: str) -> None:
    etag = site.respond("GET", AGENCY, path).headers["ETag"]
    site.publish_all()
    assert site.respond("GET", AGENCY, path, {"If-None-Match": etag}).status == 200


def test_what_no_event_touched_stays_304(site: Site) -> None:
    untouched = site.stories.keys() - {event.story for event in site.upcoming}
    asked = [(OUTLET if s.slug else AGENCY, s.path) for n, s in site.stories.items() if n in untouched]
    etags = [site.respond("GET", host, path).headers["ETag"] for host, path in asked]
    site.publish_all()
    site.advance(3600)
    for (host, path), etag in zip(asked, etags, strict=True):
        assert site.respond("GET", host, path, {"If-None-Match": etag}).status == 304, path


def test_an_article_page_has_the_marks_of_its_model(site: Site) -> None:
    page = html.fromstring(site.respond("GET", AGENCY, "/world/2148050").body)
    data = json.loads(found(page, "//script[@type='application/ld+json']/text()")[0])
    assert data["@type"] == "NewsArticle"
    assert data["datePublished"] == data["dateModified"] == "2026-11-18T13:31:40+03:00"
    title = "Port Solace ferry company to run night boats through the winter"
    assert data["headline"] == title
    assert found(page, "//meta[@property='og:title']/@content") == [f"{title} - World - Agency"]
    assert found(page, "//link[@rel='canonical']/@href") == [f"http://{AGENCY}/world/2148050"]
    assert found(page, "//dateformat[@mode='abs']/@time")[0] == "1794997900"
    assert found(page, "//div[@class='news-header__lead']/text()") == [site.stories[2148050].lead]
    assert len(found(page, "//div[@class='text-block']")) == 3
    text = "".join(found(page, "//text()"))
    for residue in ("{{newsPoint.title+ ' '}}", "All news", "Read also", "© Demo photo/Agency"):
        assert residue in text


def test_the_text_blocks_hold_the_body_and_nothing_else(site: Site) -> None:
    for story in site.stories.values():
        if story.slug is None:
            page = html.fromstring(site.respond("GET", AGENCY, story.path).body.decode())
            blocks = found(page, "//div[@class='text-block']/*[self::p or self::h2]")
            assert "\n\n".join(element.text_content() for element in blocks) == story.plain_body


def test_a_story_answers_under_its_second_address_with_the_first_as_canonical(site: Site) -> None:
    first = site.respond("GET", AGENCY, "/science/2148047")
    assert site.respond("GET", AGENCY, "/space/2148047").body == first.body
    assert site.respond("GET", AGENCY, "/science/2148047?utm_source=x").body == first.body
    assert b'canonical" href="http://agency.test:8123/science/2148047"' in first.body
    assert site.respond("GET", AGENCY, "/sport/2148047").status == 404
    assert f"http://{AGENCY}/space/2148047" in locations(site.respond("GET", AGENCY, "/sitemap/2026-11-18.xml").body)


def test_a_moved_story_redirects_from_its_old_address(site: Site) -> None:
    assert site.respond("GET", AGENCY, "/economy/2148026").status == 200
    site.publish_all()
    moved = site.respond("GET", AGENCY, "/economy/2148026")
    assert (moved.status, moved.headers["Location"]) == (301, f"http://{AGENCY}/society/2148026")
    assert get(site, moved.headers["Location"]).status == 200


def test_the_feed_lists_the_newest_stories_one_of_them_twice(site: Site) -> None:
    links = feed_links(site)
    articles = [link for link in links if not link.endswith(tuple(page["path"] for page in site.odd_pages))]
    assert len(articles) == 31
    tracked = [link for link in articles if "utm_source" in link]
    assert len(tracked) == 1
    assert tracked[0].partition("?")[0] in articles
    assert articles[0] == f"http://{AGENCY}/world/2148050"


def test_odd_pages_answer_as_announced(site: Site) -> None:
    statuses = {page["kind"]: site.respond("GET", AGENCY, page["path"]).status for page in site.odd_pages}
    assert statuses == {"missing": 404, "gone": 410, "consent": 200, "index": 200, "internal": 200}
    links = feed_links(site)
    assert all(f"http://{AGENCY}{page['path']}" in links for page in site.odd_pages)


def test_robots_txt_closes_two_paths_and_tells_the_delay(site: Site) -> None:
    text = site.respond("GET", AGENCY, "/robots.txt").body.decode()
    assert "Disallow: /search\nDisallow: /internal/\n" in text
    assert "Crawl-delay" not in text
    site.crawl_delay["agency.test"] = 2.5
    assert "Crawl-delay: 2.5\n" in site.respond("GET", AGENCY, "/robots.txt").body.decode()
    assert "Crawl-delay" not in site.respond("GET", OUTLET, "/robots.txt").body.decode()


def test_the_news_sitemap_holds_two_days(site: Site) -> None:
    listed = locations(site.respond("GET", AGENCY, "/sitemap_news.xml").body)
    recent = [s.path for s in site.stories.values() if s.source == "demo" and s.published > BASE - 2 * 86400]
    assert sorted(listed) == sorted(f"http://{AGENCY}{path}" for path in recent)
    site.advance(3 * 86400)
    assert locations(site.respond("GET", AGENCY, "/sitemap_news.xml").body) == []


@pytest.mark.parametrize("host", [AGENCY, OUTLET])
def test_the_archive_holds_every_story_once_a_day(site: Site, host: str) -> None:
    days = locations(site.respond("GET", host, "/sitemap.xml").body)
    listed = [url for day in days for url in locations(get(site, day).body)]
    paths = [p for s in site.stories.values() if bool(s.slug) is (host == OUTLET) for p in (s.path, *s.also_at)]
    assert sorted(url for url in listed if not url.endswith("/about")) == sorted(f"http://{host}{p}" for p in paths)


def test_a_day_outside_the_archive_is_not_found(site: Site) -> None:
    assert site.respond("GET", AGENCY, "/sitemap/2026-11-19.xml").status == 404
    assert site.respond("GET", AGENCY, "/sitemap/2020-01-01.xml").status == 404


def test_a_generated_archive_has_the_days_and_stories_asked_for() -> None:
    site = Site.with_archive(3, 40, clock=lambda: BASE, scripted=False)
    days = locations(site.respond("GET", AGENCY, "/sitemap.xml").body)
    assert [day[-14:-4] for day in days] == ["2026-11-17", "2026-11-16", "2026-11-15"]
    for day in days:
        urls = [url for url in locations(get(site, day).body) if not url.endswith("/about")]
        assert len(urls) == 40
        assert all(get(site, url).status == 200 for url in urls[::13])
    assert site.expected().odd == {}
    assert len(site.expected().articles) == 120


def test_a_story_every_so_often_is_published_to_the_moment() -> None:
    now = BASE
    site = Site(lambda: now, BASE)
    site.publish_every(5)
    before = len(site.stories)
    now += 16
    body = site.respond("GET", AGENCY, "/news").body.decode()
    fresh = [story for story in site.stories.values() if story.published > BASE]
    assert len(site.stories) == before + 3
    assert [story.published - BASE for story in fresh] == [5, 10, 15]
    assert all(story.path in body for story in fresh)
    site.publish_every(None)
    now += 60
    site.catch_up()
    assert len(site.stories) == before + 3


def test_a_withdrawn_story_leaves_feed_and_listings_but_not_its_address(site: Site) -> None:
    site.publish_all()
    url = f"http://{AGENCY}/economy/2148045"
    assert url not in feed_links(site)
    assert b"2148045" not in site.respond("GET", AGENCY, "/news").body
    assert url in locations(site.respond("GET", AGENCY, "/sitemap_news.xml").body)
    assert b"STORY WITHDRAWN-" in get(site, url).body


def test_another_host_mirrors_the_agency(site: Site) -> None:
    body = site.respond("GET", "slow.test:99", "/world/2148050").body.decode()
    assert "http://slow.test:99/world/2148050" in body
    assert "agency.test" not in body


@pytest.mark.parametrize("stage", ["before", "after"])
def test_every_link_answers(site: Site, stage: str) -> None:
    if stage == "after":
        site.publish_all()
    odd = {page["path"]: {"missing": 404, "gone": 410}.get(page["kind"], 200) for page in site.odd_pages}
    todo = [f"http://{host}{path}" for host, path in ENDPOINTS] + [f"http://{AGENCY}/", f"http://{OUTLET}/sitemap.xml"]
    seen: set[str] = set()
    while todo:
        url = todo.pop()
        if url in seen:
            continue
        seen.add(url)
        answer = get(site, url)
        path = urlsplit(url).path
        assert answer.status == odd.get(path, 301 if stage == "after" and path == "/economy/2148026" else 200), url
        text = answer.body.decode("utf-8", "replace")
        for link in re.findall(r'(?:href|src|action)="([^"{]+)"|<(?:loc|link)>([^<]+)<', text):
            linked = urljoin(url, unescape(link[0] or link[1]))
            assert linked.startswith(("http://agency.test:8123/", "http://outlet.test:8123/")), (url, linked)
            todo.append(linked)
    assert len(seen) > 150


def test_only_reading_is_allowed(site: Site) -> None:
    assert site.respond("POST", AGENCY, "/news").status == 405
    assert site.respond("HEAD", AGENCY, "/news").status == 200
    assert site.respond("GET", AGENCY, "/no/such/page").status == 404
    assert site.respond("GET", OUTLET, "/2026/11/18/nothing-1").status == 404
