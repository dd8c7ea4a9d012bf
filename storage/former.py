"""What a query found before words changed. The index has current texts only; former ones are cut and asked the same way, in
an index in memory.

A text that was read again by a better extraction (`reextracted`) has taken the place of its former words: what it said is not
known any more, so that such an article counts as found.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from storage import search, tables
from storage.errors import driver_errors_as_ours

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.reader import Reader

_PAGE = 20
"""Texts of one read."""

_TEXTS = """
SELECT r.revision, r.title, r.lead, r.body FROM revision AS r JOIN article AS a ON a.id = r.article_id
WHERE a.id = ? AND r.revision > ? AND r.revision < a.revision AND r.kind <> 'earlier' ORDER BY r.revision LIMIT ?
"""


class Finds:
    """What an FTS5 query finds among articles that changed after the change `since`: their current words, asked once for all
    (8 bytes for each article found are held), or a former text's."""

    def __init__(self, reader: Reader, match: str, since: int) -> None:
        self._reader = reader
        self._match = match
        self._since = since
        # Changes are of the newest articles, mostly.
        (first,) = _rows(
            reader,
            "SELECT min(a.search_id) FROM change AS c CROSS JOIN article AS a ON a.id = c.article_id WHERE c.seq > ?",
            since,
        )
        hits = _rows(
            reader, "SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ? ORDER BY rowid", match, first[0] or 0
        )
        self._places = array("q", (place for (place,) in hits))

    def of(self, changes: Sequence[tuple[int, int, str, str]]) -> list[tuple[int, int, str, str]]:
        """Those of (article, …) that are found, in their order."""
        numbers = [number for number, *_ in changes]
        marks = ", ".join("?" * len(numbers))
        states = _rows(
            self._reader,
            f"SELECT id, search_id, EXISTS (SELECT 1 FROM change AS c WHERE c.article_id = article.id"  # noqa: S608 - our own parts
            f" AND c.kind = 'reextracted' AND c.seq > ?) FROM article WHERE id IN ({marks})",
            self._since,
            *numbers,
        )
        kept = {number for number, place, rewritten in states if rewritten or self._has(place)}
        kept |= found(self._reader, self._match, (number for number in numbers if number not in kept))
        return [each for each in changes if each[0] in kept]

    def _has(self, place: int | None) -> bool:
        if place is None:
            return False
        at = bisect_left(self._places, place)
        return at < len(self._places) and self._places[at] == place


def found(reader: Reader, match: str, articles: Iterable[int]) -> set[int]:
    """Those of the articles of which a text that was current before matches."""
    hits = set[int]()
    with closing(Database(memory=True)) as index:
        index.conn.execute(tables.SEARCH)
        for article in articles:
            after = 0
            while article not in hits and (texts := _rows(reader, _TEXTS, article, after, _PAGE)):
                for revision, title, lead, body in texts:
                    search.add(index, revision, title, lead, body)
                    after = revision
                if index.conn.execute("SELECT 1 FROM search WHERE search MATCH ? LIMIT 1", (match,)).fetchone():
                    hits.add(article)
                index.conn.execute("INSERT INTO search (search) VALUES ('delete-all')")
    return hits


def with_withdrawn(
    reader: Reader, match: str, conditions: Sequence[str], values: Sequence[Any], limit: int
) -> Sequence[int]:
    """Articles, newest first and at most `limit` (-1: all), that the query finds, and those that were withdrawn by a notice
    and had a text that it finds. `conditions`, with their values: on `article AS a`."""
    also = "".join(f" AND {each}" for each in conditions)
    hits = _rows(
        reader,
        "SELECT search.rowid, a.id FROM search JOIN article AS a ON a.search_id = search.rowid"  # noqa: S608 - our own parts; values are bound
        f" WHERE search MATCH ?{also} ORDER BY search.rowid DESC LIMIT ?",
        match,
        *values,
        limit,
    )
    oldest = hits[-1][0] if len(hits) == limit else -1
    withdrawn = _rows(
        reader,
        "SELECT a.search_id, a.id FROM article AS a WHERE a.status = 'withdrawn' AND a.revision > 1"  # noqa: S608 - our own parts; values are bound
        f" AND a.search_id > ?{also}",
        oldest,
        *values,
    )
    before = found(reader, match, (number for _, number in withdrawn))
    both = sorted({*hits, *(each for each in withdrawn if each[1] in before)}, reverse=True)
    return array("q", (number for _, number in (both if limit < 0 else both[:limit])))


def _rows(reader: Reader, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with driver_errors_as_ours(reader.path):
        return reader.db.conn.execute(sql, search.all_bindable(values)).fetchall()
