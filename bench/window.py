"""Measures the index of copies with a million articles in its window.

    python bench/window.py [--articles 1000000] [--measured 2000] [--pool N] [--seed 1] [--keep FILE] [--record]

Articles of 20 sentences of 14 words of a Zipf vocabulary, published evenly over the last seven days: 30 % of the sentences
are the article's own, 2 % of 50 boilerplate ones, the others of a pool (as many as articles, so that each stands in about
14 of them); 3 % of the articles are copies, 14 of another's sentences with six of their own. They are put in as the store
writes them, in batches, with numpy; then a fresh process looks up, decides and saves further ones by the store's own
functions, each in a transaction of its own, and prints its times, its memory and the bytes that the index takes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import record
from bench.charts import Bars
from pipelines import fingerprint
from pipelines.decision import decide
from storage import articles, clock, database, sketches, sums
from storage.models import Article, Instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

NOW = 1_790_000_000.0
DAYS = 7
SENTENCES, WORDS = 20, 14
OWN, BOILERPLATE, COPIES, COPIED = 0.30, 0.02, 0.03, 14
BATCH = 20_000
SOURCES = 100
PRIME = (1 << 26) - 5
_MASK = np.uint64((1 << 63) - 1)


class Texts:
    """Seeded articles, as matrices of word numbers."""

    def __init__(self, seed: int, pool: int) -> None:
        self.rng = np.random.default_rng(seed)
        letters = np.array(list("abcdefghijklmnoprstuvz"))
        names = {"".join(self.rng.choice(letters, self.rng.integers(2, 11))) for _ in range(60_000)}
        self.vocabulary = np.array(sorted(names), dtype=object)
        self.rng.shuffle(self.vocabulary)
        weights = 1 / np.arange(1, len(names) + 1)
        self.cumulative = np.cumsum(weights / weights.sum())
        self.keys = np.array(
            [int.from_bytes(fingerprint._KEYS[word]) & fingerprint._MASK for word in self.vocabulary],
            dtype=np.uint64,
        )
        self.pool = self.sentences(pool)
        self.boilerplate = self.sentences(50)

    def sentences(self, *shape: int) -> Any:
        drawn = np.searchsorted(self.cumulative, self.rng.random((*shape, WORDS)))
        return np.minimum(drawn, len(self.vocabulary) - 1).astype(np.int32)

    def batch(self, size: int) -> tuple[Any, Any]:
        """Word numbers of `size` articles, and for each the one before it in the batch that it copies, or -1."""
        text = self.pool[self.rng.integers(len(self.pool), size=(size, SENTENCES))]
        drawn = self.rng.random((size, SENTENCES))
        text[drawn < OWN] = self.sentences(int((drawn < OWN).sum()))
        text[drawn > 1 - BOILERPLATE] = self.boilerplate[
            self.rng.integers(len(self.boilerplate), size=int((drawn > 1 - BOILERPLATE).sum()))
        ]
        copied = np.full(size, -1)
        for at in np.flatnonzero(self.rng.random(size) < COPIES):
            if at:
                copied[at] = self.rng.integers(at)
                text[at, :COPIED] = text[copied[at], :COPIED]
                text[at, COPIED:] = self.sentences(SENTENCES - COPIED)
        return text.reshape(size, -1), copied

    def body(self, row: Any) -> str:
        spelled = self.vocabulary[row]
        return ". ".join(" ".join(spelled[at : at + WORDS]) for at in range(0, len(row), WORDS)) + "."

    def sketches(self, text: Any) -> Iterator[Any]:
        """What `fingerprint.sketch` gives for each of the texts."""
        keys = np.zeros((len(text), text.shape[1] - fingerprint.SHINGLE + 1), dtype=np.uint64)
        for at in range(fingerprint.SHINGLE):
            keys = keys * np.uint64(fingerprint._BASE) + self.keys[text[:, at : at + keys.shape[1]]]
        for row in np.sort((keys & _MASK) >> np.uint64(63 - fingerprint.BITS), axis=1):
            unique = row[np.concatenate(([True], row[1:] != row[:-1]))]
            below = int(np.searchsorted(unique, (1 << fingerprint.BITS) // fingerprint.ONE_IN))
            yield unique[: max(fingerprint.SMALLEST, below)].astype(np.int64)


def fill(db: Database, texts: Texts, count: int) -> None:
    """Put `count` articles in, oldest first, each batch's keys in the order of the index."""
    db.conn.execute("PRAGMA synchronous = OFF")
    held = bytearray(1 << 26)  # how many articles hold a key, by the key's remainder
    begun = time.perf_counter()
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        text, copied = texts.batch(size)
        drawn = [tuple(map(int, each)) for each in texts.sketches(text)]
        assert drawn[0] == fingerprint.sketch(texts.body(text[0])), "the fast way and the pipelines' own must agree"
        rows: list[tuple[int, int]] = []
        found: list[tuple[Any, ...]] = []
        bodies: list[tuple[Any, ...]] = []
        story: list[int] = []
        for at, sketch in enumerate(drawn):
            article_id = first + at + 1
            origin = int(copied[at])
            story.append(story[origin] if origin >= 0 else article_id)
            published = clock.text(NOW - DAYS * 86400 * (1 - article_id / (count + 1)))
            week = sketches.week(published) << 32
            known = set(sketches.indexed(drawn[origin])) if origin >= 0 else set()
            for key in sketches.indexed(sketch):
                if key not in known and held[place := (week | key) % PRIME] <= sketches.COMMON:
                    held[place] += 1
                    rows.append((week | key, article_id))
            url = f"https://outlet.test/{article_id}"
            found.append(
                (
                    article_id,
                    f"outlet-{article_id % SOURCES}",
                    url,
                    url,
                    url,
                    published,
                    story[at],
                    published,
                    sketches.pack(sketch),
                )
            )
            bodies.append((article_id, f"Title {article_id}", texts.body(text[at]), f"1:{article_id:032x}", published))
        rows.sort()
        _write(db, rows, found, bodies, story)
        print(f"\r{first + size:,} articles, {time.perf_counter() - begun:.0f} s", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _write(db: Database, rows: list[Any], found: list[Any], bodies: list[Any], story: list[int]) -> None:
    conn = db.conn
    conn.execute("BEGIN IMMEDIATE")
    conn.executemany(
        "INSERT INTO story (story_id, origin_article_id) VALUES (?1, ?1)", [(each,) for each in sorted(set(story))]
    )
    conn.executemany(
        "INSERT INTO article (id, source, key, url, canonical_url, published_at, story_id, first_seen_at, last_checked_at,"
        " sketch, authors, tags, form, rights, access, word_count, extractor, status, revision, row_hash)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, '[]', '[]', 'article', 'open', 'open', 280, 'bench', 'live', 1, x'')",
        found,
    )
    conn.executemany(
        "INSERT INTO revision (article_id, revision, kind, title, body, subheads, content_hash, seen_at, extractor, row_hash)"
        " VALUES (?, 1, 'first', ?, ?, '[]', ?, ?, 'bench', x'')",
        bodies,
    )
    sums.insert(db, "sketch", rows)
    conn.execute("COMMIT")


def measure(file: Path, further: Path, *, keep: bool = False) -> None:
    """Look up, decide and save further articles; print what it took."""
    db = database.open_writer(file)
    before = db.conn.execute("SELECT count(*) FROM article").fetchone()[0]
    looks, writes, commits, busy, copies, found = [], [], [], [], 0, 0
    for line in further.read_text(encoding="utf-8").splitlines():
        number, body, copied = json.loads(line)
        at, url = clock.text(NOW), f"https://late.test/{number}"
        article = Article(
            source=f"late-{number % SOURCES}", key=url, url=url, canonical_url=url, title=f"Late {number}", body=body,
            extractor="bench", content_hash=f"1:{number:032x}", sketch=fingerprint.sketch(body),
            published=Instant(at, "second", "+00:00", at, "feed"),
        )  # fmt: skip
        start, cpu = time.perf_counter(), time.process_time()
        decision = decide(article, articles.known(db, article, now=NOW))
        looked = time.perf_counter()
        db.conn.execute("BEGIN IMMEDIATE")
        assert articles.stands(db, article, decision)
        articles.save(db, article, decision, address=url, at=NOW)
        saved = time.perf_counter()
        busy.append(time.process_time() - cpu)
        db.conn.execute("COMMIT")
        commits.append(time.perf_counter() - saved)
        looks.append(looked - start)
        writes.append(saved - looked)
        copies += copied
        found += decision.outcome == "copy" and copied
    rows = (
        ("look-up and decision", looks),
        ("saving, with index and full-text search", writes),
        ("look-up, decision and saving", [a + b for a, b in zip(looks, writes, strict=True)]),
        ("the same, CPU time", busy),
        ("commit to disk", commits),
    )
    told = []
    for name, took in rows:
        p50, p95, p99, worst = (float(each) for each in np.percentile(took, (50, 95, 99, 100)) * 1e3)
        told.append({"ms": name, "p50": p50, "p95": p95, "p99": p99, "most": worst})
    resident = _resident()
    kept, count = db.conn.execute("SELECT sum(length(sketch)), count(*) FROM article").fetchone()
    (held,) = db.conn.execute("SELECT count(*) FROM sketch").fetchone()
    taken = _bytes(db, "sketch") / count
    record.present(
        record.Figures(
            "window",
            f"Near-duplicates among {before:,} articles of seven days",
            (
                record.Table(
                    f"{len(looks):,} further articles, each in a transaction of its own",
                    told,
                    Bars("A further article", "ms", ("p50", "p95"), "ms"),
                ),
            ),
            notes=(
                f"{found} of {copies} copies found; at most {resident:.0f} MB resident.",
                f"The index takes {taken:.0f} bytes an article ({held / count:.1f} keys), and {kept / count:.0f} of its sketch"
                " in its own row.",
            ),
        ),
        keep=keep,
        command=f"python bench/window.py --articles {before} --measured {len(looks)}",
    )
    db.close()


def _bytes(db: Database, table: str) -> int:
    """What a table takes in the file: its pages are those that dropping it sets free."""
    (size,) = db.conn.execute("PRAGMA page_size").fetchone()
    (free,) = db.conn.execute("PRAGMA freelist_count").fetchone()
    db.conn.execute("BEGIN")
    db.conn.execute(f"DROP TABLE {table}")
    (freed,) = db.conn.execute("PRAGMA freelist_count").fetchone()
    db.conn.execute("ROLLBACK")
    return int(freed - free) * int(size)


def _resident() -> float:
    """The most memory that this process has had resident, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--measured", type=int, default=2_000)
    parser.add_argument("--pool", type=int, help="sentences of the pool; as many as articles unless given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the database is kept; measured again where it exists")
    parser.add_argument("--measure", type=Path, nargs=2, metavar=("DATABASE", "TEXTS"), help=argparse.SUPPRESS)
    record.option(parser)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure, keep=options.record)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = options.keep or Path(folder) / "window.db"
        further = file.with_suffix(".jsonl")
        if not file.exists():
            texts = Texts(options.seed, options.pool or options.articles)
            db = database.open_writer(file)
            fill(db, texts, options.articles)
            db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            _further(db, texts, options.measured, further)
            db.close()
        kept = ["--record"] if options.record else []
        subprocess.run([sys.executable, __file__, "--measure", str(file), str(further), *kept], check=True)


def _further(db: Database, texts: Texts, count: int, file: Path) -> None:
    """Articles like the stored ones; where one is a copy, of a stored article of any day of the window."""
    text, _ = texts.batch(count)
    (stored,) = db.conn.execute("SELECT max(id) FROM article").fetchone()
    with file.open("w", encoding="utf-8") as out:
        for number, row in enumerate(text):
            body = texts.body(row)
            if copied := bool(texts.rng.random() < COPIES):
                origin = int(texts.rng.integers(1, stored + 1))
                (old,) = db.conn.execute("SELECT body FROM revision WHERE article_id = ?", (origin,)).fetchone()
                body = ". ".join(
                    [*old.split(". ")[:COPIED], *(texts.body(each).rstrip(".") for each in texts.sentences(6))]
                )
            out.write(json.dumps([number, body, copied]) + "\n")


if __name__ == "__main__":
    main()
