"""How long the writer's first job waits for others that share its commit.

A commit costs as much for one job as for five, and the full-text index makes a segment of each; so where jobs come steadily and
independently of one another (a crawl of many hosts), it pays to wait for some of them. It does not where the same few callers
ask again as soon as they are answered: they are all there within a moment, and would wait for nobody. The two differ
in when jobs come: in the latter half of a wait only those that nobody's answer has called forth.
"""

from __future__ import annotations

import math
from typing import Final

SHORT: Final = 0.003
"""Seconds that a job waits while jobs come in company. A caller who waits for each answer before he asks again waits so long
once at the most, behind a group."""

LONG: Final = 0.020
"""Seconds that it waits at the most, while jobs come steadily."""

STEADY: Final = 1.0
"""Jobs that come in so long a time, on an average, from which on it is worth the wait."""

ENOUGH: Final = 10
"""Jobs of a commit from which on more make it no cheaper."""

_SHRINKS: Final = 0.8
_SMOOTHED: Final = 1.0
"""Seconds over which the rate of jobs is averaged."""


class Company:
    """What the last groups say of the next. Times are seconds of a clock that only goes forward."""

    def __init__(self, now: float) -> None:
        self._alone = True
        self._linger = SHORT
        self._rate = 0.0
        self._at = now

    def linger(self, waiting: int) -> float:
        """Seconds that a first job waits beside `waiting` others; 0.0: it came alone, as the last one did."""
        if self._alone and not waiting:
            return 0.0
        return self._linger if self._rate * LONG >= STEADY and waiting < ENOUGH else SHORT

    def took(self, jobs: int, *, late: bool, now: float) -> None:
        """A group of so many was taken. `late`: some of them came in the latter half of its wait."""
        passed = max(now - self._at, 1e-6)
        self._rate += (jobs / passed - self._rate) * -math.expm1(-passed / _SMOOTHED)
        self._linger = LONG if late else max(SHORT, self._linger * _SHRINKS)
        self._alone = jobs == 1
        self._at = now
