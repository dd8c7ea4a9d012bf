"""For the cluster's benches: WARC files to import, the processes of a cluster on loopback, and what is in a dataset."""

from __future__ import annotations

import gzip
import os
import random
import socket
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from pyarrow.parquet import ParquetFile

from bench.importing import pages_of
from crawler.cluster import part
from crawler.warc_records import records

ROOT = Path(__file__).resolve().parents[1]

Rows = dict[str, list[part.Row]]
"""Name of a part -> its rows."""


def corpus_files(corpus: Path, folder: Path, files: int, every: int = 1) -> list[Path]:
    """The corpus' pages, or each so many-th, in their order, as so many WARC files of about the same number of pages."""
    scratch = folder / "corpus"
    scratch.mkdir()
    whole, _ = pages_of(corpus, scratch, every)
    data, found = whole.warc.read_bytes(), list(records(whole.warc))
    made = []
    for number in range(files):
        few = found[len(found) * number // files : len(found) * (number + 1) // files]
        made.append(folder / f"corpus-{number:03}.warc.gz")
        made[-1].write_bytes(b"".join(data[one.offset : one.end] for one in few))
    return made


def made_files(folder: Path, files: int, pages: int) -> list[Path]:
    """So many files of so many small made-up pages; every seventh page is none, every eleventh has no date."""
    made = []
    for number in range(files):
        made.append(folder / f"made-{number:05}.warc.gz")
        made[-1].write_bytes(b"".join(_page(f"{number}-{each}", each) for each in range(pages)))
    return made


def gone_files(folder: Path, files: int) -> None:
    """So many files of one record, an answer of 404: there is nothing to extract."""
    for number in range(files):
        url = f"https://s{number % 5}.test/news/{number}"
        (folder / f"gone-{number:05}.warc.gz").write_bytes(
            _record(url, b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n")
        )


def _page(name: str, number: int) -> bytes:
    chance = random.Random(name)
    words = ["".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(3)) for _ in range(90)]
    text = "".join(f"<p>The {' '.join(chance.sample(words, 22))} by winter.</p>" for _ in range(6 if number % 7 else 0))
    when = "<meta property='article:published_time' content='2023-11-01T07:00:00Z'>" if number % 11 else ""
    html = f"<!doctype html><html lang='en'><head><title>About the {words[0]}</title>{when}</head><body>{text}</body></html>"
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}"
    return _record(f"https://s{number % 5}.test/news/{name}", answer.encode())


def _record(url: str, answer: bytes) -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2023-11-01T08:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + answer + b"\r\n\r\n", mtime=0)


def rows_of(dataset: Path) -> Rows:
    """Name of a part -> its rows, without how long they took. Raises what a part that is not whole raises."""
    return {
        place.stem: [replace(row, ms=0) for row in part.rows(ParquetFile(place).iter_batches())]
        for place in sorted((dataset / "parts").glob("*.parquet"))
    }


def differences(one: Rows, other: Rows) -> list[str]:
    """What two datasets of the same files do not have in common."""
    found = [f"only one has {name}" for name in sorted(one.keys() ^ other.keys())]
    for name in sorted(one.keys() & other.keys()):
        if one[name] != other[name]:
            found.append(f"{name}: {len(one[name])} rows and {len(other[name])}, not the same")
    return found


def free_port() -> int:
    """A port of loopback that nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(slots=True)
class Cluster:
    """A scheduler and workers of our own on loopback, each a process that a bench may kill and start again."""

    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def scheduler(self) -> subprocess.Popen[bytes]:
        """Started; it listens at `address` some time later."""
        return self._dask(
            "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--dashboard-address", "127.0.0.1:0"
        )

    def worker(self) -> subprocess.Popen[bytes]:
        """One Dask worker of one thread without a nanny."""
        quiet = (
            "--no-dashboard",
            "--dashboard-address",
            "127.0.0.1:0",
            "--memory-limit",
            "0",
            "--local-directory",
            str(self.log.parent),
            "--death-timeout",
            "60",
        )
        return self._dask("worker", self.address, "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", *quiet)

    def client(self, files: Path, dataset: Path, *, told: bool = False) -> subprocess.Popen[bytes]:
        """`dateline import --dask` over the files of a folder. `told`: what it says goes to the caller."""
        where = ("--dask", self.address, "--dataset", str(dataset), "--db", str(dataset.parent / "none.db"))
        script = "from crawler.cli import main; main()"
        return self._started("-c", script, "import", str(files), "--all", *where, "--json", told=told)

    def _dask(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self._started("-m", "dask", *arguments)

    def _started(self, *arguments: str, told: bool = False) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.log.parent,
                env=environment(),
                stdout=subprocess.PIPE if told else log,
                stderr=log,
            )


def environment() -> dict[str, str]:
    """Of the processes of a bench: our own code, no database of the user's, no profiler in Dask's workers."""
    own = {"PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
    return {name: value for name, value in os.environ.items() if name != "DATELINE_DB"} | own
