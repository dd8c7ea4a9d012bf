"""All of a crawl that is not extraction, in CPU a page over all processes; and how long the event loop stood still.

    python bench/crawl_parts.py CORPUS [--rounds 5] [--workers 2] [--database FILE] [--record]

The crawl of `bench/crawl.py` over all pages of the corpus, in a new database each round. With `--database` each round goes on
in that file, WHICH IS CHANGED (give it a copy), over a part of the pages of its own, so that none is known yet.

The CPU of the main process from the beginning of the pass to its end, by thread, and of the workers between two pages:
messages, feeds, waiting. What starting costs is not in it (`bench/start_up.py`). Watching is: some 0.1 ms a page.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import crawl_measure, crawl_watch, record
from bench.charts import Bars
from bench.crawl import fresh, stored
from bench.crawl_pages import ROOT, hosts_of, places, serving, write_project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.crawl_pages import Site

AT_FEW, AT_MANY, STILL = 7.0, 8.5, 100.0
MANY = 500_000
PARTS = ("loop", "writer", "other threads", "workers beside pages")


def of_workers(lines: Iterable[str]) -> tuple[float, float, int]:
    """(CPU seconds of workers between their pages, within them, pages) from the lines that the workers wrote."""
    between = within = 0.0
    last: dict[str, float] = {}
    pages = 0
    for line in lines:
        who, before, after = line.split()
        between += float(before) - last.get(who, float(before))
        within += float(after) - float(before)
        last[who] = float(after)
        pages += 1
    return between, within, pages


def once(folder: Path, site: Site, workers: int, database: Path | None) -> dict[str, Any]:
    """One crawl: milliseconds a page by part. Raises RuntimeError where it failed."""
    with fresh(folder) as place:
        kept = write_project(place, site.hosts, site.port, workers=workers, database=database)
        out, pages = place / "inside.json", place / "pages.txt"
        command = [sys.executable, str(ROOT / "bench" / "crawl_inside.py"), str(out), "run"]
        spent = crawl_measure.run(
            [[*command, *places(site.hosts, site.port)]],
            folder=place,
            environment={**os.environ, crawl_watch.FILE: str(pages)},
        )
        if spent.status or not out.exists():
            said = (place / "err-0.txt").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"`dateline run` ended with {spent.status}: {said[-500:]}")
        seen = json.loads(out.read_text())
        between, within, count = of_workers(pages.read_text().splitlines())
        by_part: dict[str, float] = defaultdict(float, {"loop": seen["loop"], "workers beside pages": between})
        for name, cpu in seen["threads"].items():
            by_part["writer" if "writer" in name else "other threads"] += cpu
        each = 1000 / count
        return {
            "pages": count,
            "stored": len(stored(kept)),
            **{part: by_part[part] * each for part in PARTS},
            "together": (seen["cpu"] + between) * each,
            "extraction": within * each,
            "stood still at most": seen["late"] * 1000,
            "stood still, 99 of 100 looks": seen["late_p99"] * 1000,
            "longest callback": seen["callback"][0] * 1000,
            "of": seen["callback"][1],
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="every so many-th page; without --database")
    parser.add_argument("--database", type=Path, help="a database that is crawled into, and changed")
    record.option(parser)
    given = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory(prefix="dateline-crawl-") as name:
        for number in range(given.rounds):
            every, first = (given.rounds, number) if given.database else (given.every, 0)
            folder = Path(name) / str(number)
            folder.mkdir()
            with serving(folder, hosts_of(given.corpus, every=every, first=first)) as site:
                runs.append(once(folder, site, given.workers, given.database and given.database.resolve()))
            print(f"round {number + 1}: {runs[-1]}", file=sys.stderr, flush=True)
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0] if name != "of"}
    rows = [
        {
            "part": part,
            "ms a page": middle[part],
            "least": min(r[part] for r in runs),
            "most": max(r[part] for r in runs),
        }
        for part in (*PARTS, "together", "extraction")
    ]
    many = given.database is not None and given.database.stat().st_size > MANY * 2000
    title = f"CPU of a crawl beside extraction: {middle['pages']:.0f} pages, {'a large database' if many else 'a new database'}"
    still = [
        {
            "event loop": name,
            "ms": middle[name],
            "least": min(r[name] for r in runs),
            "most": max(r[name] for r in runs),
        }
        for name in ("stood still at most", "stood still, 99 of 100 looks", "longest callback")
    ]
    worst = max(runs, key=lambda run: run["longest callback"])
    figures = record.Figures(
        "crawl-parts-many" if many else "crawl-parts",
        title,
        (
            record.Table(
                f"ms of CPU a page, medians of {len(runs)} rounds", rows, Bars(title, "part", ("ms a page",), "ms")
            ),
            record.Table("How long the event loop stood still", still),
        ),
        (
            record.Target("all that is not extraction", middle["together"], AT_MANY if many else AT_FEW, "ms a page"),
            record.Target("the event loop stood still", middle["stood still at most"], STILL, "ms"),
        ),
        (f"the longest callback: {worst['of']}",),
    )
    record.present(figures, keep=given.record)


if __name__ == "__main__":
    main()
