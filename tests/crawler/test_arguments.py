"""Arguments of a crawl as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.arguments import ArgumentProblem, CrawlArguments, parse

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_nothing_said_is_nothing_asked() -> None:
    assert parse({}, MOSCOW, NOW) == CrawlArguments(None, None, None)


def test_a_day_begins_and_ends_at_the_sources_midnight() -> None:
    found = parse({"since": "2023-10-01", "until": "2023-10-05", "limit": "20"}, MOSCOW, NOW)
    assert found.since == datetime(2023, 9, 30, 21, tzinfo=UTC)
    assert found.until == datetime(2023, 10, 5, 20, 59, 59, tzinfo=UTC)
    assert found.limit == 20


def test_the_order_of_a_backfill_is_newest_first_unless_oldest_is_asked_for() -> None:
    orders = [
        parse({"since": "2023-10-01", **more}, MOSCOW, NOW) for more in ({}, {"order": "newest"}, {"order": "oldest"})
    ]
    assert [found.oldest_first for found in orders] == [False, False, True]


def test_a_day_of_25_hours_lasts_to_its_end() -> None:
    found = parse({"since": "2023-10-29", "until": "2023-10-29"}, ZoneInfo("Europe/Berlin"), NOW)
    assert found.since is not None and found.until is not None
    assert (found.until - found.since).total_seconds() == 25 * 3600 - 1


@pytest.mark.parametrize(
    "text",
    ["2023-10-01T12:00", "2023-10-01 12:00:00", "2023-10-01T12:00+03:00", "2023-10-01T09:00:00Z", "2023-10-01t09:00z"],
)
def test_moments_with_and_without_an_offset(text: str) -> None:
    assert parse({"since": text}, MOSCOW, NOW).since == datetime(2023, 10, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (
            {"sinse": "2023-10-01"},
            "unknown argument 'sinse': did you mean 'since'? known are since, until, limit, order",
        ),
        ({"x": "1"}, "unknown argument 'x': known are since, until, limit, order"),
        ({"since": "2023-10-01", "order": "olddest"}, "order='olddest': write newest or oldest"),
        ({"order": "oldest"}, "order needs since"),
        ({"since": "1 October"}, "since='1 October' is no date"),
        ({"since": "2023-02-30"}, "since='2023-02-30': day is out of range"),
        ({"since": "2023-10-01T25:00"}, "since='2023-10-01T25:00'"),
        ({"since": ""}, "since='' is no date"),
        ({"since": "2023-10-06", "until": "2023-10-05"}, "since=2023-10-06 is later than until=2023-10-05"),
        ({"until": "2023-10-05"}, "until needs since"),
        ({"since": "2026-11-23"}, "since=2026-11-23 is in the future: it is 2026-11-22 15:00 MSK"),
        ({"limit": "0"}, "limit='0'"),
        ({"limit": "many"}, "limit='many'"),
        ({"limit": "-3"}, "limit='-3'"),
        ({"since": "0001-01-01"}, "since='0001-01-01'"),
    ],
)
def test_what_cannot_be_obeyed_is_refused_in_one_line(raw: dict[str, str], line: str) -> None:
    with pytest.raises(ArgumentProblem) as caught:
        parse(raw, MOSCOW, NOW)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_until_today_may_end_tonight() -> None:
    found = parse({"since": "2026-11-22", "until": "2026-11-22"}, MOSCOW, NOW)
    assert found.until is not None and found.until > NOW


@given(st.dictionaries(st.sampled_from(["since", "until", "limit"]), st.text(max_size=25)))
def test_any_text_is_read_or_refused(raw: dict[str, str]) -> None:
    try:
        found = parse(raw, MOSCOW, NOW)
    except ArgumentProblem:
        return
    assert found.until is None or (found.since is not None and found.since <= found.until)
