"""A story: who told the same text, in which order, and how their words differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from storage.clock import epoch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.reader import Reader

MOST: Final = 60
"""Tellings that are listed."""
COMPARED: Final = 12
"""Tellings whose words are compared with the first one's."""
_CUT: Final = 6000
"""Characters of each that are compared for the share."""
_CHARACTERS: Final = 2000
_LONGEST_WORD: Final = 25
"""Characters of a word on average beyond which a script is taken for one without blanks."""

# Read by `storage.reader.Reader.tellers`, too: a bare day may not be put before a time of that day.
ORDER: Final = (
    "CASE a.published_precision WHEN 'day' THEN a.published_at || 'T24'"
    " ELSE coalesce(a.published_at, a.first_seen_at) END, a.id"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One article of a story. `at`: by when it is put in order; `precision`: of it, `seen` where it has no time of its own.
    `after`: seconds after the first telling, None where one of the two is not known to the minute."""

    id: int
    source: str
    url: str
    title: str
    lead: str | None
    language: str | None
    at: str
    precision: str
    first_seen_at: str
    place: str | None
    credit: str | None
    evidence: str | None
    confidence: str | None
    status: str
    kind: str
    label: str | None
    form: str
    rights: str
    access: str
    revision: int
    words: int
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A story with at most `MOST` of its tellings. `articles`, `sources`: of all."""

    id: int
    origin_id: int | None
    origin_agency: str | None
    articles: int
    sources: int
    tellings: list[Telling]

    @property
    def first(self) -> Telling:
        """Whose publication was the earliest, as far as can be said."""
        return self.tellings[0]

    @property
    def title(self) -> Telling:
        """The origin where it is listed, else the first."""
        return next((telling for telling in self.tellings if telling.id == self.origin_id), self.first)


def now_called(reader: Reader, story_id: int) -> int | None:
    """The number that a merged story goes under now; None where it was not merged."""
    row = reader.db.conn.execute("SELECT into_id FROM merged_story WHERE story_id = ?", (story_id,)).fetchone()
    return int(row[0]) if row else None


def story(reader: Reader, story_id: int) -> Story | None:
    """A story and its tellings, in the order of their publication; None where there is none of that number."""
    row = reader.db.conn.execute(
        "SELECT origin_article_id, origin_agency, articles, sources FROM stories WHERE story_id = ?", (story_id,)
    ).fetchone()
    if row is None:
        return None
    told = tellings(reader, story_id)
    return Story(story_id, row[0], row[1], row[2], row[3], told) if told else None


def tellings(reader: Reader, story_id: int) -> list[Telling]:
    """At most `MOST`, the first first."""
    rows = reader.db.conn.execute(
        "SELECT a.id, a.source, a.url, r.title, r.lead, a.language, coalesce(a.published_at, a.first_seen_at),"  # noqa: S608 - our own words
        " coalesce(a.published_precision, 'seen'), a.first_seen_at, a.dateline_place, a.credit, a.credit_evidence,"
        " a.credit_confidence, a.status, r.kind, r.label, a.form, a.rights, a.access, a.revision, a.word_count"
        " FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision"
        f" WHERE a.story_id = ? ORDER BY {ORDER} LIMIT ?",
        (story_id, MOST),
    ).fetchall()
    return [replace(Telling(*row), after=_after(rows[0][6:8], row[6:8])) for row in rows]


def bodies(reader: Reader, ids: Sequence[int]) -> dict[int, str]:
    """The current texts of some articles."""
    marks = ", ".join("?" * len(ids))
    rows = reader.db.conn.execute(
        "SELECT a.id, r.body FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision"  # noqa: S608 - question marks
        f" WHERE a.id IN ({marks})",
        tuple(ids),
    )
    return dict(rows)


def alike(one: str, other: str) -> float | None:
    """The share of words that two texts have in common, in order, 0 to 1, as far as their first 6,000 characters go; of
    characters, in scripts that write no blanks, as far as their first 2,000. None where one of them has no words."""
    words, others = one[:_CUT].split(), other[:_CUT].split()
    if not words or not others:
        return None
    if len(words) * _LONGEST_WORD < len(one[:_CUT]):
        words, others = list(one[:_CHARACTERS]), list(other[:_CHARACTERS])
    return SequenceMatcher(None, words, others, autojunk=False).ratio()


def _after(first: tuple[str, str], this: tuple[str, str]) -> float | None:
    if "day" in (first[1], this[1]) or "seen" in (first[1], this[1]):
        return None
    begun, told = epoch(first[0]), epoch(this[0])
    return None if begun is None or told is None else told - begun
