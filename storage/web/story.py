"""A story: who told the same text, in which order, and how their words differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from storage import said
from storage.aligned import Aligned, Work
from storage.clock import epoch
from storage.web import reserved

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
STEPS: Final = 1_000_000
"""Of `storage.aligned` for two texts: a tenth of a second."""
_LONGEST_WORD: Final = 25
"""Characters of a word on average beyond which a script is taken for one without blanks."""
_MINUTE: Final = len("2026-11-26T14:03")

Standing = Literal["first", "together", "later", "unknown"]
"""Of a telling to the first: in the same minute (second, where both know it), surely later, or not to be told: its bare day, or
want of a time, leaves it open."""

_OPEN_BODY: Final = reserved.words("r.body", "''")
_TELLINGS: Final = f"""
SELECT a.id, a.source, a.url, r.title, {reserved.words("r.lead")}, a.language,
  CASE {said.since("a")} WHEN '' THEN a.first_seen_at ELSE a.published_at END,
  CASE WHEN a.published_at IS NULL THEN 'seen' WHEN {said.since("a")} = '' THEN 'early' ELSE a.published_precision END,
  a.first_seen_at, a.dateline_place, a.credit, a.credit_evidence, a.credit_confidence, a.status, r.kind, r.label, a.form,
  a.rights, a.access, a.revision, a.word_count, {said.since("a")}, {said.by("a")}
FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision
WHERE a.story_id = ? ORDER BY {said.by("a")}, a.id LIMIT ?
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Telling:
    """One article of a story. `at`: its time; `precision`: of it, `seen` where it has none of its own and `early` where it was
    first seen before that, so that `at` is when it was first seen. It was published between `since` ('': no telling) and `by`.
    `after`: seconds after the first telling, None where one of the two is not known to the minute or it may not be later."""

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
    since: str
    by: str
    standing: Standing = "first"
    after: float | None = None

    @property
    def is_timed(self) -> bool:
        """Whether its time is known to the minute."""
        return self.precision in ("second", "minute")


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

    @property
    def together(self) -> list[str]:
        """The other sources that told it together with the first."""
        told = dict.fromkeys(t.source for t in self.tellings if t.standing == "together")
        return [name for name in told if name != self.first.source]

    @property
    def is_tied(self) -> bool:
        """Whether none can be called the first, others having told it together with it."""
        return any(telling.standing == "together" for telling in self.tellings)

    @property
    def is_of_one_second(self) -> bool:
        """Whether those who told it together did so in the same second, as far as they say."""
        return all(t.precision == "second" for t in self.tellings if t.standing in ("first", "together"))

    @property
    def is_sure(self) -> bool:
        """Whether every other telling is known to be later, or together with the first."""
        return len(self.tellings) == self.articles and all(t.standing != "unknown" for t in self.tellings)

    @property
    def second(self) -> Telling | None:
        """The earliest of those that are later by a known time."""
        later = [telling for telling in self.tellings if telling.after]
        return min(later, key=lambda telling: telling.after or 0, default=None)


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
    told = [Telling(*row) for row in reader.db.conn.execute(_TELLINGS, (story_id, MOST))]
    return told[:1] + [_standing(told[0], telling) for telling in told[1:]]


def bodies(reader: Reader, ids: Sequence[int]) -> dict[int, str]:
    """The current texts of some articles; '' where its rights are reserved."""
    marks = ", ".join("?" * len(ids))
    rows = reader.db.conn.execute(
        f"SELECT a.id, {_OPEN_BODY} FROM article AS a JOIN revision AS r"  # noqa: S608 - question marks
        " ON r.article_id = a.id AND r.revision = a.revision"
        f" WHERE a.id IN ({marks})",
        tuple(ids),
    )
    return dict(rows)


def alike(one: str, other: str) -> float | None:
    """The share of words that two texts have in common, in order, 0 to 1, as far as their first 6,000 characters go; of
    characters, in scripts that write no blanks, as far as their first 2,000. None where one of them has no words, or telling
    it takes more than `STEPS`."""
    return _alike(one[:_CUT], other[:_CUT])


@lru_cache(maxsize=256)
def _alike(one: str, other: str) -> float | None:
    own, others = one.split(), other.split()
    if not own or not others:
        return None
    if len(own) * _LONGEST_WORD < len(one):
        own, others = list(one[:_CHARACTERS]), list(other[:_CHARACTERS])
    work = Work(STEPS)
    share = Aligned(own, others, work).ratio()
    return None if work.left < 0 else share


def _standing(first: Telling, this: Telling) -> Telling:
    if this.since <= first.by:
        return replace(this, standing="together" if first.is_timed and this.is_timed else "unknown")
    return replace(this, standing="later", after=_after(first, this))


def _after(first: Telling, this: Telling) -> float | None:
    """Seconds; whole minutes of the clock where one of the two is known to the minute alone."""
    if not (first.is_timed and this.is_timed):
        return None
    both = (first.at, this.at)
    if "minute" in (first.precision, this.precision):
        both = (f"{first.at[:_MINUTE]}:00Z", f"{this.at[:_MINUTE]}:00Z")
    begun, told = epoch(both[0]), epoch(both[1])
    return None if begun is None or told is None else told - begun
