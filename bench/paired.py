"""Comparing ways of doing one thing on a machine that others use, too: in turns, by ratios within a round.

Other work makes both ways of a round slower alike, so that a ratio of one round holds where seconds do not. CPU seconds, not
the clock, unless it is the clock that is asked about."""

from __future__ import annotations

import resource
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours to theirs over paired rounds: the median of the rounds' ratios, and their spread."""

    median: float
    least: float
    most: float
    rounds: int

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.least:.3f} to {self.most:.3f}, {self.rounds} rounds)"


def rounds(ways: Mapping[str, Callable[[], T]], times: int = 5) -> dict[str, list[T]]:
    """What each way gave, by its name: each once a round, begun by another way each round (the first of a round may pay for
    what is cold, the last for what is hot)."""
    names = list(ways)
    found: dict[str, list[T]] = {name: [] for name in names}
    for number in range(times):
        at = number % len(names)
        for name in (*names[at:], *names[:at]):
            found[name].append(ways[name]())
    return found


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """The rounds' ratios. Raises ValueError where the rounds are not the same number, or none."""
    each = [one / other for one, other in zip(ours, theirs, strict=True)]
    if not each:
        raise ValueError("no round was run: there is no ratio")
    return Ratio(statistics.median(each), min(each), max(each), len(each))


def cpu() -> float:
    """CPU seconds, user and system, of this process and of the children that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def spent(work: Callable[[], object]) -> float:
    """CPU seconds that `work` takes here and in the children that it waits for."""
    before = cpu()
    work()
    return cpu() - before


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by the nearest rank. Raises ValueError where there is none."""
    if not values:
        raise ValueError("no value was measured: there is no percentile")
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
