"""An endpoint's own rhythm: how often it has something new, at which hours of which weekdays. Pure.

Counts of what appeared, and the time over which they were taken, are kept by hour of the day, and for each weekday how
many came against what its hours foretold (UTC; summer time moves them by an hour, for some days). They fade by half in
`HALF_LIFE`. What the last half hour brought against what was foretold of it makes a factor on top: news comes in bursts
(a self-exciting process), and holidays are silent. Of what appears, `share` was new to the frontier: of two endpoints with
the same stories the one that has them first is polled, the other watched. `interval.py` makes a pace of it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from crawler.politeness.interval import BURST_MEMORY, DAY, HOUR, Rates, day_of, hour_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HALF_LIFE: float = 14 * DAY
MEMORY: Final = 28 * DAY
"""Seconds back to which the dated entries of a first poll teach anything."""

LONGEST_GAP: Final = 7 * DAY
"""A longer time without polls is not spread over."""

SHARE_MEMORY: float = 8.0
"""Entries over which the share of new ones is taken."""

STAMPED: Final = 60.0
"""Seconds; entries that all claim to be younger bear the time of the answer, not of their publication."""

PINNED: Final = 10
"""Every so manieth of the entries, the oldest, may be old for another reason (pinned) and says nothing of the time that
a feed covers."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll saw. `at`: epoch seconds. `total`: entries. `dated`: the publication times of all entries that have
    one. `new`: entries whose links were new to the frontier. `same`: the server said that nothing has changed (304), so
    nothing is known of the entries."""

    at: float
    total: int = 0
    dated: tuple[float, ...] = ()
    new: int = 0
    same: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`at`: the last poll that was answered, None: none yet. `counts` and `spans` (seconds): by hour of the day, UTC.
    `came` and `foretold`: by weekday from Monday. `lately` and `expected`: stories of the last half hour, found and
    foretold; `waited`: stories foretold since one last appeared. `share`: of what appeared, how much was new to the
    frontier. `newest`: the latest publication. `news_at`: when there was last something new. `holds`: entries; `covers`:
    the shortest time that they covered in the last days, in seconds. `faded_at`: when counts were last made to fade.
    `turned`: the last poll knew none of its entries, so stories may have come and gone since the one before."""

    at: float | None = None
    counts: tuple[float, ...] = (0.0,) * 24
    spans: tuple[float, ...] = (0.0,) * 24
    came: tuple[float, ...] = (0.0,) * 7
    foretold: tuple[float, ...] = (0.0,) * 7
    lately: float = 0.0
    expected: float = 0.0
    waited: float = 0.0
    share: float = 1.0
    newest: float = 0.0
    news_at: float | None = None
    holds: int = 0
    covers: float | None = None
    faded_at: float = 0.0
    turned: bool = False


VERSION: Final = 1
_FRESH: Final = Rhythm()
_NAMES: Final = frozenset(one.name for one in fields(Rhythm))
_PLACES: Final = {"spans": 0}


def read(text: str | None) -> Rhythm:
    """The rhythm that `written` wrote; a fresh one where there is none or it cannot be read (another version's)."""
    try:
        known: Any = json.loads(text or "{}")
        if not isinstance(known, dict) or known.pop("version") != VERSION or set(known) - _NAMES:
            return Rhythm()
        return Rhythm(**{name: _checked(name, value) for name, value in known.items()})
    except (ValueError, TypeError, KeyError, RecursionError):
        return Rhythm()


def written(state: Rhythm) -> str:
    """The rhythm as JSON text, under a kilobyte; what is as in a fresh one is left out."""
    known = {name: value for name in sorted(_NAMES) if (value := getattr(state, name)) != getattr(_FRESH, name)}
    for name, value in known.items():
        if isinstance(value, tuple):
            known[name] = [round(number, _PLACES.get(name, 3)) for number in value]
        elif isinstance(value, float):
            known[name] = round(value, 3)
    return json.dumps({"version": VERSION, **known}, separators=(",", ":"))


def observe(state: Rhythm, poll: Polled, *, guess: float) -> Rhythm:
    """The rhythm with one more poll. `guess`: the interval of the source's TOML, in seconds."""
    at = poll.at
    if state.at is None or not (state.holds or poll.same):
        return _first(state, poll, guess)
    if at < state.at:  # the clock went back: nothing is known of the time between
        return replace(state, at=at, faded_at=min(state.faded_at, at), newest=min(state.newest, at))
    began = state.at
    state = _faded(state, at)
    turned = not poll.same and 0 < poll.total == poll.new
    since = max(began, at - LONGEST_GAP)
    appeared = [when for when in poll.dated if state.newest < when <= at]
    if len(appeared) == len(poll.dated) and poll.new * 2 < poll.total:
        appeared = []  # most are known and all are dated later than before: stamped anew with each answer
    if turned and poll.dated:
        since = min(max(since, min(poll.dated)), at)
    number = max(len(appeared), poll.new)
    counts, spans, came, foretold = list(state.counts), list(state.spans), list(state.came), list(state.foretold)
    rates = Rates(state, guess)
    expected = 0.0
    for start, step in _pieces(since, at):
        hour, day = hour_of(start), day_of(start)
        some = rates.of_hour(hour) * step
        spans[hour] += step
        foretold[day] += some
        expected += some * rates.of_day(day)
    newest = max(appeared, default=state.newest)
    appeared += [
        since + (at - since) * (index + 0.5) / (number - len(appeared)) for index in range(number - len(appeared))
    ]
    for when in appeared:
        counts[hour_of(when)] += 1.0
        came[day_of(when)] += 1.0
    kept = math.exp((began - at) / BURST_MEMORY)
    share = state.share
    if number:
        weight = (1.0 - 1.0 / SHARE_MEMORY) ** number
        share = share * weight + poll.new / number * (1.0 - weight)
    return Rhythm(
        at=at,
        counts=tuple(counts),
        spans=tuple(spans),
        came=tuple(came),
        foretold=tuple(foretold),
        lately=state.lately * kept + number,
        expected=state.expected * kept + expected,
        waited=0.0 if number else state.waited + expected,
        share=share,
        newest=newest,
        news_at=at if poll.new else state.news_at,
        holds=state.holds if poll.same else poll.total,
        covers=_covers(state, poll, elapsed=at - began, turned=turned),
        faded_at=state.faded_at,
        turned=turned if not poll.same else state.turned,
    )


def _first(state: Rhythm, poll: Polled, guess: float) -> Rhythm:
    """The first poll: its dated entries teach as if they had been waited for."""
    at = poll.at
    if poll.same:
        return replace(state, at=at, faded_at=at)
    counts, spans, came, foretold = [0.0] * 24, [0.0] * 24, [0.0] * 7, [0.0] * 7
    dated = sorted(when for when in poll.dated if at - MEMORY <= when <= at)
    state = replace(state, at=at, holds=poll.total, faded_at=at)
    if not dated:
        return state
    dated = dated[len(dated) // PINNED :]
    for when in dated[1:]:
        weight = 0.5 ** ((at - when) / HALF_LIFE)
        counts[hour_of(when)] += weight
        came[day_of(when)] += weight
    for start, step in _pieces(dated[0], at):
        spans[hour_of(start)] += step * 0.5 ** ((at - start) / HALF_LIFE)
    state = replace(state, counts=tuple(counts), spans=tuple(spans), news_at=dated[-1], newest=dated[-1])
    state = replace(state, covers=_covers(state, poll, elapsed=0.0, turned=False))
    rates = Rates(state, guess)
    for start, step in _pieces(dated[0], at):
        foretold[day_of(start)] += rates.of_hour(hour_of(start)) * step * 0.5 ** ((at - start) / HALF_LIFE)
    waited = sum(rates.of_hour(hour_of(start)) * step for start, step in _pieces(dated[-1], at))
    return replace(state, came=tuple(came), foretold=tuple(foretold), waited=waited)


def _covers(state: Rhythm, poll: Polled, *, elapsed: float, turned: bool) -> float | None:
    """The shortest time that the feed's entries covered lately; it is forgotten by doubling in a day."""
    old = state.covers
    if old is not None:
        old = min(old * 2.0 ** min(elapsed / DAY, 40.0), MEMORY)
    if poll.same or not poll.total:
        return old
    reach = 0.0
    if len(poll.dated) > poll.total // 2:
        reach = poll.at - sorted(poll.dated)[len(poll.dated) // PINNED]
    if reach >= STAMPED:
        now = reach
    elif turned:
        now = elapsed
    elif poll.new * 4 >= poll.total and elapsed > 0.0:
        now = elapsed * poll.total / poll.new
    else:
        return old
    return max(now if old is None else min(old, now), STAMPED)


def _faded(state: Rhythm, at: float) -> Rhythm:
    """Counts and spans lose weight once a day."""
    days = (at - state.faded_at) // DAY
    if days < 1:
        return state
    kept = 0.5 ** (min(days * DAY, 4 * HALF_LIFE) / HALF_LIFE)

    def less(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(value * kept for value in values)

    return replace(
        state,
        counts=less(state.counts),
        spans=less(state.spans),
        came=less(state.came),
        foretold=less(state.foretold),
        faded_at=at,
    )


def _pieces(since: float, until: float) -> Iterator[tuple[float, float]]:
    """(start, seconds) of the time between two instants, cut at the full hours."""
    at = since
    while at < until:
        step = min(HOUR - at % HOUR, until - at)
        yield at, step
        at += step


def _checked(name: str, value: Any) -> Any:
    """A value of the text as its field has it. Raises ValueError or TypeError."""
    fresh = getattr(_FRESH, name)
    if isinstance(fresh, tuple):
        numbers = tuple(_number(one) for one in value)
        if len(numbers) != len(fresh):
            raise ValueError(f"{name}: {len(numbers)} numbers, expected {len(fresh)}")
        return numbers
    if isinstance(fresh, bool):
        if not isinstance(value, bool):
            raise TypeError(f"{name}: {value!r} is neither true nor false")
        return value
    number = _number(value)
    return int(number) if isinstance(fresh, int) else number


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e15:
        raise ValueError(f"{value!r} is no number from 0 up")
    return float(value)
