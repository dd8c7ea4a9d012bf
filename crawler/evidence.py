"""How unlike its own past a source's present is: binomial tails over its last pages or polls. Pure.

Every page or poll is one trial that goes well or not. The past says how often one does not (with a prior for what little
past there is, and its own uncertainty added); the present is the last 25 trials, and every run of them that ends now is
looked at. An alarm is given where a run as bad as the worst of them would come less than once in 1,000 of the source's
months, and where it is also worse than anything that the past itself held. Bad pages come together (a night of galleries):
by how much, the past says too, and a run that has good pages in it must be the more unlikely for it.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

FALSE_A_MONTH: Final = 1e-3
"""False alarms that a sign of a source like its past is allowed, by the binomial tail, for as many looks as its month has."""

FEW_A_MONTH, MANY_A_MONTH = 300.0, 3000.0
"""The fewest and the most looks a month that are counted with; the fewest where there is no past."""

WINDOW: Final = 25
FEWEST: Final = 3
"""Bad trials that make a run of the past, and good ones that end a trouble."""

TOLD_FROM: Final = 5
"""Bad trials from which a run is told: what an outage or a night of galleries makes is less."""

WORSE: Final = math.log(10)
"""By how much the present must be worse than the worst of the past: ten times less likely."""

_PAIRED: Final = 1.2
_PAIRED_WEIGHT: Final = 10


def enough(a_month: float) -> float:
    """The evidence (natural logarithm of one over the chance) from which a run is told, by the looks that a month has."""
    return math.log(min(max(a_month, FEW_A_MONTH), MANY_A_MONTH) / FALSE_A_MONTH)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a trial does not go well, as the past has it: `p`, its upper limit; `worst`: the evidence of the worst run
    that the past held; `enough`: that from which a run is told; `together`: how bad trials come together, as the mean over
    them of how many come in a row (1: each for itself)."""

    p: float
    worst: float = 0.0
    enough: float = enough(FEW_A_MONTH)
    together: float = _PAIRED


@dataclass(frozen=True, slots=True)
class Run:
    """The worst run of the present: its last `of` trials, `bad` of them not well, and its evidence."""

    of: int
    bad: int
    evidence: float


def rate(
    flags: Sequence[bool], *, mean: float, weight: float, floor: float, most: float, doubt: float = 1.0,
    a_month: float = FEW_A_MONTH,
) -> Rate:  # fmt: skip
    """What the trials of the past say, of which a month has `a_month`. The prior is that of `weight` trials of which `mean`
    did not go well. The rate is at least `floor` and at most `most`: what would always be called well otherwise (all pages
    walled) is no good past."""
    p = upper(sum(flags), len(flags), mean=mean, weight=weight, floor=floor, most=most, doubt=doubt)
    return Rate(p, _worst(flags, p), enough(a_month), _together(flags))


def upper(bad: int, of: int, *, mean: float, weight: float, floor: float, most: float, doubt: float = 1.0) -> float:
    """The mean of the rate's Beta distribution and `doubt` standard deviations, within its limits."""
    n = of + weight
    p = (bad + mean * weight) / n
    return min(max(p + doubt * math.sqrt(p * (1 - p) / (n + 1)), floor), most)


def unlike(flags: Sequence[bool], usual: Rate) -> Run | None:
    """The worst run that ends with the last of `flags`, where it is unlike the past; None where none is. A run of bad trials
    only is evidence as it stands; one with good trials among them may be some rows as they are usual, and counts less."""
    recent = flags[-WINDOW:]
    needed = min(max(usual.enough, usual.worst + WORSE), 2 * usual.enough)
    row = next((place for place, flag in enumerate(reversed(recent)) if not flag), len(recent))
    if row >= TOLD_FROM and surprise(row, row, usual.p) >= needed:
        return Run(row, row, surprise(row, row, usual.p))
    found = worst_ending_now(recent, usual.p)
    if found is None or found.bad < TOLD_FROM or found.evidence < needed * usual.together:
        return None
    return found


def worst_ending_now(flags: Sequence[bool], p: float) -> Run | None:
    """Of all runs that end with the last trial the one with the most evidence; None without three bad trials."""
    bad, best = 0, None
    for of, flag in enumerate(reversed(flags), 1):
        bad += flag
        if flag and bad >= FEWEST and (best is None or surprise(of, bad, p) > best.evidence):
            best = Run(of, bad, surprise(of, bad, p))
    return best


@lru_cache(maxsize=2048)  # of one judging: another's `p` is another, and 100,000 of them would take 18 MB
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


def _together(flags: Sequence[bool]) -> float:
    """See `Rate`; drawn to what a few pairs make, and never below it: two galleries of an evening are no row in most pasts."""
    rows = [len(list(row)) for flag, row in itertools.groupby(flags) if flag]
    found = (sum(row * row for row in rows) + _PAIRED * _PAIRED_WEIGHT) / (sum(rows) + _PAIRED_WEIGHT)
    return max(found, _PAIRED)
