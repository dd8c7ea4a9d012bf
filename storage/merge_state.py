"""How articles, addresses and stories of one database stand at present, in another that has their texts already.

An article stands as that input says which looked at its page last (of two that looked in the same second: whose current text
is the later one); it was first seen when the first of them saw it. An address leads where its input says; of a source of
several inputs one at which an article was fetched goes before one that a page only claimed, and what is there stays. Articles
that are one story in an input are one here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage import articles, clean, merge_texts, search, stories
from storage.merge_ledger import insert
from storage.models import Article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from storage.merge_input import Input

_STANDS = (*articles.HASHED[2:], "status", "last_checked_at", "gone_at", "gone_why", "gone_status")
ARTICLES = (
    "SELECT a.*, r.seen_at, r.kind, r.content_hash FROM article AS a"
    " JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision WHERE a.id > ? ORDER BY a.id LIMIT ?"
)
_RANK = (
    "SELECT a.last_checked_at, r.seen_at FROM article AS a JOIN revision AS r ON r.article_id = a.id"
    " AND r.revision = a.revision WHERE a.source = ? AND a.key = ?"
)
ADDRESSES = (
    "SELECT d.source, d.url, d.first_seen_at, d.claimed, a.source AS of, a.key, a.last_checked_at FROM address AS d"
    " JOIN article AS a ON a.id = d.article_id WHERE (d.source, d.url) > (?, ?) ORDER BY d.source, d.url LIMIT ?"
)
STORIES = (
    "SELECT story_id, json_group_array(json_array(source, key)) AS members FROM article WHERE story_id > ?"
    " GROUP BY story_id HAVING count(*) > 1 ORDER BY story_id LIMIT ?"
)


def article(db: Database, given: Input, row: dict[str, Any], others: Sequence[Input]) -> None:
    """Make an article of the target stand as its input has it."""
    target = merge_texts.find(db, row["source"], row["key"])
    if target is None:
        return  # without a change of its own: none of ours
    names = ("revision", "first_seen_at", "search_id", "story_id", *_STANDS)
    values = db.conn.execute(f"SELECT {', '.join(names)} FROM article WHERE id = ?", (target,)).fetchone()  # noqa: S608 - our own names
    there = dict(zip(names, values, strict=True))
    wanted = {"first_seen_at": min(row["first_seen_at"], there["first_seen_at"])}
    if row["last_checked_at"] >= there["last_checked_at"] and not _later(given, row, others):
        wanted |= {name: row[name] for name in _STANDS}
        wanted["revision"] = merge_texts.number_of(db, target, row | {"revision": row["revision"]})
    changed = {name: value for name, value in wanted.items() if there[name] != value}
    if not changed:
        return
    articles.set_columns(db, target, changed)
    given.count("brought up")
    if changed.keys() & {"revision", "first_seen_at", "published_at"}:
        reindex(db, target, there["search_id"], again="revision" in changed)
    stories.weigh(db, there["story_id"])


def reindex(db: Database, target: int, search_id: int | None, *, again: bool) -> None:
    """Put an article's current text into the full-text index: where its place is another now, or `again`."""
    row = db.conn.execute(
        "SELECT a.source, a.key, a.url, a.canonical_url, a.published_at, a.first_seen_at, r.title, r.lead, r.body,"
        " r.content_hash, r.extractor FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision"
        " WHERE a.id = ?",
        (target,),
    ).fetchone()
    source, key, url, canonical, published, first_seen, title, lead, body, content_hash, extractor = row
    if again or search.place(db, target, published=published, first_seen=first_seen) != search_id:
        current = Article(source, key, url, canonical, title, body, content_hash, extractor, lead=lead)
        articles.index(db, current, target)


def address(db: Database, given: Input, row: dict[str, Any]) -> None:
    """Lead an address to its article."""
    target = merge_texts.find(db, row["of"], row["key"])
    if target is None:
        return
    there = db.conn.execute(
        "SELECT article_id, claimed, first_seen_at FROM address WHERE source = ? AND url = ?",
        (row["source"], row["url"]),
    ).fetchone()
    wanted = (target, row["claimed"], row["first_seen_at"])
    if there is None:
        insert(
            db,
            "address",
            {
                "source": row["source"],
                "url": row["url"],
                "article_id": target,
                "first_seen_at": row["first_seen_at"],
                "claimed": row["claimed"],
            },
        )
        given.count("addresses")
        return
    if row["source"] in given.shared:
        first = min(there[2], row["first_seen_at"])
        wanted = (target, row["claimed"], first) if row["claimed"] < there[1] else (there[0], there[1], first)
    if wanted != there:
        db.conn.execute(
            "UPDATE address SET article_id = ?, claimed = ?, first_seen_at = ? WHERE source = ? AND url = ?",
            (*wanted, row["source"], row["url"]),
        )


def story(db: Database, members: Sequence[tuple[str, str]]) -> None:
    """Make one story of the articles that are one in an input."""
    found = db.conn.execute(
        "SELECT DISTINCT a.story_id FROM json_each(?) AS j JOIN article AS a"
        " ON a.source = j.value ->> 0 AND a.key = j.value ->> 1",
        (clean.dumps([list(member) for member in members]),),
    ).fetchall()
    if len(found) > 1:
        own, *others = sorted(number for (number,) in found)
        stories.weigh(db, stories.unite(db, own, others))


def _later(given: Input, row: dict[str, Any], others: Sequence[Input]) -> bool:
    """Whether another of the inputs of this merge has looked at the article later."""
    if row["source"] not in given.shared:
        return False
    own = (row["last_checked_at"], row["seen_at"], given.identity)
    for other in others:
        found = other.db.conn.execute(_RANK, (row["source"], row["key"])).fetchone()
        if found is not None and (*found, other.identity) > own:
            return True
    return False
