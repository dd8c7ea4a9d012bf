"""What a poll of an endpoint saw, for its rhythm."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discovery.parted import published
from crawler.endings import endpoint_of, guess_of, is_polled
from crawler.politeness import rhythm
from crawler.politeness.rhythm import Polled
from pipelines.awaited import awaited
from storage import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from crawler.politeness.rhythm import Rhythm
    from crawler.source import Source
    from storage.frontier import Frontier
    from storage.models import Ending, Link, Outcome

TURNED_OVER = "turned over: stories may have been missed"


async def observed(ending: Ending, links: Sequence[Link], source: Source, frontier: Frontier) -> Ending:
    """The ending of a live poll that was read, with its endpoint's rhythm; one of a feed that has turned over since the
    last says so. Others are left as they are. `links`: the document's `sample`."""
    if ending.lease is None or ending.outcome.name != "listed" or not is_polled(ending.lease):
        return ending
    unknown = await awaited(frontier.unknown(source.name, [link.url for link in links]))
    known = rhythm.read(ending.lease.rhythm)
    seen = poll_of(links, unknown, at=ending.at, before=known.at)
    known = rhythm.observe(known, seen, guess=guess_of(endpoint_of(ending.lease, source)))
    return replace(ending, rhythm=rhythm.written(known), outcome=said(ending.outcome, known))


def poll_of(links: Sequence[Link], unknown: AbstractSet[str], *, at: float, before: float | None) -> Polled:
    """The poll that gave `links`, of which `unknown` are in no row yet. A sitemap that an index lists is also new where
    the index says that it has changed since the poll `before` (epoch seconds)."""
    return Polled(
        at=at,
        total=len(links),
        dated=tuple(when for link in links if (when := published(link)) is not None),
        new=sum(link.url in unknown or _changed(link, before) for link in links),
    )


def said(outcome: Outcome, state: Rhythm) -> Outcome:
    """The poll's outcome; where even its oldest entry was new, what that means."""
    return replace(outcome, detail=f"{outcome.detail}; {TURNED_OVER}") if state.turned else outcome


def _changed(link: Link, before: float | None) -> bool:
    if link.kind == "article" or link.modified is None or before is None:
        return False
    return (clock.epoch(link.modified.at) or 0.0) > before
