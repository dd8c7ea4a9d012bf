"""How long until an endpoint is polled again, by its rhythm. Pure.

If a poll costs as much as `PRICE` seconds of a story's waiting, polls T seconds apart at a rate of r stories a second cost
PRICE/T + r*T/2 a second: least at T = sqrt(2*PRICE/r), the square-root rule for the mean delay under a budget of polls. It
alone leaves the 95th percentile about where one interval for all has it, since it spends many polls on hours with few
stories. So T is at most `WITHIN` while there is something to wait for, and where not even `ENOUGH` stories are to be
expected in that time, it is the time in which they are. The next poll comes where the integral of 1/T over the rates ahead
reaches one. The parameters were chosen with `bench/pace.py` on seeds 11 to 14; the figures are flat around them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crawler.politeness.rhythm import Rhythm

HOUR: Final = 3600.0
DAY: Final = 86400.0

PRICE: float = 45.0
"""Seconds of a story's waiting that one poll is worth: 800 stories a day are polled every hundred seconds."""

WITHIN: float = 300.0
"""Seconds; the longest interval while `ENOUGH` stories are to be expected in it: the registry's former interval for all."""

ENOUGH: float = 0.1
"""Stories to be expected that are worth a poll by themselves: one poll in ten finds something."""

LEAN: float = 4.0
"""Stories as which the more general rate counts for an hour's or a weekday's."""

GUESS_SPAN: float = 6 * HOUR
"""The longest time for which the first guess counts as if it had been seen."""

BURST_MEMORY: float = 1800.0
BURST_LEAN: float = 1.5
BURST_MOST: float = 8.0
"""The last half hour's factor: (lean + found) / (lean + foretold), never above the most; it fades in that time, too."""

QUIET: float = 8.0
"""Stories foretold in vain, beyond which the rates count less, by the square of what was foretold: a sitemap of a day that
is over, a feed that is no longer fed, a holiday."""

SAFE: float = 0.5
"""Share of the time that a feed's entries cover, and of their number, that may pass between two polls."""

STEP: Final = 600.0


def density(rate: float) -> float:
    """Polls a second that `rate` stories a second are worth."""
    return min(max(math.sqrt(rate / (2 * PRICE)), 1 / WITHIN), rate / ENOUGH)


def guessed(seconds: float) -> float:
    """The rate, in stories a second, at which the interval would be `seconds`."""
    return ENOUGH / seconds if seconds >= WITHIN else max(2 * PRICE / seconds**2, ENOUGH / WITHIN)


def interval(state: Rhythm, now: float, *, guess: float, longest: float, asked: float = 0.0) -> float:
    """Seconds until the next poll: where the polls that the rates ahead are worth add up to one; not sooner than the host
    has `asked` for, and not later than `longest`, whichever is more.

    But in any case before the feed turns over: half of the time that its entries lately covered, or when half of them are
    expected to be new. A feed that would lose stories by its own wish did not mean it."""
    if state.at is None:
        return max(min(guess, longest), asked)
    end = max(longest, asked)
    if state.covers is not None:
        end = min(end, state.covers * SAFE)
    rates = Rates(state, guess)
    excess = rates.factor - 1.0
    silence = (QUIET / max(state.waited, QUIET)) ** 2
    room = state.holds * SAFE or math.inf
    worth, news, passed, wanted = 0.0, 0.0, 0.0, longest
    while passed < end and passed < max(wanted, asked):
        start = now + passed
        step = min(STEP, HOUR - start % HOUR, end - passed)
        rate = rates.of_hour(hour_of(start)) * rates.of_day(day_of(start))
        rate *= 1.0 + excess * math.exp(-(passed + step / 2) / BURST_MEMORY)
        speed = density(rate * state.share * silence)
        if worth < 1.0 <= worth + speed * step:
            wanted = min(wanted, passed + (1.0 - worth) / speed)
        if news + rate * step >= room:
            end = passed + (room - news) / rate
        worth += speed * step
        news += rate * step
        passed += step
    return min(max(wanted, asked), end)


class Rates:
    """Stories a second that a rhythm foretells, by hour and weekday, and the factor of the last hours."""

    __slots__ = ("_level", "_overall", "_state", "factor")

    def __init__(self, state: Rhythm, guess: float) -> None:
        self._state = state
        first = guessed(guess)
        span = min(1.0 / first, GUESS_SPAN)
        self._overall = (sum(state.counts) + first * span) / (sum(state.spans) + span)
        self._level = (sum(state.came) + LEAN) / (sum(state.foretold) + LEAN)
        self.factor = min((BURST_LEAN + state.lately) / (BURST_LEAN + state.expected), BURST_MOST)

    def of_hour(self, hour: int) -> float:
        """The rate of one hour of the day."""
        return (self._state.counts[hour] + LEAN) / (self._state.spans[hour] + LEAN / self._overall)

    def of_day(self, day: int) -> float:
        """How much more there is on a weekday than its hours' rates say, against the mean of the days."""
        return (self._state.came[day] + LEAN) / (self._state.foretold[day] + LEAN) / self._level


def hour_of(at: float) -> int:
    """The hour of the day, UTC."""
    return int(at // HOUR) % 24


def day_of(at: float) -> int:
    """The weekday, from Monday, UTC; the epoch began on a Thursday."""
    return (int(at // DAY) + 3) % 7
