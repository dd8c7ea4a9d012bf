"""Whether the demo's own judgement finds what a crawler missed, and what the newcomer is told."""

from __future__ import annotations

import io
import json
import shlex
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from crawler.demo.compare import differences
from crawler.demo.expected import Expected
from crawler.demo.log import Request
from crawler.demo.narrate import COPIES_QUERY, REVISIONS_QUERY, queries, summary
from crawler.demo.site import Site

BASE = 1_795_000_000.0
TABLES = """
CREATE TABLE articles (id, source, key, url, canonical_url, title, body, language, published_at, status, dateline_place,
  revision, story_id);
CREATE TABLE revisions (article_id, revision, kind, seen_at, title, body);
CREATE TABLE stories (story_id, origin_article_id, articles, title);
CREATE TABLE fetches (url, outcome, urls);
"""
HOSTS = {"demo": "http://agency.test:1", "demo-outlet": "http://outlet.test:1"}


@pytest.fixture(scope="module")
def expected() -> Expected:
    site = Site(lambda: BASE, BASE)
    site.publish_all()
    return site.expected()


@pytest.fixture
def database(expected: Expected) -> Iterator[sqlite3.Connection]:
    """What a crawler without fault would have left behind, as tables in the shape of the views."""
    conn = sqlite3.connect(":memory:")
    conn.executescript(TABLES)
    ids = {article.key or article.paths[0]: number for number, article in enumerate(expected.articles, start=1)}
    for article in expected.articles:
        name = article.key or article.paths[0]
        number, story = ids[name], ids[article.copy_of or name]
        url, last = HOSTS[article.source] + article.paths[0], article.revisions[-1]
        row = (number, article.source, article.key or url, url, url, last.title, last.body, article.language)
        more = (article.published, article.status, article.place, len(article.revisions), story)
        conn.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, *more))
        for at, revision in enumerate(article.revisions, start=1):
            text = (number, at, revision.kind, "2026-11-18T11:06:40Z", revision.title, revision.body)
            conn.execute("INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?)", text)
        if article.copy_of is None:
            told = 1 + sum(other.copy_of == article.key for other in expected.articles if other.copy_of)
            conn.execute("INSERT INTO stories VALUES (?, ?, ?, ?)", (number, number, told, last.title))
        conn.execute("INSERT INTO fetches VALUES (?, 'new', ?)", (url, json.dumps([url])))
    for path, outcomes in expected.odd.items():
        url = HOSTS["demo"] + path
        asked = [] if outcomes == ("blocked",) else [url]
        conn.execute("INSERT INTO fetches VALUES (?, ?, ?)", (url, f"{outcomes[0]}", json.dumps(asked)))
    yield conn
    conn.close()


@pytest.fixture
def log(database: sqlite3.Connection) -> list[Request]:
    urls = [url for (row,) in database.execute("SELECT urls FROM fetches") for url in json.loads(row)]
    return [
        Request(url.split("/")[2], "GET", "/" + url.split("/", 3)[3], "", 200, 0, 1, 0, 1, False, "", 0) for url in urls
    ]


def test_a_faultless_crawl_has_no_differences(
    database: sqlite3.Connection, log: list[Request], expected: Expected
) -> None:
    assert list(differences(database, log, expected)) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM articles WHERE key = 'id:2148001'", "demo /world/2148001: 0 articles"),
        ("INSERT INTO articles SELECT * FROM articles WHERE key = 'id:2148001'", "demo /world/2148001: 2 articles"),
        ("UPDATE articles SET key = 'id:1' WHERE key = 'id:2148001'", "an article that nobody wrote"),
        ("UPDATE articles SET language = 'en' WHERE key = 'id:2148001'", "language: 'en', expected 'ar'"),
        (
            "UPDATE articles SET published_at = '2026' WHERE key = 'id:2148001'",
            "published_at: '2026', expected '2026-11",
        ),
        ("UPDATE articles SET title = 'All news' WHERE key = 'id:2148001'", "title: 'All news'"),
        ("UPDATE articles SET body = body || 'x' WHERE key = 'id:2148003'", "demo /economy/2148003: body: "),
        ("UPDATE articles SET status = 'live' WHERE status = 'withdrawn'", "status: 'live', expected 'withdrawn'"),
        (
            "UPDATE articles SET dateline_place = NULL WHERE key = 'id:2148003'",
            "dateline_place: None, expected 'VERRIN'",
        ),
        ("UPDATE revisions SET kind = 'update' WHERE kind = 'correction'", "revisions: ['first', 'update'], expected"),
        ("DELETE FROM revisions WHERE kind = 'withdrawal'", "revisions: ['first'], expected ['first', 'withdrawal']"),
        ("UPDATE revisions SET body = 'x' WHERE kind = 'minor'", "revision 2: body"),
        ("UPDATE stories SET articles = 1", "articles in its story: 1, expected 2"),
        ("UPDATE articles SET story_id = 999 WHERE key = 'id:2148003'", "belongs to no story"),
        ("UPDATE stories SET origin_article_id = 0 WHERE articles = 2", "its story's origin is article: 0"),
        ("UPDATE fetches SET outcome = 'new' WHERE outcome = 'rejected'", "fetches ended ['new'], expected rejected"),
        ("DELETE FROM fetches WHERE url LIKE '%/internal/%'", "fetches ended never, expected blocked"),
        ("UPDATE fetches SET urls = '[]' WHERE url LIKE '%2148003'", "in `fetches`: 0, expected 1"),
        (
            "INSERT INTO fetches VALUES ('x', 'new', '[\"http://x/\"]')",
            "requests for http://x/ in `fetches`: 1, expected 0",
        ),
    ],
)
def test_damage_is_named(
    database: sqlite3.Connection, log: list[Request], expected: Expected, damage: str, said: str
) -> None:
    assert database.execute(damage).rowcount > 0
    found = list(differences(database, log, expected))
    assert any(said in line for line in found), found


def test_a_title_may_keep_its_mark(database: sqlite3.Connection, log: list[Request], expected: Expected) -> None:
    database.execute("UPDATE articles SET title = 'CORRECTED-' || title WHERE key = 'id:2148032'")
    assert list(differences(database, log, expected)) == []


def test_the_newcomer_is_told_what_there_is(database: sqlite3.Connection) -> None:
    out = Console(file=io.StringIO(), width=80)
    out.print(summary(database))
    text = out.file.getvalue()  # type: ignore[attr-defined]
    for word in ("en", "ru", "es", "zh", "de", "ar", "71", "correction", "withdrawal", "copy", "LAKEMOUTH", "澜港"):
        assert word in text
    assert max(len(line) for line in text.splitlines()) <= 160
    assert len([line for line in text.splitlines() if " copy " in line]) == 5


def test_the_queries_to_try_are_whole_shell_commands() -> None:
    words = [shlex.split(line) for line in queries("my news.db", 35)]
    assert words[0][1:] == ["search", "ferry", "--db", "my news.db"]
    assert words[1][1:] == ["changes", "--since", "0", "--db", "my news.db"]
    assert words[2][1:] == ["diff", "35", "--db", "my news.db"]
    assert [command[2:4] for command in words[3:]] == [["my news.db", REVISIONS_QUERY], ["my news.db", COPIES_QUERY]]
    assert all(Path(command[0]).exists() for command in words)


def test_the_queries_to_try_give_rows(database: sqlite3.Connection) -> None:
    assert len(database.execute(REVISIONS_QUERY).fetchall()) == 2
    assert len(database.execute(COPIES_QUERY).fetchall()) == 11
