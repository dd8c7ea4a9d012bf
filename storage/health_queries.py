"""The statements by which `storage.health` reads a source's facts: each bounded, each through its index.

Parameters: `:source`; `:since` and `:until`, the time as text, of which the end is not in it; `:limit` rows; `:now`.
"""

from __future__ import annotations

FIRST = "f.outcome IN ('new', 'copy') AND f.record IS NULL AND f.backfill = 0"
_TROUBLE = "f.outcome IN ('rejected', 'blocked', 'failed', 'gone') AND f.record IS NULL AND f.backfill = 0"
_LISTS = "f.kind IN ('feed', 'sitemap', 'listing')"

GOOD_LOOKS = f"""
SELECT f.at, f.url, f.outcome, coalesce(a.published_precision, '') IN ('second', 'minute'), r.title, a.word_count,
  f.missed IS NOT NULL
FROM fetch AS f INDEXED BY fetch_first JOIN article AS a ON a.id = f.article_id
  LEFT JOIN revision AS r ON r.article_id = f.article_id AND r.revision = 1
WHERE f.source = :source AND {FIRST} AND f.at >= :since AND f.at < :until ORDER BY f.at DESC, f.id DESC LIMIT :limit
"""  # noqa: S608 - our own words
# Of pages that are stored already a look in vain says nothing about new ones.
BAD_LOOKS = f"""
SELECT f.at, f.url, f.outcome || coalesce(':' || f.reason, '') FROM fetch AS f INDEXED BY fetch_trouble
WHERE f.source = :source AND {_TROUBLE} AND f.at >= :since AND f.at < :until AND f.kind = 'article'
  AND NOT EXISTS (SELECT 1 FROM address AS d WHERE d.source = f.source AND d.url = f.url AND NOT d.claimed)
ORDER BY f.at DESC, f.id DESC LIMIT :limit
"""  # noqa: S608 - our own words
POLLS = f"""
SELECT f.at, f.url, f.outcome || coalesce(':' || f.reason, '') FROM fetch AS f INDEXED BY fetch_source
WHERE f.source = :source AND f.at >= :since AND f.at < :until AND {_LISTS} AND f.record IS NULL AND f.backfill = 0
  AND f.outcome IS NOT NULL AND f.outcome <> 'interrupted' ORDER BY f.at, f.id
"""  # noqa: S608 - our own words
LAST_POLLS = f"""
SELECT f.at, f.url, f.outcome || coalesce(':' || f.reason, '') FROM fetch AS f INDEXED BY fetch_source
WHERE f.source = :source AND f.at >= :since AND f.at < :until AND {_LISTS} AND f.record IS NULL AND f.backfill = 0
  AND f.outcome IS NOT NULL AND f.outcome <> 'interrupted' ORDER BY f.at DESC, f.id DESC LIMIT :limit
"""  # noqa: S608 - our own words
NEWEST = f"SELECT max(f.at) FROM fetch AS f INDEXED BY fetch_first WHERE f.source = :source AND {FIRST}"  # noqa: S608 - our own words
# Also those that another process has leased just now; all leases of a database are a few dozen.
WAITING = """
SELECT EXISTS (SELECT 1 FROM link INDEXED BY link_due WHERE source = :source AND state = 'pending' AND backfill = 0
  AND due <= :now AND kind = 'article' AND looked_at IS NULL AND tries = interrupted)
OR EXISTS (SELECT 1 FROM link INDEXED BY link_leased WHERE source = :source AND state = 'leased' AND backfill = 0
  AND kind = 'article' AND looked_at IS NULL AND tries = interrupted)
"""
POLL_COUNTS = f"""
SELECT f.outcome || coalesce(':' || f.reason, ''), count(*) FROM fetch AS f INDEXED BY fetch_source
WHERE f.source = :source AND f.at >= :since AND f.at < :until AND {_LISTS} AND f.record IS NULL AND f.backfill = 0
  AND f.outcome IS NOT NULL AND f.outcome <> 'interrupted' GROUP BY 1
"""  # noqa: S608 - our own words
_POLLED = f"""
  SELECT f.at FROM fetch AS f INDEXED BY fetch_source WHERE f.source = :source AND f.at {{}} AND f.at < :until AND {_LISTS}
    AND f.record IS NULL AND f.backfill = 0 AND f.outcome IN ('listed', 'not_modified') ORDER BY f.at LIMIT 1
"""  # noqa: S608 - our own words
# From the first good poll of each hour to the first of a later hour: a step an hour, however many polls it had.
HOURS = f"""
WITH RECURSIVE hours (at) AS (
  SELECT ({_POLLED.format(">= :since")}) UNION ALL
  SELECT ({_POLLED.format("> substr(hours.at, 1, 14) || ':'")}) FROM hours WHERE hours.at IS NOT NULL
) SELECT at FROM hours WHERE at IS NOT NULL
"""  # noqa: S608 - our own words
