"""Times are read exactly or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import instants
from storage.models import Instant

NOW = "2026-09-01T00:00:00Z"


def read(raw: object, zone: str | None = None) -> Instant | None:
    return instants.read(raw, origin="meta", timezone=zone, fetched_at=NOW)


@pytest.mark.parametrize(
    ("raw", "at", "offset", "precision"),
    [
        ("2023-10-02T12:01:05+0300", "2023-10-02T09:01:05Z", "+03:00", "second"),
        ("2023-10-02T12:01:05.123Z", "2023-10-02T12:01:05Z", "+00:00", "second"),
        ("2023-10-02T12:01-05:30", "2023-10-02T17:31:00Z", "-05:30", "minute"),
        ("2023-10-02 12:01:05 UTC", "2023-10-02T12:01:05Z", "+00:00", "second"),
        ("20231002T120105Z", "2023-10-02T12:01:05Z", "+00:00", "second"),
        ("Mon, 02 Oct 2023 12:01:05 +0300", "2023-10-02T09:01:05Z", "+03:00", "second"),
        ("Mon, 02 Oct 2023 12:01:05 GMT", "2023-10-02T12:01:05Z", "+00:00", "second"),
        ("October 2, 2023 12:01 PM EDT", "2023-10-02T16:01:00Z", "-04:00", "minute"),
        ("Mon Oct 02 2023 12:01:05 GMT+0300 (Moscow Standard Time)", "2023-10-02T09:01:05Z", "+03:00", "second"),
        ("2023-10-02T12:01:05+03:00[Europe/Moscow]", "2023-10-02T09:01:05Z", "+03:00", "second"),
        ("1696237265", "2023-10-02T09:01:05Z", "+00:00", "second"),
        (1696237265000, "2023-10-02T09:01:05Z", "+00:00", "second"),
        ("2023-10-02", "2023-10-02", None, "day"),
        ("2 October 2023", "2023-10-02", None, "day"),
        ("02.10.2023", "2023-10-02", None, "day"),
        ("2023-10-02T23:30:00", "2023-10-02", None, "day"),
        ("2023-10-02 12:01:05 IST", "2023-10-02", None, "day"),
    ],
)
def test_a_written_time_is_read_as_written(raw: object, at: str, offset: str | None, precision: str) -> None:
    assert read(raw) == Instant(at, precision, offset, str(raw), "meta")  # type: ignore[arg-type]


def test_a_time_without_a_zone_is_the_sources() -> None:
    assert read("02.10.2023 12:01", "Europe/Moscow") == Instant(
        "2023-10-02T09:01:00Z", "minute", "+03:00", "02.10.2023 12:01", "meta (source timezone)"
    )


def test_summer_time_is_the_sources_too() -> None:
    assert read("2023-07-01T12:00:00", "Europe/Berlin").offset == "+02:00"  # type: ignore[union-attr]
    assert read("2023-12-01T12:00:00", "Europe/Berlin").offset == "+01:00"  # type: ignore[union-attr]


def test_a_zone_that_is_ambiguous_alone_is_the_sources_when_it_is_called_so() -> None:
    assert read("2023-10-02 12:00:00 IST", "Asia/Kolkata").at == "2023-10-02T06:30:00Z"  # type: ignore[union-attr]


@pytest.mark.parametrize("raw", ["2024-02-30", "2024-13-01", "2099-01-01", "1970-01-01", "0001-01-01T00:00:00Z",
    "2026-09-02T00:00:01Z", "yesterday", "", "12:30", "99999999999999", "1 January " * 30, None, True,
    "2023-10-02T25:00:00Z", "2023-10-02T12:00:00 and so on"])  # fmt: skip
def test_what_is_impossible_or_no_time_is_nobodys_witness(raw: object) -> None:
    assert read(raw) is None


def test_a_time_may_be_a_day_ahead_of_the_fetch() -> None:
    assert read("2026-09-02T00:00:00Z") is not None


def test_an_unknown_timezone_is_named() -> None:
    with pytest.raises(ValueError, match="Mars/Phobos"):
        read("2023-10-02T12:00:00", "Mars/Phobos")


@given(st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2026, 8, 1)), st.integers(-14 * 4, 14 * 4))
def test_iso_with_an_offset_is_exact(naive: datetime, quarters: int) -> None:
    written = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    found = read(written.isoformat())
    assert found is not None
    assert instants.moment(found.at) == written
    assert found.precision == "second"


@given(st.text(max_size=90))
def test_no_text_raises(text: str) -> None:
    found = read(text, "Europe/Moscow")
    assert found is None or instants.moment(found.at).tzinfo is UTC


@pytest.mark.parametrize(
    ("raw", "zone", "at"),
    [
        ("2024-11-22 10:00 PST", "Asia/Manila", "2024-11-22T02:00:00Z"),
        ("2024-11-22 10:00 PST", "America/Los_Angeles", "2024-11-22T18:00:00Z"),
        ("2024-11-22 10:00 PST", None, "2024-11-22T18:00:00Z"),
        ("2024-11-22 10:00 EST", "Australia/Sydney", "2024-11-22"),
        ("2024-11-22 10:00 EST", "Europe/London", "2024-11-22T15:00:00Z"),
        ("2024-11-22 10:00 IST", "Asia/Kolkata", "2024-11-22T04:30:00Z"),
        ("2024-07-22 10:00 BST", "Europe/London", "2024-07-22T09:00:00Z"),
        ("2024-11-22T10:00:00+05:99", "Europe/London", None),
    ],
)
def test_a_zones_name_is_the_sources_own_where_it_has_one_of_it(raw: str, zone: str | None, at: str | None) -> None:
    found = instants.read(raw, origin="meta", timezone=zone, fetched_at="2026-09-01T00:00:00Z")
    assert (found.at if found else None) == at
