"""A model of a run on a cluster: pages a second and hours for 1 to 1,000 workers, where it stops scaling and why; checked
against what was measured here, and with it the cost of a year of CC-NEWS.

    python bench/cluster_model.py                                  the model with the kept measurements
    python bench/cluster_model.py --measure CORPUS [--record]      measure first (`cluster_inputs.py`, 5 minutes)
        [--files 7200] [--pages 21000] [--file-gb 1.0] [--skew 0.2] [--copies 0.3] [--core-hour 0.04] [--gb-month 0.023]

A worker is one core with one Dask worker process of one thread and its one extraction process. The model:

    a page       costs its extraction process `extract_ms`, together with its Dask worker `page_ms` (CPU). As many
                 workers as cores: 1000 / page_ms pages a second each. Fewer workers than cores: 1000 / extract_ms each, for
                 all else runs beside it
    a file       lasts its pages at that pace; sizes are lognormal with `skew`. Files go to whoever is free, in their order:
                 the last ones end alone (simulated, not guessed)
    the engine   gives out no more than 1 / max(scheduler_ms, client_ms) tasks a second; each task is a file
    reading      takes file bytes a page: the workers' share of a machine's link and of the store's
    stories      an article that is no copy and one that is (`--copies`) cost all workers different CPU; then `join_us` an
                 edge, EDGES of a copy, by the client alone
    load         by one writer on one machine, `load_rate` articles a second, however many workers there are

CC-NEWS: some 600 files of 1 GB a month, 7,200 a year; pages a file by the mean compressed page of the corpus (47.6 kB), which
gives 151 million pages a year. The archive's 1.35 billion articles from August 2016 to spring 2026 (arXiv:2605.18337) are 138
million a year. Prices are assumptions: say your own.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import cluster_inputs, record  # noqa: E402
from bench.charts import Lines  # noqa: E402
from bench.cluster_inputs import Inputs  # noqa: E402

WORKERS = (1, 2, 10, 100, 1000, 10_000)
KEPT = record.FOLDER / "cluster_model.json"
MEASURED = "Measured on this machine"
CORES_OF_MACHINE = 8
"""Workers that share one link."""
LINK_GBIT = 10.0
"""Of such a machine, as cloud providers give to machines of that size at the least in bursts: an assumption."""
EDGES = 3
"""Of a copy to others, about: `bench/near.py` finds 2 to 4."""
STORE_GBIT = 100.0
"""What an object store gives to one account without being asked: an assumption, of the order that its vendors publish."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be read. `skew`: sigma of the logarithm of the files' sizes; `copies`: share of articles whose text another
    one has."""

    files: int
    pages: int
    file_gb: float
    skew: float
    copies: float

    @property
    def all_pages(self) -> int:
        return self.files * self.pages


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as the model has it. `held_by`: what keeps it from being faster."""

    workers: int
    hours: float
    pages_per_second: float
    efficiency: float
    tasks_per_second: float
    engine_share: float
    gbit: float
    held_by: str


def pace(inputs: Inputs, workers: int, cores: int, *, engine: bool = False) -> float:
    """Pages a second of so many workers on so many cores; `engine`: client and scheduler run on these, too."""
    page_ms = inputs.page_ms + engine * inputs.engine_ms
    return min(workers * 1000 / inputs.extract_ms, cores * 1000 / page_ms)


def makespan(sizes: list[float], workers: int) -> float:
    """When the last of the files ends, given out in their order to whoever is free; in the unit of the sizes."""
    if len(sizes) <= workers:
        return max(sizes)
    free = [0.0] * workers
    for size in sizes:
        heapq.heapreplace(free, free[0] + size)
    return max(free)


def sizes_of(job: Job, seed: int = 1) -> list[float]:
    """Pages of each file, `job.pages` in the mean."""
    rng = random.Random(seed)
    drawn = [rng.lognormvariate(0.0, job.skew) for _ in range(job.files)]
    scale = job.all_pages / sum(drawn)
    return [each * scale for each in drawn]


def run(inputs: Inputs, job: Job, workers: int) -> Run:
    """A run on as many cores as workers."""
    cpu = pace(inputs, workers, workers) / workers
    bytes_of_page = job.file_gb * 1e9 / job.pages
    busy = min(workers, job.files)
    link = min(-(-busy // CORES_OF_MACHINE) * LINK_GBIT, STORE_GBIT) * 1e9 / 8 / bytes_of_page / busy
    engine = 1000 / max(inputs.scheduler_ms, inputs.client_ms) * job.pages / busy
    each = min(cpu, link, engine)
    seconds = inputs.start_s + makespan(sizes_of(job), workers) / each
    pages_per_second = job.all_pages / seconds
    efficiency = pages_per_second / (cpu * workers)
    held = {cpu: "workers' CPU", link: "reading", engine: "scheduler"}[each]
    if each == cpu and efficiency < 0.85:
        held = "fewer files than workers" if job.files < workers else "the last files"
    tasks = job.files / seconds
    return Run(
        workers, seconds / 3600, pages_per_second, efficiency, tasks,
        tasks * max(inputs.scheduler_ms, inputs.client_ms) / 1000, pages_per_second * bytes_of_page * 8 / 1e9, held,
    )  # fmt: skip


def stories_hours(inputs: Inputs, job: Job) -> float:
    """Core hours of `dateline stories`."""
    each = inputs.stories_alone_ms * (1 - job.copies) + inputs.stories_copied_ms * job.copies
    return job.all_pages * inputs.articles_share * each / 3.6e6


def rows_of(inputs: Inputs, job: Job) -> list[dict[str, Any]]:
    """The table of the model: a row for each number of workers."""
    load_h = job.all_pages * inputs.articles_share / inputs.load_rate / 3600
    found = []
    for workers in WORKERS:
        one = run(inputs, job, workers)
        stories_h = stories_hours(inputs, job) / workers
        stories_h += job.all_pages * inputs.articles_share * job.copies * EDGES * inputs.join_us / 3.6e9
        found.append(
            {
                "workers": workers,
                "pages/s": round(one.pages_per_second),
                "hours": round(one.hours, 2),
                "efficiency": round(one.efficiency, 3),
                "tasks/s": round(one.tasks_per_second, 3),
                "scheduler busy": f"{one.engine_share:.2%}",
                "Gbit/s read": round(one.gbit, 2),
                "held by": one.held_by,
                "then stories, h": round(stories_h, 2),
                "or load, h": round(load_h, 1),
            }
        )
    return found


def checks(inputs: Inputs) -> list[dict[str, Any]]:
    """What the model says of what was measured on this machine."""
    found = []
    for name, workers, measured in (
        ("pages/s, local:1", 1, inputs.measured_one),
        ("pages/s, local:2", 2, inputs.measured_two),
    ):
        said = pace(inputs, workers, inputs.cores, engine=True)
        found.append(
            {
                "what": name,
                "predicted": round(said, 1),
                "measured": round(measured, 1),
                "ratio": round(said / measured, 3),
            }
        )
    spent = inputs.scheduler_ms + inputs.client_ms + inputs.worker_ms
    said = min(1000 / max(inputs.scheduler_ms, inputs.client_ms), inputs.cores * 1000 / spent)
    found.append(
        {
            "what": "empty tasks a second",
            "predicted": round(said),
            "measured": round(inputs.tasks_per_second),
            "ratio": round(said / inputs.tasks_per_second, 3),
        }
    )
    return found


def costs(inputs: Inputs, job: Job, core_hour: float, gb_month: float) -> list[dict[str, Any]]:
    """What a year takes: core hours, bytes, money."""
    read_tb = job.files * job.file_gb / 1000
    articles = job.all_pages * inputs.articles_share
    parts_gb = articles * inputs.part_bytes / 1e9
    extract = job.all_pages * inputs.page_ms / 3.6e6
    stories = stories_hours(inputs, job)
    return [
        {"what": "extraction, core hours", "amount": round(extract), "US$": round(extract * core_hour)},
        {"what": "stories, core hours", "amount": round(stories), "US$": round(stories * core_hour)},
        {"what": f"read, TB ({job.files:,} files)", "amount": round(read_tb, 1), "US$": 0},
        {
            "what": f"parts, GB and month ({articles / 1e6:,.0f} million articles)",
            "amount": round(parts_gb),
            "US$": round(parts_gb * gb_month),
        },
    ]  # fmt: skip


def figures(inputs: Inputs, job: Job, given: argparse.Namespace) -> record.Figures:
    """All that is said."""
    rows, checked = rows_of(inputs, job), checks(inputs)
    measured = [{"input": name, "value": value} for name, value in asdict(inputs).items()]
    worst = max(abs(each["ratio"] - 1) for each in checked[:2])
    return record.Figures(
        "cluster_model",
        f"A year of CC-NEWS ({job.files:,} files, {job.all_pages / 1e6:.0f} million pages) on a cluster",
        (
            record.Table("By the model", rows, Lines("Pages a second", "workers", ("pages/s",), logarithmic=True)),
            record.Table("The model beside what was measured", checked),
            record.Table("Cost", costs(inputs, job, given.core_hour, given.gb_month)),
            record.Table(MEASURED, measured),
        ),
        (record.Target("error of predicted pages a second, 1 and 2 workers", worst, 0.15),),
        (
            f"US$ {given.core_hour} a core hour, US$ {given.gb_month} a GB and month, nothing for reading in the region",
            f"{CORES_OF_MACHINE} workers a machine with {LINK_GBIT:g} Gbit/s, {STORE_GBIT:g} Gbit/s of the store; files' sizes"
            f" lognormal, sigma {job.skew}; {job.copies:.0%} of articles copies; the corpus' pages are articles, nearly all",
        ),
    )


def kept(file: Path = KEPT) -> Inputs:
    """The measurements that were kept with the last recorded figures. Raises SystemExit where there are none."""
    if not file.exists():
        sys.exit("nothing was measured yet: --measure CORPUS --record")
    tables = json.loads(file.read_text(encoding="utf-8"))["tables"]
    values = {row["input"]: row["value"] for table in tables if table["title"] == MEASURED for row in table["rows"]}
    return Inputs(**{each.name: values[each.name] for each in fields(Inputs)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", type=Path, metavar="CORPUS")
    parser.add_argument("--every", type=int, default=1, help="measure by each so many-th page only, to try it")
    parser.add_argument("--files", type=int, default=7200)
    parser.add_argument("--pages", type=int, default=21_000)
    parser.add_argument("--file-gb", type=float, default=1.0)
    parser.add_argument("--skew", type=float, default=0.2)
    parser.add_argument("--copies", type=float, default=0.3)
    parser.add_argument("--core-hour", type=float, default=0.04)
    parser.add_argument("--gb-month", type=float, default=0.023)
    record.option(parser)
    given = parser.parse_args()
    inputs = cluster_inputs.measure(given.measure, given.every) if given.measure else kept()
    job = Job(given.files, given.pages, given.file_gb, given.skew, given.copies)
    record.present(figures(inputs, job, given), keep=given.record)


if __name__ == "__main__":
    main()
