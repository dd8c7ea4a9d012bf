"""When to try again: `Retry-After` (RFC 9110 10.2.3), a host's pause, and the waits of an address that failed."""

from __future__ import annotations

import math
import re
from datetime import UTC
from email.utils import parsedate_to_datetime

PAUSE_LIMIT = 6 * 3600.0
"""Seconds; the longest pause that a host's answer is granted."""

PAUSES = (60.0, 300.0, 900.0, 1800.0, 3600.0)
"""Seconds that a host is left alone after 429 or 503 without a usable Retry-After, by failures before."""

WAITS = (60.0, 300.0, 900.0, 3600.0, 7200.0, 7200.0, 7200.0, 7200.0, 7200.0)
"""Seconds between tries: ten tries over eleven hours, so that a night's outage of a site loses nothing."""

JITTER_SHARE = 0.2

_PAUSING = frozenset({429, 503})
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")
_DIGITS_LIMIT = 12


def retry_after(header: str | None, *, now: float) -> float | None:
    """The instant (epoch seconds) that a Retry-After names, as seconds or HTTP-date; at most PAUSE_LIMIT from now.

    Seconds may have a fraction, against the RFC; of several headers, which come joined by commas, the longest wish counts.
    None: absent, malformed, negative, or a date that has passed."""
    text = (header or "").strip()
    several = [part.strip() for part in text.split(",")]
    if all(_SECONDS.fullmatch(part) for part in several):
        return now + max(_seconds(part) for part in several)
    at = _http_date(text)
    if at is None or at < now:
        return None
    return min(at, now + PAUSE_LIMIT)


def pause(status: int, header: str | None, failures: int, now: float) -> float | None:
    """Until when a host is left alone after `status`: what it asks for, else longer with each failure before.

    None: the status asks for no pause."""
    if status not in _PAUSING:
        return None
    asked = retry_after(header, now=now)
    own = now + PAUSES[min(max(failures, 0), len(PAUSES) - 1)]
    return own if asked is None else asked


def backoff(tries: int, *, jitter: float) -> float | None:
    """Seconds to wait after `tries` failures in a row (1: the first has just happened); None: given up, quarantine.

    `jitter` (0..1) lengthens a wait by up to a fifth, so that what failed together does not come back together."""
    if tries < 1:
        raise ValueError(f"tries counts the failure that has just happened, so at least 1, not {tries}")
    if tries > len(WAITS):
        return None
    return WAITS[tries - 1] * (1 + JITTER_SHARE * min(max(jitter, 0.0), 1.0))


def _seconds(text: str) -> float:
    whole = text.partition(".")[0]
    return PAUSE_LIMIT if len(whole) > _DIGITS_LIMIT else min(math.ceil(float(text)), PAUSE_LIMIT)


def _http_date(text: str) -> float | None:
    """IMF-fixdate and the two obsolete forms (RFC 9110 5.6.7); a date without a zone is UTC, as the RFC says."""
    if not text:
        return None
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
