"""Rule sets: numbered, frozen, one in force."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from storage import rule_sets
from storage.errors import StorageError
from storage.models import LearnedRule, Page, Profile, RuleSet
from storage.rule_sets import Learnt
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE = LearnedRule("a" * 16, "Write to us.", 12, 5, "2026-03-01", "2026-03-09")
TWO = LearnedRule("b" * 16, "Listen to us.", 9, 4, "2026-03-02", "2026-03-08")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "news.db") as opened:
        yield opened


def learnt(*rules: LearnedRule) -> Learnt:
    return Learnt(rules, 40, 14, "dateline 3")


def keep(store: Store, *rules: LearnedRule, at: float = 1.0, by_hand: bool = True) -> int:
    return store.keep_rules("wire", learnt(*rules), at=at, by_hand=by_hand).result()


def done(store: Store, statement: str) -> None:
    store.writer.submit(lambda db: db.conn.execute(statement)).result()


def sets(store: Store) -> list[rule_sets.Numbered]:
    return store.writer.submit(lambda db: rule_sets.sets(db, "wire")).result()


def test_the_same_rules_keep_their_number_and_others_get_the_next(store: Store) -> None:
    assert store.rule_set("wire").result() is None
    assert keep(store) == 0
    assert [keep(store, ONE), keep(store, ONE), keep(store, TWO, ONE), keep(store, ONE, TWO)] == [1, 1, 2, 2]
    assert store.rule_set("wire").result() == RuleSet(2, frozenset({ONE.key, TWO.key}))
    assert store.rule_set("other").result() is None
    assert keep(store, ONE) == 1, "a former set's rules are that set"
    assert keep(store) == 0
    assert store.rule_set("wire").result() is None
    assert keep(store, TWO) == 3
    assert [(each.number, each.in_force, each.stories, each.rules) for each in sets(store)] == [
        (3, True, 40, (TWO,)),
        (2, False, 40, (ONE, TWO)),
        (1, False, 40, (ONE,)),
    ]


def test_evidence_grows_and_rules_stay_as_they_are(store: Store) -> None:
    keep(store, ONE)
    later = replace(ONE, stories=30, first_seen="2026-03-05", last_seen="2026-04-01")
    assert store.keep_rules("wire", Learnt((later,), 70, 20, "dateline 4"), at=9.0).result() == 1
    (found,) = sets(store)
    assert found.rules == (replace(later, first_seen=ONE.first_seen),)
    assert (found.stories, found.days, found.extractor) == (70, 20, "dateline 4"), (
        "of the pages that the rules' evidence is of"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE learned_rule SET key = 'x'",
        "UPDATE learned_rule SET text = 'x'",
        "UPDATE rule_set SET number = 5",
        "UPDATE rule_set SET size = 5",
        "DELETE FROM learned_rule",
        "DELETE FROM rule_set",
        "INSERT INTO learned_rule VALUES ('wire', 1, 'c', 'A paragraph.', 1, 1, '', '')",
        "INSERT OR REPLACE INTO learned_rule SELECT source, number, key, 'other', 1, 1, '', '' FROM learned_rule",
        "INSERT OR REPLACE INTO rule_set SELECT source, number, '', 1, 1, '', 9 FROM rule_set",
    ],
)
def test_a_set_is_frozen_against_everything_that_writes(store: Store, statement: str) -> None:
    keep(store, ONE)
    before = sets(store)
    with pytest.raises(StorageError):
        done(store, statement)
    assert sets(store) == before


def test_an_attempt_that_taught_nothing_is_kept_and_changes_nothing(store: Store) -> None:
    def standing() -> rule_sets.Choice:
        return store.writer.submit(lambda db: rule_sets.choice(db, "wire")).result()

    store.note_learning("wire", at=5.0).result()
    assert standing() == rule_sets.Choice(0, False, "1970-01-01T00:00:05Z")
    keep(store, ONE)
    store.note_learning("wire", at=9.0).result()
    assert standing() == rule_sets.Choice(1, False, "1970-01-01T00:00:09Z")
    store.choose_rules("wire", 0, at=10.0).result()
    chosen = standing()
    store.note_learning("wire", at=11.0).result()
    assert standing() == chosen


def test_what_somebody_chose_is_left_at_night_and_learned_anew_by_day(store: Store) -> None:
    keep(store, ONE)
    keep(store, TWO)
    store.choose_rules("wire", 1, at=2.0).result()
    assert keep(store, TWO, by_hand=False) == 1
    store.choose_rules("wire", 0, at=3.0).result()
    assert store.rule_set("wire").result() is None
    assert keep(store, TWO, by_hand=False) == 0
    assert keep(store, TWO) == 2
    assert keep(store, ONE, by_hand=False) == 1
    with pytest.raises(LookupError, match="wire has no rule set 9; it has 2, 1"):
        store.choose_rules("wire", 9, at=4.0).result()


def test_the_newest_page_of_each_article_is_learned_from_and_of_many_an_even_choice(store: Store) -> None:
    def fill(number: int, article: int, source: str = "wire") -> None:
        page = Page("https://w.test/1", "https://w.test/1", b"x", "2026-03-01T00:00:00Z", Profile(source))
        sql = "INSERT INTO raw_page (fetch_id, article_id, source, url, final_url, fetched_at, length, body, size, row_hash)"
        values = (number, article, page.profile.source, page.url, page.url, page.fetched_at, 1, b"x", 1, b"x")
        store.writer.submit(lambda db: db.conn.execute(f"{sql} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)).result()

    store.writer.submit(
        lambda db: db.conn.executemany(
            "INSERT INTO fetch (id, source, url, kind, at) VALUES (?, 'wire', 'u', 'article', '2026')",
            [(number,) for number in range(1, 31)],
        )
    ).result()
    for number in range(1, 29):
        fill(number, (number + 1) // 2)
    fill(29, 99, "other")
    kept = store.writer.submit(lambda db: rule_sets.kept_pages(db, "wire", 100)).result()
    assert kept == [(2 * number, number) for number in range(1, 15)]
    few = store.writer.submit(lambda db: rule_sets.kept_pages(db, "wire", 7)).result()
    assert few == kept[::2]
    assert store.writer.submit(rule_sets.kept_sources).result() == ["other", "wire"]
