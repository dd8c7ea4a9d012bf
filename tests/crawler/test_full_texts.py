"""Whole articles in feeds: what is kept as witness, when its row is due again, what page is made of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.discovery.leads import MAX_FULL_TEXT
from crawler.discovery.read import Discovery, read
from crawler.endings import complete
from crawler.feed_text import is_whole, page_of
from crawler.source import Endpoint, Source
from pipelines.extractor import extract
from storage.models import Ending, Instant, Lease, Link, Outcome, Profile
from tests.storage.harness import Crawl

URL = "https://www.mercury.test/rss"
SOURCE = Source(
    "mercury", "Mercury", "https://www.mercury.test", ("mercury.test",), None, ("en",), Profile("mercury"),
    (Endpoint(URL, "feed", full_text="article"),),
)  # fmt: skip
SAID = "The harbour was closed for the night, the port authority said.\n\nNobody was hurt & “all is well”, it said."


def discover(content: str, summary: str = "Short.", endpoint: Endpoint = SOURCE.endpoints[0]) -> Discovery:
    body = (
        '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item><link>/1</link><title>One</title>'
        f"<description>{summary}</description><content:encoded><![CDATA[{content}]]></content:encoded></item></channel></rss>"
    )
    return read(
        "feed", body.encode(), url=URL, content_type=None, charset=None, endpoint=endpoint, source=SOURCE
    )  # fmt: skip


def test_a_text_is_kept_where_it_says_more_than_the_summary_and_is_no_book() -> None:
    (link,) = discover("<p>First line.</p><p>Second line.</p>").links
    assert (link.full_text, link.whole) == ("First line.\n\nSecond line.", True)
    for content, summary in (("<p>Short.</p>", "Short."), ("", "Short."), ("x" * (MAX_FULL_TEXT + 1), "Short.")):
        (link,) = discover(content, summary).links
        assert (link.full_text, link.whole) == (None, False)


def test_it_is_the_article_only_where_the_source_says_so() -> None:
    (link,) = discover("<p>First line.</p><p>Second.</p>", endpoint=Endpoint(URL, "feed")).links
    assert (link.full_text, link.whole) == ("First line.\n\nSecond.", False)


def lease(told: Link | None, **more: Any) -> Lease:
    plain = Lease(1, 1, "mercury", "https://www.mercury.test/1", "article", "www.mercury.test", 9e9, 0.0, witness=told)
    return replace(plain, **more)


TOLD = Link(
    "https://www.mercury.test/1", title='Harbour "closed" & reopened', lead="The harbour was closed.", full_text=SAID,
    whole=True, language="en", published=Instant("2026-11-01T08:00:00Z", "second", "+00:00", "x", "feed"),
)  # fmt: skip


def test_the_page_is_the_feeds_words_and_nothing_else() -> None:
    found = extract(page_of(lease(TOLD), SOURCE.profile, "2026-11-01T09:00:00Z"))
    article = found.article
    assert article is not None
    assert (article.title, article.body, article.lead, article.language) == (TOLD.title, SAID, TOLD.lead, "en")
    assert article.published == TOLD.published
    assert dict(found.sources)["body"] == "feed"


@pytest.mark.parametrize("text", ["Port closed.", "<script>alert(1)</script> & </article>", "a\n\n" * 300 + "a"])
def test_a_feeds_words_are_never_markup_and_a_flash_is_an_article(text: str) -> None:
    article = extract(page_of(lease(replace(TOLD, full_text=text)), SOURCE.profile, "2026-11-01T09:00:00Z")).article
    assert article is not None
    assert article.body == text


def test_a_page_is_made_only_of_what_a_feed_said_whole_and_while_the_source_wants_it() -> None:
    assert is_whole(lease(TOLD), SOURCE)
    assert not is_whole(lease(TOLD), replace(SOURCE, endpoints=(Endpoint(URL, "feed"),)))
    assert not is_whole(lease(replace(TOLD, full_text=None)), SOURCE)
    assert not is_whole(lease(replace(TOLD, whole=False)), SOURCE)
    assert not is_whole(lease(None), SOURCE)
    assert not is_whole(lease(TOLD, kind="listing"), SOURCE)


def test_it_climbs_no_ladder_but_is_tried_again_when_extraction_broke() -> None:
    for outcome, due in (
        ("new", None),
        ("unchanged", None),
        ("rejected:no_text", None),
        ("failed:extract_crash", True),
    ):
        ending = Ending(1, Outcome(outcome), at=1000.0, lease=lease(TOLD, found_at=990.0))
        whole = complete(ending, source=SOURCE, first_poll=0, jitter=0.0)
        assert (whole.due is not None) == (due is not None), outcome
        assert "page was not asked for" in (whole.outcome.detail or "")


@pytest.fixture
def crawl(tmp_path: Path) -> Any:
    made = Crawl(tmp_path / "news.db", now=1_793_600_000.0)
    yield made
    made.close()


def looked_at(crawl: Crawl, told: Link) -> None:
    """The row of a link whose article was made an hour ago."""
    crawl.offer(told)
    crawl.sql("UPDATE link SET state = 'done', due = NULL, seen = 1, looked_at = ?", crawl.now)
    crawl.later(3600)


def row(crawl: Crawl) -> Any:
    ((state, witness, again),) = crawl.sql("SELECT state, witness, again FROM link")
    return state, json.loads(witness), again


def test_the_same_words_again_write_nothing_and_other_words_are_a_reason_to_look(crawl: Crawl) -> None:
    looked_at(crawl, TOLD)
    before = crawl.sql("SELECT * FROM link")
    crawl.offer(TOLD, replace(TOLD, lead="Other."))
    assert crawl.sql("SELECT * FROM link") == before
    crawl.offer(replace(TOLD, full_text=SAID + "\n\nMore."))
    state, witness, again = row(crawl)
    assert (state, witness["full_text"], again) == ("pending", SAID + "\n\nMore.", 1)


def test_a_title_alone_is_a_reason_too_and_a_sitemap_that_knows_no_text_takes_none_away(crawl: Crawl) -> None:
    looked_at(crawl, TOLD)
    crawl.offer(replace(TOLD, title="CORRECTED-Harbour closed"))
    assert row(crawl)[0] == "pending"
    crawl.offer(Link(TOLD.url, via="sitemap"))
    assert row(crawl)[1]["full_text"] == SAID
    assert row(crawl)[1]["whole"] is True


def test_words_that_only_bear_witness_make_no_row_due(crawl: Crawl) -> None:
    looked_at(crawl, replace(TOLD, whole=False))
    before = crawl.sql("SELECT * FROM link")
    crawl.offer(replace(TOLD, whole=False, full_text="Other words, and more of them."))
    assert crawl.sql("SELECT * FROM link") == before


def test_words_that_change_in_vain_are_looked_at_ever_less_often(crawl: Crawl) -> None:
    looked_at(crawl, TOLD)
    crawl.sql("UPDATE link SET vain = 6, looked_at = ?", crawl.now)
    crawl.offer(replace(TOLD, full_text="Counter: 1"))
    ((due,),) = crawl.sql("SELECT due FROM link")
    assert due > crawl.now + 3600
