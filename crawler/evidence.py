"""How unlike its own past a source's present is: binomial tails over its last pages or polls. Pure.

Every page or poll is one trial that goes well or not. The past says how often one does not (with a prior for what little
past there is, and its own uncertainty added); the present is the last 25 trials, and every run of them that ends now is
looked at. An alarm is given where a run as bad as the worst of them would come less than `ALPHA` of the time, and where it
is also worse than anything that the past itself held, since pages of one kind come together (a night of galleries).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ALPHA: Final = 3e-7
"""The chance, at one look, that a source like its past is told of. A source of 100 articles a day is looked at 3,000 times
a month for each of six signs, in 25 overlapping runs: some .002 false alarms a month, as the runs share their trials."""

ENOUGH: Final = -math.log(ALPHA)
WINDOW: Final = 25
FEWEST: Final = 3
WORSE: Final = math.log(10)
"""By how much the present must be worse than the worst of the past: ten times less likely."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a trial does not go well, as the past has it: `p`, its upper limit; `worst`: the evidence (natural
    logarithm of one over the chance) of the worst run that the past held."""

    p: float
    worst: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """The worst run of the present: its last `of` trials, `bad` of them not well, and its evidence."""

    of: int
    bad: int
    evidence: float


def rate(flags: Sequence[bool], *, mean: float, weight: float, floor: float, most: float) -> Rate:
    """What the trials of the past say. The prior is that of `weight` trials of which `mean` did not go well. The rate is
    at least `floor` and at most `most`: what would always be called well otherwise (all pages walled) is no good past."""
    p = upper(sum(flags), len(flags), mean=mean, weight=weight, floor=floor, most=most)
    return Rate(p, _worst(flags, p))


def upper(bad: int, of: int, *, mean: float, weight: float, floor: float, most: float) -> float:
    """The mean of the rate's Beta distribution and half a standard deviation, within its limits."""
    n = of + weight
    p = (bad + mean * weight) / n
    return min(max(p + 0.5 * math.sqrt(p * (1 - p) / (n + 1)), floor), most)


def unlike(flags: Sequence[bool], usual: Rate) -> Run | None:
    """The worst run that ends with the last of `flags`, where it is unlike the past; None where none is."""
    found = worst_ending_now(flags[-WINDOW:], usual.p)
    needed = min(max(ENOUGH, usual.worst + WORSE), 2 * ENOUGH)
    return found if found is not None and found.evidence >= needed else None


def worst_ending_now(flags: Sequence[bool], p: float) -> Run | None:
    """Of all runs that end with the last trial the one with the most evidence; None without three bad trials."""
    bad, best = 0, None
    for of, flag in enumerate(reversed(flags), 1):
        bad += flag
        if flag and bad >= FEWEST and (best is None or surprise(of, bad, p) > best.evidence):
            best = Run(of, bad, surprise(of, bad, p))
    return best


@lru_cache(maxsize=100_000)
def surprise(of: int, bad: int, p: float) -> float:
    """-ln P(at least `bad` of `of` trials, each with chance `p`)."""
    if bad <= of * p:
        return 0.0
    chance = sum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(bad, of + 1))
    return -math.log(max(chance, 1e-300))


def mended(flags: Sequence[bool]) -> bool:
    """Whether the good trials at the end are too many for the trouble to go on that the trials before them show: less likely
    than 1 in 1,000, and three at the least."""
    good = next((place for place, flag in enumerate(reversed(flags)) if flag), len(flags))
    trouble = len(flags) - good
    share = (sum(flags) + 1) / (trouble + 2)
    return good >= max(FEWEST, math.ceil(math.log(1e-3) / math.log(1 - share)))


def _worst(flags: Sequence[bool], p: float) -> float:
    found = 0.0
    for end in (place + 1 for place, flag in enumerate(flags) if flag):
        run = worst_ending_now(flags[max(0, end - WINDOW) : end], p)
        found = max(found, run.evidence if run else 0.0)
    return found
