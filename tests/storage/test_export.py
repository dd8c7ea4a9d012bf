"""Reading articles out: each once, selected, in short reads."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlite_utils import Database

from storage.export import Selection, articles
from storage.reader import Reader
from storage.search import QueryError
from tests.storage.harness import article, instant

if TYPE_CHECKING:
    from tests.storage.harness import Crawl


def _numbers(crawl: Crawl, selection: Selection, *, batch: int = 2) -> list[int]:
    with Reader(crawl.path) as reader:
        return [row["id"] for row in articles(reader, selection, batch=batch)]


@pytest.fixture
def five(crawl: Crawl) -> Crawl:
    for number in range(1, 6):
        day = instant("2023-10-05", "day") if number == 5 else instant(f"2023-10-0{number}T08:00:00Z")
        language = "fr" if number == 2 else "en"
        crawl.new(article(number, text=f"Harbour number {number} reopens.", language=language, published=day))
    return crawl


@pytest.mark.parametrize("batch", [1, 2, 5, 100])
def test_each_article_comes_once_in_its_order_whatever_the_batch(five: Crawl, batch: int) -> None:
    assert _numbers(five, Selection(), batch=batch) == [1, 2, 3, 4, 5]
    assert _numbers(five, Selection(query="harbour"), batch=batch) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        (Selection(language="fr"), [2]),
        (Selection(sources=("other",)), []),
        (Selection(sources=("other", "mercury-en"), language="en"), [1, 3, 4, 5]),
        (Selection(since="2023-10-04"), [4, 5]),
        (Selection(until="2023-10-02"), [1, 2]),
        (Selection(since="2023-10-02T08:00:00Z", until="2023-10-03T07:59:59Z"), [2]),
        (Selection(until="2023-10-05"), [1, 2, 3, 4, 5]),
        (Selection(query='"number 3"'), [3]),
        (Selection(query="harbour", since="2023-10-05"), [5]),
        (Selection(sources=("\ud800' OR 1=1 --",)), []),
    ],
)
def test_a_selection(five: Crawl, selection: Selection, numbers: list[int]) -> None:
    assert _numbers(five, selection) == numbers


@pytest.mark.parametrize(
    "selection", [Selection(since="soon"), Selection(until="9" * 30), Selection(query="("), Selection(query="")]
)
def test_what_cannot_be_understood_is_said(five: Crawl, selection: Selection) -> None:
    with pytest.raises(QueryError):
        _numbers(five, selection)


def test_no_snapshot_is_held_between_batches_and_what_comes_meanwhile_stays_out(five: Crawl) -> None:
    with Reader(five.path) as reader:
        rows = articles(reader, Selection(), batch=2)
        assert next(rows)["id"] == 1
        five.new(article(6, text="Another text of another day."))
        # A journal that a reader holds cannot be taken over whole.
        with closing(Database(five.path)) as db:
            assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
        assert [row["id"] for row in rows] == [2, 3, 4, 5]
