"""The sources that come with Dateline: all load, each says where it was learnt, none steps on another; how they are shown."""

from __future__ import annotations

import json
import os
import re
import time
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from scrapy.settings import Settings

from crawler import registry
from crawler.catalogue import CONFIDENCE, filtered, offer
from crawler.cli import main
from crawler.config import Config
from crawler.discovery.archives import child_in_span, expand
from crawler.discovery.links import is_article, on_hosts, source_of
from crawler.discovery.read import read
from crawler.loader import SourceLoader
from crawler.registry import RegistryError
from crawler.source import Endpoint, Source
from crawler.sources_doc import sources_doc
from crawler.start_crawl import enabled
from pipelines.urls import canonical
from storage.models import Link

ROOT = Path(__file__).parents[2]
FACTS = Path(os.environ.get("DATELINE_FACTS", ROOT / ".." / "shared" / "facts")) / "agencies.toml"

PACKAGED = registry.load(registry.packaged())
OPEN = {name: source for name, source in PACKAGED.items() if not source.closed}
CLOSED = {name: source for name, source in PACKAGED.items() if source.closed}

each = pytest.mark.parametrize("source", PACKAGED.values(), ids=lambda source: source.name)
each_open = pytest.mark.parametrize("source", OPEN.values(), ids=lambda source: source.name)

NO_NEWSROOM = {"allafrica", "businesswire", "cna-catholic", "globenewswire", "pressenza"}
"""Open sources whose newsroom's zone no evidence gives."""
PLAIN_HTTP = {"www.akipress.com", "rss.adnkronos.com", "www.ansa.it", "www.aps.dz", "www.jiji.com", "rss.upi.com"}
"""Hosts of which the evidence has addresses of http only."""


def test_ninety_five_and_more_are_crawled_from_all_over_the_world() -> None:
    assert len(OPEN) >= 95
    assert len({source.country for source in OPEN.values()}) >= 55
    assert len({language for source in OPEN.values() for language in source.languages}) >= 28
    kinds = {(e.kind, e.role, e.json is not None) for source in OPEN.values() for e in source.endpoints}
    assert kinds >= {(kind, role, False) for kind in ("sitemap", "listing") for role in ("live", "archive")}
    assert kinds >= {("feed", "live", False), ("listing", "live", True), ("listing", "archive", True)}


def test_scrapy_lists_the_open_ones_only_and_a_closed_one_is_not_crawled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loader = SourceLoader.from_settings(Settings({"SPIDER_MODULES": []}))
    assert loader.list() == sorted(OPEN)
    for name in ("ap", "petra"):
        with pytest.raises(RegistryError, match=f"^{name} is closed: "):
            enabled(Config(database=tmp_path / "news.db"), [name])


def test_loading_them_all_takes_a_moment() -> None:
    began = time.process_time()
    registry.load(registry.packaged())
    assert time.process_time() - began < 1.0  # 0.13 s on the machine of docs/design.md


@each
def test_a_source_says_where_it_was_learnt_and_that_nobody_has_seen_it_yet(source: Source) -> None:
    assert not source.verified
    assert source.evidence
    assert all(len(place) > 10 and not place.startswith("u ") for place in source.evidence)
    assert source.profile.agency
    assert source.profile.timezone or source.name in NO_NEWSROOM
    assert source.country or source.name in ("allafrica", "pressenza")


@each
def test_a_form_of_addresses_is_shown_by_what_it_takes_and_what_it_does_not(source: Source) -> None:
    formed = bool(source.article_url or source.not_article)
    assert formed == bool(source.examples) == bool(source.counterexamples)
    for url in source.examples:
        assert is_article((url, canonical(url)), source.article_url, source.not_article)
        if source.profile.agency_id:
            found = [re.search(source.profile.agency_id, spelling) for spelling in (url, canonical(url))]
            assert all(match is not None and match[1] for match in found), url


@each_open
def test_an_example_belongs_to_its_own_source_among_all(source: Source) -> None:
    for url in source.examples:
        found = source_of(url, OPEN.values())
        assert found is not None
        assert found.name == source.name


@each_open
def test_a_source_can_be_polled_or_says_that_it_is_for_backfills(source: Source) -> None:
    live = [endpoint for endpoint in source.endpoints if endpoint.role == "live"]
    assert bool(live) is (source.name != "voa")
    assert len(live) <= 12
    # What it asks of one host in an hour stays far below what a host is asked for at most.
    assert sum(3600 / endpoint.interval for endpoint in live) <= source.politeness.polls
    if source.archive_from:
        assert any(endpoint.role == "archive" for endpoint in source.endpoints)


@each_open
def test_its_hosts_are_those_of_its_addresses_and_no_others(source: Source) -> None:
    addresses = [source.home, *(endpoint.url for endpoint in source.endpoints), *source.examples]
    for host in source.hosts:
        assert any(on_hosts(url, (host,)) for url in addresses), host
    for endpoint in source.endpoints:
        parts = urlsplit(endpoint.url)
        assert parts.scheme == "https" or parts.netloc in PLAIN_HTTP


def test_no_two_sources_poll_the_same_address() -> None:
    seen: dict[str, str] = {}
    for source in OPEN.values():
        for endpoint in source.endpoints:
            address = endpoint.url.partition("://")[2].removeprefix("www.").rstrip("/")
            assert address not in seen, f"{endpoint.url}: {source.name} and {seen[address]}"
            seen[address] = source.name


def test_interfaces_that_robots_txt_was_seen_to_disallow_are_not_among_them() -> None:
    for source in OPEN.values():
        assert not [endpoint.url for endpoint in source.endpoints if "/api/" in endpoint.url]
    assert OPEN["sana"].politeness.delay == 5.0  # its robots.txt says so


def test_walled_pages_are_read_in_a_feed_that_is_meant_for_reading() -> None:
    (feed,) = OPEN["tass-ru"].endpoints
    assert (feed.kind, feed.full_text) == ("feed", "article")


@each_open
def test_a_page_of_links_is_read_with_selectors_or_a_form_that_choose_among_them(source: Source) -> None:
    for endpoint in source.endpoints:
        if endpoint.kind == "listing" and endpoint.json is None:
            assert endpoint.article or source.article_url, endpoint.url


def archive_of(name: str) -> Endpoint:
    return next(endpoint for endpoint in OPEN[name].endpoints if endpoint.role == "archive")


def found_in(body: str, endpoint: Endpoint, name: str) -> tuple[Link, ...]:
    return read(
        endpoint.kind,
        body.encode(),
        url=endpoint.url,
        content_type=None,
        charset=None,
        endpoint=endpoint,
        source=OPEN[name],
    ).links


@pytest.mark.parametrize(
    ("name", "child", "inside"),
    [
        ("sputnik-en", "https://sputnikglobe.com/sitemap_article.xml?date_start=20210301&date_end=20210331", True),
        ("sputnik-en", "https://sputnikglobe.com/sitemap_article.xml?date_start=20240301&date_end=20240331", False),
        ("rt-ru", "https://russian.rt.com/sitemap_2021_3.xml", True),
        ("rt-ru", "https://russian.rt.com/sitemap_2019.xml", False),
        ("tasnim", "https://www.tasnimnews.ir/en/2019/en_2019_sitemap.xml", True),  # a year's: read, not dated
        ("tasnim", "https://www.tasnimnews.ir/en/2021/3/14/en_2021_3_14_sitemap.xml", True),
        ("tasnim", "https://www.tasnimnews.ir/en/2019/3/14/en_2019_3_14_sitemap.xml", False),
        ("irib-news", "https://www.irib-news.ir/fa-sitemap-newsarchive/2019/03", True),
    ],
)
def test_an_archives_children_are_read_where_they_may_hold_the_year_2021(name: str, child: str, inside: bool) -> None:
    endpoint = archive_of(name)
    escaped = child.replace("&", "&amp;")
    (link,) = found_in(f"<sitemapindex><sitemap><loc>{escaped}</loc></sitemap></sitemapindex>", endpoint, name)
    assert (link.url, link.kind) == (child, "sitemap")
    first, last = datetime(2021, 1, 2, tzinfo=UTC), datetime(2021, 12, 30, tzinfo=UTC)
    assert child_in_span(link, first, last, endpoint) is inside


def test_archives_by_day_and_page_begin_with_their_first_page() -> None:
    day = datetime(2024, 11, 1, 9, tzinfo=UTC)
    zone = ZoneInfo("Europe/Moscow")
    assert expand(archive_of("interfax-ru"), day, day, zone) == ("https://www.interfax.ru/news/2024/11/01/page_1",)
    assert expand(archive_of("sana"), day, day, zone) == ("https://sana.sy/en/politics/page/1/",)


def test_the_lists_in_json_give_addresses_titles_and_instants() -> None:
    story = {"link": "/politics/2149717", "title": "A title", "lead": "A lead", "date": 1730462400}
    endpoint = next(endpoint for endpoint in OPEN["tass-en"].endpoints if endpoint.json)
    assert json.loads(endpoint.post or "") == {"sectionId": 4954, "limit": 20, "type": "all"}
    (link,) = found_in(json.dumps({"newsList": [story], "lastTime": 1}), endpoint, "tass-en")
    assert (link.url, link.title, link.lead) == ("https://tass.com/politics/2149717", "A title", "A lead")
    assert link.published and link.published.at == "2024-11-01T12:00:00Z"

    address = "https://www.prensa-latina.cu/2026/07/19/un-ejemplo/"
    post = {"link": address, "title": {"rendered": "Un ejemplo"}, "date": "2026-07-19T08:00:00"}
    (link,) = found_in(json.dumps([post]), archive_of("prensa-latina"), "prensa-latina")
    assert (link.url, link.title) == (address, "Un ejemplo")
    assert link.published and link.published.at == "2026-07-19T12:00:00Z"  # Havana's summer time


def test_the_document_of_the_agencies_is_current() -> None:
    assert (ROOT / "docs" / "sources.md").read_text("utf-8") == sources_doc(), (
        "make it anew: python -m crawler.sources_doc > docs/sources.md"
    )


def test_the_document_has_every_source_with_its_evidence_and_why_it_is_closed() -> None:
    text = sources_doc()
    crawled, _, rest = text.partition("\n## Closed\n")
    shut, _, evidence = rest.partition("\n## Evidence\n")
    assert all(f"| `{name}` |" in crawled for name in OPEN)
    for name, source in CLOSED.items():
        assert re.search(rf"^\| `{name}` \|.*\| {re.escape(source.closed or '')} \|$", shut, re.MULTILINE)
    for name, source in PACKAGED.items():
        (line,) = re.findall(rf"^- \*\*{name}\*\*: (.*)$", evidence, re.MULTILINE)
        assert all(place in line for place in source.evidence)


def test_the_offer_of_the_first_day_begins_with_the_best_evidence_and_has_no_closed_one() -> None:
    text = offer(PACKAGED.values())
    assert max(map(len, text.splitlines())) <= 100
    places = [text.index(f"{word} ({meaning})") for word, meaning in CONFIDENCE.items()]
    assert places == sorted(places)
    for start, end, confidence in zip(places, [*places[1:], len(text)], CONFIDENCE, strict=True):
        named = {word for line in text[start:end].splitlines()[1:] for word in line.split()}
        assert {name for name in PACKAGED if name in named} == {
            name for name, source in OPEN.items() if source.confidence == confidence
        }


def dateline(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments)
    return done.exit_code, done.output


def test_a_closed_agency_cannot_be_chosen(tmp_path: Path) -> None:
    status, said = dateline("init", str(tmp_path), "--source", "tass-en", "--source", "ap")
    assert (status, "ap is closed: " in said) == (2, True)
    assert not (tmp_path / "dateline.toml").exists()


def test_the_list_is_cut_by_language_and_country_and_shows_closed_ones_on_demand() -> None:
    def names(*options: str) -> dict[str, Any]:
        status, said = dateline("sources", "list", "--json", *options)
        assert status == 0
        return {row["name"]: row["closed"] for row in json.loads(said)}

    assert set(names()) == set(OPEN)
    assert names("--all").keys() == PACKAGED.keys()
    assert set(names("--language", "PT")) == {name for name, s in OPEN.items() if "pt" in s.languages}
    assert set(names("--country", "kz")) == {"kazinform"}
    assert names("--country", "jo") == {}
    assert names("--country", "jo", "--all")["petra"].startswith("its robots.txt disallows")
    status, said = dateline("sources", "list", "--country", "JO")
    assert (status, said.splitlines()[0]) == (0, "0 sources; 1 closed not shown (--all shows them and why)")
    status, said = dateline("sources", "list", "--language", "xx")
    assert (status, "no source has language 'xx'; there are ar, az, " in said) == (2, True)


def test_the_list_has_a_line_for_each_source_and_says_why_closed_ones_are() -> None:
    _, said = dateline("sources", "list", "--all")
    lines = said.splitlines()
    for name, source in PACKAGED.items():
        (line,) = [line for line in lines if re.match(rf"[* ] {name} ", line)]
        assert source.closed is None or source.closed[:40] in line
    assert f"{len(OPEN)} sources" in said


def test_a_language_tag_with_a_region_is_of_its_language() -> None:
    source = replace(OPEN["agencia-brasil"], languages=("pt-BR",))
    assert filtered([source], language="PT-br") == [source]
    assert filtered([source], language="pt") == filtered([source], country="BR") == [source]
    with pytest.raises(RegistryError, match="there are br"):
        filtered([source], country="pt")


# What the agencies' facts say of open agencies with an endpoint, which are closed here all the same, each with its reason.
NOT_CRAWLED = {"amna", "angop", "ap", "isna", "spa", "wam"}
# Endpoints that the facts give as a form or as http, or that other evidence named in the source's file gives.
OTHERWISE = {
    "tass-ru": "rss/yandex.xml",
    "ukrinform-en": "rss/rubric-",
    "europapress": "rss.aspx?ch=",
    "tanjug": "sitemap/news.xml",
    "ecns": "rss/rss.xml",
    "adnkronos": "www.adnkronos.com/RSS_PrimaPagina.xml",
    "kazinform": "ru/lenta/?page=",
    "armenpress-en": "articles?query=&page=",
    **{f"yonhap-{code}": "RSS/news.xml" for code in ("ja", "ar", "es", "fr")},
    "montsame-en": "en/more/",
    "montsame-zh": "cn/more/",
    "sana": "/page/",
    "prensa-latina": "wp/v2/posts/?page=",
    "interfax-ru": "interfax.ru/news/",
    "cns-zh": "scroll-news/",
    "mehr-en": "archive.xhtml?mn=130&dt=1&pi=",
}


@pytest.fixture(scope="module")
def facts() -> list[dict[str, Any]]:
    if not FACTS.exists():
        pytest.skip(f"no facts at {FACTS}")
    agencies: list[dict[str, Any]] = tomllib.loads(FACTS.read_text("utf-8"))["agency"]
    return agencies


def test_every_agency_of_the_facts_has_its_source(facts: list[dict[str, Any]]) -> None:
    kinds = ("feeds", "sitemaps", "news_sitemaps", "listings", "apis")
    for agency in facts:
        own = agency["id"].removesuffix("-az")  # Trend's editions are trend-az, trend-en, trend-ru
        named = [name for name in PACKAGED if name in (agency["id"], own) or name.startswith(f"{own}-")]
        assert named, agency["id"]
        if agency["access"].startswith("open") and any(agency.get(kind) for kind in kinds):
            assert (agency["id"] in CLOSED) is (agency["id"] in NOT_CRAWLED), agency["id"]


def test_no_address_is_invented_and_none_is_known_to_be_dead(facts: list[dict[str, Any]]) -> None:
    text = FACTS.read_text("utf-8")
    dead = {url for agency in facts for url in agency.get("feeds_dead", [])}
    homes = {agency["home"] for agency in facts}
    for source in OPEN.values():
        for endpoint in source.endpoints:
            assert endpoint.url not in dead
            known = f'"{endpoint.url}"' in text or endpoint.url.partition("#")[0] + " " in text
            archived = endpoint.role == "archive" and f"{endpoint.url.partition('{')[0]}" in text
            by_form = OTHERWISE.get(source.name, "\n") in endpoint.url
            assert known or archived or by_form or endpoint.url in homes, endpoint.url
