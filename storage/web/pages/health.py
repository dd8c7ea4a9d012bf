"""`/health`: each source's state, what came of it and how late; `/source/<name>`: one source."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from datasette import NotFound

from storage import clock, quarantine
from storage.web import charts, health, ledger, newest
from storage.web.answer import page
from storage.web.desk import given
from storage.web.ledger import Sought

if TYPE_CHECKING:
    from datasette import Request, Response

    from storage.reader import Health, Reader
    from storage.web.site import Site

_DAY: Final = 86400.0
_LATE: Final = 7200.0
_PATIENCE: Final = 10.0
"""Seconds: 0.3 of CPU for 22,000 articles in 48 hours, and it is looked at where a machine is busiest."""

_FETCHES: Final = 20
_DELAYS: Final = [words for _, words in charts.DELAYS]


async def sources(request: Request, datasette: Site) -> Response:
    """All sources; `sort`, one of `health.SORTS`."""
    now, by = datasette.now(), given(request, "sort")["sort"] or "state"
    by = by if by in health.SORTS else "state"
    context = await datasette.read(lambda reader: _sources(reader, now, by), seconds=_PATIENCE)
    return await page(datasette, request, "health.html", context)


async def source(request: Request, datasette: Site) -> Response:
    """One source."""
    name, now = unquote(request.url_vars["name"]), datasette.now()
    context = await datasette.read(lambda reader: _source(reader, name, now))
    if context is None:
        raise NotFound(f"There is no source {name[:80]!r} in this database.")
    return await page(datasette, request, "source.html", context)


def _sources(reader: Reader, now: float, by: str) -> dict[str, Any]:
    columns, everyone = health.hours(now), reader.health()
    found, polls = health.came(reader, now), health.polls(reader)
    given_up = quarantine.count(reader.db)  # before the charts are drawn, whose time is not the database's
    states = Counter(one.state for one in everyone)
    ran = [one for one in everyone if one.state != "never_run"]
    return {
        "rows": [
            _row(one, found.get(one.source), polls.get(one.source), columns) for one in health.in_order(ran, by, found)
        ],
        "never": sorted(one.source for one in everyone if one.state == "never_run"),
        "states": [(state, states[state]) for state in health.ORDER if states[state]],
        "whole": health.drawn(health.all_of(found.values(), columns), columns),
        "count": sum(sum(one.counts) for one in found.values()),
        "sort": by,
        "late": sum(1 for one in ran if _judged_late(one, now)),
        "given_up": given_up,
        "delay_words": _DELAYS,
    }


def _row(one: Health, came: health.Came | None, polls: health.Polls | None, columns: list[str]) -> dict[str, Any]:
    return {
        "health": one,
        "polls": polls,
        "count": sum(came.counts) if came else 0,
        **health.small(came, columns),
    }


def _source(reader: Reader, name: str, now: float) -> dict[str, Any] | None:
    one = reader.health_of(name)
    if one is None:
        return None
    columns, day_ago = health.hours(now), clock.text(now - _DAY)
    came = health.came(reader, now, name).get(name)
    return {
        "name": name,
        "health": one,
        "count": sum(came.counts) if came else 0,
        **health.drawn(came, columns),
        "delay_words": _DELAYS,
        "endpoints": health.endpoints(reader, name),
        "articles": newest.of_source(reader, name),
        "outcomes": ledger.outcomes(reader, name, day_ago),
        "fetches": ledger.fetches(reader, Sought(source=name), size=_FETCHES).rows,
    }


def _judged_late(one: Health, now: float) -> bool:
    judged = clock.epoch(one.judged_at)
    return judged is not None and now - judged > _LATE


ROUTES: Final = ((r"/health$", sources), (r"/source/(?P<name>[^/]+)$", source))
NAVIGATION: Final = ("Health", "/health")
