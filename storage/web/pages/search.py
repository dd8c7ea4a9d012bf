"""`/search`: the articles that hold what is asked for, the newest first, and what they have in common."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from storage import search as index
from storage.search import QueryError
from storage.web import highlight
from storage.web.answer import page
from storage.web.desk import address
from storage.web.filters import text
from storage.web.found import Asked, Facet, Facets, Hit, Page, facets, hits
from storage.web.front import Filters, offered

if TYPE_CHECKING:
    from datasette import Request, Response
    from markupsafe import Markup

    from storage.reader import Reader
    from storage.web.site import Site

_NAMES: Final = ("source", "language", "agency", "place", "since", "until")
_WORDS: Final = {"source": "Source", "agency": "Agency", "place": "Dateline", "language": "Language", "day": "Day"}
_WIDE: Final = frozenset({"zh", "ja", "ko", "th", "km", "lo", "my"})
"""Languages of which half as many characters say as much."""
_ROWID = re.compile(r"\d{1,18}")


async def search(request: Request, datasette: Site) -> Response:
    """`q` and what it is narrowed by; `before`: where the page begins."""
    asked = asked_by(request)
    choices = await datasette.read(lambda reader: offered(reader, Filters()))
    context = _form(asked) | {"source_names": choices["source"], "languages": choices["language"]}
    try:
        before = place(request.args.get("before"))
        if not asked.query.strip() and not asked.asked():
            return await page(datasette, request, "search.html", context | {"empty": True})
        found, counted = await datasette.read(lambda reader: ask(reader, asked, before))
    except QueryError as error:
        return await page(datasette, request, "search.html", context | {"refused": str(error)}, 400)
    terms, _ = index.match(asked.query)
    pattern = highlight.sought(terms)
    told = await asyncio.to_thread(highlight.excerpts, map(_open_text, found.hits), pattern)
    context |= {
        "hits": [_shown(hit, excerpt, pattern) for hit, excerpt in zip(found.hits, told, strict=True)],
        "older": _address(asked, before=str(found.older)) if found.older is not None else None,
        "newest": _address(asked) if before is not None else None,
        "back_to": found.back_to,
        "facets": [_choices(asked, facet) for facet in counted.facets],
        "counted": counted.counted,
        "whole": counted.whole,
        "among": counted.among,
        "feeds": [(kind, address(f"/search.{kind.lower()}", asked.asked())) for kind in ("Atom", "RSS", "JSON")],
    }
    return await page(datasette, request, "search.html", context)


def ask(reader: Reader, asked: Asked, before: int | None) -> tuple[Page, Facets]:
    """A page of hits, and what they have in common with others. Raises QueryError."""
    found = hits(reader, asked, before)
    return found, facets(reader, asked, found.hits)


def _form(asked: Asked) -> dict[str, Any]:
    """What the form shows, and a link for each thing the search is narrowed by that takes it away."""
    chosen = [
        (_WORDS.get(name, name), value, _address(asked, **{name: None})) for name, value in asked.narrowed().items()
    ]
    if asked.since and asked.since == asked.until:
        chosen.append(("Day", asked.since, _address(asked, since=None, until=None)))
    else:
        given = (("Since", "since", asked.since), ("Until", "until", asked.until))
        chosen += [(words, value, _address(asked, **{name: None})) for words, name, value in given if value]
    return {"asked": asked, "chosen": chosen}


def _open_text(hit: Hit) -> tuple[str, int]:
    """What may be shown of a hit's text, and how many characters of it."""
    wide = (hit.language or "").split("-")[0] in _WIDE
    return open_text(hit), highlight.EXCERPT // 2 if wide else highlight.EXCERPT


def open_text(hit: Hit) -> str:
    """The lead and the text of a hit; empty where its rights are reserved."""
    return "" if hit.rights == "reserved" else "\n".join(filter(None, (hit.lead, hit.body)))


def _shown(hit: Hit, excerpt: str, pattern: re.Pattern[str] | None) -> dict[str, Any]:
    """A hit as the template takes it: `row` for its marks, `title` and `excerpt` with the marks of what was found."""
    told: Markup | None = None if hit.rights == "reserved" else highlight.marked(text(excerpt), pattern)
    title = highlight.marked(text(hit.title), pattern) if hit.title else None
    return {"row": hit, "title": title, "excerpt": told, "at": hit.published_at or hit.first_seen_at}


def _choices(asked: Asked, facet: Facet) -> dict[str, Any]:
    """A facet's values with a link each that narrows by it; `chosen`: the search is narrowed by it already."""
    values = []
    for value, count in facet.values:
        by = {"since": value, "until": value} if facet.name == "day" else {facet.name: value}
        chosen = asked.asked() == asked.asked(**by)
        values.append({"value": value, "count": count, "chosen": chosen, "url": _address(asked, **by)})
    return {"name": facet.name, "words": _WORDS[facet.name], "values": values, "more": facet.more}


def asked_by(request: Request) -> Asked:
    """The search that an address asks for."""
    return Asked(request.args.get("q") or "", *(request.args.get(name) or None for name in _NAMES))


def place(given: str | None) -> int | None:
    """Where a page of hits begins. Raises QueryError."""
    if not given:
        return None
    if not given.isascii() or not _ROWID.fullmatch(given):
        raise QueryError(f"{given[:30]!r} is no place among the hits: it is made by the link to older ones")
    return int(given)


def _address(asked: Asked, **other: str | None) -> str:
    return address("/search", asked.asked(**other))


ROUTES: Final = ((r"/search$", search),)
