"""Whether an import by a cluster gives what one process gives: the same articles, texts, outcomes, stories and changes.

    python bench/cluster_same.py CORPUS [--every N] [--files 40] [--ways one local:1 local:2 scheduler]

CORPUS holds make_warc.py, gold/dev.jsonl and pages/dev/ID.html.gz. Its pages are parted into WARC files, which are imported
with `--all` by one process, and by Dask into a dataset that is then loaded: by one worker, by two, and by a scheduler with two
workers that are processes of their own. The databases are compared row by row, but for ids and times of seeing
(`cluster_rows`). Differences are printed; exit status 1 where there is one."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.cluster_rows import differences, rows
from crawler.warc_records import records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
ONE, SCHEDULER = "one", "scheduler"
TOLD = 20
"""Differences of a way that are printed."""
DATELINE = (sys.executable, "-c", "import sys; from crawler.cli import main; sys.argv[0] = 'dateline'; main()")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}


def parted(corpus: Path, folder: Path, *, files: int, every: int) -> list[Path]:
    """The corpus' pages, or each so many-th, in their order as so many WARC files."""
    whole = folder / "whole.warc.gz"
    made = [
        sys.executable,
        str(corpus / "make_warc.py"),
        str(corpus),
        "dev",
        "--warc",
        str(whole),
        "--map",
        str(folder / "map"),
    ]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    packed = whole.read_bytes()
    pages = [packed[one.offset : one.end] for number, one in enumerate(records(whole)) if number % every == 0]
    found = []
    for number in range(files):
        file = folder / f"pages-{number:02}.warc.gz"
        file.write_bytes(b"".join(pages[number * len(pages) // files : (number + 1) * len(pages) // files]))
        found.append(file)
    return found


def dateline(folder: Path, *arguments: str) -> None:
    """One command. Its status 1 is that of a record that failed, which is compared like all others; SystemExit for others."""
    done = subprocess.run(
        [*DATELINE, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(f"dateline {arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """The address of a scheduler of its own with so many workers, each a process with one thread, on loopback."""
    told = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    own = ["--scheduler-file", str(told), "--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    commands = [[*dask, "scheduler", "--port", "0", *own]]
    worker = [*dask, "worker", "--no-nanny", *own]
    commands += [[*worker, "--nworkers", "1", "--nthreads", "1", "--local-directory", str(folder)]] * workers
    with (folder / "cluster.log").open("w", encoding="utf-8") as log:
        running = [subprocess.Popen(each, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log) for each in commands]
        try:
            while not told.exists():
                if running[0].poll() is not None:
                    sys.exit(
                        f"the scheduler did not start: {(folder / 'cluster.log').read_text(encoding='utf-8')[-2000:]}"
                    )
                time.sleep(0.1)
            yield str(json.loads(told.read_text(encoding="utf-8"))["address"])
        finally:
            for process in reversed(running):  # the scheduler last: a worker says good-bye to it
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def imported(way: str, folder: Path, files: Sequence[Path]) -> Path:
    """A database of its own by a way."""
    folder.mkdir()
    database, named = folder / "news.db", [str(file) for file in files]
    if way == ONE:
        dateline(folder, "import", *named, "--all", "--db", str(database))
        return database
    dataset = str(folder / "dataset")
    if way == SCHEDULER:
        with cluster(folder, 2) as address:
            dateline(folder, "import", *named, "--all", "--dask", address, "--dataset", dataset, "--db", str(database))
    else:
        dateline(folder, "import", *named, "--all", "--dask", way, "--dataset", dataset, "--db", str(database))
    dateline(folder, "load", dataset, "--db", str(database))
    return database


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--every", type=int, default=1, help="each so many-th page only (default all)")
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--ways", nargs="+", default=[ONE, "local:1", "local:2", SCHEDULER])
    given = parser.parse_args()
    if not (given.corpus / "make_warc.py").is_file():
        parser.error(f"{given.corpus}: no make_warc.py there; give the folder of the corpus")
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="dateline-same-") as name:
        folder = Path(name)
        files = parted(given.corpus, folder, files=given.files, every=given.every)
        first = None
        for way in given.ways:
            began = time.monotonic()
            found = rows(imported(way, folder / way.replace(":", "-"), files))
            counts = ", ".join(f"{len(each)} {view}" for view, each in found.items())
            print(f"{way}: {counts}; {time.monotonic() - began:.0f} s", flush=True)
            first = first or found
            others = differences(first, found)
            print(f"  {len(others)} differences from {given.ways[0]}", flush=True)
            for line in others[:TOLD]:
                print(f"  {line[:600]}")
            wrong += len(others)
            if len(found["fetches"]) == 0:
                sys.exit(f"{way}: nothing was imported")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
