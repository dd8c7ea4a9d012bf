"""What a source can reach, and what a backfill has covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from crawler.coverage import archive_of, coverage, reaches, report, unfinished
from crawler.source import Endpoint, Source
from storage.models import Profile
from storage.standings import BackfillStanding, Covered

MOSCOW = ZoneInfo("Europe/Moscow")
SINCE = datetime(2023, 9, 30, 21, tzinfo=UTC)  # 1 October in Moscow
UNTIL = datetime(2023, 10, 7, 20, 59, 59, tzinfo=UTC)  # 7 October, to its end


def source(*endpoints: Endpoint, archive_from: str | None = None) -> Source:
    profile = Profile("s", timezone="Europe/Moscow")
    return Source("s", "S", "https://a.test", ("a.test",), None, (), profile, endpoints, archive_from=archive_from)


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (Endpoint("https://a.test/{year}/{month:02}/{day:02}", "listing", "archive"), "archive pages by day"),
        (Endpoint("https://a.test/{year}-{month}.xml", "sitemap", "archive"), "archive pages by month"),
        (Endpoint("https://a.test/{year}?p={page}", "listing", "archive"), "archive pages by year"),
        (Endpoint("https://a.test/news?p={page}", "listing", "archive"), "listing pages, from the newest back"),
        (Endpoint("https://a.test/news", "listing", "archive", next=("a",)), "listing pages, from the newest back"),
        (Endpoint("https://a.test/map.xml", "sitemap", "archive", follow="news"), "sitemap index"),
        (Endpoint("https://a.test/map.xml", "sitemap", "archive"), "sitemaps"),
    ],
)
def test_the_kind_of_an_archive_is_said_with_its_first_day(endpoint: Endpoint, said: str) -> None:
    assert archive_of(source(endpoint)) == f"{said}, since when is not known"
    assert archive_of(source(endpoint, archive_from="2020-10-01")) == f"{said} since 2020-10-01"


def test_a_source_without_an_archive_says_so() -> None:
    live = Endpoint("https://a.test/rss", "feed")
    assert archive_of(source(live)) == "no archive: only what its live endpoints hold now"


def test_a_since_before_the_archives_first_day_is_told_not_refused() -> None:
    endpoint = Endpoint("https://a.test/{year}/{month:02}/{day:02}", "listing", "archive")
    dated = source(endpoint, archive_from="2023-10-02")
    assert reaches(dated, SINCE, MOSCOW).endswith(
        "; 2023-10-01 is earlier, where nothing is known to be: read from that day on"
    )
    assert "earlier" not in reaches(dated, SINCE + timedelta(days=1), MOSCOW)
    assert "earlier" not in reaches(source(endpoint), SINCE, MOSCOW)


def test_days_are_those_of_the_sources_calendar() -> None:
    found = coverage(["2023-09-30T21:00:00Z", "2023-10-03T20:59:59Z", "2023-10-05"], SINCE, UNTIL, MOSCOW)
    empty = [f"{first} {last}" for first, last in found.empty]
    assert empty == ["2023-10-02 2023-10-02", "2023-10-04 2023-10-04", "2023-10-06 2023-10-07"]
    assert (found.stored, found.oldest, found.newest, found.empty_days) == (3, "2023-09-30T21:00:00Z", "2023-10-05", 4)


@settings(max_examples=40)
@given(st.sets(st.integers(0, 40)), st.integers(0, 40))
def test_the_days_with_and_those_without_an_article_are_the_span(days: set[int], last: int) -> None:
    first = datetime(2024, 3, 1, tzinfo=UTC)
    stored = sorted(f"{first + timedelta(days=n, hours=13):%Y-%m-%dT%H:%M:%SZ}" for n in days)
    found = coverage(stored, first, first + timedelta(days=last, hours=23), ZoneInfo("UTC"))
    empty = {first.date() + timedelta(days=n) for n in range(last + 1)} - {
        first.date() + timedelta(days=n) for n in days
    }
    told = {run[0] + timedelta(days=n) for run in found.empty for n in range((run[1] - run[0]).days + 1)}
    assert told == empty
    assert found.empty_days == len(empty)


FINISHED = BackfillStanding(
    7, "s", SINCE.timestamp(), UNTIL.timestamp(), False, "2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z"
)


def test_the_report_names_span_gaps_and_what_was_left_with_the_reason() -> None:
    covered = Covered(
        ("2023-09-30T21:10:00Z", "2023-10-02T09:00:00Z"),
        quarantined=(("failed:timeout", 2), ("blocked:robots", 1)),
        failed=(("failed:http_502", 1200),),
        unread=tuple((f"https://a.test/{n}", "failed:http_500: HTTP 500") for n in range(7)),
    )
    assert report(FINISHED, covered, MOSCOW, archive=True) == [
        "span 2023-10-01 00:00 to 2023-10-07 23:59 (Europe/Moscow): 2 articles stored, the oldest of 2023-10-01 00:10, "
        "the newest of 2023-10-02 12:00",
        "5 days without an article: 2023-10-03 to 2023-10-07",
        "7 archive pages could not be read: " + "; ".join(f"https://a.test/{n} (failed:http_500)" for n in range(5)),
        "3 given up: 2 failed:timeout, 1 blocked:robots",
        "1,200 failed, to be tried again by `dateline run` or the daemon: 1,200 failed:http_502",
    ]


def test_pages_that_were_not_there_and_those_beyond_the_span_are_told_apart_from_those_that_failed() -> None:
    standing = replace(FINISHED, listed=3, absent=2, open_end=True)
    lines = report(standing, Covered((), beyond=("https://a.test/p/9",)), MOSCOW, archive=True)
    assert lines[-3:] == [
        "2 of 5 archive pages were not there (404)",
        "not read from https://a.test/p/9 on: the articles of the page before it lie before the span",
        "covered until 2023-10-07 23:59: what came since, only the live crawl has",
    ]


def test_an_unfinished_backfill_says_what_failed_when_it_is_tried_and_how() -> None:
    at = datetime(2023, 10, 8, 9, tzinfo=UTC).timestamp()
    standing = replace(FINISHED, finished_at=None, unread=1, failing=2, retry_at=at)
    covered = Covered((), failed=(("failed:http_500", 2),), unread=(("https://a.test/map", "blocked:http_403: no"),))
    assert unfinished(standing, covered, MOSCOW) == (
        "backfill 7 is not finished; 1 archive pages could not be read yet: https://a.test/map (blocked:http_403); "
        "2 articles failed: 2 failed:http_500; the next try is due 2023-10-08 09:00:00Z. The same command goes on with it"
    )


def test_an_estimate_says_how_it_becomes_a_backfill_and_how_it_is_dropped() -> None:
    words = unfinished(replace(FINISHED, finished_at=None), Covered(()), MOSCOW, estimate=True)
    assert words == (
        "backfill 7 is not finished: this was an estimate. The same command without --estimate goes on with it; "
        "`dateline backfills --close 7` drops it"
    )


def test_a_long_list_of_gaps_is_cut_and_the_rest_counted() -> None:
    until = SINCE + timedelta(days=60)
    stored = tuple(f"{SINCE + timedelta(days=2 * n, hours=1):%Y-%m-%dT%H:%M:%SZ}" for n in range(30))
    at = BackfillStanding(7, "s", SINCE.timestamp(), until.timestamp(), False, "", None)
    lines = report(at, Covered(stored), MOSCOW, archive=True)
    assert lines[1].startswith("31 days without an article: 2023-10-02, 2023-10-04, ")
    assert lines[1].endswith(", 2023-10-24 and 19 more")


def test_without_an_archive_it_says_how_far_the_live_endpoints_went_back() -> None:
    held = replace(FINISHED, entries=130, back_to=datetime(2023, 10, 6, 12, tzinfo=UTC).timestamp())
    lines = report(held, Covered(()), MOSCOW, archive=False)
    assert lines[0].endswith("0 articles stored")
    assert lines[1] == "no archive: its live endpoints hold 130 entries back to 2023-10-06 15:00"
