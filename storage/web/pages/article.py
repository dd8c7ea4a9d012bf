"""`/article/<id>`: one article; `.json` for programs; `/article/<id>/diff` what changed between two of its versions."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from datasette import NotFound, Response

from storage.search import QueryError
from storage.web.answer import page
from storage.web.article import ADDRESSES, VERSIONS, before, names, text, versions, whole
from storage.web.differing import fields
from storage.web.reserved import shown
from storage.web.story import MOST

if TYPE_CHECKING:
    from datasette import Request

    from storage.reader import Reader
    from storage.web.article import Text, Version
    from storage.web.site import Site

_MOST_DIGITS = 18
TEXTS: Final = 100
"""Texts of an article that its JSON holds."""


async def article(request: Request, datasette: Site) -> Response:
    """The article with its number; `version`: one of its earlier texts."""
    number, version = _number(request), _version(request, "version")
    found = await datasette.read(lambda reader: whole(reader, number, version))
    if found is None:
        raise NotFound(f"There is no article {number}{f' with a version {version}' if version else ''}.")
    row = found.row
    context = {
        "it": found,
        "row": row,
        "authors": names(row["authors"]),
        "tags": names(row["tags"]),
        "is_current": found.text.revision == row["revision"],
    }
    return await page(datasette, request, "article.html", context)


async def as_json(request: Request, datasette: Site) -> Response:
    """All of an article as `dateline show --json` gives it, without reserved texts; of its copies at most 60."""
    number = _number(request)
    found = await datasette.read(lambda reader: _for_programs(reader, number))
    if found is None:
        raise NotFound(f"There is no article {number}.")
    return Response.json(found)


async def diff(request: Request, datasette: Site) -> Response:
    """What changed from version `old` to `new`; without them, in the last one; without `old`, in `new`."""
    number, old, new = _number(request), _version(request, "old"), _version(request, "new")
    found = await datasette.read(lambda reader: _two(reader, number, old, new))
    if found is None:
        raise NotFound(f"There is no article {number} with these versions.")
    row, listed, one, other = found
    told = await asyncio.to_thread(fields, asdict(one), asdict(other))
    context = {"row": row, "versions": listed, "before": one, "after": other, "fields": told}
    return await page(datasette, request, "diff.html", context)


def _for_programs(reader: Reader, number: int) -> dict[str, Any] | None:
    row = reader.article(number)
    if row is None:
        return None
    story, tellers = reader.story(row["story_id"]), reader.tellers(row["story_id"], most=MOST + 2)
    copies = [shown(told).as_dict() for told in tellers if told["id"] != number]
    revisions, changes = reader.revisions(number, most=TEXTS + 1), reader.changes_of(number)
    return {
        "article": shown(row).as_dict(),
        "revisions": [shown(revision, row["rights"]).as_dict() for revision in revisions[:TEXTS]],
        "revisions_whole": len(revisions) <= TEXTS,
        "copies": copies[:MOST],
        "copies_whole": len(copies) <= MOST,
        "addresses": reader.addresses(number)[:ADDRESSES],
        "story": story.as_dict() if story else None,
        "first_article_id": tellers[0]["id"],
        "changes": [asdict(change) for change in changes[-VERSIONS:]],
        "changes_whole": len(changes) <= VERSIONS,
    }


def _two(
    reader: Reader, number: int, old: int | None, new: int | None
) -> tuple[dict[str, Any], list[Version], Text, Text] | None:
    row = reader.article(number)
    if row is None:
        return None
    listed = versions(reader, number)
    after = new or int(row["revision"])
    if old is None:
        old = before(reader, number, after) or after
    texts = text(reader, number, old), text(reader, number, after)
    if texts[0] is None or texts[1] is None:
        return None
    return row.as_dict(), listed, texts[0], texts[1]


def _number(request: Request) -> int:
    return int(request.url_vars["id"])


def _version(request: Request, name: str) -> int | None:
    given = request.args.get(name)
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= _MOST_DIGITS and int(given) > 0):
        raise QueryError(f"{name} is the number of a version: 1, 2 …")
    return int(given)


_ID = r"(?P<id>[1-9]\d{0,17})"
ROUTES: Final = (
    (rf"/article/{_ID}$", article),
    (rf"/article/{_ID}\.json$", as_json),
    (rf"/article/{_ID}/diff$", diff),
)
