"""The day in a dateline: `November 1`, `10 фев`, `22nd April, 2026`, `1er août`, `2023. november 1.` -> an ISO day."""

from __future__ import annotations

import re
from datetime import date

from pipelines.calendars import BUDDHIST, solar
from pipelines.months import SOLAR, month_of
from pipelines.places import CITIES, WEEKDAYS

# A dateline may bear a day later than the page's: zones, and items written in advance; not a month later.
_AHEAD = 7

_MONTH = r"(?P<month>[^\W\d_][^\s\d.,;:()/\[\]،]*(?:\s(?:الثاني|الأول))?|[ก-ฮ][ก-๙]{0,2}\.[ก-ฮ])"
_YEAR = r"(?P<year>(?:1[349]|2[05])\d\d)"
_AFTER_YEAR = r"(?:\s*(?:г|року|р|m|م)\b\.?)?"
_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        # 1 November 2023 | 22nd April, 2026 | 1er août | 1. studenoga 2023. | 1 de noviembre de 2023 | 10 фев
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°|ª|\.)?\s*(?:(?:de|of)\s+|d['’]\s?)?{_MONTH}\.?"
        rf"(?:,?\s*(?:del?\s+)?{_YEAR}\.?{_AFTER_YEAR})?",
        # November 1 | Nov. 1, 2023 | lapkričio 1 d.
        rf"{_MONTH}\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s?d\b\.?)?(?:,?\s+{_YEAR})?",
        # 2023. november 1.
        rf"{_YEAR}\.?\s*(?:m\.\s*)?{_MONTH}\.?\s*(?P<day>\d{{1,2}})\.?(?:\s?d\b\.?)?",
    )
)
_AT_END = tuple(re.compile(rf"(?<![\w.])(?:{form.pattern})\s*$") for form in _FORMS)
_AT_START = tuple(re.compile(rf"(?:{form.pattern})(?=\s*[,.،])") for form in _FORMS)
_NUMERIC = re.compile(
    r"(?<![\w./-])(?P<a>\d{1,2})\s?(?P<by>[./-])\s?(?P<b>\d{1,2})\s?(?P=by)\s?(?P<year>\d{2,4})\.?\s*$"
)
_ISO = re.compile(r"(?<![\w./-])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\s*$")
# `الكويت - 1 - 11 (كونا)`: day and month as numbers alone, before an agency's mark.
_NUMBERS = re.compile(r"(?<![\d./-])[-–,]?\s*(?:ngày\s+)?\b(?P<day>\d{1,2})\s?[-/]\s?(?P<month>\d{1,2})\s*$")
_WEEKDAY = re.compile(r"[\s,،]*\b([^\W\d_]+)[,.]?$")


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def nearest(months: tuple[int, ...], day: int, year: int | None, published: str | None) -> str | None:
    """The ISO day that is meant. Without a written year it is the one nearest to `published` and not much after it (an
    item of late December may be published in January); without either None: a year is never invented."""
    if year is not None:
        days = [found for month in months if (found := _day(year, month, day))]
    elif published:
        at = date.fromisoformat(published[:10])
        days = [
            found for month in months for y in (at.year - 1, at.year, at.year + 1) if (found := _day(y, month, day))
        ]
    else:
        return None
    if not days:
        return None
    if published:
        at = date.fromisoformat(published[:10])
        past = [found for found in days if (found - at).days <= _AHEAD]
        return min(past or days, key=lambda found: (abs((found - at).days), found)).isoformat()
    return days[0].isoformat() if len(days) == 1 else None


def _read(match: re.Match[str], published: str | None, language: str | None) -> tuple[bool, str | None]:
    months = month_of(match["month"], language)
    day = int(match["day"])
    if not 1 <= day <= 31:
        return False, None
    year = int(match["year"]) if match["year"] else None
    if (number := SOLAR.get(match["month"])) is not None and not (months and year and year > 1900):
        return True, _solar(year, number, day, published)
    if not months or (year is not None and year < 1900):
        return False, None
    if year is not None and year > 2100:
        year -= BUDDHIST
    return True, nearest(months, day, year, published)


def _solar(year: int | None, month: int, day: int, published: str | None) -> str | None:
    """A day of the Iranian calendar; without a year the last one that is not much after `published`."""
    if year is not None:
        exact = solar(year, month, day)
        return exact.isoformat() if exact else None
    if published is None:
        return None
    at = date.fromisoformat(published[:10])
    days = [found for y in (at.year - 622, at.year - 621) if (found := solar(y, month, day))]
    past = [found for found in days if (found - at).days <= _AHEAD]
    return max(past).isoformat() if past else None


def numbers_at_end(text: str, published: str | None) -> tuple[str, str | None] | None:
    """(what stands before the day and month written as bare numbers, the ISO day); None where there are none."""
    match = _NUMBERS.search(text)
    if match is None or not (1 <= int(match["day"]) <= 31 and 1 <= int(match["month"]) <= 12):
        return None
    return text[: match.start()], nearest((int(match["month"]),), int(match["day"]), None, published)


def strip_weekday(text: str) -> str:
    """`text` without a weekday's name at its end."""
    match = _WEEKDAY.search(text)
    if match and match[1].lower() in WEEKDAYS and text.strip(" ,،").casefold() not in CITIES:
        return text[: match.start()]
    return text


def at_end(text: str, published: str | None, language: str | None) -> tuple[str, str | None] | None:
    """(what stands before the date that ends `text`, its ISO day or None where the year is not known); None: no date."""
    for form in _AT_END:
        match = form.search(text)
        if match:
            found, day = _read(match, published, language)
            if found:
                return strip_weekday(text[: match.start()]), day
    if iso := _ISO.search(text):
        exact = _day(int(iso["year"]), int(iso["month"]), int(iso["day"]))
        return (text[: iso.start()], exact.isoformat()) if exact else None
    match = _NUMERIC.search(text)
    if match:
        first, second, year = int(match["a"]), int(match["b"]), int(match["year"])
        if len(match["year"]) == 2:
            year += 2000
        if not 1900 <= year <= 2100:  # a year that somebody mistyped: a date, but none that can be told
            return (text[: match.start()], None) if 1 <= first <= 31 and 1 <= second <= 12 else None
        orders = [_day(year, second, first), _day(year, first, second)]
        if match["by"] != "/" and orders[0]:
            del orders[1]  # the month first is written with slashes only
        days = {found for found in orders if found}
        if len(days) == 2 and published:
            at = date.fromisoformat(published[:10])
            days = {min(days, key=lambda found: (abs((found - at).days), found))}
        if days:
            return text[: match.start()], days.pop().isoformat() if len(days) == 1 else None
    return None


def at_start(text: str, published: str | None, language: str | None) -> tuple[str, str | None] | None:
    """(what stands after the date that begins `text`, its ISO day or None); None: no date (`1 ноября, Минск`)."""
    for form in _AT_START:
        match = form.match(text)
        if match:
            found, day = _read(match, published, language)
            if found:
                return text[match.end() :].lstrip(" ,.،\u00a0"), day
    return None
