"""Stories: which article a text comes from, among those that tell it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_MOST_WEIGHED = 200


@dataclass(frozen=True, slots=True)
class Teller:
    """An article of a story, as far as its origin goes. `at`: published, else first seen."""

    id: int
    source: str
    at: str
    agency: str | None
    credit: str | None


def begin(db: Database) -> int:
    """A story without articles yet."""
    return int(db.conn.execute("INSERT INTO story (origin_article_id) VALUES (NULL)").lastrowid or 0)


def weigh(db: Database, story_id: int) -> None:
    """Name the origin of a story anew, its articles having changed."""
    rows = db.conn.execute(
        "SELECT id, source, coalesce(published_at, first_seen_at), dateline_agency, credit FROM article"
        " WHERE story_id = ? ORDER BY 3, id LIMIT ?",
        (story_id, _MOST_WEIGHED),
    ).fetchall()
    article_id, agency = origin([Teller(*row) for row in rows])
    db.conn.execute(
        "UPDATE story SET origin_article_id = ?, origin_agency = ? WHERE story_id = ?", (article_id, agency, story_id)
    )


def origin(tellers: Sequence[Teller]) -> tuple[int, str | None]:
    """The article and agency that a story comes from: the agency most of its articles credit, and that agency's own
    article where it is stored; else the earliest article, with the agency of its dateline."""
    earliest = min(tellers, key=lambda t: (t.at, t.id))
    credits_ = [t.credit for t in tellers if t.credit]
    if not credits_:
        return earliest.id, earliest.agency
    agency = max(credits_, key=lambda name: (credits_.count(name), -credits_.index(name)))
    own = [t for t in tellers if _is_of(t, agency)]
    return min(own, key=lambda t: (t.at, t.id)).id if own else earliest.id, agency


def _is_of(teller: Teller, agency: str) -> bool:
    """Whether an article is the agency's own: it credits nobody else, and its dateline or its source bears the name."""
    if teller.credit and _slug(teller.credit) != _slug(agency):
        return False
    return _slug(teller.agency or "") == _slug(agency) or _slug(teller.source.partition("-")[0]) == _slug(agency)


def _slug(name: str) -> str:
    return re.sub(r"\W+", "", name.casefold())
