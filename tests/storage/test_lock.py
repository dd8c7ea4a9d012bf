"""One daemon a database: who holds it is told, and a dead holder holds nothing."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import Full, Missing, ReadOnly, StorageError
from storage.lock import DaemonHeld, DaemonLock, refuse_held
from tests.conftest import LEAN

HOLD = """
import sys, time
from pathlib import Path
from storage.lock import DaemonLock
with DaemonLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_is_told_the_first_ones_process_machine_and_beginning(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    refuse_held(database)
    assert not list(tmp_path.iterdir()), "who only asks leaves nothing behind"
    said = rf"\(process {os.getpid()}, on {re.escape(os.uname().nodename)}, since \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)"
    with DaemonLock(database):
        with pytest.raises(DaemonHeld, match=said), DaemonLock(database):
            pass
        with pytest.raises(DaemonHeld, match=said):
            refuse_held(database)
    refuse_held(database)
    assert issubclass(DaemonHeld, StorageError), "which every command tells in one line, with exit status 3"


def test_what_an_older_release_wrote_is_understood_and_an_empty_file_says_unknown(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    file = tmp_path / "news.db.daemon-lock"
    for text, told in (("4711\n", r"\(process 4711\)"), ("", r"\(process unknown\)")):
        with DaemonLock(database):
            file.write_text(text)
            with pytest.raises(DaemonHeld, match=told):
                refuse_held(database)


def test_a_lock_of_another_file_of_the_same_number_is_no_daemons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's table names files by number; the lock itself is asked before anybody is refused."""
    (tmp_path / "news.db.daemon-lock").write_text("4711\n")
    monkeypatch.setattr("storage.lock.lock_holder", lambda file: "4711")
    refuse_held(tmp_path / "news.db")


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOENT, Missing), (errno.ENOSPC, Full), (errno.EACCES, ReadOnly), (errno.EROFS, ReadOnly)],
)
def test_a_lock_that_cannot_be_made_says_why_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StorageError]
) -> None:
    def failing(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(kind, match=r"news\.db\.daemon-lock: .*(free|make|check)"), DaemonLock(tmp_path / "news.db"):
        pass


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG])
def test_a_full_disk_keeps_no_daemon_from_the_lock_for_want_of_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    database = tmp_path / "news.db"
    with DaemonLock(database):
        pass
    monkeypatch.setattr(os, "pwrite", full)
    with DaemonLock(database), pytest.raises(DaemonHeld, match="process unknown"):
        refuse_held(database)


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    holder = subprocess.Popen([sys.executable, "-c", LEAN + HOLD, str(database)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(DaemonHeld, match=f"process {holder.pid},"):
        refuse_held(database)
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    refuse_held(database)
    with DaemonLock(database):
        pass
