"""What a source's own rows say of its health: the facts that `crawler.health` judges, and the row that keeps its verdict.

Only live evidence counts: no imports (`record`), no backfills. The looks of a source are read by two partial indexes that
hold nothing else, so that a judgement costs the same at a thousand articles and at a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import alerts, clock, health_queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

WINDOW: Final = 25
"""Pages whose first looks are the present; what lies before them is the source's past."""

PAST_DAYS: Final = 28
"""Days of the past: each hour of the week four times."""

PAST_LOOKS: Final = 1000
POLL_DAYS: Final = 7
POLL_SECONDS: Final = 6 * 3600.0
"""Age of the oldest poll that still is the present."""

TROUBLE_POLLS: Final = 40
"""The last polls since a trouble began, for each endpoint: however seldom it is polled, the end of its trouble is seen."""

BEFORE_SILENCE: Final = 3 * 86400.0
"""Hours are read from so long before the newest page on, to see how far apart polls are."""

_TROUBLES: Final = 300
_DAY: Final = 86400.0

TABLE: Final = f"""
-- The backfill that a fetch was part of; 0: live.
ALTER TABLE fetch ADD COLUMN backfill INTEGER NOT NULL DEFAULT 0;
CREATE INDEX fetch_first ON fetch (source, at)
  WHERE outcome IN ('new', 'copy') AND record IS NULL AND backfill = 0;
CREATE INDEX fetch_trouble ON fetch (source, at)
  WHERE outcome IN ('rejected', 'blocked', 'failed', 'gone') AND record IS NULL AND backfill = 0;
CREATE TABLE health (
  source TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('ok', 'quiet', 'blocked', 'layout_changed', 'failing', 'never_run')),
  why TEXT,
  since TEXT NOT NULL,
  judged_at TEXT NOT NULL,
  -- bookkeeping
  alerted TEXT,{alerts.COLUMNS.rstrip()}
  memory TEXT,
  learnt TEXT
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Look:
    """The first look at an article's page; where several were in vain, `outcome` is the last one's (`rejected:no_text`).
    Of a stored article: whether it bears a time of day, its first headline, its words; else False, None, None; `missed`:
    whether the profile's body selector found nothing in it."""

    at: float
    url: str
    outcome: str
    timed: bool = False
    title: str | None = None
    words: int | None = None
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of a live endpoint: `outcome` with its code."""

    at: float
    url: str
    outcome: str


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """A live endpoint as the frontier has it. `seen`: polls answered with content or 304, in all; `tries`: polls in vain
    since the last of them; `looked_at`: when that was (epoch seconds); `reason`: how its last poll ended, in words."""

    url: str
    kind: str
    seen: int
    tries: int
    looked_at: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Present:
    """The present of a source. `looks`: the last `WINDOW` pages of the last `PAST_DAYS` days, `polls`: those of the last six
    hours, each oldest first. `ever`: whether any live fetch has ended; `added_at`: when the source was first heard of.

    `trouble`: the last polls since the trouble began that was told last, whatever their age. `newest`: when the newest page
    was first stored, however long ago. `hours`: hours since the epoch in which an endpoint was polled with success, from
    some days before the newest page on; None: not known. `waiting`: pages that were found wait for their first look."""

    ever: bool
    added_at: float
    looks: tuple[Look, ...]
    polls: tuple[Poll, ...]
    endpoints: tuple[EndpointRow, ...]
    trouble: tuple[Poll, ...] = ()
    newest: float | None = None
    hours: tuple[int, ...] | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """The past of a source, from `since` to `until` (epoch seconds), oldest first. `looks`: at most the last `PAST_LOOKS`
    stored pages, and those in vain of the same time. `arrivals`: the instants at which pages were stored. `hours`: hours
    since the epoch in which an endpoint was polled with success. `polls`: outcome -> polls of its last `POLL_DAYS` days."""

    since: float
    until: float
    looks: tuple[Look, ...]
    arrivals: tuple[float, ...]
    hours: tuple[int, ...]
    polls: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A source's row of `health`. `since`, `judged_at`: epoch seconds. `alerted`: the state that `on_alert` was last told,
    None: never. `memory`: what the judge wrote for itself; `learnt`: what it made of the past."""

    state: str
    why: str | None
    since: float
    judged_at: float
    alerted: str | None = None
    memory: str | None = None
    learnt: str | None = None


def present(db: Database, source: str, *, now: float, trouble_since: float | None = None) -> Present:
    """The present, at `now`. `trouble_since`: when the trouble began that was told last; None: all was well."""
    since = clock.text(now - PAST_DAYS * _DAY)
    window = {"source": source, "since": since, "until": clock.text(now + 1), "limit": WINDOW}
    looks = _looks(db, window)[-WINDOW:]
    polls = db.conn.execute(health_queries.POLLS, window | {"since": clock.text(now - POLL_SECONDS)}).fetchall()
    endpoints = db.conn.execute(
        "SELECT url, kind, seen, tries, looked_at, reason FROM link INDEXED BY link_seeded"
        " WHERE source = ? AND seeded AND scope = 0 AND state <> 'retired' ORDER BY id",
        (source,),
    ).fetchall()
    trouble: list[tuple[str, str, str]] = []
    if trouble_since is not None:
        late = {"since": clock.text(trouble_since), "limit": TROUBLE_POLLS * max(len(endpoints), 1)}
        trouble = db.conn.execute(health_queries.LAST_POLLS, window | late).fetchall()[::-1]
    (first,) = db.conn.execute(health_queries.NEWEST, window).fetchone()
    newest = _epoch(first) if first else None
    watched: list[tuple[str]] = []
    if newest is not None:
        begin = max(newest, now - PAST_DAYS * _DAY) - BEFORE_SILENCE
        watched = db.conn.execute(health_queries.HOURS, window | {"since": clock.text(begin)}).fetchall()
    (waiting,) = db.conn.execute(health_queries.WAITING, {"source": source, "now": now}).fetchone()
    added = db.conn.execute("SELECT added_at FROM source WHERE name = ?", (source,)).fetchone()
    return Present(
        ever=bool(looks or polls) or any(seen or tries for _, _, seen, tries, *_ in endpoints),
        added_at=_epoch(added[0]) if added else now,
        looks=looks,
        polls=tuple(Poll(_epoch(at), url, outcome) for at, url, outcome in polls),
        endpoints=tuple(EndpointRow(*row) for row in endpoints),
        trouble=tuple(Poll(_epoch(at), url, outcome) for at, url, outcome in trouble),
        newest=newest,
        hours=tuple(int(_epoch(at) // 3600) for (at,) in watched),
        waiting=bool(waiting),
    )


def past(
    db: Database, source: str, *, looks_until: float, until: float, apart: Sequence[tuple[float, float]] = ()
) -> Past:
    """The `PAST_DAYS` days before `until`, their pages only before `looks_until`; without the spans `apart` (of trouble)."""
    since = until - PAST_DAYS * _DAY
    window = {"source": source, "since": clock.text(since), "until": clock.text(until), "limit": PAST_LOOKS}

    def outside(at: float) -> bool:
        return not any(begin <= at <= end for begin, end in apart)

    early = window | {"until": clock.text(looks_until)}
    looks = tuple(look for look in _looks(db, early) if outside(look.at))
    stored = db.conn.execute(
        f"SELECT f.at FROM fetch AS f INDEXED BY fetch_first WHERE f.source = :source AND {health_queries.FIRST}"  # noqa: S608 - our own words
        " AND f.at >= :since AND f.at < :until ORDER BY f.at",
        window,
    )
    arrivals = [_epoch(at) for (at,) in stored]
    polled = (int(_epoch(at) // 3600) for (at,) in db.conn.execute(health_queries.HOURS, window))
    counts = db.conn.execute(health_queries.POLL_COUNTS, window | {"since": clock.text(until - POLL_DAYS * _DAY)})
    return Past(
        since=since,
        until=until,
        looks=looks,
        arrivals=tuple(at for at in arrivals if outside(at)),
        hours=tuple(hour for hour in polled if outside(hour * 3600.0)),
        polls=tuple(counts.fetchall()),
    )


def standing(db: Database, source: str) -> Standing | None:
    """The source's row, None where it was never judged."""
    row = db.conn.execute(
        "SELECT state, why, since, judged_at, alerted, memory, learnt FROM health WHERE source = ?", (source,)
    ).fetchone()
    return Standing(row[0], row[1], _epoch(row[2]), _epoch(row[3]), *row[4:]) if row else None


def write(db: Database, source: str, verdict: Standing) -> None:
    """Keep a verdict; what `on_alert` was told stays as it is (see `alerts`)."""
    db.conn.execute(
        "INSERT INTO health (source, state, why, since, judged_at, memory, learnt) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (source) DO UPDATE SET state = excluded.state, why = excluded.why, since = excluded.since,"
        " judged_at = excluded.judged_at, memory = excluded.memory, learnt = excluded.learnt",
        (
            source,
            verdict.state,
            verdict.why,
            clock.text(verdict.since),
            clock.text(verdict.judged_at),
            verdict.memory,
            verdict.learnt,
        ),
    )


def _looks(db: Database, window: dict[str, Any]) -> tuple[Look, ...]:
    """Good and bad looks of a window, each page once, oldest first; the bad ones from no earlier than the good."""
    good = [
        Look(_epoch(at), url, outcome, bool(timed), title, words, bool(missed))
        for at, url, outcome, timed, title, words, missed in db.conn.execute(health_queries.GOOD_LOOKS, window)
    ]
    since = clock.text(good[-1].at) if len(good) == window["limit"] else window["since"]
    most = max(_TROUBLES, window["limit"])
    bad: dict[str, Look] = {}
    for at, url, outcome in db.conn.execute(health_queries.BAD_LOOKS, window | {"since": since, "limit": most}):
        last = bad.get(url)
        bad[url] = Look(_epoch(at), url, last.outcome if last else outcome)
    return tuple(sorted((*good, *bad.values()), key=lambda look: look.at))


def _epoch(at: str) -> float:
    found = clock.epoch(at)
    assert found is not None, f"{at!r} is written by ourselves"
    return found
