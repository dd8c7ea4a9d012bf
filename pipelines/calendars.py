"""Days as people write them, found in a line of text: numeric in either order, with the month's name in many languages, and of
the calendars that news is dated by (Gregorian, Buddhist, Solar Hijri, the Japanese eras, Minguo).

A year is never filled in, and `3/11/2024` is no day where nothing says which number is the month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.months import SOLAR, month_of

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
BUDDHIST = 543
SOLAR_NEWS = range(1350, 1451)
"""Years that are of the Solar Hijri calendar where a number alone tells it: news of 1971 to 2072."""
SOLAR_YEARS = range(1178, 1634)
_LEAPS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_GAP = r"\s?"
_MONTH = r"(?P<month>[^\W\d_](?:[^\s\d,;:()/\[\]|،_-]|(?<=[^\W\d_])\.(?=[^\W\d_])){1,14}(?:\s(?:الثاني|الأول))?)"
_NUMBERS = re.compile(r"\d\D+\d")
"""Two numbers apart from each other, which every form has: most lines have none."""
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<era>{'|'.join(_ERAS)}){_GAP}(?P<year>\d{{1,3}}|元){_GAP}年{_GAP}(?P<m>\d{{1,2}}){_GAP}月{_GAP}(?P<day>\d{{1,2}}){_GAP}日",
        r"(?<![\d.,/-])(?P<year>\d{4})(?P<sep>\s?[-/.年년]\s?)(?P<m>\d{1,2})\s?[-/.月월]\s?(?P<day>\d{1,2})(?!\d)(?:\s?[日일])?",
        r"(?:ngày\s)?(?<!\d)(?P<day>\d{1,2})\stháng\s(?P<m>\d{1,2}),?\s(?:năm\s)?(?P<year>\d{4})(?!\d)",
        r"(?<![\d.,/:-])(?P<a>\d{1,2})(?P<sep>\s?[./|-]\s?)(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})(?![\d/:-]|[.,]\d)",
        # 1 November 2023 | 22nd of April, 2026 | 1er août 2024 | 3 de noviembre de 2024 | 03-Nov-2024 | 3 พ.ย. 2567
        rf"(?<![\d.,/:-])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°|ª|\.)?[\s-]*(?:(?:de|of|del)\s+|d['’]\s?)?{_MONTH}\.?,?[\s-]*"
        r"(?:(?:del?|พ\.ศ\.)\s+)?(?P<year>\d{4})(?!\d)",
        rf"(?<!\w){_MONTH}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?,?\s+(?:del?\s+)?(?P<year>\d{{4}})(?!\d)",
        rf"(?<![\d.,/:-])(?P<year>\d{{4}})\.?\s+(?:m\.\s*|г\.\s*)?{_MONTH}\.?\s+(?P<day>\d{{1,2}})(?!\d)\.?",
    )
)


@dataclass(frozen=True, slots=True)
class Written:
    """A day found in a text, and where it stands."""

    day: date
    start: int
    end: int


def find(text: str, *, language: str | None, month_first: bool | None) -> list[Written]:
    """The days written in `text`, in order. `language`: ISO 639-1, for names of months with two meanings; `month_first`: the
    order of `3/11/2024` (True American, False day first, None unknown: then only what can mean one day is one)."""
    found: list[Written] = []
    if _NUMBERS.search(text) is None:
        return found
    for form in _FORMS:
        for match in form.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            day = _day(match, language, month_first)
            if day is not None:
                found.append(Written(day, match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def order(texts: list[str]) -> bool | None:
    """The order of numeric days that a page's own lines show: True where some `3/25/2024` can only be month first, False
    where some can only be day first, None where none or both are there."""
    seen = {
        int(m["a"]) <= 12
        for text in texts
        if _NUMBERS.search(text)
        for m in _FORMS[3].finditer(text)
        if (int(m["a"]) > 12) != (int(m["b"]) > 12)
    }
    return seen.pop() if len(seen) == 1 else None


def _day(match: re.Match[str], language: str | None, month_first: bool | None) -> date | None:
    part = match.groupdict()
    written = part["year"]
    year = 1 if written == "元" else int(written)
    if part.get("era"):
        return _gregorian(year + _ERAS[part["era"] or ""], int(part["m"] or 0), int(part["day"] or 0))
    if len(written) == 2:
        year += 2000
        if ("/" not in (part["sep"] or "") and "." not in (part["sep"] or "")) or language in ("ja", "ko", "zh"):
            return None
    if part.get("a") is not None:
        days = {d for m, n in _numbers(part, month_first) if (d := _of(year, m, n, is_solar=language in ("fa", "ps")))}
        return days.pop() if len(days) == 1 else None
    number = int(part["day"] or 0)
    if part.get("m"):
        return _of(year, int(part["m"] or 0), number, is_solar=language in ("fa", "ps", None))
    name = (part["month"] or "").strip(".")
    if name in SOLAR:
        return solar(year, SOLAR[name], number) if year in SOLAR_NEWS else None
    days = {d for m in month_of(name, language) if (d := _of(year, m, number, is_solar=False))}
    return days.pop() if len(days) == 1 else None


def _numbers(part: dict[str, str | None], month_first: bool | None) -> Iterator[tuple[int, int]]:
    """(month, day) as the two numbers can be read; a full stop between them always means that the day is first."""
    a, b = int(part["a"] or 0), int(part["b"] or 0)
    if month_first is not True or "." in (part["sep"] or "") or a > 12:
        yield b, a
    if "." not in (part["sep"] or "") and (month_first is not False or b > 12):
        yield a, b


def _of(year: int, month: int, number: int, *, is_solar: bool) -> date | None:
    if is_solar and year in SOLAR_NEWS:
        return solar(year, month, number)
    return _gregorian(year - BUDDHIST if 2500 <= year <= 2650 else year, month, number)


def _gregorian(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def solar(year: int, month: int, number: int) -> date | None:
    """A day of the Solar Hijri calendar (Iran, Afghanistan), by its 33-year cycle of leap years, which holds from 1178 to
    1633 (AD 1799 to 2254); None where there is no such day."""
    leap = year % 33 in _LEAPS
    length = 31 if month <= 6 else 30 if month < 12 or leap else 29
    if year not in SOLAR_YEARS or not (1 <= month <= 12 and 1 <= number <= length):
        return None
    leaps = sum(1 for y in range(SOLAR_YEARS[0], year) if y % 33 in _LEAPS)
    passed = (year - SOLAR_YEARS[0]) * 365 + leaps + min(month - 1, 6) * 31 + max(month - 7, 0) * 30 + number - 1
    return date(1799, 3, 21) + timedelta(days=passed)
