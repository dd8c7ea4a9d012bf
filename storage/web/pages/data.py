"""`/data`: Datasette's own pages, as far as they are open: the list of questions and views, and SQL.

Open are `/data` and the canned queries, with .json and .csv; `/data.json` without SQL lists questions and views. Its pages of
tables are closed, since they count and sort a million rows to show fifty, and those under `/-/`, since they tell of the
machine; the SQL page shows what they would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

from datasette import NotFound, Response
from datasette.views.database import DatabaseView
from datasette.views.table import TableView

from storage.search import QueryError
from storage.views import VIEWS
from storage.web.canned import queries
from storage.web.file import NAME

if TYPE_CHECKING:
    import sqlite3

    from datasette import Request

    from storage.web.site import Site
else:
    from sqlite_utils.utils import sqlite3

_SHAPES: Final = ("arrays", "objects", "array", "arrayfirst")
_ICON = "/static/icon.svg"


async def question(request: Request, datasette: Site) -> Response:
    """A canned question or one of the reader's own, by Datasette's page; `/data.json` without one is ours, since Datasette's
    tells of the tables behind the views. Raises QueryError, NotFound."""
    named, form = request.url_vars["table"], request.url_vars["format"]
    if not named and not request.args.get("sql") and form:
        if form == "csv":
            raise NotFound("There is no table of everything: ask a question, or SQL.")
        return Response.json({"ok": True, "questions": _questions(), "views": _views()})
    _check(request)
    answer = (TableView if named else DatabaseView).as_view(datasette)
    try:
        found: Response = await answer(request, None)
    except (sqlite3.Warning, sqlite3.ProgrammingError) as error:  # several statements, a value that is missing
        raise QueryError(str(error)) from error
    return found


def _check(request: Request) -> None:
    limit, shape = request.args.get("_timelimit"), request.args.get("_shape")
    if limit and not (limit.isascii() and limit.isdecimal() and int(limit[:6]) > 0 and len(limit) <= 6):
        raise QueryError("_timelimit is a number of milliseconds: 500")
    if shape and shape not in _SHAPES:
        raise QueryError(f"_shape is one of {', '.join(_SHAPES)}")


def _questions() -> list[dict[str, str]]:
    return [
        {"name": name, "title": asked["title"], "description": asked["description"], "address": f"/{NAME}/{name}.json"}
        for name, asked in queries().items()
    ]


def _views() -> list[dict[str, Any]]:
    return [{"name": one.name, "row": one.row, "columns": dict(one.columns)} for one in VIEWS]


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


async def robots(request: Request) -> Response:
    """Nothing here is for those who copy sites: the texts are their publishers'."""
    return Response.text("User-agent: *\nDisallow: /\n")


async def icon(request: Request) -> Response:
    """What browsers ask for by themselves."""
    return Response.redirect(_ICON)


_VIEWS = "|".join(name.name for name in VIEWS)
_CANNED = "|".join(queries())

ROUTES: Final = (
    (r"/favicon\.ico$", icon),
    (r"/robots\.txt$", robots),
    (rf"/{NAME}/(?P<name>{_VIEWS})$", view),
    (rf"/(?P<database>{NAME})(?:/(?P<table>{_CANNED}))?(?:\.(?P<format>json|csv))?$", question),
    (r"/(?!static/.+$).*$", closed),
)
NAVIGATION: Final = ("Data", f"/{NAME}")
