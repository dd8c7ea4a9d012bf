"""Check, backup, restore, prune: what is damaged is named, and nothing that was there is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from storage import backup, checks, errors, index_check, journal
from storage.models import Decision, Page, Profile
from storage.reader import Reader
from storage.restore import restore
from storage.room import prune
from storage.store import Store
from tests.conftest import LEAN
from tests.storage.harness import NOON, SOURCE, Crawl, article, eventually

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
else:
    from sqlite_utils.utils import sqlite3


def stored(path: Path, *, many: int = 6) -> Path:
    """A closed database with some articles and their pages."""
    crawl = Crawl(path)
    for number in range(many):
        page = Page(
            url=f"https://mercury.test/news/{number}",
            final_url=f"https://mercury.test/news/{number}",
            body=os.urandom(20_000),
            fetched_at="2023-11-14T22:13:20Z",
            profile=Profile(source=SOURCE),
            status=200,
        )
        crawl.save(article(number, text=f"Harbour {number} reopens."), Decision("new", None, 0, "first"), page=page)
    crawl.close()
    return path


def changed(path: Path, sql: str) -> None:
    """As a bad disk, or another program, changes rows: behind the store's back."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute(sql)
    conn.close()


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE revision SET body = 'Harbour 2 reopenz.' WHERE article_id = 3", "revision 1 of article 3"),
        ("UPDATE article SET section = 'x' WHERE id = 2", "article 2"),
        ("UPDATE raw_page SET body = x'00' WHERE fetch_id = 4", "raw page 4"),
        ("UPDATE fetch SET url = url || 'x' WHERE id = 1", "table fetch"),
        ("DELETE FROM change WHERE seq = 2", "table change"),
        ("DELETE FROM search WHERE rowid = (SELECT search_id FROM article WHERE id = 5)", "full-text index: article 5"),
        ("UPDATE address SET article_id = 99 WHERE article_id = 1", "refers to a row of article"),
    ],
)
def test_each_damaged_thing_is_named(tmp_path: Path, sql: str, named: str) -> None:
    path = stored(tmp_path / "news.db")
    assert checks.check(path).damage == []
    changed(path, sql)
    assert named in "; ".join(checks.check(path).damage)


def test_the_index_that_is_made_to_compare_with_lies_on_the_disk_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(tmp_path / "news.db", many=1)
    sizes: dict[str, int] = {}

    def texts(db: Any) -> Iterator[tuple[Any, ...]]:
        for number in range(400):
            yield (number, "", "", " ".join(f"w{number}x{word}" for word in range(400)))
        for descriptor in Path("/proc/self/fd").iterdir():
            if descriptor.is_symlink() and ".check" in str(descriptor.readlink()):
                sizes[str(descriptor.readlink())] = os.stat(descriptor).st_size  # noqa: PTH116 - the file has no name

    monkeypatch.setattr(index_check, "_texts", texts)
    assert checks.check(path).index
    assert len(sizes) == 1
    assert str(tmp_path) in next(iter(sizes))
    assert next(iter(sizes.values())) > 1_000_000
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("message", ["database is locked", "interrupted", "database or disk is full"])
def test_what_only_keeps_a_check_from_its_end_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    path = stored(tmp_path / "news.db", many=1)
    code = {"database is locked": 5, "interrupted": 9, "database or disk is full": 13}[message]

    def failing(*_: object, **__: object) -> list[str]:
        error = sqlite3.OperationalError(message)
        error.sqlite_errorcode = code
        raise error

    for part in ("_structure", "wrong_texts"):
        monkeypatch.setattr(checks, part, failing)
        with pytest.raises(errors.StorageError, match=message):
            checks.check(path)


def test_a_full_disk_beside_the_database_is_no_damage_of_its_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(tmp_path / "news.db", many=1)
    connect = sqlite3.connect

    def full(name: Any, *given: Any, **named: Any) -> Any:
        conn = connect(name, *given, **named)
        if ".check" in str(name):
            conn.execute("PRAGMA max_page_count = 1")
        return conn

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(errors.Full):
        checks.check(path)


def test_what_a_crawl_writes_keeps_every_sum_right(crawl: Crawl) -> None:
    crawl.seed()
    crawl.open_host()
    crawl.end(crawl.take(kinds=["feed"]), due=crawl.now + 300)
    crawl.new(article(1))
    crawl.later()
    crawl.store.finish_run(crawl.run, crawl.now, "finished").result()
    crawl.store.set_reextraction_cursor("a").result()
    crawl.store.set_reextraction_cursor("b").result()
    assert checks.check(crawl.path).damage == []


def test_a_journal_that_was_left_is_told_and_is_no_damage(tmp_path: Path) -> None:
    killed = "import os,sys; from tests.storage.harness import *; from pathlib import Path; "
    killed += "Crawl(Path(sys.argv[1])).new(article(1)); os._exit(9)"
    subprocess.run(
        [sys.executable, "-c", LEAN + killed, str(tmp_path / "n.db")], cwd=Path(__file__).parents[2], check=False
    )
    report = checks.check(tmp_path / "n.db", quick=True)
    assert report.damage == []
    assert "did not end cleanly" in report.notes[0]


def test_a_file_that_was_cut_short_is_refused_by_all(tmp_path: Path) -> None:
    path = stored(tmp_path / "news.db")
    os.truncate(path, path.stat().st_size - 4096)
    for opening in (Reader, Store.open):
        with pytest.raises(errors.Corrupt, match=r"malformed.*db restore"):
            opening(path)


def test_a_backup_beside_a_writer_is_whole_and_only_the_newest_stay(tmp_path: Path) -> None:
    crawl = Crawl(tmp_path / "news.db")
    folder = tmp_path / "copies"
    folder.mkdir()
    other = folder / "news-letter.db"
    other.write_text("not ours")
    made = []
    for hour in range(4):
        crawl.new(article(hour))
        copy, _ = backup.backup(crawl.path, folder, now=NOON + 3600 * hour, keep=2)
        made.append(copy)
        with Reader(copy) as reader:
            assert reader.counts()["articles"] == hour + 1
    crawl.close()
    assert sorted(folder.iterdir()) == sorted([other, *made[2:]])
    assert (made[3].stat().st_mode & 0o777) == 0o600


def test_a_damaged_database_takes_no_copys_place(tmp_path: Path) -> None:
    path = stored(tmp_path / "news.db")
    goal = tmp_path / "copy.db"
    backup.backup(path, goal, now=NOON)
    before = goal.read_bytes()
    changed(path, "UPDATE revision SET body = 'x' WHERE id = 1")
    with pytest.raises(errors.Corrupt, match="revision 1 of article 1"):
        backup.backup(path, goal, now=NOON)
    assert goal.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith(".")) == []


def others(folder: Path) -> dict[str, Path]:
    """What may lie where somebody wants a database, and is none."""
    made = {name: folder / name for name in ("empty", "text", "other.db", "folder", "pipe", "link", "cut.db")}
    made["empty"].touch()
    made["text"].write_text("My diary. " * 50)
    conn = sqlite3.connect(made["other.db"])
    conn.execute("CREATE TABLE t (a)")
    conn.close()
    made["folder"].mkdir()
    os.mkfifo(made["pipe"])
    made["link"].symlink_to(made["text"])
    whole = stored(folder / "whole.db")
    made["cut.db"].write_bytes(whole.read_bytes()[:40_000])
    return made


def test_nothing_but_a_dateline_database_is_ever_written_over(tmp_path: Path) -> None:
    source = stored(tmp_path / "news.db")
    for name, path in others(tmp_path).items():
        before = path.read_bytes() if path.is_file() else None
        writing: dict[str, Callable[[Path], Any]] = {
            "publish": lambda path: backup.publish(source, path),
            "backup": lambda path: backup.backup(source, path, now=NOON),
            "restore": lambda path: restore(source, path, now=NOON),
            "open": Store.open,
        }
        if name == "folder":
            del writing["backup"]  # goes into it
        if name == "cut.db":
            del writing["restore"]  # a damaged database of ours is what it is for: that stays under another name
        for what, write in writing.items():
            with pytest.raises(errors.StorageError) as caught:
                write(path)
            assert str(tmp_path) in str(caught.value), (name, what)
            assert before is None or path.read_bytes() == before, (name, what)
            assert path.is_fifo() == (name == "pipe")
            assert path.is_symlink() == (name == "link")


def test_a_restore_puts_the_copy_in_place_and_keeps_what_was_there(tmp_path: Path) -> None:
    path = stored(tmp_path / "news.db")
    copy, _ = backup.backup(path, tmp_path / "copy.db", now=NOON)
    with path.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(os.urandom(4096 * 20))
    torn = path.read_bytes()
    assert checks.check(path).damage
    kept = restore(copy, path, now=NOON)
    assert kept is not None
    assert kept.read_bytes()[8192:] == torn[8192:]
    assert checks.check(path).damage == []
    assert (path.stat().st_mode & 0o777) == 0o600
    again = Crawl(path)
    again.new(article(77))
    again.close()


def test_a_restore_waits_for_nobody_who_has_the_database(tmp_path: Path) -> None:
    path = stored(tmp_path / "news.db")
    copy, _ = backup.backup(path, tmp_path / "copy.db", now=NOON)
    holding = (
        "import sys; from storage.store import Store; s = Store.open(sys.argv[1]); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", LEAN + holding, str(path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(errors.Busy, match=rf"\({process.pid}\).*stop it"):
            restore(copy, path, now=NOON)
        process.communicate("\n")
    assert restore(copy, path, now=NOON) is not None


def test_a_writer_whose_file_was_replaced_writes_nothing_more(tmp_path: Path) -> None:
    crawl = Crawl(tmp_path / "news.db")
    other = stored(tmp_path / "other.db")
    other.replace(crawl.path)
    with pytest.raises(errors.Replaced, match="another put in its place"):
        crawl.store.begin_run(SOURCE, NOON).result()
    crawl.store.writer.close()


def test_a_restore_killed_at_any_step_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """Each call that changes the folder is the last one in turn."""
    path = stored(tmp_path / "news.db", many=3)
    copy, _ = backup.backup(path, tmp_path / "copy.db", now=NOON)
    crawl = Crawl(path)
    crawl.new(article(50))
    crawl.close()
    dying = """
import os, sys
from pathlib import Path
from storage import checks, restore
from storage.reader import Reader
copy, path = sys.argv[1:]
def last(call):
    def done(*given, **named):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return call(*given, **named)
    return done
for name in ("link", "unlink", "replace", "fsync", "chmod", "chown", "open"):
    setattr(os, name, last(getattr(os, name)))
for step in range(60):
    left = 10**9
    if (child := os.fork()) == 0:
        left = step
        restore.restore(copy, path, now=0.0)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with Reader(path) as reader:
        print(status, reader.counts()["articles"], len(checks.check(path, quick=True).damage), flush=True)
    if status == 0:
        break
"""
    done = subprocess.run(
        [sys.executable, "-c", LEAN + dying, str(copy), str(path)],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
        text=True,
    )
    steps = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert [status for status, *_ in steps] == [9] * (len(steps) - 1) + [0]
    assert {articles for _, articles, _ in steps} == {3, 4}
    assert {damage for *_, damage in steps} == {0}
    assert not list(tmp_path.glob(".news*"))
    kept = list(tmp_path.glob("news.db.before-restore*"))
    assert kept
    assert not any(each.samefile(path) for each in kept), "a link that a kill left is taken back"


def test_pruning_gives_space_back_and_says_how_much(tmp_path: Path) -> None:
    path = stored(tmp_path / "news.db", many=100)
    with Store.open(path) as store:
        freed = prune(store, now=NOON + 86400, days=14, most_bytes=200_000)
        assert 80 <= freed.pages <= 95
        assert freed.before - freed.after > 1_500_000
        assert freed.left is None
    assert path.stat().st_size == freed.after
    assert checks.check(path).damage == []


def test_a_journal_that_a_long_reader_blew_up_is_small_again_when_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in (("LIMIT", 100_000), ("ALARM", 400_000), ("LOOK_SECONDS", 0.05)):
        monkeypatch.setattr(journal, name, value)
    monkeypatch.setattr("storage.writer.LOOK_SECONDS", 0.05)
    crawl = Crawl(tmp_path / "n.db")
    with Reader(crawl.path) as reader, reader.one_state():
        reader.counts()
        for number in range(60):
            crawl.new(article(number, text="A long text. " * 1000))
        assert journal.size(crawl.path) > 400_000
        assert eventually(lambda: "close that reader" in caplog.text)
    assert eventually(lambda: journal.size(crawl.path) <= 100_000)
    crawl.close()
