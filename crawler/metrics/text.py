"""From figures to Prometheus' text. The series of a metric are in the order of its labels' values."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from crawler.metrics.families import BY_NAME, FAMILIES, STATES
from storage.gauges import OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client.core import Metric

    from crawler.metrics.look import Look

Series = tuple[tuple[str, ...], float]
"""Values of the labels, in their order, and the figure."""


class Text(Collector):
    """The metrics that have a figure now. `figures`: name -> series."""

    def __init__(self, figures: Mapping[str, Iterable[Series]]) -> None:
        if unknown := figures.keys() - BY_NAME.keys():
            raise KeyError(f"no such metric: {', '.join(sorted(unknown))}")
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """The families in the order of `FAMILIES`."""
        for family in FAMILIES:
            kind: Any = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
            metric = kind(family.name.removesuffix("_total") if family.kind == "counter" else family.name, family.help,
                          labels=family.labels)  # fmt: skip
            for labels, value in self._figures.get(family.name, ()):
                metric.add_metric(labels, value)
            if metric.samples:
                yield metric

    def render(self) -> bytes:
        """The text, ending in a line end."""
        return generate_latest(self)


def of_database(look: Look) -> dict[str, list[Series]]:
    """The figures that the file itself gives: those of `database` in `FAMILIES`."""
    seen = look.gauges
    found: dict[str, list[Series]] = {family.name: [] for family in FAMILIES if family.of == "database"}

    def tell(name: str, value: float | None, *labels: str) -> None:
        if value is not None:
            found[name].append((labels, float(value)))

    tell("dateline_build_info", 1.0, version("dateline"), str(seen.schema), platform.python_version(), look.sqlite)
    tell("dateline_daemon_running", look.daemon)
    for one in seen.sources:
        name = one.source
        if name != OTHERS:
            for state in STATES:
                tell("dateline_source_state", one.state == state, name, state)
            tell("dateline_source_articles_last_day", one.articles_day, name)
        tell("dateline_source_last_success_timestamp_seconds", one.last_success_at, name)
        tell("dateline_source_last_new_timestamp_seconds", one.last_new_at, name)
        tell("dateline_source_judged_timestamp_seconds", one.judged_at, name)
        tell("dateline_source_next_poll_timestamp_seconds", one.next_poll_at, name)
        tell("dateline_source_delay_seconds", one.median_delay, name, "0.5")
        tell("dateline_source_delay_seconds", one.p95_delay, name, "0.95")
        tell("dateline_source_failed_ratio", one.error_ratio, name)
        tell("dateline_articles", one.articles, name)
        for outcome, count in one.outcomes:
            tell("dateline_fetches_last_day", count, name, outcome)
        tell("dateline_frontier_due", one.due, name)
        tell("dateline_frontier_leased", one.leased, name)
        tell("dateline_quarantined", one.quarantined, name)
    tell("dateline_changes_total", seen.changes)
    tell("dateline_backfills_unfinished", seen.backfills)
    tell("dateline_database_bytes", look.database_bytes)
    tell("dateline_journal_bytes", look.journal_bytes)
    tell("dateline_disk_free_bytes", look.free_bytes)
    tell("dateline_database_limit_bytes", look.limit_bytes)
    tell("dateline_database_trouble", look.trouble)
    tell("dateline_database_checked_timestamp_seconds", seen.checked_at)
    tell("dateline_database_damages", seen.damages)
    tell("dateline_database_readable", 1.0)
    tell("dateline_read_seconds", look.seconds)
    tell("dateline_read_timestamp_seconds", look.at)
    return found
