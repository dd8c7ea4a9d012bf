"""Merging: each fetch of a database is one row of the merged one, alike or not, whenever it ends."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from storage.database import open_reader
from tests.storage.merging import Event, crawl, empty, facts, merged, writer

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "https://ares.test/news/"
BROKEN_OFF = (
    "INSERT INTO fetch (run_id, source, url, kind, at, ended_at, outcome, detail) VALUES (?, 'ares', ?, 'article',"
    " '2026-09-21T11:00:00Z', '2026-09-21T11:10:00Z', 'interrupted', 'its lease ran out') RETURNING id"
)
FAILED = (
    "INSERT INTO fetch (source, url, kind, at, ended_at, outcome, reason, ms, requests) VALUES ('ares', ?, 'feed',"
    " '2026-09-21T11:00:00Z', '2026-09-21T11:00:00Z', 'failed', 'timeout', 0, ?)"
)
LATE = (
    "UPDATE fetch SET status = 200, requests = 1, ms = 5, bytes = 10, detail = detail || '; then ended as ' || ?,"
    " article_id = ?, revision = ? WHERE id = ?"
)


def broken_off(path: Path, number: int, *, finished: bool = False) -> int:
    """A fetch whose lease ran out."""
    with closing(writer(path)) as db:
        row = ("ares", "2026-09-21T10:59:00Z", "2026-09-21T12:00:00Z" if finished else None)
        query = "INSERT INTO run (source, started_at, finished_at) VALUES (?, ?, ?) RETURNING id"
        ((run_id,),) = db.conn.execute(query, row).fetchall()
        ((fetch_id,),) = db.conn.execute(BROKEN_OFF, (run_id, f"{PAGE}{number}")).fetchall()
        return int(fetch_id)


def fetches(path: Path) -> list[Any]:
    with closing(open_reader(path)) as db:
        query = "SELECT url, outcome, status, requests, detail, revision FROM fetch ORDER BY url, at, outcome"
        return db.conn.execute(query).fetchall()


def test_a_fetch_that_was_broken_off_and_ends_late_is_one_row_brought_up_to_its_end(tmp_path: Path) -> None:
    one, target = tmp_path / "one.db", tmp_path / "all.db"
    crawl(one, [Event(0, "ares", 1, 1)], ["ares"])
    textless, writing = broken_off(one, 7), broken_off(one, 8)
    merged([one], target)
    assert fetches(target) == fetches(one)
    crawl(one, [Event(2, "ares", 9, 2)], ["ares"])
    with closing(writer(one)) as db:
        db.conn.execute(LATE, ("rejected:empty", None, None, textless))
        # The text of page 9 came by the fetch that ended late; its page was kept for that one.
        ((own, article),) = db.conn.execute("SELECT id, article_id FROM fetch ORDER BY id DESC LIMIT 1").fetchall()
        db.conn.execute("UPDATE raw_page SET fetch_id = ? WHERE fetch_id = ?", (writing, own))
        db.conn.execute("DELETE FROM fetch WHERE id = ?", (own,))
        db.conn.execute(LATE, ("new", article, 1, writing))
    (told,) = merged([one], target)
    assert told.counts["fetches"] == 2 and told.counts["pages"] == 1
    assert fetches(target) == fetches(one)
    assert facts(target) == facts(one)
    assert [each.counts for each in merged([one], target)] == [{}]


def test_an_older_state_of_a_fetch_takes_nothing_back(tmp_path: Path) -> None:
    old, new, target = tmp_path / "old.db", tmp_path / "new.db", tmp_path / "all.db"
    crawl(old, [Event(0, "ares", 1, 1)], ["ares"])
    broken_off(old, 7)
    merged([old], new)
    with closing(writer(new)) as db:
        ((fetch_id,),) = db.conn.execute("SELECT id FROM fetch WHERE outcome = 'interrupted'").fetchall()
        db.conn.execute(LATE, ("gone", None, None, fetch_id))
    for order in ([old, new], [new, old]):
        target.unlink(missing_ok=True)
        merged(order, target)
        assert fetches(target) == fetches(new)


def test_what_was_broken_off_in_a_run_that_is_over_is_not_looked_at_again(tmp_path: Path) -> None:
    one, target = tmp_path / "one.db", tmp_path / "all.db"
    empty(one)
    going = broken_off(one, 7)
    broken_off(one, 8, finished=True)
    merged([one], target)
    with closing(open_reader(target)) as db:
        ((value,),) = db.conn.execute("SELECT value FROM meta WHERE key LIKE 'merge:%'").fetchall()
    assert f"[{going}]" in value


def test_fetches_that_are_alike_are_as_many_as_they_were(tmp_path: Path) -> None:
    one, new, target = tmp_path / "one.db", tmp_path / "new.db", tmp_path / "all.db"
    crawl(one, [Event(0, "ares", 1, 1), Event(2, "ares", 2, 2)], ["ares"])
    with closing(writer(one)) as db:
        for _ in range(3):
            db.conn.execute(FAILED, ("https://ares.test/feed", 1))
        # One that wrote no text, before one that did, alike in all else.
        own = (
            "run_id, source, url, kind, at, ended_at, status, requests, urls, outcome, ms, bytes, article_id, revision"
        )
        db.conn.execute(f"INSERT INTO fetch (id, {own}) SELECT 100, {own} FROM fetch WHERE id = 1")
        db.conn.execute("UPDATE raw_page SET fetch_id = 100 WHERE fetch_id = 1")
        db.conn.execute("UPDATE fetch SET outcome = 'unchanged', revision = NULL WHERE id = 1")
        assert db.conn.execute("SELECT count(*) FROM fetch").fetchone() == (6,)
    merged([one], new)
    assert fetches(new) == fetches(one)
    merged([one, new], target)
    assert fetches(target) == fetches(one)
