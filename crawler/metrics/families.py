"""Every metric: name, type, meaning, labels. docs/metrics.md is made from here; what is not listed here cannot be told.

Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` for what only rises in a process's life,
instants as `_timestamp_seconds`. Labels are bounded: `source` by `storage.gauges.MOST_SOURCES` and one name for the rest,
`outcome` by the outcomes of a fetch, `state` by the states of a source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

STATES: Final = ("ok", "quiet", "blocked", "layout_changed", "failing", "never_run")
"""The states of a source, told one-hot: one series each, 1 for the one that holds."""

OUTCOMES: Final = (
    "new",
    "revised",
    "unchanged",
    "not_modified",
    "listed",
    "alias",
    "copy",
    "gone",
    "rejected",
    "blocked",
    "failed",
    "interrupted",
)
"""The outcomes of a fetch, without their reasons (`failed:timeout` counts as `failed`)."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. `of`: `daemon`, told by the running daemon alone since it counts as things happen; `database`, read from
    the file, so that `dateline metrics` tells it, too."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...] = ()
    of: Literal["daemon", "database"] = "database"


_SOURCE = ("source",)
FAMILIES: Final = (
    Family(
        "dateline_build_info",
        "gauge",
        "Always 1; the versions of Dateline, of the database's schema, of Python and SQLite.",
        ("version", "schema", "python", "sqlite"),
    ),
    Family("dateline_daemon_running", "gauge", "1 while a daemon works on the database."),
    Family(
        "dateline_source_state",
        "gauge",
        "1 for the state that the source is in, 0 for the others.",
        ("source", "state"),
    ),
    Family(
        "dateline_source_last_success_timestamp_seconds",
        "gauge",
        "When the source's last fetch began that was answered as hoped.",
        _SOURCE,
    ),
    Family(
        "dateline_source_last_new_timestamp_seconds",
        "gauge",
        "When the source's newest article was fetched first.",
        _SOURCE,
    ),
    Family("dateline_source_judged_timestamp_seconds", "gauge", "When the source's state was judged last.", _SOURCE),
    Family("dateline_source_next_poll_timestamp_seconds", "gauge", "When the next of its endpoints is due.", _SOURCE),
    Family(
        "dateline_source_delay_seconds",
        "gauge",
        "Seconds from publication to storage, of the articles of the last 24 hours: median and 95th percentile.",
        ("source", "quantile"),
    ),
    Family(
        "dateline_source_failed_ratio", "gauge", "Failed fetches / ended fetches of the last 24 hours, 0 to 1.", _SOURCE
    ),
    Family("dateline_source_articles_last_day", "gauge", "Articles fetched first in the last 24 hours.", _SOURCE),
    Family("dateline_articles", "gauge", "Articles in the database.", _SOURCE),
    Family("dateline_changes_total", "counter", "Changes ever written: the number of the last one (`changes.seq`)."),
    Family(
        "dateline_fetches_last_day",
        "gauge",
        "Fetches of the last 24 hours by how they ended, of every process; imports apart.",
        ("source", "outcome"),
    ),
    Family(
        "dateline_fetches_total",
        "counter",
        "Fetches that the daemon ended since its start, by how.",
        ("source", "outcome"),
        "daemon",
    ),
    Family("dateline_received_bytes_total", "counter", "Bytes of answers since the daemon's start.", _SOURCE, "daemon"),
    Family("dateline_frontier_due", "gauge", "Addresses whose time has come and that wait for their turn.", _SOURCE),
    Family("dateline_frontier_leased", "gauge", "Addresses that are being fetched.", _SOURCE),
    Family("dateline_quarantined", "gauge", "Addresses that were given up.", _SOURCE),
    Family("dateline_backfills_unfinished", "gauge", "Backfills that have not come to their end."),
    Family("dateline_database_bytes", "gauge", "Size of the database file."),
    Family("dateline_journal_bytes", "gauge", "Size of its write-ahead log."),
    Family("dateline_disk_free_bytes", "gauge", "Room left on its disk."),
    Family("dateline_database_limit_bytes", "gauge", "`disk_limit_gb`: beyond it nothing more is fetched."),
    Family(
        "dateline_database_trouble",
        "gauge",
        "1 while the database cannot be read or written, or has no room to fetch on.",
    ),
    Family("dateline_database_checked_timestamp_seconds", "gauge", "When the last whole check of the database ended."),
    Family("dateline_database_damages", "gauge", "Damages that it found."),
    Family(
        "dateline_database_readable",
        "gauge",
        "1, or 0 after a look that failed: what else is told of the database is then that of the look before.",
    ),
    Family(
        "dateline_read_seconds", "gauge", "Seconds that reading these figures from the database took the last time."
    ),
    Family("dateline_read_timestamp_seconds", "gauge", "When they were read."),
    Family("dateline_crawls_running", "gauge", "Sources that are being crawled.", (), "daemon"),
    Family("dateline_crawls_waiting", "gauge", "Crawls that wait for one of the places.", (), "daemon"),
    Family(
        "dateline_scheduler_lag_seconds",
        "gauge",
        "By how much the schedule's most overdue crawl is late; 0 while none is.",
        (),
        "daemon",
    ),
    Family(
        "dateline_loop_lag_seconds",
        "gauge",
        "The longest that the daemon's loop was kept from its work in the last minute.",
        (),
        "daemon",
    ),
    Family(
        "dateline_worker_starts_total",
        "counter",
        "Processes started for extraction, also in the place of those that have done their 5,000 tasks.",
        (),
        "daemon",
    ),
    Family(
        "dateline_worker_deaths_total",
        "counter",
        "Such processes that died or were ended at a limit of theirs; the page that they had is tried again.",
        (),
        "daemon",
    ),
    Family("dateline_workers", "gauge", "Processes for extraction, as configured.", (), "daemon"),
)
BY_NAME: Final = {family.name: family for family in FAMILIES}


def document() -> str:
    """docs/metrics.md's table: metric, type, labels, meaning."""
    rows = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    rows += [
        f"| `{one.name}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels)} | {one.help}"
        f"{' The endpoint alone.' if one.of == 'daemon' else ''} |"
        for one in FAMILIES
    ]
    return "\n".join(rows) + "\n"
