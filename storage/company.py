"""How long the writer's first job waits for others that share its commit.

A commit costs as much for one job as for five, and the full-text index makes a segment of each; so where a crawl of many hosts
brings jobs steadily, it pays to wait for some of them. Where few callers ask again soon after they are answered, each wait
is lost to them. So it is counted of how many hosts fetches end: of n hosts and so many jobs a second it is n / rate seconds
from one job of a host to its next, and no wait is longer than a tenth of that. Who fetches nothing (an import) waits for no
more than a moment.
"""

from __future__ import annotations

import math
from typing import Final

SHORT: Final = 0.003
"""Seconds that a job waits while jobs come in company. A caller who waits for each answer before he asks again waits so long
once at the most, behind a group."""

LONG: Final = 0.020
"""Seconds that it waits at the most, while jobs of many hosts come steadily."""

STEADY: Final = 1.0
"""Jobs that come in so long a time, on an average, from which on it is worth the wait."""

ENOUGH: Final = 10
"""Jobs of a commit from which on more make it no cheaper."""

SHARE: Final = 0.1
"""Of the time from one job of a host to its next that the first may wait for others."""

_SMOOTHED: Final = 1.0
"""Seconds over which the rate of jobs is averaged."""

_REMEMBERED: Final = 5.0
"""Seconds, twice at the most, for which a host counts after the end of a fetch."""


class Company:
    """What the last groups say of the next. Times are seconds of a clock that only goes forward."""

    def __init__(self, now: float) -> None:
        self._alone = True
        self._rate = 0.0
        self._at = self._since = now
        self._hosts = set[str]()
        self._before = 0

    def met(self, host: str) -> None:
        """A fetch from this host has ended. From any thread."""
        self._hosts.add(host)

    def linger(self, waiting: int) -> float:
        """Seconds that a first job waits beside `waiting` others; 0.0: it came alone, as the last one did."""
        if self._alone and not waiting:
            return 0.0
        if self._rate * LONG < STEADY or waiting >= ENOUGH:
            return SHORT
        return min(LONG, max(SHORT, SHARE * max(self._before, len(self._hosts)) / self._rate))

    def took(self, jobs: int, *, now: float) -> None:
        """A group of so many was taken."""
        passed = max(now - self._at, 1e-6)
        self._rate += (jobs / passed - self._rate) * -math.expm1(-passed / _SMOOTHED)
        self._alone = jobs == 1
        self._at = now
        if now - self._since >= _REMEMBERED:
            self._before = len(self._hosts) if now - self._since < 2 * _REMEMBERED else 0
            self._hosts, self._since = set(), now
