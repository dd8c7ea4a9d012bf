"""`dateline stories`: by a cluster the same as in one process; what ends it is said plainly."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("distributed")

from click.testing import CliRunner
from distributed import Client
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from crawler.cli import main
from crawler.cluster import near, near_run, near_worker
from crawler.cluster.engine import EngineGone
from crawler.cluster.extraction import Unfit
from tests.crawler.cluster.inside import cluster_inside
from tests.crawler.cluster.test_near import dataset, told, wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A cluster within this process."""
    async with cluster_inside() as client:
        yield client


async def test_more_steps_than_are_given_out_at_once_are_all_done_by_a_cluster_as_in_this_process(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_run, "AHEAD", 1)
    folder = dataset(tmp_path, wire(random.Random(21), originals=2), parts=4)
    near.stories(str(folder), near.here, window=7, buckets=2, parts_of_batch=1)
    here = told(folder)
    asked: dict[str, Any] = {"window": 7, "buckets": 2, "parts_of_batch": 1}
    counts = await near_run._by_client(client, str(folder), asked, asyncio.Event())
    assert told(folder) == here
    assert counts["articles"] == len(here)
    assert json.loads((folder / "stories.json").read_text())["articles"] == len(here)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FutureCancelledError("gather-0", "scheduler-connection-lost"), "the Dask scheduler is gone"),
        (
            KilledWorker("gather-0", cast("Any", SimpleNamespace(address="tcp://127.0.0.1:1")), 4),
            "more --buckets take less",
        ),
    ],
)
async def test_a_scheduler_that_is_gone_and_a_step_that_costs_each_worker_its_life_are_told(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(_: near.Step) -> dict[str, int]:
        raise error

    monkeypatch.setattr(near, "done", fail)
    monkeypatch.setattr(near_run, "RETRIES", 0)
    with pytest.raises(EngineGone, match=said):
        await near_run._all(client, [near.Step("set", "work", "gather", 0)])


def test_steps_of_two_datasets_with_parts_of_the_same_names_are_not_the_same() -> None:
    one, two = near.Step("/one", "stories-work/1", "pair", 3), near.Step("/two", "stories-work/1", "pair", 3)
    assert near_run.key(one) == near_run.key(replace(one)) != near_run.key(two)
    assert near_run.key(one) != near_run.key(replace(one, number=4))


async def test_a_call_that_is_stopped_ends_and_begins_no_other_stage(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, freed, loop, begun = asyncio.Event(), threading.Event(), asyncio.get_running_loop(), []

    def wait(step: near.Step) -> dict[str, int]:
        begun.append(step.stage)
        loop.call_soon_threadsafe(stop.set)
        freed.wait(10)
        return {}

    monkeypatch.setattr(near, "done", wait)
    folder = dataset(tmp_path, wire(random.Random(21), originals=2), parts=1)
    with pytest.raises(near_run.Stopped):
        await near_run._by_client(client, str(folder), {"window": 7, "buckets": 1}, stop)
    freed.set()
    assert begun == ["gather"]


def test_a_worker_of_another_version_does_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_worker, "version", lambda _: "999")
    plugin = near_worker.StoriesPlugin()
    monkeypatch.undo()
    with pytest.raises(Unfit, match=r"tcp://there has Dateline .*, and this command is of 999: install the same"):
        plugin.setup(cast("Any", SimpleNamespace(address="tcp://there")))
    with pytest.raises(Unfit, match="install the same"):
        near_worker.done(near.Step("set", "work", "gather", 0), "999")


def test_the_command_says_what_there_is_and_what_is_missing(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", wire(random.Random(22), originals=2), parts=1)
    done = CliRunner().invoke(main, ["stories", str(folder), "--buckets", "1", "--json"])
    assert done.exit_code == 0
    counts = json.loads(done.stdout)
    assert counts["dataset"] == str(folder) and counts["stories"] >= 1 and counts["copies"] >= 2
    empty = CliRunner().invoke(main, ["stories", str(tmp_path / "none")])
    assert empty.exit_code == 2
    assert "no parts: it is no dataset" in empty.stderr
    (folder / "stories-work").write_text("in the way")
    broken = CliRunner().invoke(main, ["stories", str(folder)])
    assert broken.exit_code == 1
    assert f"{folder}: cannot be read or written" in broken.stderr
