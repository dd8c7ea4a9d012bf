"""How long a backfill will take: from how far it has come and at what pace its host is asked. Pure.

Archive pages are read as their turn comes, between the articles, so that what the unread ones hold is reckoned from those
that were read: by their number, or, where each page only tells of the next, by how far back in the span they have come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crawler.discovery.archives import PAGE, fields_of
from storage.yielding import BUDGET

if TYPE_CHECKING:
    from crawler.source import Politeness, Source
    from storage.standings import BackfillStanding

USUAL_FETCH = 0.5
"""Seconds from a request to its last byte where nothing was measured yet."""

ENOUGH = 20
"""Fetches of a run after which its own pace counts, and no longer the reckoned one."""

LEAST_SHARE = 0.02
"""Share of the span read before which nothing is reckoned for the rest."""


Chain = Literal["of all", "of each day"]
"""Of what an archive's pages are a chain: of the whole, from the newest back, or of each of the periods it is parted in."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`expected`: articles in the span, as far as can be said; `left`: of those, still to fetch; `certain`: every
    archive page was read. `seconds`: for `left` and the unread pages. None: too little was read to say."""

    expected: int | None
    left: int | None
    certain: bool
    seconds: float | None


def estimate(standing: BackfillStanding, *, chain: Chain | None, seconds_each: float) -> Estimate:
    """What is left of a backfill. `chain`: archive pages tell of the next one only; `seconds_each`: of a fetch with what
    comes between it and the next."""
    if standing.to_list == 0:
        return Estimate(standing.found, standing.left, True, standing.left * seconds_each)
    share = _share(standing, chain)
    if share < LEAST_SHARE:
        return Estimate(None, None, False, None)
    expected = round(standing.found / share)
    new = (standing.found - standing.known) / standing.found if standing.found else 0.0
    left = standing.left + round((expected - standing.found) * new)
    pages = standing.listed * (1 / share - 1) if chain else standing.to_list
    return Estimate(expected, left, False, (left + pages) * seconds_each)


def _share(standing: BackfillStanding, chain: Chain | None) -> float:
    """The share of the span whose archive pages were read."""
    if chain is None:
        return standing.listed / (standing.listed + standing.to_list)
    if standing.reached is None or not standing.since <= standing.reached <= standing.until:
        return 0.0  # pages that are still, or only, beside the span say nothing of it
    whole = max(1.0, standing.until - standing.since)
    forth = chain == "of each day" and standing.oldest_first
    read = standing.reached - standing.since if forth else standing.until - standing.reached
    return min(1.0, read / whole)


def chain_of(source: Source) -> Chain | None:
    """How a source's archive is read from page to page; None: it is not."""
    for endpoint in source.endpoints:
        if endpoint.role == "archive" and (endpoint.next or "{page" in endpoint.url):
            return "of each day" if fields_of(endpoint.url) - {PAGE} else "of all"
    return None


def seconds_each(
    politeness: Politeness,
    crawl_delay: float | None,
    fetch_seconds: float | None,
    *,
    fetches: int = 0,
    took: float = 0.0,
) -> float:
    """Seconds that one fetch takes from the last: measured over `fetches` of this run in `took` seconds, or reckoned from
    what the host asks for, how long it takes to answer, and its hourly budget."""
    if fetches >= ENOUGH:
        return took / fetches
    gap = max(politeness.delay, crawl_delay or 0.0)
    fetch = USUAL_FETCH if fetch_seconds is None else fetch_seconds
    by_turns = max(gap, (gap + fetch) / politeness.in_flight)
    return max(by_turns, 3600.0 / max(1.0, politeness.hourly * BUDGET))


def in_words(standing: BackfillStanding, given: Estimate, each: float) -> str:
    """`2,310 of 5,040 articles done, 2,730 left: about 9 min at 0.2 s each`."""
    known = f" ({standing.known:,} known before)" if standing.known else ""
    about = f": about {duration(given.seconds)} at {each:.2g} s each" if given.seconds else ""
    if given.certain:
        if standing.found and standing.found == standing.known:
            return f"all {standing.found:,} articles of the span are known: nothing to fetch"
        if standing.found == 0:
            return "no article found in the span"
        done = standing.done + standing.known
        failing = f" ({standing.failing:,} failed so far)" if standing.failing else ""
        lost = f", {standing.given_up:,} given up" if standing.given_up else ""
        return f"{done:,} of {standing.found:,} articles done{known}, {standing.left:,} left{failing}{lost}{about}"
    pages = f"{standing.listed:,} archive pages read, {standing.to_list:,} known to follow"
    so_far = f"{standing.found:,} articles found{known}, {standing.done:,} done"
    if given.left is None or given.expected is None:
        return f"{pages}; {so_far}: too early to say how long"
    return f"{pages}; {so_far}, of about {given.expected:,}; about {given.left:,} left{about}"


def duration(seconds: float) -> str:
    """Seconds as people say them: `40 s`, `12 min`, `3 h 20 min`, `2.4 days`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    if seconds < 36 * 3600:
        minutes = round(seconds / 60)
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{seconds / 86400:.1f} days"


def facts(standing: BackfillStanding, given: Estimate) -> dict[str, object]:
    """The same for programs."""
    return {
        "backfill": standing.id,
        "since": standing.since,
        "until": standing.until,
        "archive_pages_read": standing.listed,
        "archive_pages_left": standing.to_list,
        "found": standing.found,
        "known": standing.known,
        "done": standing.done,
        "left": standing.left,
        "failing": standing.failing,
        "given_up": standing.given_up,
        "archive_pages_unread": standing.unread,
        "archive_pages_absent": standing.absent,
        "expected": given.expected,
        "expected_left": given.left,
        "certain": given.certain,
        "seconds": None if given.seconds is None else round(given.seconds),
    }
