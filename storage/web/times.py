"""Times and spans as readers see them. Pure: `now` is passed, epoch seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from storage.clock import epoch

_DAY = "YYYY-MM-DD"
_MINUTE, _HOUR, _DAYS = 60, 3600, 86400
_RELATIVE = 3 * _DAYS


def shown(at: str, now: float) -> str:
    """`14:03 UTC` of today (UTC), `25 Nov 14:03 UTC` of this year, else with the year; without a time where only the day is
    known; what is no time, as it stands."""
    seconds = epoch(at)
    if seconds is None:
        return at
    then, today = datetime.fromtimestamp(seconds, UTC), datetime.fromtimestamp(now, UTC)
    day = f"{then.day} {then:%b}" + ("" if then.year == today.year else f" {then.year:04}")
    if len(at) == len(_DAY):
        return day
    return f"{then:%H:%M} UTC" if then.date() == today.date() else f"{day} {then:%H:%M} UTC"


def ago(at: str, now: float) -> str:
    """`4 min ago`; empty of a bare day, of what is over three days past, and of what is yet to come."""
    seconds = epoch(at)
    if seconds is None or len(at) == len(_DAY):
        return ""
    past = now - seconds
    if not -_MINUTE < past < _RELATIVE:
        return ""
    return "just now" if past < _MINUTE else f"{span(past, parts=1)} ago"


def span(seconds: float, *, parts: int = 2) -> str:
    """`40 s`, `3 min`, `2 h 10 min`, `5 days 3 h`: the largest unit and, of two `parts`, the next."""
    left = int(abs(seconds))
    found = []
    for name, size in (("day", _DAYS), ("h", _HOUR), ("min", _MINUTE), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            found.append(f"{count} {name}{'s' if name == 'day' and count > 1 else ''}")
        elif found:
            break
        if len(found) == parts or (found and size == _MINUTE):
            break
    return " ".join(found) or "0 s"


def local(at: str, offset: str | None) -> str:
    """`17:03 +03:00` of a UTC time and the offset that it was written with; empty without one, or of UTC itself."""
    seconds = epoch(at)
    if seconds is None or not offset or len(at) == len(_DAY):
        return ""
    try:
        zone = timezone(timedelta(seconds=_offset(offset)))
    except ValueError:
        return ""
    return "" if not _offset(offset) else f"{datetime.fromtimestamp(seconds, zone):%d %b %H:%M} {offset}"


def _offset(text: str) -> int:
    """Seconds of `+03:00`. Raises ValueError."""
    hours, _, minutes = text[1:].partition(":")
    return (int(hours) * _HOUR + int(minutes or 0) * _MINUTE) * (-1 if text[0] == "-" else 1)
