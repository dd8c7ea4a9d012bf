"""Rows that were changed past the sums: told as that, healed by hand, and no reason to be without backups."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from crawler.cli import main
from storage import access, backup, checks, copies, database, errors, last_check, migrations, owners, sums
from storage.restore import restore
from storage.store import Store
from tests.conftest import LEAN
from tests.storage.harness import NOON, Crawl, article

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
else:
    from sqlite_utils.utils import sqlite3

ROOT = Path(__file__).parents[2]


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A database into which another program wrote a row that is right in all but the sum."""
    crawl = Crawl(tmp_path / "news.db")
    crawl.new(article(1))
    crawl.close()
    changed(crawl.path, "INSERT INTO host (host) VALUES ('another.test')")
    return crawl.path


def changed(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute(sql)


def test_wrong_sums_alone_are_accepted_by_hand_and_right_from_then_on(strange: Path) -> None:
    found = checks.check(strange)
    assert found.damage == found.sums == ["table host: a row is not as it was written"]
    told = CliRunner().invoke(main, ["db", "check", "--db", str(strange)])
    assert (told.exit_code, "db check --accept" in told.stderr) == (3, True)
    accepted = CliRunner().invoke(main, ["db", "check", "--accept", "--db", str(strange)])
    assert accepted.exit_code == 0, accepted.output
    assert "accepted: table host" in accepted.output
    with Store.open(strange) as store:
        store.begin_run("mercury-en", NOON).result()
    assert checks.check(strange).damage == []


def test_what_was_accepted_is_told_by_nobody_any_more(strange: Path) -> None:
    changed(strange, "UPDATE change SET article_id = 99; ")
    told = CliRunner()
    with Store.open(strange) as store:
        found = checks.check(strange)
        store.writer.submit(lambda db: checks.keep_result(db, found, at=NOON)).result()
    assert found.references == ["row 1 of change refers to a row of article that is not there"]
    assert (found.structure, told.invoke(main, ["status", "--db", str(strange)]).output.count("damage was found")) == (
        [],
        1,
    )
    accepted = told.invoke(main, ["db", "check", "--accept", "--json", "--db", str(strange)])
    said = json.loads(accepted.stdout)
    assert (accepted.exit_code, said["accepted"], said["damaged"]) == (0, True, False)
    assert said["references"]
    assert "damage was found" not in told.invoke(main, ["status", "--db", str(strange)]).output
    again = json.loads(told.invoke(main, ["db", "check", "--json", "--db", str(strange)]).stdout)
    assert (again["accepted"], again["damaged"], again["references"]) == (False, False, [])
    changed(strange, "INSERT INTO change (at, kind, article_id, revision) VALUES ('x', 'new', 98, 1)")
    assert len(checks.check(strange).references) == 2, "one more than was accepted"


def test_a_check_by_hand_clears_what_an_earlier_one_told_and_leaves_finished_copies_alone(strange: Path) -> None:
    checks.accept(strange, now=NOON)
    with Store.open(strange) as store:
        store.writer.submit(lambda db: last_check.keep(db, ["page 7"], structure=True, at=NOON)).result()
    copy, _ = backup.backup(strange, strange.with_name("copy.db"), now=NOON)
    before = copy.read_bytes()
    for path in (strange, copy):
        with pytest.raises(errors.Corrupt, match=r"\(page 7\), so nothing more is written on it"):
            Store.open(path)
        assert CliRunner().invoke(main, ["db", "check", "--db", str(path)]).exit_code == 0
    assert copy.read_bytes() == before
    Store.open(strange).close()


def test_what_is_known_to_be_damaged_is_written_on_by_no_command(strange: Path) -> None:
    file = strange.with_name("pages.warc")
    file.touch()
    with Store.open(strange) as store:
        store.writer.submit(lambda db: last_check.keep(db, ["page 7"], structure=True, at=NOON)).result()
    for command in (["import", str(file)], ["reextract"], ["db", "prune"]):  # `run` opens as an import does
        told = CliRunner().invoke(main, [*command, "--db", str(strange)])
        assert told.exit_code == 3, command
        assert "the last check found its structure damaged (page 7)" in told.stderr


def test_nothing_is_accepted_where_a_row_of_news_is_damaged_too(strange: Path) -> None:
    changed(strange, "UPDATE article SET section = 'x'")
    before = CliRunner().invoke(main, ["db", "check", "--accept", "--db", str(strange)])
    assert before.exit_code == 3
    assert "accepted:" not in before.output
    assert checks.check(strange).sums
    with pytest.raises(errors.Corrupt, match=r"a copy of .*news\.db for .*copy\.db is damaged"):
        backup.backup(strange, strange.with_name("copy.db"), now=NOON)


def test_a_value_that_is_no_text_any_more_is_more_than_a_wrong_sum(strange: Path) -> None:
    changed(strange, "UPDATE host SET robots_body = CAST(x'ff41' AS TEXT)")
    report = checks.accept(strange, now=NOON)
    assert "Could not decode to UTF-8" in report.rows[0]
    assert report.sums == []


def test_a_wrong_sum_stops_no_backup_and_takes_no_older_copys_place(
    strange: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = strange.with_name("copies")
    folder.mkdir()
    checks.accept(strange, now=NOON)
    whole, _ = backup.backup(strange, folder, now=NOON, keep=2)
    changed(strange, "INSERT INTO host (host) VALUES ('a third.test')")
    made = [backup.backup(strange, folder, now=NOON + hour * 3600, keep=2)[0] for hour in range(1, 5)]
    assert sorted(folder.iterdir()) == [whole, *made[2:]], "doubtful copies take each other's place alone"
    assert "db check --accept" in caplog.text
    before = made[3].read_bytes()
    with pytest.raises(errors.Corrupt, match="it stays as it is"):
        backup.backup(strange, made[3], now=NOON)
    assert made[3].read_bytes() == before
    assert restore(made[3], strange, now=NOON) is not None
    checks.accept(strange, now=NOON)
    assert len(backup.backup(strange, folder, now=NOON + 9 * 3600, keep=1)[1]) == 3
    changed(strange, "DELETE FROM host")
    backup.backup(strange, folder, now=NOON + 10 * 3600, keep=1)
    assert len(list(folder.iterdir())) == 2, (
        "the last whole one stays, also of a database that a doubtful copy was restored to"
    )


def test_only_copies_of_the_same_database_that_are_not_of_the_future_are_removed(tmp_path: Path) -> None:
    paths = [tmp_path / name / "news[1].db" for name in ("one", "other")]
    for path in paths:
        path.parent.mkdir()
        Store.open(path).close()
    folder = tmp_path / "copies"
    folder.mkdir()
    others, _ = backup.backup(paths[1], folder, now=NOON - 3600, keep=1)
    future, _ = backup.backup(paths[0], folder, now=NOON + 1e9, keep=1)
    for hour in range(3):
        last, _ = backup.backup(paths[0], folder, now=NOON + 3600 * hour, keep=1)
    assert set(folder.iterdir()) == {others, future, last}


@contextmanager
def held(path: Path, how: str) -> Iterator[int]:
    """A process that holds the database; answers its number."""
    holding = f"import sys, time; from pathlib import Path; {how}; print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", LEAN + holding, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
        process.communicate("\n")


def outdated(path: Path) -> bytes:
    """Have the database be of the schema before this."""
    changed(path, f"UPDATE meta SET value = '{migrations.version() - 1}' WHERE key = 'schema_version'")
    return path.read_bytes()


DAEMON = "from storage.lock import DaemonLock; lock = DaemonLock(Path(sys.argv[1])); lock.__enter__()"
CRAWL = (
    "from storage import owners; from storage.store import Store; s = Store.open(sys.argv[1]);"
    " s.writer.submit(lambda db: owners.register(db, now=0.0)).result()"
)
READER = "from storage.reader import Reader; r = Reader(sys.argv[1]); r.counts()"


@pytest.mark.parametrize("how", [DAEMON, CRAWL])
def test_a_database_that_an_older_dateline_works_on_is_not_migrated(tmp_path: Path, how: str) -> None:
    path = tmp_path / "news.db"
    Store.open(path).close()
    with held(path, how) as pid:
        outdated(path)
        with pytest.raises(errors.InUse, match=rf"process {pid} is at work on it: stop that one"):
            database.open_writer(path)
        assert not list(tmp_path.glob("*.bak"))
    database.open_writer(path).close()
    assert len(list(tmp_path.glob("*.bak"))) == 1


def test_a_reader_and_what_a_killed_crawl_left_keep_nobody_from_a_new_schema(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "news.db"
    with Store.open(path) as store:
        store.writer.submit(lambda db: owners.register(db, now=NOON)).result()
    changed(path, "UPDATE owner SET pid = 1, started = '0', space = 'another' || space")
    with held(path, READER) as pid:
        outdated(path)
        database.open_writer(path).close()
    assert f"while process {pid} has it open" in caplog.text


def test_one_that_begins_while_the_copy_is_made_is_seen_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "news.db"
    Store.open(path).close()
    outdated(path)
    begun = ExitStack()
    monkeypatch.setattr(
        database, "backup_before_migration", lambda *_: begun.enter_context(held(path, DAEMON)) and path
    )
    with begun, pytest.raises(errors.InUse):
        database.open_writer(path)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone() != (
            str(migrations.version()),
        )


def test_what_makers_left_that_were_killed_goes_and_what_others_are_at_stays(tmp_path: Path) -> None:
    path, goal, folder = tmp_path / "news.db", tmp_path / "pub.db", tmp_path / "copies"
    folder.mkdir()
    Store.open(path).close()
    dying = """
import os, sys
from pathlib import Path
from storage import backup, copies
from storage.store import Store
news, new, goal, folder = map(Path, sys.argv[1:])
copies.sync = os.link = lambda *given: os._exit(9)
for make in (lambda: backup.publish(news, goal), lambda: backup.backup(news, folder, now=0.0), lambda: Store.open(new)):
    if (child := os.fork()) == 0:
        make()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    given = [str(each) for each in (path, tmp_path / "new.db", goal, folder)]
    done = subprocess.run([sys.executable, "-c", LEAN + dying, *given], cwd=ROOT, check=True, capture_output=True)
    assert done.stdout == b"9\n9\n9\n"
    assert len([*tmp_path.glob(".*"), *folder.glob(".*")]) == 3
    with copies.part_of(path, goal) as working:
        backup.publish(path, goal)
        assert working.exists(), "another's, who is at work"
    backup.backup(path, folder, now=NOON)
    Store.open(tmp_path / "new.db").close()
    assert [*tmp_path.glob(".*"), *folder.glob(".*")] == []


def test_a_database_of_another_program_that_is_busy_is_not_replaced(tmp_path: Path) -> None:
    path, theirs = tmp_path / "news.db", tmp_path / "theirs.db"
    Store.open(path).close()
    changed(theirs, "CREATE TABLE t (a)")
    before = theirs.read_bytes()
    with closing(sqlite3.connect(theirs)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT * FROM t").fetchall()
        assert access.lock_holders(theirs) == [str(os.getpid())]
        with pytest.raises(errors.NotDateline, match="is no Dateline database"):
            restore(path, theirs, now=NOON)
    assert theirs.read_bytes() == before


def test_a_lock_of_a_file_of_the_same_number_on_another_disk_is_not_taken_for_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "news.db"
    file.touch()
    found = file.stat()
    for device, same in ((os.makedev(8, 1), True), (os.makedev(8, 2), False), (os.makedev(0, 40), False)):
        as_told = f"{os.major(device):02x}:{os.minor(device):02x}:{found.st_ino}"
        here = os.stat_result((*found[:2], os.makedev(8, 1), *found[3:]))
        assert access._is_of(as_told, here) is same
    overlay = os.stat_result((*found[:2], os.makedev(0, 41), *found[3:]))
    assert access._is_of(f"00:28:{found.st_ino}", overlay), "where the two may name different devices"
    assert not access._is_of(f"00:28:{found.st_ino + 1}", overlay)


def test_sums_over_many_rows_are_told_of_before_they_are_made(
    strange: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sums, "_TOLD_ROWS", 1)
    with caplog.at_level(logging.WARNING):
        checks.accept(strange, now=NOON)
    assert "are made; others that write wait meanwhile" in caplog.text


@pytest.mark.parametrize("kind", ["STRICT", ""])
def test_every_kind_of_value_counts_the_same_in_a_trigger_and_in_a_check(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "news.db"
    database.open_writer(path).close()
    changed(path, f"CREATE TABLE odd (t TEXT, b BLOB, n INTEGER, r REAL, o {'ANY' if kind else ''}) {kind}")
    changed(path, f"CREATE TABLE plain (id INTEGER PRIMARY KEY, t TEXT NOT NULL, b BLOB, n INTEGER, r REAL) {kind}")
    rows = [
        ("né %s 文", b"\0\xff%", -(2**63), 0.1),
        ("None", b"", 0, -0.0),
        ("", None, None, 0.0),
        ("\2None", None, 1, 1e300),
        ("7", b"7", 7, 7.0),
    ]
    with closing(database.open_writer(path)) as db:
        conn = db.conn
        for number, row in enumerate(rows):
            conn.execute("INSERT INTO plain VALUES (?, ?, ?, ?, ?)", (number, *row))
            for odd in (None, 1, 1.5, "x", b"x"):
                conn.execute("INSERT INTO odd VALUES (?, ?, ?, ?, ?)", (*row, odd))
            assert sums.wrong(db) == []
        for row in rows:
            conn.execute("UPDATE plain SET t = ?, b = ?, n = ?, r = ?", row)
            conn.execute("UPDATE odd SET o = t, t = NULL, b = ?, n = ?, r = ?", row[1:])
            assert sums.wrong(db) == []
        conn.execute("DELETE FROM plain WHERE id = 2")
        conn.execute("REPLACE INTO plain (id, t) VALUES (3, 'other')")
        assert sums.wrong(db) == []
        conn.execute("DROP TRIGGER sum_plain_update")
        conn.execute("UPDATE plain SET r = -r")
        assert sums.wrong(db) == ["plain"]
