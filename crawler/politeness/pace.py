"""When an address is looked at again, from how its last fetch ended. Pure; storage writes what is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.politeness.retry import backoff
from storage.models import OUTCOMES

if TYPE_CHECKING:
    from storage.models import LinkKind

INTERVAL = 3600
"""Seconds between two polls of an endpoint that no registry file gives an interval (a sitemap index's children)."""

WISH_LIMIT = 3600
"""Seconds; a feed's `ttl` or a `max-age` may stretch an interval to this, not further: many are boilerplate."""

GONE_LOOKS = (3600.0, 86400.0)
"""Seconds until the further looks at a page that was not there: publishers unpublish by mistake, too."""

REJECTED_LOOKS = 2
"""Further looks, on the ladder, at a page that was no article: walls and live pages turn into articles."""

_BLOCKS: dict[str, tuple[float, ...]] = {
    "robots": (86400.0,) * 7,
    "robots_unreachable": (900.0, 1800.0, *(3600.0,) * 22, *(86400.0,) * 7),
    "address": (),
    "policy": (),
    "redirect": (),
}
"""Seconds until the further looks at what was blocked, by tries before; the empty ones no wait mends: quarantine.
Other reasons (the host's own refusals) wait like failures."""

_ENDPOINTS = frozenset({"feed", "sitemap", "listing"})


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
    missing: int = 0,
    gone_gap: float = GONE_LOOKS[0],
) -> Due:
    """When to look again after a fetch that ended with `outcome_name` (`failed:timeout`).

    `seen` and `tries` as the lease has them, before this fetch: looks answered with content or 304, and looks since
    then that were not (failed, gone, rejected, blocked). `interval`, `ttl`, `max_age`: seconds. `recheck`: ages of an
    article, in seconds after `found_at`. `retry_at`: the host asked to be left alone until then. `jitter`: 0..1.
    `missing`: the looks before this one that found the page gone, since it was last there; the next such look comes no
    sooner than `gone_gap` seconds later, since two of them are a withdrawal.

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
        wish = min(max(ttl or 0, max_age or 0), WISH_LIMIT)
        due = Due(now + max(interval or INTERVAL, wish))
    elif name == "failed" or (name == "blocked" and code not in _BLOCKS):
        wait = backoff(tries + 1, jitter=jitter)
        due = Due(None, quarantine=True) if wait is None else Due(now + wait)
    elif name == "blocked":
        waits = _BLOCKS[code]
        due = Due(now + waits[tries]) if tries < len(waits) else Due(None, quarantine=not waits)
    elif name == "gone":
        young = now - found_at <= max(recheck, default=0) + 2 * sum(GONE_LOOKS)
        wait = max(GONE_LOOKS[missing], gone_gap) if missing < len(GONE_LOOKS) and young else None
        due = Due(None if wait is None else now + wait)
    elif name == "rejected" and tries >= REJECTED_LOOKS:
        due = Due(None)
    else:
        due = Due(next_rung(recheck, found_at=found_at, now=now))
    return due if due.at is None or retry_at is None else Due(max(due.at, retry_at))


def next_rung(recheck: tuple[int, ...], *, found_at: float, now: float) -> float | None:
    """The first instant of the ladder that is still to come; None after the last."""
    return min((found_at + age for age in recheck if found_at + age > now), default=None)
