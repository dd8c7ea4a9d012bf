"""The full-text index, written once a transaction: what waits for it follows the fate of its job."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from storage import articles, indexing, sums
from storage.models import Decision
from tests.storage.harness import NOON, Crawl, article, instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from sqlite_utils import Database


def together(crawl: Crawl, *calls: Callable[[Database], Any]) -> list[Future[Any]]:
    """The calls, done in one transaction."""
    gate = threading.Event()
    first = crawl.store.writer.submit(lambda db: gate.wait(10))
    jobs = [crawl.store.writer.submit(call) for call in calls]
    gate.set()
    first.result()
    return jobs


def saving(text: str, number: int, at: str) -> Callable[[Database], Any]:
    found = article(number, text, published=instant(at))
    decision = Decision("new", None, 0, "first")
    return lambda db: articles.save(db, found, decision, address=found.url, at=NOON)


def found(crawl: Crawl, word: str) -> list[int]:
    rows = crawl.sql(
        "SELECT a.id FROM search JOIN article AS a ON a.search_id = search.rowid WHERE search MATCH ? ORDER BY 1", word
    )
    return [number for (number,) in rows]


def test_articles_of_one_commit_make_one_segment_whatever_their_times(crawl: Crawl) -> None:
    days = [17, 3, 29, 8, 21, 1]
    jobs = together(crawl, *(saving(f"harbour {n}", n, f"2023-10-{n:02}T08:00:00Z") for n in days))
    assert [job.result()[1] for job in jobs] == [1] * len(days)
    assert crawl.sql("SELECT count(DISTINCT segid) FROM search_idx") == [(1,)]
    assert found(crawl, "harbour") == [1, 2, 3, 4, 5, 6]


def test_a_job_that_fails_takes_its_text_along_and_no_other(crawl: Crawl) -> None:
    def fails(db: Database) -> None:
        saving("sunken", 2, "2023-10-02T08:00:00Z")(db)
        raise KeyError("no")

    first, second, third = together(
        crawl, saving("afloat", 1, "2023-10-01T08:00:00Z"), fails, saving("afloat", 3, "2023-10-03T08:00:00Z")
    )
    with pytest.raises(KeyError):
        second.result()
    assert first.result()[0] == 1
    assert third.result()[0] == 2
    assert found(crawl, "sunken") == []
    assert found(crawl, "afloat") == [1, 2]


def test_a_part_of_a_job_that_is_taken_back_leaves_no_text(crawl: Crawl) -> None:
    def half(db: Database) -> None:
        with pytest.raises(KeyError), indexing.atomic(db):
            saving("sunken", 1, "2023-10-01T08:00:00Z")(db)
            raise KeyError("no")
        saving("afloat", 2, "2023-10-02T08:00:00Z")(db)

    crawl.store.writer.submit(half).result()
    assert found(crawl, "sunken") == []
    assert found(crawl, "afloat") == [1]


def test_a_text_that_is_stored_and_changed_in_one_transaction_is_found_as_it_is_last(crawl: Crawl) -> None:
    again = article(1, "afloat", published=instant("2023-10-01T08:00:00Z"))
    changed = Decision("revised", 1, 1, "update", story_id=1)
    jobs = together(
        crawl,
        saving("sunken", 1, "2023-10-01T08:00:00Z"),
        lambda db: articles.save(db, again, changed, address=again.url, at=NOON),
    )
    assert [job.result() for job in jobs] == [(1, 1), (1, 2)]
    assert (found(crawl, "sunken"), found(crawl, "afloat")) == ([], [1])


def test_rows_that_are_inserted_at_once_count_as_those_that_are_there(crawl: Crawl) -> None:
    def both(db: Database) -> list[str]:
        sums.insert(db, "sketch", [(1, 1), (1 << 40, 2)])
        sums.insert(db, "sketch", [(2, 1)])
        sums.insert(db, "sketch", [])
        db.conn.execute("DELETE FROM sketch WHERE key = 1")
        return sums.wrong(db)

    assert crawl.store.writer.submit(both).result() == []


def test_rows_that_were_refused_do_not_count(crawl: Crawl) -> None:
    def twice(db: Database) -> list[str]:
        with pytest.raises(Exception, match="UNIQUE"), db.atomic():
            sums.insert(db, "sketch", [(1, 1), (1, 1)])
        sums.insert(db, "sketch", [(1, 1)])
        return sums.wrong(db)

    assert crawl.store.writer.submit(twice).result() == []


def test_a_row_that_came_past_the_writer_is_seen(crawl: Crawl) -> None:
    def past(db: Database) -> list[str]:
        db.conn.execute("INSERT INTO sketch VALUES (1, 1)")
        return sums.wrong(db)

    assert crawl.store.writer.submit(past).result() == ["sketch"]
