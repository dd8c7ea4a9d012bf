"""Addresses that only a trap makes: relative links that pile up path upon path, and paths that go ever deeper. Pure.

What looks like any other address (a calendar's next month, a session's number) cannot be told here; the day's allowance of
new addresses bounds it (`storage/allowance.py`). Heritrix has the same two rules (PathologicalPathDecideRule, two
repetitions; TooManyPathSegmentsDecideRule, twenty).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_SEGMENTS: Final = 20
MOST_SAME_PARAMETERS: Final = 5

REASONS: Final = ("path_repeats", "too_deep")
"""As `examine` counts them."""

_UNIT: Final = 3
"""Segments that may repeat together."""

_TIMES: Final = 3


def among(refused: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Those of a document's refusals (reason, count) that speak of a trap."""
    return tuple((reason, count) for reason, count in refused if reason in REASONS)


def trap(url: str) -> str | None:
    """The reason for which an address is left out; None: it looks like others.

    Segments without a letter do not count as repetition: `/2011/11/11/11/` is a day and an hour."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > MOST_SEGMENTS:
        return "too_deep"
    # What repeats so often has a segment that stands there as often.
    units = range(1, _UNIT + 1) if len(segments) - len(set(segments)) >= _TIMES - 1 else ()
    for unit in units:
        for at in range(len(segments) - unit * _TIMES + 1):
            first = segments[at : at + unit]
            if not any(re.search(r"[^\W\d_]", segment) for segment in first):
                continue
            if all(segments[at + unit * n : at + unit * (n + 1)] == first for n in range(1, _TIMES)):
                return "path_repeats"
    names = [pair.partition("=")[0] for pair in parts.query.split("&") if pair]
    if len(names) > MOST_SAME_PARAMETERS and max(map(names.count, set(names))) > MOST_SAME_PARAMETERS:
        return "path_repeats"
    return None
