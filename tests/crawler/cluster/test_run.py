"""A run over many files by Dask: each file once, failed ones kept, other ones gone on with, a lost worker's work done again."""

from __future__ import annotations

import asyncio
import io
import json
import multiprocessing
import os
import signal
import threading
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from click.testing import CliRunner

pytest.importorskip("pyarrow")
pytest.importorskip("distributed")

from distributed import Client
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker
from pyarrow.parquet import ParquetFile

from crawler.arguments import ArgumentProblem
from crawler.cli import main
from crawler.cluster import engine, extraction, part, run, shown, task
from crawler.cluster.dataset import DatasetProblem, name_of, opened
from crawler.cluster.extraction import Ended, ExtractionPlugin, Pool, Unfit
from crawler.cluster.rules import rules_of
from tests.crawler.cluster.inside import cluster_inside
from tests.crawler.cluster.made_files import Extractions, warc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


def rows(dataset: Path) -> dict[str, list[part.Row]]:
    return {
        place.name: [replace(row, ms=0) for row in part.rows(ParquetFile(place).iter_batches())]
        for place in (dataset / "parts").iterdir()
        if place.suffix != ".tmp"
    }


def expected(files: list[Path], dataset: Path) -> dict[str, list[part.Row]]:
    """The rows of the same files without Dask."""
    rules = rules_of((), dataset.parent / "none.db", take_all=True)
    (place := opened(str(dataset))).begin(rules, now=0.0)
    for file in files:
        task.done(str(file), name_of(str(file)), place, rules, cast("Pool", Extractions()))
    return rows(dataset)


def test_a_worker_that_is_killed_has_its_file_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real cluster: this process, a worker process, its extraction process."""
    files = [warc(tmp_path / f"{name}.warc.gz", [f"{name}{n}" for n in range(3)]) for name in "abc"]
    killed: list[int] = []
    look = run.Window._look

    async def and_kill(window: Any) -> None:
        await look(window)
        if not killed and window._run.done:
            pids = await window._client.run(os.getpid)
            killed.extend(pids.values())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    monkeypatch.setattr(run.Window, "_look", and_kill)
    monkeypatch.setattr(run, "LOOK_SECONDS", 0.02)
    asked = run.Asked(tuple(map(str, files)), None, "", "local:1", str(tmp_path / "set"), take_all=True)
    assert run.import_by_dask(asked, (), tmp_path / "none.db", as_json=True) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(killed) == 1
    assert sorted(each["file"] for each in said if each["event"] == "file") == [str(file) for file in files]
    assert said[-1]["done"] + said[-1]["before"] == 3
    assert next(each["dashboard"] for each in said if "dashboard" in each).startswith("http://127.0.0.1:")
    assert rows(tmp_path / "set") == expected(files, tmp_path / "quiet")


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A cluster within this process, whose extraction needs no processes."""
    monkeypatch.setattr(extraction, "begun", lambda _: Extractions())
    async with cluster_inside() as client:
        yield client


async def test_files_that_fail_are_kept_tried_again_when_called_again_and_cost_no_other(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AGAIN_SECONDS", 0.0)
    files = [warc(tmp_path / f"{name}.warc.gz", [name]) for name in "abcdefgh"]
    urls, missing = [str(file) for file in files], str(tmp_path / "none.warc.gz")
    rules = rules_of((), tmp_path / "none.db", take_all=True)
    place = opened(str(tmp_path / "set"))
    place.begin(rules, now=0.0)
    await client.register_plugin(plugin := ExtractionPlugin(rules), name=plugin.name)

    async def called(urls: list[str]) -> tuple[shown.Run, list[dict[str, Any]]]:
        told: list[dict[str, Any]] = []
        state = shown.Run(len(urls))
        said = shown.Shown(cast("Any", None), state, as_json=True)
        monkeypatch.setattr(said, "_write", lambda words, facts: told.append(facts), raising=False)
        window = run.Window(client, place, plugin.name, state, said, asyncio.Event())
        await window.over(iter(urls))
        return state, told

    first, told = await called([*urls[:3], missing, urls[0]])
    assert (first.done, first.failed, first.before) == (3, 1, 1)
    assert sorted(each["file"] for each in told) == sorted([*urls[:3], missing])
    (kept,) = (tmp_path / "set" / "failed").iterdir()
    assert kept.stem == name_of(missing)
    assert json.loads(kept.read_text())["reason"] == "FileNotFoundError: No such file or directory"
    warc(Path(missing), ["found"])
    second, _ = await called([*urls, missing])
    assert (second.done, second.failed, second.before) == (6, 0, 3)
    assert list((tmp_path / "set" / "failed").iterdir()) == []
    assert rows(tmp_path / "set") == expected([*files, Path(missing)], tmp_path / "quiet")


class Answers:
    """In the place of a client: what a task answers or raises, in turns, the last one for ever."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers, self.keys = list(answers), list[Any]()

    async def nthreads(self) -> dict[str, int]:
        return {"a": 1}

    def submit(self, _: Any, asked: task.Work, *, key: Any, pure: bool) -> Any:
        assert not pure
        self.keys.append(key)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

        class Future:
            async def result(self) -> dict[str, Any]:
                if isinstance(answer, Exception):
                    raise answer
                return {"name": asked.name, **answer}

            def release(self) -> None:
                pass

        return Future()


GOOD: dict[str, Any] = {"before": False, "records": 2, "outcomes": {"article": 2}, "foreign": 0}


async def over(client: Answers, urls: list[str], folder: Path, stop: asyncio.Event | None = None) -> shown.Run:
    place = opened(str(folder / "set"))
    place.begin(rules_of((), folder / "none.db", take_all=True), now=0.0)
    state = shown.Run(len(urls))
    said = shown.Shown(io.StringIO(), state, as_json=True)
    window = run.Window(cast("Client", client), place, "plugin", state, said, stop or asyncio.Event())
    window._seen = True
    await window.over(iter(urls))
    return state


async def test_a_file_is_tried_again_as_often_as_may_help_and_then_kept_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AGAIN_SECONDS", 0.0)
    lost = KilledWorker("task", cast("Any", SimpleNamespace(address="tcp://there")), 4)
    client = Answers(lost, Ended("over"), GOOD)
    state = await over(client, ["https://store.test/a.warc.gz"], tmp_path)
    assert (state.done, state.failed, len(set(client.keys))) == (1, 0, 3)
    for trouble, attempts in ((lost, run.ATTEMPTS), (ValueError("a bug"), run.ATTEMPTS)):
        client = Answers(trouble)
        state = await over(client, ["https://store.test/b.warc.gz"], tmp_path)
        assert (state.done, state.failed, len(client.keys)) == (0, 1, attempts)
    (kept,) = (tmp_path / "set" / "failed").iterdir()
    told = json.loads(kept.read_text())
    assert (told["file"], told["reason"], told["attempts"]) == ("https://store.test/b.warc.gz", "ValueError: a bug", 4)


async def test_what_is_no_files_fault_ends_the_run(tmp_path: Path) -> None:
    for trouble, raised in (
        (FutureCancelledError("key", "scheduler-connection-lost"), engine.EngineGone),
        (DatasetProblem(28, "no space", "set"), DatasetProblem),
        (Unfit("daemonic"), Unfit),
    ):
        with pytest.raises(ExceptionGroup) as several:
            await over(Answers(trouble), ["https://store.test/a.warc.gz"], tmp_path)
        assert isinstance(run._first(several.value), raised)
    assert list((tmp_path / "set" / "failed").iterdir()) == []


async def test_a_stopped_run_begins_no_new_file(tmp_path: Path) -> None:
    stop = asyncio.Event()

    class Stopping(Answers):
        def submit(self, *given: Any, **how: Any) -> Any:
            if len(self.keys) == 4:
                stop.set()
            return super().submit(*given, **how)

    state = await over(Stopping(GOOD), [f"https://store.test/{n}.warc.gz" for n in range(100)], tmp_path, stop)
    assert 4 < state.done < 12


async def test_the_window_is_bounded_by_the_clusters_threads(tmp_path: Path) -> None:
    most = 0

    class Watching(Answers):
        def submit(self, *given: Any, **how: Any) -> Any:
            nonlocal most
            most = max(most, sum(task.get_name() == "file" for task in asyncio.all_tasks()))
            return super().submit(*given, **how)

    state = await over(Watching(GOOD), [f"https://store.test/{n}.warc.gz" for n in range(50)], tmp_path)
    assert (state.done, most) == (50, 1 + run.SPARE)


def test_a_cluster_that_does_not_answer_is_said_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 0.1)
    file = warc(tmp_path / "a.warc.gz", ["one"])
    where = ["--dask", "tcp://127.0.0.1:1", "--dataset", str(tmp_path / "set"), "--db", str(tmp_path / "none.db")]
    result = CliRunner().invoke(main, ["import", str(file), *where])
    assert result.exit_code == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in result.output
    assert "Called again with the same dataset, it goes on" in result.output


def test_a_daemonic_worker_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = rules_of((), tmp_path / "none.db", take_all=True)
    extraction.fit(rules, "here")
    with pytest.raises(Unfit, match=r"has Dateline .* made with 999: install the same"):
        extraction.fit(replace(rules, dateline="999"), "here")
    monkeypatch.setattr(multiprocessing, "current_process", lambda: type("P", (), {"daemon": True}))
    with pytest.raises(Unfit, match=r"--no-nanny.*DASK_DISTRIBUTED__WORKER__DAEMON=False"):
        extraction.fit(rules, "here")


class Connecting:
    """In the place of `engine.connected`: what happens until the plugin is registered, and what its setup raises."""

    def __init__(self, trouble: Exception | None = None, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._trouble, self._meanwhile = trouble, meanwhile

    @asynccontextmanager
    async def connected(self, _: str) -> AsyncIterator[Any]:
        self._meanwhile()
        yield self

    dashboard_link = "http://127.0.0.1:1/"

    async def register_plugin(self, plugin: ExtractionPlugin, name: str) -> None:
        del plugin, name
        raise self._trouble or AssertionError("it was registered")


def called(tmp_path: Path) -> int:
    file = warc(tmp_path / "a.warc.gz", ["one"])
    asked = run.Asked((str(file),), None, "", "tcp://there", str(tmp_path / "set"), take_all=True)
    return run.import_by_dask(asked, (), tmp_path / "none.db", as_json=True)


def test_a_worker_that_was_there_before_and_is_unfit_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "connected", Connecting(Unfit("start it with `dask worker --no-nanny`")).connected)
    with pytest.raises(ArgumentProblem, match="--no-nanny"):
        called(tmp_path)


def test_a_scheduler_that_is_lost_as_a_run_begins_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "connected", Connecting(OSError("Stream is closed")).connected)
    assert called(tmp_path) == 1
    said = capsys.readouterr()
    assert json.loads(said.out.splitlines()[-1])["finish_reason"] == "scheduler_lost"
    assert "lost as the run began: Stream is closed. Called again with the same dataset" in said.err


def test_a_dataset_that_another_run_begins_at_the_same_time_gets_no_part_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overwritten() -> None:
        place = tmp_path / "set" / "run.json"
        told = json.loads(place.read_text())
        place.write_text(json.dumps({**told, "learned": {"quay.test": {"number": 1, "keys": ["a"]}}}))

    monkeypatch.setattr(engine, "connected", Connecting(meanwhile=overwritten).connected)
    with pytest.raises(ArgumentProblem, match="another run has begun it at the same time"):
        called(tmp_path)


def test_files_of_a_list_that_were_not_come_to_are_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def nothing(*_: Any) -> bool:
        return False

    monkeypatch.setattr(run, "_over", nothing)
    assert called(tmp_path) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["finish_reason"] == "list_changed"


def test_a_task_that_begins_as_the_pool_is_let_go_has_one_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "begun", lambda _: Extractions())
    plugin = ExtractionPlugin(rules_of((), tmp_path / "none.db", take_all=True))
    plugin.setup(cast("Any", SimpleNamespace(address="here", state=SimpleNamespace(nthreads=1))))
    with plugin.in_use():
        pass
    with ExitStack() as stack:
        pools: list[Any] = []

        class Lock:
            """Lets a task begin as soon as it is free."""

            def __enter__(self) -> None:
                pass

            def __exit__(self, *_: object) -> None:
                plugin._lock = threading.Lock()
                pools.append(stack.enter_context(plugin.in_use()))

        monkeypatch.setattr(plugin, "_lock", Lock())
        plugin._idle()
        assert [pool.ended for pool in pools] == [False]


def test_a_workers_pool_ends_when_it_is_idle_and_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Extractions] = []

    def begun(_: int) -> Extractions:
        made.append(Extractions())
        return made[-1]

    monkeypatch.setattr(extraction, "begun", begun)
    plugin = ExtractionPlugin(rules_of((), tmp_path / "none.db", take_all=True))
    worker: Any = type("W", (), {"address": "here", "state": type("S", (), {"nthreads": 1})})
    plugin.setup(worker)
    with plugin.in_use() as pool, plugin.in_use() as same:
        assert pool is same
        plugin._idle()
        assert [each.ended for each in made] == [False]
    plugin._idle()
    assert [each.ended for each in made] == [True]
    with plugin.in_use():
        plugin.teardown(worker)
        assert [each.ended for each in made] == [True, True]
    with pytest.raises(Ended), plugin.in_use():
        pass


@pytest.mark.parametrize(("value", "left"), [("65536", None), ("1000000", "1000000")])
def test_extraction_processes_keep_their_memory_unless_somebody_chose_otherwise(
    value: str, left: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", value)
    plugin = ExtractionPlugin(rules_of((), tmp_path / "none.db", take_all=True))
    plugin.setup(cast("Any", SimpleNamespace(address="here", state=SimpleNamespace(nthreads=1))))
    assert os.environ.get("MALLOC_TRIM_THRESHOLD_") == left


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["a.warc", "--dask", "local"], "--dask needs --dataset"),
        (["a.warc", "--dataset", "set"], "--dataset, --list and --prefix belong to --dask"),
        (["--dask", "local:0", "--dataset", "set", "."], "at least one worker"),
        (["--dask", "local:8786", "--dataset", "set", "."], "a host named local, tcp://local:8786"),
        (["--dask", "local:1", "--dataset", "set", "none.warc"], "none.warc: there is no such file"),
        (["--dask", "local:1", "--dataset", "set"], "no file is named"),
        ([], "Missing argument 'FILES...'"),
    ],
)
def test_what_does_not_belong_together_is_wrong_usage(
    given: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["import", *given, "--db", "none.db"])
    assert (result.exit_code, said in result.output) == (2, True), result.output


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None if name == "distributed" else object())
    with pytest.raises(ArgumentProblem, match=r"needs distributed.*pip install 'dateline\[cluster\]'"):
        engine.check_installed()
