"""The pool of killable workers: every misbehaviour ends as a reason, the pool goes on, nothing outlives its parent."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest
import pytest_asyncio

from pipelines import fork_client, forking, workers
from pipelines.workers import FAILURES, ExtractionPool
from storage.models import Page, Profile

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def _hostile() -> ModuleType:
    """`hostile.py` as a module of that name that a spawned worker can import too."""
    if str(HERE) not in sys.path:
        sys.path.append(str(HERE))
    return importlib.import_module("hostile")


hostile = _hostile()
WAYS = [
    pytest.param(True, id="forked", marks=pytest.mark.skipif(not forking.FORKS, reason="Linux's")),
    pytest.param(False, id="spawned"),
]
GOOD = (
    b"<html><head><title>Harbour opens</title></head><body><article><h1>Harbour opens</h1>"
    + b"".join(
        f"<p>Paragraph {n} of a story about the new harbour, which was opened by the mayor on Tuesday.</p>".encode()
        for n in range(8)
    )
    + b"</article></body></html>"
)


def page(body: bytes = GOOD, url: str = "https://agency.test/news/1") -> Page:
    return Page(url, url, body, "2026-09-01T00:00:00Z", Profile(source="test"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pool() -> AsyncIterator[ExtractionPool]:
    """One worker as every crawl has it; no test that uses it kills it."""
    made = ExtractionPool(1)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=WAYS)
async def cold_pool(request: pytest.FixtureRequest) -> AsyncIterator[ExtractionPool]:
    """Workers that load no extractor, which costs a second of CPU: by either way in which they come to be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forking, "FORKS", request.param)
        made = ExtractionPool(2, clock=1.0, extracts=False)
    yield made
    await made.close()


async def test_a_page_comes_back_as_an_article(pool: ExtractionPool) -> None:
    extraction = await pool.extract(page())
    assert extraction.article is not None
    assert extraction.article.title == "Harbour opens"
    assert extraction.article.body.count("\n\n") == 7


async def test_run_gives_the_functions_result_and_takes_keywords(pool: ExtractionPool) -> None:
    assert await pool.run(hostile.echo, "feed", seconds=5, twice=True) == ["feed", "feed"]


@pytest.mark.parametrize(
    ("function", "args", "reason"),
    [
        (hostile.sleep, (30,), "extract_timeout"),
        (hostile.backtrack, (), "extract_timeout"),
        (hostile.die, (3,), "extract_crash"),
        (hostile.kill_self, (), "extract_crash"),
        (hostile.allocate, (4 * 2**30,), "extract_memory"),
        (hostile.fail, ("no",), "extract_error"),
        (hostile.recurse, (), "extract_error"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_misbehaving_call_ends_as_a_reason_and_the_pool_goes_on(
    cold_pool: ExtractionPool, function: object, args: tuple[object, ...], reason: str
) -> None:
    before = cold_pool.deaths
    assert await cold_pool.run(function, *args, seconds=1.0) == reason  # type: ignore[arg-type]
    assert reason in FAILURES
    assert cold_pool.deaths - before == (reason in {"extract_timeout", "extract_crash"}), "only that is a death"
    assert await cold_pool.run(hostile.echo, 1, seconds=5) == 1


async def test_a_call_is_ended_by_its_own_cpu_time_and_by_the_clock_only_much_later() -> None:
    own = ExtractionPool(2, seconds=0.4, clock=20.0, extracts=False)
    try:
        busy, waiting = await asyncio.gather(
            own._called(hostile.backtrack, (), {}, 0.4), own.run(hostile.late, 0.9, seconds=0.4)
        )
        assert isinstance(busy, workers._Failure)
        assert (busy.reason, busy.detail) == ("extract_timeout", "took longer than 0.4 s of CPU time")
        assert waiting == "late"
    finally:
        await own.close()


async def test_workers_that_never_start_are_a_reason_and_no_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_begin", hostile.begin_never)
    monkeypatch.setattr(workers, "START_SECONDS", 0.5)
    own = ExtractionPool(1, clock=1.0, extracts=False)
    try:
        assert await asyncio.wait_for(own.run(hostile.echo, 1, seconds=0.1), 30) == "extract_crash"
    finally:
        await own.close()


async def test_good_calls_finish_beside_hanging_ones(cold_pool: ExtractionPool) -> None:
    calls = [
        cold_pool.run(hostile.sleep, 30, seconds=0.7),
        *(cold_pool.run(hostile.echo, n, seconds=5) for n in range(20)),
        cold_pool.run(hostile.die, 1, seconds=5),
    ]
    results = await asyncio.gather(*calls)
    assert results == ["extract_timeout", *range(20), "extract_crash"]


async def test_an_idle_worker_that_is_killed_costs_nobody_a_page(cold_pool: ExtractionPool) -> None:
    victim = await cold_pool.run(hostile.pid, seconds=5)
    assert isinstance(victim, int)
    os.kill(victim, signal.SIGKILL)
    await asyncio.sleep(0.3)
    before = cold_pool.deaths
    assert await cold_pool.run(hostile.echo, 1, seconds=5) == 1
    assert cold_pool.deaths == before + 1


async def test_an_error_in_extraction_names_the_page_and_the_cause(pool: ExtractionPool) -> None:
    broken = Page(
        "https://agency.test/2",
        "https://agency.test/2",
        GOOD,
        "2026-09-01T00:00:00Z",
        Profile(source="test", body=("p[",)),
    )
    extraction = await pool.extract(broken)
    assert extraction.article is None
    assert extraction.reason == "extract_error"
    assert "https://agency.test/2" in str(extraction.detail)
    assert "p[" in str(extraction.detail)


@pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
async def test_workers_have_limits_and_leave_ctrl_c_to_the_parent(pool: ExtractionPool) -> None:
    limits = await pool.run(hostile.limits, seconds=5)
    assert isinstance(limits, dict)
    assert limits["memory"][0] == 1536 * 2**20
    assert limits["core"] == (0, 0)
    assert await pool.run(hostile.interrupt_handler, seconds=5) is True


async def test_workers_import_neither_scrapy_nor_the_main_module(pool: ExtractionPool) -> None:
    assert await pool.run(hostile.loaded, "scrapy", seconds=5) == []
    assert await pool.run(hostile.loaded, "twisted", seconds=5) == []
    assert await pool.run(hostile.main_file, seconds=5) is None


async def test_closing_is_quick_also_beside_deaf_and_busy_workers() -> None:
    own = ExtractionPool(2, extracts=False)
    assert await own.run(hostile.echo, 0, seconds=5) == 0
    calls = [
        asyncio.ensure_future(own.run(hostile.deaf_to_terminate, seconds=60)),
        asyncio.ensure_future(own.run(hostile.backtrack, seconds=60)),
    ]
    await asyncio.sleep(0.4)
    start = time.monotonic()
    await own.close()
    assert time.monotonic() - start < 20
    assert await asyncio.gather(*calls) == ["extract_crash", "extract_crash"]
    await own.close()
    assert (await own.extract(page())).reason == "extract_crash"


def _script(tmp_path: Path, body: str) -> Path:
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(body), encoding="utf-8")
    return script


def _gone(worker: int) -> bool:
    try:
        return Path(f"/proc/{worker}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_workers_die_with_a_parent_that_is_killed_and_do_not_import_it(tmp_path: Path) -> None:
    """As under the `scrapy` script: the main module imports Scrapy and has no `if __name__ == "__main__"`."""
    script = _script(
        tmp_path,
        f"""
        import sys
        sys.path[:0] = [{str(ROOT)!r}, {str(HERE)!r}]
        import asyncio, scrapy
        from pipelines.workers import ExtractionPool
        import hostile

        async def main():
            pool = ExtractionPool(2)
            await pool.run(hostile.die, 1, seconds=30)   # one of the two is then a refill
            found = set()
            while len(found) < 2:   # slowly: a worker that has had its 5,000 tasks is replaced, which is not meant here
                found |= set(await asyncio.gather(*(pool.run(hostile.slow_pid, seconds=30) for _ in range(6))))
            print("scrapy", await pool.run(hostile.loaded, "scrapy", seconds=30), flush=True)
            print("pids", await pool.run(hostile.parent, seconds=30), *found, flush=True)
            await asyncio.gather(*(pool.run(hostile.backtrack, seconds=600) for _ in range(2)))

        asyncio.run(main())
        """,
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            assert parent.stdout.readline().strip() == "scrapy []"
            workers = [int(word) for word in parent.stdout.readline().split()[1:]]
            time.sleep(0.3)
            assert not any(map(_gone, workers))
        finally:
            parent.send_signal(signal.SIGKILL)
    end = time.monotonic() + 30
    while time.monotonic() < end and not all(map(_gone, workers)):
        time.sleep(0.05)
    assert all(map(_gone, workers))


def test_a_pool_without_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ExtractionPool(0)


linux = pytest.mark.skipif(not forking.FORKS, reason="workers are forked on Linux")


@linux
async def test_workers_are_forked_from_one_process_that_has_loaded_what_they_need(pool: ExtractionPool) -> None:
    assert await pool.run(hostile.parent, seconds=5) != os.getpid()
    own = ExtractionPool(2, extracts=False)
    try:
        pids, parents = set[object](), set[object]()
        while len(pids) < 2:
            for family in await asyncio.gather(*(own.run(hostile.slow_family, seconds=5) for _ in range(6))):
                pids.add(family[0])
                parents.add(family[1])
        assert len(parents) == 1
        assert own.starts == 2
    finally:
        await own.close()


@linux
async def test_a_fork_server_that_is_killed_costs_the_pages_under_way_and_nothing_more() -> None:
    own = ExtractionPool(1, extracts=False)
    try:
        family = await own.run(hostile.slow_family, seconds=5)
        assert isinstance(family, tuple)
        worker, server = family
        under_way = asyncio.ensure_future(own.run(hostile.sleep, 30, seconds=60))
        await asyncio.sleep(0.3)
        os.kill(server, signal.SIGKILL)
        assert await under_way == "extract_crash"
        assert _gone(worker)
        assert await own.run(hostile.echo, 1, seconds=5) == 1
        assert await own.run(hostile.parent, seconds=5) not in {server, os.getpid()}
    finally:
        await own.close()


@linux
async def test_workers_inherit_no_descriptor_of_the_crawler(tmp_path: Path) -> None:
    with (tmp_path / "news.db").open("wb") as database:
        os.set_inheritable(database.fileno(), True)
        own = ExtractionPool(2, extracts=False)
        try:
            await asyncio.gather(*(own.run(hostile.slow_pid, seconds=5) for _ in range(6)))
            found = await own.run(hostile.descriptors, seconds=5)
        finally:
            await own.close()
    assert isinstance(found, list)
    others = {name for number, name in found if int(number) > 2 and not name.startswith("pipe:")}
    assert others <= {"/dev/null"}


@linux
async def test_a_pool_that_is_closed_while_it_loads_does_not_wait_for_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_client, "CODE", "import time; time.sleep(30)")
    own = ExtractionPool(1)
    own.start()
    asked = asyncio.ensure_future(own.run(hostile.echo, 1, seconds=5))
    await asyncio.sleep(0.1)
    await asyncio.wait_for(own.close(), 5)
    assert await asked == "extract_crash"


async def test_workers_give_way_to_other_processes_where_asked() -> None:
    pool = ExtractionPool(workers=1, nice=5, extracts=False)
    try:
        assert await pool.run(os.nice, 0, seconds=5.0) == min(os.nice(0) + 5, 19)
    finally:
        await pool.close()
