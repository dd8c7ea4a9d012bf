"""The dates of feeds and sitemaps -> `Instant`: RFC 822 and its habits, RFC 3339 / W3C-DTF, seconds or milliseconds since
the epoch, months by their names in some forty languages, and common broken forms.

Nothing is guessed: a day that does not exist, a year of another calendar (Buddhist, Hijri), a month alone, one whose
name means two months (`listopada`), `03/04/2024` or an unknown zone's name give None, or only the day. A time without a
zone is read in the source's timezone and says so; without one only its day is kept.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines.months import month_of
from storage.models import Instant, Precision, make_instant

_ENGLISH = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")  # fmt: skip

_SHORT = {name: number for number, names in {
    1: "январь oca sty", 2: "февраль şub lut", 4: "апрель nis kwi", 6: "июнь haz cze", 7: "июль tem", 8: "ağu sie",
    9: "сентябрь eyl wrz", 10: "октябрь eki paź", 11: "ноябрь kas", 12: "декабрь ara gru"}.items()
    for name in names.split()}  # fmt: skip
"""What feeds write beside the names of `pipelines.months`: Russian nominatives, Turkish and Polish short forms. Those that
mean another month in a neighbour's language (`lip`, `lis`, `srp`) are left out."""

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

YEARS = range(1971, 2100)
"""Before: the zero values of Unix (1970) and .NET (0001), which no feed means."""

_YEARS_IN_SECONDS = tuple(datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (YEARS.start, YEARS.stop))
_FAR = 1e14
_NOT_A_CLOCK = "197"
"""Ten digits from here on may also be a year, month, day and hour: no time. (As seconds they lie beyond 2032.)"""

_SECOND = r"(?:(?P=mark_of_time)(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_TIME = (
    rf"(?P<hour>\d{{1,2}})(?P<mark_of_time>[:.h])(?P<minute>\d{{2}}){_SECOND}\s*(?P<half>[AaPp]\.?[Mm]\.?(?![A-Za-z]))?"
)
_ZONE = r"(?P<zone>.{0,60})"
_LATER = (
    r"(?:\s?(?:г|р)\.)?"  # 2026 г.
    rf"(?:[\s,T–—-]+(?:(?:at|à|às|as|a\s+las|um|om|kl\.?|в|о|saat)\s+)?{_TIME}\s*{_ZONE})?"
)
_NAME = r"(?P<name>[ก-๙]{1,3}\.[ก-๙]|[^\s\d,.:;()/\[\]+-]{2,16}(?:\s(?:الثاني|الأول))?)"
_WEEKDAY = r"(?:[^\s\d,]{2,16}(?:,\s*|\s+))?"
_OF = r"(?:[\s/-]+|\.\s*)(?:(?:de|del|of)\s+|d['’])?"
_FORMS = tuple(
    re.compile(form, re.ASCII | re.DOTALL)
    for form in (
        # 2024-02-29T10:00:00+03:00, 2024-02-29 10:00, 2024/02/29, 2024.02.29 10:00
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})\.?(?:[Tt\s_,]+{_TIME}\s*{_ZONE}|"
        r"(?P<dayzone>Z|[+-]\d\d:\d\d)?)",
        # 20240229T100000Z, 20240229100000, 20240229
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:[Tt ]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?\s*(?P<zone>[^\d].{0,60})?)?",
        # Thu, 29 Feb 2024 10:00:00 +0300; 29 February 2024; 29-Feb-24 10:00 GMT; 29 de febrero de 2024; 1er mars 2024
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°)?{_OF}{_NAME}\.?,?{_OF}(?P<year>\d{{4}}|\d{{2}}){_LATER}",
        # February 29, 2024 10:00 AM EST; Thu Feb 29, 2024
        rf"{_WEEKDAY}{_NAME}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_LATER}",
        # Thu Feb 29 10:00:00 MSK 2024 (asctime, date(1))
        rf"(?:[A-Za-z]{{3,9}},?\s+)?{_NAME}\s+(?P<day>\d{{1,2}})\s+{_TIME}\s*(?P<zone>\S{{0,10}}?)\s+(?P<year>\d{{4}})",
        # 29.02.2024 10:00: with dots the day comes first (with slashes nobody knows)
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_LATER}",
        # 2024年2月29日 10:00, 2024년 2월 29일 10:00
        rf"(?P<year>\d{{4}})\s?[年년]\s*(?P<month>\d{{1,2}})\s?[月월]\s*(?P<day>\d{{1,2}})\s?[日일]{_LATER}",
    )
)
_EPOCH = re.compile(r"(1\d{9})(\.\d{1,6})?|(1\d{12})", re.ASCII)
_IANA = re.compile(r"[A-Z][A-Za-z]{1,20}/[A-Z][A-Za-z_+-]{1,20}(?:/[A-Z][A-Za-z_]{1,20})?", re.ASCII)
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*([+-])\s*(\d{1,2}):?(\d{2})?", re.ASCII | re.IGNORECASE)
_USUAL_DAY = re.compile(r"(\d{4}-\d\d-\d\d)T|[A-Z][a-z]{2}, (\d\d?) ([A-Z][a-z]{2}) (\d{4}) ", re.ASCII)
_USUAL_ZONE = re.compile(r"T(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)|  (?:GMT|[+-](?:0\d|1[0-4])[0-5]\d)", re.ASCII)
_RFC_MONTHS = {name[:3].title(): number for number, name in enumerate(_ENGLISH, 1)}
_HOURS = re.compile(r"\A\s*(?:Uhr|hrs?|hs|h|uur|ч)\b\.?", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[(\[][^)\]]{0,40}[)\]]\s*\Z")


def read_instant(raw: str | None, zone: str | None, origin: str) -> Instant | None:
    """The time that `raw` says, None where it says none. `zone` is the source's IANA timezone, `origin` the witness."""
    text = (raw or "")[:120].strip()
    if not text:
        return None
    if usual := _usual(text, origin):
        return usual
    text = " ".join(text.split())
    if text[0] == "1" and (epoch := _EPOCH.fullmatch(text)) and text < _NOT_A_CLOCK:
        return read_epoch(float(epoch[1] or epoch[3]), origin, text)
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _instant(match.groupdict(), text, zone, origin)
    return None


def read_epoch(number: float, origin: str, raw: str | None = None) -> Instant | None:
    """The time that a JSON answer gives as seconds or milliseconds since the epoch, whichever falls into our time: no
    number does as both. `raw`: as it was written, where that was a text."""
    if not 0 < number < _FAR:  # nor NaN, nor more than a float holds
        return None
    for unit in (1, 1000):
        if _YEARS_IN_SECONDS[0] <= number / unit < _YEARS_IN_SECONDS[1]:
            moment = datetime.fromtimestamp(number // unit, UTC)
            return make_instant(f"{moment:%Y-%m-%dT%H:%M:%SZ}", "second", "+00:00", raw or str(number), origin)
    return None


def _usual(text: str, origin: str) -> Instant | None:
    """What sitemaps and feeds mostly hold (`2026-11-05T10:01:00+03:00`, `Thu, 05 Nov 2026 10:01:00 +0300`), known by the parts
    before, of and after its clock: those before and after are the same in most entries of a document."""
    at = text.find(":") - 2
    minute, second = text[at : at + 5], text[at + 5 : at + 8]
    if minute not in _MINUTES or second not in _SECONDS:
        return None
    day, zone = _day_before(text[:at]), _zone_after(text[at - 1 : at], text[at + 8 :])
    if day is None or zone is None:
        return None
    east, offset = zone
    if east:
        minutes = _MINUTES[minute] - east
        if not 0 <= minutes < len(_CLOCKS):
            day = (date.fromisoformat(day) + timedelta(days=minutes // len(_CLOCKS))).isoformat()
        minute = _CLOCKS[minutes % len(_CLOCKS)]
    return make_instant(f"{day}T{minute}{second}Z", "second", offset, text, origin)


_CLOCKS = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))
_MINUTES = {text: number for number, text in enumerate(_CLOCKS)}


_SECONDS = frozenset(f":{second:02}" for second in range(60))


@lru_cache(maxsize=512)
def _day_before(text: str) -> str | None:
    """The day of `2026-11-05T` or `Thu, 05 Nov 2026 `; None for one that does not exist, and where the forms know more names
    of months."""
    written = _USUAL_DAY.fullmatch(text)
    if written is None or (written[3] and written[3] not in _RFC_MONTHS):
        return None
    day = written[1] or f"{written[4]}-{_RFC_MONTHS[written[3]]:02}-{int(written[2]):02}"
    try:
        return day if date.fromisoformat(day).year in YEARS else None
    except ValueError:
        return None


@lru_cache(maxsize=512)
def _zone_after(mark: str, zone: str) -> tuple[int, str] | None:
    """Minutes east of UTC, and the offset's text, of `Z`, `+03:00` (`mark`, before the clock: `T`), ` GMT`, ` +0300`."""
    if not _USUAL_ZONE.fullmatch(f"{mark}{zone}"):
        return None
    if zone in ("Z", " GMT"):
        return 0, "+00:00"
    zone = zone.strip()
    minutes = (int(zone[1:3]) * 60 + int(zone[-2:])) * (-1 if zone[0] == "-" else 1)
    return minutes, offset_text(timedelta(minutes=minutes))


def _instant(found: dict[str, str | None], raw: str, zone: str | None, origin: str) -> Instant | None:
    day = _day(found)
    moment = _clock(day, found) if day and found.get("hour") else None
    if day is None or (found.get("hour") and moment is None):
        return None
    offset = None
    if moment is not None:
        if name := _zone_in(found.get("zone") or ""):
            offset = _offset(name, moment, zone)
        elif zone is not None:
            origin = f"{origin} (source timezone)"
            offset = moment.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    if moment is None or offset is None:
        return make_instant(day.isoformat(), "day", None, raw, origin)
    precision: Precision = "second" if found.get("second") else "minute"
    return make_instant(f"{(moment - offset).isoformat()}Z", precision, offset_text(offset), raw, origin)


@lru_cache(maxsize=512)
def _zone_in(text: str) -> str:
    """The zone in what stands after a time, without what people put around it: `GMT (London)`, `Uhr`."""
    return _HOURS.sub("", _ASIDE.sub("", text)).strip()


def _day(found: dict[str, str | None]) -> date | None:
    name = found.get("name")
    month = _month(name) if name else int(found["month"] or 0)
    year = int(found["year"] or 0)
    if len(found["year"] or "") == 2:
        year += 2000 if year < 50 else 1900  # RFC 2822 4.3
    if not month or year not in YEARS:
        return None
    try:
        return date(year, month, int(found["day"] or 0))
    except ValueError:
        return None


@lru_cache(maxsize=512)
def _month(name: str) -> int | None:
    """The one month that a name means: English ones also cut short, others as people write them."""
    key = name.lower()
    english = [number for number, month in enumerate(_ENGLISH, 1) if len(key) > 2 and month.startswith(key)]
    if english:
        return english[0]
    months = month_of(name)
    return months[0] if len(months) == 1 else _SHORT.get(key)


def _clock(day: date, found: dict[str, str | None]) -> datetime | None:
    hour, minute, second = int(found["hour"] or 0), int(found["minute"] or 0), int(found.get("second") or 0)
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
    if _IANA.fullmatch(name):
        try:
            return moment.replace(tzinfo=ZoneInfo(name)).utcoffset()
        except (KeyError, ValueError, OSError):
            return None
    key = name.rstrip(".").lower()
    if zone is not None:
        there = moment.replace(tzinfo=ZoneInfo(zone))
        if (there.tzname() or "").lower() == key:
            return there.utcoffset()
    minutes_east = -360 if key == "cst" else _ZONES.get(key)
    return None if minutes_east is None else timedelta(minutes=minutes_east)


@lru_cache(maxsize=512)
def offset_text(offset: timedelta) -> str:
    """`+03:00` for three hours east of UTC."""
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
