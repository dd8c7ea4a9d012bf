"""Dates as feeds and sitemaps write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.dates import read_instant
from pipelines.months import MONTHS_BY_LANGUAGE, month_of

MOSCOW = "Europe/Moscow"


@pytest.mark.parametrize(
    ("raw", "at", "precision", "offset"),
    [
        ("Wed, 29 Jul 2026 16:44:35 +0300", "2026-07-29T13:44:35Z", "second", "+03:00"),
        ("29 Jul 2026 16:44 GMT", "2026-07-29T16:44:00Z", "minute", "+00:00"),
        ("Wed, 29 Jul 26 16:44:35 EST", "2026-07-29T21:44:35Z", "second", "-05:00"),
        ("Wed, 29 July 2026 16:44:35 -0000", "2026-07-29T16:44:35Z", "second", "+00:00"),
        ("Wed,29 Jul 2026 16:44:35 MSK", "2026-07-29T13:44:35Z", "second", "+03:00"),
        ("Wed, 29 Jul 2026 16:44:35 +0900 (JST)", "2026-07-29T07:44:35Z", "second", "+09:00"),
        ("Wed, 29 Jul 2026 16:44:35 GMT+3", "2026-07-29T13:44:35Z", "second", "+03:00"),
        ("Wed, 29 Jul 2026 16:44:35 UTC+05:30", "2026-07-29T11:14:35Z", "second", "+05:30"),
        ("mié, 29 Jul 2026 16:44:35 +02:00", "2026-07-29T14:44:35Z", "second", "+02:00"),
        ("2026-07-29T16:44:35+03:00", "2026-07-29T13:44:35Z", "second", "+03:00"),
        ("2026-07-29T16:44:35.123456789Z", "2026-07-29T16:44:35Z", "second", "+00:00"),
        ("2026-07-29T16:44+0300", "2026-07-29T13:44:00Z", "minute", "+03:00"),
        ("2026-07-29 16:44:35 +03", "2026-07-29T13:44:35Z", "second", "+03:00"),
        ("2026/07/29 16:44:35 Z", "2026-07-29T16:44:35Z", "second", "+00:00"),
        ("20260729T164435Z", "2026-07-29T16:44:35Z", "second", "+00:00"),
        ("July 29, 2026 4:44 PM EDT", "2026-07-29T20:44:00Z", "minute", "-04:00"),
        ("Wed Jul 29 16:44:35 UTC 2026", "2026-07-29T16:44:35Z", "second", "+00:00"),
        ("29.07.2026 16:44 +0300", "2026-07-29T13:44:00Z", "minute", "+03:00"),
        ("Ср, 29 июл 2026 16:44:35 +0300", "2026-07-29T13:44:35Z", "second", "+03:00"),
        ("mié., 29 ene. 2026 16:44:35 +0200", "2026-01-29T14:44:35Z", "second", "+02:00"),
        ("29 Ağustos 2026 16:44 +0300", "2026-08-29T13:44:00Z", "minute", "+03:00"),
        ("29 de março de 2026 às 16h44 -03:00", "2026-03-29T19:44:00Z", "minute", "-03:00"),
        ("1er août 2026", "2026-08-01", "day", None),
        ("29. Juli 2026, 16:44 Uhr MEZ", "2026-07-29T15:44:00Z", "minute", "+01:00"),
        ("29 Juli 2026 16.44 WIB", "2026-07-29T09:44:00Z", "minute", "+07:00"),
        ("2026年7月29日 16:44:35 JST", "2026-07-29T07:44:35Z", "second", "+09:00"),
        ("29 Jul 2026 16:44:35 America/New_York", "2026-07-29T20:44:35Z", "second", "-04:00"),
        ("Thu, 31 Dec 98 23:00:00 EST", "1999-01-01T04:00:00Z", "second", "-05:00"),
        ("1785332675", "2026-07-29T13:44:35Z", "second", "+00:00"),
        ("1785332675123", "2026-07-29T13:44:35Z", "second", "+00:00"),
        ("2026-07-29T24:00:00Z", "2026-07-30T00:00:00Z", "second", "+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "second", "+00:00"),
        ("2026-07-29", "2026-07-29", "day", None),
        ("29 Jul 2026", "2026-07-29", "day", None),
    ],
)
def test_a_date_is_read_with_its_offset(raw: str, at: str, precision: str, offset: str | None) -> None:
    instant = read_instant(raw, MOSCOW, "feed")
    assert instant is not None
    assert (instant.at, instant.precision, instant.offset, instant.origin) == (at, precision, offset, "feed")
    assert instant.raw == raw


@pytest.mark.parametrize("raw", ["Wed, 29 Jul 2026 16:44:35", "2026-07-29T16:44:35", "2026-07-29 16:44:35"])
def test_a_time_without_a_zone_is_read_in_the_sources_and_says_so(raw: str) -> None:
    instant = read_instant(raw, "Asia/Seoul", "feed")
    assert instant is not None
    assert (instant.at, instant.offset, instant.origin) == ("2026-07-29T07:44:35Z", "+09:00", "feed (source timezone)")


@pytest.mark.parametrize("raw", ["Wed, 29 Jul 2026 16:44:35", "2026-07-29T16:44:35 XYZT", "29 Jul 2026 16:44 IST"])
def test_a_time_whose_zone_nobody_knows_keeps_its_day_only(raw: str) -> None:
    instant = read_instant(raw, None, "feed")
    assert instant is not None
    assert (instant.at, instant.precision, instant.offset) == ("2026-07-29", "day", None)


@pytest.mark.parametrize(
    ("zone", "at"), [("Asia/Kolkata", "11:14:00"), ("Asia/Jerusalem", None), ("Asia/Shanghai", None)]
)
def test_a_name_of_several_zones_is_the_sources_own_where_it_bears_it(zone: str, at: str | None) -> None:
    instant = read_instant("29 Jul 2026 16:44 IST", zone, "feed")
    assert instant is not None
    assert instant.at == (f"2026-07-29T{at}Z" if at else "2026-07-29")


def test_cst_is_chinese_for_a_chinese_source_and_american_else() -> None:
    raw = "Thu, 29 Jan 2026 16:44:00 CST"
    chinese, american = read_instant(raw, "Asia/Shanghai", "feed"), read_instant(raw, None, "feed")
    assert chinese is not None and american is not None
    assert (chinese.at, american.at) == ("2026-01-29T08:44:00Z", "2026-01-29T22:44:00Z")


@pytest.mark.parametrize(
    "raw",
    ["", None, "yesterday", "2024-02-30", "2024-13-01T10:00:00Z", "03/04/2024", "2024-05", "2024",
     "Thu, 01 Jan 1970 00:00:00 GMT", "2024-02-30T10:00:00Z", "0001-01-01T00:00:00", "2024-02-29T25:00:00Z",
     "29 Foo 2024 10:00 GMT", "29 lis 2024", "29 listopada 2024 10:00", "29 Jul 2567 10:00:00 +0700", "1 Ramadan 1445",
     "2024022910", "1970010203", "29 Jul 69 10:00:00 GMT", "Ju 3, 2024", "29 Julember 2024",
     "2024-02-29T10:61:00Z", "１２３", "5" * 5000],
)  # fmt: skip
def test_what_is_no_date_gives_none(raw: str | None) -> None:
    assert read_instant(raw, MOSCOW, "feed") is None


@given(st.text(max_size=60) | st.from_regex(r"[0-9A-Za-z:+/ .,-]{0,40}", fullmatch=True))
def test_no_text_breaks_the_reader(raw: str) -> None:
    instant = read_instant(raw, MOSCOW, "feed")
    if instant is not None and instant.precision != "day":
        assert datetime.fromisoformat(instant.at).tzinfo is not None


NAMED = [(name, number) for names in MONTHS_BY_LANGUAGE.values() for name, number in names.items() if len(name) > 2]


@given(st.sampled_from(NAMED), st.integers(1, 28), st.integers(2000, 2049))
def test_a_months_name_means_the_month_that_all_its_languages_mean_or_none(
    named: tuple[str, int], day: int, year: int
) -> None:
    name, number = named
    instant = read_instant(f"{day} {name} {year} 10:00 Z", None, "feed")
    if month_of(name) == (number,):
        assert instant is not None
        assert instant.at == f"{year}-{number:02}-{day:02}T10:00:00Z"
    else:
        assert instant is None or len(name) == 3, "an ambiguous name was read"


offsets = st.integers(min_value=-12 * 60, max_value=14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(datetime(1975, 1, 2), datetime(2090, 1, 1), timezones=offsets).map(
    lambda m: m.replace(microsecond=0)
)


@given(moments)
def test_every_moment_survives_rfc_822_and_rfc_3339(moment: datetime) -> None:
    wanted = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for raw in (format_datetime(moment), moment.isoformat(), moment.isoformat(" ")):
        instant = read_instant(raw, None, "sitemap")
        assert instant is not None, raw
        assert (instant.at, instant.precision, instant.origin) == (wanted, "second", "sitemap")
        assert instant.offset == moment.isoformat()[19:]
