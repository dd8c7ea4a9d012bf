"""A folder set up to crawl the demo site from processes of its own, beside the site's server in this process."""

from __future__ import annotations

import asyncio
import atexit
import fcntl
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from crawler.lean import load_sqlite_utils

load_sqlite_utils()  # pandas, where it is installed, would cost each process of the tests a second

from crawler.demo.project import HOSTS, opened, write_project  # noqa: E402
from crawler.demo.server import DemoServer, serving  # noqa: E402
from crawler.demo.site import Site  # noqa: E402
from pipelines.workers import ExtractionPool  # noqa: E402
from storage import database  # noqa: E402
from storage.reader import Reader  # noqa: E402
from tests import new_databases  # noqa: E402

# The same examples on every machine, so that a failure can be repeated; HYPOTHESIS_PROFILE=default hunts for
# new ones, and through more.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=40)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

if "PYTEST_XDIST_WORKER" not in os.environ:
    # The language model's copy: one for all processes of a run, and none in the user's own folder.
    CACHE = tempfile.mkdtemp(prefix="dateline-cache-")
    os.environ["XDG_CACHE_HOME"] = CACHE
    atexit.register(shutil.rmtree, CACHE, ignore_errors=True)

LEAN = "from crawler.lean import load_sqlite_utils\nload_sqlite_utils()\n"
"""Begins a script that a test gives to a process of its own: pandas, where it is installed, would cost it a second."""

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE")}


LONGEST = {
    "test_process.py": True,
    "docs/test_site.py": False,
    "deploy/test_distributions.py": False,
    "crawler/cluster/test_run.py": False,
    "crawler/test_survey_sites.py": False,
    "bench/test_kills_and_cuts.py": False,
    "crawler/cluster/test_load.py": False,
    "crawler/test_following.py": False,
}
"""Files with the tests that take longest, mostly waiting; True: its tests share nothing, so that each may go elsewhere."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Ten thousand tests and what they import stay until the end: the garbage collector need not go through them again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each process of the tests begins with its share of the longest, so that what is left for the end is quick."""
    longest: dict[str, list[pytest.Item]] = {}
    others: list[pytest.Item] = []
    for item in items:
        inside = item.path.is_relative_to(HERE)
        if not inside or (apart := LONGEST.get(item.path.relative_to(HERE).as_posix())) is None:
            others.append(item)
        else:
            longest.setdefault(item.nodeid if apart else str(item.path), []).append(item)
    processes = int(getattr(config, "workerinput", {}).get("workercount", 1))
    shares: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for number, group in enumerate(longest.values()):
        shares[number % processes].extend(group)
    left = len(items)
    items.clear()
    for number, share in enumerate(shares):  # xdist gives each process as many tests, in this order
        size = left // (processes - number)
        rest = max(0, size - len(share))
        items += share + others[:rest]
        del others[:rest]
        left -= size
    items += others


class Project:
    """`dateline` and `scrapy` as a user would call them, in a folder of their own."""

    def __init__(self, folder: Path, server: DemoServer, database: Path) -> None:
        self.folder = folder
        self.server = server
        self.database = database
        self.processes: list[subprocess.Popen[str]] = []

    def command(self, *arguments: str, more: tuple[str, ...] = ()) -> list[str]:
        """The argument list of a crawling command: `dateline …` with --at, `scrapy …` with ADDRESS_EXCEPTIONS."""
        if arguments[0] == "scrapy":
            places = json.dumps(dict.fromkeys((*HOSTS, *more), f"127.0.0.1:{self.server.port}"))
            return [str(BIN / "scrapy"), *arguments[1:], "-s", f"ADDRESS_EXCEPTIONS={places}"]
        return [str(BIN / "dateline"), *arguments, *opened(self.server.port, *more)]

    def run(
        self, *arguments: str, timeout: float = 300, more: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments, more=more),
            cwd=self.folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments: str, more: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self.command(*arguments, more=more),
            cwd=self.folder,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def end(
        self, process: subprocess.Popen[str], number: int = signal.SIGTERM, timeout: float = 60
    ) -> tuple[int, float, str]:
        """Send a signal; (exit status, seconds until the end, standard error)."""
        began = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=timeout)
        return process.returncode, time.monotonic() - began, said

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows of the public views."""
        with Reader(self.database) as reader:
            cursor = reader.db.conn.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def unexplained(self) -> dict[str, tuple[int, int]]:
        """Address -> (requests in the server's log, requests in `fetches`), where they differ."""
        seen = Counter(request.url for request in self.server.log)
        told: Counter[str] = Counter()
        for row in self.rows("SELECT urls FROM fetches WHERE urls IS NOT NULL"):
            told.update(json.loads(row["urls"]))
        return {url: (seen[url], told[url]) for url in seen.keys() | told.keys() if seen[url] != told[url]}

    def until(self, true: Callable[[], object], seconds: float, why: str) -> None:
        """Wait until `true()`; fails the test after `seconds`. Asked less often the more the last answer cost."""
        end = time.monotonic() + seconds
        while True:
            began = time.thread_time()
            if true():
                return
            assert time.monotonic() < end, f"not within {seconds} s: {why}"
            time.sleep(min(max(0.05, 20 * (time.thread_time() - began)), 2.0))


@pytest.fixture(scope="session", autouse=True)
def _new_databases_are_copies() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_make", new_databases.copied)
        yield


@pytest.fixture
async def reactor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Twisted's reactor on the tests' loop, with its resolver restored; it dials nothing but loopback."""
    if "twisted.internet.reactor" not in sys.modules:
        from twisted.internet import asyncioreactor

        asyncioreactor.install(asyncio.get_running_loop())  # type: ignore[no-untyped-call]
    from twisted.internet import reactor as running

    if not running.running:
        running.startRunning(installSignalHandlers=False)
    before = (running._nameResolver, running.resolver)
    dial: Any = running.connectTCP

    def only_loopback(host: str, *arguments: Any, **named: Any) -> Any:
        assert host in {"127.0.0.1", "::1"}, f"the test would have dialled {host}"
        return dial(host, *arguments, **named)

    monkeypatch.setattr(running, "connectTCP", only_loopback, raising=False)
    yield running
    running._nameResolver, running.resolver = before


@pytest.fixture(scope="session")
async def workers() -> AsyncIterator[ExtractionPool]:
    """A pool of one worker process that all crawls of this process may share; a busy machine may take its time."""
    pool = ExtractionPool(workers=1, seconds=120)
    yield pool
    await pool.close()


@pytest.fixture
def shared_workers(monkeypatch: pytest.MonkeyPatch, workers: ExtractionPool) -> None:
    """Sessions work with `workers` and leave it open: starting one of their own costs each a second of CPU."""

    class Shared:
        run, extract, start = staticmethod(workers.run), staticmethod(workers.extract), staticmethod(workers.start)

        async def close(self) -> None:
            """The session's end is not the pool's."""

    monkeypatch.setattr("crawler.workers_first.ExtractionPool", lambda **_: Shared())


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with `demo.db` of `dateline demo` and what that printed in `said`, made once however many processes test."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "demo"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = folder / "said"
        if not said.exists():
            done = subprocess.run(
                [str(BIN / "dateline"), "demo", "--db", "demo.db"],
                cwd=folder,
                env=ENVIRONMENT | {"COLUMNS": "100", "LC_ALL": "C.UTF-8"},
                capture_output=True,
                text=True,
                timeout=900,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert "not as expected" not in done.stderr
            said.write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture
def project_of(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`with project_of(site) as project`: a server for `site` and a folder to crawl it from."""
    made: list[Project] = []

    @contextmanager
    def project(
        site: Site | None = None, *, faults: Mapping[str, Any] | None = None, **options: Any
    ) -> Iterator[Project]:
        with serving(site or Site(), faults=faults) as server:
            folder = tmp_path / f"project-{len(made)}"
            # One worker a process: starting one costs a second of CPU, and no test is about how many there are.
            database = write_project(folder, server.port, **{"workers": 1, **options})
            made.append(Project(folder, server, database))
            try:
                yield made[-1]
            finally:
                for process in made[-1].processes:
                    if process.poll() is None:
                        process.kill()
                        process.communicate()
                    elif process.stderr and not process.stderr.closed:
                        process.stderr.close()

    yield project
