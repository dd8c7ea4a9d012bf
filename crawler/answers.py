"""What an answer, or the lack of one, means: pure functions from a response or an exception to an `Outcome`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.politeness.certificates import refused_certificate
from crawler.politeness.gate import Blocked
from crawler.politeness.guard import BlockedAddress, reason_of
from crawler.politeness.unpacking import Undecodable
from storage.breaker import AGAINST_HOST, REFUSALS
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

_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (ResponseDataLossError, "data_loss"),
    (DownloadCancelledError, "too_large"),
    (UnsupportedURLSchemeError, "scheme"),
    (Undecodable, "bad_encoding"),
    (DownloadFailedError, "connection"),
)


NO_ANSWER: tuple[type[Exception], ...] = (*(kind for kind, _ in _FAILURES), IgnoreRequest, BlockedAddress)
"""What a request may raise in place of an answer."""


def of_failure(error: BaseException) -> Outcome:
    """The outcome of a request that got no answer; the guard's refusals are `blocked:address`."""
    if refusal := reason_of(error):
        return Outcome("blocked:address", refusal)
    if certificate := refused_certificate(error):
        return Outcome("failed:tls", f"{certificate}; unchecked_tls in the source's TOML would go without the check")
    if isinstance(error, Blocked):
        return Outcome("blocked:address", str(error))
    if isinstance(error, IgnoreRequest):
        return Outcome("blocked:policy", str(error))
    for kind, code in _FAILURES:
        if isinstance(error, kind):
            return Outcome(f"failed:{code}", str(error) or type(error).__name__)
    return Outcome("failed:internal", f"{type(error).__name__}: {error}")


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


def refuses(outcome: Outcome) -> bool:
    """Whether an outcome is the host's refusal of us, not of this one address."""
    return outcome.name.startswith(REFUSALS)


def blames_host(outcome: Outcome) -> bool | None:
    """Whether an outcome speaks against the host as a whole (True), for it (False), or neither (None)."""
    name = outcome.name
    if name.startswith(AGAINST_HOST) or refuses(outcome):
        return True
    if name.startswith(("failed", "blocked", "interrupted")):
        return None
    return False
