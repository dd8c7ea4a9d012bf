"""The daemon's own check: it takes no worker from the pages, ends the daemon where the structure is damaged, and a restart does
not write on."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from click.testing import CliRunner

from crawler import daemon, nightly
from crawler.cli import main
from storage import checks, last_check
from storage.errors import Corrupt
from storage.store import Store
from tests.storage.harness import NOON, SOURCE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crawler.session import Session
else:
    from sqlite_utils.utils import sqlite3


class Here:
    """A pool that does what it is asked in this process."""

    def __init__(self, workers: int, *, nice: int, extracts: bool) -> None:
        assert (workers, nice, extracts) == (1, nightly.NICE, False)

    async def run(self, function: Callable[..., Any], *given: Any, seconds: float, **more: Any) -> Any:
        assert seconds == nightly.LONGEST
        return function(*given, **more)

    async def close(self) -> None:
        """There is nothing to end."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "news.db") as opened:
        run = opened.begin_run(SOURCE, NOON).result()
        opened.begin_record(run, SOURCE, "https://mercury.test/1", "warc:x#1", NOON).result()
        yield opened


def at(store: Store) -> Session:
    """As much of a session as a check may use: not its pool of workers."""
    config = SimpleNamespace(database=store.path, learn=False)
    return cast("Session", SimpleNamespace(config=config, store=store, stop=asyncio.Event(), clock=time.time))


async def test_the_check_has_a_process_of_its_own(store: Store) -> None:
    await nightly.check(at(store))
    last = store.writer.submit(last_check.last, writes=False).result()
    assert last is not None
    assert (last.damage, last.structure) == ((), False)
    assert not await nightly.is_due(at(store))


async def test_a_row_that_another_program_wrote_is_told_with_what_to_do_and_ends_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(nightly, "ExtractionPool", Here)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as conn:
        conn.execute("INSERT INTO host (host) VALUES ('another.test')")
        conn.execute("UPDATE fetch SET run_id = 99")
    await nightly.check(at(store))
    assert "damaged: table host" in caplog.text
    assert "refers to a row of run that is not there" in caplog.text
    assert "db check --accept" in caplog.text


async def test_a_file_whose_first_page_is_lost_ends_the_daemon(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "ExtractionPool", Here)
    store.close()
    whole = store.path.read_bytes()
    for place, lost in ((100, b"\7" * 60), (0, b"\0" * 16)):
        store.path.write_bytes(whole[:place] + lost + whole[place + len(lost) :])
        with pytest.raises(Corrupt, match="its structure is damaged"):
            await nightly.check(at(store))
    told = CliRunner().invoke(main, ["db", "check", "--db", str(store.path)])
    assert told.exit_code == 3
    store.path.write_bytes(whole[:100] + b"\7" * 60 + whole[160:])
    told = CliRunner().invoke(main, ["db", "check", "--db", str(store.path)])
    assert (told.exit_code, told.stdout) == (3, "damaged: it cannot be opened: database disk image is malformed\n")
    assert "db restore BACKUP" in told.stderr
    assert "db check" not in told.stderr


async def test_a_daemon_that_is_started_again_on_a_damaged_structure_crawls_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "ExtractionPool", Here)
    found = ["page 7 is never used"]
    monkeypatch.setattr(checks, "_structure", lambda *_, **__: found)
    with pytest.raises(Corrupt):
        await nightly.check(at(store))
    session = at(store)
    assert await daemon._Daemon(session, cast("Any", None)).run() == 3
    assert session.stop.is_set()
    with monkeypatch.context() as broken:
        broken.setattr(checks, "check", lambda *_, **__: "extract_memory")
        with pytest.raises(Corrupt, match="could not be checked again"):
            await nightly.make_sure(at(store))
    found = []
    await nightly.make_sure(at(store))
    last = store.writer.submit(last_check.last, writes=False).result()
    assert last is not None
    assert (last.damage, last.structure) == ((), False)
