"""Measures what storing an article takes through the real writer, against `sqlite3` that writes the same rows.

    python bench/storage.py [--articles 1000] [--rounds 5] [--under-way 64] [--million FILE] [--record]

Four ways over the same made-up articles (`storage_texts.py`: six languages, a median of 250 words, a tenth copies, a twentieth
revised), in turns, each in a process of its own that counts its CPU seconds from the first write to the closed file:

writer       what an import does with each page that was extracted (`Store.settle`): what is stored around it, which texts
             share passages with it, the decision, the fetch's row and its end; `--under-way` articles a transaction;
             full-text search, stories, row hashes, the tables' sums, foreign keys, `synchronous=FULL`
writer, 16   the same with sixteen articles a transaction, as an import of WARC files has them
raw          `sqlite3` alone: the rows of every table that the writer left (read from its file, so that nothing has to be
             found out, judged, hashed or summed), into the same schema with all its indexes and the same full-text index
             (its text cut already, in the order of its rowids), by `executemany`, a commit for 100 articles,
             `synchronous=FULL`. A row that the writer changes later is written once, as it is at the end
plain        one table of twelve columns and an FTS5 index over it by a trigger, 100 articles a commit: no frontier, no
             ledger, no revisions, no copies

Before the first round the raw way's file is compared with the writer's: the tables' sums and the index's words and numbers.
`--million`: a database by `bench/million.py`; its copy (beside it, as large, removed at the end) takes further articles through
the writer, and a new file the same ones.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import million, paired, record, storage_sides, storage_texts
from bench.charts import Bars
from storage import clock, database, sums

if TYPE_CHECKING:
    from collections.abc import Callable

UNTIL = 1_790_000_000.0
LANGUAGES = frozenset({"en", "ru", "es", "de", "ar", "zh"})
WRITER, IMPORT, RAW, PLAIN = "writer", "writer, 16", "raw", "plain"
LIMIT = 1.25
FURTHER = 300
"""Articles of one measurement at a million."""


class Work:
    """What the ways write, in files that their processes read."""

    def __init__(self, folder: Path, articles: int, under_way: int) -> None:
        self.folder, self.articles, self.under_way = folder, articles, under_way
        self.outlets = [outlet for outlet in million.outlets() if outlet.language in LANGUAGES]
        self.template = folder / "template.db"
        fetched = storage_texts.fetched(articles, self.outlets, until=UNTIL)
        self.characters = statistics.mean(len(each.body) for each in fetched)
        self.fetched = self._given("fetched", fetched)
        run("real", self.template, self.fetched, under_way, UNTIL)
        self.rows = self._given("rows", storage_sides.rows_of(self.template))
        self.plain = self._given("plain", storage_sides.plain(fetched))

    def _given(self, name: str, what: object) -> Path:
        file = self.folder / f"{name}.pickle"
        file.write_bytes(pickle.dumps(what))
        return file

    def ways(self) -> dict[str, Callable[[], dict[str, float]]]:
        """Each way, by its name."""

        def way(side: str, given: Path, under_way: int) -> Callable[[], dict[str, float]]:
            def measured() -> dict[str, float]:
                with tempfile.TemporaryDirectory(dir=self.folder) as place:
                    return run(side, Path(place) / "bench.db", given, under_way, UNTIL)

            return measured

        return {
            WRITER: way("real", self.fetched, self.under_way),
            IMPORT: way("real", self.fetched, 16),
            RAW: way("raw", self.rows, 0),
            PLAIN: way("plain", self.plain, 0),
        }

    def compare(self) -> None:
        """Raise ValueError where the raw way leaves other rows than the writer."""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            file = Path(place) / "bench.db"
            run("raw", file, self.rows, 0, UNTIL)
            with closing(database.open_reader(file)) as db:
                if wrong := sums.wrong(db):
                    raise ValueError(f"the raw way left other rows than the writer in {', '.join(wrong)}")
            found, wanted = indexed(file), indexed(self.template)
            if found != wanted:
                raise ValueError(f"the raw way's index has {found} (rows, words, numbers), the writer's {wanted}")


def run(side: str, file: Path, given: Path, under_way: int, now: float) -> dict[str, float]:
    """One way, in a process of its own."""
    words = [sys.executable, storage_sides.__file__, side, str(file), str(given), str(under_way), str(now)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def indexed(file: Path) -> tuple[int, int, int]:
    """Rows of the full-text index, its words, and how often they stand in it."""
    with closing(database.open_reader(file)) as db:
        db.conn.execute("CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, search, 'instance')")
        rows = db.conn.execute("SELECT count(DISTINCT doc), count(DISTINCT term), count(*) FROM temp.word").fetchone()
        return int(rows[0]), int(rows[1]), int(rows[2])


def at_a_million(file: Path, folder: Path, work: Work, rounds: int) -> list[dict[str, Any]]:
    """Further articles into a copy of a large database, and the same into a new one."""
    copy = file.with_name(f"{file.name}.bench")
    shutil.copyfile(file, copy)
    try:
        with closing(database.open_reader(copy)) as db:
            count, until = db.conn.execute("SELECT count(*), max(first_seen_at) FROM article").fetchone()
        now = clock.epoch(until) or UNTIL
        cost: dict[str, list[float]] = {"0": [], f"{count:,}": []}
        for number in range(rounds):
            fetched = storage_texts.fetched(
                FURTHER, work.outlets, until=now, seed=2, first=50_000_000 + number * FURTHER
            )
            given = folder / "further.pickle"
            given.write_bytes(pickle.dumps(fetched))
            with tempfile.TemporaryDirectory(dir=folder) as place:
                for name, goal in zip(cost, (Path(place) / "bench.db", copy), strict=True):
                    cost[name].append(run("real", goal, given, work.under_way, now)["cpu"] / FURTHER * 1000)
        return [{"articles before": name, "ms an article": statistics.median(each)} for name, each in cost.items()]
    finally:
        for side in ("", "-wal", "-shm"):
            Path(f"{copy}{side}").unlink(missing_ok=True)


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--under-way", type=int, default=64)
    parser.add_argument("--million", type=Path, metavar="FILE")
    record.option(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        work = Work(Path(place), given.articles, given.under_way)
        work.compare()
        found = paired.rounds(work.ways(), given.rounds)
        large = at_a_million(given.million, Path(place), work, given.rounds) if given.million else []
    cpu = {name: [each["cpu"] for each in runs] for name, runs in found.items()}
    rows = []
    for name, runs in found.items():
        row: dict[str, Any] = {"way": name, "ms an article": statistics.median(cpu[name]) / given.articles * 1000}
        row["of raw"] = paired.ratio(cpu[name], cpu[RAW]).median
        deciding = [each.get("deciding", 0.0) for each in runs]
        row["decisions, ms"] = statistics.median(deciding) / given.articles * 1000
        row["articles a second"] = round(given.articles / statistics.median(each["wall"] for each in runs))
        rows.append(row)
    tables = [record.Table("CPU an article", rows, Bars("CPU an article", "way", ("ms an article",), "ms"))]
    if large:
        tables.append(record.Table("CPU an article, through the writer", large))
    record.present(
        record.Figures(
            "storage",
            f"Storing {given.articles:,} articles of {work.characters:,.0f} characters",
            tables,
            (
                record.Target(
                    "CPU of the writer against raw sqlite3", paired.ratio(cpu[WRITER], cpu[RAW]).median, LIMIT
                ),
            ),
            (
                f"writer against raw: {paired.ratio(cpu[WRITER], cpu[RAW])}",
                f"{given.under_way} articles a transaction; `synchronous=FULL`; raw: the same rows in the same schema, 100"
                " articles a commit",
            ),
        ),
        keep=given.record,
    )


if __name__ == "__main__":
    main()
