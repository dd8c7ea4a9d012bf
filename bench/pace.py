"""Polling policies over a made-up world of agencies: how late stories are seen, all at the same number of requests.

    python bench/pace.py [--seeds 1-5] [--agencies 100] [--days 7] [--peers]

The world (`pace_world.py`) has agencies of 2 to 800 stories a day with nights, weekends and bursts, one to three
endpoints of 20 to 100 entries each, some without dates, some behind caches, some that fail for hours. The crawler's own
functions (`rhythm.observe`, `pace.next_due`) poll it as from a first start, with what they do not know yet; then one fixed
interval for all polls the same world, chosen so that it sends the same number of requests, and with `--peers` the
published rules of Miniflux and Media Cloud (`pace_peers.py`), their free constant chosen so, too (within 0.5 %): the
interval in seconds; 1 / Miniflux' factor; the seconds of Media Cloud's minute. Once more as published, for what that is
worth at other numbers of requests; and Miniflux' rule within our shortest and longest interval instead of its own.

A delay is that from a story's publication to the first poll that saw it, over the stories published in the days; missed
are those that no poll saw though one could have (what an outage hid from everybody is left out), and among them those that
a feed showed for an hour or longer while it answered. Polls of a failing site count as requests.

Exit status 1 where a seed breaks what is promised: against the fixed interval a median of at most half and a 95th
percentile of at most 0.7, none missed that was shown for an hour, no host polled more often than its budget says; better
than the peers in both. And, over all seeds together, no more missed: what is missed are some stories at the edges of
outages, so few a seed that chance decides (a feed that is down for longer than its entries reach back loses what it
published since the last poll before, or before the first poll after).
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.pace_peers import EntryFrequency, Fixed, Policy, Seen, ShareOfKnown
from bench.pace_world import BEGIN, DAY, HOUR, Agency, world
from crawler.politeness import pace, rhythm
from crawler.source import Politeness

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[random.Random, int], Policy]
    """A policy for one endpoint, of so many that its agency has on its host."""

AFTER = 2 * HOUR
"""Polls go on for so long after the last story that counts; they are not counted."""

MATCHED = 0.005
POLITENESS = Politeness()


class Ours:
    """The crawler's own pace, as `crawler.endings.complete` calls it."""

    GUESS = 300
    WRITTEN = 50

    def __init__(self, rng: random.Random, endpoints: int) -> None:
        given = POLITENESS
        self._jitter = rng
        self._least = pace.least_interval(share=endpoints, polls=given.polls, delay=given.delay, crawl_delay=None)
        self._state = rhythm.Rhythm()
        self._tries = self._polls = 0

    def due(self, at: float, seen: Seen | None) -> float:
        outcome = "failed:timeout"
        if seen is not None:
            outcome = "not_modified" if seen.same else "listed"
            poll = (
                rhythm.Polled(at, same=True)
                if seen.same
                else rhythm.Polled(at, seen.total, tuple(seen.dated), seen.new)
            )
            self._state = rhythm.observe(self._state, poll, guess=self.GUESS)
            self._polls += 1
            if self._polls % self.WRITTEN == 0:  # as the database keeps it; each time would only cost time here
                self._state = rhythm.read(rhythm.written(self._state))
        due = pace.next_due(
            outcome,
            "feed",
            now=at,
            found_at=BEGIN,
            seen=self._polls,
            tries=self._tries,
            interval=self.GUESS,
            recheck=(),
            ttl=None,
            max_age=math.ceil(seen.max_age) if seen is not None and seen.max_age else None,
            retry_at=None,
            jitter=self._jitter.random(),
            rhythm=self._state,
            least=self._least,
        )
        self._tries = 0 if seen is not None else self._tries + 1
        assert due.at is not None, "an endpoint is never given up"
        return due.at


@dataclass(slots=True)
class Result:
    """What a policy came to: `delays` in seconds, sorted; `busiest`: the most polls that one host got in an hour."""

    delays: list[float] = field(default_factory=list)
    requests: int = 0
    missed: int = 0
    missed_of_an_hour: int = 0
    busiest: int = 0

    def quantile(self, share: float) -> float:
        return self.delays[min(int(len(self.delays) * share), len(self.delays) - 1)]

    def mean(self) -> float:
        return sum(self.delays) / len(self.delays)


def run(agencies: list[Agency], make: Make, *, seed: int, until: float) -> Result:
    """Poll all agencies from `BEGIN` to `until` by one policy."""
    result = Result()
    for agency in agencies:
        rng = random.Random(f"{seed} {agency.name} polls")
        found = _polled(agency, make, rng, until, result)
        for story in range(bisect_left(agency.published, BEGIN), bisect_left(agency.published, until)):
            if found[story]:
                result.delays.append(found[story] - agency.published[story])
            else:
                _count_missed(agency, story, until, result)
    result.delays.sort()
    return result


def _polled(agency: Agency, make: Make, rng: random.Random, until: float, result: Result) -> array[float]:
    """When each story of one agency was seen, 0 for never."""
    found = array("d", bytes(8 * len(agency.published)))
    reached, shown = [0] * len(agency.feeds), [-1] * len(agency.feeds)
    policies = [make(rng, len(agency.feeds)) for _ in agency.feeds]
    queue = [(BEGIN + rng.random() * 300.0, number) for number in range(len(agency.feeds))]
    heapify(queue)
    hours: dict[int, int] = {}
    while queue[0][0] < until + AFTER:
        at, number = queue[0]
        if at < until:
            result.requests += 1
            hours[int(at // HOUR)] = hours.get(int(at // HOUR), 0) + 1
        if agency.outages and agency.fails(at):
            heapreplace(queue, (policies[number].due(at, None), number))
            continue
        feed = agency.feeds[number]
        end, fresh_for = feed.shown(at)
        first, new = max(0, end - feed.holds), 0
        here = max(first, reached[number])
        for story in feed.stories[here:end]:
            if not found[story]:
                found[story] = at
                new += 1
        dated = feed.published if feed.dated else []
        seen = Seen(
            at, end - first, new, end - here, dated[first:end], dated[here:end], fresh_for, feed.asks and end == shown[number]
        )  # fmt: skip
        reached[number], shown[number] = max(end, reached[number]), end
        heapreplace(queue, (policies[number].due(at, seen), number))
    result.busiest = max(result.busiest, max(hours.values(), default=0))
    return found


def _count_missed(agency: Agency, story: int, until: float, result: Result) -> None:
    """One story that no poll saw: for how long could one have?"""
    born, gone = agency.published[story], 0.0
    for feed in agency.feeds:
        place = bisect_left(feed.stories, story)
        if place < len(feed.stories) and feed.stories[place] == story:
            after = place + feed.holds
            gone = max(gone, feed.published[after] if after < len(feed.published) else until + AFTER)
    shown = gone - born - sum(max(0.0, min(gone, end) - max(born, begin)) for begin, end in agency.outages)
    result.missed += shown > 1.0
    result.missed_of_an_hour += shown >= HOUR


def _each(family: Callable[[float], Policy], constant: float) -> Make:
    return lambda *_: family(constant)


def matched(
    agencies: list[Agency], family: Callable[[float], Policy], wanted: int, *, seed: int, until: float, first: float
) -> tuple[float, Result]:
    """A policy at the constant where it sends `wanted` requests: the greater the constant, the fewer. In log-log steps
    from `first`; where not even the extreme gives the number, the nearest."""
    constant, tried = first, list[tuple[float, float, float, Result]]()
    for _ in range(9):
        result = run(agencies, _each(family, constant), seed=seed, until=until)
        tried.append(
            (abs(result.requests / wanted - 1.0), math.log(constant), math.log(result.requests / wanted), result)
        )
        if tried[-1][0] <= MATCHED:
            break
        slope = -1.0
        if len(tried) > 1 and tried[-1][1] != tried[-2][1]:
            slope = (tried[-1][2] - tried[-2][2]) / (tried[-1][1] - tried[-2][1])
        step = tried[-1][2] / min(max(slope, -3.0), -0.1)
        constant = math.exp(tried[-1][1] - min(max(step, -1.5), 1.5))
    best = min(tried, key=lambda one: one[0])
    return math.exp(best[1]), best[3]


PEERS: dict[str, tuple[Callable[[float], Policy], float]] = {
    "Miniflux": (lambda wait: EntryFrequency(1 / wait), 0.05),
    "Miniflux, our bounds": (lambda wait: EntryFrequency(1 / wait, pace.SHORTEST, pace.LONGEST), 0.4),
    "Media Cloud": (ShareOfKnown, 0.3),
}
"""Name -> the policy by its constant (the greater, the fewer requests), and where the search for it begins."""


def compare(seed: int, *, agencies: int, days: float, peers: bool) -> dict[str, tuple[float, Result]]:
    """Policy -> its constant and what it came to, `ours` first."""
    until = BEGIN + days * DAY
    there = world(seed, agencies=agencies, days=days + AFTER / DAY)
    ours = run(there, Ours, seed=seed, until=until)
    interval = sum(len(agency.feeds) for agency in there) * days * DAY / ours.requests
    results = {
        "ours": (0.0, ours),
        "fixed": (interval, run(there, lambda *_: Fixed(interval), seed=seed, until=until)),
    }
    if peers:
        for name, (family, first) in PEERS.items():
            results[name] = matched(there, family, ours.requests, seed=seed, until=until, first=first)
        for name, family, published in (("Miniflux", EntryFrequency, 1.0), ("Media Cloud", ShareOfKnown, 60.0)):
            results[f"{name} as published"] = published, run(there, _each(family, published), seed=seed, until=until)
    return results


def broken(results: dict[str, tuple[float, Result]]) -> list[str]:
    """What is promised and does not hold."""
    ours, fixed = results["ours"][1], results["fixed"][1]
    checks = {
        "median over half of fixed": ours.quantile(0.5) > 0.5 * fixed.quantile(0.5),
        "95th percentile over 0.7 of fixed": ours.quantile(0.95) > 0.7 * fixed.quantile(0.95),
        "missed one shown for an hour": ours.missed_of_an_hour > 0,
        "over the polls of a host and hour": ours.busiest > POLITENESS.polls,
    }
    for name in ("Miniflux", "Media Cloud"):
        if name in results:
            checks[f"not better than {name}"] = any(
                ours.quantile(share) >= results[name][1].quantile(share) for share in (0.5, 0.95)
            )
    return [what for what, there in checks.items() if there]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1-5")
    parser.add_argument("--agencies", type=int, default=100)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--peers", action="store_true")
    given = parser.parse_args()
    first, _, last = given.seeds.partition("-")
    status, missed = 0, [0, 0]
    for seed in range(int(first), int(last or first) + 1):
        began = time.perf_counter()
        results = compare(seed, agencies=given.agencies, days=given.days, peers=given.peers)
        fixed, stories = results["fixed"][1], len(results["ours"][1].delays)
        print(f"seed {seed}: {stories} stories, {time.perf_counter() - began:.0f} s; seconds, in brackets of fixed")
        print(
            f"  {'':21}{'constant':>9}{'requests':>9}{'median':>14}{'mean':>14}{'95 %':>14}{'99 %':>14} missed  of an hour"
        )
        for name, (constant, result) in results.items():
            pairs = [(result.quantile(0.5), fixed.quantile(0.5)), (result.mean(), fixed.mean())]
            pairs += [(result.quantile(share), fixed.quantile(share)) for share in (0.95, 0.99)]
            figures = "".join(f"{own:7.0f} ({own / other:4.2f})" for own, other in pairs)
            print(
                f"  {name:21}{constant:9.3g}{result.requests:9}{figures}{result.missed:7}{result.missed_of_an_hour:12}"
                f"   at most {result.busiest} polls of a host in an hour"
            )
        missed = [missed[0] + results["ours"][1].missed, missed[1] + fixed.missed]
        for what in broken(results):
            print(f"  BROKEN: {what}")
            status = 1
        sys.stdout.flush()
    print(f"missed in all: ours {missed[0]}, fixed {missed[1]}")
    return max(status, int(missed[0] > missed[1]))


if __name__ == "__main__":
    sys.exit(main())
