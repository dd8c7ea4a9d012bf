"""`dateline import --dask`: two workers beside one, what Dask itself costs, and memory over many files.

    python bench/cluster.py speed CORPUS [--files 40] [--rounds 3] [--record]       about 30 s a round and way, and 1 min before
    python bench/cluster.py memory [--files 10000] [--seconds 330] [--record]       about 5 min

`speed`: the corpus' pages as so many WARC files, each file named `--times` times (as links), are imported in turns with
`--dask local:1`, `--dask local:2` and, without Dask, by the same task function in one process with two threads and two
extraction processes. Each is measured from the moment when every worker has done a file to the last file's end: pages a second,
and CPU (/proc) of all its processes; so starting is left out. `engine`: what `local:2` takes of CPU a page over the way without
Dask, as a share of the latter; `client and scheduler`: the CPU of the process that has both, as a share of all.

`memory`: so many files of one record (a 404: nothing to extract), a scheduler and two workers in processes of their own; the
most memory that client and scheduler ever had (VmHWM), at a tenth, a half and all of the files.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import cluster_parts, record  # noqa: E402
from bench.cluster_parts import Cluster  # noqa: E402
from bench.processes import usage  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

WAYS = ("local:1", "local:2", "without Dask")
WITHOUT = """
import json, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from crawler.cluster.dataset import name_of, opened
from crawler.cluster.extraction import begun
from crawler.cluster.rules import rules_of
from crawler.cluster.task import done
from crawler.options import configuration
from crawler.start_crawl import sources_of
files, place, lock = sorted(Path(sys.argv[1]).iterdir()), opened(sys.argv[2]), threading.Lock()
none = Path(sys.argv[2]).parent / "none.db"
rules = rules_of(sources_of(configuration(none)).values(), none, take_all=True)
place.begin(rules, now=time.time())
pool = begun(2)
def one(file):
    answer = done(str(file), name_of(str(file)), place, rules, pool)
    with lock:
        print(json.dumps({"event": "file", **answer}), flush=True)
with ThreadPoolExecutor(2) as threads:
    list(threads.map(one, files))
pool.end()
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run, start-up aside: pages a second, CPU milliseconds a page of all processes, and of the first one alone."""

    rate: float
    cpu: float
    first: float


def events(process: subprocess.Popen[bytes]) -> Iterator[tuple[float, dict[str, Any]]]:
    """What a run says of each file, and when. Raises SystemExit where a file failed."""
    assert process.stdout is not None
    for line in process.stdout:
        told = json.loads(line)
        if told["event"] == "file":
            if "failed" in told:
                raise SystemExit(f"{told['name']}: {told['failed']}")
            yield time.monotonic(), told


def measured(process: subprocess.Popen[bytes], files: int, first_files: int) -> Ran:
    """A run from the moment when so many files are done to the end of the last."""
    pages, count, begun, before = 0, 0, 0.0, None
    for at, told in events(process):
        count += 1
        if before is not None:
            pages += told["records"]
        if count == first_files:
            begun, before = at, usage(process.pid)
        if count == files:
            assert before is not None
            spent = usage(process.pid) - before
            rate = pages / (at - begun)
            process.communicate()
            first = next(seconds for who, seconds in spent.by_process.items() if who.endswith(" main"))
            return Ran(rate, 1000 * spent.seconds / pages, 1000 * first / pages)
    raise SystemExit(f"only {count} of {files} files were done")


def run(way: str, files: Path, dataset: Path) -> Ran:
    """One way over all files into an empty dataset."""
    script, given = WITHOUT, [str(files), str(dataset)]
    if way != "without Dask":
        script = "from crawler.cli import main; main()"
        given = ["import", str(files), "--all", "--dask", way, "--dataset", str(dataset), "--json"]
        given += ["--db", str(dataset.parent / "none.db")]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *given],
        cwd=dataset.parent,
        env=cluster_parts.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    workers = 1 if way == "local:1" else 2
    try:
        return measured(process, len(list(files.iterdir())), 2 * workers)
    finally:
        process.kill()
        process.wait()


def speed(given: argparse.Namespace) -> int:
    """Pages a second, and the engine's own CPU."""
    with tempfile.TemporaryDirectory(prefix="dateline-cluster-") as name:
        folder, rounds = Path(name), dict[str, list[Ran]]((way, []) for way in WAYS)
        for inner in ("made", "in"):
            (folder / inner).mkdir()
        made = cluster_parts.corpus_files(given.corpus, folder / "made", given.files, given.every)
        for number in range(given.times):
            for file in made:
                os.link(file, folder / "in" / f"{number}-{file.name}")
        for number in range(given.rounds):
            for way in WAYS if number % 2 == 0 else reversed(WAYS):
                rounds[way].append(run(way, folder / "in", folder / f"{way.replace(':', '-')}-{number}"))
                print(f"round {number + 1}, {way}: {rounds[way][-1].rate:.1f}/s", file=sys.stderr, flush=True)
    faster = [two.rate / one.rate for one, two in zip(rounds["local:1"], rounds["local:2"], strict=True)]
    more = [two.cpu / own.cpu - 1 for two, own in zip(rounds["local:2"], rounds["without Dask"], strict=True)]
    first = [two.first / two.cpu for two in rounds["local:2"]]
    rows = [
        {
            "way": way,
            "pages/s": round(median(ran.rate for ran in rans), 1),
            "CPU ms a page": round(median(ran.cpu for ran in rans), 2),
            "first process, ms": round(median(ran.first for ran in rans), 2),
        }
        for way, rans in rounds.items()
    ]
    record.present(
        record.Figures(
            "cluster",
            f"{given.files} WARC files of the corpus, {given.times} times, by Dask",
            (record.Table("start-up aside", rows),),
            (
                record.Target("engine: CPU a page of local:2 over the same without Dask, share", median(more), 0.05),
                record.Target("client and scheduler: share of the CPU of local:2", median(first), 0.05),
            ),
            (
                f"two workers over one, pages a second: {median(faster):.2f} (at least 1.7);"
                f" rounds {', '.join(f'{each:.2f}' for each in faster)}",
                f"engine, each round: {', '.join(f'{each:.3f}' for each in more)}",
            ),
        ),
        keep=given.record,
    )
    return 0


def memory(given: argparse.Namespace) -> int:
    """VmHWM of client and scheduler over many files."""
    marks = [given.files // 10, given.files // 2, given.files]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="dateline-cluster-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "in").mkdir()
        cluster_parts.gone_files(folder / "in", given.files)
        cluster = Cluster(cluster_parts.free_port(), folder / "log")
        others = [scheduler := cluster.scheduler(), cluster.worker(), cluster.worker()]
        client = cluster.client(folder / "in", folder / "set", told=True)
        begun, count = time.monotonic(), 0
        try:
            for at, _ in events(client):
                count += 1
                if count in marks:
                    both = {"client, MB": most(client.pid), "scheduler, MB": most(scheduler.pid)}
                    rows.append({"files": count, **both, "seconds": round(at - begun)})
                    print(rows[-1], file=sys.stderr, flush=True)
                if at - begun > given.seconds:
                    break
        finally:
            for process in (client, *others):
                process.kill()
                process.wait()
    grown = [rows[-1][each] / rows[0][each] for each in ("client, MB", "scheduler, MB")] if rows else []
    record.present(
        record.Figures(
            "cluster_memory",
            f"Client and scheduler over {count} files",
            (record.Table("the most memory so far", rows),),
            tuple(
                record.Target(f"{who}: all files over a tenth of them", each, 1.1)
                for who, each in zip(("client", "scheduler"), grown, strict=False)
            ),
        ),
        keep=given.record,
    )
    return 0 if count == given.files else 1


def most(pid: int) -> float:
    """MB that a process had in memory at most so far (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM"):
            return round(int(line.split()[1]) / 1024, 1)
    raise ProcessLookupError(f"process {pid} has ended")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("speed", help="two workers beside one, and the engine's own CPU")
    one.add_argument("corpus", type=Path)
    one.add_argument("--files", type=int, default=40)
    one.add_argument("--every", type=int, default=1, help="each so many-th page only (default all)")
    one.add_argument("--times", type=int, default=2, help="how often each file is imported (default 2)")
    one.add_argument("--rounds", type=int, default=3)
    one.set_defaults(does=speed)
    other = commands.add_parser("memory", help="client and scheduler over many small files")
    other.add_argument("--files", type=int, default=10_000)
    other.add_argument("--seconds", type=float, default=330.0, help="stop after so long (default 330)")
    other.set_defaults(does=memory)
    for each in (one, other):
        record.option(each)
    given = parser.parse_args()
    return int(given.does(given))


if __name__ == "__main__":
    sys.exit(main())
