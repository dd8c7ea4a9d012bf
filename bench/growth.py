"""How a database grows: bytes an article by what they hold, CPU of storing one more, times of queries, from 1,000 articles on.

    python bench/growth.py [--sizes 1000 10000 100000] [--million FILE] [--further 500] [--folder FOLDER] [--record]

Each size is built by `bench/million.py`'s functions, with raw pages for a fiftieth of the articles. Then `--further` articles
of the same kind go through the real store (look-up, decision, saving with full-text search, commits by the hundred), and some
queries are asked through `import storage`. `--million FILE` adds a database that is there: it is only read, so that nothing is
stored in it. Bytes are counted by SQLite's dbstat, in a process of its own (of Python's sqlite3, which has it)."""

from __future__ import annotations

import argparse
import functools
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import storage
from bench import million, paired, record, search
from bench import million_batch as batches
from bench.charts import Bars, Lines
from pipelines import fingerprint
from pipelines.decision import decide
from storage.models import Article, Ending, Instant, Outcome
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNTIL = 1_790_000_000.0
BATCH = 100
SHARES = ("texts", "full-text search", "rows of articles", "ledger", "indexes", "copies", "raw pages", "others")
_TABLES = {
    "revision": "texts",
    "search_data": "full-text search",
    "search_idx": "full-text search",
    "search_docsize": "full-text search",
    "search_config": "full-text search",
    "article": "rows of articles",
    "address": "rows of articles",
    "story": "rows of articles",
    "fetch": "ledger",
    "link": "ledger",
    "run": "ledger",
    "change": "ledger",
    "sketch": "copies",
    "raw_page": "raw pages",
}
_COUNT = """
import json, sqlite3, sys
conn = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro&immutable=1", uri=True)
sql = "SELECT d.name, coalesce(m.type, 'table'), d.pageno FROM dbstat AS d LEFT JOIN sqlite_schema AS m USING (name)"
sql += " WHERE aggregate = 1"
(size,) = conn.execute("PRAGMA page_size").fetchone()  # dbstat's own sums of bytes end at 2 GiB
print(json.dumps([(name, kind, pages * size) for name, kind, pages in conn.execute(sql)]))
"""


def share_of(name: str, kind: str) -> str:
    """What a table or an index of the file is counted as."""
    return "indexes" if kind == "index" else _TABLES.get(name, "others")


def taken(file: Path) -> Counter[str]:
    """Bytes of the file's pages by share. Raises RuntimeError where this Python's sqlite3 has no dbstat."""
    done = subprocess.run([sys.executable, "-c", _COUNT, str(file)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{file}: bytes were not counted: {done.stderr.strip().splitlines()[-1]}")
    found = Counter[str]()
    if not json.loads(done.stdout):
        raise RuntimeError(f"{file}: dbstat named no page")
    for name, kind, size in json.loads(done.stdout):
        found[share_of(name, kind)] += size
    return found


def plan(articles: int, seed: int) -> batches.Plan:
    """What so many articles are made by: as many days as keep their number a day."""
    days = max(1, round(articles / million.A_DAY))
    return batches.Plan(articles, seed, UNTIL - days * 86400, UNTIL, million.outlets())


def further(number: int, seed: int) -> list[Article]:
    """Articles like the stored ones, of addresses that none of them has; their extraction is no part of storing."""
    made = batches.make(plan(number, seed + 1), 0)
    texts = {row[0]: row for row in made.revisions}
    found = []
    for row in made.articles:
        _, _, _, _, title, lead, body, *_ = texts[row["id"]]
        url, at = f"{row['url']}-later", row["published_at"]
        found.append(
            Article(
                source=row["source"], key=url, url=url, canonical_url=url, title=title, lead=lead, body=body,
                content_hash=fingerprint.content_hash(title, lead, body), extractor=batches.EXTRACTOR,
                language=row["language"], published=Instant(at, row["published_precision"], None, at, "json-ld"),
                word_count=row["word_count"], sketch=fingerprint.sketch(body), section=row["section"],
            )
        )  # fmt: skip
    return found


def stored(original: Path, articles: Sequence[Article], folder: Path) -> float:
    """CPU milliseconds of storing one of these in a copy of the database, the writer's thread included."""
    file = folder / "further.db"
    shutil.copyfile(original, file)
    with Store.open(file, clock=lambda: UNTIL) as store:
        run = store.begin_run("bench", UNTIL).result()

        def all_of_them() -> None:
            for first in range(0, len(articles), BATCH):
                some = articles[first : first + BATCH]
                begun = [
                    store.begin_record(run, each.source, each.url, f"warc:growth#{first + at}", UNTIL)
                    for at, each in enumerate(some)
                ]
                known = [store.known(each) for each in some]
                ended = []
                for article, fetch, about in zip(some, begun, known, strict=True):
                    number, decision = fetch.result(), decide(article, about.result())
                    assert number is not None
                    outcome = Outcome(decision.outcome)
                    ended.append(store.end(Ending(number, outcome, UNTIL, article=article, decision=decision)))
                for each in ended:
                    each.result()

        taken_by_one = paired.spent(all_of_them) / len(articles) * 1e3
    for side in ("", "-wal", "-shm", "-lock"):
        Path(f"{file}{side}").unlink(missing_ok=True)
    return taken_by_one


def asked(file: Path, number: int, seed: int) -> dict[str, float]:
    """Milliseconds of CPU of some queries, warm: the median over so many of each kind."""
    chance = random.Random(seed)
    with storage.open(file) as wire:
        known = search.sample(wire, chance)
        rows = search.asked(wire, search.queries(known, number, chance), 2, chance)
        times = {row["query"]: float(row["CPU p50 ms"]) for row in rows}
        newest = next(iter(wire.articles(newest_first=True, limit=1, columns=("id",)))).id
        urls = [article.url for _ in range(number) if (article := wire.article(chance.randint(1, newest)))]
        times["article by its address"] = _median(wire.article, urls)

        def newest_of(source: str) -> object:
            return list(wire.articles(source=source, newest_first=True, limit=20, columns=("id", "title")))

        times["newest 20 of a source"] = _median(newest_of, chance.choices(known.sources, k=number))
    return times


def _median(ask: Callable[[str], object], about: Sequence[str]) -> float:
    """CPU milliseconds of asking, the second time."""
    for each in about:
        ask(each)
    return statistics.median(paired.spent(functools.partial(ask, each)) for each in about) * 1e3


ASKED = ("common word", "two words and days", "phrase", "article by its address", "newest 20 of a source")


def row(file: Path, queries: int, seed: int, more: Sequence[Article], folder: Path) -> dict[str, Any]:
    """All that is measured of one database."""
    times = asked(file, queries, seed)
    with storage.open(file) as wire:
        count = wire.counts()["articles"]
    bytes_of = taken(file)
    return {
        "articles": count,
        **{name: bytes_of[name] / count for name in SHARES},
        "bytes": sum(bytes_of.values()) / count,
        "storing": stored(file, more, folder) if more else None,
        **{name: times[name] for name in ASKED},
    }


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--million", type=Path)
    parser.add_argument("--further", type=int, default=500)
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--folder", type=Path, help="where the databases are made; kept there, and taken where they stand"
    )
    record.option(parser)
    given = parser.parse_args()
    more = further(given.further, given.seed)
    rows = []
    with tempfile.TemporaryDirectory(prefix="dateline-growth-") as folder:
        for size in given.sizes:
            file = (given.folder or Path(folder)) / f"growth-{size}.db"
            if not file.exists():
                million.build(file, plan(size, given.seed), raw_pages=size // 50, workers=1)
            began = time.monotonic()
            rows.append(row(file, given.queries, given.seed, more, Path(folder)))
            print(f"{size:,} measured in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        if given.million is not None:
            rows.append(row(given.million, given.queries, given.seed, (), Path(folder)))
    record.present(figures(rows, given.further), keep=given.record)


def figures(rows: list[dict[str, Any]], further_ones: int) -> record.Figures:
    """The rows as three tables: bytes, storing, queries."""
    bytes_rows = [{name: each[name] for name in ("articles", *SHARES, "bytes")} for each in rows]
    storing = [
        {"articles": each["articles"], "CPU ms": each["storing"]} for each in rows if each["storing"] is not None
    ]
    queries = [{name: each[name] for name in ("articles", *ASKED)} for each in rows]
    return record.Figures(
        "growth",
        "How a database grows",
        (
            record.Table("Bytes an article", bytes_rows, Bars("Bytes an article", "articles", SHARES, stacked=True)),
            record.Table(
                f"CPU of storing one article more ({further_ones} of them)",
                storing,
                Lines("CPU of storing one article more", "articles", ("CPU ms",), "ms", logarithmic=True),
            ),
            record.Table(
                "CPU of a query, ms (median)",
                queries,
                Lines("CPU of a query, warm", "articles", ASKED, "ms", logarithmic=True),
            ),
        ),
        notes=(
            "Raw pages are kept for a fiftieth of the articles; made-up pages hold little but their text, real ones take some"
            " 48 kB each.",
            "Rows of articles: the current row of each with its addresses and story; ledger: fetches, queue, runs, changes.",
        ),
    )


if __name__ == "__main__":
    main()
