"""A reader that follows the changes: each once, in order, also over a file that is replaced; and it stands in nobody's way."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from storage import errors
from storage.backup import publish
from storage.follow import follow
from storage.models import Decision
from storage.reader import Reader
from tests.storage.harness import Crawl, article

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlite_utils import Database


class Waits:
    """Does one thing at each wait for news, then ends."""

    def __init__(self, *then: Callable[[], object]) -> None:
        self.then = list(then)
        self.count = 0

    def __call__(self) -> bool:
        self.count += 1
        if not self.then:
            return False
        self.then.pop(0)()
        return True


def news(crawl: Crawl, *numbers: int) -> Callable[[], None]:
    def write() -> None:
        for number in numbers:
            crawl.new(article(number))

    return write


def seqs(path: Path, since: int, waits: Waits, limit: int = 1000) -> list[int]:
    with closing(follow(path, since, wait=waits, limit=limit)) as batches:
        return [change.seq for batch in batches for change in batch]


def test_what_is_there_and_what_comes_is_read_once_and_in_order(crawl: Crawl) -> None:
    news(crawl, 1, 2, 3)()
    waits = Waits(news(crawl, 4), lambda: None, news(crawl, 5, 6, 7))
    assert seqs(crawl.path, 1, waits, limit=2) == [2, 3, 4, 5, 6, 7]
    assert waits.count == 4


def test_a_change_tells_source_address_and_the_title_of_its_revision(crawl: Crawl) -> None:
    crawl.new(article(1))
    crawl.save(article(1, text="Other.", title="New title"), Decision("revised", 1, 1, "correction", "corrected"))
    with Reader(crawl.path) as reader:
        assert [(c.source, c.kind, c.revision, c.title) for c in reader.changes()] == [
            ("mercury-en", "first", 1, "Title 1"),
            ("mercury-en", "correction", 2, "New title"),
        ]
        assert reader.changes_of(1) == reader.changes()
        assert reader.changes_of(2) == []


def test_a_transaction_that_is_taken_back_uses_up_no_number(crawl: Crawl) -> None:
    news(crawl, 1)()

    def fails(db: Database) -> None:
        db.conn.execute("INSERT INTO change (at, kind, article_id, revision) VALUES ('2026', 'update', 1, 1)")
        raise ValueError("after the change was written")

    with pytest.raises(ValueError, match="after the change"):
        crawl.store.writer.submit(fails).result()
    news(crawl, 2)()
    with Reader(crawl.path) as reader:
        assert [change.seq for change in reader.changes()] == [1, 2]
        assert reader.last_seq() == 2


def test_a_batch_in_use_holds_no_transaction_open(crawl: Crawl) -> None:
    news(crawl, 1, 2, 3)()
    with closing(follow(crawl.path, wait=Waits(), limit=1)) as batches:
        next(batches)
        news(crawl, 4)()
        ((busy, left, done),) = crawl.store.writer.submit(
            lambda db: db.conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall(), writes=False
        ).result()
        assert (busy, left - done) == (0, 0)
        assert [change.seq for batch in batches for change in batch] == [2, 3, 4]


def test_a_copy_that_is_published_again_is_read_on_in(crawl: Crawl, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    news(crawl, 1, 2)()
    publish(crawl.path, copy)

    def again(*numbers: int) -> None:
        news(crawl, *numbers)()
        publish(crawl.path, copy)

    waits = Waits(lambda: again(3), again, lambda: again(4, 5))
    assert seqs(copy, 0, waits) == [1, 2, 3, 4, 5]


def test_an_older_copy_put_in_its_place_is_told_from_a_newer(crawl: Crawl, tmp_path: Path) -> None:
    copy, old = tmp_path / "copy.db", tmp_path / "old.db"
    news(crawl, 1)()
    publish(crawl.path, old)
    news(crawl, 2)()
    publish(crawl.path, copy)
    with pytest.raises(errors.Rewound, match="without the change 2"):
        seqs(copy, 0, Waits(lambda: old.replace(copy)))


def test_another_database_put_in_its_place_is_told_from_a_copy(crawl: Crawl, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    news(crawl, 1)()
    publish(crawl.path, copy)
    other = Crawl(tmp_path / "other.db", now=crawl.now + 5)
    news(other, 7, 8)()
    other.close()
    with pytest.raises(errors.Rewound, match="another database"):
        seqs(copy, 0, Waits(lambda: other.path.replace(copy)))


def test_a_file_that_goes_away_is_missing_and_one_of_a_newer_schema_refused(crawl: Crawl, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with pytest.raises(errors.Missing, match="no such database"):
        seqs(copy, 0, Waits())
    news(crawl, 1)()
    publish(crawl.path, copy)
    with pytest.raises(errors.Missing, match="not there any more"):
        seqs(copy, 0, Waits(copy.unlink))
    publish(crawl.path, copy)

    def newer() -> None:
        crawl.sql("UPDATE meta SET value = '9999' WHERE key = 'schema_version'")
        publish(crawl.path, copy)

    with pytest.raises(errors.NewerSchema, match="newer Dateline"):
        seqs(copy, 0, Waits(newer))


def test_a_number_that_the_database_never_gave_is_refused(crawl: Crawl) -> None:
    news(crawl, 1, 2)()
    with Reader(crawl.path) as reader:
        assert reader.changes(2) == []
        with pytest.raises(errors.Rewound, match="its last change is 2, there is no change 3 here"):
            reader.changes(3)
