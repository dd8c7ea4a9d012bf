"""A made-up source for bench/health.py: when it publishes, how its pages and polls turn out, and what breaks on which day.

Seeded. A source has a rate, hours and a weekend of its own, slow days, bursts, now and then a holiday, an outage of up to 45
minutes, a daemon that stood still for a day, pages that are no articles (some in pairs), flashes, pages without a time.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86400.0
LUCK = (-0.02, 0.2)
"""Mean and deviation of the logarithm by which a day's rate is off, up or down."""

HOLIDAYS = 0.4 / 22
"""The chance that a working day is a holiday: in four months of ten there is one."""

MUTATIONS = (
    *("redesign", "redesign_short", "half", "dates", "titles", "consent", "block", "block_all", "endpoint", "silence"),
)
EXPECTED = {
    "redesign": "layout_changed",
    "redesign_short": "layout_changed",
    "half": "layout_changed",
    "dates": "layout_changed",
    "titles": "layout_changed",
    "consent": "blocked",
    "block": "blocked",
    "block_all": "blocked",
    "endpoint": "failing",
    "silence": "quiet",
}


@dataclass(frozen=True)
class Page:
    """One published page as its first look will find it; `article`: not one of the galleries that the source always had."""

    at: float
    number: int
    outcome: str
    timed: bool
    title: str
    words: int
    article: bool = True


@dataclass
class World:
    """One source from `begin` (epoch seconds) for `days`; `mutation` from `breaks_at` on."""

    seed: int
    begin: float
    days: int = 30
    mutation: str | None = None
    breaks_at: float = math.inf
    chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        chance = self.chance = random.Random(self.seed)
        self.per_day = math.exp(chance.uniform(math.log(8), math.log(120)))
        self.zone = chance.choice((-8, -5, -3, 0, 1, 2, 3, 5, 8, 9))
        self.night = chance.choice((0.0, 0.02, 0.1, 0.3))
        self.weekend = chance.choice((0.15, 0.3, 0.5, 0.8, 1.0))
        self.rest_days = (4, 5) if chance.random() < 0.15 else (5, 6)
        self.bursts = chance.uniform(0.0, 0.4)
        self.slow = [math.exp(chance.gauss(*LUCK)) for _ in range(self.days + 2)]
        workdays = [d for d in range(self.days) if self._weekday(d) not in self.rest_days]
        self.holiday = chance.choice(workdays) if chance.random() < 22 * HOLIDAYS and workdays else None
        self.rejected = chance.uniform(0.0, 0.03)
        self.untimed = chance.choice((0.0, 0.0, 0.0, 0.0, 0.01, 0.03, 0.5, 1.0))
        if self.mutation == "dates":
            self.untimed = min(self.untimed, 0.03)
        self.flashes = chance.choice((0.0, 0.0, 0.05, 0.1, 0.2))
        self.median_words = chance.uniform(120, 400)
        self.failing = chance.uniform(0.0, 0.01)
        self.interval = 900.0
        self.endpoints = chance.choice((1, 1, 1, 2))
        self.outages = [self._span(chance, 600, 2700) for _ in range(chance.choice((0, 1, 1, 2)))]
        self.off = [self._span(chance, 12 * 3600, 30 * 3600)] if chance.random() < 0.2 else []
        if self.mutation is not None:
            self.off = [(a, b) for a, b in self.off if b < self.breaks_at - DAY or a > self.breaks_at + 4 * DAY]
            self.outages = [
                (a, b) for a, b in self.outages if b < self.breaks_at - 7200 or a > self.breaks_at + 4 * DAY
            ]
            if self.holiday is not None and abs(self.begin + self.holiday * DAY - self.breaks_at) < 4 * DAY:
                self.holiday = None
        self.backfilled = self.begin + chance.uniform(4, self.days - 1) * DAY if chance.random() < 0.2 else None

    def _span(self, chance: random.Random, least: float, most: float) -> tuple[float, float]:
        start = self.begin + chance.uniform(1, self.days - 2) * DAY
        return start, start + chance.uniform(least, most)

    def _weekday(self, day: int) -> int:
        return (int((self.begin + self.zone * 3600) // DAY) + 3 + day) % 7  # 1970-01-01 was a Thursday

    def _day(self, at: float) -> int:
        return int((at + self.zone * 3600) // DAY) - int((self.begin + self.zone * 3600) // DAY)

    def events(self, at: float, *, holiday: bool = True) -> float:
        """Events (single pages and bursts) an hour that are due at an instant, with or without the holiday, not counting
        the day's own luck."""
        hour = (at + self.zone * 3600) % DAY / 3600
        day = self._day(at)
        active = 1.0 if 7 <= hour < 21 else 0.5 if 6 <= hour < 23 else self.night
        rest = self._weekday(day) in self.rest_days or (holiday and day == self.holiday)
        per_page = (1 - self.bursts) + self.bursts / 4
        return self.per_day / 17.5 * active * (self.weekend if rest else 1.0) * per_page

    def chance_of_silence(self, begin: float) -> Iterator[tuple[float, float]]:
        """(instant, chance that the source publishes nothing from `begin` until then), in steps of ten minutes, for ever: by
        the very process that makes its pages, over the luck of its days (slow ones, holidays), which nobody knows before."""
        at, days, known = begin, 1.0, 1.0
        day, due, rest = self._day(at), 0.0, 0.0
        while True:
            if self._day(at) != day:
                day, days, due, rest = self._day(at), known, 0.0, 0.0
            work = self.events(at, holiday=False) / 6
            due += work
            rest += work if self._weekday(day) in self.rest_days else work * self.weekend
            at += 600
            known = days * ((1 - HOLIDAYS) * _over_luck(due) + HOLIDAYS * _over_luck(rest))
            yield at, known

    def unlikely_at(self, begin: float, chance: float) -> float:
        """From when on a silence since `begin` is less likely than `chance`."""
        return next(at for at, each in self.chance_of_silence(begin) if each < chance)

    def unlikely_by_rates(self, begin: float, chance: float) -> float:
        """The same if no day had luck of its own: e^-x, where the hourly rates expect x events."""
        left, at = -math.log(chance), begin
        while left > 0:
            left -= self.events(at, holiday=False) / 6
            at += 600
        return at

    def pages(self) -> list[Page]:
        """All that it publishes, in order."""
        chance = self.chance
        found: list[Page] = []
        at, end, number = self.begin, self.begin + self.days * DAY, 0
        most = self.per_day / 17.5 * max(self.slow)
        row = 0
        while True:
            at += chance.expovariate(most) * 3600
            if at >= end:
                return sorted(found, key=lambda page: page.at)
            if self.mutation == "silence" and at >= self.breaks_at:
                return sorted(found, key=lambda page: page.at)
            day = int((at - self.begin) // DAY)
            if chance.random() * most > self.events(at) * self.slow[day]:
                continue
            burst = chance.random() * ((1 - self.bursts) + self.bursts / 4) < self.bursts / 4
            size = 1 + min(int(chance.expovariate(1 / 3.5)), 12) if burst else 1
            for place in range(size):
                when = at + place * chance.uniform(60, 400)
                row = (
                    row - 1
                    if row > 0
                    else (chance.choice((1, 1, 1, 1, 2)) if chance.random() < self.rejected / 1.2 else 0)
                )
                number += 1
                if when < end:
                    found.append(self._page(when, number, bad=row > 0))

    def _page(self, at: float, number: int, *, bad: bool) -> Page:
        chance = self.chance
        outcome = chance.choice(("rejected:no_text", "rejected:listing")) if bad else "new"
        flash = chance.random() < self.flashes
        words = chance.randint(6, 35) if flash else int(max(40, self.median_words * math.exp(chance.gauss(0, 0.6))))
        timed, title = chance.random() >= self.untimed, f"Headline {number} of {self.seed}"
        broken = at >= self.breaks_at
        lot = chance.random()
        if broken and self.mutation in {"redesign", "consent", "block"}:
            outcome = {"redesign": "rejected:no_text", "consent": "rejected:consent_wall", "block": "blocked:http_403"}[
                self.mutation
            ]
        elif broken and self.mutation == "half" and lot < 0.5:
            outcome = "rejected:no_text"
        elif broken and self.mutation == "redesign_short":
            words = chance.randint(0, 8)
        elif broken and self.mutation == "dates":
            timed = False
        elif broken and self.mutation == "titles":
            outcome, title = ("rejected:no_title", title) if self.seed % 2 else (outcome, "The News Agency")
        return Page(at, number, outcome, timed, title, words, article=not bad)


@lru_cache(maxsize=100_000)
def _over_luck(due: float) -> float:
    """The chance of no event on a day on which `due` are due, over the day's luck."""
    steps = [step / 10 for step in range(-50, 51)]
    weights = [math.exp(-step * step / 2) for step in steps]
    parts = (
        weight * math.exp(-due * math.exp(LUCK[0] + LUCK[1] * step))
        for step, weight in zip(steps, weights, strict=True)
    )
    return math.fsum(parts) / math.fsum(weights)
