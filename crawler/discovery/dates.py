"""The dates of feeds and sitemaps -> `Instant`: RFC 822 and its habits, RFC 3339 / W3C-DTF, and common broken forms.

Nothing is guessed: a day that does not exist, a month alone, `03/04/2024` or an unknown zone's name give None, or only
the day. A time without a zone is read in the source's timezone and says so; without one only its day is kept.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.models import Instant, Precision

_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip

_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120,
    "eet": 120, "eest": 180, "msk": 180, "trt": 180, "gst": 240, "pkt": 300, "wib": 420, "ict": 420, "wita": 480,
    "hkt": 480, "sgt": 480, "myt": 480, "pht": 480, "awst": 480, "wit": 540, "jst": 540, "kst": 540,
    "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "brt": -180,
    "art": -180, "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420,
}  # fmt: skip
"""Names that mean one thing in news, minutes east of UTC; EST to PDT as RFC 822 has them. `CST`, `IST` and `BST` mean
several: the source's own timezone decides; failing that CST is RFC 822's -06:00 and the others are unknown."""

_YEARS = range(1971, 2100)
"""Before: the zero values of Unix (1970) and .NET (0001), which no feed means."""

_SECOND = r"(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_TIME = rf"(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}){_SECOND}\s*(?P<half>[AaPp]\.?[Mm]\.?(?![A-Za-z]))?"
_ZONE = r"(?P<zone>.{0,60})"
_LATER = rf"(?:[\s,T]+(?:at\s+)?{_TIME}\s*{_ZONE})?"
_FORMS = tuple(
    re.compile(form, re.ASCII | re.DOTALL)
    for form in (
        # 2024-02-29T10:00:00+03:00, 2024-02-29 10:00, 2024/02/29, 2024.02.29 10:00
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})\.?(?:[Tt\s_,]+{_TIME}\s*{_ZONE}|"
        r"(?P<dayzone>Z|[+-]\d\d:\d\d)?)",
        # 20240229T100000Z, 20240229100000, 20240229
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:[Tt ]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?\s*(?P<zone>[^\d].{0,60})?)?",
        # Thu, 29 Feb 2024 10:00:00 +0300; 29 February 2024; 29-Feb-24 10:00 GMT
        rf"(?:[^\s\d,]{{2,12}}(?:,\s*|\s+))?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+(?P<name>[A-Za-z]{{3,9}})\.?,?[\s-]+(?P<year>\d{{4}}|\d{{2}}){_LATER}",
        # February 29, 2024 10:00 AM EST; Thu Feb 29, 2024
        rf"(?:[^\s\d,]{{2,12}}(?:,\s*|\s+))?(?P<name>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_LATER}",
        # Thu Feb 29 10:00:00 MSK 2024 (asctime, date(1))
        rf"(?:[A-Za-z]{{3,9}},?\s+)?(?P<name>[A-Za-z]{{3,9}})\s+(?P<day>\d{{1,2}})\s+{_TIME}\s*(?P<zone>\S{{0,10}}?)\s+(?P<year>\d{{4}})",
        # 29.02.2024 10:00: with dots the day comes first (with slashes nobody knows)
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_LATER}",
    )
)
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*([+-])\s*(\d{1,2}):?(\d{2})?", re.ASCII | re.IGNORECASE)
_EXACT = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)", re.ASCII)
_ASIDE = re.compile(r"\s*[(\[][^)\]]{0,40}[)\]]\s*\Z")


def read_instant(raw: str | None, zone: str | None, origin: str) -> Instant | None:
    """The time that `raw` says, None where it says none. `zone` is the source's IANA timezone, `origin` the witness."""
    text = " ".join((raw or "")[:120].split())
    if not text:
        return None
    if _EXACT.fullmatch(text):  # what sitemaps mostly hold, at a third of the time
        return _exact(text, origin)
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _instant(match.groupdict(), text, zone, origin)
    return None


def _exact(text: str, origin: str) -> Instant | None:
    try:
        moment = datetime.fromisoformat(text)
        offset = moment.utcoffset() or timedelta()
        at = (moment - offset).isoformat()[:19]
    except (ValueError, OverflowError):
        return None
    return Instant(f"{at}Z", "second", offset_text(offset), text, origin) if moment.year in _YEARS else None


def _instant(found: dict[str, str | None], raw: str, zone: str | None, origin: str) -> Instant | None:
    day = _day(found)
    moment = _clock(day, found) if day and found.get("hour") else None
    if day is None or (found.get("hour") and moment is None):
        return None
    offset = None
    if moment is not None:
        name = _ASIDE.sub("", found.get("zone") or "").strip()
        if name:
            offset = _offset(name, moment, zone)
        elif zone is not None:
            origin = f"{origin} (source timezone)"
            offset = moment.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    if moment is None or offset is None:
        return Instant(day.isoformat(), "day", None, raw, origin)
    precision: Precision = "second" if found.get("second") else "minute"
    return Instant(f"{(moment - offset).isoformat()}Z", precision, offset_text(offset), raw, origin)


def _day(found: dict[str, str | None]) -> date | None:
    name = found.get("name")
    month = _MONTHS.get(name[:3].lower()) if name else int(found["month"] or 0)
    year = int(found["year"] or 0)
    if len(found["year"] or "") == 2:
        year += 2000 if year < 70 else 1900
    if not month or year not in _YEARS:
        return None
    try:
        return date(year, month, int(found["day"] or 0))
    except ValueError:
        return None


def _clock(day: date, found: dict[str, str | None]) -> datetime | None:
    hour, minute, second = (int(found.get(part) or 0) for part in ("hour", "minute", "second"))
    if half := found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        return None
    # A leap second is told as the second before it; 24:00 is the next day's midnight (ISO 8601).
    return datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _offset(name: str, moment: datetime, zone: str | None) -> timedelta | None:
    if match := _OFFSET.fullmatch(name):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours > 14 or minutes > 59:
            return None
        return timedelta(hours=hours, minutes=minutes) * (-1 if match[1] == "-" else 1)
    key = name.rstrip(".").lower()
    if zone is not None:
        there = moment.replace(tzinfo=ZoneInfo(zone))
        if (there.tzname() or "").lower() == key:
            return there.utcoffset()
    minutes_east = -360 if key == "cst" else _ZONES.get(key)
    return None if minutes_east is None else timedelta(minutes=minutes_east)


def offset_text(offset: timedelta) -> str:
    """`+03:00` for three hours east of UTC."""
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
