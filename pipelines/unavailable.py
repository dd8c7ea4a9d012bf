"""`unavailable_after`: the day from which a page asks to be shown no more, in robots meta tags and `X-Robots-Tag`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_RULE = re.compile(r"\s*unavailable_after\s*:?\s*(.*)", re.IGNORECASE | re.DOTALL)


def unavailable(rules: Sequence[str], at: str) -> str | None:
    """The words of a rule whose day had come `at` (as `storage.clock` writes times); None where none is, or none can be read.

    `rules`: the parts of a line between its commas, one of which a date may hold. A time without a zone is taken for UTC."""
    for place, rule in enumerate(rules):
        found = _RULE.fullmatch(rule)
        if found is None:
            continue
        for text in (found[1], ",".join((found[1], *rules[place + 1 : place + 2]))):
            when = _read(text.strip())
            if when is not None:
                return f"unavailable_after {when:%Y-%m-%d}" if when <= _now(at) else None
    return None


def _read(text: str) -> datetime | None:
    for reader in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = reader(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None


def _now(at: str) -> datetime:
    when = _read(at)
    return when if when is not None else datetime.min.replace(tzinfo=UTC)
