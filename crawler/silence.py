"""How unlikely a silence is by a source's own rhythm. Pure.

The rhythm is a rate of arrivals (quarters of an hour that brought something new) for each hour of the week, from up to four
weeks: the hour of the day over all days, times the weekday's own factor, each drawn towards what is known more surely; a
weekday that was not yet watched expects nothing. A day begins at the source's quietest hour. Slow days and bursts remain, so
that a silence is not judged as Poisson's: each gap of the past is measured in arrivals that the rhythm would have expected in
it, and the tail of these measures says how unlikely the present one is. One day of a silence may have been a holiday, three
times in a hundred: the 24 hours for which that matters most then count as those of the quietest weekday.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WEEK: Final = 168
FEWEST_GAPS: Final = 10
FEWEST_HOURS: Final = 48
RARE: Final = 1e-3
"""Told is no silence that is more likely to follow a page."""

A_MONTH: Final = 2e-3
"""Told is a silence that this rhythm would give less than once in 500 months."""

HOLIDAY: Final = 0.03
"""Of the working days are holidays: ten in a year."""

MONTH: Final = 30
_EPOCH_HOUR: Final = 72  # 1970-01-01 was a Thursday: hours from Monday, 00:00
_LONGEST: Final = 28 * 24
_STEADY: Final = 3.0
_EVENTS: Final = 4.0
_LITTLE: Final = 0.6
_DOUBT: Final = 0.5
"""What a weekday is thought to bring, against the others, before it is known; and by how many standard deviations of what it
brought that may have been luck: a first Saturday says little of the second."""

_TAIL: Final = 0.3
_FEWEST_OVER: Final = 30
_QUARTER: Final = 900
"""Seconds. News are counted by quarters of an hour that brought any: a burst of ten says no more of the rhythm than one."""

_FEWEST_OF_A_DAY: Final = 20
"""Hours of a weekday that were watched before it is expected to bring anything."""


@dataclass(frozen=True, slots=True)
class Habit:
    """`rates`: arrivals an hour, for each hour of the week from Monday 00:00 UTC; `quietest`: for each hour of the day of
    the quietest weekday that was watched. Of the gaps, measured in expected arrivals, a share of `over` is longer than
    `length`, and those by `excess` on average. `gaps`: how many gaps a month has; `on_holidays`: how many that a holiday is
    part of; `hours`: how many were watched."""

    rates: tuple[float, ...]
    quietest: tuple[float, ...]
    length: float
    over: float
    excess: float
    gaps: float
    on_holidays: float
    hours: int


def learn(arrivals: Sequence[float], hours: Sequence[int]) -> Habit | None:
    """The rhythm of `arrivals` (epoch seconds, ascending) over the `hours` since the epoch in which it was polled; None
    where there is too little of both. Hours after a time without polls bring what came meanwhile and do not count."""
    seen = watched(hours)
    if len(seen) < FEWEST_HOURS:
        return None
    news = list({int(at // _QUARTER): at for at in reversed(arrivals)}.values())[::-1]
    counts = Counter(int(at // 3600) for at in news)
    rates, quietest = _rates(counts, seen)
    plain = Habit(rates, quietest, 0.0, 1.0, 1.0, 0.0, 0.0, len(seen))
    gaps = sorted(_gaps(plain, news, seen))
    if len(gaps) < FEWEST_GAPS:
        return None
    length, over, excess = _tail(gaps)
    a_day = len(gaps) / len(seen) * 24
    part = min(sum(quietest) / max(sum(rates) / 7, 1e-9), 1.0)
    return replace(
        plain,
        length=length,
        over=over,
        excess=excess,
        gaps=a_day * MONTH,
        on_holidays=HOLIDAY * MONTH * (1 + a_day * part),
    )


def expected(rhythm: Habit, begin: float, end: float, watched: frozenset[int] | None = None) -> float:
    """Arrivals that the rhythm expects between two instants, in the hours `watched` only (None: all of them)."""
    return math.fsum(part for part, _ in _parts(rhythm, begin, end, watched))


def chance(rhythm: Habit, begin: float, end: float, watched: frozenset[int] | None = None) -> float:
    """The chance that a gap of this rhythm is at least as long as the one from `begin` to `end`, one day of which may
    have been a holiday."""
    measure, spared = _measures(rhythm, begin, end, watched)
    return min(_beyond(rhythm, measure) + HOLIDAY * _beyond(rhythm, spared), 1.0)


def a_month(rhythm: Habit, begin: float, end: float, watched: frozenset[int] | None = None) -> float:
    """How many silences as long as that from `begin` to `end` a month of this rhythm would have."""
    measure, spared = _measures(rhythm, begin, end, watched)
    return rhythm.gaps * _beyond(rhythm, measure) + rhythm.on_holidays * _beyond(rhythm, spared)


def is_unlikely(rhythm: Habit, begin: float, end: float, watched: frozenset[int] | None = None) -> bool:
    """Whether the rhythm would give such a silence less than once in 500 months, and after one page in 1,000 at the most."""
    return chance(rhythm, begin, end, watched) < RARE and a_month(rhythm, begin, end, watched) < A_MONTH


def _measures(rhythm: Habit, begin: float, end: float, watched: frozenset[int] | None = None) -> tuple[float, float]:
    """Arrivals that the rhythm expects between two instants; and if the 24 hours of them for which that matters most were a
    holiday."""
    parts = list(_parts(rhythm, begin, end, watched))
    spared = [max(part - holiday, 0.0) for part, holiday in parts]
    most = now = math.fsum(spared[:24])
    for place in range(24, len(spared)):
        now += spared[place] - spared[place - 24]
        most = max(most, now)
    measure = math.fsum(part for part, _ in parts)
    return measure, measure - most


def _beyond(rhythm: Habit, measure: float) -> float:
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


def _rates(counts: dict[int, int], watched: frozenset[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Arrivals an hour for each hour of the week; and for each hour of the day of the quietest weekday."""
    seen, came = [0] * WEEK, [0.0] * WEEK
    for hour in watched:
        seen[(hour + _EPOCH_HOUR) % WEEK] += 1
        came[(hour + _EPOCH_HOUR) % WEEK] += counts.get(hour, 0)
    mean = sum(came) / max(sum(seen), 1)
    daily = []
    for hour in range(24):
        near = [place for step in (-1, 0, 0, 1) for place in range((hour + step) % 24, WEEK, 24)]
        daily.append((sum(came[p] for p in near) + mean) / (sum(seen[p] for p in near) + 1))
    begin = _begin_of_day(daily)
    days, rates = [], [0.0] * WEEK
    for day in range(7):
        places = [(day * 24 + begin + hour) % WEEK for hour in range(24)]
        days.append(sum(seen[p] for p in places))
        due = sum(daily[p % 24] * seen[p] for p in places)
        own = sum(came[p] for p in places)
        factor = (own - _DOUBT * math.sqrt(own) + _LITTLE * _EVENTS) / (due + _EVENTS)
        for place in places:
            usual = daily[place % 24] * factor
            here = (came[place] + usual * _STEADY) / (seen[place] + _STEADY)
            rates[place] = round(here, 4) if seen[place] and days[day] >= _FEWEST_OF_A_DAY else 0.0
    watched_days = [day for day in range(7) if days[day] >= _FEWEST_OF_A_DAY]
    by_day = {day: [rates[(day * 24 + begin + hour) % WEEK] for hour in range(24)] for day in watched_days}
    quiet = min(by_day.values(), key=sum, default=rates[:24])
    return tuple(rates), tuple(quiet[(hour - begin) % 24] for hour in range(24))


def _begin_of_day(daily: Sequence[float]) -> int:
    """The hour (UTC) in the middle of the six quietest: there the source's own day begins, wherever it lives, so that the
    evening of its Friday is no part of its Saturday."""
    return (min(range(24), key=lambda hour: sum(daily[(hour + step) % 24] for step in range(6))) + 3) % 24


def _gaps(rhythm: Habit, arrivals: Sequence[float], watched: frozenset[int]) -> list[float]:
    """The gaps of the past, in expected arrivals; those that nobody watched throughout are left out."""
    found = []
    for begin, end in itertools.pairwise(arrivals):
        first, last = int(begin // 3600), int(end // 3600)
        if last - first <= _LONGEST and all(hour in watched for hour in range(first, last + 1)):
            found.append(expected(rhythm, begin, end))
    return found


def _tail(gaps: Sequence[float]) -> tuple[float, float, float]:
    """Of ascending gaps: a length that three in ten exceed (thirty gaps at the least), that share, and by how much they do,
    with what so few can be wrong by; never less than Poisson's 1, as clockwork breaks."""
    n = len(gaps)
    over = min(n, max(_FEWEST_OVER, int(n * _TAIL)))
    length = gaps[n - over] if over < n else 0.0
    beyond = [gap - length for gap in gaps[n - over :]]
    mean = (math.fsum(beyond) + 3.0) / (over + 2)
    return length, over / n, max(mean * (1 + 1 / math.sqrt(over)), 1.0)


def _parts(rhythm: Habit, begin: float, end: float, watched: frozenset[int] | None = None) -> list[tuple[float, float]]:
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
