"""Stories: which article a text comes from, among those that tell it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_MOST_WEIGHED = 200
_BEGIN = (
    "INSERT INTO story SELECT 1 + max(coalesce((SELECT max(story_id) FROM story), 0),"
    " coalesce((SELECT max(story_id) FROM merged_story), 0)), ?, ?"
)


@dataclass(frozen=True, slots=True)
class Teller:
    """An article of a story, as far as its origin goes. `at`: by when it was published (`storage.said`)."""

    id: int
    source: str
    at: str
    agency: str | None
    credit: str | None


def begin(db: Database, teller: Teller | None = None) -> int:
    """A story under a number that no story ever had, without articles yet or with its first."""
    found = (None, None) if teller is None else origin([teller])
    return int(db.conn.execute(_BEGIN, found).lastrowid or 0)


def unite(db: Database, own: int, others: Sequence[int]) -> int:
    """Make an article's `own` story and `others` one, under the smallest of their numbers; answers that number. A story
    that went into another is no more; its number is kept, with the one that it went into."""
    keep, *gone = sorted({own, *others})
    for story_id in gone:
        db.conn.execute("UPDATE article SET story_id = ? WHERE story_id = ?", (keep, story_id))
        db.conn.execute("DELETE FROM story WHERE story_id = ?", (story_id,))
        db.conn.execute("UPDATE merged_story SET into_id = ? WHERE into_id = ?", (keep, story_id))
        db.conn.execute("INSERT INTO merged_story VALUES (?, ?)", (story_id, keep))
    return int(keep)


def weigh(db: Database, story_id: int) -> None:
    """Name the origin of a story anew, its articles having changed."""
    rows = db.conn.execute(
        f"SELECT id, source, {said.by('a')}, dateline_agency, credit FROM article AS a"  # noqa: S608 - our own words
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
    tellers = sorted(tellers, key=lambda t: (t.at, t.id))
    earliest = tellers[0]
    credits_ = [name for t in tellers for name in _credited(t)]
    if not credits_:
        return earliest.id, earliest.agency
    agency = max(credits_, key=lambda name: (credits_.count(name), -credits_.index(name)))
    own = [t for t in tellers if _is_of(t, agency)]
    return own[0].id if own else earliest.id, agency


def _is_of(teller: Teller, agency: str) -> bool:
    """Whether an article is the agency's own: it credits nobody else, and its dateline or its source bears the name."""
    if teller.credit and _slug(agency) not in map(_slug, _credited(teller)):
        return False
    return _slug(teller.agency or "") == _slug(agency) or _slug(teller.source.partition("-")[0]) == _slug(agency)


def _credited(teller: Teller) -> list[str]:
    """The agencies of a credit: `AFP/Reuters` names two."""
    return teller.credit.split("/") if teller.credit else []


def _slug(name: str) -> str:
    return re.sub(r"\W+", "", name.casefold())
