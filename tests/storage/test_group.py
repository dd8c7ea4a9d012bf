"""The group setting: a second user of the same machine reads, really as another user."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage import access, errors
from storage.store import Store
from tests.conftest import LEAN

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

AS_USER = """
import os, sys, encodings.idna
sys.path.insert(0, "."); os.umask(0o077)
from pathlib import Path
from storage.reader import Reader
from storage.store import Store
from storage.errors import StorageError
import storage.backup, storage.search
from tests.storage.harness import Crawl, article
import tempfile
with tempfile.TemporaryDirectory() as folder:  # imports what it will need: this Python may be closed to others
    warm = Crawl(Path(folder) / "n.db"); warm.new(article()); warm.close(); Reader(warm.path).close()
uid, path = int(sys.argv[1]), Path(sys.argv[2])
os.setgroups([{group}]); os.setgid(uid); os.setuid(uid)
"""
OWNER = (
    AS_USER
    + """
try:
    Store.open(path, group={group}).close()
except StorageError as error:
    print(f"{type(error).__name__}: {error}"); sys.exit()
crawl = Crawl(path)
crawl.new(article(int(sys.argv[3])))
print("at work", flush=True); sys.stdin.readline()
crawl.close()
"""
)
READER = (
    AS_USER
    + """
with Reader(path) as reader:
    print(reader.counts()["articles"], flush=True)
    sys.stdin.readline()
try:
    Store.open(path).close()
except StorageError as error:
    print(type(error).__name__)
"""
)
GROUP, WRITER_ID, READER_ID = 34567, 34568, 34569


@pytest.fixture
def shared() -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root can act as two users")
    folder = Path(tempfile.mkdtemp(prefix="dateline-"))  # pytest's own folder is closed to other users
    os.chown(folder, WRITER_ID, GROUP)
    yield folder
    for process in _STARTED:
        process.kill()
        process.communicate()
    _STARTED.clear()
    shutil.rmtree(folder)


_STARTED: list[subprocess.Popen[str]] = []


def _as_user(script: str, *arguments: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", LEAN + script.replace("{group}", str(GROUP)), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    _STARTED.append(process)
    return process


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        _, said = process.communicate("", timeout=20)
        raise AssertionError(said)
    return line


def _finish(process: subprocess.Popen[str]) -> str:
    out, said = process.communicate("\n", timeout=20)
    assert process.returncode == 0, said
    return out.strip()


def test_a_user_of_the_group_reads_during_and_after_a_run(shared: Path) -> None:
    path = shared / "news.db"
    owner = _as_user(OWNER, WRITER_ID, path, 1)
    assert _line(owner) == "at work"
    during = _as_user(READER, READER_ID, path)
    assert _line(during) == "1"
    _finish(owner)
    assert _finish(during) == "ReadOnly", "a reader does not write"
    after = _as_user(READER, READER_ID, path)
    assert _line(after) == "1"
    assert {p.stat().st_uid for p in shared.iterdir()} == {WRITER_ID}
    owner = _as_user(OWNER, WRITER_ID, path, 2)
    assert _line(owner) == "at work", "a reader that stays locks nobody out"
    _finish(owner)
    _finish(after)
    assert _mode(shared) == access.GROUP_FOLDER_MODE
    assert {_mode(p) for p in shared.iterdir()} == {access.GROUP_MODE}
    assert {p.name for p in shared.iterdir()} == {"news.db", "news.db-wal", "news.db-shm"}


def test_a_journal_that_a_reader_made_is_removed_once_that_reader_is_gone(shared: Path) -> None:
    path = shared / "news.db"
    owner = _as_user(OWNER, WRITER_ID, path, 1)
    _line(owner)
    _finish(owner)
    for side in ("-wal", "-shm"):  # as another program of the owner's leaves it
        Path(f"{path}{side}").unlink()
    reader = _as_user(READER, READER_ID, path)
    assert _line(reader) == "1"
    assert Path(f"{path}-shm").stat().st_uid == READER_ID
    refused = _as_user(OWNER, WRITER_ID, path, 2)
    assert f"belong to user {READER_ID}, a reader" in _finish(refused)
    _finish(reader)
    owner = _as_user(OWNER, WRITER_ID, path, 2)
    assert _line(owner) == "at work"
    _finish(owner)


def test_a_stranger_reads_nothing(shared: Path) -> None:
    owner = _as_user(OWNER, WRITER_ID, shared / "news.db", 1)
    _line(owner)
    _finish(owner)
    script = READER.replace("os.setgroups([{group}])", "os.setgroups([])")
    stranger = _as_user(script, READER_ID, shared / "news.db")
    _, said = stranger.communicate("", timeout=20)
    assert stranger.returncode == 1
    assert "Permission denied" in said


def test_an_unknown_group_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.StorageError, match="no group 'nobody-has-this'"):
        Store.open(tmp_path / "n.db", group="nobody-has-this")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
