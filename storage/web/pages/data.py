"""`/data`: Datasette's own pages, as far as they are open: the list of questions and views, and SQL.

Open are `/data` and the canned queries, with .json and .csv. Its pages of tables are closed, since they count and sort a
million rows to show fifty, and those under `/-/`, since they tell of the machine; the SQL page shows what they would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus

from datasette import NotFound, Response

from storage.views import VIEWS
from storage.web.canned import queries
from storage.web.file import NAME

if TYPE_CHECKING:
    from datasette import Request

    from storage.web.site import Site

_ICON = "/static/icon.svg"


async def view(request: Request, datasette: Site) -> Response:
    """A view: its newest rows, by SQL that can be edited."""
    name = request.url_vars["name"]
    if not datasette.options.sql:
        raise NotFound("Questions of one's own are closed here.")
    question = f"SELECT * FROM {name} LIMIT 100"  # noqa: S608 - a view's name
    return Response.redirect(f"/{NAME}?sql={quote_plus(question)}")


async def closed(request: Request) -> Response:
    """What Datasette would answer, and we do not."""
    raise NotFound("There is no page at this address.")


async def icon(request: Request) -> Response:
    """What browsers ask for by themselves."""
    return Response.redirect(_ICON)


_VIEWS = "|".join(name.name for name in VIEWS)
_CANNED = "|".join(queries())

ROUTES: Final = (
    (r"/favicon\.ico$", icon),
    (rf"/{NAME}/(?P<name>{_VIEWS})$", view),
    (rf"/(?!(?:{NAME}(?:/(?:{_CANNED}))?(?:\.(?:json|csv))?|static/.+)$).*$", closed),
)
NAVIGATION: Final = ("Data", f"/{NAME}")
