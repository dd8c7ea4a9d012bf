"""What two databases tell of the same records, row by row: all columns but ids and times of seeing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from storage.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]

LEFT_OUT = {
    "articles": ("id", "story_id", "first_seen_at", "last_checked_at"),
    "revisions": ("article_id",),
    "fetches": ("id", "run_id", "article_id", "at", "ended_at", "ms"),
    "stories": ("story_id", "origin_article_id", "first_article_id", "first_published_at"),
    "changes": ("seq", "at", "article_id"),
}
"""View -> columns that two runs have otherwise; ids are replaced by the article's own key."""

_KEYS = "(SELECT source || ' ' || key FROM articles WHERE id = {})"
_NAMED = {
    "articles": {},
    "revisions": {"article": _KEYS.format("v.article_id")},
    "fetches": {"article": _KEYS.format("v.article_id")},
    "stories": {
        # `first_published_at` is when it was first seen, of a story without a time.
        "published": "(SELECT min(published_at) FROM articles AS a WHERE a.story_id = v.story_id)",
        "origin": _KEYS.format("v.origin_article_id"),
        "members": "(SELECT group_concat(name, ' | ') FROM (SELECT source || ' ' || key AS name FROM articles AS a"
        " WHERE a.story_id = v.story_id ORDER BY 1))",
    },
    "changes": {"article": _KEYS.format("v.article_id")},
}
"""View -> columns beside it, by which a row is known in every database."""


def rows(database: Path) -> dict[str, list[Row]]:
    """View -> its rows; changes in their order, the others as a set has them."""
    found = {}
    with Reader(database) as reader:
        for view, left_out in LEFT_OUT.items():
            more = "".join(f", {sql} AS {name}" for name, sql in _NAMED[view].items())
            cursor = reader.db.conn.execute(f"SELECT v.*{more} FROM {view} AS v ORDER BY 1")
            names = [column[0] for column in cursor.description]
            found[view] = [
                {name: value for name, value in zip(names, row, strict=True) if name not in left_out} for row in cursor
            ]
    return found


def differences(one: dict[str, list[Row]], other: dict[str, list[Row]]) -> list[str]:
    """What the one has and the other has not, a line a row; changes are also compared in their order."""
    found = []
    for view in LEFT_OUT:
        counted, others = (Counter(map(_line, each[view])) for each in (one, other))
        found += [f"{view}: only the first has {line}" for line in (counted - others).elements()]
        found += [f"{view}: only the second has {line}" for line in (others - counted).elements()]
    if not found and one["changes"] != other["changes"]:
        found.append("changes: in another order")
    return found


def _line(row: Row) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in sorted(row.items()))
