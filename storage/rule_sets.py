"""Rule sets learned from a source's own pages: numbered and frozen, with their evidence; one of them is in force, or none.

A set's keys never change and its number is never given again, so that `rules 4:3fa2c1` in `extractor` means the same for ever;
the hash, over its keys, also tells the sets of two databases apart. What grows with each learning is the evidence: stories and
days, of the set and of each rule, always those of the same pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from storage import clean, clock
from storage.models import LearnedRule, RuleSet

if TYPE_CHECKING:
    from sqlite_utils import Database

TABLES: Final = """
-- What `dateline learn` found, a number for each different finding; `rule_choice` says which one is in force (0: none).
-- `size`: how many rules a set has; so many are written, and none after them. Of a set only the evidence changes: `stories`,
-- `days`, and by which extractor their pages were read.
CREATE TABLE rule_set (
  source TEXT NOT NULL,
  number INTEGER NOT NULL,
  made_at TEXT NOT NULL,
  stories INTEGER NOT NULL,
  days INTEGER NOT NULL,
  extractor TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (source, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE learned_rule (
  source TEXT NOT NULL,
  number INTEGER NOT NULL,
  key TEXT NOT NULL,
  text TEXT NOT NULL,
  stories INTEGER NOT NULL,
  days INTEGER NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  PRIMARY KEY (source, number, key),
  FOREIGN KEY (source, number) REFERENCES rule_set (source, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER rule_set_is_kept BEFORE DELETE ON rule_set
BEGIN SELECT RAISE(ABORT, 'rule sets are never deleted'); END;
CREATE TRIGGER learned_rule_is_kept BEFORE DELETE ON learned_rule
BEGIN SELECT RAISE(ABORT, 'rule sets are frozen'); END;
CREATE TRIGGER learned_rule_is_frozen BEFORE UPDATE OF source, number, key, text ON learned_rule
BEGIN SELECT RAISE(ABORT, 'rule sets are frozen'); END;
CREATE TRIGGER rule_set_is_frozen BEFORE UPDATE OF source, number, made_at, size ON rule_set
BEGIN SELECT RAISE(ABORT, 'rule sets are frozen'); END;
CREATE TRIGGER learned_rule_is_complete BEFORE INSERT ON learned_rule
WHEN (SELECT count(*) FROM learned_rule WHERE source = NEW.source AND number = NEW.number)
  >= coalesce((SELECT size FROM rule_set WHERE source = NEW.source AND number = NEW.number), 0)
  OR EXISTS (SELECT 1 FROM learned_rule WHERE source = NEW.source AND number = NEW.number AND key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'rule sets are frozen'); END;
CREATE TRIGGER rule_set_is_new BEFORE INSERT ON rule_set
WHEN EXISTS (SELECT 1 FROM rule_set WHERE source = NEW.source AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'rule sets are frozen'); END;
-- `at`: when it was learned or chosen last. `by_hand`: somebody chose it; learning at night leaves it.
CREATE TABLE rule_choice (
  source TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  by_hand INTEGER NOT NULL,
  at TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Numbered:
    """One rule set of a source. `stories`, `days`: of the pages that it was learned from; `extractor`: by which they were read;
    `in_force`: whether it is the one that is used."""

    source: str
    number: int
    made_at: str
    stories: int
    days: int
    extractor: str
    in_force: bool
    rules: tuple[LearnedRule, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The set in force, 0 for none; `by_hand`: somebody chose it; `at`: when it was learned or chosen last (UTC text)."""

    number: int
    by_hand: bool
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learned of a source at one time: the rules, and the pages that show them."""

    rules: tuple[LearnedRule, ...]
    stories: int
    days: int
    extractor: str


def in_force(db: Database, source: str) -> RuleSet | None:
    """The rule set that extraction of the source's pages is to use."""
    number = choice(db, source).number
    if not number:
        return None
    rows = db.conn.execute("SELECT key FROM learned_rule WHERE source = ? AND number = ?", (source, number))
    return RuleSet(number, frozenset(key for (key,) in rows))


def all_in_force(db: Database) -> dict[str, RuleSet]:
    """Source -> its rule set in force, of all that have one."""
    names = [name for (name,) in db.conn.execute("SELECT source FROM rule_choice WHERE number > 0 ORDER BY source")]
    return {name: found for name in names if (found := in_force(db, name)) is not None}


def choice(db: Database, source: str) -> Choice:
    """Which set is in force."""
    row = db.conn.execute("SELECT number, by_hand, at FROM rule_choice WHERE source = ?", (source,)).fetchone()
    return Choice(row[0], bool(row[1]), row[2]) if row else Choice(0, False)


def sets(db: Database, source: str) -> list[Numbered]:
    """All sets of a source, the newest first."""
    used = choice(db, source).number
    rows = db.conn.execute(
        "SELECT number, made_at, stories, days, extractor FROM rule_set WHERE source = ? ORDER BY number DESC",
        (source,),
    ).fetchall()
    return [
        Numbered(source, number, made_at, stories, days, extractor, number == used, rules(db, source, number))
        for number, made_at, stories, days, extractor in rows
    ]


def rules(db: Database, source: str, number: int) -> tuple[LearnedRule, ...]:
    """The rules of one set, most stories first."""
    rows = db.conn.execute(
        "SELECT key, text, stories, days, first_seen, last_seen FROM learned_rule WHERE source = ? AND number = ?"
        " ORDER BY stories DESC, key",
        (source, number),
    )
    return tuple(LearnedRule(*row) for row in rows)


def keep(db: Database, source: str, learnt: Learnt, *, at: float) -> int:
    """Put what was learned in force; answers its number, 0 for no rules. The same rules as those of a set that is there keep
    that one's number, with the newer evidence; others get the next one."""
    now = clock.text(at)
    keys = {rule.key for rule in learnt.rules}
    number = next((old.number for old in sets(db, source) if {r.key for r in old.rules} == keys), 0) if keys else 0
    if keys and number:
        db.conn.execute(
            "UPDATE rule_set SET stories = ?, days = ?, extractor = ? WHERE source = ? AND number = ?",
            (learnt.stories, learnt.days, learnt.extractor, source, number),
        )
        for rule in learnt.rules:
            db.conn.execute(
                "UPDATE learned_rule SET stories = ?, days = ?, first_seen = min(first_seen, ?),"
                " last_seen = max(last_seen, ?) WHERE source = ? AND number = ? AND key = ?",
                (rule.stories, rule.days, rule.first_seen, rule.last_seen, source, number, rule.key),
            )
    elif keys:
        (number,) = db.conn.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM rule_set WHERE source = ?", (source,)
        ).fetchone()
        db.conn.execute(
            "INSERT INTO rule_set VALUES (?, ?, ?, ?, ?, ?, ?)",
            (source, number, now, learnt.stories, learnt.days, learnt.extractor, len(learnt.rules)),
        )
        for rule in learnt.rules:
            values = (rule.key, clean.text(rule.text), rule.stories, rule.days, rule.first_seen, rule.last_seen)
            db.conn.execute("INSERT INTO learned_rule VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (source, number, *values))
    _choose(db, source, Choice(number, False), now)
    return number


def note(db: Database, source: str, *, at: float) -> None:
    """Keep that it was tried to learn a source, which taught nothing: what is in force stays, and what somebody chose."""
    standing = choice(db, source)
    if not standing.by_hand:
        _choose(db, source, standing, clock.text(at))


def choose(db: Database, source: str, number: int, *, at: float) -> None:
    """Put a set in force by hand, 0 for none. Raises LookupError for a number that the source does not have."""
    known = [old.number for old in sets(db, source)]
    if number and number not in known:
        raise LookupError(f"{source} has no rule set {number}; it has {', '.join(map(str, known)) or 'none'}")
    _choose(db, source, Choice(number, True), clock.text(at))


def kept_pages(db: Database, source: str, most: int) -> list[tuple[int, int]]:
    """(fetch, article) of at most `most` kept pages to learn from: the newest page of each article, and of more of these an
    even choice over the time of their fetches, so that each day has its share."""
    rows = db.conn.execute(
        "SELECT max(fetch_id), article_id FROM raw_page WHERE source = ? AND article_id IS NOT NULL GROUP BY article_id"
        " ORDER BY 1",
        (source,),
    ).fetchall()
    if len(rows) > most:
        rows = [rows[place * len(rows) // most] for place in range(most)]
    return [(fetch_id, article_id) for fetch_id, article_id in rows]


def kept_sources(db: Database) -> list[str]:
    """The sources that have kept pages, by name."""
    return [name for (name,) in db.conn.execute("SELECT DISTINCT source FROM raw_page ORDER BY source")]


def known_sources(db: Database) -> list[str]:
    """The sources of which there is anything to learn or to show: kept pages, rule sets, articles."""
    rows = db.conn.execute(
        "SELECT source FROM raw_page UNION SELECT source FROM rule_set UNION SELECT name FROM source ORDER BY 1"
    )
    return [name for (name,) in rows]


def _choose(db: Database, source: str, chosen: Choice, now: str) -> None:
    db.conn.execute(
        "INSERT INTO rule_choice VALUES (?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET number = excluded.number,"
        " by_hand = excluded.by_hand, at = excluded.at",
        (source, chosen.number, chosen.by_hand, now),
    )
