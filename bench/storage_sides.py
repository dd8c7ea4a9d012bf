"""The ways that `storage.py` measures, each run in a process of its own: it opens a database, writes, closes it, and
says what CPU time that took."""

from __future__ import annotations

import json
import pickle
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines.deduplicate import settled
from storage import clock, database, tokens
from storage.models import Dispatch, Ending, Outcome, Page, Profile
from storage.settling import Record
from storage.store import Store

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from storage.models import Article, Kept, Known, Look
else:
    from sqlite_utils.utils import sqlite3

BATCH = 100
WARM = 300
PLAIN = """
CREATE TABLE articles (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, url TEXT NOT NULL UNIQUE, title TEXT NOT NULL, lead TEXT, body TEXT NOT NULL,
  authors TEXT, section TEXT, tags TEXT, language TEXT, published_at TEXT, content_hash TEXT NOT NULL
);
CREATE VIRTUAL TABLE articles_fts USING fts5(title, lead, body, content='articles', content_rowid='id');
CREATE TRIGGER articles_ai AFTER INSERT ON articles BEGIN
  INSERT INTO articles_fts (rowid, title, lead, body) VALUES (new.id, new.title, new.lead, new.body);
END;
"""
_THERE_ALREADY = frozenset({"meta", "_sqlite_migrations"})
"""Tables in which a new database has rows."""

Batches = list[list[tuple[str, list[tuple[Any, ...]]]]]
"""Transactions, each a list of statements with their rows."""


class Deciding:
    """What the store is to call for each record of an import, as `pipelines.saving.deciding` is, and what that took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, dispatch: Dispatch, look: Look, kept: Kept) -> Dispatch | None:
        """The decision; what is looked up for it in the store is not counted."""
        looked = 0.0

        def timed(article: Article) -> Known:
            nonlocal looked
            start = time.thread_time()
            known = look(article)
            looked += time.thread_time() - start
            return known

        start = time.thread_time()
        made = settled(dispatch, timed, kept)
        self.seconds += time.thread_time() - start - looked
        return made


def real(file: Path, fetched: Sequence[Article], *, under_way: int, now: float) -> dict[str, float]:
    """What an import does with each page that was extracted, `under_way` of them a transaction: what is stored around its
    article, the decision, the fetch's row and its end. A part of them goes into another database before: decisions compile
    expressions when they first need them, once in a process's life."""
    _settled(file.with_name("warm.db"), fetched[:WARM], under_way=under_way, now=now)
    return _settled(file, fetched, under_way=under_way, now=now)


def _settled(file: Path, fetched: Sequence[Article], *, under_way: int, now: float) -> dict[str, float]:
    with Store.open(file, clock=lambda: now) as store:
        run = store.begin_run("bench", now).result()
        begun, first, decide = _cpu(), time.perf_counter(), Deciding()
        (done,) = store.writer.submit(
            lambda db: db.conn.execute("SELECT coalesce(max(id), 0) FROM fetch").fetchone()
        ).result()
        for at in range(0, len(fetched), under_way):
            waiting = [
                _record(replace(each, fetched_at=clock.text(now)), run, done + number, now)
                for number, each in enumerate(fetched[at : at + under_way], start=at)
            ]
            answers = store.settle(waiting, decide).result()
            if None in answers or len(answers) < len(waiting):
                raise ValueError(f"of the articles from {at} on not all were stored")
        store.finish_run(run, now, "finished").result()
    return {"cpu": _cpu() - begun, "wall": time.perf_counter() - first, "deciding": decide.seconds}


def _record(article: Article, run: int, number: int, now: float) -> Record:
    page = Page(article.url, article.url, b"", article.fetched_at or "", Profile(article.source))
    ending = Ending(
        0, Outcome("failed:internal"), now, status=200, urls=(article.url,), ms=300, bytes=50_000, article=article
    )
    return Record(f"warc:bench#{number}", run, article.url, Dispatch(page, ending))


def raw(file: Path, batches: Batches) -> dict[str, float]:
    """The rows that the real writer left, by `sqlite3` alone."""
    conn = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        conn.execute(f"PRAGMA {pragma}").fetchall()
    begun, first = _cpu(), time.perf_counter()
    for batch in batches:
        conn.execute("BEGIN IMMEDIATE")
        for statement, rows in batch:
            conn.executemany(statement, rows)
        conn.execute("COMMIT")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    conn.close()
    return {"cpu": _cpu() - begun, "wall": time.perf_counter() - first}


def plain(fetched: Sequence[Article]) -> Batches:
    """One table of articles with a full-text index kept by a trigger: the least that stores these texts at all."""
    rows = [
        (
            number, each.source, each.url, each.title, each.lead, each.body, json.dumps(each.authors), each.section,
            json.dumps(each.tags), each.language, each.published and each.published.at, each.content_hash,
        )
        for number, each in enumerate({each.url: each for each in fetched}.values(), start=1)
    ]  # fmt: skip
    into = f"INSERT INTO articles VALUES ({', '.join('?' * 12)})"
    return [[(into, rows[at : at + BATCH])] for at in range(0, len(rows), BATCH)]


def rows_of(file: Path) -> Batches:
    """All rows of a database that the real writer filled, as batches of BATCH articles: the rows of a batch's articles, and
    what belongs to no article with the first. Texts for the full-text index are cut already, and in the order of its rows."""
    conn = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    articles = conn.execute("SELECT id, story_id, search_id, revision FROM article ORDER BY id").fetchall()
    batch_of = {number: at // BATCH for at, (number, *_) in enumerate(articles)}
    story: dict[int, int] = {}
    for number, story_id, *_ in articles:
        story.setdefault(story_id, batch_of[number])
    made: Batches = [[] for _ in range(max(batch_of.values()) + 1)]
    for name, key in _tables(conn):
        columns = [each[1] for each in conn.execute(f"PRAGMA table_info({name})")]
        into = f"INSERT OR REPLACE INTO {name}" if name in _THERE_ALREADY else f"INSERT INTO {name}"
        sql = f"{into} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        parted: dict[int, list[tuple[Any, ...]]] = {}
        place = columns.index(key) if key else 0
        for row in conn.execute(f"SELECT * FROM {name}"):
            batch = 0 if key is None else story[row[place]] if name == "story" else batch_of.get(row[place], 0)
            parted.setdefault(len(made) - 1 if name == "meta" else batch, []).append(row)
        for batch, rows in parted.items():
            made[batch].append((sql, rows))
    for batch in range(len(made)):
        rows = []
        for number, _, search_id, revision in articles[batch * BATCH : (batch + 1) * BATCH]:
            text = conn.execute(
                "SELECT title, lead, body FROM revision WHERE article_id = ? AND revision = ?", (number, revision)
            ).fetchone()
            rows.append((search_id, *(tokens.for_index(part or "") for part in text)))
        rows.sort()
        made[batch].append(("INSERT INTO search (rowid, title, lead, body) VALUES (?, ?, ?, ?)", rows))
    conn.close()
    return made


def _tables(conn: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """Our tables with the column that names an article, those that others refer to first."""
    order = {"run": 0, "source": 1, "story": 2, "article": 3, "revision": 4}
    names = [
        name
        for (name,) in conn.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'"
            " AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        )
    ]
    found: list[tuple[str, str | None]] = []
    for name in sorted(names, key=lambda each: (order.get(each, 5), each)):
        columns = {each[1] for each in conn.execute(f"PRAGMA table_info({name})")}
        key = (
            "id"
            if name == "article"
            else "story_id"
            if name == "story"
            else "article_id"
            if "article_id" in columns
            else None
        )
        found.append((name, key))
    return found


def _cpu() -> float:
    """CPU seconds of this process and its threads, in and out of the kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(side: str, file: Path, given: Path, under_way: int, now: float) -> None:
    """One measurement, told as JSON."""
    with given.open("rb") as stored:
        work = pickle.load(stored)
    if side == "real":
        database.open_writer(file).close()
        found = real(file, work, under_way=under_way, now=now)
    else:
        if side == "raw":
            database.open_writer(file).close()
        else:
            conn = sqlite3.connect(file)
            conn.executescript(PLAIN)
            conn.close()
        found = raw(file, work)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
