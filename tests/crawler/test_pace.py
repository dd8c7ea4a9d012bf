"""When an address is looked at again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.interval import SAFE
from crawler.politeness.pace import (
    ASLEEP,
    INTERVAL,
    LONGEST,
    RETRY,
    RETRY_MOST,
    SHORTEST,
    WISH_LIMIT,
    Due,
    least_interval,
    next_due,
)
from crawler.politeness.rhythm import Polled, Rhythm, observe
from storage.models import OUTCOMES, LinkKind

NOW = 1_700_000_000.0
LADDER = (900, 3600, 10800, 86400)


def after(outcome: str, kind: LinkKind = "article", **known: Any) -> Due:
    facts: dict[str, Any] = {
        "now": NOW,
        "found_at": NOW,
        "seen": 0,
        "tries": 0,
        "interval": 300,
        "recheck": LADDER,
        "ttl": None,
        "max_age": None,
        "retry_at": None,
        "jitter": 0.0,
    }
    return next_due(outcome, kind, **(facts | known))


def fed(daily: float, *, holds: int = 50, until: float = NOW) -> Rhythm:
    """The rhythm of a feed that has published evenly and was polled for the last time at `until`."""
    gap = 86400 / daily
    dated = tuple(until - gap * (number + 0.5) for number in range(holds))
    return observe(Rhythm(), Polled(until, holds, dated, holds), guess=300)


@pytest.mark.parametrize("kind", ["feed", "sitemap", "listing"])
@pytest.mark.parametrize("outcome", ["listed", "not_modified"])
def test_an_endpoint_whose_rhythm_is_not_known_is_polled_at_its_interval(kind: LinkKind, outcome: str) -> None:
    assert after(outcome, kind, tries=50) == Due(NOW + 300)
    assert after(outcome, kind, rhythm=Rhythm()) == Due(NOW + 300)


@pytest.mark.parametrize("outcome", ["listed", "not_modified", "blocked:robots"])
def test_an_interval_that_is_the_shortest_is_kept_whatever_the_rhythm(outcome: str) -> None:
    for interval in (2, int(SHORTEST)):
        assert after(outcome, "feed", tries=50, interval=interval, rhythm=fed(5), least=0.0) == Due(NOW + interval)


def test_the_shortest_interval_switches_off_neither_the_hosts_budget_nor_any_back_off() -> None:
    assert after("listed", "feed", interval=30, least=600.0) == Due(NOW + 600)
    known = fed(5, until=NOW - 5 * 86400)
    for outcome in ("failed:timeout", "blocked:http_403", "gone"):
        assert after(outcome, "feed", interval=30, tries=5000, rhythm=known) == Due(NOW + ASLEEP)
    assert after("failed:timeout", "feed", interval=30, rhythm=fed(5)) == Due(NOW + RETRY)


def test_a_busy_feed_is_polled_more_often_than_a_slow_one_and_none_more_or_less_often_than_the_bounds() -> None:
    waits = [(after("listed", "feed", rhythm=fed(daily)).at or 0.0) - NOW for daily in (1, 10, 40, 200, 800, 1e6)]
    assert waits == sorted(waits, reverse=True)
    assert waits[0] == LONGEST
    assert 60 < waits[-2] < 180
    assert waits[-1] == SHORTEST


def test_a_poll_may_come_a_little_sooner_but_not_later() -> None:
    plain, early = (after("listed", "feed", rhythm=fed(100), jitter=jitter).at or 0.0 for jitter in (0.0, 1.0))
    assert NOW + 0.85 * (plain - NOW) < early < plain


def test_an_endpoint_silent_for_days_is_polled_less_and_never_given_up() -> None:
    old = fed(20, until=NOW - 30 * 86400)
    silent = observe(old, Polled(NOW, same=True), guess=300)
    assert after("listed", "feed", rhythm=silent) == Due(NOW + ASLEEP)
    assert after("failed:timeout", "feed", rhythm=silent, tries=100_000) == Due(NOW + ASLEEP)


def test_a_failing_endpoint_is_tried_soon_then_steadily_then_hourly_then_every_six_hours() -> None:
    busy = fed(800, holds=1000)  # covers more than a day
    waits: list[tuple[float, float]] = []
    now = NOW
    while now < NOW + 10 * 86400:
        due = after("failed:timeout", "feed", rhythm=busy, tries=len(waits), now=now).at
        assert due is not None
        waits.append((now - NOW, due - now))
        now = due
    assert waits[0][1] == RETRY
    assert max(wait for since, wait in waits if since < 12 * 3600) <= RETRY_MOST
    assert {wait for since, wait in waits if 2 * 86400 < since < 4 * 86400} == {LONGEST}
    assert {wait for since, wait in waits if since > 4 * 86400} == {ASLEEP}


def test_a_feed_that_loses_stories_while_it_fails_is_tried_every_minute() -> None:
    small = fed(800, holds=20)  # covers half an hour
    in_time, losing = (
        (after("failed:timeout", "feed", rhythm=small, tries=9, now=NOW + since).at or 0) - NOW - since
        for since in (600, 3600)
    )
    assert RETRY < in_time <= RETRY_MOST
    assert losing == RETRY


def test_one_that_never_answered_is_tried_less_and_less() -> None:
    waits = [(after("failed:timeout", "feed", tries=tries).at or 0.0) - NOW for tries in range(3000)]
    assert waits == sorted(waits)
    assert (waits[0], waits[10], waits[-1]) == (RETRY, 300, ASLEEP)


def test_a_slow_endpoint_that_fails_is_tried_sooner_than_its_interval_at_first() -> None:
    slow = fed(1)
    waits = [(after("failed:timeout", "feed", rhythm=slow, tries=tries).at or 0.0) - NOW for tries in range(9)]
    assert waits[:3] == [60, 120, 240]
    assert waits[-1] == LONGEST


@pytest.mark.parametrize("outcome", ["blocked:http_403", "blocked:http_401", "blocked:http_451", "failed:http_429"])
def test_a_host_that_refuses_is_asked_half_as_often_with_each_refusal(outcome: str) -> None:
    busy = fed(800)
    usual = (after("listed", "feed", rhythm=busy).at or 0.0) - NOW
    waits = [(after(outcome, "feed", rhythm=busy, tries=tries).at or 0.0) - NOW for tries in range(9)]
    assert waits[:3] == pytest.approx([2 * usual, 4 * usual, 8 * usual])
    assert waits[-1] == LONGEST
    slow = fed(1)
    assert after(outcome, "feed", rhythm=slow).at == after("listed", "feed", rhythm=slow).at


def test_a_feeds_wish_is_kept_up_to_half_of_what_it_holds() -> None:
    assert after("listed", "feed", rhythm=fed(400, holds=100), max_age=900) == Due(NOW + 900)
    small = fed(400, holds=10)  # covers 36 minutes at most, without the oldest tenth less
    due = after("listed", "feed", rhythm=small, ttl=3600).at or 0.0
    assert SHORTEST < due - NOW <= 36 * 60 * SAFE


def test_what_budget_and_crawl_delay_leave_is_the_least_interval() -> None:
    assert least_interval(share=1, polls=120, delay=2.0, crawl_delay=None) == 30
    assert least_interval(share=1, polls=1_000_000, delay=0.02, crawl_delay=None) < 1
    assert least_interval(share=4, polls=120, delay=2.0, crawl_delay=None) == 120
    assert least_interval(share=1, polls=120, delay=2.0, crawl_delay=60.0) == 240
    assert after("listed", "feed", rhythm=fed(1e6), least=120.0) == Due(NOW + 120)


def test_an_endpoint_without_an_interval_gets_the_default() -> None:
    assert after("listed", "sitemap", interval=None) == Due(NOW + INTERVAL)


@pytest.mark.parametrize(
    ("ttl", "max_age", "wait"),
    [
        (600, None, 600),
        (None, 900, 900),
        (600, 900, 900),
        (60, 60, 300),
        (86400, None, WISH_LIMIT),
        (None, 31_536_000, WISH_LIMIT),
    ],
)
def test_a_feeds_wish_stretches_its_interval_within_a_limit(ttl: int | None, max_age: int | None, wait: int) -> None:
    assert after("listed", "feed", ttl=ttl, max_age=max_age) == Due(NOW + wait)


def test_a_longer_interval_of_the_registry_stands() -> None:
    assert after("listed", "feed", interval=7200, ttl=86400) == Due(NOW + 7200)


@pytest.mark.parametrize("outcome", ["new", "revised", "unchanged", "not_modified", "copy"])
def test_an_article_climbs_its_ladder_by_age(outcome: str) -> None:
    ages = [0, 899, 900, 3599, 10800, 86399]
    found = [after(outcome, found_at=NOW - age).at for age in ages]
    assert found == [NOW - age + rung for age, rung in zip(ages, (900, 900, 3600, 3600, 86400, 86400), strict=True)]


def test_after_the_last_rung_an_article_rests() -> None:
    assert after("unchanged", found_at=NOW - 86400) == Due(None)
    assert after("new", recheck=()) == Due(None)


def test_an_alias_is_looked_at_like_its_article() -> None:
    assert after("alias").at == after("unchanged").at, "the store drops it where another address of it is due"


def test_failures_wait_longer_and_are_given_up_after_the_tenth() -> None:
    dues = [after("failed:timeout", tries=tries) for tries in range(10)]
    waits = [due.at - NOW for due in dues[:9] if due.at]
    assert waits == sorted(waits)
    assert len(waits) == 9
    assert sum(waits) >= 36_000
    assert dues[9] == Due(None, quarantine=True)


def test_what_is_gone_gets_two_more_looks() -> None:
    looks = [after("gone", tries=missing + 1, missing=missing).at for missing in range(4)]
    assert looks == [NOW + 3600, NOW + 86400, None, None]
    assert not after("gone", tries=3, missing=3).quarantine


def test_the_second_look_at_what_is_gone_waits_for_the_sources_gap_whatever_failed_in_between() -> None:
    assert after("gone", tries=0, gone_gap=7200).at == NOW + 7200
    assert after("gone", tries=5, missing=0).at == NOW + 3600


def test_what_has_long_been_gone_gets_none_whatever_the_count() -> None:
    assert after("gone", found_at=NOW - 30 * 86400) == Due(None)


def test_what_was_no_article_gets_two_more_looks_on_the_ladder() -> None:
    looks = [after("rejected:teaser", tries=tries, seen=tries).at for tries in range(4)]
    assert looks == [NOW + 900, NOW + 900, None, None]


def test_what_an_outage_kept_waiting_is_not_given_up_for_the_first_page_that_is_no_article() -> None:
    assert after("rejected:no_text", tries=5, seen=0).at == NOW + 900
    assert after("rejected:no_text", tries=6, seen=1).at == NOW + 900
    assert after("rejected:no_text", tries=7, seen=2).at is None


def test_what_robots_disallow_is_looked_at_again_after_a_day_for_a_week() -> None:
    assert after("blocked:robots") == Due(NOW + 86400)
    assert after("blocked:robots", tries=6, forbidden=6) == Due(NOW + 86400)
    assert after("blocked:robots", tries=7, forbidden=7) == Due(None)


@given(tries=st.integers(0, 40), unasked=st.integers(0, 40))
def test_a_robots_txt_that_forbids_after_an_outage_or_failures_is_waited_for_all_the_same(
    tries: int, unasked: int
) -> None:
    assert after("blocked:robots", tries=tries, unasked=min(unasked, tries)) == Due(NOW + 86400)


def test_unreachable_robots_are_waited_for() -> None:
    assert after("blocked:robots_unreachable") == Due(NOW + 900)
    assert after("blocked:robots_unreachable", tries=5) == Due(NOW + 3600)
    looks = [after("blocked:robots_unreachable", tries=tries) for tries in range(40)]
    assert sum(due.at - NOW for due in looks if due.at) > 7 * 86400
    assert looks[-1] == Due(None, quarantine=True), "where a person finds it, and the host's first answer releases it"


@given(unasked=st.integers(0, 30), failed=st.integers(0, 12))
def test_looks_that_sent_nothing_use_up_no_try(unasked: int, failed: int) -> None:
    tries = unasked + failed
    assert after("failed:http_500", tries=tries, unasked=unasked) == after("failed:http_500", tries=failed)


@pytest.mark.parametrize("code", ["address", "policy", "redirect"])
def test_what_no_wait_can_mend_goes_to_quarantine_at_once(code: str) -> None:
    assert after(f"blocked:{code}") == Due(None, quarantine=True)


def test_a_hosts_refusal_waits_like_a_failure() -> None:
    assert after("blocked:http_403") == Due(NOW + 60)
    assert after("blocked:http_403", tries=9).quarantine


def test_reserved_rights_end_the_looks() -> None:
    assert after("blocked:reserved") == Due(None)


@pytest.mark.parametrize("kind", ["article", "feed"])
def test_nothing_is_asked_before_its_host_wants_to_be_asked(kind: LinkKind) -> None:
    assert after("failed:http_503", kind, retry_at=NOW + 5000) == Due(NOW + 5000)
    assert after("failed:http_503", kind, retry_at=NOW + 1).at == after("failed:http_503", kind).at


def test_robots_txt_is_never_due_by_pace() -> None:
    assert after("listed", "robots") == Due(None)
    assert after("failed:timeout", "robots") == Due(None)


@pytest.mark.parametrize("outcome", ["interrupted", "finished", "", "new ", "Failed:x"])
def test_what_is_no_outcome_is_refused(outcome: str) -> None:
    with pytest.raises(ValueError, match="no outcome"):
        after(outcome)


@given(
    name=st.sampled_from([name for name in OUTCOMES if name != "interrupted"]),
    code=st.sampled_from(["", ":robots", ":http_403", ":address", ":timeout", ":robots_unreachable"]),
    kind=st.sampled_from(["article", "feed", "sitemap", "listing", "robots"]),
    age=st.floats(min_value=0, max_value=1e7),
    tries=st.integers(min_value=0, max_value=60),
    retry=st.none() | st.floats(min_value=0, max_value=20_000),
    jitter=st.floats(min_value=0, max_value=1),
    daily=st.floats(min_value=0.1, max_value=1e5),
    ttl=st.none() | st.integers(min_value=0, max_value=10**9),
)
def test_a_next_look_is_always_later_and_no_article_is_looked_at_for_ever(
    name: str,
    code: str,
    kind: LinkKind,
    age: float,
    tries: int,
    retry: float | None,
    jitter: float,
    daily: float,
    ttl: int | None,
) -> None:
    due = after(
        name + code,
        kind,
        found_at=NOW - age,
        tries=tries,
        retry_at=None if retry is None else NOW + retry,
        jitter=jitter,
        rhythm=fed(daily, until=NOW - age) if kind in ("feed", "sitemap", "listing") else None,
        ttl=ttl,
    )
    assert due.at is None or due.at > NOW
    if kind in ("feed", "sitemap", "listing"):
        asked = max(NOW + min(ttl or 0, WISH_LIMIT), NOW + (retry or 0))
        assert due.at is not None, "an endpoint is never given up"
        assert max(NOW + SHORTEST, NOW + (retry or 0)) <= due.at <= max(NOW + ASLEEP, asked)
    assert not (due.quarantine and due.at is not None)
    if kind == "article" and tries >= 40 and age > max(LADDER):
        assert due.at is None
