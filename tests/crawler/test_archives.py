"""A backfill's span against archives."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.archives import child_in_span, ends, expand, fields_of, in_span
from crawler.source import Endpoint
from storage.models import Instant, Link

MOSCOW = ZoneInfo("Europe/Moscow")
SINCE, UNTIL = datetime(2023, 9, 30, 21, tzinfo=UTC), datetime(2023, 10, 31, 20, 59, 59, tzinfo=UTC)


def instant(at: str) -> Instant:
    return Instant(at, "day" if len(at) == 10 else "second", None, at, "sitemap")


def link(*, published: str | None = None, modified: str | None = None, url: str = "https://agency.test/1") -> Link:
    return Link(
        url, published=instant(published) if published else None, modified=instant(modified) if modified else None
    )


def archive(url: str, follow: str | None = None) -> Endpoint:
    return Endpoint(url, "sitemap", role="archive", follow=follow)


def test_a_day_template_is_asked_for_each_day_of_the_sources_own_zone() -> None:
    urls = expand(archive("https://a.test/{year}/{month:02}/{day:02}"), SINCE, UNTIL, MOSCOW)
    assert (len(urls), urls[0], urls[-1]) == (31, "https://a.test/2023/10/01", "https://a.test/2023/10/31")


def test_a_month_and_a_year_template_are_asked_once_each() -> None:
    since, until = datetime(2022, 11, 30, tzinfo=UTC), datetime(2023, 2, 1, tzinfo=UTC)
    months = expand(archive("https://a.test/{year}-{month}.xml"), since, until, MOSCOW)
    assert [url[15:-4] for url in months] == ["2022-11", "2022-12", "2023-1", "2023-2"]
    assert expand(archive("https://a.test/{year}"), since, until, MOSCOW) == (
        "https://a.test/2022",
        "https://a.test/2023",
    )


def test_pages_begin_with_the_first() -> None:
    assert expand(archive("https://a.test/list?p={page}"), SINCE, UNTIL, MOSCOW) == ("https://a.test/list?p=1",)


def test_an_address_without_a_date_is_asked_once() -> None:
    assert expand(archive("https://a.test/index.xml"), SINCE, UNTIL, MOSCOW) == ("https://a.test/index.xml",)


@pytest.mark.parametrize(
    "path",
    ["{days}", "{month}-{page}", "{}", "{month}", "{year}/{day}", "{year:>9}", "{year!r}", "{", "}", "{year.real}"],
)
def test_other_braces_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"date|is no field|'\{'|'\}'"):
        fields_of(f"https://a.test/{path}")


@given(st.datetimes(datetime(1999, 1, 1), datetime(2040, 1, 1)), st.integers(0, 400 * 86_400))
def test_expanded_days_are_one_after_the_other(start: datetime, seconds: int) -> None:
    since = start.replace(tzinfo=UTC)
    until = datetime.fromtimestamp(since.timestamp() + seconds, UTC)
    urls = expand(archive("{year}-{month:02}-{day:02}"), since, until, MOSCOW)
    days = [datetime.fromisoformat(url).toordinal() for url in urls]
    assert days == list(range(days[0], days[0] + len(days)))
    assert (urls[0], urls[-1]) == (
        since.astimezone(MOSCOW).date().isoformat(),
        until.astimezone(MOSCOW).date().isoformat(),
    )


@pytest.mark.parametrize(
    ("known", "inside"),
    [
        (link(published="2023-10-01T00:00:00Z"), True),
        (link(published="2023-09-30T20:59:59Z"), False),
        (link(published="2023-10-31T20:59:59Z"), True),
        (link(published="2023-10-31T21:00:00Z"), False),
        (link(published="2023-10-15"), True),
        (link(published="2023-10-01"), None),
        (link(published="2023-09-30"), None),
        (link(published="2023-09-28"), False),
        (link(published="2023-11-03"), False),
        (link(modified="2023-09-01T00:00:00Z"), False),
        (link(modified="2023-10-05T00:00:00Z"), None),
        (link(modified="2024-10-05T00:00:00Z"), None),
        (link(modified="2023-09-30"), None),
        (link(), None),
        (link(published="2023-10-05T00:00:00Z", modified="2023-09-01T00:00:00Z"), True),
    ],
)
def test_a_publication_decides_and_a_last_change_only_tells_what_is_too_old(known: Link, inside: bool | None) -> None:
    assert in_span(known, SINCE, UNTIL) is inside


def test_without_bounds_everything_with_a_date_is_inside() -> None:
    assert in_span(link(published="2023-10-01T00:00:00Z"), None, None) is True
    assert in_span(link(modified="2023-10-01T00:00:00Z"), None, None) is None


def test_an_index_childs_last_change_is_tested_against_since_only() -> None:
    assert not child_in_span(link(modified="2023-09-01T00:00:00Z"), SINCE, UNTIL)
    assert child_in_span(link(modified="2026-01-01T00:00:00Z"), SINCE, UNTIL)
    assert child_in_span(link(), SINCE, UNTIL)


RIA = archive("https://a.test/i.xml", r"date_start=(?P<year>\d{4})(?P<month>\d{2})\d{2}")


@pytest.mark.parametrize(
    ("month", "inside"),
    [("20230801", False), ("20230901", True), ("20231001", True), ("20231101", True), ("20231201", False)],
)
def test_a_childs_own_period_is_tested_on_both_sides_with_a_day_to_spare(month: str, inside: bool) -> None:
    child = link(url=f"https://a.test/s.xml?date_start={month}&date_end=20231231")
    assert child_in_span(child, SINCE, UNTIL, RIA) is inside


def test_a_years_and_a_days_period() -> None:
    yearly = archive("https://a.test/i.xml", r"sitemap-(?P<year>\d{4})\.xml")
    daily = archive("https://a.test/i.xml", r"(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>\d{4})\.xml")
    assert [
        child_in_span(link(url=f"https://a.test/sitemap-{y}.xml"), SINCE, UNTIL, yearly) for y in (2022, 2023, 2024)
    ] == [False, True, False]
    assert [
        child_in_span(link(url=f"https://a.test/{d}.xml"), SINCE, UNTIL, daily)
        for d in ("01-11-2023", "15-11-2023", "31-02-2023")
    ] == [True, False, True]


@pytest.mark.parametrize(
    ("zone", "read"),
    [
        # Moscow's 1 October is 21:00 to 21:00 of UTC: by UTC's days it begins in the day before.
        ("Europe/Moscow", ["09-30", "10-01"]),
        ("America/Lima", ["10-01", "10-02"]),
        ("UTC", ["10-01"]),
        (None, ["09-29", "09-30", "10-01", "10-02"]),
    ],
)
def test_a_child_of_one_day_is_cut_by_the_sources_days_or_by_those_of_utc(zone: str | None, read: list[str]) -> None:
    daily = archive("https://a.test/i.xml", r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\.xml")
    own = ZoneInfo(zone or "UTC")
    first, last = datetime(2023, 10, 1, tzinfo=own), datetime(2023, 10, 1, 23, 59, 59, tzinfo=own)
    children = {
        day: link(url=f"https://a.test/2023-{day}.xml") for day in ("09-29", "09-30", "10-01", "10-02", "10-03")
    }
    wanted = [
        day
        for day, child in children.items()
        if child_in_span(child, first.astimezone(UTC), last.astimezone(UTC), daily, ZoneInfo(zone) if zone else None)
    ]
    assert wanted == read


BY_NAME = archive("https://a.test/i.xml", r"/(?P<year>\d+)-(?P<month>\w+)\.xml")


@pytest.mark.parametrize(
    ("child", "end"),
    [
        ("2023-10", "2023-11-01T12:00:00Z"),
        ("2023-oct", "2023-11-01T12:00:00Z"),
        ("2023-December", "2024-01-01T12:00:00Z"),
        ("1971-01", "1971-02-01T12:00:00Z"),
        ("2099-12", "2100-01-01T12:00:00Z"),
        *(
            (said, None)
            for said in ("9999-12", "0001-01", "1970-12", "2100-01", "2023-00", "2023-13", "2023-news", "2023-²")
        ),
        ("9" * 5000 + "-10", None),
    ],
)
def test_a_childs_month_may_be_a_name_and_a_date_that_no_source_can_have_is_none(child: str, end: str | None) -> None:
    named = link(url=f"https://a.test/{child}.xml")
    until = ends(named, BY_NAME)
    assert (until.at if until else None) == end
    zones = (None, MOSCOW, ZoneInfo("America/Lima"))
    inside = [child_in_span(named, SINCE, UNTIL, BY_NAME, zone) for zone in zones]
    assert inside == [end is None or end.startswith("2023-11")] * 3


@given(st.text("0123456789-/abcnovember", max_size=20), st.sampled_from([None, MOSCOW]))
def test_no_address_of_a_child_raises(said: str, zone: ZoneInfo | None) -> None:
    anything = archive("https://a.test/i.xml", r"(?P<year>[^-]*)-?(?P<month>[^/]*)/?(?P<day>.*)\.xml")
    child = link(url=f"https://a.test/{said}.xml")
    assert child_in_span(child, SINCE, UNTIL, anything, zone) in (True, False)
    ends(child, anything)
