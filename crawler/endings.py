"""From what came back to an `Ending`: its next time by the pace, its host's pause, its validators. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.answers import blames_host, refuses
from crawler.discovery.archives import PAGE, fields_of
from crawler.discovery.descent import is_later
from crawler.feed_text import is_whole
from crawler.politeness import rhythm
from crawler.politeness.pace import Due, least_interval, next_due
from crawler.source import Endpoint
from storage.models import AGAIN, Ending, HostNote, Outcome

if TYPE_CHECKING:
    from crawler.source import Source
    from storage.models import Lease, LinkKind

CONTENT = ("new", "revised", "unchanged", "not_modified", "listed", "alias", "copy")
"""Outcomes after which the server's validators may be sent back next time."""


GONE = ("gone", "rejected:soft_404")
"""Outcomes that say that a page is not there."""

CHILD_INTERVAL = 86400
"""Seconds between two looks at a sitemap that an index lists, unless the index says sooner that it has changed."""

MADE_OF_FEED = "made of the feed's own text; its page was not asked for"

_FIELD = re.compile(r"\\\{(year|month|day|page)(:02)?\\\}")


def endpoint_of(lease: Lease, source: Source) -> Endpoint | None:
    """The TOML's endpoint that a lease polls, an archive's by its template; None for articles, robots.txt, the children
    of a sitemap index and what a listing links to as its next page. A backfill reads live endpoints, too, where there is
    no archive."""
    roles = ("live",) if lease.backfill is None else ("archive", "live")
    for role in roles:
        for endpoint in source.endpoints:
            if endpoint.role == role and _is_at(endpoint.url, lease.url):
                return endpoint
    return None


def _is_at(template: str, url: str) -> bool:
    """Whether an address is that of an endpoint, or one of those that its template stands for."""
    if "{" not in template:
        return url == template
    return re.fullmatch(_FIELD.sub(r"\\d+", re.escape(template)), url) is not None


def child_of(lease: Lease, source: Source) -> Endpoint:
    """How to read an address that an endpoint's document gave, at whatever depth: as that endpoint says. One whose
    endpoint is not known (it left the TOML) is read like the archive's own files in a backfill, else plainly."""
    named = lease.witness.endpoint if lease.witness else None
    roles = ("live", "archive") if lease.backfill is None else ("archive", "live")
    for endpoint in sorted(source.endpoints, key=lambda endpoint: roles.index(endpoint.role)):
        if endpoint.url == named:
            return replace(endpoint, kind=lease.kind)
    archive = next((e for e in source.endpoints if e.role == "archive"), None)
    if lease.backfill is None or archive is None:
        return Endpoint(url=lease.url, kind=lease.kind)
    return replace(archive, kind=lease.kind)


def is_polled(lease: Lease) -> bool:
    """Whether a lease is a live poll of an endpoint, which has a rhythm."""
    return lease.backfill is None and lease.kind not in ("article", "robots")


def guess_of(endpoint: Endpoint | None) -> int:
    """The interval, in seconds, until a rhythm is known; that of a sitemap index's child becomes shorter when it turns
    out to be live."""
    return endpoint.interval if endpoint else CHILD_INTERVAL


def _least(lease: Lease, source: Source, endpoint: Endpoint | None) -> float:
    """Seconds between two polls of an endpoint, at the least: its part of what its host's budget and crawl-delay leave. A
    source's endpoints on a host share by the intervals of its TOML: of twenty sections and one feed of all news the feed
    is polled most."""
    others = [e.interval for e in source.endpoints if e.role == "live" and urlsplit(e.url).netloc.lower() == lease.host]
    share = sum(endpoint.interval / interval for interval in others) if endpoint else float(len(others))
    given = source.politeness
    return least_interval(share=share, polls=given.polls, delay=given.delay, crawl_delay=lease.crawl_delay)


def _may_be_absent(lease: Lease, endpoint: Endpoint | None) -> bool:
    """Whether a page of an archive need not be there: one of a period that its template names, one after another."""
    return is_later(lease) or (endpoint is not None and bool(fields_of(endpoint.url) - {PAGE}))


def _pace_of(lease: Lease) -> LinkKind:
    """A backfill reads an archive's file once, and after a failure again like an article; live ones are polled."""
    return "article" if lease.backfill is not None and lease.kind != "robots" else lease.kind


def complete(ending: Ending, *, source: Source, first_poll: int, jitter: float) -> Ending:
    """`ending` with the row's next due time, the host's health, the first poll's limit, and validators only
    where the content was taken in."""
    lease = ending.lease
    if lease is None:
        return ending
    good = ending.outcome.name in CONTENT
    gone = lease.kind == "article" and ending.outcome.name in GONE
    endpoint = endpoint_of(lease, source)
    known = None
    if is_polled(lease):
        known = rhythm.read(ending.rhythm or lease.rhythm)
        if ending.outcome.name == "not_modified":
            known = rhythm.observe(known, rhythm.Polled(ending.at, same=True), guess=guess_of(endpoint))
            ending = replace(ending, rhythm=rhythm.written(known))
    due = next_due(
        "gone" if gone else ending.outcome.name,
        _pace_of(lease),
        now=ending.at,
        found_at=lease.found_at,
        seen=lease.seen,
        tries=lease.tries,
        unasked=lease.unasked,
        forbidden=lease.forbidden,
        interval=guess_of(endpoint),
        recheck=() if lease.backfill is not None or is_whole(lease, source) else source.profile.recheck,
        ttl=ending.ttl,
        max_age=ending.max_age,
        retry_at=ending.host.paused_until if ending.host else None,
        jitter=jitter,
        missing=lease.missing,
        gone_gap=source.gone_gap,
        rhythm=known,
        least=0.0 if lease.kind in ("article", "robots") else _least(lease, source, endpoint),
        longest=None if endpoint else float(CHILD_INTERVAL),
    )
    if _pace_of(lease) != lease.kind and ending.outcome.name in GONE:
        # An archive's day before the first story, a page after its last: that is their end. An index is missed.
        due = Due(None, quarantine=not _may_be_absent(lease, endpoint))
    elif (
        _pace_of(lease) != lease.kind
        and (ending.outcome.name == "blocked:robots" or due.at is None)
        and (ending.outcome.name.startswith("blocked"))
    ):
        due = Due(None, quarantine=True)  # a page of the archive that was never read is missed, too
    if is_whole(lease, source) and ending.outcome.detail != AGAIN:  # which the store looks for as it is
        detail = "; ".join(filter(None, (ending.outcome.detail, MADE_OF_FEED)))
        ending = replace(ending, outcome=Outcome(ending.outcome.name, detail))
    return replace(
        ending,
        due=due.at,
        quarantine=due.quarantine,
        validators=ending.validators if good else None,
        gone_gap=float(source.gone_gap) if gone else None,
        first_poll_limit=first_poll if lease.first_poll and first_poll > 0 else None,
        new_links=source.politeness.new_links,
        host=_of_host(ending, lease),
    )


def _of_host(ending: Ending, lease: Lease) -> HostNote:
    """What the fetch says of the host that answered it last; nothing where none was asked. A robots.txt that is refused
    permits (RFC 9309 2.3.1.3), and says nothing against its host."""
    note = ending.host or HostNote(host=lease.host)
    asked = [urlsplit(url).netloc.lower() for url in ending.urls]
    if not asked or (lease.kind == "robots" and ending.outcome.name.startswith("blocked")):
        return note
    last = lease.host if lease.kind == "robots" else asked[-1]
    return replace(
        note,
        host=last,
        failed=blames_host(ending.outcome),
        refused=refuses(ending.outcome),
        said=": ".join(filter(None, (ending.outcome.name, ending.outcome.detail))),
        others=tuple(dict.fromkeys(host for host in asked if host != last)),
    )
