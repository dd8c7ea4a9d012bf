"""Opening: modes, versions, foreign files, locks, full disks, other users."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from storage import database, errors, migrations, sums
from storage.models import Decision
from storage.reader import Reader
from storage.store import Store
from tests import new_databases
from tests.storage.harness import SOURCE, Crawl, article, link

if TYPE_CHECKING:
    import sqlite3
    from concurrent.futures import Future
else:
    from sqlite_utils.utils import sqlite3

NEW = Decision("new", None, 0, "first")


def _mode(path: Path | str) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_files_are_their_owners_alone_and_the_pragmas_hold(crawl: Crawl) -> None:
    old = os.umask(0)
    try:
        crawl.new(article())
    finally:
        os.umask(old)
    assert {_mode(f"{crawl.path}{side}") for side in ("", "-wal", "-shm")} == {0o600}
    values = {
        name: crawl.sql(f"PRAGMA {name}")[0][0]
        for name in ("journal_mode", "synchronous", "auto_vacuum", "foreign_keys", "mmap_size", "busy_timeout")
    }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "auto_vacuum": 2,
        "foreign_keys": 1,
        "mmap_size": 0,
        "busy_timeout": 500,  # of a writer: it waits by slices, and looks between them whether it is to end
    }


def test_all_tables_are_strict(crawl: Crawl) -> None:
    loose = crawl.sql(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND NOT strict"
        " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%'"
    )
    assert loose == [("_sqlite_migrations",)], "only the one that sqlite-utils makes"


def test_after_the_last_close_everything_is_in_one_file(tmp_path: Path) -> None:
    crawl = Crawl(tmp_path / "n.db")
    crawl.new(article())
    crawl.close()
    assert [p.name for p in tmp_path.iterdir()] == ["n.db"]
    with pytest.raises(errors.Closed):
        crawl.sql("SELECT 1")


@pytest.mark.parametrize("content", [b"My diary", b"\x00" * 5000, b"SQLite format 3\x00 but no more"])
def test_a_file_with_other_content_is_left_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "diary"
    path.write_bytes(content)
    with pytest.raises(errors.StorageError, match=r"diary: .*name another file"):
        Store.open(path)
    with pytest.raises(errors.StorageError, match="name another file"):
        Reader(path)
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["diary"]


def test_the_database_of_another_program_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE t (a)")
    conn.close()
    before = path.read_bytes()
    with pytest.raises(errors.NotDateline, match="not one of Dateline's"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_missing_file_is_made_by_writers_only(tmp_path: Path) -> None:
    with pytest.raises(errors.Missing, match="no such database"):
        Reader(tmp_path / "none.db")
    with pytest.raises(errors.Missing, match="folder does not exist"):
        Store.open(tmp_path / "no" / "n.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(errors.NotDateline, match="is empty"):
        Reader(tmp_path / "empty.db")
    with pytest.raises(errors.NotDateline, match="is empty"):
        Store.open(tmp_path / "empty.db")
    assert (tmp_path / "empty.db").read_bytes() == b"", "it may be all that is left of a database"
    Store.open(tmp_path / "new.db").close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty.db", "new.db"]
    Reader(tmp_path / "new.db").close()


def test_the_new_databases_of_these_tests_are_those_that_users_get(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(tmp_path / "before.db").close()
    Store.open(tmp_path / "copied.db").close()
    monkeypatch.setattr(database, "_make", new_databases.make)
    Store.open(tmp_path / "made.db").close()
    found = {}
    for name in ("made", "copied", "before"):
        with Reader(tmp_path / f"{name}.db") as reader:
            assert sums.wrong(reader.db) == []
            meta = dict(reader.db.conn.execute("SELECT key, value FROM meta"))
            schema = reader.db.conn.execute("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema").fetchall()
            pragmas = [reader.db.conn.execute(f"PRAGMA {it}").fetchone()[0] for it in _OF_THE_FILE]
        found[name] = (meta.pop("identity"), schema, pragmas, meta.keys(), _mode(tmp_path / f"{name}.db"))
    assert len({identity for identity, *_ in found.values()}) == 3
    assert found["made"][1:] == found["copied"][1:] == found["before"][1:]


_OF_THE_FILE = ("application_id", "auto_vacuum", "encoding", "journal_mode", "page_count", "page_size", "user_version")


def test_an_emptied_database_with_its_journal_is_not_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "n.db").touch()
    (tmp_path / "n.db-wal").write_bytes(b"x" * 100)
    with pytest.raises(errors.NotDateline, match="restore the newest backup"):
        Store.open(tmp_path / "n.db")


def test_a_newer_schema_is_refused_by_all(crawl: Crawl) -> None:
    crawl.sql("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    for opening in (Store.open, Reader):
        with pytest.raises(errors.NewerSchema, match=r"schema 99.*update Dateline"):
            opening(crawl.path)


@pytest.fixture
def later_version(monkeypatch: pytest.MonkeyPatch) -> int:
    """This code as it will be one migration later."""
    old = migrations.MIGRATIONS
    new = type(old)("dateline")
    new._migrations = list(old._migrations)

    def m999(db: Any) -> None:
        db.conn.execute("ALTER TABLE article ADD COLUMN mood TEXT")

    new()(m999)
    monkeypatch.setattr(migrations, "MIGRATIONS", new)
    return migrations.version()


def test_an_older_schema_is_migrated_by_writers_after_a_backup(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    crawl = Crawl(tmp_path / "n.db")
    crawl.new(article())
    crawl.close()
    before = migrations.version()
    version = request.getfixturevalue("later_version")
    with pytest.raises(errors.OlderSchema, match="dateline db migrate"):
        Reader(crawl.path)
    with pytest.raises(errors.OlderSchema, match="dateline db migrate"):
        Store.open(crawl.path, write=False)
    Store.open(crawl.path).close()
    Store.open(crawl.path).close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["n.db", f"n.db.before-{version}.bak"]
    assert _mode(tmp_path / f"n.db.before-{version}.bak") == 0o600
    with Reader(crawl.path) as reader:
        assert reader.article(1) is not None
    old = sqlite3.connect(tmp_path / f"n.db.before-{version}.bak")
    assert old.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone() == (str(before),)
    assert old.execute("SELECT count(*) FROM article").fetchone() == (1,)
    old.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(tmp_path / "n.db").close()
    new = type(migrations.MIGRATIONS)("dateline")
    new._migrations = list(migrations.MIGRATIONS._migrations)

    def m999(db: Any) -> None:
        db.conn.execute("DROP TABLE hop")
        db.conn.execute("SELECT nonsense")

    new()(m999)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", new)
        with pytest.raises(errors.StorageError, match="nonsense"):
            Store.open(tmp_path / "n.db")
    with Reader(tmp_path / "n.db") as reader:
        assert reader.db["hop"].exists()


def test_an_older_sqlite_is_refused_unless_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database, "OLDEST_SAFE", (99, 0, 0))
    with pytest.raises(errors.OldSqlite, match="pysqlite3"):
        Store.open(tmp_path / "n.db")
    assert not (tmp_path / "n.db").exists()
    Store.open(tmp_path / "n.db", allow_old_sqlite=True).close()
    assert "can lose committed pages" in caplog.text


def test_every_public_method_says_busy_of_a_locked_database(tmp_path: Path) -> None:
    crawl = Crawl(tmp_path / "n.db")
    crawl.close()
    store = Store.open(crawl.path, busy_seconds=0.02)
    crawl.store = store
    frontier = type(crawl.frontier)(store)
    other = sqlite3.connect(crawl.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    now = crawl.now
    lease = Crawl(tmp_path / "m.db")
    lease.seed()
    held = lease.take()
    lease.close()
    calls: list[Future[Any]] = [
        frontier.register_owner(),
        frontier.seed(SOURCE, [], now=now),
        frontier.offer(SOURCE, [link(1)], now=now),
        frontier.lease(SOURCE, owner="x", run_id=None, now=now, seconds=1, delay=1, in_flight=1),
        frontier.turn("h", now=now, delay=1, in_flight=1),
        frontier.release([held]),
        frontier.hand_back("x", now),
        frontier.unregister_owner("x"),
        frontier.reclaim(now),
        frontier.begin_backfill(SOURCE, 1, 2, now),
        frontier.finish_backfill(1, now),
        frontier.release_quarantine(now=now),
        store.begin_run(SOURCE, now),
        store.finish_run(1, now, "finished"),
        store.begin_record(None, SOURCE, "u", "r", now),
        store.prune_raw(now=now),
    ]
    for call in calls:
        with pytest.raises(errors.Busy, match=r"n\.db: database is locked.*another process is writing"):
            call.result()
    assert store.known(article()).result().article is None, "reading goes on"
    assert frontier.rules("h").result().status is None
    other.execute("COMMIT")
    other.close()
    assert store.begin_run(SOURCE, now).result() == 2
    store.close()


def test_a_full_database_takes_nothing_in_half_and_goes_on_when_there_is_room(crawl: Crawl) -> None:
    crawl.new(article(0))
    ((pages,),) = crawl.sql("PRAGMA page_count")
    crawl.sql(f"PRAGMA max_page_count = {pages + 2}")
    big = article(1, text="A long text. " * 20_000)
    record = crawl.store.begin_record(crawl.run, SOURCE, "u", "warc:f#1", crawl.now).result()
    assert record is not None
    from storage.models import Ending, Outcome

    ending = Ending(record, Outcome("new"), crawl.now, article=big, decision=NEW)
    small = crawl.store.begin_run(SOURCE, crawl.now)
    with pytest.raises(errors.Full, match=r"news\.db: .*free some space"):
        crawl.store.end(ending).result()
    assert small.result() == 2, "only the one that does not fit is lost"
    assert crawl.sql("SELECT count(*) FROM article") == [(1,)]
    assert crawl.sql("SELECT outcome FROM fetch WHERE id = ?", record) == [(None,)]
    crawl.sql("PRAGMA max_page_count = 1000000")
    assert crawl.store.end(ending).result().article_id == 2
    assert crawl.sql("PRAGMA integrity_check") == [("ok",)]


def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    crawl = Crawl(tmp_path / "n.db")
    for number in range(30):
        crawl.new(article(number, text=f"Text {number}. " * 200))
    crawl.close()
    with crawl.path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096 * 30))
    with pytest.raises(errors.Corrupt, match="dateline db restore"), Reader(crawl.path) as reader:
        reader.counts()
        list(reader.articles())


def test_a_read_only_store_says_so(crawl: Crawl) -> None:
    store = Store.open(crawl.path, write=False)
    assert store.run_counts(1).result() == {}
    with pytest.raises(errors.ReadOnly, match="check the owner"):
        store.begin_run(SOURCE, 1.0).result()
    store.close()
