"""The public views: what other programs read. Columns are only ever added, at the end. docs/schema.md is made from here."""

from __future__ import annotations

from dataclasses import dataclass

_NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'{})"
_DAY_AGO = _NOW.format(", '-1 day'")


@dataclass(frozen=True, slots=True)
class View:
    """One view: what a row is, its SQL, and what each column means, in the order of the columns."""

    name: str
    row: str
    sql: str
    columns: tuple[tuple[str, str], ...]


_ARTICLES = View(
    "articles",
    "the current text of an article",
    """
SELECT a.id, a.source, a.url, a.canonical_url, r.title, r.lead, r.body, r.subheads, a.authors, a.section, a.tags,
  a.language, a.published_at, a.published_precision, a.published_offset, a.published_raw, a.published_from,
  a.modified_at, a.modified_from, a.agency_id, a.form, a.rights, a.first_seen_at, a.last_checked_at, a.dateline,
  a.dateline_place, a.dateline_date, a.dateline_agency, a.credit, a.credit_evidence, a.credit_confidence,
  a.image_url, a.image_caption, a.image_credit, a.access, a.status, a.revision, a.story_id, a.word_count,
  r.content_hash, a.extractor, a.key, a.tail, a.gone_at, a.gone_why
FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision
""",
    (
        ("id", "number of the article, never used again"),
        ("source", "name of the source, as in `dateline sources list`"),
        ("url", "address it was fetched from"),
        ("canonical_url", "address that the page itself calls its own, cleaned of tracking"),
        ("title", "headline, without the marks of revision (`UPDATE 1-`) and the site's name"),
        ("lead", "standfirst, where the page has one apart from the body"),
        ("body", "plain text as published, dateline included; paragraphs parted by one blank line"),
        ("subheads", "JSON list of the subheads, which also stand in the body as paragraphs"),
        ("authors", "JSON list of names"),
        ("section", "the agency's own section"),
        ("tags", "JSON list of the agency's own keywords"),
        ("language", "BCP 47 language tag"),
        ("published_at", "UTC, `YYYY-MM-DDTHH:MM:SSZ`, or `YYYY-MM-DD` where only the day is known"),
        ("published_precision", "`second`, `minute` or `day`"),
        ("published_offset", "offset as written, `+03:00`"),
        ("published_raw", "the time as it was written"),
        (
            "published_from",
            "who said so: `json-ld`, `meta`, `time`, `feed`, `sitemap`, `listing`, `dateline`, `url`, `text` …",
        ),
        ("modified_at", "when the agency says it last changed the text; UTC"),
        ("modified_from", "who said so"),
        ("agency_id", "the agency's own id of the story"),
        ("form", "`article`, `live_blog`, `flash` or `gallery`"),
        ("rights", "`open`, or `reserved` where the publisher forbids keeping the text"),
        ("first_seen_at", "when Dateline first had the text; UTC"),
        ("last_checked_at", "when the page was last looked at (of an archive's record: captured); UTC"),
        ("dateline", "the dateline as published: `MOSCOW, November 1. /TASS/.`"),
        ("dateline_place", "its place"),
        ("dateline_date", "its day, `YYYY-MM-DD`"),
        ("dateline_agency", "its agency"),
        ("credit", "the agency that the text is credited to"),
        ("credit_evidence", "the words that say so"),
        ("credit_confidence", "`high`, `medium` or `low`"),
        ("image_url", "address of the lead picture (never fetched)"),
        ("image_caption", "its caption"),
        ("image_credit", "its credit"),
        ("access", "`open`, `metered`, `paywalled` or `unknown`"),
        ("status", "`live`, `corrected` or `withdrawn`"),
        ("revision", "number of the current revision, from 1"),
        (
            "story_id",
            "the story it belongs to: `stories.story_id`. A lesser number takes its place where stories turn out to be one, "
            "which writes no row in `changes` of its own for the articles that were in them",
        ),
        ("word_count", "words of the body"),
        ("content_hash", "hash of title, lead and body after normalisation"),
        ("extractor", "version of the extraction and of the source's profile"),
        (
            "key",
            "its identity within the source: `id:<agency id>`, the canonical address, or `url:<address>` where another "
            "article has that",
        ),
        ("tail", "what was taken off the end of the body: reporters' credits, end marks"),
        ("gone_at", "when its page was proven to be gone, which made it `withdrawn`; NULL while it is there; UTC"),
        ("gone_why", "what was found in its place"),
    ),
)

_REVISIONS = View(
    "revisions",
    "one text of an article; none is ever deleted",
    """
SELECT article_id, revision, kind, seen_at, title, lead, body, content_hash, subheads, label, modified_at, extractor
FROM revision
""",
    (
        ("article_id", "`articles.id`"),
        ("revision", "number of the text, from 1, in the order of writing; `articles.revision` is the current one"),
        (
            "kind",
            "`first`, `update`, `correction`, `refile`, `repeat`, `withdrawal`, `minor`, or `earlier`: a text from before "
            "the current one, which came late (an archive's capture, a cache) and never was the current one",
        ),
        ("seen_at", "when the page bore this text: fetched or, of an archive's record, captured; UTC"),
        ("title", "headline"),
        ("lead", "standfirst"),
        ("body", "text, as in `articles`"),
        ("content_hash", "as in `articles`"),
        ("subheads", "JSON list"),
        ("label", "the agency's own mark: `UPDATE 2-`, `CORRECTED-`"),
        ("modified_at", "what the agency said of its last change"),
        ("extractor", "version of the extraction"),
    ),
)

# When an article can be said to have been published: a bare day counts by its end, one without a time by when it was seen.
_SAID = "CASE f.published_precision WHEN 'day' THEN f.published_at || 'T24' ELSE coalesce(f.published_at, f.first_seen_at) END"

# Numbers by subqueries, not by GROUP BY: a story that is asked for by its number or through an article is then looked up.
_STORIES = View(
    "stories",
    "articles, of one source or several, that tell the same text",
    f"""
SELECT s.story_id, s.origin_article_id, s.origin_agency,
  (SELECT count(*) FROM article AS a WHERE a.story_id = s.story_id) AS articles,
  (SELECT count(DISTINCT a.source) FROM article AS a WHERE a.story_id = s.story_id) AS sources,
  (SELECT min(coalesce(a.published_at, a.first_seen_at)) FROM article AS a WHERE a.story_id = s.story_id)
   AS first_published_at,
  (SELECT r.title FROM article AS o JOIN revision AS r ON r.article_id = o.id AND r.revision = o.revision
   WHERE o.id = s.origin_article_id) AS title,
  (SELECT f.id FROM article AS f WHERE f.story_id = s.story_id ORDER BY {_SAID}, f.id LIMIT 1) AS first_article_id,
  (SELECT f.source FROM article AS f WHERE f.story_id = s.story_id ORDER BY {_SAID}, f.id LIMIT 1) AS first_source
FROM story AS s WHERE EXISTS (SELECT 1 FROM article AS a WHERE a.story_id = s.story_id)
""",  # noqa: S608 - our own words
    (
        (
            "story_id",
            "number of the story, never used again: where stories turn out to be one, the least of their numbers stays",
        ),
        ("origin_article_id", "the credited agency's own article where it is stored, else the earliest"),
        ("origin_agency", "the agency that the text comes from, where the texts say so"),
        ("articles", "how many articles tell it"),
        ("sources", "how many sources they are of"),
        ("first_published_at", "the earliest publication among them (of an undated one: when it was first seen)"),
        ("title", "headline of the origin"),
        (
            "first_article_id",
            "the article that was published first, as far as can be said: a bare day counts by its end, an undated article by "
            "when it was first seen",
        ),
        ("first_source", "its source"),
    ),
)

_FETCHES = View(
    "fetches",
    "one fetch: a leased address with its redirects and retries",
    """
SELECT id, run_id, source, url, kind, at, status, requests, outcome, reason, ms, bytes, urls, detail, article_id,
  revision, ended_at, record
FROM fetch
""",
    (
        ("id", "number of the fetch"),
        ("run_id", "`runs.id`"),
        ("source", "name of the source"),
        ("url", "address that was leased"),
        ("kind", "`article`, `feed`, `sitemap`, `listing` or `robots`"),
        ("at", "when it began; UTC"),
        ("status", "HTTP status of the last answer; NULL without one"),
        ("requests", "requests sent, redirects and retries included; NULL where nobody lived to count them"),
        (
            "outcome",
            "`new`, `revised`, `unchanged`, `not_modified`, `listed`, `alias`, `copy`, `gone`, `rejected`, `blocked`, "
            "`failed`, `interrupted`; NULL while it is under way",
        ),
        ("reason", "code of a `rejected`, `blocked` or `failed` fetch"),
        ("ms", "milliseconds from the first request to the last byte"),
        ("bytes", "bytes received"),
        ("urls", "JSON list of every address requested, in order"),
        ("detail", "for people"),
        ("article_id", "the article that it gave or looked at"),
        ("revision", "the revision that it wrote"),
        ("ended_at", "when it ended; UTC"),
        ("record", "of an import: `warc:<file>#<offset>`"),
    ),
)

_RUNS = View(
    "runs",
    "one run of one source",
    "SELECT id, source, started_at, finished_at, finish_reason, counts FROM run",
    (
        ("id", "number of the run"),
        ("source", "name of the source"),
        ("started_at", "UTC"),
        ("finished_at", "UTC; NULL while it runs"),
        ("finish_reason", "`finished`, or why it ended; `interrupted`: its process died"),
        ("counts", "JSON object: outcome -> fetches"),
    ),
)

# The figures are made here, source by source through the indexes; the state is the verdict of the last crawl's end.
_LIVE_DAY = f"f.source = s.name AND f.at >= {_DAY_AGO} AND f.record IS NULL AND f.backfill = 0"
_FIRST_LIVE = "f.outcome IN ('new', 'copy') AND f.record IS NULL AND f.backfill = 0"
_POLLED = (
    "EXISTS (SELECT 1 FROM link AS e INDEXED BY link_seeded WHERE e.source = s.name AND e.seeded AND e.scope = 0"
    " AND (e.seen OR e.tries))"
)
_HEALTH = View(
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

_CHANGES = View(
    "changes",
    "one change, in the order of writing: poll with `WHERE seq > ? ORDER BY seq`",
    """
SELECT c.seq, c.at, c.kind, c.article_id, c.revision, a.source, a.url, r.title
FROM change AS c LEFT JOIN article AS a ON a.id = c.article_id
  LEFT JOIN revision AS r ON r.article_id = c.article_id AND r.revision = c.revision
""",
    (
        (
            "seq",
            "rises with every change, in the order of the commits, without reuse: what was read stays the beginning",
        ),
        ("at", "UTC"),
        (
            "kind",
            "kind of the revision that was written; `withdrawal` also where the page went away, `return` where it came back",
        ),
        ("article_id", "`articles.id`"),
        ("revision", "`revisions.revision` that was written; of a page that went away or came back, the current one"),
        ("source", "`articles.source`"),
        ("url", "`articles.url`"),
        ("title", "headline of that revision"),
    ),
)

VIEWS: tuple[View, ...] = (_ARTICLES, _REVISIONS, _STORIES, _FETCHES, _RUNS, _HEALTH, _CHANGES)
