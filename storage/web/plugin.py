"""Our plugin of Datasette: its hooks, for sites of ours only. Others in the same process are left as they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

from datasette import handle_exception as default_errors
from datasette import hookimpl as untyped

from storage.views import VIEWS
from storage.web import pages
from storage.web.answer import asset, error_page
from storage.web.canned import queries
from storage.web.file import NAME
from storage.web.filters import FILTERS
from storage.web.headers import guarded
from storage.web.select_only import only_select

if TYPE_CHECKING:
    from collections.abc import Callable

    import pluggy

    F = TypeVar("F", bound=Callable[..., Any])

    def hookimpl(function: F) -> F: ...
else:
    hookimpl = untyped


def register(manager: pluggy.PluginManager) -> None:
    """Once a process. Datasette's own page of errors shows the variables of the program: it gives way to ours, which
    asks it for the sites of others."""
    this = sys.modules[__name__]
    if not manager.is_registered(this):
        manager.unregister(name="datasette.handle_exception")
        manager.register(this)


def _is_ours(datasette: Any) -> bool:
    return hasattr(datasette, "options")  # a `Site`, whose module imports this one


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Callable[..., Any]]]:
    """Our pages; they come before Datasette's."""
    return list(pages.ROUTES) if _is_ours(datasette) else []


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Who may ask, and the headers."""
    return (lambda app: guarded(app, datasette.options.names)) if _is_ours(datasette) else (lambda app: app)


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """The filters of our templates."""
    if _is_ours(datasette):
        env.filters.update(FILTERS)
        env.trim_blocks = env.lstrip_blocks = True


@hookimpl
def extra_template_vars(datasette: Any, request: Any) -> dict[str, Any]:
    """What every template has."""
    if not _is_ours(datasette):
        return {}
    return {
        "asset": asset,
        "navigation": pages.NAVIGATION,
        "now": datasette.now(),
        "titles": datasette.options.titles,
        "path": request.path if request else "",
        "interface": VIEWS,
    }


@hookimpl
def prepare_connection(conn: Any, database: str, datasette: Any) -> None:
    """Datasette's pages may only select."""
    if _is_ours(datasette) and database == NAME:
        only_select(conn)


@hookimpl
def canned_queries(datasette: Any, database: str) -> dict[str, Any]:
    """The questions that `/data` offers."""
    return queries() if _is_ours(datasette) and database == NAME else {}


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: BaseException) -> Any:
    """Every error of a site of ours has a page of ours."""
    if not _is_ours(datasette):
        return default_errors.handle_exception(datasette, request, exception)
    return error_page(datasette, request, exception)
