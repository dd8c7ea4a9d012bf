"""Reading a time that somebody wrote, exactly and without invention.

htmldate and dateparser clamp impossible days and fill in what is missing; nothing here does. A time without a zone is
read in the source's timezone where one is known, else only its day is kept.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipelines.text import listed
from storage.models import Instant, Precision

EARLIEST = 1990
AHEAD = timedelta(hours=24)
SOURCE_ZONE = " (source timezone)"

ISO = re.compile(
    r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
    r"(?:(?:\s*[T,]\s*|\s+)(?P<H>\d{1,2}):?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:[.,:]\d{1,9})?)?)?\s*(?P<am>[ap]\.?m\.?)?\s*(?P<zone>.*)",
    re.IGNORECASE,
)
COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<H>\d{2}):?(?P<M>\d{2}):?(?P<S>\d{2})?)?(?P<am>)\s*(?P<zone>.*)"
)
DAY_FIRST = re.compile(
    r"(?P<d>\d{1,2})(?P<sep>[.])(?P<m>\d{1,2})(?P=sep)(?P<y>\d{4})(?:[\s,]+(?:-\s*)?(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?)?(?P<am>)\s*(?P<zone>.*)"
)
CLOCK = r"(?:(?:,|\s|at|T|-|–)*(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.\d+)?)?\s*(?P<am>[ap]\.?m\.?)?)?"
WRITTEN = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<month>[a-z]{3,9})\.?,?[\s-]+(?P<y>\d{4})"
    + CLOCK
    + r"\s*(?P<zone>.*)",
    re.IGNORECASE,
)
WRITTEN_US = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?(?P<month>[a-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"
    + CLOCK
    + r"\s*(?P<zone>.*)",
    re.IGNORECASE,
)
WRITTEN_C = re.compile(
    r"[a-z]{3}\s+(?P<month>[a-z]{3})\s+(?P<d>\d{1,2})\s+(?P<H>\d{2}):(?P<M>\d{2}):(?P<S>\d{2})(?P<am>)\s+(?P<zone>[a-z]{3,4}\s+)?(?P<y>\d{4})",
    re.IGNORECASE,
)
PATTERNS = (ISO, COMPACT, DAY_FIRST, WRITTEN, WRITTEN_US, WRITTEN_C)
UNIX = re.compile(r"(\d{10})(?:\d{3}|\.\d+)?")
OFFSET = re.compile(
    r"(?:GMT|UTC|UT|Z)?\s*([+\-\u2212])(\d{1,2}):?(\d{2})?(?::\d{2})?(?:\s*\(.*\)|\s*\[.*\])?", re.IGNORECASE
)
ZONE_NAME = re.compile(r"([A-Z]{1,5})\.?(?:\s*\(.*\)|\s*\[.*\])?", re.IGNORECASE)
MONTHS = {
    name[:3]: number
    for number, name in enumerate(
        listed("january february march april may june july august september october november december"), 1
    )
}
MONTH_NAMES = frozenset(
    listed("january february march april may june july august september october november december sept")
)
# Abbreviations with one meaning in news. BST, IST and CST (Chicago, China) have two: such a time keeps its day only,
# unless the source's own timezone is called so.
ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360,
    "PST": -480, "PDT": -420, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180, "MSK": 180, "JST": 540, "KST": 540,
    "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "WEST": 60, "MEZ": 60, "MESZ": 120, "IDT": 180, "TRT": 180,
    "SAST": 120, "CAT": 120, "EAT": 180, "WAT": 60, "PKT": 300, "NPT": 345, "ICT": 420, "WIB": 420, "WITA": 480,
    "WIT": 540, "HKT": 480, "SGT": 480, "PHT": 480, "AWST": 480, "ACST": 570, "ACDT": 630, "BRT": -180, "ART": -180,
    "AKST": -540, "AKDT": -480, "HST": -600,
}  # fmt: skip
# Names by which Australia, the Philippines, Pakistan or Malaysia call their own zone, too: of a source there they tell nothing.
AMERICAN = frozenset({"EST", "EDT", "PST", "PDT", "MST", "MDT", "CDT"})
HOMONYMOUS = ("Asia/", "Australia/", "Indian/", "Pacific/")
# American news writes the zone without saying which half of the year it is: the date does.
REGIONS = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}


def read(raw: object, *, origin: str, timezone: str | None, fetched_at: str) -> Instant | None:
    """The instant that `raw` (text, or a number of seconds since the epoch) names; None where it names none.

    `timezone`: IANA name for times without a zone, None where the source has none. A time that is impossible
    (30 February), before 1990, or more than 24 hours after `fetched_at` (`YYYY-MM-DDTHH:MM:SSZ`) is no witness: None.
    """
    text = str(raw).strip() if isinstance(raw, str | int | float) and not isinstance(raw, bool) else ""
    if not text or len(text) > 80:
        return None
    instant = _unix(text, origin) or _written(text, origin, timezone)
    return instant if instant is not None and _plausible(instant, fetched_at) else None


def moment(at: str) -> datetime:
    """A text time of the models as a datetime in UTC; a bare day is its first moment. Raises ValueError."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC) if len(at) == 10 else datetime.fromisoformat(at)


def written(instant: Instant) -> str:
    """An instant in ISO 8601 with the offset that it was written with, so that its day is the one a reader saw; a bare day
    as it is."""
    if instant.precision == "day" or instant.offset is None:
        return instant.at
    size = _offset(instant.offset)
    shift = timedelta() if size is None or size is ABSENT else size
    return moment(instant.at).astimezone(timezone(shift)).isoformat()


def day(year: int, month: int, number: int, *, raw: str, origin: str, fetched_at: str) -> Instant | None:
    """A bare day, or None where there is no such day or it cannot be true."""
    try:
        at = date(year, month, number).isoformat()
    except ValueError:
        return None
    instant = Instant(at, "day", None, raw, origin)
    return instant if _plausible(instant, fetched_at) else None


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ValueError naming it where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(f"unknown timezone {name!r}: use an IANA name such as Europe/Moscow") from error


def _unix(text: str, origin: str) -> Instant | None:
    match = UNIX.fullmatch(text)
    if match is None:
        return None
    at = datetime.fromtimestamp(int(match[1]), UTC)
    return Instant(_text(at), "second", "+00:00", text, origin)


def _written(text: str, origin: str, timezone: str | None) -> Instant | None:
    for pattern in PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            found = _built(match.groupdict(), text, origin, timezone)
            if found is not None:
                return found
    return None


def _built(part: dict[str, str | None], text: str, origin: str, source_zone: str | None) -> Instant | None:
    month = int(part["m"] or 0) if part.get("m") else _month(part.get("month") or "")
    try:
        naive = datetime(int(part["y"] or 0), month, int(part["d"] or 0))
        precision: Precision = "day"
        if part["H"] is not None:
            precision = "second" if part["S"] is not None else "minute"
            naive = naive.replace(
                hour=_hour(int(part["H"]), part["am"]), minute=int(part["M"] or 0), second=min(int(part["S"] or 0), 59)
            )
    except ValueError:
        return None
    written = (part["zone"] or "").strip()
    offset, named = _offset(written), ZONE_NAME.fullmatch(written)
    if offset is None and not named:
        return None
    name = named[1].upper() if named else ""
    if precision == "day":
        return Instant(naive.date().isoformat(), "day", None, text, origin)
    try:
        local = naive.replace(tzinfo=zone(source_zone)) if source_zone is not None else None
        own = local is not None and (offset is ABSENT or (local.tzname() == name and local.utcoffset() != offset))
        if local is not None and own:
            return _zoned(local, precision, text, origin + SOURCE_ZONE)
        if region := REGIONS.get(name):
            return _zoned(naive.replace(tzinfo=zone(region)), precision, text, origin)
        foreign = name in AMERICAN and source_zone is not None and source_zone.startswith(HOMONYMOUS)
        if offset is not None and offset is not ABSENT and not foreign:
            return _zoned(naive.replace(tzinfo=timezone(offset)), precision, text, origin)
    except OverflowError:
        return None
    return Instant(naive.date().isoformat(), "day", None, text, origin)


ABSENT = timedelta(days=-999)


def _offset(text: str) -> timedelta | None:
    """Offset of a written zone; ABSENT for an empty text, None for words that are no zone we know."""
    if not text:
        return ABSENT
    if match := OFFSET.fullmatch(text):
        size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return None if size >= timedelta(hours=15) or int(match[3] or 0) > 59 else size if match[1] == "+" else -size
    if (match := ZONE_NAME.fullmatch(text)) and (minutes := ZONES.get(match[1].upper())) is not None:
        return timedelta(minutes=minutes)
    return None


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return hour if hour > 12 and half.lower().startswith("p") else 99
    return hour % 12 + (12 if half.lower().startswith("p") else 0)


def _month(name: str) -> int:
    name = name.casefold()
    return MONTHS.get(name[:3], 0) if len(name) == 3 or name in MONTH_NAMES else 0


def _zoned(at: datetime, precision: Precision, text: str, origin: str) -> Instant:
    seconds = int((at.utcoffset() or timedelta()).total_seconds())
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return Instant(_text(at.astimezone(UTC)), precision, f"{sign}{minutes // 60:02}:{minutes % 60:02}", text, origin)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at.year >= 1000 else "0001-01-01T00:00:00Z"


def _plausible(instant: Instant, fetched_at: str) -> bool:
    at = moment(instant.at)
    return at.year >= EARLIEST and at <= moment(fetched_at) + AHEAD
