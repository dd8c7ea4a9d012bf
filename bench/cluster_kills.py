"""Kills -9 of a cluster's processes at random moments while files are imported: whether the rows are those of a quiet run.

    python bench/cluster_kills.py 50 [--seconds 300] [--files 40] [--pages 12] [--corpus CORPUS] [--seed N] [--record]

A scheduler, two workers (`dask worker --no-nanny`) and `dateline import --dask` run on loopback. Every so often one of them is
killed while files are being done (a quarter of the times also while things only start), and started again; what ends because
another one was killed is started again, too. When the import is done and kills are left, the next begins with an empty dataset.
Each dataset must have one outcome a file (a part, or a failure, never both), parts that can be read to their end, and the rows
of a run without kills. Exit status 1 where one has not, or the kills were not all made in the time (`--seconds`).
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import cluster_parts, record  # noqa: E402
from bench.cluster_parts import Cluster, Rows  # noqa: E402
from crawler.cluster import dataset as datasets  # noqa: E402
from crawler.cluster.extraction import begun  # noqa: E402
from crawler.cluster.rules import rules_of  # noqa: E402
from crawler.cluster.task import done  # noqa: E402
from crawler.start_crawl import sources_of  # noqa: E402

VICTIMS = ("worker 1", "worker 2", "scheduler", "client")
AT_WORK = 1.5
"""A kill comes within so many seconds of the next part, at any moment of them."""
EARLY, EARLY_SECONDS = 0.25, 2.0
"""The share of kills that wait for no part, and may hit what only starts; they come within so many seconds."""
LOOK = 0.05


@dataclass
class World:
    """The processes of one cluster by name, and what happened to them."""

    cluster: Cluster
    files: Path
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    restarted: Counter[str] = field(default_factory=Counter)
    datasets: int = 1

    @property
    def dataset(self) -> Path:
        return self.folder / f"dataset-{self.datasets}"

    def parts(self) -> int:
        """How many files of this dataset are done."""
        return len(list(self.dataset.glob("parts/*.parquet")))

    def start(self, name: str) -> None:
        """One process, by its name."""
        if name == "scheduler":
            self.running[name] = self.cluster.scheduler()
        elif name == "client":
            self.running[name] = self.cluster.client(self.files, self.dataset)
        else:
            self.running[name] = self.cluster.worker()

    def kill(self, name: str) -> None:
        """SIGKILL, and a new one at once."""
        self.running[name].kill()
        self.running[name].wait()
        self.killed[name] += 1
        self.start(name)

    def mend(self) -> None:
        """Start again what ended because something else did."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.restarted[name] += 1
                self.start(name)

    def end(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def quiet(files: list[Path], folder: Path) -> Rows:
    """The rows of a run without Dask and without kills."""
    from crawler.options import configuration

    rules = rules_of(sources_of(configuration(folder / "none.db")).values(), folder / "none.db", take_all=True)
    place = datasets.opened(str(folder / "quiet"))
    place.begin(rules, now=time.time())
    pool = begun(2)
    try:
        for file in files:
            answer = done(str(file), datasets.name_of(str(file)), place, rules, pool)
            assert "failed" not in answer, answer
    finally:
        pool.end()
    return cluster_parts.rows_of(folder / "quiet")


def wrong(dataset: Path, expected: Rows) -> list[str]:
    """What is not as it must be in a dataset that is done."""
    failed = {place.stem for place in (dataset / "failed").glob("*.json")}
    parts = {place.stem for place in (dataset / "parts").glob("*.parquet")}
    found = [f"{name} is done and failed" for name in sorted(failed & parts)]
    found += [f"{name} failed" for name in sorted(failed - parts)]
    return found + cluster_parts.differences(cluster_parts.rows_of(dataset), expected)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kills", type=int)
    parser.add_argument("--seconds", type=float, default=300.0, help="stop after so long (default 300)")
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--pages", type=int, default=12, help="made-up pages a file (default 12)")
    parser.add_argument("--corpus", type=Path, help="real pages in the place of made-up ones")
    parser.add_argument("--seed", type=int, default=0)
    record.option(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-kills-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "in").mkdir()
        if given.corpus:
            files = cluster_parts.corpus_files(given.corpus, folder / "in", given.files)
        else:
            files = cluster_parts.made_files(folder / "in", given.files, given.pages)
        expected = quiet(files, folder)
        world = World(Cluster(cluster_parts.free_port(), folder / "log"), folder / "in", folder)
        problems = _killed(world, given.kills, given.seconds, random.Random(given.seed), expected)
        if problems:
            sys.stderr.write((folder / "log").read_text(encoding="utf-8", errors="replace")[-4000:])
    made = world.killed.total()
    rows = [
        {"process": each, "killed": world.killed[each], "ended with others": world.restarted[each]} for each in VICTIMS
    ]
    record.present(
        record.Figures(
            "cluster_kills",
            f"{made} kills -9 over {world.datasets} imports of {len(files)} files",
            (record.Table("kills", rows),),
            (),
            (f"what was wrong: {'; '.join(problems) or 'nothing'}",),
        ),
        keep=given.record,
    )
    return 1 if problems or made < given.kills else 0


def _killed(world: World, kills: int, seconds: float, chance: random.Random, expected: Rows) -> list[str]:
    """Kill until it was enough; the last import is then let end. What was wrong, of all datasets."""
    problems: list[str] = []
    end = time.monotonic() + seconds
    for each in ("scheduler", "worker 1", "worker 2", "client"):
        world.start(each)
    try:
        seen, following = 0, None
        while time.monotonic() < end:
            client = world.running["client"]
            if client.poll() == 0:
                problems += [f"import {world.datasets}: {each}" for each in wrong(world.dataset, expected)]
                if world.killed.total() >= kills or problems:
                    return problems
                world.datasets += 1
                world.start("client")
                seen = 0
            world.mend()
            if following is None and world.parts() > seen:
                following = time.monotonic() + chance.uniform(0.0, AT_WORK)
            if world.killed.total() < kills and following is not None and time.monotonic() >= following:
                world.kill(chance.choice(VICTIMS))
                early = chance.random() < EARLY
                following = time.monotonic() + chance.uniform(0.0, EARLY_SECONDS) if early else None
                seen = world.parts()
            time.sleep(LOOK)
        return [*problems, f"import {world.datasets} was not done in time, after {world.killed.total()} kills"]
    finally:
        world.end()


if __name__ == "__main__":
    sys.exit(main())
