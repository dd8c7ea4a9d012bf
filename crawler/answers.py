"""What an answer, or the lack of one, means: pure functions from a response or an exception to an `Outcome`."""

from __future__ import annotations

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
from crawler.statuses import KEEPING, PAUSING, REDIRECTS, of_status
from storage.breaker import AGAINST_HOST, REFUSALS
from storage.models import Outcome

__all__ = ["KEEPING", "NO_ANSWER", "PAUSING", "REDIRECTS", "blames_host", "of_failure", "of_status", "refuses"]

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
