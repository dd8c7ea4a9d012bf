"""`since`, `until`, `limit`, `order` of a crawl as people write them. What is not known is refused; Scrapy would swallow it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2})?(?:[Zz]|[+-]\d{2}:?\d{2})?", re.ASCII)
_FORMS = "write 2023-10-01, 2023-10-01T12:00 or 2023-10-01T12:00+03:00"


class ArgumentProblem(ValueError):
    """A crawl argument that cannot be obeyed; its text is one line for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class CrawlArguments:
    """`since`, `until`: both inclusive, in UTC; None: no such bound (`until` None: up to the moment of the crawl).
    `limit`: at most so many articles. `oldest_first`: a backfill begins at `since`, else at `until`."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    oldest_first: bool = False


KNOWN = ("since", "until", "limit", "order")
ORDERS = ("newest", "oldest")


def parse(raw: Mapping[str, str], zone: ZoneInfo, now: datetime) -> CrawlArguments:
    """Arguments as they stand on a command line; `zone` is the source's, `now` has a zone.

    A bare day begins at its midnight in `zone` and, as `until`, lasts to its end. Raises `ArgumentProblem`.
    """
    if unknown := sorted(raw.keys() - set(KNOWN)):
        near = get_close_matches(unknown[0], KNOWN, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ArgumentProblem(f"unknown argument {unknown[0]!r}: {hint}known are {', '.join(KNOWN)}")
    since = _moment("since", raw["since"], zone, end=False) if "since" in raw else None
    until = _moment("until", raw["until"], zone, end=True) if "until" in raw else None
    if until is not None and since is None:
        raise ArgumentProblem("until needs since: without it a backfill has no beginning")
    if since is not None and since > now:
        there = f"{now.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        raise ArgumentProblem(f"since={raw['since']} is in the future: it is {there} at the source")
    if since is not None and until is not None and since > until:
        raise ArgumentProblem(f"since={raw['since']} is later than until={raw['until']}")
    limit = _limit(raw["limit"]) if "limit" in raw else None
    return CrawlArguments(since, until, limit, "order" in raw and _oldest_first(raw["order"], since))


def _moment(name: str, text: str, zone: ZoneInfo, *, end: bool) -> datetime:
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            if end:
                return _midnight(day + timedelta(days=1), zone) - timedelta(seconds=1)
            return _midnight(day, zone)
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text.upper())
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ArgumentProblem(f"{name}={text!r}: {error}; {_FORMS}") from error
    raise ArgumentProblem(f"{name}={text!r} is no date: {_FORMS}")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _limit(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or int(text) < 1:
        raise ArgumentProblem(f"limit={text!r}: write a whole number from 1 up")
    return int(text)


def _oldest_first(text: str, since: datetime | None) -> bool:
    if text.strip() not in ORDERS:
        raise ArgumentProblem(f"order={text!r}: write {' or '.join(ORDERS)} (the articles that come first)")
    if since is None:
        raise ArgumentProblem("order needs since: it is the order of a backfill")
    return text.strip() == "oldest"
