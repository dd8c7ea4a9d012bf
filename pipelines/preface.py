"""What agencies put in front of a dateline: bylines, advisories, bullets, slugs."""

from __future__ import annotations

import re
from collections.abc import Iterator

LINES = 8
LENGTH = 1500

_ADVISORY = re.compile(
    r"[\s(（\[*•·^-]*(?:\(|\*|•|By\b|by\b|BY\b|Von\b|Par\b|Por\b|Di\b|Door\b|Eds?:|EDS?:|EDITORS?\b|ATTN|"
    r"Nieuw bericht|N i e u w|Автор)"
)
_INLINE = re.compile(r"[(*•]|By ")


def lines(body: str) -> Iterator[tuple[int, str]]:
    """(offset, text) of the first lines of `body` that are not blank."""
    at = 0
    for line in body[: LENGTH * 2].split("\n"):
        if line.strip():
            indent = len(line) - len(line.lstrip())
            yield at + indent, line[indent:].rstrip("\r")
        at += len(line) + 1


def is_advisory(line: str) -> bool:
    """A line that begins as bylines, advisories and bullets do."""
    return _ADVISORY.match(line) is not None


def begins_inline(line: str) -> bool:
    """A paragraph that may hold advisory, bullets, byline and dateline in one."""
    return _INLINE.match(line) is not None


def is_preface(line: str) -> bool:
    """Short text that may stand before a dateline."""
    if is_advisory(line):
        return len(line) <= 500
    return len(line) <= (120 if line.endswith("?") else 200) and line.rstrip()[-1:] not in '.!”"»。'
