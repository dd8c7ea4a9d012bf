"""When an address is looked at again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.pace import INTERVAL, WISH_LIMIT, Due, next_due
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


@pytest.mark.parametrize("kind", ["feed", "sitemap", "listing"])
@pytest.mark.parametrize(
    "outcome",
    ["listed", "not_modified", "gone", "failed:timeout", "failed:http_503", "blocked:robots", "rejected:parse"],
)
def test_an_endpoint_keeps_its_interval_whatever_happened(kind: LinkKind, outcome: str) -> None:
    assert after(outcome, kind, tries=50) == Due(NOW + 300)


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
    assert [after("rejected:teaser", tries=tries).at for tries in range(4)] == [NOW + 900, NOW + 900, None, None]


def test_what_robots_disallow_is_looked_at_again_after_a_day_for_a_week() -> None:
    assert after("blocked:robots") == Due(NOW + 86400)
    assert after("blocked:robots", tries=7) == Due(None)


def test_unreachable_robots_are_waited_for() -> None:
    assert after("blocked:robots_unreachable") == Due(NOW + 900)
    assert after("blocked:robots_unreachable", tries=5) == Due(NOW + 3600)


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
)
def test_a_next_look_is_always_later_and_no_article_is_looked_at_for_ever(
    name: str, code: str, kind: LinkKind, age: float, tries: int, retry: float | None, jitter: float
) -> None:
    due = after(
        name + code,
        kind,
        found_at=NOW - age,
        tries=tries,
        retry_at=None if retry is None else NOW + retry,
        jitter=jitter,
    )
    assert due.at is None or due.at > NOW
    assert not (due.quarantine and due.at is not None)
    if kind == "article" and tries >= 40 and age > max(LADDER):
        assert due.at is None
