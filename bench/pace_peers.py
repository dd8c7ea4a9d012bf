"""Other polling policies for `bench/pace.py`: one fixed interval, and the published rules of two feed fetchers.

Each has one free constant, so that all can be compared at the same number of requests. A policy is told what each poll
saw and answers when the next one is due.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

WEEK = 604_800.0


@dataclass(slots=True)
class Seen:
    """What one poll saw, None in its place: it failed. `at`: seconds; `total` entries, of which `new` were new to the
    frontier; `new_here` no poll of this endpoint saw before; `dated`: the times of all entries, `times_here`: of those
    new here, both empty where the feed gives none; `max_age`: what the answer's cache says; `same`: it was a 304."""

    at: float
    total: int
    new: int
    new_here: int
    dated: list[float]
    times_here: list[float]
    max_age: float
    same: bool


class Policy(Protocol):
    """The pace of one endpoint."""

    def due(self, at: float, seen: Seen | None) -> float: ...


@dataclass(slots=True)
class Fixed:
    """One interval for all, whatever happens."""

    interval: float

    def due(self, at: float, seen: Seen | None) -> float:
        del seen
        return at + self.interval


@dataclass(slots=True)
class EntryFrequency:
    """Miniflux' `entry_frequency` scheduler (miniflux/v2, internal/model/feed.go `ScheduleNextCheck` and
    internal/storage/feed.go `WeeklyFeedEntryCount`): a week / (entries a week * factor), clamped; the entries a week are
    the seven days' mean gap between publications taken to a week; no shorter than Cache-Control or ttl ask for; errors
    change nothing but the counter that disables the feed, which is left out here in its favour. An entry without a date
    is dated when it is found. Free: `factor` (1 in its defaults); the clamps are 5 min and 24 h."""

    factor: float
    least: float = 300.0
    most: float = 86_400.0
    published: deque[float] = field(default_factory=deque)

    def due(self, at: float, seen: Seen | None) -> float:
        asked = 0.0
        if seen is not None:
            self.published += seen.times_here or [at] * seen.new_here
            asked = seen.max_age
        while self.published and self.published[0] < at - WEEK:  # in order, as feeds here list them
            self.published.popleft()
        count = len(self.published)
        span = self.published[-1] - self.published[0] if count > 1 else 0.0
        gap = int(span) // (count - 1) if count > 1 else 0  # whole seconds, as its SQL has it
        interval = self.most if gap == 0 else WEEK / (-(-WEEK // gap) * self.factor)
        return at + min(max(min(max(interval, self.least), self.most), asked), self.most)


@dataclass(slots=True)
class ShareOfKnown:
    """Media Cloud's rule (mediacloud/rss-fetcher, fetcher/tasks.py `_check_auto_adjust` and `update_feed`): after two
    successes in a row, the second about on time, an interval grows by 10 minutes when at least 67 % of the entries were
    known (by 60 when nothing was new for 31 days) and shrinks by 60 when less than 33 % were, to no more than 24 h and no
    less than 10 minutes; one over 12 h falls back to 12 h at once. An unchanged document counts as all known. Failures
    multiply it by half their number, once that is one. Free: `minute`, the length of its minute in seconds (60 there)."""

    minute: float
    interval: float = 720.0
    failures: float = 0.0
    last: float | None = None

    def due(self, at: float, seen: Seen | None) -> float:
        if seen is None:
            self.failures += 0.5
            wait = self.interval * max(self.failures, 1.0)
            return at + min(wait, 1440.0 if self.interval < 1440.0 else self.interval) * self.minute
        self.failures = 0.0
        before, self.last = self.last, at
        if before is None:
            return at + self.interval * self.minute
        late = (at - before) / self.minute - self.interval
        known = 100.0 if not seen.total else 100.0 * (seen.total - seen.new_here) / seen.total
        if known >= 67.0:
            if late >= -20.0:
                self.interval = min(self.interval + 10.0, 1440.0)
        elif known < 33.0 and late <= 20.0:
            self.interval = max(720.0 if self.interval > 720.0 else self.interval - 60.0, 10.0)
        return at + self.interval * self.minute
