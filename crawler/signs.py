"""What the first look at a page can show of its source's health, sign by sign. Pure; `health` makes the states of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from crawler import evidence
from crawler.health_memory import Short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.evidence import Rate
    from crawler.health_memory import Learnt
    from storage.health import Look

WALLS: Final = frozenset(
    {"consent_wall", "bot_check", "javascript_wall", "login_wall", "paywall", "region_block", "age_gate"}
)
OUTAGE_SECONDS: Final = 3600.0
"""Nothing is called failing before: servers are restarted."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One way in which a page's first look can go wrong. `mean`, `floor`, `most`: see `evidence.rate`. `change`: it means
    nothing of itself (many agencies print no time), so that it takes a past to be unlike. `least`: the share of a run that
    must show it (what agencies do more of on some days is no layout)."""

    name: str
    state: str
    what: str
    mean: float
    floor: float
    most: float
    change: bool = False
    least: float = 0.0


SIGNS: Final = (
    Sign("walled", "blocked", "were refused, or walls", 0.02, 0.005, 0.3),
    Sign("failed", "failing", "could not be fetched", 0.05, 0.02, 0.3),
    Sign("unreadable", "layout_changed", "held no article", 0.05, 0.01, 0.8),
    Sign("unselected", "layout_changed", "have nothing where the profile's `body` looks", 0.05, 0.01, 0.8),
    Sign("untimed", "layout_changed", "bear no time of day", 0.25, 0.01, 1.0, change=True),
    Sign("untitled", "layout_changed", "have no headline of their own", 0.25, 0.01, 1.0, change=True),
)
_SHORT: Final = Sign("short", "layout_changed", "have at most {} words", 0.25, 0.01, 1.0, change=True, least=0.7)
_WEIGHT: Final = 20.0
_WEIGHT_OF_CHANGE: Final = 4.0
"""In pages, of what is thought before there is a past; little where only the past can tell."""

_FEWEST: Final = 40
"""Pages that make a past which a change can be told from."""

_SHARES: Final = (0.01, 0.03, 0.1, 0.25)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong. `sign`: the name of a `Sign`, `short`, `polls` or `silence`."""

    state: str
    why: str
    since: float
    sign: str


@lru_cache(maxsize=512)
def kind_of(outcome: str) -> str | None:
    """`walled`, `failed`, `unreadable`, `good`, or None for what says nothing (a page that is gone)."""
    name, _, code = outcome.partition(":")
    if outcome == "failed:http_429" or code in WALLS:
        return "walled"
    if name == "blocked":
        return {"reserved": "good", "robots_unreachable": "failed"}.get(code, "walled")
    if name == "failed":
        return "unreadable" if code == "empty_listing" else "failed"
    if name == "rejected":
        return None if code in {"soft_404", "outside_span"} else "unreadable"
    return None if name in {"gone", "interrupted"} else "good"


def learn(looks: Sequence[Look]) -> tuple[dict[str, Rate], tuple[Short, ...]]:
    """How often the pages of the past showed each sign."""
    days = (looks[-1].at - looks[0].at) / 86400 if looks else 0.0
    a_month = 30 * len(looks) / max(days, 1.0)
    return {sign.name: _usual(sign, flags(sign.name, looks), a_month) for sign in SIGNS}, tuple(_shorts(looks, a_month))


def found(looks: Sequence[Look], learnt: Learnt | None, now: float) -> list[Finding]:
    """The signs that the pages of the present show unlike those of the past."""
    findings = []
    for sign in SIGNS:
        usual = (learnt.rates.get(sign.name) if learnt else None) or _usual(sign, ())
        finding = _of_trials(sign, trials(sign.name, looks), flags(sign.name, looks), usual)
        if finding and (sign.name != "failed" or now - finding.since >= OUTAGE_SECONDS):
            findings.append(finding)
    for short in learnt.shorts if learnt else ():
        sign = replace(_SHORT, what=_SHORT.what.format(short.words))
        if finding := _of_trials(sign, trials("short", looks), flags("short", looks, short.words), short.rate):
            findings.append(finding)
    return findings


def over(sign: str, looks: Sequence[Look], learnt: Learnt | None) -> bool:
    """Whether the pages since a trouble began say that it is over."""
    limit = max((short.words for short in learnt.shorts), default=0) if learnt else 0
    return evidence.mended(flags(sign, looks, limit))


def trials(sign: str, looks: Sequence[Look]) -> list[Look]:
    """The looks that speak for or against a sign: those of stored articles, or all."""
    if sign in {"walled", "failed", "unreadable"}:
        return [look for look in looks if kind_of(look.outcome) is not None]
    return [look for look in looks if look.words is not None]


def flags(sign: str, looks: Sequence[Look], limit: int = 0) -> list[bool]:
    """For each trial whether it shows the sign; `limit`: the words up to which it is `short`."""
    those = trials(sign, looks)
    match sign:
        case "untimed":
            return [not look.timed for look in those]
        case "unselected":
            return [look.missed for look in those]
        case "short":
            return [(look.words or 0) <= limit for look in those]
        case "untitled":
            return _untitled([(look.title or "").strip().casefold() for look in those])
        case _:
            return [kind_of(look.outcome) == sign for look in those]


def _untitled(titles: Sequence[str]) -> list[bool]:
    """A page has no headline, or that of another page around it: the site's name."""
    marks = []
    for place, title in enumerate(titles):
        near = titles[max(0, place - evidence.WINDOW + 1) : place + evidence.WINDOW]
        marks.append(not title or near.count(title) > 1)
    return marks


def _of_trials(sign: Sign, those: Sequence[Look], marks: Sequence[bool], usual: Rate) -> Finding | None:
    run = evidence.unlike(marks, usual)
    if run is None or run.bad < sign.least * run.of:
        return None
    late = marks[-run.of :]
    if evidence.mended(late):
        return None
    worst = those[-run.of :]
    codes = Counter(look.outcome.partition(":")[2] for look, mark in zip(worst, late, strict=True) if mark)
    told = ", ".join(f"{count} {code}" for code, count in codes.most_common(3) if code)
    why = f"{run.bad} of the last {run.of} new pages {sign.what}" + (f" ({told})" if told else "")
    return Finding(sign.state, f"{why}; usual are {usual.p:.1%} at the most", worst[0].at, sign.name)


def _shorts(looks: Sequence[Look], a_month: float) -> list[Short]:
    """Lengths that few of the past articles stay below: each a sign of its own, since a source of flashes has many short
    ones. None is over a third of the median: shorter is not yet broken."""
    words = sorted(look.words for look in looks if look.words is not None)
    if len(words) < _FEWEST:
        return []
    most = words[len(words) // 2] // 3
    limits = dict.fromkeys(min(words[int(len(words) * share)], most) for share in _SHARES)
    return [Short(limit, _usual(_SHORT, flags("short", looks, limit), a_month)) for limit in limits]


def _usual(sign: Sign, marks: Sequence[bool], a_month: float = evidence.FEW_A_MONTH) -> Rate:
    if sign.change and len(marks) < _FEWEST:
        return evidence.Rate(1.0)
    weight, doubt = (_WEIGHT_OF_CHANGE, 2.0) if sign.change else (_WEIGHT, 1.0)
    return evidence.rate(
        marks, mean=sign.mean, weight=weight, floor=sign.floor, most=sign.most, doubt=doubt, a_month=a_month
    )
