"""What a page answers with: a template filled in, or the page of an error."""

from __future__ import annotations

import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import NotFound, Response
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError

from storage.errors import StorageError
from storage.search import QueryError
from storage.web.file import TooSlow

if TYPE_CHECKING:
    from datasette import Request

    from storage.web.site import Site

log = logging.getLogger(__name__)

_EXPECTED = (StorageError, MemoryError, DatasetteError)
_STATIC = Path(__file__).parent / "static"


async def page(site: Site, request: Request, template: str, context: dict[str, Any], status: int = 200) -> Response:
    """`templates/<template>` filled in with `context`."""
    return Response.html(await site.render_template(template, context, request=request), status=status)


async def error_page(site: Site, request: Request, exception: BaseException) -> Response:
    """What is told of an exception: as JSON where JSON was asked for. What nobody expected is logged, and not told."""
    status, title, why = told(exception)
    if status >= 500:
        log.error(
            "%s: %s",
            request.path,
            exception if str(exception) and not _is_markup(exception) else title,
            exc_info=None if isinstance(exception, _EXPECTED) else exception,
        )
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": why or title, "status": status}, status=status)
    return await page(site, request, "error.html", {"status": status, "title": title, "error": why}, status)


def told(exception: BaseException) -> tuple[int, str, str]:
    """Status, headline and explanation for readers of an exception. Paths of files are for the log alone."""
    if isinstance(exception, QueryError):
        return 400, "This cannot be asked", str(exception)
    if isinstance(exception, MemoryError):
        return 503, "This took too much memory", "The question was ended. Ask for fewer rows, or shorter columns."
    if isinstance(exception, TooSlow):
        return 503, "This took too long", "The question was ended. Narrow it: a source, a language, a shorter time."
    if isinstance(exception, StorageError):
        return 503, "The database cannot be read just now", "The server's log says why. Try again in a minute."
    if isinstance(exception, NotFound):
        words = str(exception.args[0]) if exception.args and exception.args[0] != "404" else ""
        return 404, "Nothing here", words or "There is no page at this address."
    if isinstance(exception, DatasetteError):
        if exception.message_is_html:  # its one such message holds a form and a script
            return 503, "This took too long", "The SQL was ended after two seconds. Narrow it, or give it a LIMIT."
        return exception.status, exception.title or "This cannot be answered", str(exception.message)
    if isinstance(exception, Base400):
        return exception.status, "This cannot be answered", str(exception.args[0])
    return 500, "Something is wrong here", "The server's log says what."


def _is_markup(exception: BaseException) -> bool:
    return isinstance(exception, DatasetteError) and exception.message_is_html


@cache
def asset(name: str) -> str:
    """The address of a file in `static/`, which changes with its content."""
    return f"/static/{name}?v={hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]}"
