"""What a document's links say of the poll that gave them."""

from __future__ import annotations

from crawler.discovery.parted import SAMPLE, sample
from crawler.politeness.rhythm import Rhythm
from crawler.polls import TURNED_OVER, poll_of, said
from storage.models import Instant, Link, Outcome

NOON = 1_788_264_000.0  # 2026-09-01 12:00 UTC


def instant(at: str, precision: str = "second") -> Instant:
    return Instant(at, precision, "+00:00", at, "feed")  # type: ignore[arg-type]


def test_new_links_and_times_to_the_minute_count() -> None:
    links = [
        Link("https://a.test/1", published=instant("2026-09-01T11:59:00Z")),
        Link("https://a.test/2", published=instant("2026-09-01", "day")),
        Link("https://a.test/3"),
    ]
    poll = poll_of(links, {"https://a.test/1", "https://a.test/3"}, at=NOON, before=NOON - 600)
    assert (poll.at, poll.total, poll.new, poll.dated) == (NOON, 3, 2, (NOON - 60,))


def test_a_sitemap_that_its_index_calls_changed_is_new_an_article_is_not() -> None:
    child = Link("https://a.test/news.xml", kind="sitemap", modified=instant("2026-09-01T11:55:00Z"))
    article = Link("https://a.test/1", modified=instant("2026-09-01T11:55:00Z"))
    assert poll_of([child, article], set(), at=NOON, before=NOON - 600).new == 1
    assert poll_of([child, article], set(), at=NOON, before=NOON - 60).new == 0
    assert poll_of([child], set(), at=NOON, before=None).new == 0


def test_of_a_long_document_the_newest_and_the_oldest_are_asked_about() -> None:
    links = [
        Link(f"https://a.test/{n}", published=instant(f"2026-08-{1 + n // 100:02}T{n // 60 % 24:02}:{n % 60:02}:00Z"))
        for n in range(2500)
    ]
    some = sample(links)
    days = {link.published.at[:10] for link in some if link.published}
    assert len(some) == SAMPLE
    assert {"2026-08-01", "2026-08-25"} <= days
    assert "2026-08-12" not in days
    assert sample(links[:SAMPLE]) == tuple(links[:SAMPLE])


def test_a_feed_that_has_turned_over_says_so() -> None:
    listed = Outcome("listed", "20 entries, 20 links")
    assert said(listed, Rhythm()) == listed
    assert said(listed, Rhythm(turned=True)).detail == f"20 entries, 20 links; {TURNED_OVER}"
