"""A made-up world of agencies for `bench/pace.py`: seeded stories with nights, weekends and bursts, and their endpoints."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from dataclasses import dataclass, field

HOUR, DAY = 3600.0, 86400.0
BEGIN = 1_788_220_800.0
"""A Tuesday, 2026-09-01 00:00 UTC: the first poll."""

PAST = 8 * DAY
"""Stories from before the first poll, so that feeds are full then."""


@dataclass(slots=True)
class Feed:
    """One endpoint: the indices of its agency's stories that it lists, in order; how many it holds; whether its entries
    have dates; for how long a cache before it keeps an answer (seconds, 0: none), and when
    that one's clock started; `asks`: an unchanged answer is a 304."""

    stories: list[int]
    published: list[float]
    holds: int
    dated: bool
    cached: float = 0.0
    phase: float = 0.0
    asks: bool = True

    def shown(self, at: float) -> tuple[int, float]:
        """(entries published up to the moment of the answer's copy, seconds for which the copy is still good)."""
        if not self.cached:
            return bisect_right(self.published, at), 0.0
        copied = at - (at - self.phase) % self.cached
        return bisect_right(self.published, copied), copied + self.cached - at


@dataclass(slots=True)
class Agency:
    name: str
    published: list[float]
    feeds: list[Feed]
    outages: list[tuple[float, float]] = field(default_factory=list)

    def fails(self, at: float) -> bool:
        return any(since <= at < until for since, until in self.outages)


def world(seed: int, *, agencies: int, days: float) -> list[Agency]:
    """`agencies` of one seed, from `PAST` before `BEGIN` to `days` after it."""
    return [_agency(f"agency-{number}", random.Random(f"{seed} {number}"), days) for number in range(agencies)]


def _agency(name: str, rng: random.Random, days: float) -> Agency:
    daily = min(max(rng.lognormvariate(math.log(40.0), 1.5), 2.0), 800.0)
    published = _stories(rng, daily, BEGIN - PAST, BEGIN + days * DAY)
    dated = rng.random() >= 0.2
    number = rng.choices((1, 2, 3), (0.55, 0.3, 0.15))[0]
    feeds = []
    for place in range(number):
        # Further endpoints: a section's feed, or a news sitemap of everything.
        share = 1.0 if place == 0 or rng.random() < 0.5 else rng.uniform(0.2, 0.6)
        stories = [index for index in range(len(published)) if share == 1.0 or rng.random() < share]
        holds = rng.choice((20, 20, 25, 30, 40, 50, 50, 60, 100))
        cached = rng.choices((0.0, 60.0, 120.0, 300.0), (0.65, 0.2, 0.1, 0.05))[0]
        feeds.append(
            Feed(
                stories,
                [published[i] for i in stories],
                holds,
                dated,
                cached,
                rng.random() * (cached or 1.0),
                asks=rng.random() < 0.5,
            )
        )
    outages = []
    if rng.random() < 0.06:
        for _ in range(rng.randint(1, 3)):
            since = BEGIN + rng.random() * days * DAY
            outages.append((since, since + rng.uniform(1.0, 8.0) * HOUR))
    return Agency(name, published, feeds, outages)


def _stories(rng: random.Random, daily: float, begin: float, end: float) -> list[float]:
    """A self-exciting process: first stories by the hour and weekday, each followed by others for minutes to hours."""
    branching = rng.uniform(0.2, 0.6)
    lag = rng.uniform(8.0, 30.0) * 60.0
    night = rng.choice((0.02, 0.05, 0.1, 0.2, 0.5))
    weekend = rng.choice((0.25, 0.4, 0.6, 0.8))
    zone = rng.choices((-8, -5, -3, 0, 1, 2, 3, 5.5, 8, 9), (1, 2, 2, 2, 4, 3, 4, 2, 4, 3))[0] * HOUR
    wake = rng.uniform(5.5, 8.5)
    levels = [
        _level(hour + 0.5, wake, night) * (weekend if day >= 5 else 1.0) for day in range(7) for hour in range(24)
    ]
    mean = sum(levels) / len(levels)
    top = max(levels) / mean
    rate = daily / DAY * (1.0 - branching)
    times: list[float] = []
    at = begin
    while True:
        at += rng.expovariate(rate * top)
        if at >= end:
            break
        local = at + zone
        if rng.random() * top * mean < levels[(int(local // HOUR) + 72) % 168]:
            times.append(at)
    for first in times:  # grows while it is walked: followers have followers
        when = first
        while rng.random() < branching / (1.0 + branching):
            when = first + rng.expovariate(1.0 / lag)
            if when < end:
                times.append(when)
    return sorted(float(int(when)) for when in times)


def _level(hour: float, wake: float, night: float) -> float:
    """The level of an hour of the day: up within two hours of waking, down through the evening."""
    since = (hour - wake) % 24.0
    if since < 2.0:
        return night + (1.0 - night) * since / 2.0
    if since < 12.0:
        return 1.0
    if since < 17.0:
        return night + (1.0 - night) * (17.0 - since) / 5.0
    return night
