"""What two databases of the same crawl must both say, for `bench/shards.py`: rows named by what they are, without numbers and
times of seeing; and the rules that hold for each by itself."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from storage.database import open_reader

LONGEST = 300
"""Characters of a row that are shown."""

QUERIES = {
    "articles": "SELECT source, key, url, canonical_url, title, lead, body, subheads, authors, section, tags,"
    " language, published_at, published_precision, published_from, modified_at, modified_from, agency_id, form, rights,"
    " dateline, credit, access, status, revision, word_count, content_hash, extractor, tail, gone_why FROM articles",
    "versions": "SELECT a.source, a.key, r.revision, r.kind, r.title, r.lead, r.body, r.content_hash, r.label, r.modified_at,"
    " r.extractor, r.tail FROM revisions AS r JOIN articles AS a ON a.id = r.article_id",
    "changes": "SELECT source, url, kind, revision, title FROM changes",
    "outcomes": "SELECT f.source, f.url, f.kind, f.status, f.requests, f.reason, f.bytes, f.revision, a.key,"
    " CASE f.outcome WHEN 'copy' THEN 'new' ELSE f.outcome END FROM fetches AS f"
    " LEFT JOIN articles AS a ON a.id = f.article_id",
    "addresses": "SELECT d.source, d.url, d.claimed, a.key FROM address AS d JOIN article AS a ON a.id = d.article_id",
    "links": "SELECT l.source, l.url, l.kind, l.scope, l.host, l.witness, l.modified, l.backfill, l.seeded, l.first, l.state,"
    " l.rank, l.newest, l.again, l.vain, l.seen, l.tries, l.interrupted, l.etag, l.last_modified, l.reason IS NULL, l.missing,"
    " p.url FROM link AS l LEFT JOIN link AS p ON p.id = l.parent",
    "hosts": "SELECT host, robots_status, robots_body, crawl_delay, failures FROM host",
    "runs": "SELECT source, finish_reason, count(*) FROM runs GROUP BY 1, 2",
    "health": "SELECT source, state, why FROM health",
    "sources": "SELECT name FROM source",
    "pages": "SELECT p.source, p.url, p.length, p.content_type, a.key FROM raw_page AS p"
    " JOIN article AS a ON a.id = p.article_id",
    "found": "SELECT a.source, a.key FROM search JOIN article AS a ON a.search_id = search.rowid"
    " WHERE search MATCH 'corrected OR harbour'",
}
"""What is compared -> its rows. An outcome `copy` counts as `new`: which of a story's articles came first hangs on the order in
which their pages were fetched."""


def facts(path: Path) -> dict[str, list[Any]]:
    """The rows of all QUERIES, sorted; `stories`: the members of each, as source and key."""
    with closing(open_reader(path)) as db:
        found: dict[str, list[Any]] = {
            what: sorted(db.conn.execute(query).fetchall(), key=repr) for what, query in QUERIES.items()
        }
        members: dict[int, list[tuple[str, str]]] = {}
        for story, source, key in db.conn.execute("SELECT story_id, source, key FROM article ORDER BY source, key"):
            members.setdefault(story, []).append((source, key))
        found["stories"] = sorted(members.values())
    return found


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, list[str]]:
    """What is compared -> rows that only one of the two has (`-` the first, `+` the second), at most six."""
    found = {}
    for what, rows in one.items():
        if rows != other[what]:
            mine, theirs = (sorted(map(repr, each)) for each in (rows, other[what]))
            lost = [f"- {row[:LONGEST]}" for row in mine if row not in theirs] + [
                f"+ {row[:LONGEST]}" for row in theirs if row not in mine
            ]
            found[what] = lost[:6] or ["the same rows, some of them more often"]
    return found


def first_texts(path: Path) -> list[str]:
    """The stories of which not exactly one article was `new` at first, all others a `copy`; articles whose first text came
    before they were one story (a later text made it one) are left out."""
    with closing(open_reader(path)) as db:
        rows = db.conn.execute(
            "SELECT a.story_id, sum(f.outcome = 'new'), count(*), group_concat(a.key, ' ') FROM article AS a"
            " JOIN fetch AS f ON f.article_id = a.id AND f.revision = 1"
            " WHERE NOT EXISTS (SELECT 1 FROM article AS b WHERE b.story_id = a.story_id AND b.revision > 1)"
            " GROUP BY 1 HAVING count(*) > 1 AND sum(f.outcome = 'new') <> 1"
        ).fetchall()
    return [f"{new} of {count} are new: {keys}" for _, new, count, keys in rows]


def spanning(path: Path, places: dict[str, int]) -> int:
    """How many stories have articles of several shards."""
    with closing(open_reader(path)) as db:
        rows = db.conn.execute("SELECT story_id, source FROM article").fetchall()
    shards: dict[int, set[int]] = {}
    for story, source in rows:
        shards.setdefault(story, set()).add(places[source])
    return sum(len(each) > 1 for each in shards.values())
