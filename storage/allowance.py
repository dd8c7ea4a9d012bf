"""How many new addresses of a host are taken in a day: a calendar without end, session ids in links and paths that grow give
new ones for ever.

What is over the allowance is not taken, and counted with its reason in `refused_link`; the document that offered it is read
anew next time, without a 304, so that what was news after all comes in on the next day; an archive's page, which is read
once, waits for that day (`backfills.wait_for_allowance`). Articles of first polls are not counted: the newest are taken
and the rest is held (`links`). Addresses that turn out to be articles that are stored already speak against their host: the
allowance of a host of which most new addresses are such is small for the rest of the day. All this is counted apart for
live endpoints and for backfills: what a person asked for takes nothing from the live crawl.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from storage import clean, clock

if TYPE_CHECKING:
    from sqlite_utils import Database

DAY: Final = 86400
BACKFILLS: Final = 20
"""Times the live allowance that backfills may take of a host in a day."""

HELD: Final = 500
"""Times the allowance that first polls may put by without fetching it."""

SUSPICION: Final = 100
"""First looks at new addresses of a day from which on their outcome counts."""

SAME_SHARE: Final = 0.8
"""Share of them that led to articles known by another address, beyond which only `SUSPECTED` more are taken that day."""

SUSPECTED: Final = 200
KEPT_DAYS: Final = 30

OVER, SAME = "over_allowance", "same_content"


@dataclass(slots=True)
class Today:
    """A host's day, of live endpoints or of backfills: new addresses taken, and put by; first looks at articles, and those
    of them that found one known by another address; taken since that was noticed."""

    taken: int = 0
    held: int = 0
    looks: int = 0
    same: int = 0
    after: int = 0

    @property
    def suspect(self) -> bool:
        """Whether most new addresses of the day were known articles."""
        return self.looks >= SUSPICION and self.same >= SAME_SHARE * self.looks


@dataclass(slots=True)
class Days:
    """One host's `day` (days since the epoch, UTC): of its live endpoints, and of backfills."""

    day: int = 0
    live: Today = field(default_factory=Today)
    back: Today = field(default_factory=Today)

    def of(self, *, backfill: bool) -> Today:
        return self.back if backfill else self.live


def read(db: Database, host: str, *, now: float) -> Days:
    """A host's day so far."""
    row = db.conn.execute("SELECT offered FROM host WHERE host = ?", (host,)).fetchone()
    return _days(row[0] if row else None, now)


def _days(offered: str | None, now: float) -> Days:
    known = json.loads(offered) if offered else {}
    if known.get("day") != int(now // DAY):
        return Days(int(now // DAY))
    return Days(known["day"], Today(**known["live"]), Today(**known["back"]))


def write(db: Database, host: str, offered: str) -> None:
    """Keep a host's day, as JSON."""
    db.conn.execute(
        "INSERT INTO host (host, offered) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET offered = excluded.offered",
        (host, offered),
    )


def _json(today: Days) -> str:
    return clean.dumps({"day": today.day, "live": _plain(today.live), "back": _plain(today.back)})


def _plain(today: Today) -> dict[str, int]:
    return {"taken": today.taken, "held": today.held, "looks": today.looks, "same": today.same, "after": today.after}


def looked(offered: str | None, *, now: float, same: bool, backfill: bool = False) -> str:
    """A host's day, as JSON, with the first look at a new address counted."""
    days = _days(offered, now)
    today = days.of(backfill=backfill)
    today.looks += 1
    today.same += same
    return _json(days)


def next_day(now: float) -> float:
    """When the day of `now` is over, and with it what its allowance refused."""
    return (now // DAY + 1) * DAY


class Allowance:
    """The days of the hosts of one offer. `limit` None: everything is taken, and nothing counted."""

    def __init__(self, db: Database, *, now: float, limit: int | None, backfill: bool) -> None:
        self._db, self._now, self._limit, self._backfill = db, now, limit, backfill
        self._days: dict[str, Days] = {}
        self._refused: dict[tuple[str, str], tuple[int, str]] = {}

    def refuses(self, url: str, *, held: bool = False, first: bool = False) -> bool:
        """Whether a new address is not taken; counts it either way. `held`: it would be put by; `first`: an article of
        a first poll. What a first poll's index lists is counted: it may list indexes without end."""
        if self._limit is None:
            return False
        host = clean.host_of(url)
        if host not in self._days:
            self._days[host] = read(self._db, host, now=self._now)
        today = self._days[host].of(backfill=self._backfill)
        reason = None
        if held:
            reason = OVER if today.held >= HELD * self._limit else None
        elif first:
            return False
        elif today.taken >= self._limit * (BACKFILLS if self._backfill else 1):
            reason = OVER
        elif today.suspect and today.after >= min(SUSPECTED, self._limit):
            reason = SAME
        if reason is None:
            today.held += held
            today.taken += not held
            today.after += today.suspect and not held
            return False
        count, example = self._refused.get((host, reason), (0, url))
        self._refused[host, reason] = (count + 1, example)
        return True

    def close(self, source: str) -> int:
        """Write the days and the refusals; answers how many there were. That the document is read anew is said once all of
        it was offered (`forget`)."""
        if self._limit is None:
            return 0
        for host, today in self._days.items():
            write(self._db, host, _json(today))
        for (host, reason), (count, example) in self._refused.items():
            refuse(self._db, source, host, reason, count, now=self._now, example=example)
        return sum(count for count, _ in self._refused.values())


def forget(db: Database, finder: int) -> None:
    """Let the row of a document of which something was refused be asked without validators, or a 304 would hide that."""
    db.conn.execute("UPDATE link SET etag = NULL, last_modified = NULL WHERE id = ?", (finder,))


def refuse(db: Database, source: str, host: str, reason: str, count: int, *, now: float, example: str = "") -> None:
    """Count how often links were not taken for a reason of traps (one link as often as it is offered); what is older than
    `KEPT_DAYS` goes."""
    db.conn.execute(
        "INSERT INTO refused_link (day, source, host, reason, count, example) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (day, source, host, reason) DO UPDATE SET count = count + excluded.count",
        (clock.text(now)[:10], source, host, reason, count, clean.text(example)),
    )
    db.conn.execute("DELETE FROM refused_link WHERE day < ?", (clock.text(now - KEPT_DAYS * DAY)[:10],))
