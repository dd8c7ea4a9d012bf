"""Asking again only for what has changed: conditional GET (RFC 9110 13) and how long an answer says it holds. Pure."""

from __future__ import annotations

import re

from crawler.politeness.fields import Fields, first, pairs
from storage.models import Validators

LONGEST = 1024
"""Characters; a longer validator is not kept: it would be sent back with each request."""

_UNSENDABLE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_MAX_AGE = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?(\d{1,9})\b', re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[,\s])no-(?:store|cache)\b", re.IGNORECASE)


def headers(validators: Validators) -> dict[str, str]:
    """The request headers that send what the server gave back to it, verbatim (weak `W/` tags too)."""
    sent = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in sent.items() if value}


def validators(fields: Fields) -> Validators:
    """`ETag` and `Last-Modified` of an answer, where they can be sent back as they are."""
    known = pairs(fields)
    return Validators(etag=_sendable(first(known, "etag")), last_modified=_sendable(first(known, "last-modified")))


def max_age(fields: Fields) -> int | None:
    """Seconds for which an answer calls itself fresh (`Cache-Control: max-age`, less `Age`); None: it does not."""
    known = pairs(fields)
    control = first(known, "cache-control") or ""
    found = _MAX_AGE.search(control)
    if found is None or _NOT_KEPT.search(control):
        return None
    age = first(known, "age") or ""
    spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    return max(int(found.group(1)) - spent, 0)


def _sendable(value: str | None) -> str | None:
    return value if value and len(value) <= LONGEST and not _UNSENDABLE.search(value) else None
