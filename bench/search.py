"""Times searches of a large database: through `import storage`, as `dateline search`, and the same index asked otherwise.

    python bench/million.py million.db
    python bench/search.py million.db [--queries 200] [--times 5] [--seed 1] [--record]

Words are drawn from articles of the database (seeded): common ones stand in a hundredth and more of the articles looked
at, middling ones in two and more, rare ones are long and stand in one. Two words come of one article, one of them common; the
days (1, 3, 7 or 30) begin anywhere. Half of the common words are of those in a tenth and more. All is asked once unmeasured;
then each query `--times` times, all kinds mixed, and its median counts. Milliseconds by the clock, which other work makes
longer, and of CPU, which it hardly does. The file is only read."""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import storage
from bench import paired, record
from bench.charts import Bars
from storage import search, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOOKED_AT = 1_500
COMMON = 0.01
DAYS = (1, 3, 7, 30)
SHOWN = 20
MADE = ("qqxjzvkw", "zzyqxvk", "xkcdqwv")
"""Words that no article has."""
_WORD = re.compile(r"[^\W\d_]{2,}")

Query = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Sample:
    """Words of some articles. `texts`: the words of each, in their order; `share`: of the articles that hold a word."""

    texts: list[list[str]] = field(default_factory=list)
    pairs: list[str] = field(default_factory=list)
    share: dict[str, float] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    first: date = date.max
    last: date = date.min

    def words(self, least: float, below: float) -> list[str]:
        return sorted(word for word, share in self.share.items() if least <= share < below)


def sample(wire: storage.Wire, chance: random.Random) -> Sample:
    """The words of LOOKED_AT articles drawn from all."""
    found, held = Sample(), Counter[str]()
    newest = next(iter(wire.articles(newest_first=True, limit=1, columns=("id",)))).id
    sources = set()
    for number in chance.sample(range(1, newest + 1), min(LOOKED_AT, newest)):
        article = wire.article(number)
        if article is None or article.body is None:
            continue
        runs = tokens.RUN.findall(article.body)
        found.pairs += [run[:2] for run in runs if len(run) > 1][:3]
        words = [] if runs else [word.casefold() for word in _WORD.findall(article.body)]
        if words:
            found.texts.append(words)
            held.update(set(words))
        sources.add(article.source)
        day = date.fromisoformat(article.first_seen_at[:10])
        found.first, found.last = min(found.first, day), max(found.last, day)
    found.share = {word: number / len(found.texts) for word, number in held.items()}
    found.sources = sorted(sources)
    return found


def queries(known: Sample, number: int, chance: random.Random) -> dict[str, list[Query]]:
    """So many queries of each kind. Raises ValueError where the articles have no words of a kind."""
    once = 1.5 / len(known.texts)
    common, middling = known.words(COMMON, 1.1), known.words(once, COMMON)
    rare = [word for word in known.words(0, once) if len(word) > 7]
    for kind, words in (("common", common), ("middling", middling), ("rare", rare), ("unspaced", known.pairs)):
        if not words:
            raise ValueError(f"no {kind} words in {len(known.texts)} articles: is the database large enough?")
    often, oftenest = set(common), known.words(10 * COMMON, 1.1) or common
    texts = [text for text in known.texts if len(often.intersection(text)) > 2]

    def days() -> dict[str, Any]:
        length = chance.choice(DAYS)
        first = known.first + timedelta(chance.randrange(max(1, (known.last - known.first).days - length)))
        return {"since": first, "until": first + timedelta(length - 1)}

    def two() -> str:
        text = chance.choice(texts)
        one = chance.choice([word for word in text if word in often])
        return f"{one} {chance.choice([word for word in text if word != one and known.share[word] > once] or [one])}"

    def phrase() -> str:
        text = chance.choice(texts)
        at = chance.randrange(len(text) - 1)
        return f'"{text[at]} {text[at + 1]}"'

    kinds: dict[str, Callable[[], Query]] = {
        "common word": lambda: (chance.choice(chance.choice((common, oftenest))), {}),
        "two words and days": lambda: (two(), days()),
        "two words": lambda: (two(), {}),
        "middling word": lambda: (chance.choice(middling), {}),
        "rare word": lambda: (chance.choice(rare), {}),
        "phrase": lambda: (phrase(), {}),
        "two characters of Chinese, Japanese, Korean": lambda: (chance.choice(known.pairs), {}),
        "no hit": lambda: (f"{chance.choice(common)} {chance.choice(MADE)}", {}),
        "common word of a source": lambda: (chance.choice(common), {"source": chance.choice(known.sources)}),
    }
    return {kind: [draw() for _ in range(number)] for kind, draw in kinds.items()}


def asked(wire: storage.Wire, kinds: dict[str, list[Query]], times: int, chance: random.Random) -> list[dict[str, Any]]:
    """A row for each kind: milliseconds by the clock and of CPU."""
    mixed = [(kind, at) for kind, each in kinds.items() for at in range(len(each))]
    took: dict[tuple[str, int], list[tuple[float, float]]] = {each: [] for each in mixed}
    hits: Counter[str] = Counter()
    for turn in range(times + 1):
        chance.shuffle(mixed)
        for kind, at in mixed:
            words, narrowed = kinds[kind][at]
            clock, cpu = time.perf_counter(), time.process_time()
            found = wire.search(words, limit=SHOWN, **narrowed)
            used = time.process_time() - cpu
            if turn:
                took[kind, at].append((time.perf_counter() - clock, used))
            else:
                hits[kind] += len(found)
    rows = []
    for kind, each in kinds.items():
        clock_ms, cpu_ms = (
            [statistics.median(pair[which] for pair in took[kind, at]) * 1e3 for at in range(len(each))]
            for which in (0, 1)
        )
        rows.append(
            {
                "query": kind,
                "hits shown": round(hits[kind] / len(each), 1),
                "p50 ms": paired.percentile(clock_ms, 0.5),
                "p95 ms": paired.percentile(clock_ms, 0.95),
                "most ms": max(clock_ms),
                "CPU p50 ms": paired.percentile(cpu_ms, 0.5),
                "CPU p95 ms": paired.percentile(cpu_ms, 0.95),
            }
        )
    return rows


def by_command(file: Path, kinds: dict[str, list[Query]], times: int) -> list[dict[str, Any]]:
    """CPU seconds of the whole command, beside what the command takes for its version."""
    commands = {"--version": ["--version"]}
    for kind in ("common word", "two words and days", "phrase"):
        words, narrowed = kinds[kind][0]
        bounds = [part for name, value in narrowed.items() for part in (f"--{name}", str(value))]
        commands[kind] = ["search", *bounds, "--db", str(file), "--", words]

    def run(words: Sequence[str]) -> Callable[[], tuple[float, float]]:
        def once() -> tuple[float, float]:
            clock = time.perf_counter()
            cpu = paired.spent(
                lambda: subprocess.run([sys.executable, "-m", "crawler.cli", *words], check=True, capture_output=True)
            )
            return time.perf_counter() - clock, cpu

        return once

    found = paired.rounds({name: run(words) for name, words in commands.items()}, times)
    return [
        {
            "dateline …": name if name.startswith("--") else f"search, {name}",
            "ms": statistics.median(clock for clock, _ in each) * 1e3,
            "CPU ms": statistics.median(cpu for _, cpu in each) * 1e3,
        }
        for name, each in found.items()
    ]


def otherwise(wire: storage.Wire, kinds: dict[str, list[Query]], number: int, times: int) -> list[dict[str, Any]]:
    """CPU of the same index asked as its manual's examples do: the best by bm25, and joined with the articles' times."""
    conn = wire._reader.db.conn
    best = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rank LIMIT 20"
    joined = (
        "SELECT a.id FROM search JOIN article AS a ON a.search_id = search.rowid WHERE search MATCH ?"
        " AND a.published_at BETWEEN ? AND ? ORDER BY a.published_at DESC LIMIT 20"
    )
    rows = []
    for kind, sql in (("common word", best), ("two words and days", joined)):
        drawn = kinds[kind][:number]

        def ours(drawn: Sequence[Query] = drawn) -> float:
            return paired.spent(lambda: [wire.search(words, limit=SHOWN, **narrowed) for words, narrowed in drawn])

        def usual(drawn: Sequence[Query] = drawn, sql: str = sql) -> float:
            return paired.spent(
                lambda: [
                    conn.execute(sql, (search.match(words)[1], *(f"{day}" for day in narrowed.values()))).fetchall()
                    for words, narrowed in drawn
                ]
            )

        found = paired.rounds({"ours": ours, "usual": usual}, times)
        rows.append(
            {
                "query": kind,
                "other way": "ranked by bm25" if sql is best else "joined, ordered by published_at",
                "its CPU ms": statistics.median(found["usual"]) / len(drawn) * 1e3,
                "our CPU ms": statistics.median(found["ours"]) / len(drawn) * 1e3,
                "ours of it": paired.ratio(found["ours"], found["usual"]).median,
            }
        )
    return rows


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    record.option(parser)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with storage.open(given.file) as wire:
        count = wire.counts()["articles"]
        kinds = queries(sample(wire, chance), given.queries, chance)
        rows = asked(wire, kinds, given.times, chance)
        others = otherwise(wire, kinds, 5, given.times)
    commands = by_command(given.file, kinds, given.times)
    p95 = {row["query"]: row["p95 ms"] for row in rows}
    record.present(
        record.Figures(
            "search",
            f"Search among {count:,} articles",
            (
                record.Table(
                    f"The newest {SHOWN} matches with their texts around the words, {given.queries} queries of each kind",
                    rows,
                    Bars("A search at the 95th percentile", "query", ("p95 ms", "CPU p95 ms"), "ms"),
                ),
                record.Table("The same index asked otherwise (rows only, no texts), five queries each", others),
                record.Table("The whole command", commands),
            ),
            (
                record.Target("common word, 95th percentile by the clock", p95["common word"], 5, "ms"),
                record.Target("two words and days, 95th percentile by the clock", p95["two words and days"], 100, "ms"),
            ),
            (f"Each query once unmeasured, then the median of {given.times}; one connection, SQLite's default cache.",),
        ),
        keep=given.record,
    )


if __name__ == "__main__":
    main()
