"""What a backfill learns from one page of an archive: how far back it goes, and where its children end. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.discovery.archives import ends

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.discovery.read import Discovery
    from crawler.source import Endpoint
    from storage.models import Ending, Link


def noted(ending: Ending, found: Discovery, endpoint: Endpoint) -> Ending:
    """The end of the fetch of an archive's page with how much it had and how far back that goes, in the span or not."""
    ending = replace(ending, links=tuple(_dated(link, endpoint) for link in ending.links))
    if ending.outcome.name != "listed":
        return ending  # a page cut off in the middle is read again
    times = _times(found.links)
    reached = times[len(times) // 2] if times else None  # one pinned story says nothing of its page
    return replace(ending, entries=found.total, back_to=back_to(found.links), reached=reached)


def _dated(link: Link, endpoint: Endpoint) -> Link:
    """An index's child with the end of the period that its address names as its time, which a backfill's order goes by."""
    if link.kind == "article" or link.published is not None:
        return link
    return replace(link, published=ends(link, endpoint))


def back_to(links: Iterable[Link]) -> float | None:
    """When the oldest of a page's articles was published (changed, where only that is said), in epoch seconds."""
    return min(_times(links), default=None)


def _times(links: Iterable[Link]) -> list[float]:
    said = [link.published or link.modified for link in links if link.kind == "article"]
    return sorted(at for i in said if i is not None and (at := _moment(i.at)) is not None)


def _moment(at: str) -> float | None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
