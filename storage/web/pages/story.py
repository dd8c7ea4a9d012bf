"""`/story/<id>`: who told the same text, and in which order; `/story/<id>/diff` how two of the tellings differ."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from datasette import NotFound, Response

from storage.search import QueryError
from storage.web.answer import page
from storage.web.differing import fields
from storage.web.reserved import RESERVED
from storage.web.story import COMPARED, alike, bodies, now_called, story

if TYPE_CHECKING:
    from datasette import Request

    from storage.reader import Reader
    from storage.web.site import Site
    from storage.web.story import Story, Telling

_MOST_DIGITS = 18
_PATIENCE: Final = 1.0
"""Seconds for comparing the tellings of a page; what was compared is kept for the next time."""


async def told(request: Request, datasette: Site) -> Response:
    """A story. The number of one that went into another leads to that."""
    number = int(request.url_vars["id"])
    found, elsewhere = await datasette.read(lambda reader: _found(reader, number))
    if found is None:
        if elsewhere is not None:
            return Response.redirect(f"/story/{elsewhere}", status=301)
        raise NotFound(f"There is no story {number}.")
    compared = [telling.id for telling in found.tellings[:COMPARED]]
    texts = await datasette.read(lambda reader: bodies(reader, compared))
    shares = await asyncio.to_thread(_shares, found, texts)
    return await page(datasette, request, "story.html", {"story": found, "shares": shares})


async def diff(request: Request, datasette: Site) -> Response:
    """How the telling `new` differs from `old` (article numbers of one story)."""
    number = int(request.url_vars["id"])
    old, new = _article(request, "old"), _article(request, "new")
    found = await datasette.read(lambda reader: _two(reader, number, old, new))
    if found is None:
        raise NotFound(f"Story {number} has no such two articles.")
    tale, before, after, texts = found
    closed = [telling for telling in (before, after) if telling.rights == RESERVED]
    sides = [
        {"title": telling.title, "lead": None, "body": ""} if closed else _words(telling, texts)
        for telling in (before, after)
    ]
    differences = await asyncio.to_thread(fields, *sides)
    context = {"story": tale, "before": before, "after": after, "closed": closed, "fields": differences}
    return await page(datasette, request, "story_diff.html", context)


def _found(reader: Reader, number: int) -> tuple[Story | None, int | None]:
    found = story(reader, number)
    return found, None if found is not None else now_called(reader, number)


def _two(reader: Reader, number: int, old: int, new: int) -> tuple[Story, Telling, Telling, dict[int, str]] | None:
    found = story(reader, number)
    by_id = {telling.id: telling for telling in found.tellings} if found else {}
    if found is None or old not in by_id or new not in by_id:
        return None
    return found, by_id[old], by_id[new], bodies(reader, (old, new))


def _words(telling: Telling, texts: dict[int, str]) -> dict[str, Any]:
    return {"title": telling.title, "lead": telling.lead, "body": texts.get(telling.id, "")}


def _shares(found: Story, texts: dict[int, str]) -> dict[int, float | None]:
    """Article -> the share of words that it has in common with the first telling, as far as that is told in time."""
    first, ends = texts.get(found.first.id, ""), time.monotonic() + _PATIENCE
    return {
        number: alike(first, body) if time.monotonic() < ends else None
        for number, body in texts.items()
        if number != found.first.id
    }


def _article(request: Request, name: str) -> int:
    given = request.args.get(name) or ""
    if not (given.isascii() and given.isdecimal() and len(given) <= _MOST_DIGITS):
        raise QueryError("old and new are the numbers of two articles of the story")
    return int(given)


_ID = r"(?P<id>[1-9]\d{0,17})"
ROUTES: Final = ((rf"/story/{_ID}$", told), (rf"/story/{_ID}/diff$", diff))
