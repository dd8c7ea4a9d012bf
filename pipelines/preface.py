"""What agencies put in front of a dateline: bylines, advisories, bullets, slugs."""

from __future__ import annotations

import re
from collections.abc import Iterator

LINES = 8
LENGTH = 1500
REACH = 6_000
"""Characters of a body that are looked at: for the dateline itself LENGTH, the rest for what speaks for its place."""

_ADVISORY = re.compile(
    r"[\s(（\[*•·^-]*(?:\(|\*|•|By\b|by\b|BY\b|Von\b|Par\b|Por\b|Di\b|Door\b|Eds?:|EDS?:|EDITORS?\b|ATTN|"
    r"Nieuw bericht|N i e u w|Автор)"
)
_INLINE = re.compile(
    r"[(\[*•]|By |Par |Von |Por |Di |(?:UPDATE|WRAPUP|RPT|REFILE|CORRECTED|CORRECTION|URGENT|FLASH|BREAKING|EXCLUSIVE|"
    r"INTERVIEW|ANALYSIS|FACTBOX|LEAD|СРОЧНО|ЭКСКЛЮЗИВ)\b|(?:Update|Corrected|Correction|Urgent|Breaking|Exclusive|Exklusiv|Exclusif|Exclusiva|"
    r"Esclusiva|Interview|Срочно|Эксклюзив)\b ?\d*[-–—:. ]|\d[A-Z]{2} (?:LEAD|NET)\b"
)
# "(Updates with details) MOSCOW, …", "Exclusive - …", "URGENT: …": in front of a dateline in its own line.
_IN_FRONT = re.compile(
    r"(?:\([^()\n]{3,300}\)\s*(?=[^\W\d_])|[*+]{2,4}\s?[^*+\n]{2,40}\s?[*+]{2,4}\s*|"
    r"(?:update|wrapup|rpt|refile|corrected|correction|urgent|flash|breaking(?: news)?|exclusive|exklusiv|exclusif|exclusiva|"
    r"esclusiva|срочно|эксклюзив|عاجل|خاص|速报|独家)(?: \d+)?\s?[-–—:.!]+\s*|(?:URGENT|СРОЧНО|FLASH|BREAKING) )+",
    re.IGNORECASE,
)


def in_front(line: str) -> int:
    """Length of the labels and the bracketed advisories that begin a line."""
    match = _IN_FRONT.match(line)
    return match.end() if match else 0


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
