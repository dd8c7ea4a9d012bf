"""What an answer's status means, whoever gave it: a host, or a capture in a file (so without Scrapy)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.models import Outcome

if TYPE_CHECKING:
    from storage.models import LinkKind

REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPING = frozenset({307, 308})
"""Redirects after which a POST stays one; after the others it is asked for with GET (RFC 9110 15.4)."""

NO_SUCH_PAGE = frozenset({400, 416, 422})
"""Statuses by which APIs refuse a page number beyond their last (WordPress: 400)."""

PAUSING = frozenset({429, 503})
"""Statuses by which a host asks to be left alone for a while (RFC 9110 15.6.4, RFC 6585 4)."""


def of_status(status: int, kind: LinkKind, *, later: bool = False) -> Outcome | None:
    """The outcome that a status alone decides; None where the body must be read. `later`: asked for as the page after
    another one of a listing, which need not be there."""
    if status == 304:
        return Outcome("not_modified")
    if later and status in NO_SUCH_PAGE:
        return Outcome("gone", f"HTTP {status}: the page before was the last")
    if status in {404, 410}:
        return Outcome("gone", f"HTTP {status}")
    if status in {401, 403, 451}:
        return Outcome(f"blocked:http_{status}", f"the host refused with HTTP {status}")
    if status == 402:
        return Outcome("rejected:paywall", "HTTP 402")
    if status == 200 or (status == 203 and kind == "article"):
        return None
    if status in PAUSING:
        return Outcome(f"failed:http_{status}", f"HTTP {status}: the host asks for a pause")
    return Outcome(f"failed:http_{status}", f"HTTP {status}")
