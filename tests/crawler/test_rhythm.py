"""What an endpoint's polls teach, and the interval that follows from it."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.interval import DAY, HOUR, SAFE, density, guessed, interval
from crawler.politeness.rhythm import Polled, Rhythm, observe, read, written

MONDAY = 1_788_739_200.0  # 2026-09-07 00:00 UTC
GUESS = 300.0
LONGEST = 3600.0

polls = st.builds(
    Polled,
    at=st.floats(min_value=0, max_value=4e9),
    total=st.integers(min_value=0, max_value=200),
    dated=st.lists(st.floats(min_value=0, max_value=4e9), max_size=20).map(tuple),
    new=st.integers(min_value=0, max_value=200),
    same=st.booleans(),
)


def wait(state: Rhythm, now: float, *, asked: float = 0.0) -> float:
    return interval(state, now, guess=GUESS, longest=LONGEST, asked=asked)


def fed(daily: float, *, until: float = MONDAY, holds: int = 50) -> Rhythm:
    """After the first poll of a feed with evenly dated entries."""
    gap = DAY / daily
    return observe(
        Rhythm(), Polled(until, holds, tuple(until - gap * (n + 0.5) for n in range(holds)), holds), guess=GUESS
    )


def polled(state: Rhythm, since: float, until: float, every: float, found: dict[int, int] | None = None) -> Rhythm:
    """Polls without dates; `found`: hour of the day -> new entries at each poll in it."""
    at = since
    while at < until:
        new = (found or {}).get(int(at // HOUR) % 24, 0)
        state = observe(state, Polled(at, 100, (), new), guess=GUESS)
        at += every
    return state


@given(st.lists(polls, max_size=6), st.floats(min_value=0, max_value=4e9), st.floats(min_value=31, max_value=90_000))
def test_whatever_was_polled_the_interval_is_within_its_bounds_and_the_text_keeps_the_rhythm(
    seen: list[Polled], now: float, asked: float
) -> None:
    state = Rhythm()
    for poll in seen:
        state = observe(state, replace(poll, new=min(poll.new, poll.total)), guess=GUESS)
        assert all(math.isfinite(n) and n >= 0 for n in (*state.counts, *state.spans, *state.came, *state.foretold))
        assert 0 <= state.share <= 1
    for asks in (0.0, asked):
        found = wait(state, now, asked=asks)
        assert 0 < found <= max(LONGEST, asks)
    again = read(written(state))
    assert again == read(written(again))
    assert (again.at is None) == (state.at is None)
    assert wait(again, now) == pytest.approx(wait(state, now), rel=0.02, abs=0.5)


@given(st.floats(min_value=1e-9, max_value=10), st.floats(min_value=1.0, max_value=100))
def test_more_news_is_never_worth_fewer_polls(rate: float, more: float) -> None:
    assert density(rate) <= density(rate * more)


@given(st.floats(min_value=2, max_value=2000), st.floats(min_value=1.0, max_value=20))
def test_an_endpoint_that_publishes_more_is_polled_no_less(daily: float, more: float) -> None:
    assert wait(fed(daily * more), MONDAY) <= wait(fed(daily), MONDAY) * 1.01


@pytest.mark.parametrize("seconds", [31, 60, 120, 299, 300, 600, 3600, 86400])
def test_the_first_guess_is_the_interval_until_more_is_known(seconds: int) -> None:
    assert interval(Rhythm(), MONDAY, guess=seconds, longest=86400) == seconds
    known = observe(Rhythm(), Polled(MONDAY, 50, (), 50), guess=seconds)
    assert interval(known, MONDAY, guess=seconds, longest=86400) == pytest.approx(
        max(seconds, 1 / density(guessed(seconds)))
    )


@pytest.mark.parametrize(
    "text",
    [
        None, "", "{", "null", "[]", "7", '{"version": 0}', '{"version": 1, "counts": [1]}', "[" * 100_000,
        '{"version": 1, "share": NaN}', '{"version": 1, "at": -1}', '{"version": 1, "at": "x"}', '{"at": 3}',
        '{"version": 1, "more": 1}', '{"version": 1, "holds": true}', '{"version": 1, "spans": 3}',
        '{"version": 1, "lately": 1e999}', '{"version": 1, "turned": 1}',
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_read_is_a_fresh_rhythm(text: str | None) -> None:
    assert read(text) == Rhythm()


def test_a_rhythms_text_is_small() -> None:
    state = polled(fed(500), MONDAY, MONDAY + 3 * DAY, 400.0, dict.fromkeys(range(24), 3))
    assert len(written(state)) < 1024
    assert json.loads(written(state))["version"] == 1


def test_dated_entries_teach_the_rhythm_at_the_very_first_poll() -> None:
    busy, slow = wait(fed(500), MONDAY), wait(fed(5), MONDAY)
    assert busy < 180
    assert slow > 1200


def test_a_pinned_old_entry_hides_no_rhythm() -> None:
    gap = DAY / 500
    dated = (*(MONDAY - gap * n for n in range(1, 50)), MONDAY - 20 * DAY)
    pinned = observe(Rhythm(), Polled(MONDAY, 50, dated, 50), guess=GUESS)
    assert wait(pinned, MONDAY) == pytest.approx(wait(fed(500), MONDAY), rel=0.1)


def test_hours_and_weekdays_have_rates_of_their_own() -> None:
    state, at = Rhythm(), MONDAY
    while at < MONDAY + 21 * DAY:
        day, hour = int((at - MONDAY) // DAY) % 7, int(at // HOUR) % 24
        state = observe(state, Polled(at, 100, (), 6 if 8 <= hour < 20 and day < 5 else 0), guess=GUESS)
        at += HOUR / 2
    monday = MONDAY + 21 * DAY
    quiet = replace(state, lately=0.0, expected=0.0, waited=0.0)
    noon, night, sunday = (wait(quiet, monday + offset) for offset in (12 * HOUR, 1 * HOUR, 6 * DAY + 12 * HOUR))
    assert noon < 300
    assert night > 3 * noon
    assert sunday > 2 * noon


def test_a_poll_before_the_morning_does_not_sleep_through_it() -> None:
    state = polled(Rhythm(), MONDAY, MONDAY + 14 * DAY, 300.0, dict.fromkeys(range(8, 20), 3))
    state = replace(state, lately=0.0, expected=0.0, waited=0.0)
    night, before = (wait(state, MONDAY + 14 * DAY + hour * HOUR) for hour in (3, 7.9))
    assert night > 800
    assert before < 0.1 * HOUR + 180, "soon after eight"


def test_a_burst_is_followed_and_forgotten() -> None:
    calm = polled(fed(40), MONDAY, MONDAY + 4 * HOUR, 600.0)
    burst = observe(calm, Polled(MONDAY + 4 * HOUR, 100, (), 8), guess=GUESS)
    assert wait(burst, MONDAY + 4 * HOUR) < 0.6 * wait(calm, MONDAY + 4 * HOUR)
    later = polled(burst, MONDAY + 4 * HOUR + 600, MONDAY + 8 * HOUR, 600.0)
    assert wait(later, MONDAY + 8 * HOUR) > 0.55 * wait(calm, MONDAY + 8 * HOUR)


def test_of_two_endpoints_with_the_same_stories_the_second_is_only_watched() -> None:
    first = second = fed(300)
    gap = DAY / 300
    for n in range(1, 100):
        at = MONDAY + n * gap
        dated = tuple(at - 1 - gap * k for k in range(50))
        first = observe(first, Polled(at, 50, dated, 1), guess=GUESS)
        second = observe(second, Polled(at, 50, dated, 0), guess=GUESS)
    assert wait(second, first.at or 0) > 3 * wait(first, first.at or 0)
    second = observe(
        second, Polled(MONDAY + 101 * gap, 50, tuple(MONDAY + 100 * gap - gap * k for k in range(50)), 8), guess=GUESS
    )
    assert second.share > 0.5, "where the first fails, the second is polled again"


def test_a_feed_whose_oldest_entry_is_unseen_has_turned_over_and_is_polled_sooner() -> None:
    state = observe(Rhythm(), Polled(MONDAY, 20, (), 20), guess=GUESS)
    assert not state.turned, "at a first poll everything is new"
    after = observe(state, Polled(MONDAY + 240, 20, (), 19), guess=GUESS)
    assert not after.turned
    after = observe(state, Polled(MONDAY + 240, 20, (), 20), guess=GUESS)
    assert after.turned
    assert wait(after, MONDAY + 240) <= 240 * SAFE
    assert not observe(after, Polled(MONDAY + 300, 20, (), 3), guess=GUESS).turned


def test_no_wish_and_no_silence_lets_a_feed_turn_over() -> None:
    state = fed(2000, holds=20)  # its entries cover a quarter of an hour
    assert state.covers == pytest.approx(20 * DAY / 2000, rel=0.15)
    assert wait(state, MONDAY, asked=3600.0) <= (state.covers or 0) * SAFE


def test_entries_stamped_with_the_time_of_the_answer_are_no_news() -> None:
    state = observe(Rhythm(), Polled(MONDAY, 30, (MONDAY,) * 30, 30), guess=GUESS)
    for n in range(1, 200):
        at = MONDAY + 300 * n
        state = observe(state, Polled(at, 30, (at,) * 30, 0), guess=GUESS)
    assert wait(state, MONDAY + 60_000) > 1800


def test_a_sitemap_of_a_day_that_is_over_is_left_alone_though_it_once_was_busy() -> None:
    live = fed(300)
    over = polled(live, MONDAY + 600, MONDAY + 2 * DAY, 900.0)
    long_over = polled(over, MONDAY + 2 * DAY, MONDAY + 10 * DAY, 3600.0)
    assert interval(live, MONDAY, guess=DAY, longest=DAY) < 600
    assert interval(over, MONDAY + 2 * DAY, guess=DAY, longest=DAY) > HOUR
    assert interval(long_over, MONDAY + 10 * DAY, guess=DAY, longest=DAY) > 6 * HOUR
    early = tuple(MONDAY - 9 * DAY - DAY / 300 * n for n in range(300))
    assert (
        interval(observe(Rhythm(), Polled(MONDAY, 300, early, 0), guess=DAY), MONDAY, guess=DAY, longest=DAY) > 6 * HOUR
    )


def test_an_undated_child_of_a_sitemap_index_becomes_live_when_it_gives_news() -> None:
    state = observe(Rhythm(), Polled(MONDAY, 500, (), 500), guess=DAY)
    assert interval(state, MONDAY, guess=DAY, longest=DAY) > 20 * HOUR
    state = observe(state, Polled(MONDAY + DAY, 500, (), 80), guess=DAY)
    assert interval(state, MONDAY + DAY, guess=DAY, longest=DAY) < HOUR


def test_a_clock_that_goes_back_neither_breaks_nor_forgets_the_rhythm() -> None:
    state = fed(300)
    ahead = observe(state, Polled(MONDAY + 400 * DAY, 50, (), 0), guess=GUESS)
    back = observe(ahead, Polled(MONDAY + 600, 50, (), 1), guess=GUESS)
    assert back.at == MONDAY + 600
    assert back.newest <= MONDAY + 600
    after = polled(back, MONDAY + 900, MONDAY + 2 * DAY, 900.0, dict.fromkeys(range(24), 4))
    assert wait(after, after.at or 0.0) < 400
