"""What the model of a cluster (`cluster_model.py`) is told: measured on this machine, in one go of some minutes.

The corpus' pages as 40 WARC files are imported by `local:1` and `local:2`; CPU is taken from the processes at the first and
at the last file that ended, so that neither start nor end counts. Then empty tasks over a scheduler and two workers in
processes of their own; the load of the parts; and the stories of them, and of copies in 13 kinds (`near.py`)."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
FILES = 40
TASKS = 10_000
AHEAD = 64
EDGES = 1_000_000
COMMAND = "import sys; sys.argv[0] = 'dateline'; from crawler.cli import main; main()"

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Inputs:
    """`extract_ms`, `page_ms`, `engine_ms`: CPU a page of the extraction process, of it and its Dask worker, and of the
    process in which client and scheduler live. `scheduler_ms`, `client_ms`, `worker_ms`: CPU of an empty task.
    `articles_share`: of pages. `stories_alone_ms`, `stories_copied_ms`: CPU an article of `dateline stories`, where nearly none
    or all are copies."""

    cores: int
    extract_ms: float
    page_ms: float
    engine_ms: float
    start_s: float
    measured_one: float
    measured_two: float
    scheduler_ms: float
    client_ms: float
    worker_ms: float
    tasks_per_second: float
    articles_share: float
    part_bytes: float
    load_rate: float
    stories_alone_ms: float
    stories_copied_ms: float
    join_us: float


@dataclass(frozen=True, slots=True)
class Sample:
    """A moment of a run: seconds by the clock, records done by then, and CPU seconds of its processes by their depth under the
    first one (0 client and scheduler, 1 Dask workers, 2 extraction)."""

    at: float
    records: int
    cpu: Mapping[int, float]


def rates(samples: Sequence[Sample]) -> dict[str, float]:
    """Between the first and the last moment: records a second, and CPU milliseconds a record of each kind of process.
    Raises ValueError for fewer than two moments."""
    if len(samples) < 2:
        raise ValueError("fewer than two files ended: nothing lies between")
    first, last = samples[0], samples[-1]
    records = last.records - first.records
    spent = {depth: 1000 * (last.cpu[depth] - first.cpu.get(depth, 0.0)) / records for depth in last.cpu}
    return {
        "rate": records / (last.at - first.at),
        "extract_ms": sum(ms for depth, ms in spent.items() if depth >= 2),
        "engine_ms": spent.get(0, 0.0),
        "page_ms": sum(ms for depth, ms in spent.items() if depth),
    }


def measure(corpus: Path, every: int = 1) -> Inputs:
    """All of it; `every`: each so many-th page only, to try it."""
    from bench import near

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        names = warcs(corpus, folder, every)
        began = time.monotonic()
        one = imported(names, folder, 1)
        start = one[0].at - began
        single, double = rates(one), rates(imported(names, folder, 2))
        start -= one[0].records / single["rate"]
        print(f"local:1 {single}\nlocal:2 {double}, start {start:.1f} s", flush=True)
        tasks = asyncio.run(_empty_tasks())
        print(f"empty tasks {tasks}", flush=True)
        parts = [*(folder / "set-1" / "parts").glob("*.parquet")]
        articles = _articles(parts)
        loading = [near.command("load", "set-1", "--db", "load.db", cwd=folder)[0] for _ in range(2)]
        alone = [near.command("stories", "set-1", cwd=folder)[1], _floor(folder)]
        made = near.made(Namespace(corpus=corpus, originals=max(10, 100 // every), seed=1, digests=False, again=False))
        made = [each for each in made if each.kind != "unrelated"]
        near.put(folder / "copied", made, 20)
        copied = near.command("stories", "copied", cwd=folder)[1]
        return Inputs(
            cores=len(os.sched_getaffinity(0)),
            extract_ms=single["extract_ms"],
            page_ms=single["page_ms"],
            engine_ms=single["engine_ms"],
            start_s=start,
            measured_one=single["rate"],
            measured_two=double["rate"],
            **tasks,
            articles_share=articles / one[-1].records,
            part_bytes=_bytes(parts) / articles,
            load_rate=articles / (loading[0] - loading[1]),
            stories_alone_ms=1000 * (alone[0] - alone[1]) / articles,
            stories_copied_ms=1000 * (copied - alone[1]) / len(made),
            join_us=_join(),
        )


def warcs(corpus: Path, folder: Path, every: int) -> list[str]:
    """The corpus' pages as FILES files."""
    from crawler.warc_records import records

    whole = folder / "whole.warc.gz"
    made = [sys.executable, str(corpus / "make_warc.py"), str(corpus), "dev", "--warc", str(whole)]
    subprocess.run([*made, "--map", str(folder / "map")], check=True, stdout=subprocess.DEVNULL)
    found, packed, names = list(records(whole))[::every], whole.read_bytes(), []
    for number in range(FILES):
        names.append(f"pages-{number:02}.warc.gz")
        own = found[number::FILES]
        (folder / names[-1]).write_bytes(b"".join(packed[one.offset : one.end] for one in own))
    return names


def imported(names: Sequence[str], folder: Path, workers: int) -> list[Sample]:
    """What was seen whenever a file ended of an import by so many workers. Raises SystemExit where it fails."""
    words = ("import", *names, "--all", "--dask", f"local:{workers}", "--dataset", f"set-{workers}", "--json")
    with (folder / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *words], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE, stderr=said, text=True,
        )  # fmt: skip
        samples, records = [], 0
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            if told["event"] == "file":
                records += told.get("records", 0)
                samples.append(Sample(time.monotonic(), records, _spent(process.pid)))
        if process.wait():
            said.seek(0)
            sys.exit(f"import --dask local:{workers}: status {process.returncode}: {said.read()[-2000:]}")
    return samples


def _spent(pid: int) -> dict[int, float]:
    """CPU seconds of a process and of all under it, by their depth, those that ended and were waited for among them."""
    psutil: Any = import_module("psutil")
    found: dict[int, float] = {}
    level = [psutil.Process(pid)]
    for depth in range(4):
        below = []
        for process in level:
            try:
                used = process.cpu_times()
                below += process.children()
            except psutil.Error:
                continue
            found[depth] = found.get(depth, 0.0) + used.user + used.system
            found[depth + 1] = found.get(depth + 1, 0.0) + used.children_user + used.children_system
        level = below
    return found


async def _empty_tasks() -> dict[str, float]:
    """CPU milliseconds of a task that does nothing, by who spends them, and how many a second there are."""
    client_of: Any = import_module("distributed").Client

    with _engine() as (address, scheduler, worker):
        client = await client_of(address, asynchronous=True, set_as_default=False)
        try:
            await client.wait_for_workers(2)
            await _given(client, 200, "warm")
            before = time.monotonic(), time.process_time(), _all_of(scheduler), _all_of(worker)
            await _given(client, TASKS, "empty")
            after = time.monotonic(), time.process_time(), _all_of(scheduler), _all_of(worker)
        finally:
            await client.close()
    wall, own, schedulers, workers = (two - one for one, two in zip(before, after, strict=True))
    return {
        "scheduler_ms": 1000 * schedulers / TASKS,
        "client_ms": 1000 * own / TASKS,
        "worker_ms": 1000 * workers / TASKS,
        "tasks_per_second": TASKS / wall,
    }


async def _given(client: Any, count: int, name: str) -> None:
    """Tasks in a window, as an import gives its files."""
    room = asyncio.Semaphore(AHEAD)

    async def one(number: int) -> None:
        async with room:
            future = client.submit(abs, number, key=(name, number), pure=False)
            await future.result()
            future.release()

    await asyncio.gather(*(one(number) for number in range(count)))


@contextmanager
def _engine() -> Iterator[tuple[str, int, int]]:
    """A scheduler and two workers on loopback: address and processes."""
    dask = str(Path(sys.executable).with_name("dask"))
    port = _free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    address = f"tcp://127.0.0.1:{port}"
    own = ["--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    scheduler = subprocess.Popen([dask, "scheduler", "--port", str(port), *own], **quiet)  # type: ignore[call-overload]
    worker = subprocess.Popen([dask, "worker", address, "--nworkers", "2", "--nthreads", "1", *own], **quiet)  # type: ignore[call-overload]
    try:
        yield address, scheduler.pid, worker.pid
    finally:
        for process in (worker, scheduler):
            process.terminate()
            process.wait(30)


def _all_of(pid: int) -> float:
    return sum(_spent(pid).values())


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _articles(parts: Sequence[Path]) -> int:
    from pyarrow import parquet

    return sum(parquet.read_table(each, columns=["outcome"])["outcome"].to_pylist().count("article") for each in parts)


def _bytes(parts: Sequence[Path]) -> int:
    """How long one part of all their rows is: of small ones the footers would weigh more than the rows."""
    from pyarrow import parquet

    from crawler.cluster import part

    return len(part.packed([row for each in parts for row in part.rows(parquet.ParquetFile(each).iter_batches())], {}))


def _floor(folder: Path) -> float:
    """CPU seconds of `dateline stories` that are none of its articles: a part with one row."""
    from bench import copies, near

    if not (folder / "floor").exists():
        import random

        one = copies.Made(
            "one", "original", copies.article("One", "one text of few words", "outlet-0", random.Random(1))
        )
        near.put(folder / "floor", [one], 1)
    return near.command("stories", "floor", cwd=folder)[1]


def _join() -> float:
    """Microseconds an edge of joining edges to stories."""
    import numpy as np

    from crawler.cluster.near_stories import united

    rng = np.random.default_rng(1)
    later = rng.integers(1, EDGES, EDGES)
    began = time.process_time()
    united(later, (later * rng.random(EDGES)).astype(np.int64))
    return 1e6 * (time.process_time() - began) / EDGES
