"""`/changes`: updates, corrections and withdrawals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage.web import changed
from storage.web.answer import page
from storage.web.desk import address, given

if TYPE_CHECKING:
    from datasette import Request, Response

    from storage.web.site import Site


async def changes(request: Request, datasette: Site) -> Response:
    """The newest; `kind`, `source`, `before`."""
    asked = given(request, "kind", "source", "before")
    found = await datasette.read(
        lambda reader: changed.changes(reader, asked["kind"], asked["source"], asked["before"])
    )
    chosen = {"kind": asked["kind"], "source": asked["source"]}
    context = {
        "changes": found.rows,
        "kind": asked["kind"],
        "source": asked["source"],
        "kinds": [
            (kind, words, address("/changes", {**chosen, "kind": kind})) for kind, words in changed.KINDS.items()
        ],
        "usual": address("/changes", {**chosen, "kind": None}),
        "back_to": found.back_to,
        "looked_at": changed.LOOKED_AT,
        "older": address("/changes", {**chosen, "before": str(found.older)}) if found.older is not None else None,
        "newest": address("/changes", chosen) if asked["before"] else None,
    }
    return await page(datasette, request, "changes.html", context)


ROUTES: Final = ((r"/changes$", changes),)
NAVIGATION: Final = ("Changes", "/changes")
