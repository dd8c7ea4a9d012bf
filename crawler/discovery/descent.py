"""What an endpoint's document gives to be read in its turn: a sitemap index's children, a listing's next page. Pure.

Each such address is a row of the frontier, which holds it once, so that a circle ends by itself. It remembers the endpoint
that it comes of (`Link.endpoint`), the levels below that (`Link.depth`) and the pages before it on its own (`Link.page`);
both have an end, since a site can make up addresses for ever.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discovery.archives import after, in_span
from storage.models import Link

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.discovery.read import Discovery
    from crawler.source import Endpoint
    from storage.models import Lease, Via

MAX_DEPTH = 5
"""Levels below an index. The protocol knows one; three were seen (an index a year, of indexes a month, of files a day)."""

MAX_PAGES = 5_000
"""Pages of one listing: at 20 links each, 100,000 stories. What ends a listing is its own end or the span's."""


MAX_SHOWN = 500
"""Links of a page by which the next one is compared with it: those with the lowest marks, which of a page that has more are
a sample, and on the next page, if it is the same, are the lowest again."""

_MARK = 8
"""Hexadecimal digits that stand for an address in `Link.shown`."""

_ABOVE_ALL = "g"


def depth_of(lease: Lease) -> int:
    """The levels from the endpoint that the source names to what is leased."""
    return lease.witness.depth if lease.witness else 0


def is_later(lease: Lease) -> bool:
    """Whether a page was found as the one after another of its listing."""
    return lease.witness is not None and lease.witness.shown is not None


def children(links: tuple[Link, ...], lease: Lease, endpoint: Endpoint) -> tuple[tuple[Link, ...], int]:
    """`links` with what is to be read in its turn marked as of `endpoint`, and how many of it lie too deep, and were
    left out."""
    depth = depth_of(lease) + 1
    if all(link.kind == "article" for link in links):
        return links, 0
    kept = tuple(
        link if link.kind == "article" else replace(link, endpoint=endpoint.url, depth=depth)
        for link in links
        if link.kind == "article" or depth <= MAX_DEPTH
    )
    return kept, len(links) - len(kept)


def next_page(found: Discovery, lease: Lease, endpoint: Endpoint, since: datetime) -> Link | None:
    """The listing's next page, older than the one just read, where that goes on to something wanted.

    It does while the page gave a wanted link that was not on the page before (the newest stories in a margin stand on
    every page; some sites answer every number beyond the last with the last page), while those are not as a whole older
    than `since`, as far as their dates are known (from the listing, else from the day in their addresses), and up to the
    last of `MAX_PAGES`. The address is the one that the page's own link gave (`Endpoint.next`), else the next number in
    the endpoint's `{page}`; None where there is neither.
    """
    address = found.next or after(endpoint.url, lease.url)
    number = lease.witness.page + 1 if lease.witness else 1
    before = _marks_in(lease.witness.shown if lease.witness else None)
    highest = max(before) if len(before) >= MAX_SHOWN else _ABOVE_ALL
    marks = {link.url: _mark(link.url) for link in found.links}
    other = tuple(link for link in found.links if marks[link.url] not in before and marks[link.url] <= highest)
    if address is None or not other or number >= MAX_PAGES:
        return None
    if _all_before(other, since):
        return None
    via: Via = "archive" if endpoint.role == "archive" else "listing"
    shown = "".join(sorted(set(marks.values()))[:MAX_SHOWN])
    return Link(
        address, kind=lease.kind, via=via, endpoint=endpoint.url, depth=depth_of(lease), page=number, shown=shown
    )


def _mark(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]


def _marks_in(shown: str | None) -> frozenset[str]:
    return frozenset(shown[n : n + _MARK] for n in range(0, len(shown), _MARK)) if shown else frozenset()


def _all_before(links: tuple[Link, ...], since: datetime) -> bool:
    # Of backfills alone, and much: with it come the expressions for times in ten languages.
    from pipelines.published import day_of_url

    dated = [link if link.published else replace(link, published=day_of_url(link.url, _NEVER)) for link in links]
    known = [in_span(link, since, None) for link in dated if link.published or link.modified]
    return bool(known) and all(inside is False for inside in known)


_NEVER = "2100-01-01T00:00:00Z"
"""No day in an address is in the future of this: which days are impossible does not matter here."""
