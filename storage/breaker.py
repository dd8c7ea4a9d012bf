"""A host's circuit breaker: how long a host is left alone after so many failures in a row. Pure; `hosts` executes.

The failures are counted over all sources and processes. Once they are `OPENS`, the host gets a single request at a time,
a rest apart (the half-open probe); the first good answer closes the breaker. What waits for the host waits without using up
its tries. The rests are those of `politeness/pace.py`'s outages, so that an endpoint is found alive as soon as it would be
without a breaker.
"""

from __future__ import annotations

from typing import Final

OPENS: Final = 5
"""Failures in a row with which it opens: one bad page on a host that answers otherwise never brings so many."""

RESTS: Final = (60.0, 60.0, 120.0, 120.0, 300.0)
"""Seconds after the failure that opens it and those that follow, while nobody answers."""

AGAINST_HOST: Final = tuple(
    f"failed:{code}" for code in ("http_5", "timeout", "refused", "connection", "dns", "data_loss", "tls")
)
"""How the outcomes begin that speak against a host as a whole, which gives no answer, or none that can be used."""

REFUSALS: Final = ("failed:http_429", "blocked:http_", "rejected:bot_check", "failed:bot_check")
"""Those of a host that answers, and would have none of us."""

OUTAGES: Final = ((12 * 3600.0, 900.0), (2 * 86400.0, 3600.0))
"""Down so many seconds: a probe after so many seconds at the least."""

REFUSED: Final = 300.0
REFUSED_MOST: Final = 3600.0
"""Seconds after the first refusal of a host that refuses everything (403, bot checks), twice as long after each further
one, up to an hour: a ban grows with requests."""


def rest(failures: int, *, down: float, refused: bool) -> float:
    """Seconds until the next request to a host after `failures` in a row, the last of them now; 0.0: it is closed.

    `down`: seconds since the first of them; `refused`: the host answered, and would have none of us."""
    if failures < OPENS:
        return 0.0
    beyond = failures - OPENS
    least = max((seconds for since, seconds in OUTAGES if down >= since), default=0.0)
    if refused:
        return max(min(REFUSED * 2.0 ** min(beyond, 10), REFUSED_MOST), least)
    return max(RESTS[min(beyond, len(RESTS) - 1)], least)
