"""Discovery as a whole: what every document keeps to, and the packaged sources."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import registry
from crawler.discovery.archives import child_in_span
from crawler.discovery.links import examine
from crawler.discovery.read import Discovery, read
from crawler.source import Endpoint, Source
from pipelines.urls import canonical
from storage.models import Instant, Link, Profile

ROOT = Path(__file__).resolve().parents[2]
URL = "https://agency.test/feed"
SOURCE = Source(
    "agency", "Agency", "https://agency.test", ("agency.test",), None, ("en",), Profile("agency", timezone="Europe/Moscow"),
    (Endpoint(URL, "feed"),),
)  # fmt: skip


def discover(kind: Any, body: bytes, content_type: str | None = None, source: Source = SOURCE) -> Discovery:
    return read(
        kind, body, url=URL, content_type=content_type, charset=None, endpoint=source.endpoints[0], source=source
    )


def test_discovery_travels_between_processes_and_brings_no_scrapy() -> None:
    found = discover("feed", b"<rss><channel><item><link>/1</link></item></channel></rss>")
    assert pickle.loads(pickle.dumps(found)) == found
    assert pickle.loads(pickle.dumps(read)) is read
    code = "import sys, crawler.discovery.read, crawler.registry; sys.exit('scrapy' in sys.modules or 'twisted' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_an_article_is_no_list_of_articles() -> None:
    with pytest.raises(ValueError, match=r"agency: https://agency\.test/feed is an article"):
        discover("article", b"<html>")


paths = st.lists(st.text(alphabet="abc%2fé ./?&=#utm_sx1", max_size=12), max_size=25)


@given(paths)
def test_each_article_comes_once_as_found_and_nothing_is_lost_uncounted(tails: list[str]) -> None:
    feed = {"items": [{"url": f"https://agency.test/{tail}"} for tail in tails]}
    found = discover("feed", json.dumps(feed).encode())
    keys = [canonical(link.url) for link in found.links]
    assert len(set(keys)) == len(keys)
    assert all("#" not in link.url for link in found.links)
    assert found.total == len(tails) == len(found.links) + sum(count for _, count in found.refused)


PACKAGED = registry.load(registry.packaged())


@pytest.mark.parametrize("source", [s for s in PACKAGED.values() if s.endpoints], ids=lambda source: source.name)
def test_a_packaged_sources_examples_pass_through_its_own_feed(source: Source) -> None:
    rows = "".join(
        f"<item><link><![CDATA[{url}]]></link></item>" for url in (*source.examples, *source.counterexamples)
    )
    body = f"<rss><channel>{rows}</channel></rss>".encode()
    found = read(
        "feed", body, url=source.home, content_type=None, charset=None, endpoint=source.endpoints[0], source=source
    )
    assert [link.url for link in found.links] == list(source.examples)


@pytest.mark.parametrize(
    ("name", "child", "year", "inside"),
    [
        ("tass-en", "https://tass.com/sitemap/sitemap_news7.xml", 2021, True),
        ("ria", "https://ria.ru/sitemap_article.xml?date_start=20210301&date_end=20210331", 2021, True),
        ("ria", "https://ria.ru/sitemap_article.xml?date_start=20240301&date_end=20240331", 2021, False),
        ("kyodo-en", "https://english.kyodonews.net/sitemap-2021.xml", 2021, True),
        ("kyodo-en", "https://english.kyodonews.net/sitemap-2023.xml", 2021, False),
        ("aljazeera", "https://www.aljazeera.com/sitemaps/article-archive/2021/08.xml", 2021, True),
        ("rt-en", "https://www.rt.com/sitemap_2023_2.xml", 2021, False),
    ],
)
def test_archives_follow_the_children_that_their_evidence_shows(name: str, child: str, year: int, inside: bool) -> None:
    source = PACKAGED[name]
    endpoint = next(endpoint for endpoint in source.endpoints if endpoint.role == "archive")
    escaped = child.replace("&", "&amp;")
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in (escaped, f"{source.home}/other.xml"))
    body = f"<sitemapindex>{rows}</sitemapindex>"
    found = read(
        "sitemap", body.encode(), url=endpoint.url, content_type=None, charset=None, endpoint=endpoint, source=source
    )
    (link,) = found.links
    assert (link.url, link.kind, link.via) == (child, "sitemap", "archive")
    assert child_in_span(link, datetime(year, 1, 2, tzinfo=UTC), datetime(year, 12, 30, tzinfo=UTC), endpoint) is inside


def test_a_wanted_link_is_on_the_sources_hosts() -> None:
    assert examine(Link("https://agency.test/1"), SOURCE) == (None, "https://agency.test/1")
    assert examine(Link("https://other.test/1"), SOURCE) == ("other_host", "")
    assert examine(Link("data:text/html,x"), SOURCE) == ("not_http", "")


def test_a_link_comes_out_of_a_worker_as_it_went_in() -> None:
    day = Instant("2026-11-05", "day", None, "5 Nov 2026", "feed")
    values = {name: f"{name} of it" for name in Link.__slots__}
    link = Link(**{**values, "published": day, "modified": day, "tags": ("a",), "whole": True, "depth": 1, "page": 2})  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(link)) == link
