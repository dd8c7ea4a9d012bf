"""Articles read out one after another, however many there are: for `dateline export` and for programs.

Batches follow the articles' numbers, each a short read of its own: a snapshot that is held for the hours of a large export
would let the writer's journal grow all the while. So each article that was there at the beginning comes exactly once, as it
was when its batch was read; what is stored meanwhile does not come.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from storage import clock, former, search
from storage.errors import driver_errors_as_ours
from storage.reader import Row
from storage.search import QueryError
from storage.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from storage.reader import Reader

BATCH: Final = 200
"""Articles of one read: some megabytes where they are long."""

COLUMNS: Final = next(tuple(name for name, _ in view.columns) for view in VIEWS if view.name == "articles")
CHANGE_COLUMNS: Final = ("change_seq", "change_at", "change_kind")
"""Beside those of `articles` where the selection says `changes_since`: the article's last change, as in `changes`."""

TEXT_COLUMNS: Final = ("article_id", "revision", "kind", "label", "seen_at", "modified_at")
"""Of `revisions`: what `Exported.text` has of the current text, whose words the article has; beside them `oldest`."""

# Whether no older text of the article is known: the first that was stored, unless an earlier one came later.
_OLDEST: Final = (
    "CASE r.revision WHEN 1 THEN NOT EXISTS"
    " (SELECT 1 FROM revision AS e WHERE e.article_id = r.article_id AND e.kind = 'earlier') ELSE 0 END"
)
_PAGE: Final = 20
"""Former texts of one read."""

WORDS: Final = ("title", "lead", "body")

_WHEN: Final = "coalesce(a.published_at, a.first_seen_at)"
# All that may be, along the index: a day's export need not read the articles of years.
_PUBLISHED_SINCE: Final = (
    "a.id IN (SELECT id FROM article WHERE published_at >= ? UNION ALL"
    " SELECT id FROM article WHERE published_at IS NULL)"
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles: of these sources (None: all), this language (in capitals or not), published `since` and `until` (UTC
    text, both inclusive, a day means the whole day; an article of which only the day is known counts as that day's
    beginning, one without a time by when it was first seen), found by `query` as `search.search` finds them.

    `newest_first`: by their publication, as the search has them, and not by their numbers, which follow their coming;
    `limit`: not more than the first so many. `changes_since`: only what changed after the change of this number, in the order
    of each article's last change. With a query, too, what it found in a former text comes, whatever the text says now.
    `withdrawn_too`, with `newest_first` and a query: what was withdrawn by a notice and had a text that the query finds."""

    sources: tuple[str, ...] | None = None
    language: str | None = None
    since: str | None = None
    until: str | None = None
    query: str | None = None
    changes_since: int | None = None
    limit: int | None = None
    newest_first: bool = False
    withdrawn_too: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """One article. `values`: its columns by name (lists are JSON text), with `CHANGE_COLUMNS` where changes were asked for;
    `text`: what `revisions` says of its current text; `former`: those that were current before, oldest first, with their
    words, to be read once (a text of kind `earlier` never was)."""

    values: dict[str, Any]
    text: dict[str, Any] | None = None
    former: Iterable[dict[str, Any]] = ()


class Export:
    """The selected articles, to be read once; beside nothing but the batch, 8 bytes for each are held where they are found by
    an index (of a query, of sources, since a time) or come newest first.

    Afterwards `number` says how many came, and `last_seq`, where changes were asked for, the change to go on from: the
    next call with it in `changes_since` gives what changed since (None: not at the end yet).

    `texts`: `current` for what `revisions` says of each article's current text, `all` for the former texts as well.
    Raises QueryError at the first row where the selection cannot be understood, Rewound where the database never had the
    change `changes_since`, `StorageError`."""

    def __init__(
        self,
        reader: Reader,
        selection: Selection,
        *,
        texts: Literal["current", "all"] | None = None,
        batch: int = BATCH,
    ) -> None:
        self.number = 0
        self.last_seq: int | None = None
        self._reader = reader
        self._selection = selection
        self._texts = texts
        self._batch = batch

    def __iter__(self) -> Iterator[Exported]:
        if self._selection.changes_since is not None:
            yield from self._changed(self._selection.changes_since)
            return
        for numbers in found_by(self._reader, self._selection, self._batch):
            found, texts = self._read(numbers)
            for number in numbers:
                if number in found:
                    yield self._exported(COLUMNS, found[number], texts)

    def _changed(self, since: int) -> Iterator[Exported]:
        names = COLUMNS + CHANGE_COLUMNS
        limit = self._selection.limit
        last = reached = _last_change(self._reader, since)
        for changes in _last_changes(self._reader, self._selection, since, last, self._batch):
            found, texts = self._read([number for number, *_ in changes])
            for number, seq, at, kind in changes:
                if number in found:
                    reached = seq
                    yield self._exported(names, (*found[number], seq, at, kind), texts)
        self.last_seq = reached if limit is not None and self.number >= limit else last

    def _exported(self, names: Sequence[str], row: tuple[Any, ...], texts: dict[int, dict[str, Any]]) -> Exported:
        self.number += 1
        text = texts.get(row[0])
        former = (
            self._former(row[0], text["revision"]) if text and self._texts == "all" and text["revision"] > 1 else ()
        )
        return Exported(dict(zip(names, row, strict=True)), text, former)

    def _read(self, numbers: Sequence[int]) -> tuple[dict[int, tuple[Any, ...]], dict[int, dict[str, Any]]]:
        """Number -> the article's columns, and -> its current text, both of one moment."""
        marks = ", ".join("?" * len(numbers))
        select = f"SELECT {', '.join(COLUMNS)} FROM articles WHERE id IN ({marks})"  # noqa: S608 - our own parts
        if self._texts is None:
            return {row[0]: row for row in _rows(self._reader, select, *numbers)}, {}
        with self._reader.one_state():
            found = {row[0]: row for row in _rows(self._reader, select, *numbers)}
            rows = _rows(
                self._reader,
                f"SELECT {', '.join(f'r.{name}' for name in TEXT_COLUMNS)}, {_OLDEST} FROM article AS a"  # noqa: S608 - our own parts
                f" JOIN revisions AS r ON r.article_id = a.id AND r.revision = a.revision WHERE a.id IN ({marks})",
                *numbers,
            )
        return found, {row[0]: dict(zip((*TEXT_COLUMNS, "oldest"), row, strict=True)) for row in rows}

    def _former(self, article: int, current: int) -> Iterator[dict[str, Any]]:
        """The texts before the current one, some at a time: a live blog has had thousands."""
        names = TEXT_COLUMNS + WORDS
        select = (
            f"SELECT {', '.join(f'r.{name}' for name in names)}, {_OLDEST} FROM revisions AS r"  # noqa: S608 - our own parts
            " WHERE r.article_id = ? AND r.revision > ? AND r.revision < ? AND r.kind <> 'earlier' ORDER BY r.revision LIMIT ?"
        )
        after = 0
        while some := _rows(self._reader, select, article, after, current, _PAGE):
            for row in some:
                yield dict(zip((*names, "oldest"), row, strict=True))
                after = row[1]


def articles(reader: Reader, selection: Selection, *, batch: int = BATCH) -> Iterator[Row]:
    """The selected articles as rows of `articles`, in the order of the selection. Raises what `Export` does."""
    for each in Export(reader, selection, batch=batch):
        yield Row("articles", tuple(each.values.values())[: len(COLUMNS)])


def found_by(reader: Reader, selection: Selection, batch: int) -> Iterator[Sequence[int]]:
    """The selected articles' numbers, batch by batch, in the order of the selection (whose `changes_since` is not asked)."""
    conditions, values = conditions_of(selection)
    limit = -1 if selection.limit is None else selection.limit
    if selection.query is not None and selection.withdrawn_too:
        found = former.with_withdrawn(reader, search.match(selection.query)[1], conditions, values, limit)
        yield from (found[start : start + batch] for start in range(0, len(found), batch))
        return
    narrowed = selection.sources is not None or selection.since is not None
    if selection.query is not None or selection.newest_first or narrowed:
        table = "article AS a"
        if selection.query is not None:
            _, match = search.match(selection.query)
            table = "search JOIN article AS a ON a.search_id = search.rowid"
            conditions, values = ["search MATCH ?", *conditions], [match, *values]
        elif selection.since is not None:
            conditions.append(_PUBLISHED_SINCE)
            values.append(time_of(selection.since))
        order = "a.id" if not selection.newest_first else "a.search_id DESC"
        order = "search.rowid DESC" if selection.newest_first and selection.query is not None else order
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        hits = f"SELECT a.id FROM {table} {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - our own parts; values are bound
        found = array("q", _firsts(reader, hits, *values, limit))
        yield from (found[start : start + batch] for start in range(0, len(found), batch))
        return
    (last,) = _firsts(reader, "SELECT coalesce(max(id), 0) FROM article")
    where = " AND ".join(["a.id > ?", "a.id <= ?", *conditions])
    numbers = f"SELECT a.id FROM article AS a WHERE {where} ORDER BY a.id LIMIT ?"  # noqa: S608 - our own parts; values are bound
    after, left = 0, limit
    while some := _firsts(reader, numbers, after, last, *values, batch if left < 0 else min(batch, left)):
        yield some
        after, left = some[-1], left - len(some) if left > 0 else left


def conditions_of(selection: Selection) -> tuple[list[str], list[str | int]]:
    """SQL conditions on `article AS a` (all but the query), and their values. Raises QueryError."""
    where, values = list[str](), list[str | int]()
    if selection.sources is not None:
        where.append(f"a.source IN ({', '.join('?' * len(selection.sources))})")
        values += selection.sources
    if selection.language is not None:
        where.append("a.language = ? COLLATE NOCASE")
        values.append(selection.language)
    if selection.since is not None:
        where.append(f"{_WHEN} >= ?")
        values.append(time_of(selection.since))
    if selection.until is not None:
        until = time_of(selection.until)
        where.append(f"substr({_WHEN}, 1, {len(until)}) <= ?")
        values.append(until)
    return where, values


def _last_change(reader: Reader, since: int) -> int:
    """The number of the last change; raises Rewound where the database never had the change `since`."""
    reader.changes(since, limit=1)
    return max(reader.last_seq(), since)


def _last_changes(
    reader: Reader, selection: Selection, since: int, last: int, batch: int
) -> Iterator[list[tuple[int, int, str, str]]]:
    """(article, seq, at, kind) of the last change of each selected article that changed after `since` and up to `last`."""
    conditions, values = conditions_of(selection)
    where = "".join(f" AND {each}" for each in conditions)
    changes = (
        "SELECT c.article_id, c.seq, c.at, c.kind FROM change AS c CROSS JOIN article AS a ON a.id = c.article_id"  # noqa: S608 - our own parts; values are bound
        " WHERE c.seq > ? AND c.seq <= ?"
        " AND NOT EXISTS (SELECT 1 FROM change AS d WHERE d.article_id = c.article_id AND d.seq > c.seq AND d.seq <= ?)"
        f"{where} ORDER BY c.seq LIMIT ?"
    )
    finds = None if selection.query is None else former.Finds(reader, search.match(selection.query)[1], since)
    left, size = -1 if selection.limit is None else selection.limit, batch
    while left and (
        some := _rows(reader, changes, since, last, last, *values, size if finds or left < 0 else min(size, left))
    ):
        since = some[-1][1]
        kept = some if finds is None else finds.of(some)
        kept = kept if left < 0 else kept[:left]
        yield kept
        left = left - len(kept) if left > 0 else left


def time_of(text: str) -> str:
    """A bound as columns have times: a day as it is, an instant in UTC. Raises QueryError."""
    at = search.asked(text)
    if not 0 <= at < 253402300800:
        raise QueryError(f"{text!r} is no time: write 2026-11-22 or 2026-11-22T08:00:00Z")
    return clock.text(at)[:10] if len(text) == len("2026-11-22") else clock.text(at)


def _rows(reader: Reader, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows at once, so that no statement stays open between two batches."""
    with driver_errors_as_ours(reader.path):
        return reader.db.conn.execute(sql, search.all_bindable(values)).fetchall()


def _firsts(reader: Reader, sql: str, *values: Any) -> list[int]:
    return [row[0] for row in _rows(reader, sql, *values)]
