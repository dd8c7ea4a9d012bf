"""No instant without a zone that was written, or the source's own: the zone is never invented."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.zones import OWN, examine, honest, zoned
from pipelines import instants, printed
from pipelines.headmatter import Line
from storage.models import Instant

NOW = "2026-09-01T00:00:00Z"
CORPUS = Path(os.environ.get("DATELINE_CORPUS", Path(__file__).parents[2] / ".." / "shared" / "corpus"))
NAIVE = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y%m%dT%H%M%S", "%d.%m.%Y %H:%M", "%d %B %Y, %H:%M",
    "%B %d, %Y %I:%M %p", "%a, %d %b %Y %H:%M:%S", "%Y/%m/%d %H:%M:%S")  # fmt: skip
LINES = ("%d %B %Y, %H:%M", "%d.%m.%Y | %H:%M", "%Y-%m-%d %H:%M", "%B %d, %Y at %I:%M %p")
MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2026, 8, 1)).map(lambda at: at.replace(microsecond=0))
ZONES = st.sampled_from(["Europe/Moscow", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland", "UTC"])


@given(MOMENTS, st.sampled_from(NAIVE))
def test_a_time_without_a_zone_is_a_day_where_the_source_has_none(at: datetime, form: str) -> None:
    found = instants.read(at.strftime(form), origin="meta", timezone=None, fetched_at=NOW)
    assert found is not None
    assert (found.at, found.precision, found.offset) == (at.date().isoformat(), "day", None)


@given(MOMENTS, st.sampled_from(NAIVE), ZONES)
def test_a_time_without_a_zone_is_the_sources_and_says_so(at: datetime, form: str, zone: str) -> None:
    found = instants.read(at.strftime(form), origin="meta", timezone=zone, fetched_at=NOW)
    assert found is not None
    assert found.origin == "meta" + instants.SOURCE_ZONE
    assert honest(found, zone)


@given(
    MOMENTS, st.sampled_from(LINES), st.sampled_from([" GMT", " UTC+3", " EST", " CEST", " (GMT+7)"]), st.none() | ZONES
)
def test_a_printed_time_has_the_zone_that_is_printed(at: datetime, form: str, after: str, zone: str | None) -> None:
    assume(after != " EST" or zone is None or not zone.startswith(instants.HOMONYMOUS))
    found = shown("Published " + at.strftime(form) + after, zone)
    assert (found.precision, found.origin) == ("minute", "text")
    assert instants.written(found)[:16] == at.isoformat()[:16]
    assert honest(found, zone)


@given(
    MOMENTS,
    st.sampled_from(LINES),
    st.sampled_from(["", " IST", " XYZ", " Uhr", " | Rosa", " Uhr Hafen"]),
    st.none() | ZONES,
)
def test_a_printed_time_without_a_zone_is_the_sources_or_a_day(
    at: datetime, form: str, after: str, zone: str | None
) -> None:
    found = shown("Published " + at.strftime(form) + after, zone)
    assert honest(found, zone)
    if zone is None:
        assert (found.at, found.precision) == (at.date().isoformat(), "day")
    elif after != " XYZ" and after != " IST":
        assert found.origin == "text" + instants.SOURCE_ZONE


def shown(text: str, zone: str | None) -> Instant:
    line = Line(text, "p", "head")
    found, _ = printed.read([line], language="de", region=None, host="a.test", timezone=zone, fetched_at=NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("raw", "offset", "said"),
    [
        ("2024-10-22T10:00:00+05:45", "+05:45", True),
        ("2024-10-22T10:00:00+05:45", "+03:00", False),
        ("2024-10-22T10:00:00.123Z", "+00:00", True),
        ("20241022T100000Z", "+00:00", True),
        ("20241022T100000-0300", "-03:00", True),
        ("Tue, 22 Oct 2024 10:00:00 EST", "-05:00", True),
        ("10:00 GMT, 22 October 2024", "+00:00", True),
        ("Tue Oct 22 2024 10:00:00 GMT+0300 (Moscow)", "+03:00", True),
        ("22/10/2025, 19:25 (GMT+7)", "+07:00", True),
        ("22 October 2024 at 10:00", "+05:45", False),
        ("10:00 at 22 Oct 2024", "+05:45", False),
        ("22-10-2024 10:00", "+05:45", False),
        ("10:00 22-10-2024", "-20:24", False),
        ("Sept 22 2024 10:00 Hafen", "+05:45", False),
        ("22 October 2024 10:00 am", "+05:45", False),
    ],
)
def test_the_bench_sees_a_zone_only_where_one_is_written(raw: str, offset: str, said: bool) -> None:
    assert zoned(raw, offset) is said
    assert honest(Instant("2024-10-22T04:15:00Z", "minute", offset, raw, "text"), None) is said


@given(MOMENTS, st.integers(-56, 56), st.booleans())
def test_written_gives_back_what_was_written(at: datetime, quarters: int, bare: bool) -> None:
    sign, minutes = "-" if quarters < 0 else "+", abs(quarters) * 15
    text = at.date().isoformat() if bare else at.isoformat() + f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    found = instants.read(text, origin="meta", timezone=None, fetched_at=NOW)
    assert found is not None
    assert instants.written(found) == text


@pytest.mark.parametrize(
    "text", ["14:05 GMT", "Monday 14:05", "today", "3 hours ago", "November 3", "3 November, 14:05"]
)
def test_no_part_of_a_day_is_filled_in(text: str) -> None:
    line = Line("Published " + text, "p", "head")
    assert printed.read([line], language="en", region=None, host="a.test", timezone="UTC", fetched_at=NOW) == (
        None,
        None,
    )
    assert instants.read(text, origin="meta", timezone="UTC", fetched_at=NOW) is None


@pytest.mark.skipif(not (CORPUS / "gold" / "dev.jsonl").exists(), reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize(("timezone", "step"), [(None, 25), (OWN, 61)])
def test_no_page_gets_a_zone_that_neither_it_nor_its_source_has(timezone: str | None, step: int) -> None:
    """`bench/zones.py CORPUS` reads all of it."""
    found = examine(CORPUS, step, timezone)
    assert (found.invented, found.absent) == ([], [])
    assert found.read > found.pages / 2
