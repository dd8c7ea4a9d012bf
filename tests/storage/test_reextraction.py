"""Texts that are rewritten in their place: what follows the words, and what stays."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from storage import raw, reextraction, sketches
from storage.checks import damaged
from storage.models import Decision, Instant, Link, Page, Profile, Reading
from storage.reader import Reader
from tests.storage.harness import SOURCE, article, instant, page

if TYPE_CHECKING:
    from storage.models import Article, KeptText, Rewritten
    from tests.storage.harness import Crawl

NEW = Decision("new", None, 0, "first")
BY = "test 2"
AUGUST, NOVEMBER = instant("2023-08-01T10:00:00Z"), instant("2023-11-14T10:00:00Z")


def kept(number: int) -> Page:
    return Page(page(number), page(number), b"<html>", "2023-11-14T22:13:20Z", Profile(SOURCE))


def texts(crawl: Crawl) -> list[KeptText]:
    def due(db: Any) -> list[KeptText]:
        return reextraction.due(db, 0, wanted=lambda _, __: BY, everything=False, limit=99)

    return crawl.store.writer.submit(due).result()


def rewrite(crawl: Crawl, text: KeptText, found: Article | None, refused: str | None = None) -> Rewritten:
    reading = Reading(text, BY, replace(found, extractor=BY) if found else None, refused)
    return crawl.store.rewrite([reading]).result()[0]


def keys(crawl: Crawl) -> set[tuple[int, int]]:
    """(key, article) of the sketches, without their weeks."""
    return {(row & 0xFFFFFFFF, article_id) for row, article_id in crawl.sql("SELECT key, article_id FROM sketch")}


def found(crawl: Crawl, words: str) -> list[int]:
    with Reader(crawl.path) as reader:
        return [hit.id for hit in reader.search(words)]


def test_words_facts_and_all_that_hangs_on_them_follow_and_nothing_else(crawl: Crawl) -> None:
    old = article(text="Harbour reopens. Subscribe!", sketch=(1, 2, 3), published=NOVEMBER, authors=("A",), tail="Ends")
    crawl.save(old, NEW, page=kept(1))
    crawl.later(3600)
    ((text,), before) = texts(crawl), crawl.sql("SELECT * FROM fetch ORDER BY id")
    told = rewrite(crawl, text, replace(old, body="Harbour reopens.", content_hash="2", sketch=(2, 3, 4), tail=None))
    assert (told.outcome, [d.field for d in told.differences]) == ("changed", ["body", "tail"])
    assert (found(crawl, "harbour"), found(crawl, "subscribe")) == ([1], [])
    assert keys(crawl) == {(2, 1), (3, 1), (4, 1)}
    with Reader(crawl.path) as reader:
        row, (revision,) = reader.article(1), reader.revisions(1)
        assert row is not None
        assert (row["body"], row["content_hash"], row["extractor"], row["tail"]) == ("Harbour reopens.", "2", BY, None)
        assert (revision["body"], revision["extractor"], revision["kind"], revision["tail"]) == (
            "Harbour reopens.",
            BY,
            "first",
            None,
        )
        assert row["last_checked_at"] == row["first_seen_at"] == revision["seen_at"]
        assert [(c.kind, c.revision) for c in reader.changes()] == [("first", 1), ("reextracted", 1)]
        assert damaged(reader.db) == []
    assert crawl.sql("SELECT * FROM fetch ORDER BY id") == before
    assert texts(crawl) == []


def test_another_number_of_the_extractor_alone_is_no_change_for_readers(crawl: Crawl) -> None:
    crawl.save(article(), NEW, page=kept(1))
    (text,) = texts(crawl)
    assert rewrite(crawl, text, article()).outcome == "unchanged"
    assert crawl.sql("SELECT a.extractor, r.extractor FROM article AS a JOIN revision AS r") == [(BY, BY)]
    assert crawl.sql("SELECT count(*) FROM change") == [(1,)]


def test_an_older_text_is_rewritten_beside_the_current_one(crawl: Crawl) -> None:
    crawl.save(article(text="First, with a box.", published=AUGUST), NEW, page=kept(1))
    second = article(text="Second.", section="World", published=NOVEMBER)
    crawl.save(second, Decision("revised", 1, 1, "update"), page=kept(1))
    first, last = texts(crawl)
    before = crawl.sql("SELECT * FROM article")
    assert rewrite(crawl, first, article(text="First.", section="Sport")).outcome == "changed"
    assert crawl.sql("SELECT * FROM article") == before
    assert rewrite(crawl, last, replace(second, published=None)).outcome == "unchanged", (
        "another text's page may have given it"
    )
    assert crawl.sql("SELECT body, extractor FROM revision ORDER BY revision") == [("First.", BY), ("Second.", BY)]
    assert (found(crawl, "second"), found(crawl, "box")) == ([1], [])


def test_a_time_that_the_page_does_not_give_goes_and_the_order_of_search_follows(crawl: Crawl) -> None:
    for number, at in ((1, NOVEMBER), (2, AUGUST)):
        crawl.save(article(number, published=at, sketch=(7, number + 10)), NEW, page=kept(number))
    assert found(crawl, "harbour") == [1, 2]
    first, second = texts(crawl)
    rewrite(crawl, first, article(1, published=instant("2023-07-01", "day"), sketch=(7, 11)))
    assert found(crawl, "harbour") == [2, 1]
    week = sketches.week("2023-07-01")
    assert crawl.sql("SELECT key & 0xFFFFFFFF FROM sketch WHERE article_id = 1 AND key >> 32 = ? ORDER BY 1", week) == [
        (7,),
        (11,),
    ]
    assert crawl.sql("SELECT count(*) FROM sketch WHERE article_id = 1") == [(2,)]
    rewrite(crawl, second, article(2, published=None, sketch=(7, 12)))
    assert crawl.sql("SELECT published_at, published_from FROM articles WHERE id = 2") == [(None, None)]


def test_a_key_that_an_article_held_for_its_story_goes_to_another_that_has_it(crawl: Crawl) -> None:
    crawl.save(article(1, text="Told. Box.", sketch=(1, 2, 3)), NEW, page=kept(1))
    crawl.save(article(2, text="Told, too. Box.", sketch=(1, 2, 9)), Decision("copy", None, 0, "first", story_id=1))
    assert keys(crawl) == {(1, 1), (2, 1), (3, 1), (9, 2)}
    rewrite(crawl, texts(crawl)[0], article(1, text="Told.", sketch=(1, 3)))
    assert keys(crawl) == {(1, 1), (2, 2), (3, 1), (9, 2)}


def test_a_key_that_the_other_article_holds_too_is_not_given_to_it_again(crawl: Crawl) -> None:
    crawl.save(article(1, text="Told. Box.", sketch=(1, 2, 3)), NEW, page=kept(1))
    crawl.save(article(2, text="Told, too. Box.", sketch=(1, 2, 9)), NEW)
    crawl.save(article(3, text="Told both."), Decision("copy", None, 0, "first", story_id=1, merges=(2,)))
    assert {(2, 1), (2, 2)} <= keys(crawl)
    rewrite(crawl, texts(crawl)[0], article(1, text="Told.", sketch=(1, 3)))
    assert keys(crawl) == {(1, 1), (1, 2), (2, 2), (3, 1), (9, 2)}


def test_no_reading_takes_the_address_of_another_article_or_a_key(crawl: Crawl) -> None:
    crawl.save(article(1), NEW, page=kept(1))
    crawl.save(article(2), NEW, page=kept(2))
    first, second = texts(crawl)
    assert rewrite(crawl, first, article(1, key="id:new", canonical_url=page(2))).outcome == "unchanged"
    assert rewrite(crawl, second, article(2, canonical_url=page("named"))).differences[0].field == "canonical_url"
    assert crawl.sql("SELECT key, canonical_url FROM article ORDER BY id") == [
        ("id:1", page(1)),
        ("id:2", page("named")),
    ]
    with Reader(crawl.path) as reader:
        assert page("named") in reader.addresses(2)


@pytest.mark.parametrize("wrong", [{"canonical_url": "https://a.test/\x00"}, {"word_count": 2**80}])
def test_what_cannot_be_stored_is_refused_and_the_others_are_written(crawl: Crawl, wrong: dict[str, Any]) -> None:
    for number in (1, 2):
        crawl.save(article(number), NEW, page=kept(number))
    first, second = texts(crawl)
    bad = replace(article(1, text="Other."), extractor=BY, **wrong)
    good = replace(article(2, text="Better."), extractor=BY)
    told = crawl.store.rewrite([Reading(first, BY, bad), Reading(second, BY, good)]).result()
    assert [each.outcome for each in told] == ["unstorable", "changed"]
    ((body, by, why),) = crawl.sql("SELECT body, refused_by, refused_why FROM revisions WHERE article_id = 1")
    assert (body, by, why.partition(":")[0]) == ("Harbour reopens.", BY, "unstorable")
    assert texts(crawl) == []


def test_a_stale_reading_moves_nothing(crawl: Crawl) -> None:
    crawl.save(article(), NEW, page=kept(1))
    (text,) = texts(crawl)
    assert rewrite(crawl, text, article(text="Once.")).outcome == "changed"
    assert rewrite(crawl, text, article(text="Twice.")).outcome == "moved"
    assert rewrite(crawl, replace(text, revision=9), article()).outcome == "moved"
    assert crawl.sql("SELECT body FROM articles") == [("Once.",)]


def test_the_origin_of_a_story_is_weighed_anew(crawl: Crawl) -> None:
    crawl.save(article(1, published=NOVEMBER), NEW, page=kept(1))
    crawl.save(
        article(2, published=instant("2023-11-14T11:00:00Z")),
        Decision("copy", None, 0, "first", story_id=1),
        page=kept(2),
    )
    assert crawl.sql("SELECT origin_article_id FROM stories") == [(1,)]
    rewrite(
        crawl,
        texts(crawl)[1],
        article(2, published=Instant("2023-11-14T09:00:00Z", "second", "+00:00", "9", "json-ld")),
    )
    assert crawl.sql("SELECT origin_article_id, first_article_id FROM stories") == [(2, 2)]


def test_what_an_earlier_version_kept_is_read_as_its_text_was_stored(crawl: Crawl) -> None:
    fed = replace(kept(1), witness=Link(page(1), title="Told", full_text="Text.", whole=True))
    crawl.save(article(1, rights="reserved", fetched_at="2023-11-02T08:00:00Z"), NEW, page=fed, urls=(page(1),))
    crawl.save(article(2), NEW, page=fed)
    crawl.sql("UPDATE raw_page SET captured_at = NULL")
    first, second = (
        crawl.store.writer.submit(partial(raw.read, fetch_id=n, profile=Profile(SOURCE))).result() for n in (1, 2)
    )
    assert first is not None
    assert second is not None
    assert (first.fetched_at, first.reserved, first.witness) == (
        "2023-11-02T08:00:00Z", "as it was stored", replace(fed.witness, whole=False) if fed.witness else None,
    )  # fmt: skip
    assert (second.fetched_at, second.reserved, second.witness) == ("2023-11-14T22:13:20Z", None, fed.witness), (
        "no request"
    )
