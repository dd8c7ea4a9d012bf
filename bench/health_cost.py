"""What a judgement and the view `source_health` cost in a large database; `python bench/health.py --cost ARTICLES`."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from crawler import health
from storage import clock, database
from storage import health as facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

SOURCES, DAYS = 100, 100

_ROWS = """
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last)
"""
_ARTICLES = """
INSERT INTO article (id, source, key, url, canonical_url, authors, tags, form, rights, access, word_count, extractor, status,
  revision, story_id, first_seen_at, last_checked_at, row_hash, published_at, published_precision)
SELECT i + 1, 's' || (i % :sources), i, 'u' || i, 'u' || i, '[]', '[]', 'article', 'open', 'open', 100 + i % 300, 'x', 'live',
  1, 1, strftime('%Y-%m-%dT%H:%M:%SZ', :begin + i * :step, 'unixepoch'), '', x'',
  strftime('%Y-%m-%dT%H:%M:%SZ', :begin + i * :step - 60, 'unixepoch'), 'second' FROM n
"""
_TEXTS = """
INSERT INTO revision (article_id, revision, kind, title, body, subheads, content_hash, seen_at, extractor, row_hash)
SELECT i + 1, 1, 'first', 'Headline ' || i, hex(randomblob(250)), '[]', i, '', 'x', x'' FROM n
"""
_FETCHES = """
INSERT INTO fetch (source, url, kind, at, outcome, reason, article_id)
SELECT 's' || (i / 3 % :sources), 'u' || (i / 3), CASE i % 3 WHEN 2 THEN 'feed' ELSE 'article' END,
  strftime('%Y-%m-%dT%H:%M:%SZ', :begin + i / 3 * :step + i % 3 * 300, 'unixepoch'),
  CASE i % 3 WHEN 0 THEN CASE WHEN i % 97 THEN 'new' ELSE 'rejected' END WHEN 1 THEN 'unchanged' ELSE 'listed' END,
  CASE WHEN i % 3 = 0 AND i % 97 = 0 THEN 'no_text' END, CASE WHEN i % 3 = 0 AND i % 97 THEN i / 3 + 1 END FROM n
"""


def cost(articles: int) -> int:
    """Fill a database, measure, print; 0."""
    with tempfile.TemporaryDirectory(prefix="dateline-health-cost-") as folder:
        db = database.open_writer(Path(folder) / "news.db")
        now = time.time()
        _fill(db, articles, now)
        source = "s7"
        present = facts.present(db, source, now=now)
        wanted = health.wants_past(present, None, now)
        assert wanted is not None, "a source with pages has a past"

        def learn() -> facts.Past:
            return facts.past(db, source, looks_until=wanted.looks_until, until=wanted.until)

        past = learn()
        verdict = health.judge(present, None, past, now=now)
        print(f"{articles} articles, {articles * 3} fetches, {SOURCES} sources, {DAYS} days")
        print(f"facts of the present    {_ms(lambda: facts.present(db, source, now=now)):8.2f} ms")
        print(f"judging them            {_ms(lambda: health.judge(present, verdict, None, now=now)):8.2f} ms")
        print(f"facts of the past       {_ms(learn):8.2f} ms, every {health.LEARN_SECONDS / 3600:.0f} h a source")
        print(f"learning from them      {_ms(lambda: health.learn(past, now)):8.2f} ms")
        view = "SELECT * FROM source_health"
        print(f"the view, all sources   {_ms(lambda: db.conn.execute(view).fetchall(), 3):8.2f} ms")
        db.close()
    return 0


def _fill(db: Database, articles: int, now: float) -> None:
    values = {
        "last": articles - 1,
        "sources": SOURCES,
        "begin": int(now - DAYS * 86400),
        "step": DAYS * 86400 / articles,
    }
    db.conn.execute("PRAGMA synchronous = OFF")
    db.conn.execute("INSERT INTO story (story_id) VALUES (1)")
    for number in range(SOURCES):
        db.conn.execute("INSERT INTO source VALUES (?, ?)", (f"s{number}", clock.text(now - DAYS * 86400)))
    for sql, rows in ((_ARTICLES, articles), (_TEXTS, articles), (_FETCHES, articles * 3)):
        used = {name: value for name, value in values.items() if f":{name}" in sql + _ROWS}
        db.conn.execute(sql.replace("SELECT", _ROWS + "SELECT", 1), used | {"last": rows - 1})


def _ms(call: Callable[[], object], times: int = 20) -> float:
    """The median of several calls, in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[len(took) // 2]
