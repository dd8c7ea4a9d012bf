"""How fast `dateline load` puts a dataset into a database, with stories and full-text search on, and what the time goes to.

    python bench/load.py [--articles 20000] [--parts 20] [--folder FOLDER] [--record]

The texts are made up (`bench/million_batch.py`: twenty languages, a median of 250 words, copies among them) and written as
parts of a dataset. `dateline load` puts them into a new database; start-up (the same of one record) is taken off. Beside it, in
the same run, the same rows are put into empty tables of the same schema by the plain driver: no look-up, no decision, no
check sum, one transaction for as many articles: the floor of any loader into this schema. Then the steps of a load are measured
one by one over a part of the records, each as CPU milliseconds an article."""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import os
import pstats
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import million, paired, record
from bench import million_batch as batches
from bench.charts import Bars
from crawler.cluster import load as loading
from crawler.cluster import part
from crawler.cluster.part_reading import Reading
from crawler.in_order import deciding
from pipelines import fingerprint
from pipelines.extractor import ENGINE
from storage import database, indexing, settling, sketches
from storage.models import Article, Credit, Dateline, Instant
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

ROOT = Path(__file__).resolve().parents[1]
UNTIL = 1_790_000_000.0
TARGET = 1500.0
"""Articles a second."""
MS = "CPU ms an article"
FLOOR_TABLES = ("article", "revision", "change", "address", "story", "sketch", "fetch", "search")


def made(number: int, seed: int = 1) -> Iterator[Article]:
    """So many made-up articles, as extraction would give them."""
    days = max(1, round(number / million.A_DAY))
    plan = batches.Plan(number, seed, UNTIL - days * 86400, UNTIL, million.outlets())
    for place in range(-(-number // batches.BATCH)):
        one = batches.make(plan, place)
        texts = {row[0]: row for row in one.revisions if row[1] == 1}
        for row in one.articles:
            yield _article(row, texts[row["id"]])


def _article(row: dict[str, Any], text: tuple[Any, ...]) -> Article:
    title, lead, body = text[4:7]
    instant = Instant(
        row["published_at"],
        row["published_precision"],
        row["published_offset"],
        row["published_raw"],
        row["published_from"],
    )
    line = Dateline(
        row["dateline"], row["dateline_place"], row["dateline_date"], row["dateline_agency"], row["dateline_length"]
    )
    credit = Credit(row["credit"], row["credit_evidence"], row["credit_confidence"])
    return Article(
        source=row["source"], key=row["key"], url=row["url"], canonical_url=row["canonical_url"], title=title, lead=lead,
        body=body, content_hash=fingerprint.content_hash(title, lead, body), extractor=batches.EXTRACTOR,
        language=row["language"], section=row["section"], published=instant, word_count=row["word_count"],
        dateline=line if row["dateline"] else None, credit=credit if row["credit"] else None, image_url=row["image_url"],
        tags=("news", row["section"].lower()), access="open", sketch=tuple(sorted(sketches.unpack(row["sketch"]))),
        fetched_at=row["first_seen_at"],
    )  # fmt: skip


def dataset(folder: Path, number: int, parts: int) -> Path:
    """A dataset of so many articles in so many parts."""
    (folder / "parts").mkdir(parents=True)
    rows: list[part.Row] = []
    each, written = -(-number // parts), 0
    for offset, article in enumerate(made(number)):
        rows.append(
            part.Row(
                f"warc:made{written:04}.warc.gz:1:ab#{offset}", offset, article.source, article.url, article.fetched_at, 200,
                30_000, 12, part.ARTICLE, article=article,
            )
        )  # fmt: skip
        if len(rows) == each or offset == number - 1:
            (folder / "parts" / f"made{written:04}-{written:016x}.parquet").write_bytes(
                part.packed(rows, {"extractor": ENGINE})
            )
            rows, written = [], written + 1
    return folder


@dataclass(frozen=True, slots=True)
class Ran:
    """One call of `dateline load`: seconds by the clock, and of CPU."""

    wall: float
    cpu: float


def load(data: Path, file: Path) -> Ran:
    """`dateline load` in a process of its own. Raises SystemExit where it fails, with what it said."""
    command = [sys.executable, "-c", "from crawler.cli import main; main()", "load", str(data), "--db", str(file)]
    began = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (file.parent / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(command, cwd=file.parent, env=environment, stdout=said, stderr=said)
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"load ended with {process.returncode}: {said.read()[-2000:]}")
    return Ran(time.monotonic() - began, spent.ru_utime + spent.ru_stime)


def floor(loaded: Path, file: Path, at_once: int) -> Ran:
    """The rows of a loaded database put into an empty one by the plain driver, as many articles a transaction; reading them is
    not counted."""
    database.open_writer(file).close()
    db = database.open_writer(file)
    conn = db.conn
    conn.execute("PRAGMA foreign_keys = OFF")
    for (name,) in conn.execute("SELECT name FROM sqlite_temp_schema WHERE type = 'trigger'").fetchall():
        conn.execute(f"DROP TRIGGER temp.{name}")  # nor are sums kept
    wall = cpu = 0.0
    with contextlib.closing(_plain(loaded)) as source:
        streams = {name: _rows(source, name) for name in FLOOR_TABLES}
        counts = {name: source.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in FLOOR_TABLES}
        for _ in range(0, counts["article"], at_once):
            rows = {
                name: sorted(cursor.fetchmany(-(-counts[name] * at_once // counts["article"])), key=itemgetter(0))
                for name, (_, cursor) in streams.items()
            }
            began, used = time.monotonic(), paired.cpu()
            conn.execute("BEGIN IMMEDIATE")
            for name, (sql, _) in streams.items():
                conn.executemany(sql, rows[name])
            conn.execute("COMMIT")
            wall, cpu = wall + time.monotonic() - began, cpu + paired.cpu() - used
    db.close()
    return Ran(wall, cpu)


def _plain(file: Path) -> Any:
    from sqlite_utils.utils import sqlite3

    return sqlite3.connect(f"file:{file}?mode=ro", uri=True)


def _rows(source: Any, name: str) -> tuple[str, Any]:
    if name == "search":
        from storage import tokens

        source.create_function("indexed", 1, lambda text: tokens.for_index(text or ""), deterministic=True)
        return (
            "INSERT INTO search (rowid, title, lead, body) VALUES (?, ?, ?, ?)",
            source.execute(
                "SELECT a.search_id, indexed(r.title), indexed(r.lead), indexed(r.body) FROM article AS a"
                " JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision ORDER BY a.id"
            ),
        )
    cursor = source.execute(f"SELECT * FROM {name} ORDER BY {'article_id' if name in ('address', 'sketch') else 1}")
    return f"INSERT INTO {name} VALUES ({', '.join('?' * len(cursor.description))})", cursor


def steps(data: Path, file: Path, profile: Path | None) -> dict[str, float]:
    """CPU milliseconds an article of each step, here and in one thread, over the whole dataset."""
    from crawler.cluster.dataset import opened

    place = opened(str(data))
    spent = dict.fromkeys(("reading the parts", "settling", "full-text search", "commits"), 0.0)
    db, count, decide = database.open_writer(file), 0, deciding(keep_raw=False)
    profiler = cProfile.Profile(time.thread_time) if profile else None
    for name in loading.parts(place):
        stream = Reading(place.fs, place.part(name), {}).batches(loading.AT_ONCE, without=())
        while True:
            began = time.thread_time()
            batch = next(stream, None)
            spent["reading the parts"] += time.thread_time() - began
            if batch is None:
                break
            with profiler or contextlib.nullcontext():
                _settle(db, batch, decide, spent)
            count += len(batch)
    db.close()
    if profiler and profile:
        with profile.open("w", encoding="utf-8") as out:
            pstats.Stats(profiler, stream=out).sort_stats("tottime").print_stats(60)
    return {name: 1000 * seconds / count for name, seconds in spent.items()}


def _settle(db: Database, batch: Sequence[settling.Record], decide: settling.Decide, spent: dict[str, float]) -> None:
    began = time.thread_time()
    db.conn.execute("BEGIN IMMEDIATE")
    indexing.hold(db)
    settling.settle(db, batch, decide, at=UNTIL, now=UNTIL, window=sketches.WINDOW_DAYS)
    settled = time.thread_time()
    indexing.put(db)
    put = time.thread_time()
    db.conn.execute("COMMIT")
    spent["settling"] += settled - began
    spent["full-text search"] += put - settled
    spent["commits"] += time.thread_time() - put


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--parts", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="keep the dataset here, and use it where it is there already")
    parser.add_argument(
        "--profile", type=Path, help="also write a profile of settling into this file (it is slower then)"
    )
    record.option(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-load-", dir=given.folder) as name:
        work = Path(name)
        data = (given.folder or work) / f"dataset-{given.articles}-{given.parts}"
        if not data.exists():
            dataset(data, given.articles, given.parts)
        start = load(dataset(work / "one", 1, 1), work / "one.db")
        whole = load(data, work / "news.db")
        with Reader(work / "news.db") as reader:
            (count,) = reader.db.conn.execute("SELECT count(*) FROM articles").fetchone()
        least = floor(work / "news.db", work / "floor.db", loading.AT_ONCE)
        each = steps(data, work / "steps.db", given.profile)
        free = shutil.disk_usage(work).free
    rate = given.articles / (whole.wall - start.wall)
    rows = [
        {
            "way": "dateline load",
            "CPU ms an article": 1000 * (whole.cpu - start.cpu) / given.articles,
            "articles a second": rate,
        },
        {
            "way": "plain inserts",
            "CPU ms an article": 1000 * least.cpu / count,
            "articles a second": count / least.wall,
        },
    ]
    record.present(
        record.Figures(
            "load",
            f"Loading {given.articles} articles in {given.parts} parts",
            (
                record.Table(
                    "load beside plain inserts of the same rows", rows, Bars("CPU", "way", ("CPU ms an article",), "ms")
                ),
                record.Table(
                    "a load, by step", [{"step": step, "CPU ms an article": ms} for step, ms in each.items()], None
                ),
            ),
            (record.Target("articles a second", rate, TARGET, least=True),),
            (f"start-up: {start.wall:.1f} s", f"free on the disk afterwards: {free >> 30} GiB"),
        ),
        keep=given.record,
    )
    return 0 if count == given.articles else 1


if __name__ == "__main__":
    sys.exit(main())
