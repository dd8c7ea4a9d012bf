"""When an address is looked at again, from how its last fetch ended. Pure; storage writes what is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.politeness.interval import interval as by_rhythm
from crawler.politeness.retry import backoff
from storage.models import OUTCOMES

if TYPE_CHECKING:
    from crawler.politeness.rhythm import Rhythm
    from storage.models import LinkKind

INTERVAL = 3600
"""Seconds between two polls of an endpoint that no registry file gives an interval (a sitemap index's children)."""

SHORTEST = 30.0
"""Seconds between two polls by an endpoint's rhythm, at the least; one whose interval in the TOML is no longer is polled at
that while it answers, within what its host allows."""

LONGEST = 3600.0
"""Seconds between two polls of an endpoint that is alive, at the most."""

ASLEEP = 6 * 3600.0
"""Seconds between two polls of one that has been silent or failing for days, at the most. None is ever given up."""

SILENCE_SHARE = 1 / 28
"""Share of its silence that an endpoint is left alone for: beyond 28 hours longer than LONGEST, after a week ASLEEP."""

RETRY, RETRY_MOST = 60.0, 300.0
"""Seconds until a failing endpoint is tried again, twice as long with each try, up to twice its own interval or
RETRY_MOST, whichever is less. Once its entries cover less time than the outage, each story that it gets pushes an unseen
one out, and it is tried each RETRY: what was published during an outage may be gone minutes after its end."""

OUTAGES = ((12 * 3600.0, 900.0), (2 * 86400.0, LONGEST), (4 * 86400.0, ASLEEP))
"""After so many seconds without an answer a try comes after so many seconds at the least."""

POLLS_JITTER = 0.1
"""Share by which a poll may come sooner, so that it does not keep meeting the same minute of an agency's hour."""

DELAYS_A_POLL = 4
"""Requests that a host could be asked for between two polls of it: the others are for articles."""

WISH_LIMIT = 3600
"""Seconds; a feed's `ttl` or a `max-age` may stretch an interval to this, not further: many are boilerplate. Nor beyond
half of what the feed holds (`interval`): it would lose its own stories."""

GONE_LOOKS = (3600.0, 86400.0)
"""Seconds until the further looks at a page that was not there: publishers unpublish by mistake, too."""

REJECTED_LOOKS = 2
"""Further looks, on the ladder, at a page that was no article: walls and live pages turn into articles. Looks that got no page
are none of them: a host that comes back from an outage with a page for visitors would lose all that waited for it."""

_WALLED = "rejected:bot_check"
"""The host's refusal of us in place of a page, not the page's own nature: it waits like a failure."""

_BLOCKS: dict[str, tuple[float, ...]] = {
    "robots": (86400.0,) * 7,
    "robots_unreachable": (900.0, 1800.0, *(3600.0,) * 22, *(86400.0,) * 7),
    "address": (),
    "policy": (),
    "redirect": (),
}
"""Seconds until the further looks at what was blocked, by tries before; the empty ones no wait mends: quarantine.
Other reasons (the host's own refusals) wait like failures. At the end of its waits an address is given up, but for one
that a robots.txt goes on to forbid: nobody is to release that."""

TOO_MANY = "failed:http_429"
"""A refusal, too: a host that says so is not asked every minute."""

_ENDPOINTS = frozenset({"feed", "sitemap", "listing"})
_FAILED = frozenset({"failed", "blocked", "gone", "rejected"})


@dataclass(frozen=True, slots=True)
class Due:
    """The next look in epoch seconds, None for never; `quarantine`: given up, for a person to see."""

    at: float | None
    quarantine: bool = False


def next_due(
    outcome_name: str,
    kind: LinkKind,
    *,
    now: float,
    found_at: float,
    seen: int,
    tries: int,
    interval: int | None,
    recheck: tuple[int, ...],
    ttl: int | None,
    max_age: int | None,
    retry_at: float | None,
    jitter: float,
    unasked: int = 0,
    forbidden: int = 0,
    missing: int = 0,
    gone_gap: float = GONE_LOOKS[0],
    rhythm: Rhythm | None = None,
    least: float = SHORTEST,
    longest: float | None = None,
) -> Due:
    """When to look again after a fetch that ended with `outcome_name` (`failed:timeout`).

    `seen` and `tries` as the lease has them, before this fetch: looks answered with content or 304, and looks since
    then that were not (failed, gone, rejected, blocked), of which `unasked` sent no request: a host that could not be asked
    for days leaves an address its ten tries. `forbidden`: the looks before this one that robots.txt forbade, in a row:
    neither failures nor an outage shorten the wait for it to change. `interval`, `ttl`, `max_age`: seconds.
    `recheck`: ages of an article, in seconds after `found_at`. `retry_at`: the host asked to be left alone until then.
    `jitter`: 0..1.
    `missing`: the looks before this one that found the page gone, since it was last there; the next such look comes no
    sooner than `gone_gap` seconds later, since two of them are a withdrawal.

    `rhythm`: an endpoint's, with this poll (None: none is known); `interval` is the first guess until it has one. `least`:
    what budget and crawl-delay leave (`least_interval`), `longest`: None for LONGEST and, after long silence, ASLEEP.

    Endpoints are polled at their pace whatever happened, never given up. Articles climb the ladder of `recheck`;
    failures wait longer each time, then quarantine. robots.txt has its own time (`HostRules.until`): never due here.
    Raises ValueError for an unknown outcome and for `interrupted`, whose lease storage takes back.
    """
    name, _, code = outcome_name.partition(":")
    if name not in OUTCOMES or name == "interrupted":
        raise ValueError(f"{outcome_name!r} is no outcome that a next look follows from")
    if kind == "robots" or outcome_name == "blocked:reserved":
        due = Due(None)
    elif kind in _ENDPOINTS:
        wish = float(min(max(ttl or 0, max_age or 0), WISH_LIMIT))
        guess = float(interval or INTERVAL)
        pause = max(guess, wish, least)
        if guess > SHORTEST:
            most = _longest(rhythm, now) if longest is None else longest
            pause = _poll_after(rhythm, now, guess=guess, most=most, least=least, wish=wish, jitter=jitter)
        if name in _FAILED:
            pause = max(_retry_after(outcome_name, tries, pause, rhythm, now), least)
        due = Due(now + pause)
    elif name == "failed" or (name == "blocked" and code not in _BLOCKS) or outcome_name == _WALLED:
        wait = backoff(max(tries - unasked, 0) + 1, jitter=jitter)
        due = Due(None, quarantine=True) if wait is None else Due(now + wait)
    elif name == "blocked":
        waits, looks = _BLOCKS[code], forbidden if code == "robots" else tries
        due = Due(now + waits[looks]) if looks < len(waits) else Due(None, quarantine=code != "robots")
    elif name == "gone":
        young = now - found_at <= max(recheck, default=0) + 2 * sum(GONE_LOOKS)
        wait = max(GONE_LOOKS[missing], gone_gap) if missing < len(GONE_LOOKS) and young else None
        due = Due(None if wait is None else now + wait)
    elif name == "rejected" and min(tries, seen) >= REJECTED_LOOKS:
        due = Due(None)
    else:
        due = Due(next_rung(recheck, found_at=found_at, now=now))
    return due if due.at is None or retry_at is None else Due(max(due.at, retry_at))


def next_rung(recheck: tuple[int, ...], *, found_at: float, now: float) -> float | None:
    """The first instant of the ladder that is still to come; None after the last."""
    return min((found_at + age for age in recheck if found_at + age > now), default=None)


def least_interval(*, share: float, polls: int, delay: float, crawl_delay: float | None) -> float:
    """Seconds between two polls of an endpoint to which one in `share` of its source's polls of a host falls, at the least:
    all together within `polls` an hour, and so that most of the requests that its delay allows are left for articles."""
    share = max(share, 1.0)
    by_delay = DELAYS_A_POLL * max(delay, crawl_delay or 0.0) * share
    return min(max(3600.0 * share / max(polls, 1), by_delay), ASLEEP)


def _longest(rhythm: Rhythm | None, now: float) -> float:
    silent = now - rhythm.news_at if rhythm is not None and rhythm.news_at is not None else 0.0
    return min(max(silent * SILENCE_SHARE, LONGEST), ASLEEP)


def _poll_after(
    rhythm: Rhythm | None, now: float, *, guess: float, most: float, least: float, wish: float, jitter: float
) -> float:
    """Seconds until the next poll of an endpoint that answers."""
    if rhythm is None:
        return max(guess, wish, least)
    most = max(most, guess)
    own = by_rhythm(rhythm, now, guess=guess, longest=most) * (1.0 - POLLS_JITTER * min(max(jitter, 0.0), 1.0))
    if own < wish:
        own = by_rhythm(rhythm, now, guess=guess, longest=most, asked=wish)
    return max(own, least, SHORTEST)


def _retry_after(outcome_name: str, tries: int, wait: float, rhythm: Rhythm | None, now: float) -> float:
    """Seconds until an endpoint that failed, or refused us, is tried again; `wait`: its interval when it answers. A host
    that refuses is asked half as often with each refusal, from the first on, down to LONGEST."""
    name, _, code = outcome_name.partition(":")
    answered = rhythm.at if rhythm is not None else None
    down = now - answered if answered is not None else tries * RETRY_MOST
    least = max((seconds for since, seconds in OUTAGES if down >= since), default=0.0)
    if outcome_name in (TOO_MANY, "failed:bot_check") or (name == "blocked" and code not in _BLOCKS):
        return max(wait, min(wait * 2.0 ** min(tries + 1, 30), LONGEST), least)
    if name != "failed":
        return max(wait, least)
    losing = rhythm is not None and rhythm.covers is not None and down > rhythm.covers
    steady = RETRY if losing else max(wait, min(2 * wait, RETRY_MOST))
    return max(min(RETRY * 2.0 ** min(tries, 30), steady), least)
