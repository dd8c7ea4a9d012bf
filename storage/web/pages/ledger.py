"""`/runs`, `/runs/<id>`, `/fetches`, `/fetches/<id>`, `/quarantine`: what was done, for the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from datasette import NotFound

from storage import quarantine
from storage.web import given_up, ledger
from storage.web.answer import page
from storage.web.desk import address, given
from storage.web.ledger import OUTCOMES, Sought

if TYPE_CHECKING:
    from datasette import Request, Response

    from storage.web.site import Site

KINDS: Final = ("article", "feed", "sitemap", "listing", "robots")


async def runs(request: Request, datasette: Site) -> Response:
    """The newest runs; `source`, `before`."""
    asked = given(request, "source", "before")
    found = await datasette.read(lambda reader: ledger.runs(reader, asked["source"], asked["before"]))
    context = {
        "runs": found.rows,
        "source": asked["source"],
        "older": address("/runs", {"source": asked["source"], "before": found.older}) if found.older else None,
        "newest": address("/runs", {"source": asked["source"]}) if asked["before"] else None,
    }
    return await page(datasette, request, "runs.html", context)


async def run(request: Request, datasette: Site) -> Response:
    """One run with its fetches."""
    number = int(request.url_vars["number"])
    sought, before = Sought(run=str(number)), request.args.get("before")
    found = await datasette.read(lambda reader: ledger.run(reader, number))
    if found is None:
        raise NotFound(f"There is no run {number}.")
    fetched = await datasette.read(lambda reader: ledger.fetches(reader, sought, before))
    older = address(f"/runs/{number}", {"before": fetched.older}) if fetched.older else None
    return await page(datasette, request, "run.html", {"run": found, "fetches": fetched.rows, "older": older})


async def fetches(request: Request, datasette: Site) -> Response:
    """The newest fetches; `source`, `outcome`, `reason`, `host`, `kind`, `run`, `before`."""
    names = ("source", "outcome", "reason", "host", "kind", "run")
    sought, before = Sought(**given(request, *names)), request.args.get("before")
    found = await datasette.read(lambda reader: ledger.fetches(reader, sought, before))
    context = {
        "fetches": found.rows,
        "sought": sought,
        "outcomes": OUTCOMES,
        "kinds": KINDS,
        "back_to": found.back_to,
        "looked_at": ledger.LOOKED_AT,
        "older": address("/fetches", {**sought.asked(), "before": found.older}) if found.older else None,
        "newest": address("/fetches", sought.asked()) if before else None,
    }
    return await page(datasette, request, "fetches.html", context)


async def fetch(request: Request, datasette: Site) -> Response:
    """One fetch: what was asked, what came of it."""
    number = int(request.url_vars["number"])
    found = await datasette.read(lambda reader: ledger.fetch(reader, number))
    if found is None:
        raise NotFound(f"There is no fetch {number}.")
    return await page(datasette, request, "fetch.html", {"fetch": found})


async def quarantined(request: Request, datasette: Site) -> Response:
    """What was given up, and hosts that are left alone; `source`, `after`."""
    asked = given(request, "source", "after")
    found = await datasette.read(lambda reader: given_up.listed(reader, asked["source"], asked["after"]))
    now = datasette.now()
    rests = await datasette.read(lambda reader: quarantine.at_rest(reader.db, now=now))
    context = {
        "found": found,
        "rests": rests,
        "source": asked["source"],
        "older": address("/quarantine", {"source": asked["source"], "after": found.older}) if found.older else None,
    }
    return await page(datasette, request, "quarantine.html", context)


_NUMBER: Final = r"(?P<number>[0-9]{1,18})$"
ROUTES: Final = (
    (r"/runs$", runs),
    (rf"/runs/{_NUMBER}", run),
    (r"/fetches$", fetches),
    (rf"/fetches/{_NUMBER}", fetch),
    (r"/quarantine$", quarantined),
)
NAVIGATION: Final = ("Fetches", "/fetches")
