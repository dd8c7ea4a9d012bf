"""How the sources do, for their pages: the verdicts, what came an hour, how late, and what is polled next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import clock
from storage.health_queries import FIRST
from storage.search import bindable
from storage.web import charts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.reader import Health, Reader

HOURS: Final = 48
ORDER: Final = ("blocked", "failing", "layout_changed", "quiet", "never_run", "ok")
"""States, the worst first."""

SORTS: Final = ("state", "source", "stories", "delay", "new")
_DAY: Final = 86400.0
_ENDPOINTS: Final = 500
_MOST: Final = 200_000
"""Articles whose hours are counted."""

# Per source through its index; the delay is counted as in the view `source_health`.
_CAME: Final = f"""
SELECT s.name, substr(f.at, 1, 13), CASE WHEN a.published_precision IN ('second', 'minute') AND a.published_at >= s.added_at
  THEN strftime('%s', a.first_seen_at) - strftime('%s', a.published_at) END
FROM source AS s CROSS JOIN fetch AS f INDEXED BY fetch_first ON f.source = s.name AND {FIRST} AND f.at >= ?
  CROSS JOIN article AS a ON a.id = f.article_id{{}} LIMIT {_MOST}
"""  # noqa: S608 - our own words
_POLLED: Final = f"""
SELECT l.url, l.kind, l.state, l.due, coalesce(o.paused_until, 0), l.looked_at, l.tries, l.failing_since, l.reason, l.host
FROM link AS l INDEXED BY link_seeded LEFT JOIN host AS o ON o.host = l.host
WHERE l.source = ? AND l.seeded AND l.scope = 0 ORDER BY l.kind, l.id LIMIT {_ENDPOINTS}
"""  # noqa: S608 - our own words
_POLLS: Final = """
SELECT l.source, count(*), sum(l.state = 'leased'), sum(l.tries > 0 AND l.failing_since IS NOT NULL)
FROM link AS l INDEXED BY link_seeded WHERE l.seeded AND l.scope = 0 GROUP BY l.source
"""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a source: articles an hour, and their delays in seconds, hour by hour."""

    counts: list[int]
    delays: list[list[float]]

    @property
    def all_delays(self) -> list[float]:
        """Those of all hours."""
        return [delay for hour in self.delays for delay in hour]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A feed, sitemap or listing that is polled. `next_at`: when it is due and its host may be asked; None: it is being
    polled, or given up (`state`)."""

    url: str
    kind: str
    state: str
    next_at: str | None
    looked_at: str | None
    tries: int
    failing_since: str | None
    reason: str | None
    host: str


@dataclass(frozen=True, slots=True)
class Polls:
    """How many endpoints a source has, is being asked for now, and has that fail."""

    endpoints: int
    now: int
    failing: int


def hours(now: float, count: int = HOURS) -> list[str]:
    """`2026-11-22T14` of the last `count` hours (UTC), the present one last."""
    return [clock.text(now - 3600.0 * back)[:13] for back in range(count - 1, -1, -1)]


def came(reader: Reader, now: float, source: str | None = None) -> dict[str, Came]:
    """Source -> what live crawls stored for the first time in the last 48 hours."""
    columns = hours(now)
    where, values = ("", []) if source is None else (" WHERE s.name = ?", [bindable(source)])
    rows = reader.db.conn.execute(_CAME.format(where), (f"{columns[0]}:00:00Z", *values))
    return counted(rows, columns)


def counted(rows: Iterable[tuple[str, str, float | None]], columns: Sequence[str]) -> dict[str, Came]:
    """Rows of source, hour and delay, put into the hours `columns`; what is of no such hour is left out."""
    place = {hour: at for at, hour in enumerate(columns)}
    found: defaultdict[str, Came] = defaultdict(lambda: Came([0] * len(columns), [[] for _ in columns]))
    for source, hour, delay in rows:
        if hour in place:
            one = found[source]
            one.counts[place[hour]] += 1
            if delay is not None:
                one.delays[place[hour]].append(delay)
    return dict(found)


def polls(reader: Reader) -> dict[str, Polls]:
    """Source -> its endpoints."""
    return {row[0]: Polls(*row[1:]) for row in reader.db.conn.execute(_POLLS)}


def endpoints(reader: Reader, source: str) -> list[Endpoint]:
    """What is polled of a source, at most 500."""
    rows = reader.db.conn.execute(_POLLED, (bindable(source),)).fetchall()
    return [_endpoint(*row) for row in rows]


def in_order(health: Iterable[Health], by: str, found: dict[str, Came]) -> list[Health]:
    """The sources as `by` of `SORTS` says; else, and among equals, by state, the worst first, then by name."""

    def state(one: Health) -> tuple[Any, ...]:
        return ORDER.index(one.state), one.source

    keys = {
        "source": lambda one: (one.source,),
        "stories": lambda one: (-sum(found[one.source].counts) if one.source in found else 0, *state(one)),
        "delay": lambda one: (-(one.median_delay_s if one.median_delay_s is not None else -1e18), *state(one)),
        "new": lambda one: (one.last_new_at or "", *state(one)),
    }
    return sorted(health, key=keys.get(by, state))


def all_of(found: Iterable[Came], columns: Sequence[str]) -> Came:
    """What came of several sources together."""
    whole = _nothing(columns)
    for one in found:
        for at, count in enumerate(one.counts):
            whole.counts[at] += count
            whole.delays[at] += one.delays[at]
    return whole


def drawn(one: Came | None, columns: Sequence[str]) -> dict[str, Any]:
    """The three charts of what came."""
    found = one or _nothing(columns)
    return {
        "stories": charts.stories(found.counts, columns),
        "delays": charts.delays(charts.spread(found.all_delays)),
        "medians": charts.medians([charts.median(hour) for hour in found.delays], columns),
    }


def small(one: Came | None, columns: Sequence[str]) -> dict[str, Any]:
    """The two charts of what came that stand in a row of the list."""
    found = one or _nothing(columns)
    return {
        "stories": charts.stories(found.counts, columns, told=False),
        "delays": charts.delays(charts.spread(found.all_delays), told=False),
    }


def _nothing(columns: Sequence[str]) -> Came:
    return Came([0] * len(columns), [[] for _ in columns])


def _endpoint(
    url: str,
    kind: str,
    state: str,
    due: float | None,
    paused: float,
    looked: float | None,
    tries: int,
    failing: float | None,
    reason: str | None,
    host: str,
) -> Endpoint:
    at = max(due, paused) if state == "pending" and due is not None else None
    told = [None if seconds is None else clock.text(seconds) for seconds in (at, looked, failing)]
    return Endpoint(url, kind, state, told[0], told[1], tries, told[2], reason, host)
