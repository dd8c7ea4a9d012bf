"""What `on_alert` was told of each source, and how often it failed at it: in the source's row of `health`, so that processes
that overlap or come one after another tell a state once, and give up after the same number of tries.

A standing is told by its state and `since`: the same trouble that comes again later is another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage import clock

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.health import Standing

TRIES: Final = 3
AGAIN_SECONDS: Final = 600.0

COLUMNS: Final = """
  -- The standing (state and since) that `on_alert` is being told of, or failed at: how often, when last, and since when a
  -- process is at it; epoch seconds.
  alert_of TEXT,
  alert_tries INTEGER NOT NULL DEFAULT 0,
  alert_failed REAL,
  alert_claimed REAL,
"""

# A claim or a failure that lies in the future is of a clock that went back.
_CLAIM = """
UPDATE health SET alert_claimed = :now, alert_of = :standing,
  alert_tries = CASE WHEN alert_of IS :standing THEN alert_tries ELSE 0 END,
  alert_failed = CASE WHEN alert_of IS :standing THEN alert_failed END
WHERE source = :source AND alerted IS :alerted
  AND (alert_claimed IS NULL OR abs(:now - alert_claimed) >= :lasts)
  AND (alert_of IS NOT :standing
    OR alert_tries < :tries AND (alert_failed IS NULL OR abs(:now - alert_failed) >= :again))
"""


def claim(db: Database, source: str, standing: Standing, *, alerted: str | None, now: float, lasts: float) -> bool:
    """Whether this process is to tell of a standing, `alerted` being the state that was told last as far as it knows: not
    while another one is at it, which counts for nothing after `lasts` seconds; not after `TRIES` failures, nor within
    `AGAIN_SECONDS` of the last."""
    given = {"source": source, "standing": _named(standing), "alerted": alerted, "now": now, "lasts": lasts}
    return db.conn.execute(_CLAIM, given | {"tries": TRIES, "again": AGAIN_SECONDS}).rowcount == 1


def told(db: Database, source: str, state: str) -> None:
    """`on_alert` was told that the source is in `state`."""
    db.conn.execute(
        "UPDATE health SET alerted = ?, alert_of = NULL, alert_tries = 0, alert_failed = NULL, alert_claimed = NULL"
        " WHERE source = ?",
        (state, source),
    )


def failed(db: Database, source: str, standing: Standing, *, now: float) -> int:
    """`on_alert` failed at a standing that was claimed; how often by now."""
    row = db.conn.execute(
        "UPDATE health SET alert_tries = alert_tries + 1, alert_failed = ?, alert_claimed = NULL"
        " WHERE source = ? AND alert_of = ? RETURNING alert_tries",
        (now, source, _named(standing)),
    ).fetchone()
    return int(row[0]) if row else 1


def _named(standing: Standing) -> str:
    return f"{standing.state} {clock.text(standing.since)}"
