"""All of a crawl that is not extraction, in CPU a page over all processes; and how long the event loop stood still.

    python bench/crawl_parts.py CORPUS [--rounds 5] [--workers 2] [--every N] [--bare-every N]
        [--database FILE | --million FILE] [--record]

The crawl of `bench/crawl.py` over all pages of the corpus, in a new database each round. With `--database` each round goes on
in that file, WHICH IS CHANGED (give it a copy), over a part of the pages of its own, so that none is known yet; with
`--million` in a copy of the file, made beside it, as large, and removed at the end.

The CPU of the main process from the beginning of the pass to its end, by thread, and of the workers between two pages:
messages, feeds, waiting; and the fingerprints by which copies are found, which workers make while they extract. What starting
costs is not in it (`bench/start_up.py`). Watching is: some 0.1 ms a page.

Each round bare trafilatura reads some of the same pages, too (`crawl_bare.py`), before the crawl and behind it in turns: others
each round, so that all rounds have read all pages (`--bare-every N`: each so many-th). A page in a thousand takes it seconds;
so all rounds together are what a crawl is held against. Milliseconds are those of a machine; what a crawl takes of bare
trafilatura's CPU can be compared with other machines, and with the targets, which were set on one where bare trafilatura took
32.3 ms a page.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import crawl_bare, crawl_measure, crawl_watch, paired, record
from bench.charts import Bars
from bench.crawl import fresh
from bench.crawl_bare import Bare
from bench.crawl_pages import ROOT, hosts_of, places, serving, write_project
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bench.crawl_pages import Site

AT_FEW, AT_MANY, STILL = 7.0, 8.5, 100.0
BARE = 32.3
"""Milliseconds that bare trafilatura took for a page where AT_FEW and AT_MANY were set: over 439 other pages, 265 kB each."""
MANY = 500_000
LOOP, WRITER, OTHERS, WORKERS, FINGERPRINTS = PARTS = (
    "loop", "writer", "other threads", "workers beside pages", "fingerprints",
)  # fmt: skip
CALLBACK = "longest callback"
STANDSTILLS = ("stood still at most", "stood still, 99 of 100 looks", CALLBACK)


@dataclass(slots=True)
class Workers:
    """CPU seconds of workers: between their pages, within them, and there in fingerprints."""

    between: float = 0.0
    within: float = 0.0
    fingerprints: float = 0.0
    pages: int = 0


def of_workers(lines: Iterable[str]) -> Workers:
    """What the lines say that the workers wrote."""
    found = Workers()
    last: dict[str, float] = {}
    for line in lines:
        who, *seconds = line.split()
        before, after, fingerprints = map(float, seconds)
        found.between += before - last.get(who, before)
        found.within += after - before
        found.fingerprints += fingerprints
        last[who] = after
        found.pages += 1
    return found


def once(folder: Path, site: Site, workers: int, database: Path | None) -> dict[str, Any]:
    """One crawl: milliseconds a page by part. Raises RuntimeError where it failed, or read no page."""
    with fresh(folder) as place:
        kept = write_project(place, site.hosts, site.port, workers=workers, database=database)
        out, pages = place / "inside.json", place / "pages.txt"
        command = [sys.executable, str(ROOT / "bench" / "crawl_inside.py"), str(out), "run"]
        before = articles_in(kept, crawled=True)
        spent = crawl_measure.run(
            [[*command, *places(site.hosts, site.port)]],
            folder=place,
            environment={**os.environ, crawl_watch.FILE: str(pages)},
        )
        if spent.status or not out.exists():
            said = (place / "err-0.txt").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"`dateline run` ended with {spent.status}: {said[-500:]}")
        if not pages.exists():
            raise RuntimeError(
                f"`dateline run` read no page: {kept} knows them all; give a database that was not crawled into"
            )
        seen = json.loads(out.read_text())
        read = of_workers(pages.read_text().splitlines())
        by_part = dict.fromkeys(PARTS, 0.0)
        by_part |= {LOOP: seen["loop"], WORKERS: read.between, FINGERPRINTS: read.fingerprints}
        for name, cpu in seen["threads"].items():
            by_part[WRITER if "writer" in name else OTHERS] += cpu
        each = 1000 / read.pages
        late = seen["late"], seen["late_p99"], seen["callback"][0]
        return {
            "pages": read.pages,
            "stored": articles_in(kept, crawled=True) - before,
            **{part: cpu * each for part, cpu in by_part.items()},
            "together": (seen["cpu"] + read.between + read.fingerprints) * each,
            "extraction": (read.within - read.fingerprints) * each,
            **{name: seconds * 1000 for name, seconds in zip(STANDSTILLS, late, strict=True)},
            "of": seen["callback"][1],
        }


def bare_of(site: Site, folder: Path, every: int, turn: int) -> Bare:
    """What bare trafilatura takes for some of the site's pages."""
    pages = [(page.file, f"http://{host.name}:{site.port}{page.path}") for host in site.hosts for page in host.pages]
    return crawl_bare.measured(crawl_bare.some(pages, every, turn), folder)


@contextmanager
def crawled_into(given: argparse.Namespace) -> Iterator[Path | None]:
    """The database that all rounds go on in, while they do; None where each has a new one."""
    if given.million is None:
        yield given.database and given.database.resolve()
        return
    copy = given.million.resolve().with_name(f"{given.million.name}.crawl-parts")
    try:
        shutil.copyfile(given.million, copy)
        yield copy
    finally:
        for file in copy.parent.glob(f"{copy.name}*"):
            file.unlink()


def articles_in(database: Path | None, *, crawled: bool = False) -> int:
    """How many articles a database has, or how many of the bench's own sources; 0 where there is none."""
    if database is None or not database.exists():
        return 0
    of_bench = " WHERE source GLOB 'wire[0-9]*'" if crawled else ""
    with Reader(database) as reader:
        return int(reader.db.conn.execute(f"SELECT count(*) FROM article{of_bench}").fetchone()[0])


def figures(runs: Sequence[dict[str, Any]], bare: Sequence[Bare], articles: int) -> record.Figures:
    """What the rounds gave: the parts, the standstill, and the targets by milliseconds and by bare trafilatura. `articles`: in
    the database before the first round."""
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0] if name != "of"}
    many = articles >= MANY
    limit = AT_MANY if many else AT_FEW
    alone = [each.ms for each in bare]
    whole = Bare(*(sum(each) for each in zip(*map(astuple, bare), strict=True)))
    share = statistics.mean(run["together"] for run in runs) / whole.ms
    each_round = paired.ratio([run["together"] for run in runs], alone)
    without = statistics.median(run["together"] - run[FINGERPRINTS] for run in runs)
    database = f"a database of {articles:,} articles" if articles else "a new database"
    title = f"CPU of a crawl beside extraction: {middle['pages']:.0f} pages, {database}"
    named = {name: [run[name] for run in runs] for name in (*PARTS, "together", "extraction", *STANDSTILLS)}
    named["bare trafilatura"] = alone

    def rows(label: str, unit: str, names: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {label: name, unit: statistics.median(named[name]), "least": min(named[name]), "most": max(named[name])}
            for name in names
        ]

    worst = max(runs, key=lambda run: run[CALLBACK])
    notes = [
        f"{middle['pages']:.0f} pages were read and {middle['stored']:.0f} articles stored in a round (medians).",
        f"{limit:g} ms were asked for on another machine, where bare trafilatura took {BARE} ms a page, over 439 other pages of"
        f" 265 kB. Here it took {whole.ms:.1f}, over {whole.pages} pages of the crawl, {whole.size / whole.pages / 1000:.0f} kB"
        " each, a part of them in each round. So its share is what machines can be compared by:"
        f" {limit:g} / {BARE} = {limit / BARE:.3f}; the crawl's mean over bare trafilatura's was {share:.3f}, that of single"
        f" rounds {each_round}.",
        "Fingerprints: the hash and the sketch by which copies are found, made by the workers while they extract; without them"
        f" together {without:.1f} ms. `bench/extraction.py` counts them as extraction.",
        "Stood still: how much later than asked a timer of 10 ms came, from the beginning of the pass to its end; a wait for a"
        " core that others use is in it. Longest callback: of those that the loop ran in that time, by the clock.",
    ]
    if worst["of"]:
        notes.append(f"The longest callback was in `{worst['of']}`.")
    return record.Figures(
        "crawl-parts-many" if many else "crawl-parts",
        title,
        (
            record.Table(
                f"ms of CPU a page, medians of {len(runs)} rounds",
                rows("part", "ms a page", (*PARTS, "together", "extraction", "bare trafilatura")),
                Bars(title, "part", ("ms a page",), "ms"),
            ),
            record.Table("How long the event loop stood still", rows("event loop", "ms", STANDSTILLS)),
        ),
        (
            record.Target("all that is not extraction, on this machine", middle["together"], limit, "ms a page"),
            record.Target("all that is not extraction, of bare trafilatura's CPU", share, round(limit / BARE, 3)),
            record.Target("the event loop stood still", middle[STANDSTILLS[0]], STILL, "ms"),
        ),
        notes,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="every so many-th page; without a database")
    parser.add_argument("--bare-every", type=int, metavar="N", help="of the pages for bare trafilatura")
    into = parser.add_mutually_exclusive_group()
    into.add_argument("--database", type=Path, help="a database that is crawled into, and changed")
    into.add_argument("--million", type=Path, help="a database of which a copy is crawled into")
    record.option(parser)
    given = parser.parse_args()
    for file in filter(None, (given.database, given.million)):
        if not file.is_file():
            parser.error(f"{file}: no such file; bench/million.py makes a database")
    runs, bare = [], []
    bare_every = given.bare_every or (1 if given.database or given.million else given.rounds)
    with tempfile.TemporaryDirectory(prefix="dateline-crawl-") as name, crawled_into(given) as database:
        articles = articles_in(database)
        for number in range(given.rounds):
            every, first = (given.rounds, number) if database else (given.every, 0)
            folder = Path(name) / str(number)
            folder.mkdir()
            with serving(folder, hosts_of(given.corpus, every=every, first=first)) as site:
                crawl = partial(once, folder, site, given.workers, database)
                alone = partial(bare_of, site, folder, bare_every, number)
                if number % 2:
                    runs.append(crawl())
                    bare.append(alone())
                else:
                    bare.append(alone())
                    runs.append(crawl())
            print(f"round {number + 1}: {runs[-1]}, bare trafilatura {bare[-1].ms:.1f}", file=sys.stderr, flush=True)
    record.present(figures(runs, bare, articles), keep=given.record)


if __name__ == "__main__":
    main()
