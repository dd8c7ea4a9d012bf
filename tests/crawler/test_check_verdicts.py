"""What `sources check` says of endpoints and articles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.check_verdicts import advice_for, all_well, of_article, of_endpoint, to_look_at, unanswered
from crawler.discovery.read import PROBLEMS, Discovery
from crawler.source import Endpoint
from storage.models import Article, Extraction, Instant, Link, Outcome
from tests.crawler.test_survey_sites import drafted_source

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOURCE = drafted_source()
FEED = Endpoint("http://vestnik.test/rss.xml", "feed")
AT = Instant("2026-11-25T11:00:00Z", "second", "+03:00", "raw", "json-ld")
DAY = Instant("2026-11-25", "day", None, "25.11.2026 14:00", "meta")
GOOD = Article(
    source="vestnik", key="k", url="http://vestnik.test/mir/1", canonical_url="http://vestnik.test/mir/1", title="T",
    body="text", content_hash="h", extractor="1", published=AT, word_count=120, language="ru",
)  # fmt: skip


def found(*times: Instant | None, **more: Any) -> Discovery:
    links = tuple(Link(f"http://vestnik.test/mir/{n}", published=at) for n, at in enumerate(times))
    return Discovery(links, total=len(links), **more)


@pytest.mark.parametrize(
    ("seen", "problem", "advice"),
    [
        (found(problem="bot_check"), "a bot check", "does not go round it"),
        (found(problem="not_a_feed"), "neither RSS", "sources add http://vestnik.test/ --dry-run"),
        (Discovery((), total=9, refused=(("not_article", 9),)), "none of its 9 entries", "`url` under [articles]"),
        (Discovery((), total=9, refused=(("no_link", 1), ("other_host", 8))), "none of its 9 entries", "under `hosts`"),
        (
            Discovery((), "nothing_followed", total=3, refused=(("not_followed", 3),)),
            "none of its 3",
            "matches `follow`",
        ),
        (found(replace(AT, at="2026-11-10T11:00:00Z")), "15 days old", "a dead feed"),
    ],
)
def test_an_endpoint_that_fails_says_why_and_what_to_do(seen: Discovery, problem: str, advice: str) -> None:
    verdict = of_endpoint(FEED, 200, seen, SOURCE, NOW)
    assert problem in (verdict.problem or "")
    assert advice in (verdict.advice or "")
    assert not all_well((verdict,), (of_article(GOOD.url, Extraction(GOOD), SOURCE),))


def test_an_endpoint_that_is_good_says_what_was_read() -> None:
    verdict = of_endpoint(FEED, 200, found(AT, None), SOURCE, NOW)
    assert (verdict.problem, verdict.wanted, verdict.newest_age) == (None, 2, 3600.0)
    cut = of_endpoint(FEED, 200, found(AT, problem="truncated"), SOURCE, NOW)
    assert cut.problem is None
    assert cut.remark == PROBLEMS["truncated"]
    zoneless = replace(SOURCE, profile=replace(SOURCE.profile, timezone=None))
    assert "no zone" in (of_endpoint(FEED, 200, found(DAY), zoneless, NOW).remark or "")
    assert "no dates" in (of_endpoint(FEED, 200, found(None), SOURCE, NOW).remark or "")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("gone", "look for its successor"),
        ("blocked:robots", "take it out"),
        ("blocked:robots_unreachable", "try again later"),
        ("blocked:http_403", "does not go round it"),
        ("failed:dns", "written right"),
        ("failed:timeout", "try again later"),
    ],
)
def test_an_endpoint_that_did_not_answer_says_what_to_do(name: str, advice: str) -> None:
    verdict = unanswered(FEED, None, Outcome(name, "because"), SOURCE)
    assert verdict.problem == f"{name}: because"
    assert advice in (verdict.advice or "")


@pytest.mark.parametrize(
    ("extraction", "problem", "advice"),
    [
        (Extraction(None, reason="no_text"), "no article: no_text", "`body` under [profile]"),
        (Extraction(None, reason="consent_wall", detail="We value"), "consent_wall (We value)", "consent"),
        (Extraction(replace(GOOD, published=None)), "no time", "dateline extract"),
        (Extraction(replace(GOOD, word_count=3)), "only 3 words", "`body` under [profile]"),
        (Extraction(replace(GOOD, language="en")), "its language is en", "`languages`"),
    ],
)
def test_an_article_that_is_not_whole_says_why_and_what_to_do(
    extraction: Extraction, problem: str, advice: str
) -> None:
    verdict = of_article(GOOD.url, extraction, SOURCE)
    assert problem in (verdict.problem or "")
    assert advice in (verdict.advice or "")


def test_two_whole_articles_of_three_are_enough_and_a_tongue_that_is_taken_for_another_is_no_fault() -> None:
    endpoint = of_endpoint(FEED, 200, found(AT), SOURCE, NOW)
    good, bad = (of_article(GOOD.url, Extraction(article), SOURCE) for article in (GOOD, None))
    assert all_well((endpoint,), (good, good, bad))
    assert not all_well((endpoint,), (good, bad, bad))
    assert not all_well((endpoint,), ())
    assert not all_well((), (good,))
    assert of_article(GOOD.url, Extraction(replace(GOOD, language="uk")), SOURCE).problem is None
    zoneless = replace(SOURCE, profile=replace(SOURCE.profile, timezone=None))
    assert "only the day" in (of_article(GOOD.url, Extraction(replace(GOOD, published=DAY)), zoneless).problem or "")


def test_articles_to_look_at_come_from_all_over_the_list() -> None:
    links = found(*([AT] * 30)).links
    assert [link.url.rpartition("/")[2] for link in to_look_at(links, 3)] == ["0", "10", "20"]
    assert len(to_look_at(links[:2], 3)) == 2
    assert to_look_at((Link("http://a.test/s.xml", kind="sitemap"),), 3) == ()


def test_a_host_that_wants_fewer_requests_is_no_wrong_address() -> None:
    told = {
        code: advice_for(f"failed:http_{code}", home="http://h.test/", url="http://h.test/1")
        for code in (404, 410, 429)
    }
    assert "delay" in told[429]
    assert "address may be wrong" in told[404] and told[410] == told[404]
