"""A database of an earlier version, brought to this one's schema: claimed addresses, sketches, marks, indexes."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from crawler.cli import main
from storage import migrations, sketches
from storage.models import Announcement, Decision
from storage.reader import Reader
from storage.store import Store
from tests.crawler.looks import OTHER, Looks, Sheet
from tests.storage.harness import HOST, NOON, SOURCE, Crawl, article, page

if TYPE_CHECKING:
    from pathlib import Path

    from storage.models import Article

LINE = "(Corrects the name of the minister in the second paragraph)"
COLUMNS = (
    "source, key, url, canonical_url, authors, tags, form, rights, access, word_count, extractor, status, revision"
)


@pytest.fixture
def old(tmp_path: Path) -> Database:
    """A database as the second schema left it, open."""
    first = type(migrations.MIGRATIONS)("dateline")
    first._migrations = list(migrations.MIGRATIONS._migrations)[:2]
    db = Database(str(tmp_path / "old.db"), execute_plugins=False)
    first.apply(db)
    db.conn.execute("INSERT INTO meta VALUES ('schema_version', '2')")
    db.conn.commit()
    return db


def _store(db: Database, number: int, canonical: str, sketch: bytes | None = None) -> None:
    db.conn.execute("INSERT INTO story VALUES (?, ?, NULL)", (number, number))
    db.conn.execute(
        f"INSERT INTO article ({COLUMNS}, story_id, first_seen_at, last_checked_at, sketch, row_hash)"
        " VALUES (?, ?, ?, ?, '[]', '[]', 'article', 'open', 'open', 2, 'old', 'live', 1, ?, ?, ?, ?, x'00')",
        (SOURCE, page(number), page(number), canonical, number, "2023-11-14T09:00:00Z", "2023-11-14T09:00:00Z", sketch),
    )
    for url in dict.fromkeys((page(number), canonical)):
        db.conn.execute("INSERT INTO address VALUES (?, ?, ?, '2023-11-14T09:00:00Z')", (SOURCE, url, number))
    db.conn.commit()


def _upgraded(db: Database, path: Path) -> Crawl:
    db.close()
    return Crawl(path)


def test_an_address_that_no_fetch_gave_is_only_claimed(old: Database, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        _store(old, number, page(f"named-{number}"))
    old.conn.execute(
        "INSERT INTO fetch (source, url, kind, at, outcome, article_id) VALUES (?, ?, 'article', '2023', 'alias', 2)",
        (SOURCE, page("named-2")),
    )
    for number, seen in ((1, 0), (3, 1)):
        old.conn.execute(
            "INSERT INTO link (source, url, kind, host, found_at, state, rank, seen)"
            " VALUES (?, ?, 'article', 'h', 1.0, 'pending', 1, ?)",
            (SOURCE, page(f"named-{number}"), seen),
        )
    old.conn.commit()
    crawl = _upgraded(old, tmp_path / "old.db")
    assert crawl.sql("SELECT url FROM address WHERE claimed") == [(page("named-1"),)]
    crawl.close()


def test_sketches_are_made_over_in_batches_and_boilerplate_stays_bounded(
    old: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sketches, "_AT_ONCE", 7)
    for number in range(1, 101):
        keys = [5 << 31, (1000 + number) << 31, (1 << 62) + number]
        _store(old, number, page(number), struct.pack("<3q", *sorted(keys)))
    crawl = _upgraded(old, tmp_path / "old.db")
    week = sketches.week("2023-11-14T09:00:00Z")
    counts = dict(crawl.sql("SELECT key - ?, count(*) FROM sketch GROUP BY key", week << 32))
    assert counts == {5: sketches.COMMON + 1, 1 << 31: sketches.COMMON + 1} | {1000 + n: 1 for n in range(1, 101)}
    ((blob,),) = crawl.sql("SELECT sketch FROM article WHERE id = 100")
    assert sketches.unpack(blob) == (5, 1100, 1 << 31)
    crawl.close()


def test_the_current_text_has_the_tail_that_its_article_had(old: Database, tmp_path: Path) -> None:
    for number in (1, 2):
        _store(old, number, page(number))
        for revision in (1, 2):
            old.conn.execute(
                "INSERT INTO revision (article_id, revision, kind, title, body, subheads, content_hash, seen_at, extractor,"
                " row_hash) VALUES (?, ?, 'first', 't', 'b', '[]', 'h', '2023-11-14T09:00:00Z', 'old', x'00')",
                (number, revision),
            )
    old.conn.execute("UPDATE article SET revision = 2, tail = 'Reporting by A' WHERE id = 1")
    old.conn.commit()
    crawl = _upgraded(old, tmp_path / "old.db")
    tails = crawl.sql("SELECT tail FROM revisions ORDER BY article_id, revision")
    assert tails == [(None,), ("Reporting by A",), (None,), (None,)]
    crawl.close()


def test_migrating_an_old_database_says_beforehand_that_it_takes_a_while(old: Database, tmp_path: Path) -> None:
    old.close()
    path = str(tmp_path / "old.db")
    done = CliRunner().invoke(main, ["db", "migrate", "--db", path])
    assert done.exit_code == 0, done.output
    assert done.output.index("may take minutes") < done.output.index("has this version's schema")
    assert "minutes" not in CliRunner().invoke(main, ["db", "migrate", "--db", path]).output


def _said(*words: str) -> tuple[Announcement, ...]:
    return tuple(Announcement("correction", each) for each in words)


def _as_before(crawl: Crawl, found: Article, label: str | None) -> None:
    """Store a text as an earlier version did: with one label only."""
    crawl.new(replace(found, announced=(), label=label, extractor="old"))


@pytest.mark.parametrize(
    ("label", "text", "words", "known"),
    [
        ("RPT-UPDATE 1", "A text.", ("RPT", "UPDATE 1"), {"RPT-UPDATE 1", "RPT", "UPDATE 1"}),
        ("UPDATE 12", "A text.", ("UPDATE 1",), {"UPDATE 12"}),
        (None, "A text.", ("CORRECTED",), set()),
        (None, f"{LINE}\n\nA text.", (LINE,), {LINE}),
        (None, "A text.", (LINE,), {LINE}),
        ("REFILE", "CORRECTED are the figures.", ("CORRECTED",), {"REFILE"}),
    ],
)
def test_what_a_text_of_an_earlier_version_announced(
    crawl: Crawl, label: str | None, text: str, words: tuple[str, ...], known: set[str]
) -> None:
    _as_before(crawl, article(1, text), label)
    found = crawl.store.known(article(1, text, announced=_said(*words))).result().article
    assert found is not None
    assert set(found.announced) == set(found.labels) == known


def test_a_line_that_an_older_text_of_an_earlier_version_had_is_known(crawl: Crawl) -> None:
    _as_before(crawl, article(1, f"{LINE}\n\nA text."), None)
    other = "Another text."
    crawl.save(article(1, other), Decision("revised", 1, 1, "update", story_id=1))
    found = crawl.store.known(article(1, f"{LINE}\n\nMore.", announced=_said(LINE))).result().article
    assert found is not None
    assert (found.announced, found.labels) == ((), (LINE,))


def test_what_this_version_stored_is_taken_as_it_is(crawl: Crawl) -> None:
    crawl.new(article(1, announced=_said("CORRECTED")))
    ((stored,),) = crawl.sql("SELECT announced FROM revision")
    assert json.loads(stored) == ["CORRECTED"]
    found = crawl.store.known(article(1, announced=_said("CORRECTED", LINE))).result().article
    assert found is not None
    assert found.announced == ("CORRECTED",)


def test_a_story_number_is_never_used_again(crawl: Crawl) -> None:
    crawl.new(article(1))
    crawl.new(article(2))
    crawl.save(article(2, "The other's text."), Decision("revised", 2, 1, "update", story_id=2, merges=(1,)))
    crawl.new(article(3))
    assert crawl.sql("SELECT story_id FROM story") == [(1,), (3,)]
    crawl.save(article(3, "The same."), Decision("revised", 3, 1, "update", story_id=3, merges=(1,)))
    assert crawl.sql("SELECT story_id, into_id FROM merged_story") == [(2, 1), (3, 1)]
    crawl.new(article(4))
    assert crawl.sql("SELECT story_id FROM story") == [(1,), (4,)]


READ = [
    ("SELECT * FROM stories WHERE story_id = 3", ("SCAN",)),
    ("SELECT s.title FROM stories AS s JOIN articles AS a USING (story_id) WHERE a.id = 3", ("SCAN",)),
    ("SELECT * FROM stories ORDER BY story_id DESC LIMIT 20", ("TEMP B-TREE FOR ORDER", "MATERIALIZE")),
]


@pytest.mark.parametrize(("query", "never"), READ)
def test_a_story_is_looked_up_without_a_walk_over_all(crawl: Crawl, query: str, never: tuple[str, ...]) -> None:
    """Of the steps outside the subqueries, which are bound to one story each."""
    plan = "; ".join(row[3] for row in crawl.sql(f"EXPLAIN QUERY PLAN {query}") if row[1] == 0)
    assert not any(each in plan for each in never), plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT * FROM revisions WHERE kind = 'correction'", "revision_correction"),
        ("SELECT * FROM revisions WHERE kind = ?", "revision_withdrawal"),
        ("SELECT * FROM articles WHERE status = 'withdrawn'", "article_withdrawn"),
    ],
)
def test_what_is_rare_is_read_by_an_index(crawl: Crawl, query: str, index: str) -> None:
    values = ("withdrawal",) * query.count("?")
    assert index in "; ".join(row[3] for row in crawl.sql(f"EXPLAIN QUERY PLAN {query}", *values))


def test_a_fresh_database_and_an_upgraded_one_have_the_same_schema(old: Database, tmp_path: Path) -> None:
    _upgraded(old, tmp_path / "old.db").close()
    Store.open(tmp_path / "new.db", clock=lambda: NOON).close()
    schemas = []
    for name in ("old.db", "new.db"):
        with Reader(tmp_path / name) as reader:
            schemas.append(set(reader.db.conn.execute("SELECT name, sql FROM sqlite_schema").fetchall()))
    assert schemas[0] == schemas[1]


def test_a_backfill_that_an_earlier_version_left_unfinished_goes_on_with_its_rows_counted_and_in_order(
    old: Database, tmp_path: Path
) -> None:
    old.conn.execute("INSERT INTO backfill (source, since, until, started_at) VALUES (?, 1.0, 2e9, '2023')", (SOURCE,))
    for name, kind, scope, newest in (
        ("map", "sitemap", 1, None),
        ("old", "article", 0, 5.0),
        ("new", "article", 0, 9.0),
    ):
        old.conn.execute(
            "INSERT INTO link (source, url, kind, scope, backfill, host, found_at, state, rank, newest, due)"
            " VALUES (?, ?, ?, ?, 1, ?, 1.0, 'pending', ?, ?, 1.0)",
            (SOURCE, page(name), kind, scope, HOST, 1 if kind == "sitemap" else 2, newest),
        )
    old.conn.commit()
    crawl = _upgraded(old, tmp_path / "old.db")
    crawl.open_host()
    number = crawl.frontier.begin_backfill(SOURCE, 1.0, 2e9, crawl.now).result()
    standing = crawl.frontier.standing(number).result()
    assert (number, standing.found, standing.left, standing.to_list) == (1, 2, 2, 1)
    order = []
    while leases := crawl.lease(backfill=number).leases:
        order.append(leases[0].url)
        crawl.end(leases[0], "rejected:empty", due=None)
        crawl.later()
    assert order == [page("map"), page("new"), page("old")]
    crawl.close()


def _seventh(path: Path, present: Path) -> None:
    """The rows of a database of today as the seventh schema held them, all texts made by the extractor of then, which left the
    line under each of them."""
    seventh = type(migrations.MIGRATIONS)("dateline")
    seventh._migrations = [each for each in migrations.MIGRATIONS._migrations if each.name < "m008"]
    path.parent.mkdir()
    db = Database(str(path), execute_plugins=False)
    seventh.apply(db)
    db.conn.commit()
    db.conn.execute("ATTACH ? AS present", (str(present),))
    tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND sql NOT LIKE '%VIRTUAL%'"
    for (table,) in db.conn.execute(f"{tables} AND name <> '_sqlite_migrations'").fetchall():
        names = [{row[1] for row in db.conn.execute(f"PRAGMA {of}.table_info({table})")} for of in ("main", "present")]
        common = ", ".join(sorted(names[0] & names[1]))
        db.conn.execute(f"DELETE FROM main.{table}")
        db.conn.execute(f"INSERT INTO main.{table} ({common}) SELECT {common} FROM present.{table}")
    line = "\n\nOur editors choose five letters every Friday."
    db.conn.execute(
        "UPDATE revision SET body = body || ?, extractor = 'dateline 2, x, profile 0', content_hash = 'old'", (line,)
    )
    db.conn.execute("UPDATE article SET extractor = 'dateline 2, x, profile 0'")
    db.conn.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', '7')")
    db.conn.commit()
    db.close()


def test_a_seventh_schema_s_kept_pages_make_no_false_revision_after_the_upgrade(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    looks = Looks(tmp_path / "new")
    looks.keep_raw = True
    sheets = {
        f"/news/{n}": Sheet(f"{n} cranes fell", (f"The mayor spoke of {n} cranes on the quay.", *OTHER))
        for n in range(3)
    }
    for path, sheet in sheets.items():
        assert looks.look(path, sheet) == "new"
    looks.close()
    _seventh(tmp_path / "old" / "news.db", tmp_path / "new" / "news.db")
    looks = Looks(tmp_path / "old", now=looks.crawl.now + 86400)
    looks.keep_raw = True
    assert [row[0] for row in looks.crawl.sql("SELECT count(*) FROM rule_set")] == [0]
    assert looks.look("/news/0", sheets["/news/0"]) == "unchanged"
    for path in ("/news/1", "/news/2"):
        looks.record(path, sheets[path], looks.crawl.now)
    assert [looks.kinds(number) for number in (1, 2, 3)] == [["first"]] * 3
    assert not looks.crawl.sql("SELECT 1 FROM articles WHERE body LIKE '%letters every Friday%'")
    assert [kind for kind, _ in looks.changes(2)] == ["first", "reextracted"]
    looks.record("/news/2", replace(sheets["/news/2"], text=(*OTHER, *sheets["/news/2"].text)), looks.crawl.now + 60)
    assert looks.kinds(3) == ["first", "update"], "what the agency changed is still seen"
    looks.close()
