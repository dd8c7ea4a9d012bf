"""What holds in the tables at every moment, since one transaction writes it together: rules as queries that give nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage import runs
from storage.models import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

RULES: dict[str, str] = {
    "a revision without its change": (
        "SELECT article_id, revision FROM revision EXCEPT SELECT article_id, revision FROM change"
    ),
    "a change without its revision": (
        "SELECT article_id, revision FROM change EXCEPT SELECT article_id, revision FROM revision"
    ),
    "a number of changes left out": "SELECT max(seq) FROM change HAVING max(seq) <> count(*)",
    "a revision that is not of exactly one fetch": (
        "SELECT r.article_id, r.revision, count(f.id) FROM revision AS r LEFT JOIN fetch AS f"
        " ON f.article_id = r.article_id AND f.revision = r.revision GROUP BY 1, 2 HAVING count(f.id) <> 1"
    ),
    "a fetch that gave a text which is not there": (
        "SELECT f.id FROM fetch AS f WHERE (f.revision IS NOT NULL OR f.outcome IN ('new', 'copy', 'revised'))"
        " AND NOT EXISTS (SELECT 1 FROM revision AS r WHERE r.article_id = f.article_id AND r.revision = f.revision)"
    ),
    "a fetch that found an article which is not there": (
        "SELECT id FROM fetch WHERE outcome IN ('unchanged', 'alias') AND article_id IS NULL"
        " OR article_id IS NOT NULL AND article_id NOT IN (SELECT id FROM article)"
    ),
    "an article whose number of texts is not its revision": (
        "SELECT a.id FROM article AS a WHERE (SELECT count(*) FROM revision AS r WHERE r.article_id = a.id)"
        " <> (SELECT max(r.revision) FROM revision AS r WHERE r.article_id = a.id)"
        " OR NOT EXISTS (SELECT 1 FROM revision AS r WHERE r.article_id = a.id AND r.revision = a.revision)"
    ),
    "an article out of the index": (
        "SELECT id FROM article WHERE search_id IS NULL OR search_id NOT IN (SELECT id FROM search_docsize)"
    ),
    "an index entry of no article": "SELECT id FROM search_docsize EXCEPT SELECT search_id FROM article",
    "an article without its address": "SELECT source, url FROM article EXCEPT SELECT source, url FROM address",
    "an article without its story": "SELECT story_id FROM article EXCEPT SELECT story_id FROM story",
    "a fetch under way that nobody holds": (
        "SELECT id FROM fetch WHERE outcome IS NULL AND id NOT IN (SELECT fetch_id FROM link WHERE state = 'leased')"
    ),
    "a lease without its fetch under way": (
        "SELECT id FROM link WHERE state = 'leased'"
        " AND fetch_id NOT IN (SELECT id FROM fetch WHERE outcome IS NULL AND ended_at IS NULL)"
    ),
    "an outcome that is none": (f"SELECT id, outcome FROM fetch WHERE outcome NOT IN {OUTCOMES}"),
    "an end without an outcome, or an outcome without its end": (
        "SELECT id FROM fetch WHERE (outcome IS NULL) <> (ended_at IS NULL)"
    ),
    "a rejected, blocked or failed fetch without its reason, or another with one": (
        "SELECT id FROM fetch WHERE (outcome IN ('rejected', 'failed', 'blocked')) <> (reason IS NOT NULL)"
    ),
    "an ended fetch whose requests are not told": (
        "SELECT id FROM fetch WHERE outcome <> 'interrupted' AND requests IS NULL"
        " OR requests IS NOT NULL AND requests <> json_array_length(urls)"
    ),
}


def broken(db: Database) -> Iterator[str]:
    """What does not hold in this moment's snapshot, a line a rule."""
    for rule, query in RULES.items():
        if found := db.conn.execute(query).fetchall():
            yield f"{rule}: {len(found)}, the first {found[0]}"
    for run_id, told in db.conn.execute("SELECT id, counts FROM run WHERE finished_at IS NOT NULL").fetchall():
        if (counted := runs.counts(db, run_id)) != (said := json.loads(told)):
            yield f"run {run_id} says {said}, and its fetches are {counted}"
