"""Retry-After, pauses and the waits of failures."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.retry import PAUSE_LIMIT, WAITS, backoff, pause, retry_after

NOW = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 3 ", 3),
        ("0", 0),
        ("1.5", 2),
        ("7200.", 7200),
        ("3, 90, 60", 90),
        ("1000000000", PAUSE_LIMIT),
        ("9" * 5000, PAUSE_LIMIT),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
        ("Sun Nov  6 08:50:37 1994", 60),
        ("Sun, 06 Nov 1994 09:50:37 +0100", 60),
        ("Fri, 31 Dec 9999 23:59:59 GMT", PAUSE_LIMIT),
    ],
)
def test_a_retry_after_names_an_instant_within_the_limit(header: str, seconds: float) -> None:
    assert retry_after(header, now=NOW) == NOW + seconds


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "-5",
        "-1000000000",
        "soon",
        "1.5s",
        "1e9",
        ".5",
        "１２",
        "٣",
        "Sun, 06 Nov 1994 08:48:37 GMT",
        "Sun, 99 Foo 1994",
        "0x10",
    ],
)
def test_what_names_no_instant_to_come_is_none(header: str | None) -> None:
    assert retry_after(header, now=NOW) is None


@given(header=st.text(max_size=40), now=st.floats(min_value=0, max_value=4e9))
def test_no_header_raises_or_pauses_beyond_the_limit(header: str, now: float) -> None:
    at = retry_after(header, now=now)
    assert at is None or now <= at <= now + PAUSE_LIMIT


@given(seconds=st.integers(min_value=1, max_value=int(PAUSE_LIMIT)))
def test_a_date_and_its_seconds_say_the_same(seconds: int) -> None:
    assert retry_after(formatdate(NOW + seconds, usegmt=True), now=NOW) == retry_after(str(seconds), now=NOW)


def test_only_429_and_503_pause_a_host() -> None:
    assert [pause(status, "60", 0, NOW) for status in (200, 404, 500, 502)] == [None] * 4
    assert [pause(status, "60", 0, NOW) for status in (429, 503)] == [NOW + 60] * 2


def test_without_a_usable_header_the_pause_grows_with_the_failures_and_stops_at_an_hour() -> None:
    waits = [(pause(503, "-1", failures, NOW) or 0) - NOW for failures in range(12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60, 3600)


def test_ten_tries_over_more_than_ten_hours_and_then_quarantine() -> None:
    waits = [backoff(tries, jitter=0.0) for tries in range(1, 11)]
    assert waits[:5] == [60, 300, 900, 3600, 7200]
    assert waits[-1] is None
    assert None not in waits[:-1]
    assert sum(WAITS) >= 10 * 3600


@given(tries=st.integers(min_value=1, max_value=len(WAITS)), jitter=st.floats(min_value=0, max_value=1))
def test_jitter_only_lengthens_a_wait_and_by_a_fifth_at_most(tries: int, jitter: float) -> None:
    wait = backoff(tries, jitter=jitter)
    assert wait is not None
    assert WAITS[tries - 1] <= wait <= WAITS[tries - 1] * 1.2


def test_no_failure_has_no_wait() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        backoff(0, jitter=0.0)
