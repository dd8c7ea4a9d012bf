"""A document of an endpoint read in a worker process, to the end of what can be said of it without the store.

A sitemap may list 50,000 addresses. As objects they are 40 MB, which the crawler's process would keep from then on; so a long
live list of articles comes in parts, each a packed pickle, that are looked at one after the other. Pure, without Scrapy.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from crawler.discovery import traps
from crawler.discovery.read import read as discover
from crawler.listed import listed
from pipelines import plain
from storage import clock
from storage.models import Link

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from crawler.discovery.read import Discovery
    from crawler.source import Endpoint, Source
    from storage.models import Lease, Outcome

PART: Final = 1000
"""Links of a part, and of a document that is not parted."""

SAMPLE: Final = 1000
"""Entries of one document that are asked about; of a longer one (a sitemap) the newest and the oldest half as many."""

LONG: Final = 2**20
"""Bytes of a document from which on it is packed for its way to the worker."""

_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Parted:
    """What a document gave. `links`: the last of them, those before in `parts`, each read by `links_of`; `sample`: those whose
    being new is asked for. `found`: all that was read, of a backfill's page, which is never parted."""

    outcome: Outcome
    links: tuple[Link, ...]
    sample: tuple[Link, ...]
    ttl: int | None = None
    traps: tuple[tuple[str, int], ...] = ()
    parts: tuple[bytes, ...] = ()
    found: Discovery | None = None


def packed(body: bytes) -> bytes:
    """A long document as gzip, which `read` takes as well: as it is sent there is a copy of it."""
    return body if len(body) < LONG or body.startswith(_GZIP) else gzip.compress(body, 1)


def read(
    lease: Lease,
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    endpoint: Endpoint,
    source: Source,
    later: bool,
    span: tuple[float, float] | None,
    zone: ZoneInfo | None,
    newest_first: bool,
) -> Parted:
    """Read what `lease` asked for; see `discovery.read` and `listed`. `newest_first`: as the store takes the links of a first
    poll that has a limit."""
    found = discover(
        lease.kind,
        body,
        url=url,
        content_type=content_type,
        charset=None,
        endpoint=endpoint,
        source=source,
        later=later,
    )
    ended = listed(found, lease, endpoint, span, zone)
    links, traps_found, asked = ended.links, traps.among(found.refused), sample(ended.links)
    if lease.backfill is not None:
        return Parted(ended.outcome, links, asked, found.ttl, traps_found, found=found)
    whole = Parted(ended.outcome, links, asked, found.ttl, traps_found)
    if len(links) <= PART or any(link.kind != "article" for link in links):
        return whole
    if newest_first:
        links = tuple(sorted(links, key=lambda link: clock.newest(link) or 0.0, reverse=True))
    *before, last = [links[at : at + PART] for at in range(0, len(links), PART)]
    parts = tuple(part for part in map(plain.packed, before) if part is not None)
    return replace(whole, links=last, parts=parts) if len(parts) == len(before) else whole  # of long texts: as it is


def links_of(part: bytes) -> tuple[Link, ...]:
    """The links of a part. Raises `NotPlain` for whatever is none: a worker may be in a hostile page's hands."""
    links = plain.unpacked(part)
    if type(links) is not tuple or len(links) > PART or not all(type(link) is Link for link in links):
        raise plain.NotPlain("a worker process sent what is no part of a list")
    return links


def sample(links: Sequence[Link]) -> tuple[Link, ...]:
    """The links whose being new is asked for: all, or the first and last of a long document, dated ones in their order."""
    if len(links) <= SAMPLE:
        return tuple(links)
    ordered = sorted(links, key=lambda link: published(link) or 0.0, reverse=True)
    return (*ordered[: SAMPLE // 2], *ordered[-(SAMPLE // 2) :])


def published(link: Link) -> float | None:
    """When an entry says that it was published; a bare day is no instant."""
    if link.published is None or link.published.precision == "day":
        return None
    return clock.epoch(link.published.at)
