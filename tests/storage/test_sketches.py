"""Sketches in the store: the window, keys that many hold, revisions, and stories whatever the order of arrival."""

from __future__ import annotations

import random
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipelines import fingerprint
from pipelines.decision import decide
from storage import sketches
from storage.models import Article, Credit, Decision
from tests.storage.harness import Crawl, article, instant

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = ["".join(random.Random(seed).choices("abdeiklmnorstu", k=2 + seed % 8)) for seed in range(3000)]
DAY = "2023-11-14T09:00:00Z"


def text(seed: int, length: int = 240) -> list[str]:
    return random.Random(seed).choices(VOCABULARY, k=length)


def told(number: int, words: list[str], source: str | None = None, at: str | None = DAY, key: str = "") -> Article:
    body = " ".join(words)
    made = article(key or number, body, sketch=fingerprint.sketch(body), published=instant(at) if at else None)
    source = source or f"outlet-{number}"
    address = f"https://{source}.test/{key or number}"
    return replace(
        made,
        source=source,
        url=address,
        canonical_url=address,
        content_hash=fingerprint.content_hash(made.title, None, body),
    )


def decision_on(crawl: Crawl, found: Article) -> Decision:
    return decide(found, crawl.store.known(found).result())


def take(crawl: Crawl, *found: Article) -> None:
    for each in found:
        assert not crawl.save(each, decision_on(crawl, each)).stale


def partition(crawl: Crawl) -> set[frozenset[str]]:
    stories: dict[int, set[str]] = {}
    for source, story in crawl.sql("SELECT source, story_id FROM article"):
        stories.setdefault(story, set()).add(source)
    return {frozenset(each) for each in stories.values()}


@pytest.mark.parametrize(("at", "outcome"), [("2023-11-07", "copy"), ("2023-11-21", "copy"), ("2023-09-14", "new")])
def test_copies_are_sought_in_the_weeks_around_an_articles_own(crawl: Crawl, at: str, outcome: str) -> None:
    take(crawl, told(1, text(1), at=at))
    assert decision_on(crawl, told(2, text(1))).outcome == outcome


def test_an_article_of_long_ago_is_compared_with_its_own_time(crawl: Crawl) -> None:
    take(crawl, told(1, text(1), at="1999-05-03"), told(2, text(1), at="2011-05-03"), told(3, text(1), at="1969-05-03"))
    found = crawl.store.known(told(4, text(1), at="2011-05-04")).result().kin
    assert [one.source for one in found] == ["outlet-2"]


def test_an_undated_article_counts_from_when_it_was_first_seen(crawl: Crawl) -> None:
    take(crawl, told(1, text(1), at=None))
    assert decision_on(crawl, told(2, text(1), at="2023-11-14")).outcome == "copy"
    crawl.later(60 * 86400)
    assert decision_on(crawl, told(2, text(1), at=None)).outcome == "new"


def test_the_window_is_a_setting(tmp_path: Path) -> None:
    crawl = Crawl(tmp_path / "wide.db")
    crawl.store.window_days = 70
    take(crawl, told(1, text(1), at="2023-09-14"))
    assert decision_on(crawl, told(2, text(1))).outcome == "copy"
    crawl.close()


def test_what_a_look_up_reads_does_not_grow_with_the_archive(crawl: Crawl) -> None:
    shared = text(1)
    for year in range(2000, 2020):
        take(crawl, told(year, shared, at=f"{year}-05-03"))
    take(crawl, told(1, shared))
    assert len(crawl.store.known(told(2, shared)).result().kin) == 1


def test_the_hundred_and_fiftieth_copy_is_found_and_takes_no_rows(crawl: Crawl) -> None:
    take(crawl, told(0, text(1)))
    (rows,) = crawl.sql("SELECT count(*) FROM sketch")[0]
    take(crawl, *(told(number, text(1)) for number in range(1, 150)))
    assert len(partition(crawl)) == 1
    assert crawl.sql("SELECT count(*) FROM sketch") == [(rows,)]


def test_a_passage_of_very_many_stories_tells_nothing_but_copies_of_each_are_found(crawl: Crawl) -> None:
    boilerplate = text(1, 60)
    take(crawl, *(told(number, [*text(100 + number, 150), *boilerplate]) for number in range(80)))
    assert len(partition(crawl)) == 80
    (most,) = crawl.sql("SELECT max(n) FROM (SELECT count(*) AS n FROM sketch GROUP BY key)")[0]
    assert most == sketches.COMMON + 1
    take(crawl, told(200, [*text(107, 150), *boilerplate]))
    assert frozenset({"outlet-7", "outlet-200"}) in partition(crawl)


def test_a_copy_of_an_earlier_text_is_found_after_the_revision(crawl: Crawl) -> None:
    take(crawl, told(1, text(1)))
    take(crawl, told(1, text(2)))
    assert crawl.sql("SELECT revision FROM article") == [(2,)]
    assert {decision_on(crawl, told(number, text(number - 1))).outcome for number in (2, 3)} == {"copy"}


def test_a_full_text_joins_two_trimmed_copies_and_a_late_origin_is_the_origin(crawl: Crawl) -> None:
    words = text(1)
    take(crawl, told(1, words[:110]), told(2, words[130:]), told(3, text(2)))
    assert len(partition(crawl)) == 3
    take(crawl, told(4, words, at="2023-11-13T09:00:00Z"))
    assert partition(crawl) == {frozenset({"outlet-1", "outlet-2", "outlet-4"}), frozenset({"outlet-3"})}
    assert crawl.sql("SELECT story_id, origin_article_id FROM story ORDER BY story_id") == [(1, 4), (3, 3)]
    agency = replace(told(5, words, source="mercury-en"), credit=Credit("Mercury", "by Mercury", "high"))
    take(crawl, agency)
    assert crawl.sql("SELECT origin_article_id, origin_agency FROM story WHERE story_id = 1") == [(5, "Mercury")]


def test_stories_are_the_same_whatever_the_order_of_arrival_and_after_a_restart(tmp_path: Path) -> None:
    words, other = text(1), text(2)
    made = [
        told(1, words), told(2, words[:120]), told(3, words[120:]), told(4, [*text(3, 60), *words[60:180], *text(4, 40)]),
        told(5, other), told(6, [*other[:120], *text(5, 60)]), told(7, [*text(6, 220), *words[-48:]]), told(8, text(7)),
    ]  # fmt: skip
    found = []
    for seed in range(6):
        random.Random(seed).shuffle(made)
        path = tmp_path / f"{seed}.db"
        for part in (made[:4], made[4:]):
            crawl = Crawl(path)
            take(crawl, *part)
            found.append(partition(crawl))
            crawl.close()
        assert found[-1] == found[1], f"order {seed}: {[one.source for one in made]}"
    assert {len(each) for each in found[1]} == {4, 2, 1}


def test_a_decision_is_stale_once_a_kindred_text_has_come_since(crawl: Crawl) -> None:
    one, other, third = told(1, text(1)), told(2, text(1)), told(3, text(2))
    decisions = [decision_on(crawl, each) for each in (one, other, third)]
    assert not crawl.save(one, decisions[0]).stale
    assert crawl.save(other, decisions[1]).stale
    assert not crawl.save(third, decisions[2]).stale
    again = [decision_on(crawl, each) for each in (other, told(4, text(1)))]
    assert not any(
        crawl.save(each, decision).stale for each, decision in zip((other, told(4, text(1))), again, strict=True)
    )
    assert len(partition(crawl)) == 2


def test_a_decision_is_stale_when_its_story_has_gone_into_another(crawl: Crawl) -> None:
    words = text(1)
    take(crawl, told(1, words[:110]), told(2, words[130:]))
    late = decision_on(crawl, told(3, words[130:]))
    take(crawl, told(4, words))
    assert late.story_id == 2
    assert crawl.save(told(3, words[130:]), late).stale


@pytest.mark.parametrize(
    ("at", "week"), [(None, 0), ("1960-01-01", 0), ("1970-01-08", 1), ("2023-11-14", 2810), ("no time", 0)]
)
def test_weeks_are_counted_from_the_epoch(at: str | None, week: int) -> None:
    assert sketches.week(at) == week


def test_a_packed_sketch_is_four_bytes_a_key() -> None:
    assert sketches.unpack(sketches.pack((1, 2**32 - 1))) == (1, 2**32 - 1)
    assert len(sketches.pack(range(70))) == 280


def test_sketches_of_the_earlier_form_are_made_over_and_find_copies(crawl: Crawl) -> None:
    words = text(1)
    keys = sorted(fingerprint.shingle_keys(" ".join(words)))
    old = sorted({*keys[:24], *(key for key in keys if key % 24 == 0)})
    take(crawl, told(1, words))
    crawl.sql("UPDATE article SET sketch = ?", struct.pack(f"<{len(old)}q", *old))
    crawl.store.writer.submit(sketches.from_63_bits).result()
    assert crawl.sql("SELECT count(*), (SELECT length(sketch) FROM article) FROM sketch") == [(24, 96)]
    assert decision_on(crawl, told(2, words[100:])).outcome == "copy"


def test_copies_of_a_late_older_text_join_whatever_the_order(crawl: Crawl) -> None:
    take(crawl, told(1, text(1)), told(2, text(2), source="paper"))
    older = replace(told(1, text(2)), fetched_at="2023-11-10T00:00:00Z")
    decision = decision_on(crawl, older)
    assert (decision.kind, decision.story_id, decision.merges) == ("earlier", 1, (2,))
    crawl.save(older, decision)
    assert partition(crawl) == {frozenset({"outlet-1", "paper"})}
    assert crawl.sql("SELECT origin_article_id IS NOT NULL FROM story") == [(1,)]
    assert decision_on(crawl, told(3, text(1))).outcome == "copy", "the current text is still looked up"


def test_a_copy_of_a_late_older_text_is_found_afterwards(crawl: Crawl) -> None:
    take(crawl, told(1, text(1)))
    older = replace(told(1, text(2)), fetched_at="2023-11-10T00:00:00Z")
    take(crawl, older)
    assert decision_on(crawl, told(2, text(2))).outcome == "copy"
    assert decision_on(crawl, told(3, text(1))).outcome == "copy"
    assert crawl.sql("SELECT count(*) FROM search WHERE search MATCH ?", text(1)[0]) == [(1,)]
