"""`/search.atom`, `/search.rss`, `/search.json`: a search as a feed, or for programs. The parameters are those of `/search`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from datasette import Response

from storage import clock, feeds, search, uris
from storage.search import QueryError
from storage.web import found, highlight, reserved
from storage.web.desk import address
from storage.web.filters import text
from storage.web.pages.search import ask, asked_by, open_text, place

if TYPE_CHECKING:
    from datasette import Request

    from storage.reader import Reader
    from storage.web.site import Site

ENTRIES: Final = 50
_TYPES: Final = {"atom": "application/atom+xml; charset=utf-8", "rss": "application/rss+xml; charset=utf-8"}
_TEXT: Final = (
    "SELECT kind, seen_at, modified_at, revision, revision = 1 AND NOT EXISTS (SELECT 1 FROM revision AS e"
    " WHERE e.article_id = r.article_id AND e.kind = 'earlier') FROM revision AS r WHERE article_id = ? AND revision ="
    " (SELECT revision FROM article WHERE id = ?)"
)


async def feed(request: Request, datasette: Site) -> Response:
    """The newest 50 hits, with their standfirst or beginning. What cannot be asked is told with status 400."""
    kind = request.url_vars["kind"]
    asked = asked_by(request)
    try:
        entries = await datasette.read(lambda reader: _entries(reader, asked, datasette.options.titles))
    except QueryError as error:
        return Response.text(f"{error}\n", status=400)
    own = f"{request.scheme}://{request.host}"
    channel = feeds.Channel(
        title=f"{text(asked.query)} – Dateline",
        id=uris.of_selection("site", *(f"{name}={value}" for name, value in asked.asked().items())),
        made_at=clock.text(datasette.now()),
        link=f"{own}{address('/search', asked.asked())}",
        self_link=f"{own}{address(f'/search.{kind}', asked.asked())}",
        description="The newest articles that a search finds",
        language=asked.language,
    )
    made = feeds.atom(entries, channel) if kind == "atom" else feeds.rss(entries, channel)
    return Response(made, content_type=_TYPES[kind])


async def as_json(request: Request, datasette: Site) -> Response:
    """`hits`, a page of them; `older`: the address of the next, or null; `counted` and `facets` as on the page."""
    asked = asked_by(request)
    try:
        before = place(request.args.get("before"))
        page, counted = await datasette.read(lambda reader: ask(reader, asked, before))
        pattern = highlight.sought(search.match(asked.query)[0])
    except QueryError as error:
        return Response.json({"ok": False, "error": str(error), "status": 400}, status=400)
    texts = [(open_text(hit), highlight.EXCERPT) for hit in page.hits]
    told = await asyncio.to_thread(highlight.excerpts, texts, pattern)
    older = address("/search.json", {**asked.asked(), "before": str(page.older)}) if page.older is not None else None
    return Response.json(
        {
            "ok": True,
            "hits": [_hit(hit, excerpt) for hit, excerpt in zip(page.hits, told, strict=True)],
            "older": older,
            "counted": counted.counted,
            "counted_all": counted.whole,
            "facets": {facet.name: dict(facet.values) for facet in counted.facets},
        }
    )


def _hit(hit: found.Hit, excerpt: str) -> dict[str, Any]:
    names = (
        "id",
        "source",
        "title",
        "published_at",
        "first_seen_at",
        "language",
        "agency",
        "place",
        "section",
        "status",
    )
    shown = None if hit.rights == "reserved" else excerpt
    return {**{name: getattr(hit, name) for name in names}, "excerpt": shown, "page": f"/article/{hit.id}"}


def _entries(reader: Reader, asked: found.Asked, titles: Any) -> list[feeds.Entry]:
    made = []
    for hit in found.hits(reader, asked, size=ENTRIES).hits:
        article = reader.article(hit.id)
        row = reader.db.conn.execute(_TEXT, (hit.id, hit.id)).fetchone()
        if article is None or row is None:
            continue
        told = dict(zip(("kind", "seen_at", "modified_at", "revision", "oldest"), row, strict=True))
        made.append(feeds.entry(reserved.shown(article).as_dict(), told, titles.get(hit.source)))
    return made


ROUTES: Final = ((r"/search\.(?P<kind>atom|rss)$", feed), (r"/search\.json$", as_json))
