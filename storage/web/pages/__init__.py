"""The pages: one module each, with `ROUTES` and, where a page stands in the head of all, `NAVIGATION`."""

from __future__ import annotations

from typing import Any, Final

from storage.web.pages import article, changes, data, front, health, ledger, places, saved, search, story

PAGES: Final = (front, article, story, changes, search, saved, places, health, ledger, data)
"""In the order of the head. `data` last: it closes what Datasette would answer beside our pages."""

ROUTES: Final[tuple[tuple[str, Any], ...]] = tuple(route for module in PAGES for route in module.ROUTES)
NAVIGATION: Final[tuple[tuple[str, str], ...]] = tuple(
    module.NAVIGATION for module in PAGES if hasattr(module, "NAVIGATION")
)
