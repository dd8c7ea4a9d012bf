"""`/`: the wire as it comes in. `/wire.json`: what has come since a change, for the page that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from datasette import Response

from storage.search import QueryError
from storage.web.answer import page
from storage.web.front import Filters, Place, news, offered, wire

if TYPE_CHECKING:
    from datasette import Request

    from storage.web.site import Site

_DIGITS = 18


async def front(request: Request, datasette: Site) -> Response:
    """The newest articles, or those before `before`; `source`, `language`, `section`."""
    filters, before = _filters(request), request.args.get("before")
    place = Place.read(before) if before else None
    found = await datasette.read(lambda reader: wire(reader, filters, place))
    choices = await datasette.read(lambda reader: offered(reader, filters))
    context = {
        "wire": found,
        "filters": filters,
        "offered": choices,
        "is_newest": place is None,
        "older": f"/?{urlencode({**filters.asked(), 'before': str(found.older)})}" if found.older else None,
        "newest": f"/?{urlencode(filters.asked())}" if filters.asked() else "/",
        "news_url": f"/wire.json?{urlencode({**filters.asked(), 'since': found.seq, 'from': str(found.older or '')})}",
    }
    return await page(datasette, request, "front.html", context)


async def since(request: Request, datasette: Site) -> Response:
    """`since` (a seq), the filters of the page and its last place (`from`) -> `seq` now, `articles` of the page that are new or
    changed, `kinds`: kind -> articles, `notices`: corrections, withdrawals and returns anywhere; `rewound`: there is no change
    `since` here, the database being an older copy."""
    given = request.args.get("since") or ""
    if not (given.isascii() and given.isdecimal() and len(given) <= _DIGITS):
        raise QueryError("since is the number of a change: 4711")
    filters, last = _filters(request), request.args.get("from")
    place = Place.read(last) if last else None
    found = await datasette.read(lambda reader: news(reader, filters, int(given), place))
    told = {"seq": found.seq, "articles": found.articles, "kinds": found.kinds, "notices": found.notices}
    return Response.json({**told, "rewound": found.rewound})


def _filters(request: Request) -> Filters:
    return Filters(*(request.args.get(name) or None for name in ("source", "language", "section")))


ROUTES: Final = ((r"/$", front), (r"/wire\.json$", since))
NAVIGATION: Final = ("Wire", "/")
