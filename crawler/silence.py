"""How unlikely a silence is by a source's own rhythm. Pure.

The rhythm is a rate of arrivals for each hour of the week (UTC), from up to four weeks: the hour of the day over all days,
times the weekday's own factor, each drawn towards what is known more surely; a weekday that was not yet watched expects
nothing. News comes in bursts and in slow days, so that a silence is not judged as Poisson's: each gap of the past is
measured in arrivals that the rhythm would have expected in it, and the tail of these measures, which is longer than
e^-x where news comes in bursts, says how unlikely the present one is. One day of a silence may have been a holiday, three
times in a hundred: the 24 hours for which that matters most then count as those of the quietest weekday.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WEEK: Final = 168
FEWEST_GAPS: Final = 10
FEWEST_HOURS: Final = 48
RARE: Final = 1e-3
"""Told is a silence that this rhythm would give less than once in a thousand months."""

HOLIDAY: Final = 0.03
"""Of the working days are holidays: ten in a year."""

MONTH_HOURS: Final = 30 * 24.0
_EPOCH_HOUR: Final = 72  # 1970-01-01 was a Thursday: hours from Monday, 00:00
_LONGEST: Final = 28 * 24
_STEADY: Final = 3.0
_EVENTS: Final = 4.0
_TAIL: Final = 0.1
_FEWEST_OVER: Final = 20
_FEWEST_OF_A_DAY: Final = 20
"""Hours of a weekday that were watched before it is expected to bring anything."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`rates`: arrivals an hour, for each hour of the week from Monday 00:00 UTC; `quietest`: for each hour of the day of
    the quietest weekday that was watched. Of the gaps, measured in expected arrivals, a share of `over` is longer than
    `length`, and those by `excess` on average. `gaps`: how many gaps a month has; `hours`: how many were watched."""

    rates: tuple[float, ...]
    quietest: tuple[float, ...]
    length: float
    over: float
    excess: float
    gaps: float
    hours: int


def learn(arrivals: Sequence[float], hours: Sequence[int]) -> Rhythm | None:
    """The rhythm of `arrivals` (epoch seconds, ascending) over the `hours` since the epoch in which it was polled; None
    where there is too little of both. Hours after a time without polls bring what came meanwhile and do not count."""
    seen = watched(hours)
    if len(seen) < FEWEST_HOURS:
        return None
    counts: dict[int, int] = {}
    for at in arrivals:
        counts[int(at // 3600)] = counts.get(int(at // 3600), 0) + 1
    rates, days = _rates(counts, seen)
    by_day = [sum(rates[day * 24 : day * 24 + 24]) for day in range(7)]
    quiet = min((day for day in range(7) if days[day] >= _FEWEST_OF_A_DAY), key=lambda day: by_day[day], default=0)
    plain = Rhythm(rates, rates[quiet * 24 : quiet * 24 + 24], 0.0, 1.0, 1.0, 0.0, len(seen))
    gaps = sorted(_gaps(plain, sorted(set(arrivals)), seen))
    if len(gaps) < FEWEST_GAPS:
        return None
    length, over, excess = _tail(gaps)
    return Rhythm(plain.rates, plain.quietest, length, over, excess, len(gaps) / len(seen) * MONTH_HOURS, len(seen))


def expected(rhythm: Rhythm, begin: float, end: float, watched: frozenset[int] | None = None) -> float:
    """Arrivals that the rhythm expects between two instants, in the hours `watched` only (None: all of them)."""
    return math.fsum(part for part, _ in _parts(rhythm, begin, end, watched))


def chance(rhythm: Rhythm, begin: float, end: float, watched: frozenset[int] | None = None) -> float:
    """The chance that a gap of this rhythm is at least as long as the one from `begin` to `end`, one day of which may
    have been a holiday."""
    parts = list(_parts(rhythm, begin, end, watched))
    spared = [max(part - holiday, 0.0) for part, holiday in parts]
    most = now = math.fsum(spared[:24])
    for place in range(24, len(spared)):
        now += spared[place] - spared[place - 24]
        most = max(most, now)
    measure = math.fsum(part for part, _ in parts)
    return min(_beyond(rhythm, measure) + HOLIDAY * _beyond(rhythm, measure - most), 1.0)


def is_unlikely(rhythm: Rhythm, begin: float, end: float, watched: frozenset[int] | None = None) -> bool:
    """Whether the rhythm would give such a silence less than once in 1,000 months, and one gap in 1,000 at the most."""
    each = chance(rhythm, begin, end, watched)
    return each < RARE and each * rhythm.gaps < RARE


def _beyond(rhythm: Rhythm, measure: float) -> float:
    """The share of gaps that are longer than `measure` expected arrivals."""
    if measure <= rhythm.length:
        return 1.0
    return rhythm.over * math.exp(-(measure - rhythm.length) / rhythm.excess)


def watched(hours: Sequence[int], *, most: int = 2) -> frozenset[int]:
    """The hours that were watched: polled, or between two polls as far apart as they usually are, or at `most` so many
    hours; not the first ones."""
    ordered = sorted(set(hours))
    steps = sorted(b - a for a, b in itertools.pairwise(ordered))
    if not steps:
        return frozenset()
    usual = max(most, 3 * steps[len(steps) // 2])
    kept: set[int] = set()
    for before, hour in itertools.pairwise(ordered):
        if hour - before <= usual:
            kept.update(range(before + 1, hour + 1))
    return frozenset(kept)


def _rates(counts: dict[int, int], watched: frozenset[int]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Arrivals an hour for each hour of the week, and the hours that each weekday was watched."""
    seen, came = [0] * WEEK, [0.0] * WEEK
    for hour in watched:
        seen[(hour + _EPOCH_HOUR) % WEEK] += 1
        came[(hour + _EPOCH_HOUR) % WEEK] += counts.get(hour, 0)
    mean = sum(came) / max(sum(seen), 1)
    daily = []
    for hour in range(24):
        near = [place for step in (-1, 0, 0, 1) for place in range((hour + step) % 24, WEEK, 24)]
        daily.append((sum(came[p] for p in near) + mean) / (sum(seen[p] for p in near) + 1))
    days = tuple(sum(seen[day * 24 : day * 24 + 24]) for day in range(7))
    rates = []
    for day in range(7):
        places = range(day * 24, day * 24 + 24)
        due = sum(daily[p % 24] * seen[p] for p in places)
        factor = (sum(came[p] for p in places) + _EVENTS) / (due + _EVENTS)
        watched_once = days[day] >= _FEWEST_OF_A_DAY
        for place in places:
            usual = daily[place % 24] * factor
            own = (came[place] + usual * _STEADY) / (seen[place] + _STEADY)
            rates.append(round(own, 4) if watched_once else 0.0)
    return tuple(rates), days


def _gaps(rhythm: Rhythm, arrivals: Sequence[float], watched: frozenset[int]) -> list[float]:
    """The gaps of the past, in expected arrivals; those that nobody watched throughout are left out."""
    found = []
    for begin, end in itertools.pairwise(arrivals):
        first, last = int(begin // 3600), int(end // 3600)
        if last - first <= _LONGEST and all(hour in watched for hour in range(first, last + 1)):
            found.append(expected(rhythm, begin, end))
    return found


def _tail(gaps: Sequence[float]) -> tuple[float, float, float]:
    """Of ascending gaps: a length that a tenth of them exceeds (twenty at the least), that share, and by how much they do,
    with what so few can be wrong by; never less than Poisson's 1, as clockwork breaks."""
    n = len(gaps)
    over = min(n, max(_FEWEST_OVER, int(n * _TAIL)))
    length = gaps[n - over] if over < n else 0.0
    beyond = [gap - length for gap in gaps[n - over :]]
    mean = (math.fsum(beyond) + 3.0) / (over + 2)
    return length, over / n, max(mean * (1 + 1.5 / math.sqrt(over)), 1.0)


def _parts(
    rhythm: Rhythm, begin: float, end: float, watched: frozenset[int] | None = None
) -> list[tuple[float, float]]:
    """Expected arrivals hour by hour, and what they would be on the quietest weekday; four weeks at the most."""
    end = min(end, begin + _LONGEST * 3600)
    parts = []
    hour = int(begin // 3600)
    while hour * 3600 < end:
        share = (min(end, hour * 3600 + 3600) - max(begin, hour * 3600)) / 3600
        share = share if watched is None or hour in watched else 0.0
        rate = rhythm.rates[(hour + _EPOCH_HOUR) % WEEK]
        parts.append((rate * share, rhythm.quietest[hour % 24] * share))
        hour += 1
    return parts
