"""A whole `dateline import` beside bare trafilatura over the same pages: CPU seconds of all processes, start-up included.

    python bench/importing.py CORPUS [--every N] [--rounds 5] [--record]

CORPUS holds make_warc.py, gold/dev.jsonl and pages/dev/ID.html.gz. Its pages as one WARC file are imported with `--all` into a
database of their own: robots' and rights' reservations, extraction, dates, datelines, judging, deduplication, stories, raw
pages, full-text search, durable commits, in as many workers as there are cores. Beside it as many processes read the same
pages from plain files, each its share, and call `trafilatura.bare_extraction(with_metadata=True)` on each: nothing is unpacked,
judged or stored. So many at once, since a page takes more CPU time where the other core is busy, too: one process alone would
be measured on another machine than the import. What starting takes is counted once.
Each round runs both, in turns; CPU is user and system time of the process and of all that it waited for (wait4). Start-up is
the same command over the first two pages. The ratio is that of each round; the medians are given. Exit status 1 where a page
got no outcome.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import record  # noqa: E402
from bench.charts import Bars  # noqa: E402
from crawler.warc_records import records  # noqa: E402
from storage.reader import Reader  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW = 2
"""Pages of a run that is all start-up."""
OURS, PEER = "dateline import", "bare trafilatura"
IMPORT = """
import json, resource, sys
from crawler.cli import main
sys.argv[0] = "dateline"
try:
    main()
finally:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    open("spent.json", "w").write(json.dumps([each.ru_utime + each.ru_stime for each in spent]))
"""
BARE = """
import json, sys, time
from pathlib import Path
from trafilatura import bare_extraction
Path(f"start-{sys.argv[2]}").write_text(str(time.process_time()))
first, step = map(int, sys.argv[2:])
for number, url in list(enumerate(json.loads(Path(sys.argv[1]).read_text())))[first::step]:
    bare_extraction(Path(sys.argv[1]).with_name(f"{number}.html").read_bytes(), url=url, with_metadata=True)
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """The same pages in both forms: a WARC file, and a list of addresses beside files of their bodies."""

    warc: Path
    listed: Path
    count: int


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: CPU seconds of all processes, and of the first one alone (of ours; 0 where it was not told)."""

    cpu: float
    first: float = 0.0


def pages_of(corpus: Path, folder: Path, every: int) -> tuple[Pages, Pages]:
    """All pages of a corpus, or each so many-th; and the first of them alone."""
    whole = folder / "whole.warc.gz"
    made = [sys.executable, str(corpus / "make_warc.py"), str(corpus), "dev", "--warc", str(whole)]
    subprocess.run([*made, "--map", str(folder / "map")], check=True, stdout=subprocess.DEVNULL)
    chosen = [one for number, one in enumerate(records(whole)) if number % every == 0]
    packed, both = whole.read_bytes(), []
    for name, few in (("all", chosen), ("few", chosen[:FEW])):
        place = folder / name
        place.mkdir()
        (place / "pages.warc.gz").write_bytes(b"".join(packed[one.offset : one.end] for one in few))
        (place / "addresses.json").write_text(json.dumps([one.url for one in few]), encoding="utf-8")
        for number, one in enumerate(few):
            (place / f"{number}.html").write_bytes(one.body)
        both.append(Pages(place / "pages.warc.gz", place / "addresses.json", len(few)))
    return both[0], both[1]


def run(code: str, *each: Sequence[str], folder: Path) -> float:
    """CPU seconds of Python processes, one for the arguments of each, all at once, and of what they waited for. Raises
    SystemExit where one fails, with what it said."""
    environment, seconds = {**os.environ, "PYTHONPATH": str(ROOT)}, 0.0
    with ExitStack() as files:
        told = [files.enter_context((folder / f"said-{at}").open("w+", encoding="utf-8")) for at in range(len(each))]
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", code, *words], cwd=folder, env=environment, stdout=said, stderr=said
            )
            for words, said in zip(each, told, strict=True)
        ]
        for process, said in zip(processes, told, strict=True):
            _, status, spent = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds += spent.ru_utime + spent.ru_stime
            if process.returncode:
                said.seek(0)
                sys.exit(f"{process.args!r} ended with {process.returncode}: {said.read()[-2000:]}")
    return seconds


def bare(pages: Pages, folder: Path, processes: int) -> Ran:
    """Bare trafilatura over the same pages, as if one process had started."""
    shares = [(str(pages.listed), str(first), str(processes)) for first in range(processes)]
    cpu = run(BARE, *shares, folder=folder)
    return Ran(cpu - sum(float((folder / f"start-{first}").read_text()) for first in range(1, processes)))


def imported(pages: Pages, folder: Path) -> tuple[Ran, Counter[str]]:
    """An import into a new database, and how its pages ended."""
    database = folder / "news.db"
    for old in folder.glob("news.db*"):
        old.unlink()
    cpu = run(IMPORT, ("import", str(pages.warc), "--all", "--db", str(database), "--json"), folder=folder)
    first, _ = json.loads((folder / "spent.json").read_text(encoding="utf-8"))
    with Reader(database) as reader:
        outcomes = Counter[str](
            dict(reader.db.conn.execute("SELECT outcome, count(*) FROM fetches GROUP BY 1").fetchall())
        )
    return Ran(cpu, first), outcomes


def rows_of(whole: dict[str, list[Ran]], starts: dict[str, list[Ran]], count: int) -> list[dict[str, Any]]:
    """The table: each way's medians, in CPU seconds and in milliseconds a page."""
    rows = []
    for way, runs in whole.items():
        cpu, start = median(one.cpu for one in runs), median(one.cpu for one in starts[way])
        first = median(one.first for one in runs)
        rows.append(
            {
                "way": way,
                "CPU s": cpu,
                "of it start-up": start,
                "ms a page": 1000 * cpu / count,
                "first process, s": first if way == OURS else cpu,
                "workers, s": cpu - first if way == OURS else 0.0,
            }
        )
    return rows


def ratio(whole: dict[str, list[Ran]], less: dict[str, float] | None = None) -> float:
    """The median over the rounds of our CPU over the peer's; `less`: what is taken off each first."""
    off = less or {OURS: 0.0, PEER: 0.0}
    return median(
        (ours.cpu - off[OURS]) / (peer.cpu - off[PEER]) for ours, peer in zip(whole[OURS], whole[PEER], strict=True)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--every", type=int, default=1, help="each so many-th page only (default all)")
    parser.add_argument("--rounds", type=int, default=5)
    record.option(parser)
    given = parser.parse_args()
    if not (given.corpus / "make_warc.py").is_file():
        parser.error(f"{given.corpus}: no make_warc.py there; give the folder of the corpus")
    whole: dict[str, list[Ran]] = {OURS: [], PEER: []}
    starts: dict[str, list[Ran]] = {OURS: [], PEER: []}
    unended = 0
    with tempfile.TemporaryDirectory(prefix="dateline-import-") as name:
        folder = Path(name)
        everything, few = pages_of(given.corpus, folder, given.every)
        for number in range(given.rounds):
            for way in (OURS, PEER) if number % 2 == 0 else (PEER, OURS):
                for pages, into in ((everything, whole), (few, starts)):
                    if way == OURS:
                        ran, outcomes = imported(pages, folder)
                        unended += pages.count - outcomes.total()
                    else:
                        ran = bare(pages, folder, (os.cpu_count() or 1) if pages is everything else 1)
                    into[way].append(ran)
            print(f"round {number + 1}: {whole[OURS][-1].cpu / whole[PEER][-1].cpu:.3f}", file=sys.stderr, flush=True)
    rows = rows_of(whole, starts, everything.count)
    off = {way: median(one.cpu for one in runs) for way, runs in starts.items()}
    rounds = ", ".join(f"{one.cpu / other.cpu:.3f}" for one, other in zip(whole[OURS], whole[PEER], strict=True))
    record.present(
        record.Figures(
            "importing",
            f"Importing {everything.count} pages of one WARC file",
            (record.Table("CPU of all processes", rows, Bars("CPU a page", "way", ("ms a page",), "ms")),),
            (record.Target("whole import against bare trafilatura, CPU", ratio(whole), 0.75),),
            (
                f"without the start-up of both: {ratio(whole, off):.3f}",
                f"each of {given.rounds} rounds: {rounds}",
                f"pages without an outcome: {unended}",
            ),
        ),
        keep=given.record,
    )
    return 1 if unended else 0


if __name__ == "__main__":
    sys.exit(main())
