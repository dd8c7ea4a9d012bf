"""Whether a crawl of the demo left in the database what it should have: the public views against `Expected` and the
server's own log."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.demo.expected import Expected, ExpectedArticle, ExpectedRevision
from crawler.demo.log import Request, by_url
from crawler.demo.stories import AGENCY, AGENCY_HOST, OUTLET
from storage.database import open_reader

if TYPE_CHECKING:
    import sqlite3

Row = Mapping[str, Any]


def compare(database: Path | str, log: Iterable[Request], expected: Expected) -> list[str]:
    """The differences, one line each; empty: every story, revision and copy was recognised and every request is
    explained. Raises `StorageError` where the database cannot be read."""
    db = open_reader(database)
    try:
        return list(differences(db.conn, log, expected))
    finally:
        db.close()


def differences(conn: sqlite3.Connection, log: Iterable[Request], expected: Expected) -> Iterator[str]:
    """As `compare`, on an open connection."""
    rows = _rows(conn, f"SELECT * FROM articles WHERE source IN ('{AGENCY}', '{OUTLET}')")  # noqa: S608 - our own names
    revisions: dict[int, list[Row]] = defaultdict(list)
    for row in _rows(conn, "SELECT * FROM revisions ORDER BY article_id, revision"):
        revisions[row["article_id"]].append(row)
    found: dict[ExpectedArticle, Row] = {}
    for article in expected.articles:
        matching = [row for row in rows if _is(row, article)]
        if len(matching) == 1:
            found[article] = matching[0]
            yield from _of_article(article, matching[0], revisions[matching[0]["id"]])
        else:
            yield f"{_name(article)}: {len(matching)} articles in the database, expected 1"
    known = {row["id"] for row in found.values()}
    yield from (f"{row['source']} {row['url']}: an article that nobody wrote" for row in rows if row["id"] not in known)
    yield from _of_stories(found, _rows(conn, "SELECT * FROM stories"))
    fetches = _rows(conn, "SELECT url, outcome, urls FROM fetches")
    yield from _of_odd(expected.odd, fetches)
    yield from _of_requests(by_url(log), fetches)


def _rows(conn: sqlite3.Connection, query: str) -> list[Row]:
    cursor = conn.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _is(row: Row, article: ExpectedArticle) -> bool:
    if row["source"] != article.source:
        return False
    if article.key is not None:
        return bool(row["key"] == article.key)
    return urlsplit(row["canonical_url"] or row["url"]).path in article.paths


def _name(article: ExpectedArticle) -> str:
    return f"{article.source} {article.paths[0]}"


def _of_article(article: ExpectedArticle, row: Row, revisions: Sequence[Row]) -> Iterator[str]:
    name = _name(article)
    last = article.revisions[-1]
    yield from _unlike(f"{name}: language", str(row["language"]).partition("-")[0], article.language)
    yield from _unlike(f"{name}: published_at", row["published_at"], article.published)
    yield from _unlike(f"{name}: status", row["status"], article.status)
    if article.place is not None:
        yield from _unlike(f"{name}: dateline_place", row["dateline_place"], article.place)
    yield from _of_text(name, row, last)
    yield from _unlike(
        f"{name}: revisions", [revision["kind"] for revision in revisions], [one.kind for one in article.revisions]
    )
    for revision, wanted in zip(revisions, article.revisions, strict=False):
        yield from _of_text(f"{name} revision {revision['revision']}", revision, wanted)


def _of_text(name: str, row: Row, wanted: ExpectedRevision) -> Iterator[str]:
    if row["title"] not in (wanted.title, wanted.mark + wanted.title):
        yield from _unlike(f"{name}: title", row["title"], wanted.title)
    if wanted.body is not None:
        yield from _unlike(f"{name}: body", row["body"], wanted.body)


def _unlike(what: str, got: object, wanted: object) -> Iterator[str]:
    if got != wanted:
        yield f"{what}: {_short(got, wanted)!r}, expected {_short(wanted, got)!r}"


def _short(value: object, other: object) -> object:
    """Of long texts only the place where they part."""
    if not (isinstance(value, str) and isinstance(other, str)) or len(value) <= 120:
        return value
    at = next((n for n, (a, b) in enumerate(zip(value, other, strict=False)) if a != b), min(len(value), len(other)))
    return f"…{value[max(0, at - 40) : at + 80]}…"


def _of_stories(found: Mapping[ExpectedArticle, Row], stories: Sequence[Row]) -> Iterator[str]:
    """Copies stand in their original's story, which is of the original; everything else stands alone."""
    by_id = {story["story_id"]: story for story in stories}
    keyed = {article.key: row for article, row in found.items() if article.key is not None}
    copies = Counter(article.copy_of for article in found if article.copy_of is not None)
    for article, row in found.items():
        story = by_id.get(row["story_id"])
        if story is None:
            yield f"{_name(article)}: belongs to no story"
            continue
        original = keyed.get(article.copy_of) if article.copy_of else row
        if original is None:
            continue  # said already: the original is not there
        yield from _unlike(
            f"{_name(article)}: its story's origin is article", story["origin_article_id"], original["id"]
        )
        told = 1 + copies[article.copy_of or article.key or ""]
        yield from _unlike(f"{_name(article)}: articles in its story", story["articles"], told)


def _of_odd(odd: Mapping[str, Sequence[str]], fetches: Sequence[Row]) -> Iterator[str]:
    outcomes: dict[str, set[str]] = defaultdict(set)
    for fetch in fetches:
        parts = urlsplit(fetch["url"])
        if parts.hostname == AGENCY_HOST:
            outcomes[parts.path].add(str(fetch["outcome"]).partition(":")[0])
    for path, allowed in odd.items():
        if not outcomes[path] or not outcomes[path] <= set(allowed):
            yield f"{path}: fetches ended {sorted(outcomes[path]) or 'never'}, expected {' or '.join(allowed)}"


def _of_requests(logged: Counter[str], fetches: Sequence[Row]) -> Iterator[str]:
    explained = Counter(url for fetch in fetches for url in json.loads(fetch["urls"] or "[]"))
    for url in sorted(logged.keys() | explained.keys()):
        yield from _unlike(f"requests for {url} in `fetches`", explained[url], logged[url])


__all__ = ["compare", "differences"]
