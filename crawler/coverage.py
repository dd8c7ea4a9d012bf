"""What span a source's archive can reach, and what a backfill covered of the span it was asked for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.discovery.archives import PAGE, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from crawler.source import Endpoint, Source
    from storage.standings import BackfillStanding, Covered

MOST_RUNS = 12
"""Runs of days without an article that are named."""

MOST_PAGES = 5
"""Unread archive pages that are named."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of a span: articles stored in it, the times of the oldest and the newest as the `articles` view has them, and the
    days of the source's calendar without any, as (first, last) of each run of them."""

    stored: int
    oldest: str | None
    newest: str | None
    empty: tuple[tuple[date, date], ...]

    @property
    def empty_days(self) -> int:
        return sum((last - first).days + 1 for first, last in self.empty)


def coverage(published: Sequence[str], since: datetime, until: datetime, zone: ZoneInfo) -> Coverage:
    """`published`: UTC text, or a bare day, of the articles in the span. Both ends of the span are inclusive."""
    told = {_day(text, zone) for text in published}
    days = _days(since.astimezone(zone).date(), until.astimezone(zone).date())
    runs: list[tuple[date, date]] = []
    for day in days:
        if day in told:
            continue
        if runs and runs[-1][1] == day - timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return Coverage(len(published), min(published, default=None), max(published, default=None), tuple(runs))


def _day(text: str, zone: ZoneInfo) -> date:
    return date.fromisoformat(text) if _is_day(text) else datetime.fromisoformat(text).astimezone(zone).date()


def _is_day(text: str) -> bool:
    return len(text) == len("2026-11-01")


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def archive_of(source: Source) -> str:
    """`archive pages by day since 2020-10-01`: what a source's past can be read from, and from when on."""
    archives = [endpoint for endpoint in source.endpoints if endpoint.role == "archive"]
    if not archives:
        return "no archive: only what its live endpoints hold now"
    kinds = " and ".join(dict.fromkeys(map(_kind, archives)))
    return f"{kinds} since {source.archive_from}" if source.archive_from else f"{kinds}, since when is not known"


def _kind(endpoint: Endpoint) -> str:
    fields = fields_of(endpoint.url)
    by = next((field for field in ("day", "month", "year") if field in fields), None)
    if by is not None:
        return f"archive pages by {by}"
    if endpoint.kind == "sitemap" and PAGE not in fields:
        return "sitemap index" if endpoint.follow else "sitemaps"
    if PAGE in fields or endpoint.next:
        return "listing pages, from the newest back"
    return f"one {endpoint.kind}"


def reaches(source: Source, since: datetime, zone: ZoneInfo) -> str:
    """What a backfill from `since` on may hope for, in one line."""
    told = archive_of(source)
    if source.archive_from and since.astimezone(zone).date().isoformat() < source.archive_from:
        told += f"; {since.astimezone(zone):%Y-%m-%d} is earlier, where nothing is known to be: read from that day on"
    return told


def report(standing: BackfillStanding, covered: Covered, zone: ZoneInfo, *, archive: bool) -> list[str]:
    """What a backfill has covered, in lines for people. `archive`: its source has one."""
    since, until = (datetime.fromtimestamp(at, UTC) for at in (standing.since, standing.until))
    found = coverage(covered.published, since, until, zone)
    span = f"{since.astimezone(zone):%Y-%m-%d %H:%M} to {until.astimezone(zone):%Y-%m-%d %H:%M}"
    lines = [f"span {span} ({zone.key}): {found.stored:,} articles stored"]
    if found.stored:
        lines[0] += f", the oldest of {_shown(found.oldest, zone)}, the newest of {_shown(found.newest, zone)}"
    if not archive and standing.entries:
        back = f" back to {datetime.fromtimestamp(standing.back_to, zone):%Y-%m-%d %H:%M}" if standing.back_to else ""
        lines.append(f"no archive: its live endpoints hold {standing.entries:,} entries{back}")
    if found.empty:
        shown = ", ".join(_run(*run) for run in found.empty[:MOST_RUNS])
        more = sum((last - first).days + 1 for first, last in found.empty[MOST_RUNS:])
        lines.append(f"{found.empty_days:,} days without an article: {shown}" + (f" and {more:,} more" if more else ""))
    if covered.unread:
        lines.append(f"{len(covered.unread):,} archive pages could not be read: {_pages(covered)}")
    if standing.absent:
        pages = standing.listed + standing.absent
        lines.append(f"{standing.absent:,} of {pages:,} archive pages were not there (404)")
    for url in covered.beyond[:MOST_PAGES]:
        lines.append(f"not read from {url} on: the articles of the page before it lie before the span")
    if covered.quarantined:
        lines.append(f"{_sum(covered.quarantined):,} given up: {_counted(covered.quarantined)}")
    if covered.failed:
        failed = f"{_sum(covered.failed):,} failed, to be tried again by `dateline run` or the daemon"
        lines.append(f"{failed}: {_counted(covered.failed)}")
    if standing.open_end:
        lines.append(f"covered until {until.astimezone(zone):%Y-%m-%d %H:%M}: what came since, only the live crawl has")
    return lines


def unfinished(standing: BackfillStanding, covered: Covered, zone: ZoneInfo, *, estimate: bool = False) -> str:
    """That a backfill is not finished, what of it failed and why, and how it goes on. `estimate`: it was only to be
    reckoned."""
    told = [f"backfill {standing.id} is not finished"]
    if standing.unread:
        told.append(f"{standing.unread:,} archive pages could not be read yet: {_pages(covered)}")
    if standing.failing:
        told.append(f"{standing.failing:,} articles failed: {_counted(covered.failed)}")
    if standing.retry_at is not None:
        when = datetime.fromtimestamp(standing.retry_at, UTC)
        told.append(f"the next try is due {when:%Y-%m-%d %H:%M:%SZ}")
    if estimate:
        then = (
            f"The same command without --estimate goes on with it; `dateline backfills --close {standing.id}` drops it"
        )
        return f"{'; '.join(told)}: this was an estimate. {then}"
    return "; ".join(told) + ". The same command goes on with it"


def _pages(covered: Covered) -> str:
    return "; ".join(f"{url} ({why.partition(': ')[0]})" for url, why in covered.unread[:MOST_PAGES])


def _sum(counts: Sequence[tuple[str, int]]) -> int:
    return sum(n for _, n in counts)


def _counted(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in counts)


def _run(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


def _shown(at: str | None, zone: ZoneInfo) -> str:
    if at is None or _is_day(at):
        return at or "no day"
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M}"
