"""How long a backfill takes: exact once its archive is read, reckoned before."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from crawler.estimate import Chain, chain_of, duration, estimate, facts, in_words, seconds_each
from crawler.source import Endpoint, Politeness, Source
from storage.models import Profile
from storage.standings import BackfillStanding

PLAIN = BackfillStanding(
    1, "s", since=0.0, until=1000.0, oldest_first=False, started_at="2026-11-01T00:00:00Z", finished_at=None
)


def stands(**given: object) -> BackfillStanding:
    return replace(PLAIN, **given)  # type: ignore[arg-type]


def test_once_every_page_is_read_it_is_exact() -> None:
    standing = stands(listed=90, found=5040, known=40, left=2700)
    given = estimate(standing, chain=None, seconds_each=0.5)
    assert (given.expected, given.left, given.certain, given.seconds) == (5040, 2700, True, 1350.0)
    assert in_words(standing, given, 0.5) == (
        "2,340 of 5,040 articles done (40 known before), 2,700 left: about 22 min at 0.5 s each"
    )


def test_before_that_the_unread_pages_are_taken_to_hold_what_the_others_did() -> None:
    standing = stands(listed=9, to_list=81, found=504, left=400)
    given = estimate(standing, chain=None, seconds_each=2.0)
    assert (given.expected, given.left, given.certain) == (5040, 400 + 4536, False)
    assert given.seconds == (400 + 4536 + 81) * 2.0
    assert in_words(standing, given, 2.0).startswith(
        "9 archive pages read, 81 known to follow; 504 articles found, 104 done"
    )


def test_what_is_known_is_not_reckoned_with() -> None:
    given = estimate(stands(listed=10, to_list=10, found=100, known=75, left=25), chain=None, seconds_each=1.0)
    assert given.left == 25 + 25


def test_an_archive_read_from_page_to_page_is_reckoned_by_how_far_back_it_has_come() -> None:
    standing = stands(listed=4, to_list=1, found=80, left=80, reached=800.0, back_to=-5e6)
    given = estimate(standing, chain="of all", seconds_each=1.0)
    assert (given.expected, given.left) == (400, 400), "one old story on the first page says nothing"
    assert estimate(standing, chain=None, seconds_each=1.0).expected == 100
    days = stands(listed=1, to_list=90, found=56, left=56, reached=20.0, back_to=1.0)
    assert estimate(replace(days, oldest_first=True), chain="of each day", seconds_each=1.0).expected == 2800
    assert estimate(replace(days, reached=-300.0), chain="of all", seconds_each=1.0).expected is None


@pytest.mark.parametrize("standing", [stands(to_list=1), stands(to_list=730, listed=1, found=9, left=9)])
def test_too_little_read_is_said_and_nothing_made_up(standing: BackfillStanding) -> None:
    given = estimate(standing, chain=None, seconds_each=1.0)
    assert (given.expected, given.seconds) == (None, None)
    assert "too early to say how long" in in_words(standing, given, 1.0)
    assert facts(standing, given)["seconds"] is None


def test_a_span_whose_articles_are_all_known_has_nothing_to_fetch() -> None:
    standing = stands(listed=90, found=5040, known=5040)
    given = estimate(standing, chain=None, seconds_each=1.0)
    assert in_words(standing, given, 1.0) == "all 5,040 articles of the span are known: nothing to fetch"
    nothing = stands(listed=3)
    assert "no article" in in_words(nothing, estimate(nothing, chain=None, seconds_each=1.0), 1.0)


COUNTS = st.integers(0, 10**6)
CHAINS = st.sampled_from([None, "of all", "of each day"])


@settings(max_examples=40)
@given(COUNTS, COUNTS, COUNTS, st.floats(0, 1), st.none() | st.floats(-500, 1500), CHAINS, st.floats(0.01, 1e4))
def test_it_never_expects_fewer_than_were_found(
    listed: int, to_list: int, found: int, known: float, reached: float | None, chain: Chain | None, each: float
) -> None:
    standing = stands(listed=listed, to_list=to_list, found=found, known=int(found * known), left=0, reached=reached)
    given = estimate(standing, chain=chain, seconds_each=each)
    assert given.certain == (to_list == 0)
    if given.expected is not None:
        assert given.expected >= found
        assert given.left is not None and given.left >= 0
        assert given.seconds is not None and given.seconds >= 0
    in_words(standing, given, each)


def test_a_fetch_takes_the_longest_of_turn_crawl_delay_and_the_backfills_share_of_the_hour() -> None:
    plain = Politeness(delay=2.0, hourly=100_000)
    assert seconds_each(plain, None, 0.4) == pytest.approx(2.4)
    assert seconds_each(plain, 10.0, 0.4) == pytest.approx(10.4)
    assert seconds_each(replace(plain, in_flight=4), None, 14.0) == pytest.approx(4.0)
    assert seconds_each(replace(plain, in_flight=4), None, 0.4) == pytest.approx(2.0)
    assert seconds_each(replace(plain, hourly=900), None, 0.4) == pytest.approx(5.0)
    assert seconds_each(plain, None, 0.4, fetches=100, took=300.0) == 3.0, "measured, once there is enough of it"
    assert seconds_each(plain, None, 0.4, fetches=3, took=300.0) == pytest.approx(2.4)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (40, "40 s"), (95, "2 min"), (7200, "2 h 0 min"), (12_000, "3 h 20 min"), (207_360, "2.4 days")],
)
def test_durations_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("endpoint", "chain"),
    [
        (Endpoint("https://a.test/{year}/{month:02}/{day:02}", "listing", "archive"), None),
        (Endpoint("https://a.test/{year}/{page}", "listing", "archive"), "of each day"),
        (Endpoint("https://a.test/news?p={page}", "listing", "archive"), "of all"),
        (Endpoint("https://a.test/news", "listing", "archive", next=("a.next",)), "of all"),
        (Endpoint("https://a.test/news", "listing", next=("a.next",)), None),
    ],
)
def test_pages_that_tell_only_of_the_next_are_a_chain(endpoint: Endpoint, chain: Chain | None) -> None:
    source = Source("s", "S", "https://a.test", ("a.test",), None, (), Profile("s"), (endpoint,))
    assert chain_of(source) == chain
