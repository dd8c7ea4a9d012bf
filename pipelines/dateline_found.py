"""One dateline found in a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SEPARATOR = re.compile(
    r"[ \t\u00a0]*(?:\.-|\.—|\.–|[-–—―_]{1,3}|[:=։।۔：]|\.)?(?:[ \t\u00a0]*[-–—―_]{1,2}(?=\s))?[ \t\u00a0]*"
)


@dataclass(frozen=True, slots=True)
class Found:
    """`start` to `end` in its line, the blank after it included. `known`: the agency is one of the list. `bare`: no agency
    and no date, the form and the place alone speak for it."""

    start: int
    end: int
    place: str | None
    day: str | None
    dated: bool
    agency: str | None
    known: bool

    @property
    def bare(self) -> bool:
        return self.agency is None and not self.dated


def after(line: str, at: int) -> int:
    """Where the rest begins behind an agency's mark: past the dash, colon or stop and its blanks."""
    separator = _SEPARATOR.match(line, at)
    return separator.end() if separator else at
