"""Which article a story comes from, and what becomes of stories that turn out to be one."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

from storage.models import Decision
from storage.reader import Reader
from storage.stories import Teller, origin
from tests.storage.harness import article, instant

if TYPE_CHECKING:
    from tests.storage.harness import Crawl

EARLY, LATE = "2023-11-14T09:00:00Z", "2023-11-14T12:00:00Z"


def test_the_earliest_is_the_origin_where_nobody_is_credited() -> None:
    tellers = [Teller(1, "paper", LATE, None, None), Teller(2, "site", EARLY, "TASS", None)]
    for order in permutations(tellers):
        assert origin(order) == (2, "TASS")


def test_the_credited_agencys_own_article_is_the_origin_though_it_came_later() -> None:
    tellers = [
        Teller(1, "paper", EARLY, None, "Mercury"),
        Teller(2, "mercury-en", LATE, "Mercury", None),
        Teller(3, "mercury-en", LATE, None, "Delta"),
    ]
    for order in permutations(tellers):
        assert origin(order) == (2, "Mercury")


def test_a_credit_of_two_agencies_counts_for_both() -> None:
    tellers = [Teller(1, "paper", EARLY, None, "Delta/Mercury"), Teller(2, "site", LATE, None, "Mercury")]
    assert origin(tellers) == (1, "Mercury")


def test_an_agency_that_is_credited_but_not_stored_is_named_all_the_same() -> None:
    assert origin([Teller(1, "paper", EARLY, None, "Mercury")]) == (1, "Mercury")


def test_a_bare_day_is_not_earlier_than_a_time_of_that_day(crawl: Crawl) -> None:
    day = article(1, published=instant("2023-11-13", "day"))
    timed = replace(article(2, published=instant("2023-11-13T18:00:00Z")), source="outlet")
    first = crawl.new(day)
    crawl.save(timed, Decision("copy", None, 0, "first", story_id=1))
    assert crawl.sql("SELECT origin_article_id FROM story") == [(first + 1,)]


def test_a_bare_day_on_which_it_was_seen_counts_from_the_look(crawl: Crawl) -> None:
    first = crawl.new(article(1, published=instant("2023-11-14", "day")))
    later = replace(article(2, published=instant("2023-11-14T23:30:00Z")), source="outlet")
    crawl.save(later, Decision("copy", None, 0, "first", story_id=1))
    assert crawl.sql("SELECT origin_article_id FROM story") == [(first,)]


def test_stories_that_turn_out_to_be_one_are_one_row_under_the_oldest_number(crawl: Crawl) -> None:
    for number, at in ((1, LATE), (2, LATE), (3, EARLY)):
        crawl.new(replace(article(number, published=instant(at)), source=f"outlet-{number}"))
    crawl.save(replace(article(4), source="outlet-4"), Decision("copy", None, 0, "first", story_id=3, merges=(2,)))
    with Reader(crawl.path) as reader:
        assert reader.story(3) is None
        row = reader.story(2)
        assert row is not None
        assert (row["articles"], row["sources"], row["origin_article_id"]) == (3, 3, 3)
    assert crawl.sql("SELECT story_id FROM story") == [(1,), (2,)]


def test_a_revision_can_make_two_stories_one(crawl: Crawl) -> None:
    crawl.new(article(1))
    crawl.new(article(2))
    crawl.save(article(2, "The other's text."), Decision("revised", 2, 1, "update", story_id=2, merges=(1,)))
    assert crawl.sql("SELECT DISTINCT story_id FROM article") == [(1,)]
