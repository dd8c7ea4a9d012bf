"""What the looks at one article have shown beside its current text: older captures, and texts from before a withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.models import AGAIN, Aside

if TYPE_CHECKING:
    from sqlite_utils import Database

_ASIDE = "SELECT content_hash, seen_at, modified_at FROM revision WHERE article_id = ? AND kind = 'earlier'"
_LOOKS = (
    "SELECT at, outcome, detail FROM fetch INDEXED BY fetch_source WHERE source = ? AND article_id = ? AND at >="
    " (SELECT max(seen_at) FROM revision WHERE article_id = ?) AND outcome IS NOT NULL ORDER BY at, id"
)


def aside(db: Database, article_id: int) -> tuple[Aside, ...]:
    """The texts that were kept as older captures, in the order in which they were written."""
    return tuple(Aside(*row) for row in db.conn.execute(f"{_ASIDE} ORDER BY revision", (article_id,)))


def again_since(db: Database, article_id: int, source: str) -> str | None:
    """When the looks began that have found, one after the other and up to now, an earlier text of the article; None where
    the last one found another, or the current one."""
    found = None
    for at, outcome, detail in db.conn.execute(_LOOKS, (source, article_id, article_id)):
        if detail == AGAIN:
            found = found or str(at)
        elif outcome != "not_modified":  # the same as the last answer
            found = None
    return found
