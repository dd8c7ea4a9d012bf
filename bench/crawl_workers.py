"""How many pages a second one and two workers make on this machine, and how many one crawler process can feed.

    python bench/crawl_workers.py CORPUS [--every 2] [--rounds 5] [--record]

The crawl of `bench/crawl.py`, plain `dateline run`, with `workers = 1` and `workers = 2`. Pages a second and CPU are taken in
the middle of the crawl: from the moment at which a tenth of the pages has been asked for to that of the ninth tenth, so that
starting and the last pages of the last host are not in them. Of `main ms` and `worker ms`, CPU a page of the crawler's process
and of its workers, two cores could make 2000 / (worker ms + main ms) pages a second, if nobody else used them (the server does)
and nobody ever waited; one worker is busy after 1000 / worker ms. A process that makes 1000 / main ms pages a second at most
feeds worker ms / main ms workers.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import paired, record
from bench.charts import Bars
from bench.crawl import Run, ours
from bench.crawl_pages import hosts_of, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHARE = 0.92
CORES = 2


def middle(run: Run) -> dict[str, float]:
    """Of the middle of one crawl: pages a second, and CPU ms a page of the main process and of the workers."""
    moments = sorted(run.moments)
    since, until = moments[len(moments) // 10], moments[len(moments) * 9 // 10]
    pages = sum(since < at <= until for at in moments)
    main, workers = (cpu / pages * 1000 for cpu in run.spent.between(since, until))
    return {"pages/s": pages / (until - since), "main ms": main, "worker ms": workers}


def row(workers: int, runs: Sequence[Run]) -> dict[str, Any]:
    """A line of the table: medians over the rounds."""
    each = [middle(run) for run in runs]
    found = {name: statistics.median(one[name] for one in each) for name in each[0]}
    for one in each:
        able = CORES * 1000 / (one["worker ms"] + one["main ms"])
        one["able"] = min(able, workers * 1000 / one["worker ms"])
        one["share"] = one["pages/s"] / one["able"]
    return {
        "workers": workers,
        **found,
        "pages/s at most": statistics.median(one["able"] for one in each),
        "share of it": statistics.median(one["share"] for one in each),
        "workers that one process feeds": statistics.median(one["worker ms"] / one["main ms"] for one in each),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--every", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    record.option(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-crawl-") as name:
        folder = Path(name)
        with serving(folder, hosts_of(given.corpus, every=given.every)) as site:
            ways: dict[str, Callable[[], Run]] = {str(n): ours(folder, site, workers=n) for n in (1, 2)}
            runs = paired.rounds(ways, given.rounds)
            pages = site.pages
    rows = [row(int(workers), each) for workers, each in runs.items()]
    table = record.Table(
        f"{pages} pages on 50 hosts, the middle of the crawl, medians of {given.rounds} rounds",
        rows,
        Bars("Pages a second by workers", "workers", ("pages/s", "pages/s at most")),
    )
    target = record.Target(
        "two workers: share of 2000 / (worker ms + main ms)", rows[1]["share of it"], SHARE, least=True
    )
    record.present(
        record.Figures("crawl-workers", "How workers are fed", (table,), (target,)),
        keep=given.record,
    )


if __name__ == "__main__":
    main()
