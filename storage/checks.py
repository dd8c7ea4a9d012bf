"""Rows that were damaged on the disk: SQLite itself gives out a flipped bit without a word, so each row of news has a hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import articles, clean, raw

if TYPE_CHECKING:
    from sqlite_utils import Database

_TEXT = "article_id, revision, kind, label, title, lead, body, subheads, content_hash, modified_at"


def damaged(db: Database) -> list[str]:
    """What no longer is what was written: articles, revisions, raw pages, by name. Reads everything; empty: all is well."""
    found = []
    columns = ", ".join(articles.HASHED)
    for article_id, row_hash, *data in db.conn.execute(f"SELECT id, row_hash, {columns} FROM article"):  # noqa: S608 - our own names
        if clean.row_hash(data) != row_hash:
            found.append(f"article {article_id}")
    for row_hash, *data in db.conn.execute(f"SELECT row_hash, {_TEXT} FROM revision ORDER BY id"):  # noqa: S608 - our own names
        if clean.row_hash(data) != row_hash:
            found.append(f"revision {data[1]} of article {data[0]}")
    for fetch_id, row_hash, body in db.conn.execute("SELECT fetch_id, row_hash, body FROM raw_page"):
        if not raw.is_whole(body, row_hash):
            found.append(f"raw page {fetch_id}")
    return found
