"""`/places`: where datelines are from; `/place?name=…`: the newest of one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from datasette import NotFound

from storage.search import QueryError
from storage.web import newest, places
from storage.web.answer import page
from storage.web.desk import address

if TYPE_CHECKING:
    from datasette import Request, Response

    from storage.reader import Reader
    from storage.web.newest import Line
    from storage.web.site import Site

_DIGITS: Final = 18


async def overview(request: Request, datasette: Site) -> Response:
    """The places of the last `days`."""
    given = request.args.get("days") or "7"
    if given not in map(str, places.DAYS):
        raise QueryError(f"days is one of {', '.join(map(str, places.DAYS))}")
    found = await datasette.read(lambda reader: places.places(reader, int(given), datasette.now()))
    links = {place.name: _link(place.name) for place in found.places}
    context = {"found": found, "links": links, "map": places.drawn(found.places, links), "choices": places.DAYS}
    return await page(datasette, request, "places.html", context)


async def place(request: Request, datasette: Site) -> Response:
    """The newest articles with a dateline of a place: `name`, in any of its spellings; `before`."""
    name, before = (request.args.get("name") or "").strip(), request.args.get("before")
    if before and not (before.isascii() and before.isdecimal() and len(before) <= _DIGITS):
        raise QueryError(f"{before[:30]!r} is no place in this list: it is made by the link to older articles")

    def ask(reader: Reader) -> tuple[tuple[str, ...], list[Line], int | None]:
        found = places.spellings(reader, name)
        return found, *newest.of_places(reader, found, int(before) if before else None)

    spellings, lines, older = await datasette.read(ask)
    if not spellings:
        raise NotFound(f"No dateline names {name[:80]!r}.")
    known = places.known().get(places.folded(name))
    context = {
        "name": known.name if known else name,
        "spellings": spellings,
        "articles": lines,
        "older": address("/place", {"name": name, "before": str(older)}) if older is not None else None,
        "newest": _link(name) if before else None,
    }
    return await page(datasette, request, "place.html", context)


def _link(name: str) -> str:
    return address("/place", {"name": name})


ROUTES: Final = ((r"/places$", overview), (r"/place$", place))
NAVIGATION: Final = ("Places", "/places")
