"""Days as they are written in many languages and calendars: found exactly or not at all."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import calendars

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
}
DAYS = st.dates(date(1991, 1, 1), date(2030, 12, 31))


def days(text: str, language: str | None = None, month_first: bool | None = None) -> list[str]:
    return [one.day.isoformat() for one in calendars.find(text, language=language, month_first=month_first)]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Published 3 Nov 2024, 14:05 GMT", "en", ["2024-11-03"]),
        ("November 3rd, 2024", "en", ["2024-11-03"]),
        ("22nd of April, 2026", "en", ["2026-04-22"]),
        ("13/11/2024", "en", ["2024-11-13"]),
        ("3/11/2024", "en", []),
        ("11/11/2024", "en", ["2024-11-11"]),
        ("4. 2. 2022.", "de", ["2022-02-04"]),
        ("26 | 01 | 2022", "de", ["2022-01-26"]),
        ("28.09.19", "de", ["2019-09-28"]),
        ("3 de noviembre de 2024", "es", ["2024-11-03"]),
        ("1er août 2024", "fr", ["2024-08-01"]),
        ("15 августа 2016, 13:43", "ru", ["2016-08-15"]),
        ("2023. november 1.", "hu", ["2023-11-01"]),
        ("10 listopada 2024", "pl", ["2024-11-10"]),
        ("10 listopada 2024", "hr", ["2024-10-10"]),
        ("10 listopada 2024", None, []),
        ("2024年11月3日 14:05", "ja", ["2024-11-03"]),
        ("令和6年11月3日", "ja", ["2024-11-03"]),
        ("中華民國113年11月3日", "zh", ["2024-11-03"]),
        ("2024. 11. 3. 14:05", "ko", ["2024-11-03"]),
        ("2024년 11월 3일", "ko", ["2024-11-03"]),
        ("ngày 3 tháng 11 năm 2024", "vi", ["2024-11-03"]),
        ("3 พฤศจิกายน 2567", "th", ["2024-11-03"]),
        ("3 พ.ย. 2567", "th", ["2024-11-03"]),
        ("۱۳ آبان ۱۴۰۳", "fa", ["2024-11-03"]),
        ("5 امرداد 1403", "fa", ["2024-07-26"]),
        ("1403/08/13", "fa", ["2024-11-03"]),
        ("1403/12/30", "fa", ["2025-03-20"]),
        ("1402/12/30", "fa", []),
        ("٣ نوفمبر ٢٠٢٤", "ar", ["2024-11-03"]),
        ("3 تشرين الثاني 2024", "ar", ["2024-11-03"]),
        ("30 February 2024", "en", []),
        ("192.168.12.2022", "de", []),
        ("0041 44 123 45 67", "de", []),
        ("version 1.2.3", "en", []),
        ("in November 2024", "en", []),
        ("5 of 2024", "en", []),
    ],
)
def test_a_written_day(text: str, language: str | None, found: list[str]) -> None:
    assert days(text, language) == found


@given(DAYS, st.sampled_from(sorted(MONTHS)))
def test_a_day_with_its_months_name_is_that_day(day: date, language: str) -> None:
    name = MONTHS[language].split()[day.month - 1]
    assert days(f"| {day.day} {name} {day.year} |", language) == [day.isoformat()]
    assert days(f"{day.day}. {name} {day.year}, 14:05", language) == [day.isoformat()]


@given(DAYS, st.sampled_from("./-"))
def test_a_numeric_day_is_read_in_the_order_that_is_known(day: date, mark: str) -> None:
    assert days(f"{day.day:02}{mark}{day.month:02}{mark}{day.year}", "en", False) == [day.isoformat()]
    if mark == "/":
        assert days(f"{day.month}/{day.day}/{day.year}", "en", True) == [day.isoformat()]
        unknown = days(f"{day.month}/{day.day}/{day.year}", "en")
        assert unknown == ([day.isoformat()] if day.day > 12 or day.day == day.month else [])


@given(DAYS)
def test_days_of_the_solar_year_follow_each_other(day: date) -> None:
    one = date(1971, 3, 21)
    year, rest = 1350, (day - one).days
    while rest >= (length := 366 if year % 33 in (1, 5, 9, 13, 17, 22, 26, 30) else 365):
        year, rest = year + 1, rest - length
    month = rest // 31 + 1 if rest < 186 else (rest - 186) // 30 + 7
    number = rest % 31 + 1 if rest < 186 else (rest - 186) % 30 + 1
    assert days(f"{year}/{month:02}/{number:02}", "fa") == [day.isoformat()]


@pytest.mark.parametrize(("solar", "gregorian"), [("1400/01/01", "2021-03-21"), ("1403/01/01", "2024-03-20"),
    ("1404/01/01", "2025-03-21"), ("1375/01/01", "1996-03-20"), ("1399/12/30", "2021-03-20")])  # fmt: skip
def test_known_new_years_of_the_solar_calendar(solar: str, gregorian: str) -> None:
    assert days(solar, "fa") == [gregorian]


def test_a_page_shows_the_order_of_its_numeric_days() -> None:
    assert calendars.order(["3/11/2024", "25/11/2024"]) is False
    assert calendars.order(["11/25/2024"]) is True
    assert calendars.order(["3/11/2024"]) is None
    assert calendars.order(["25/11/2024", "11/25/2024"]) is None


@given(st.text(alphabet="0123456789./-|, NovemberагустM年月日", max_size=60))
def test_any_text_gives_days_within_it_in_order(text: str) -> None:
    found = calendars.find(text, language=None, month_first=None)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
