"""What a document's links make of its fetch: the outcome in words, and the links that go to the frontier. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.discovery.archives import child_in_span, in_span
from crawler.discovery.descent import MAX_DEPTH, children, next_page
from crawler.discovery.read import PROBLEMS
from storage.models import Outcome

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from crawler.discovery.read import Discovery
    from crawler.source import Endpoint
    from storage.models import Lease, Link


@dataclass(frozen=True, slots=True)
class Listed:
    """`links`: wanted, and inside the backfill's span as far as that is known; what is to be read in its turn is marked
    as of its endpoint, a listing's next page stands last."""

    outcome: Outcome
    links: tuple[Link, ...]


def listed(
    found: Discovery,
    lease: Lease,
    endpoint: Endpoint,
    span: tuple[float, float] | None,
    zone: ZoneInfo | None = None,
) -> Listed:
    """`span`: a backfill's since and until, epoch seconds, both inclusive; only a backfill reads next pages. `zone`: the
    source's, where it is known."""
    since, until = (datetime.fromtimestamp(at, UTC) for at in span) if span else (None, None)
    links, too_deep = children(found.links, lease, endpoint)
    links = tuple(link for link in links if _wanted(link, since, until, endpoint, zone))
    if found.problem:
        # A cut-off document's links before the cut are good, and taken.
        told = f"{lease.url}: {PROBLEMS[found.problem]}"
        if found.problem == "nothing_followed":
            told += f" ({found.total} sitemaps, follow = '{endpoint.follow}')"
        return Listed(Outcome(f"failed:{found.problem}", told), links)
    detail = f"{found.total} entries, {len(links)} links"
    if found.refused:
        detail += ", not taken: " + ", ".join(f"{n} {why}" for why, n in found.refused)
    if too_deep:
        detail += f", not followed: {too_deep} more than {MAX_DEPTH} levels below {endpoint.url}"
    if since is not None and (page := next_page(found, lease, endpoint, since)) is not None:
        links, detail = (*links, page), f"{detail}, next page {page.url}"
    return Listed(Outcome("listed", detail), links)


def _wanted(
    link: Link, since: datetime | None, until: datetime | None, endpoint: Endpoint, zone: ZoneInfo | None
) -> bool:
    """Whether a link may lie in the span; one whose date is not known is fetched and judged by its page."""
    if link.kind != "article":
        return child_in_span(link, since, until, endpoint, zone)
    return in_span(link, since, until) is not False
