"""The public views: what other programs read. Columns are only ever added, at the end. docs/schema.md is made from here."""

from __future__ import annotations

from storage import said
from storage.health_view import HEALTH
from storage.view import View

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
SELECT article_id, revision, kind, seen_at, title, lead, body, content_hash, subheads, label, modified_at, extractor,
  tail, refused_by, refused_why
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
        ("extractor", "version of the extraction and of the source's profile that made this text"),
        ("tail", "what was taken off the end of the body; NULL also for older texts that an earlier version stored"),
        (
            "refused_by",
            "the extractor that read the text's page again (`dateline reextract`) and found no article in it: the text "
            "stays as it was; else NULL",
        ),
        ("refused_why", "its reason"),
    ),
)

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
  (SELECT f.id FROM article AS f WHERE f.story_id = s.story_id ORDER BY {said.by("f")}, f.id LIMIT 1) AS first_article_id,
  (SELECT f.source FROM article AS f WHERE f.story_id = s.story_id ORDER BY {said.by("f")}, f.id LIMIT 1) AS first_source
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
            "when it was first seen, and none by later than that",
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
            "kind of the revision that was written; `withdrawal` also where the page went away, `return` where it came back; "
            "`reextracted`: nothing happened at the agency, but a better extraction of the same page has put other words or "
            "facts in the place of that revision's",
        ),
        ("article_id", "`articles.id`"),
        (
            "revision",
            "`revisions.revision` that was written (`reextracted`: written anew); of a page that went away or came back, the "
            "current one",
        ),
        ("source", "`articles.source`"),
        ("url", "`articles.url`"),
        ("title", "headline of that revision"),
    ),
)

VIEWS: tuple[View, ...] = (_ARTICLES, _REVISIONS, _STORIES, _FETCHES, _RUNS, HEALTH, _CHANGES)
