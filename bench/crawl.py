"""Crawls the corpus' pages over loopback with Dateline and with five others, each as a whole process, in turns.

    python bench/crawl.py CORPUS [--every 4] [--rounds 5] [--peers NAME …] [--record]

CORPUS holds gold/dev.jsonl and pages/dev/ID.html.gz; every so many-th page is crawled, spread over 50 hosts, from one server
process that all share. Dateline is `dateline run` as a user runs it, with everything on: 50 sources, each with its robots.txt
and its feed, 0.1 s between two requests to a host (the least it allows), new database, two workers. Peers get the list of
pages, ask for nothing else and wait for nothing. They go by addresses (127.0.0.1 to 127.0.0.50), Dateline by names. Peers'
environments are made under .bench/ by pip at the first time.

Pages a second: whole, from the start of the process to its end; and without start-up, from the first page that the server
was asked for to the end. CPU: of all processes (wait4), without the server. Memory: the largest process at its largest
(resident), and all together (proportional share).
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import crawl_measure, paired, record
from bench.charts import Bars
from bench.crawl_pages import Site, hosts_of, places, serving, write_project
from bench.crawl_peers import PEERS, Peer, environment, pages_with_text
from bench.peers import made
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.crawl_measure import Spent

DATELINE = str(Path(sys.executable).parent / "dateline")
OURS = "Dateline"
LARGEST_MB = 200.0


@dataclass(frozen=True, slots=True)
class Run:
    """One system's way through the pages. `inside`: seconds from the first page asked for to the end; `texts`: pages with
    text; `asked`: different pages that were asked for; `moments`: when, in seconds of the machine's clock."""

    spent: Spent
    inside: float
    texts: int
    asked: int
    moments: tuple[float, ...]


def ours(folder: Path, site: Site, *, workers: int = 2) -> Callable[[], Run]:
    """A run of Dateline in a new folder with a new database."""

    def once() -> Run:
        with fresh(folder) as place:
            database = write_project(place, site.hosts, site.port, workers=workers)
            return measured([[DATELINE, "run", *places(site.hosts, site.port)]], place, site, lambda: stored(database))

    return once


def stored(database: Path) -> list[str]:
    """The texts in a database of the bench's own sources."""
    with Reader(database) as reader:
        return [
            row[0] or "" for row in reader.db.conn.execute("SELECT body FROM articles WHERE source GLOB 'wire[0-9]*'")
        ]


def theirs(peer: Peer, folder: Path, site: Site) -> Callable[[], Run]:
    """A run of a peer in a new folder."""

    def once() -> Run:
        with fresh(folder) as place:
            commands = peer.prepared(place, site)
            return measured(commands, place, site, lambda: peer.texts(place), peer=True)

    return once


@contextlib.contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """A folder for one run, gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
    try:
        yield place
    finally:
        shutil.rmtree(place)


def measured(
    commands: list[list[str]], place: Path, site: Site, texts: Callable[[], list[str]], *, peer: bool = False
) -> Run:
    """Run the commands to their end. Raises RuntimeError with the last lines of one that failed."""
    since = site.log.stat().st_size
    spent = crawl_measure.run(commands, folder=place, environment=environment() if peer else None)
    if spent.status:
        said = (place / f"err-{len(spent.mains) - 1}.txt").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"`{' '.join(commands[0])[:200]}` ended with {spent.status}: {said[-500:]}")
    asked = site.asked(since)
    if not asked:
        raise RuntimeError(f"`{' '.join(commands[0])[:200]}` asked for no page")
    return Run(
        spent,
        spent.ended - asked[0][0],
        pages_with_text(texts()),
        len({path for _, path in asked}),
        tuple(at for at, _ in asked),
    )


def row(name: str, runs: Sequence[Run], mine: Sequence[Run], pages: int) -> dict[str, Any]:
    """A line of the table: medians over the rounds, and how many times as many pages a second Dateline has, paired."""

    def middle(value: Callable[[Run], float]) -> float:
        return statistics.median(value(run) for run in runs)

    ahead = paired.ratio([1 / run.spent.wall for run in mine], [1 / run.spent.wall for run in runs])
    inside = paired.ratio([1 / run.inside for run in mine], [1 / run.inside for run in runs])
    return {
        "system": name,
        "wall s": middle(lambda run: run.spent.wall),
        "pages/s": middle(lambda run: pages / run.spent.wall),
        "pages/s without start-up": middle(lambda run: pages / run.inside),
        "CPU s/1000 pages": middle(lambda run: run.spent.cpu / pages * 1000),
        "largest process MB": middle(lambda run: run.spent.largest),
        "all processes MB": middle(lambda run: run.spent.together),
        "pages with text": middle(lambda run: float(run.texts)),
        "Dateline is so many times as quick": ahead.median,
        "without start-up": inside.median,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    known = [peer.name for peer in PEERS]
    parser.add_argument("--peers", nargs="*", default=known, choices=known, help="none: Dateline alone")
    record.option(parser)
    given = parser.parse_args()
    peers = [peer for peer in PEERS if peer.name in given.peers]
    for peer in peers:
        if why := made(peer.environment, peer.requirements):
            sys.exit(f"{peer.name} cannot be installed: {why}")
    with tempfile.TemporaryDirectory(prefix="dateline-crawl-") as name:
        folder = Path(name)
        with serving(folder, hosts_of(given.corpus, every=given.every)) as site:
            ways = {OURS: ours(folder, site), **{peer.name: theirs(peer, folder, site) for peer in peers}}
            runs = paired.rounds(ways, given.rounds)
            pages, hosts = site.pages, len(site.hosts)
    rows = [row(system, each, runs[OURS], pages) for system, each in runs.items()]
    for line, each in zip(rows, runs.values(), strict=True):
        line["pages asked for"] = statistics.median(run.asked for run in each)
    targets = [
        record.Target(
            f"pages a second against {peer.name}", line["Dateline is so many times as quick"], peer.ours_at_least,
            "times", least=True,
        )
        for peer, line in zip(peers, rows[1:], strict=True)
    ]  # fmt: skip
    targets.append(record.Target("largest process of Dateline", rows[0]["largest process MB"], LARGEST_MB, "MB"))
    table = record.Table(
        f"{pages} pages on {hosts} hosts, medians of {given.rounds} rounds",
        rows,
        Bars("Pages a second, whole process", "system", ("pages/s",)),
    )
    notes = [
        "Dateline also fetches 50 robots.txt and 50 feeds, waits 0.1 s between two requests to a host, dates, deduplicates,"
        " stores with full-text search and durable commits; peers wait for nothing and write a file.",
        *(f"{peer.name}: {', '.join(peer.requirements)}." for peer in peers),
    ]
    record.present(record.Figures("crawl", "A whole crawl over loopback", (table,), targets, notes), keep=given.record)


if __name__ == "__main__":
    main()
