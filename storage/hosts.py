"""A host's turn: one request at a time or as many as allowed, so far apart, over all processes and sources."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import breaker, clean
from storage.models import HostNote, HostRules

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_LOOK = 0.5
"""Seconds until a host whose requests are all in flight is looked at again."""

OWN_LOOK = 10.0
"""Seconds until one is looked at again whose requests in flight are all of the run that asks, which looks when one of them
ends."""

MINUTES = 61
"""Minutes, the present one with them, whose requests count as the last hour's: whatever second of its minute a request
was sent in, no sixty minutes hold more than the budget."""


_IN_FLIGHT = """
SELECT count(*), count(*) FILTER (WHERE fetch.run_id = :run) FROM (
  SELECT fetch_id FROM link WHERE host = :host AND state = 'leased' AND until > :now AND fetch_id <> :own
  UNION ALL
  SELECT fetch_id FROM hop WHERE host = :host AND granted AND until > :now AND fetch_id <> :own
) AS busy LEFT JOIN fetch ON fetch.id = busy.fetch_id
"""

_OUTAGE = "SELECT failures, down_since FROM host WHERE host = ?"


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests to one host in any hour, over all processes; `polls`: how many of them may be polls of live endpoints."""

    hourly: int
    polls: int


class Host:
    """A host as it stands within a transaction that holds the write lock: read once, and kept up with what is done here."""

    __slots__ = ("_db", "_failures", "_in_flight", "_next_at", "_paused_until", "_recent", "_there", "host", "rules")

    def __init__(self, db: Database, host: str) -> None:
        row = db.conn.execute(
            "SELECT robots_status, robots_body, robots_until, crawl_delay, next_at, paused_until, recent, failures FROM host"
            " WHERE host = ?",
            (host,),
        ).fetchone()
        self._db, self.host, self._there = db, host, row is not None
        self.rules = HostRules(host, *row[:4]) if row else HostRules(host)
        """What its robots.txt said when it was last asked; `status` None: never."""
        stored: tuple[float, float, str, int] = row[4:] if row else (0.0, 0.0, "[]", 0)
        self._next_at, self._paused_until, recent, self._failures = stored
        self._recent: list[list[int]] = json.loads(recent)
        self._in_flight: tuple[int, int] | None = None

    def wait(
        self, *, now: float, in_flight: int, fetch_id: int = -1, run_id: int | None = None, budget: Budget | None = None
    ) -> float:
        """Seconds until the host may be asked; 0.0: now. `fetch_id`: whose own request there is not counted; `run_id`: the run
        that asks, and learns by itself when its fetches end. A host whose hourly budget is spent is asked when its oldest
        requests are an hour old; one whose breaker is open gets a single request at a time. `now`, `fetch_id` and `run_id`
        are the same each time."""
        if self._failures >= breaker.OPENS:
            in_flight = 1
        blocked = max(0.0, self._next_at - now, self._paused_until - now)
        if budget is not None:
            blocked = max(blocked, _until_spare(self._recent, 1, budget.hourly, now))
        if blocked >= OWN_LOOK or (blocked > 0 and run_id is None):
            return float(blocked)
        if self._in_flight is None:
            given = {"host": self.host, "now": now, "own": fetch_id, "run": run_id}
            self._in_flight = self._db.conn.execute(_IN_FLIGHT, given).fetchone()
        busy, own = self._in_flight
        if busy < in_flight:
            return float(blocked)
        return OWN_LOOK if own == busy else float(blocked) or BUSY_LOOK

    def wait_to_poll(self, *, now: float, budget: Budget) -> float:
        """Seconds until the hour's polls of the host leave room for one more; 0.0: now."""
        return _until_spare(self._recent, 2, budget.polls, now)

    def leased(self, *, run_id: int | None) -> None:
        """One of its addresses has been leased by this run."""
        if self._in_flight is not None:
            busy, own = self._in_flight
            self._in_flight = busy + 1, own + (run_id is not None)

    def send(self, *, now: float, delay: float, poll: bool = False) -> None:
        """`take` the host's turn for a request that is sent now, and enter that into the host's last hour."""
        minute, known = int(now // 60), _last_hour(self._recent, now)
        if not known or known[-1][0] != minute:
            known.append([minute, 0, 0])
        known[-1][1] += 1
        known[-1][2] += poll
        self._recent = known
        self._next_at = max(self._next_at, now + max(delay, self.rules.crawl_delay or 0.0))
        self._db.conn.execute(
            "UPDATE host SET next_at = ?, recent = ? WHERE host = ?"
            if self._there
            else "INSERT INTO host (next_at, recent, host) VALUES (?, ?, ?)",
            (self._next_at, clean.dumps(known), self.host),
        )
        self._there = True


def take(db: Database, host: str, *, now: float, delay: float) -> None:
    """Take the host's turn: nobody else asks it before `delay`, or what its robots.txt asks for, has passed."""
    db.conn.execute(
        "INSERT INTO host (host, next_at) VALUES (:host, :now + :delay) ON CONFLICT (host) DO UPDATE SET"
        " next_at = max(next_at, :now + max(:delay, coalesce(crawl_delay, 0)))",
        {"host": host, "now": now, "delay": delay},
    )


def _last_hour(recent: list[list[int]], now: float) -> list[list[int]]:
    """The minutes of the last hour; those that a clock gone back has left in the future count no more."""
    minute = int(now // 60)
    return [slot for slot in recent if minute - MINUTES < slot[0] <= minute]


def _until_spare(recent: list[list[int]], column: int, most: int, now: float) -> float:
    """Seconds until fewer than `most` requests are of the last hour."""
    known = _last_hour(recent, now)
    over = sum(slot[column] for slot in known) - max(most, 1) + 1
    for slot in known:
        if over <= 0:
            break
        over -= slot[column]
        until = (slot[0] + MINUTES) * 60.0
        if over <= 0:
            return until - now
    return 0.0


def turn(
    db: Database,
    host: str,
    *,
    now: float,
    delay: float,
    in_flight: int,
    lease: tuple[int, str, float] | None,
    budget: Budget | None = None,
) -> float:
    """A further request of a fetch under way: its redirect or retry. 0.0: taken, else seconds to wait.

    `lease`: (fetch id, host, until) of that fetch. With it the request counts as in flight until the fetch ends, and one
    to the fetch's own host comes `delay` after the answer that it follows. Without it the fetch's own lease cannot be
    told from others', so one more than `in_flight` is let pass.
    """
    if lease is None:
        asked = Host(db, host)
        seconds = asked.wait(now=now, in_flight=in_flight + 1, budget=budget)
        if seconds <= 0:
            asked.send(now=now, delay=delay)
        return seconds
    fetch_id, own_host, until = lease
    first = db.conn.execute(
        "INSERT INTO hop (fetch_id, host, until, granted) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING RETURNING 1",
        (fetch_id, host, until),
    ).fetchall()
    asked_before = host == own_host if first else False
    if (
        not first
        and db.conn.execute(
            "UPDATE hop SET granted = 0 WHERE fetch_id = ? AND host = ? AND granted RETURNING 1", (fetch_id, host)
        ).fetchall()
    ):
        asked_before = True
    if asked_before:  # the answer to its last request has just come
        take(db, host, now=now, delay=delay)
    asked = Host(db, host)
    seconds = asked.wait(now=now, in_flight=in_flight, fetch_id=fetch_id, budget=budget)
    if seconds <= 0:
        asked.send(now=now, delay=delay)
        db.conn.execute("UPDATE hop SET granted = 1 WHERE fetch_id = ? AND host = ?", (fetch_id, host))
    return seconds


def answered(db: Database, host: str, *, at: float, delay: float, offered: str | None = None) -> None:
    """The last byte came at `at`: the next turn counts from there. `offered`: the host's day (`allowance`), written with it."""
    if offered is None:
        take(db, host, now=at, delay=delay)
        return
    db.conn.execute(
        "INSERT INTO host (host, next_at, offered) VALUES (:host, :now + :delay, :offered) ON CONFLICT (host) DO UPDATE SET"
        " next_at = max(next_at, :now + max(:delay, coalesce(crawl_delay, 0))), offered = excluded.offered",
        {"host": host, "now": at, "delay": delay, "offered": offered},
    )


def note(db: Database, found: HostNote, *, now: float = 0.0) -> list[tuple[str, float]]:
    """Write what a fetch taught about its host. A pause is never shortened, but ended by one that lies in the past.

    Answers the hosts of which this answer, at `now`, ended an outage, each with the time since when it had given nothing
    but failures: the one that answered last, and those that only led to it."""
    own = db.conn.execute(_OUTAGE, (found.host,)).fetchone()
    if own is None:
        db.conn.execute("INSERT INTO host (host) VALUES (?)", (found.host,))
    if found.robots is not None:
        rules_ = found.robots
        db.conn.execute(
            "UPDATE host SET robots_status = ?, robots_body = ?, robots_until = ?, crawl_delay = ? WHERE host = ?",
            (rules_.status, rules_.body, rules_.until, rules_.crawl_delay, found.host),
        )
    if found.paused_until is not None:
        db.conn.execute(
            "UPDATE host SET paused_until = CASE WHEN :until > 0 THEN max(paused_until, :until) ELSE 0 END"
            " WHERE host = :host",
            {"until": found.paused_until, "host": found.host},
        )
    ended = []
    if found.failed:
        _failed(db, found, now=now)
    there = () if found.failed is None else (*found.others, *(() if found.failed else (found.host,)))
    for host in dict.fromkeys(there):
        row = own if host == found.host and not found.failed else db.conn.execute(_OUTAGE, (host,)).fetchone()
        if row is not None and (row[0] > 0 or row[1] is not None):
            db.conn.execute("UPDATE host SET failures = 0, down_since = NULL, said = NULL WHERE host = ?", (host,))
            if row[0] >= breaker.OPENS and row[1] is not None:
                ended.append((host, row[1]))
    return ended


def _failed(db: Database, found: HostNote, *, now: float) -> None:
    """One failure more, and the rest that it costs the host."""
    failures, since = db.conn.execute(_OUTAGE, (found.host,)).fetchone()
    since = now if since is None or not failures else since
    seconds = breaker.rest(failures + 1, down=now - since, refused=found.refused)
    db.conn.execute(
        "UPDATE host SET failures = failures + 1, down_since = ?, said = coalesce(?, said),"
        " paused_until = max(paused_until, ?) WHERE host = ?",
        (since, found.said, now + seconds if seconds else 0.0, found.host),
    )


def rules(db: Database, host: str) -> HostRules:
    """What the host's robots.txt said when it was last asked; `status` None: never."""
    return Host(db, host).rules
