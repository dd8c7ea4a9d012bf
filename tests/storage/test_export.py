"""Reading articles out: each once, selected, in short reads."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlite_utils import Database

from storage import export
from storage.export import Selection, articles
from storage.models import Decision
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
        (Selection(language="FR"), [2]),
        (Selection(sources=()), []),
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
    "selection", [Selection(since="soon"), Selection(until="20231005"), Selection(query="("), Selection(query="")]
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


def test_texts_are_those_that_were_current_a_page_at_a_time(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_PAGE", 2)
    crawl.new(article(1, text="Text 1."))
    for number in range(2, 7):
        crawl.save(article(1, text=f"Text {number}."), Decision("revised", 1, number - 1, "update"))
    crawl.new(article(2, text="Harbour."))
    with Reader(crawl.path) as reader:
        first, second = export.Export(reader, Selection(), texts="all")
        assert first.text is not None
        assert second.text is not None
        assert (first.values["body"], first.text["revision"], first.text["oldest"]) == ("Text 6.", 6, 0)
        assert [(text["body"], text["oldest"]) for text in first.former] == [
            ("Text 1.", 1), *((f"Text {number}.", 0) for number in range(2, 6)),
        ]  # fmt: skip
        assert (second.text["oldest"], list(second.former)) == (1, [])
    # From an archive: it has a higher number, was never current, and the first that was stored is not the oldest any more.
    crawl.save(article(1, text="Text 0."), Decision("revised", 1, 6, "earlier"))
    crawl.save(article(2, text="Port."), Decision("revised", 2, 1, "earlier"))
    with Reader(crawl.path) as reader:
        first, second = export.Export(reader, Selection(), texts="all")
        assert [text["revision"] for text in first.former] == [1, 2, 3, 4, 5]
        assert second.text is not None
        assert (second.text["revision"], second.text["oldest"], list(second.former)) == (1, 0, [])
        assert [row["id"] for row in articles(reader, Selection(query="port"))] == []
