"""A backfill's span against an archive: which addresses to ask, which links lie inside, as far as that can be known."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.discovery.dates import YEARS
from pipelines.months import month_of
from storage.models import Instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from crawler.source import Endpoint
    from storage.models import Link

FIELDS = ("year", "month", "day")
"""What an archive's address may hold, as `{month}` or `{month:02}`; group names of an index's `follow`, too."""

PAGE = "page"
"""And the number of a page within that, from 1."""

_A_DAY = timedelta(days=1)


def fields_of(url: str) -> frozenset[str]:
    """The fields in an address template. Raises ValueError for braces that are none of `FIELDS`."""
    found: set[str] = set()
    if "{" not in url and "}" not in url:
        return frozenset()
    for _, name, form, conversion in string.Formatter().parse(url):
        if name is None:
            continue
        if name not in (*FIELDS, PAGE) or conversion or form not in ("", "02"):
            raise ValueError(
                f"{{{name}}} is no field: use {{year}}, {{month}}, {{month:02}}, {{day}}, {{day:02}}, {{page}}"
            )
        found.add(name)
    if (found - {PAGE} and "year" not in found) or ("day" in found and "month" not in found):
        raise ValueError("a date in an address needs {year}, and {month} with {day}")
    return frozenset(found)


def expand(endpoint: Endpoint, since: datetime, until: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The addresses of an archive for a span (both ends inclusive, with zones), oldest first: one a day, month or year
    of the source's own calendar, as its template says; an address without a date is asked once."""
    fields = fields_of(endpoint.url)
    if not fields:
        return (endpoint.url,)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    if fields == {PAGE}:
        return (_filled(endpoint.url, first),)
    return tuple(dict.fromkeys(_filled(endpoint.url, day) for day in _steps(first, last, fields)))


def after(template: str, url: str) -> str | None:
    """The address of the page after `url`, which is one of the template's (`…?p={page}`): the same day, the next
    number. None where the template counts no pages, or `url` is none of its addresses."""
    spans = _page_numbers(template, url)
    for start, end in reversed(spans):
        width = end - start if url[start] == "0" else 1
        url = f"{url[:start]}{int(url[start:end]) + 1:0{width}}{url[end:]}"
    return url if spans else None


def posted(endpoint: Endpoint, url: str) -> str | None:
    """The JSON that is sent for one of the endpoint's addresses, None where nothing is; the text `"{page}"` in it stands
    for the number in the address (`https://…/list#{page}`)."""
    if endpoint.post is None:
        return None
    spans = _page_numbers(endpoint.url, url)
    return endpoint.post.replace('"{page}"', str(int(url[slice(*spans[0])]))) if spans else endpoint.post


def _page_numbers(template: str, url: str) -> list[tuple[int, int]]:
    """Where the template's `{page}` stand in one of its addresses."""
    if "{" + PAGE not in template:
        return []
    pattern, pages = "", 0
    for literal, name, _, _ in string.Formatter().parse(template):
        pattern += re.escape(literal)
        if name == PAGE:
            pages += 1
            pattern += rf"(?P<page{pages}>\d{{1,9}})"
        elif name is not None:
            pattern += r"\d+"
    match = re.fullmatch(pattern, url, re.ASCII)
    return [match.span(f"page{number}") for number in range(1, pages + 1)] if match else []


def _filled(url: str, day: date) -> str:
    return url.format(year=day.year, month=day.month, day=day.day, page=1)


def _steps(first: date, last: date, fields: frozenset[str]) -> Iterator[date]:
    """One date in each period of the span."""
    day = first
    while day <= last:
        yield day
        if "day" in fields:
            day += _A_DAY
        elif "month" in fields:
            day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        else:
            day = date(day.year + 1, 1, 1)


def in_span(link: Link, since: datetime | None, until: datetime | None) -> bool | None:
    """Whether an article lies in a span (ends inclusive): True, False, or None where its page must be read to know.

    Its publication date decides. A `modified` before `since` says no, since nothing is changed before it is published;
    a later one says nothing. A bare day is a day of an unknown zone, so that one at an end of the span stays open.
    """
    if link.published is not None:
        earliest, latest = _bounds(link.published)
        if (since is not None and latest < since) or (until is not None and earliest > until):
            return False
        inside = (since is None or earliest >= since) and (until is None or latest <= until)
        return True if inside else None
    if link.modified is not None and since is not None and _bounds(link.modified)[1] < since:
        return False
    return None


def child_in_span(
    link: Link,
    since: datetime | None,
    until: datetime | None,
    endpoint: Endpoint | None = None,
    zone: ZoneInfo | None = None,
) -> bool:
    """Whether a sitemap index's child may hold articles of a span.

    Its `lastmod` can only be too old: a month's sitemap changed today still holds the month's first day. Where the
    endpoint's `follow` has groups named `year`, `month` and `day`, they are the period that the child covers, cut by
    days of UTC or of the source's `zone`; where that is not known, a day more on both sides.
    """
    if link.modified is not None and since is not None and _bounds(link.modified)[1] < since:
        return False
    period = _period(link.url, endpoint.follow if endpoint else None)
    if period is None:
        return True
    first, last = period[0] - _A_DAY, period[1] + _A_DAY
    if zone is not None:
        first = min(period[0], period[0].replace(tzinfo=zone))
        last = max(period[1], period[1].replace(tzinfo=zone)) - timedelta(seconds=1)
    return not ((since is not None and last < since) or (until is not None and first > until))


def ends(link: Link, endpoint: Endpoint | None) -> Instant | None:
    """The last moment of the period that a sitemap index's child covers, from its address (`follow`), in any zone; None
    where that names none."""
    period = _period(link.url, endpoint.follow if endpoint else None)
    if period is None:
        return None
    last = period[1] + timedelta(hours=12)
    return Instant(f"{last:%Y-%m-%dT%H:%M:%SZ}", "second", "+00:00", link.url, "url")


def _period(url: str, follow: str | None) -> tuple[datetime, datetime] | None:
    """The period that a child's address names; None where it names none that a source can have stories of."""
    match = re.search(follow, url) if follow else None
    groups = match.groupdict() if match else {}
    said = {name: _number(name, groups[name]) for name in FIELDS if groups.get(name)}
    if said.get("year") not in YEARS:
        return None
    fields = frozenset(said)
    try:
        first = date(said["year"], said.get("month", 1), said.get("day", 1))
    except ValueError:
        return None
    steps = _steps(first, date.max, fields)
    next(steps)
    start, end = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, next(steps)))
    return start, end


def _number(name: str, said: str) -> int:
    """A field of an address as its number, a month's name, too (`2026-oct`); 0, which is no date, for others."""
    if name == "month" and len(months := month_of(said, "en")) == 1:
        return months[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 4 else 0


def _bounds(instant: Instant) -> tuple[datetime, datetime]:
    """The first and the last moment that an `Instant` may mean."""
    if instant.precision == "day":
        day = datetime.fromisoformat(instant.at).replace(tzinfo=UTC)
        # Days begin 14 hours before and end 12 hours after those of UTC somewhere on earth.
        return day - timedelta(hours=14), day + timedelta(hours=36)
    at = datetime.fromisoformat(instant.at)
    return at, at + timedelta(seconds=59 if instant.precision == "minute" else 0)
