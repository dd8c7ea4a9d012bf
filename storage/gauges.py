"""Figures for monitoring: each by an index alone, none by reading rows of news. Articles are counted by a pass over an index,
which grows with them; the rest costs what a day brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from storage import clock, last_check, migrations
from storage.errors import driver_errors_as_ours

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Set as AbstractSet

    from storage.reader import Reader

MOST_SOURCES: Final = 500
"""Sources with figures of their own; what the others have is summed up. An import may bring thousands of sites."""

LEFT_SECONDS: Final = 7 * 86400.0
"""A source that was judged last so long ago is crawled no more: its last state says nothing of today."""

OTHERS: Final = "(others)"
"""The name under which the others' figures are; no source can have it."""

_DAY: Final = 86400.0

_JUDGED: Final = "SELECT source, judged_at FROM health ORDER BY source"
_ARTICLES: Final = "SELECT source, count(*) FROM article INDEXED BY article_seen GROUP BY source"
_DUE: Final = """
SELECT s.name, count(*) FROM source AS s
  CROSS JOIN (SELECT 0 AS id UNION ALL SELECT id FROM backfill WHERE finished_at IS NULL) AS b
  CROSS JOIN link AS l INDEXED BY link_due
    ON l.source = s.name AND l.backfill = b.id AND l.state = 'pending' AND l.due <= ?
GROUP BY s.name
"""
_LEASED: Final = "SELECT source, count(*) FROM link INDEXED BY link_leased WHERE state = 'leased' GROUP BY source"
_QUARANTINED: Final = (
    "SELECT source, count(*) FROM link INDEXED BY link_quarantined WHERE state = 'quarantined' GROUP BY source"
)
_OUTCOMES: Final = """
SELECT f.source, f.outcome, count(*) FROM source AS s CROSS JOIN fetch AS f INDEXED BY fetch_source
  ON f.source = s.name AND f.at >= ? AND f.outcome IS NOT NULL AND f.record IS NULL
GROUP BY f.source, f.outcome
"""
_LAST_SUCCESS: Final = """
SELECT h.source, h.state, h.judged_at, (SELECT f.at FROM fetch AS f INDEXED BY fetch_source WHERE f.source = h.source
  AND f.outcome IN ('new', 'revised', 'unchanged', 'not_modified', 'listed', 'alias', 'copy') ORDER BY f.at DESC LIMIT 1)
FROM health AS h
"""


@dataclass(frozen=True, slots=True)
class SourceGauges:
    """One source. Instants in epoch seconds, None: never; delays in seconds, None: not known. `due`, `leased`, `quarantined`:
    addresses; `outcomes`: (outcome, fetches) of the last 24 hours, imports apart; the rest as in `source_health`. Of
    `OTHERS` only counts are told: its `state` is empty."""

    source: str
    state: str = ""
    judged_at: float | None = None
    last_success_at: float | None = None
    last_new_at: float | None = None
    next_poll_at: float | None = None
    error_ratio: float | None = None
    median_delay: float | None = None
    p95_delay: float | None = None
    articles_day: int = 0
    articles: int = 0
    due: int = 0
    leased: int = 0
    quarantined: int = 0
    outcomes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Gauges:
    """The database at one moment. `changes`: number of the last change; `backfills`: unfinished ones; `checked_at`: when the
    last whole check ended, None: never, and `damages` what it found; `schema`: the schema's number."""

    sources: tuple[SourceGauges, ...]
    changes: int
    backfills: int
    checked_at: float | None
    damages: int
    schema: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """What `dateline health` asks of one source; instants as in `SourceGauges`."""

    source: str
    state: str
    judged_at: float
    last_success_at: float | None


def is_crawled(
    source: str, judged_at: float, chosen: Collection[str], *, now: float, within: float = LEFT_SECONDS
) -> bool:
    """Whether a source that was judged once is crawled today: by the choice where there is one, else by its last judgement."""
    return source in chosen if chosen else now - judged_at <= within


def read(reader: Reader, *, now: float, chosen: Collection[str] = ()) -> Gauges:
    """All figures, in one state of the database. Of the sources those that are crawled (`is_crawled`) have figures of their
    own. Raises `StorageError`."""

    def run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return reader.db.conn.execute(sql, values).fetchall()

    with driver_errors_as_ours(reader.path), reader.one_state():
        judged = [(source, clock.epoch(at) or 0.0) for source, at in run(_JUDGED)]
        named = set([source for source, at in judged if is_crawled(source, at, chosen, now=now)][:MOST_SOURCES])
        found = {
            one.source: SourceGauges(
                one.source,
                one.state,
                clock.epoch(one.judged_at),
                clock.epoch(one.last_success_at),
                clock.epoch(one.last_new_at),
                clock.epoch(one.next_poll_at),
                one.error_rate_24h,
                one.median_delay_s,
                one.p95_delay_s,
                one.articles_24h,
            )
            for one in reader.health()
            if one.source in named
        }
        articles = _sums(run(_ARTICLES), named)
        due = _sums(run(_DUE, now), named)
        leased, quarantined = _sums(run(_LEASED), named), _sums(run(_QUARANTINED), named)
        outcomes: dict[str, dict[str, int]] = {}
        for source, outcome, count in run(_OUTCOMES, clock.text(now - _DAY)):
            of = outcomes.setdefault(source if source in named else OTHERS, {})
            of[outcome] = of.get(outcome, 0) + count
        check = last_check.last(reader.db)
        (backfills,) = run("SELECT count(*) FROM backfill WHERE finished_at IS NULL")[0]
        changes = reader.last_seq()
    others = any(OTHERS in of for of in (articles, due, leased, quarantined, outcomes))
    names = [*sorted(found), OTHERS] if others else sorted(found)
    return Gauges(
        sources=tuple(
            replace(
                found.get(name, SourceGauges(name)),
                articles=articles.get(name, 0),
                due=due.get(name, 0),
                leased=leased.get(name, 0),
                quarantined=quarantined.get(name, 0),
                outcomes=tuple(sorted(outcomes.get(name, {}).items())),
            )
            for name in names
        ),
        changes=changes,
        backfills=backfills,
        checked_at=check.at if check else None,
        damages=len(check.damage) if check else 0,
        schema=migrations.version(),
    )


def pulses(reader: Reader) -> list[Pulse]:
    """The sources that were ever judged, by name. Raises `StorageError`."""
    with driver_errors_as_ours(reader.path):
        rows = reader.db.conn.execute(_LAST_SUCCESS + " ORDER BY h.source").fetchall()
    return [Pulse(source, state, clock.epoch(judged) or 0.0, clock.epoch(last)) for source, state, judged, last in rows]


def _sums(rows: list[tuple[Any, ...]], named: AbstractSet[str]) -> dict[str, int]:
    """Source -> count, those that have no figures of their own together."""
    sums: dict[str, int] = {}
    for source, count in rows:
        name = source if source in named else OTHERS
        sums[name] = sums.get(name, 0) + count
    return sums
