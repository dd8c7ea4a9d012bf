"""The views and their typed reader, finished copies, the schema's document."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage import errors
from storage.backup import publish
from storage.models import Decision, Ending, Outcome, Page, Profile
from storage.reader import Reader
from storage.schema_doc import schema_doc
from storage.views import VIEWS
from tests.storage.harness import SOURCE, Crawl, article, page

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

ROOT = Path(__file__).parents[2]

PUBLIC = {
    "articles": "id source url canonical_url title lead body subheads authors section tags language published_at"
    " published_precision published_offset published_raw published_from modified_at modified_from agency_id form rights"
    " first_seen_at last_checked_at dateline dateline_place dateline_date dateline_agency credit credit_evidence"
    " credit_confidence image_url image_caption image_credit access status revision story_id word_count content_hash"
    " extractor",
    "revisions": "article_id revision kind seen_at title lead body content_hash",
    "stories": "story_id origin_article_id origin_agency articles sources first_published_at title",
    "fetches": "id run_id source url kind at status requests outcome reason ms bytes urls",
    "runs": "id source started_at finished_at finish_reason counts",
    "source_health": "source last_success_at last_new_at articles_24h error_rate_24h median_delay_s state why",
    "changes": "seq at kind article_id revision",
}


def test_the_public_views_have_their_columns_in_their_order(crawl: Crawl) -> None:
    assert {view.name for view in VIEWS} == PUBLIC.keys()
    for name, columns in PUBLIC.items():
        found = [row[1] for row in crawl.sql(f"PRAGMA table_info({name})")]
        assert found[: len(columns.split())] == columns.split(), name


def test_the_document_of_the_schema_is_the_schema() -> None:
    assert (ROOT / "docs" / "schema.md").read_text(encoding="utf-8") == schema_doc(), (
        "make it anew: python -m storage.schema_doc docs/schema.md"
    )


def test_an_article_is_found_by_id_and_by_any_of_its_addresses(crawl: Crawl) -> None:
    crawl.new(article(1, url=page("short"), canonical_url=page(1)))
    crawl.save(article(1, url=page("amp"), canonical_url=page("amp")), Decision("alias", 1, 1))
    with Reader(crawl.path) as reader:
        for which in (1, "1", page("short"), page(1), page("amp")):
            row = reader.article(which)
            assert row is not None
            assert row["id"] == 1
        assert (reader.article(2), reader.article("9" * 30), reader.article("https://no.test/")) == (None, None, None)
        assert [row["id"] for row in reader.articles(since="2023-01-01")] == []
        assert [row["id"] for row in reader.articles(source=SOURCE)] == [1]


def test_changes_are_polled_by_seq(crawl: Crawl) -> None:
    crawl.new(article(1))
    crawl.new(article(2))
    crawl.save(article(1, text="Other."), Decision("revised", 1, 1, "withdrawal", "withdrawn"))
    with Reader(crawl.path) as reader:
        assert [(c.article_id, c.revision, c.kind) for c in reader.changes(1)] == [
            (2, 1, "first"),
            (1, 2, "withdrawal"),
        ]
        assert reader.changes(3) == []
        assert len(reader.changes(limit=2)) == 2


def test_readers_use_their_indexes(crawl: Crawl) -> None:
    queries = {
        "SELECT title FROM articles WHERE source = 's' AND first_seen_at > '2023'": "article_seen",
        "SELECT title FROM articles ORDER BY published_at DESC LIMIT 50": "article_published",
        "SELECT * FROM changes WHERE seq > 5": "INTEGER PRIMARY KEY",
        "SELECT * FROM stories WHERE story_id = 5": "article_story",
        "SELECT * FROM fetches WHERE run_id = 1": "fetch_run",
    }
    for query, index in queries.items():
        plan = " ".join(row[3] for row in crawl.sql(f"EXPLAIN QUERY PLAN {query}"))
        assert index in plan, plan


def test_a_published_copy_is_one_complete_file_that_all_may_read(crawl: Crawl, tmp_path: Path) -> None:
    crawl.new(article())
    target = tmp_path / "out" / "copy.db"
    with pytest.raises(errors.Missing, match="make it first"):
        publish(crawl.path, target)
    target.parent.mkdir()
    old = os.umask(0o077)
    try:
        assert publish(crawl.path, target) == target
        publish(crawl.path, target, 0o640)
    finally:
        os.umask(old)
    assert [p.name for p in target.parent.iterdir()] == ["copy.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    conn = sqlite3.connect(f"file:{target}?mode=ro&immutable=1", uri=True)
    assert conn.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert conn.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    conn.close()
    with Reader(target) as reader:
        assert [hit.id for hit in reader.search("harbour")] == [1]
    with pytest.raises(errors.ReadOnly, match="is the database itself"):
        publish(crawl.path, crawl.path)
    with pytest.raises(errors.Missing, match="no such database"):
        publish(tmp_path / "none.db", target)


def test_a_copy_is_finished_while_others_write(crawl: Crawl, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            crawl.new(article(number, text="Text. " * 500))
            number += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(3):
            publish(crawl.path, tmp_path / "copy.db")
            with Reader(tmp_path / "copy.db") as reader:
                counts = reader.counts()
                assert counts["articles"] == counts["changes"] == counts["revisions"]
                assert reader.db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        stop.set()
        thread.join()


def test_a_damaged_text_is_told_by_its_hash(crawl: Crawl) -> None:
    from storage.checks import damaged

    crawl.new(article(1))
    crawl.save(article(1, text="Other.", section="World"), Decision("revised", 1, 1, "update"))
    fetch = crawl.store.begin_record(crawl.run, SOURCE, "u", "warc:f#1", crawl.now).result()
    assert fetch is not None
    raw = Page("u", "u", b"<html>", "2023-11-14T10:00:00Z", Profile(SOURCE))
    crawl.store.end(Ending(fetch, Outcome("rejected:empty"), crawl.now, page=raw)).result()
    assert crawl.store.writer.submit(damaged).result() == []
    crawl.sql("UPDATE revision SET body = 'Othes.' WHERE revision = 2")
    crawl.sql("UPDATE article SET section = 'Sport'")
    crawl.sql("UPDATE raw_page SET charset = 'x', body = zeroblob(8)")
    assert crawl.store.writer.submit(damaged).result() == ["article 1", "revision 2 of article 1", f"raw page {fetch}"]


def test_importing_storage_brings_neither_scrapy_nor_its_own_modules() -> None:
    script = (
        "import sys, storage.models; assert 'sqlite_utils' not in sys.modules;"
        "import storage.store, storage.frontier, storage.reader, storage.backup, storage.search;"
        "bad = [m for m in sys.modules if m.split('.')[0] in ('scrapy', 'twisted', 'lxml', 'pipelines', 'crawler')];"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
