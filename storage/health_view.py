"""The view `source_health`: a source's figures and its verdict."""

from __future__ import annotations

from storage.view import View

DAY_AGO = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 day')"

# The figures are made here, source by source through the indexes; the state is the verdict of the last crawl's end.
_LIVE_DAY = f"f.source = s.name AND f.at >= {DAY_AGO} AND f.record IS NULL AND f.backfill = 0"
_FIRST_LIVE = "f.outcome IN ('new', 'copy') AND f.record IS NULL AND f.backfill = 0"
_POLLED = (
    "EXISTS (SELECT 1 FROM link AS e INDEXED BY link_seeded WHERE e.source = s.name AND e.seeded AND e.scope = 0"
    " AND (e.seen OR e.tries))"
)
HEALTH = View(
    "source_health",
    "one source: its figures of the last 24 hours, and how it was judged by its own past at the end of its last crawl",
    f"""
WITH delay AS (
  SELECT s.name AS source, strftime('%s', a.first_seen_at) - strftime('%s', a.published_at) AS seconds
  FROM source AS s CROSS JOIN fetch AS f INDEXED BY fetch_first ON {_LIVE_DAY} AND f.outcome IN ('new', 'copy')
    CROSS JOIN article AS a ON a.id = f.article_id
  WHERE a.published_precision IN ('second', 'minute') AND a.published_at >= s.added_at
), ranked AS (
  SELECT source, seconds, row_number() OVER (PARTITION BY source ORDER BY seconds) AS i,
    count(*) OVER (PARTITION BY source) AS n
  FROM delay
), delays AS (
  SELECT source, avg(CASE WHEN i IN ((n + 1) / 2, (n + 2) / 2) THEN seconds END) AS median,
    max(CASE WHEN i = (n * 95 + 99) / 100 THEN seconds END) AS p95
  FROM ranked GROUP BY source
), day AS (
  SELECT s.name AS source, count(*) AS n, sum(f.outcome = 'failed') AS failed
  FROM source AS s CROSS JOIN fetch AS f INDEXED BY fetch_source ON {_LIVE_DAY}
  WHERE f.outcome IS NOT NULL AND f.kind <> 'robots' GROUP BY s.name
)
SELECT s.name AS source,
  (SELECT f.at FROM fetch AS f WHERE f.source = s.name AND f.outcome IN
    ('new', 'revised', 'unchanged', 'not_modified', 'listed', 'alias', 'copy') ORDER BY f.at DESC LIMIT 1) AS last_success_at,
  (SELECT f.at FROM fetch AS f INDEXED BY fetch_first WHERE f.source = s.name AND {_FIRST_LIVE}
   ORDER BY f.at DESC LIMIT 1) AS last_new_at,
  (SELECT count(*) FROM fetch AS f INDEXED BY fetch_first WHERE {_LIVE_DAY} AND {_FIRST_LIVE}) AS articles_24h,
  round(day.failed * 1.0 / day.n, 3) AS error_rate_24h,
  delays.median AS median_delay_s,
  CASE WHEN h.source IS NOT NULL THEN h.state WHEN {_POLLED} THEN 'ok' ELSE 'never_run' END AS state,
  CASE WHEN h.source IS NOT NULL THEN h.why
    WHEN {_POLLED} THEN 'not judged yet: that comes with the end of its next crawl'
    ELSE 'none of its endpoints was polled yet' END AS why,
  h.judged_at AS judged_at, h.since AS since, delays.p95 AS p95_delay_s,
  (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', min(max(l.due, coalesce(o.paused_until, 0))), 'unixepoch')
   FROM link AS l INDEXED BY link_seeded LEFT JOIN host AS o ON o.host = l.host
   WHERE l.source = s.name AND l.seeded AND l.scope = 0 AND l.state = 'pending') AS next_poll_at
FROM source AS s LEFT JOIN health AS h ON h.source = s.name LEFT JOIN day ON day.source = s.name
  LEFT JOIN delays ON delays.source = s.name
""",  # noqa: S608 - our own words
    (
        ("source", "name of the source"),
        ("last_success_at", "start of its last fetch that was answered as hoped; UTC"),
        (
            "last_new_at",
            "when its newest article was fetched for the first time by a live crawl, not by a backfill or an import; UTC",
        ),
        ("articles_24h", "articles that live crawls fetched for the first time in the last 24 hours"),
        ("error_rate_24h", "failed fetches / ended fetches of the last 24 hours, live ones; NULL without any"),
        (
            "median_delay_s",
            "median seconds from publication to first seen, over the articles with a time of day that live crawls "
            "stored in the last 24 hours and that were published since the source was added",
        ),
        (
            "state",
            "`ok`, `quiet`, `blocked`, `layout_changed`, `failing` or `never_run`, by the source's own past "
            "(docs/design.md)",
        ),
        ("why", "the state in words; NULL when ok"),
        ("judged_at", "when it was last judged, at the end of a crawl; NULL: never; UTC"),
        ("since", "since when it has been in this state: the first sign of it, not its discovery; UTC"),
        ("p95_delay_s", "95th percentile of the same seconds"),
        (
            "next_poll_at",
            "when the next of its endpoints is due and its host may be asked again; NULL while all are being polled; UTC",
        ),
    ),
)
