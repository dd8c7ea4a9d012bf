"""Where a page's time goes: two readings of the clock a step, so that it can always be told."""

from __future__ import annotations

import time


class Stopwatch:
    """Steps one after another; a step that comes back adds to its time."""

    __slots__ = ("_began", "_last", "_steps")

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._steps: dict[str, float] = {}

    def step(self, name: str) -> None:
        """What was done since the last call (or the beginning) was this step."""
        now = time.perf_counter()
        self._steps[name] = self._steps.get(name, 0.0) + (now - self._last) * 1000
        self._last = now

    @property
    def ms(self) -> float:
        """Milliseconds since the beginning."""
        return (time.perf_counter() - self._began) * 1000

    @property
    def spent(self) -> tuple[tuple[str, float], ...]:
        """(step, milliseconds) in the order in which the steps first came."""
        return tuple(self._steps.items())
