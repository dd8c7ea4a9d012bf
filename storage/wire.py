"""Reading what is stored, from Python: `import storage; storage.open("news.db")`.

All of it reads the public views, so that it shows what any SQLite tool would (docs/schema.md). What may be long comes row by
row, in short reads by number: memory stays flat, and no snapshot is held that would let the writers' journal grow. What is
stored meanwhile does not come.
"""

from __future__ import annotations

import time
from array import array
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Self

from storage import export, follow, picking, search
from storage.errors import driver_errors_as_ours
from storage.reader import Reader
from storage.records import Article, Fetch, Revision, Run, Shape, Story
from storage.rows import Rows
from storage.search import QueryError
from storage.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from storage.reader import Change, Health
    from storage.search import Hit

_SHAPES = {view.name: Shape(tuple(name for name, _ in view.columns)) for view in VIEWS}
_PAGE = 500
"""Rows of one read of stories, fetches and runs."""


def open_wire(path: Path | str, *, any_thread: bool = False, immutable: bool = False) -> Wire:
    """Open a database for reading; close it with `close()` or `with`. A daemon may write to it all the while.

    `any_thread`: for several threads that take care not to use it at once; else it belongs to the thread that opened it.
    `immutable`: nobody writes the file while it is open (a published copy, a folder that may not be written).

    Raises Missing where there is no such file, NotDateline where it is another's, OlderSchema (run `dateline db migrate`)
    or NewerSchema: all of them `storage.StorageError`, with what to do in the message."""
    return Wire(path, any_thread=any_thread, immutable=immutable)


class Wire:
    """An open database. Every method that reads may raise `storage.StorageError`."""

    def __init__(self, path: Path | str, *, any_thread: bool = False, immutable: bool = False) -> None:
        self._reader = Reader(path, any_thread=any_thread, immutable=immutable)

    @property
    def path(self) -> Path | str:
        """The file, as it was named."""
        return self._reader.path

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"storage.open({str(self.path)!r})"

    def articles(
        self,
        *,
        source: str | Iterable[str] | None = None,
        language: str | None = None,
        since: str | date | datetime | None = None,
        until: str | date | datetime | None = None,
        query: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
        columns: Iterable[str] | None = None,
    ) -> Rows[Article]:
        """Articles, one after another; nothing is read before the first is asked for.

        `source`: one name or several (of none nothing comes). `language`: a tag as stored (`en`). `since`, `until`:
        publication, both inclusive; an aware datetime, a date, or text (`2026-11-22`, `2026-11-22T08:00:00Z`); a day means
        the whole day in UTC. An article of which only the day is known counts as that day's beginning, one without a time by
        when it was first seen. `query`: all these words, and each "phrase in quotes".
        `limit`: so many at most. What changed since a number tells `changes`.

        They come by their numbers, which follow their coming into the database; with `newest_first` by publication.
        `columns`: only these are read; without `body` that is much quicker.

        Raises QueryError (a ValueError) for a column that there is none of, and at the first row for a selection that cannot
        be understood."""
        selection = export.Selection(
            _names(source),
            language,
            _bound(since),
            _bound(until),
            query,
            limit=_limit(limit),
            newest_first=newest_first,
        )
        names = _known("articles", columns)
        return Rows(Article, names, lambda: picking.picked(self._reader, selection, names))

    def article(self, which: int | str) -> Article | None:
        """An article by its number, or by any address that leads to it; None where there is none."""
        row = self._reader.article(which)
        return None if row is None else Article(_SHAPES["articles"], row.values)

    def addresses(self, article: int | Article) -> list[str]:
        """All addresses that lead to an article, oldest first."""
        return self._reader.addresses(_number(article))

    def revisions(self, article: int | Article) -> list[Revision]:
        """Every text of an article, in the order of writing; `[]` for a number that no article has."""
        return [Revision(_SHAPES["revisions"], row.values) for row in self._reader.revisions(_number(article))]

    def story(self, story: int | Article) -> Story | None:
        """A story by its number, or the story of an article."""
        row = self._reader.story(story.story_id if isinstance(story, Article) else story)
        return None if row is None else Story(_SHAPES["stories"], row.values)

    def tellings(self, story: int | Story | Article) -> list[Article]:
        """The articles of a story (given itself, by its number, or by one of them), in the order in which they can be said
        to have been published: a bare day counts by its end, an undated article by when it was first seen, and none by later
        than that. Which of them is the origin says `Story.origin_article_id`."""
        number = story if isinstance(story, int) else story.story_id
        return [Article(_SHAPES["articles"], row.values) for row in self._reader.tellers(number)]

    def stories(self, *, articles: int = 2, since: str | date | datetime | None = None) -> Rows[Story]:
        """Stories of at least so many articles, by their numbers; `since`: published then or later, bounds as of `articles`.
        Raises QueryError."""
        wanted = {"articles >= ?": articles, "first_published_at >= ?": _time(since)}
        return Rows(Story, _SHAPES["stories"].columns, lambda: self._pages("stories", "story_id", wanted))

    def changes(self, since: int = 0) -> Iterator[Change]:
        """The changes after the number `since`, each once and in the order of writing, to the last that is there now.

        Raises Rewound where the database never gave that number: it is another, or an older copy was put back."""
        while found := self._reader.changes(since):
            yield from found
            since = found[-1].seq

    def follow(self, since: int = 0, *, every: float = 1.0, stop: Callable[[], bool] | None = None) -> Iterator[Change]:
        """The changes after `since`, and then those that come, without end; the database is looked at every so many seconds.
        Where nothing new is there `stop()` is asked whether to end. On a connection of its own, over a published copy that
        is replaced, too.

        Raises Rewound, Missing and the other errors of opening."""

        def wait() -> bool:
            if stop is not None and stop():
                return False
            time.sleep(every)
            return True

        for batch in follow.follow(self.path, since, wait=wait):
            yield from batch

    def last_seq(self) -> int:
        """The number of the last change; 0 without any."""
        return self._reader.last_seq()

    def search(
        self,
        query: str,
        *,
        source: str | Iterable[str] | None = None,
        language: str | None = None,
        since: str | date | datetime | None = None,
        until: str | date | datetime | None = None,
        limit: int = 20,
    ) -> list[Hit]:
        """The newest articles that hold all words of `query`, and each "phrase in quotes" as it stands, with the text around
        the first word found. Bounds as of `articles`. Raises QueryError."""
        return self._reader.search(
            query,
            source=source,
            language=language,
            since=_bound(since),
            until=_bound(until),
            limit=_limit(limit) or 0,
        )

    def health(self) -> list[Health]:
        """The state of each source, by its name."""
        return self._reader.health()

    def fetches(
        self,
        *,
        source: str | Iterable[str] | None = None,
        outcome: str | None = None,
        since: str | date | datetime | None = None,
    ) -> Rows[Fetch]:
        """Fetches in the order in which they began; `since`: begun then or later. Raises QueryError."""
        wanted, sources = {"outcome = ?": outcome, "at >= ?": _time(since)}, _names(source)
        return Rows(Fetch, _SHAPES["fetches"].columns, lambda: self._pages("fetches", "id", wanted, sources))

    def runs(
        self, *, source: str | Iterable[str] | None = None, since: str | date | datetime | None = None
    ) -> Rows[Run]:
        """Runs in the order in which they began; `since`: begun then or later. Raises QueryError."""
        wanted, sources = {"started_at >= ?": _time(since)}, _names(source)
        return Rows(Run, _SHAPES["runs"].columns, lambda: self._pages("runs", "id", wanted, sources))

    def counts(self) -> dict[str, int]:
        """How many `articles`, `revisions`, `stories`, `fetches`, `runs` and `changes` there are."""
        return self._reader.counts()

    def _pages(
        self, view: str, number: str, wanted: Mapping[str, Any], sources: Sequence[str] | None = None
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a view for which all of `wanted` (condition -> value; None: any) holds, by their numbers. Of `sources`
        the numbers are looked up once, along the index (8 bytes for each are held): page by page they would be put in order
        for every page."""
        given = {condition: value for condition, value in wanted.items() if value is not None}
        names = ", ".join(_SHAPES[view].columns)
        if sources is not None:
            where = " AND ".join([f"source IN ({', '.join('?' * len(sources))})", *given])
            sql = f"SELECT {number} FROM {view} WHERE {where} ORDER BY {number}"  # noqa: S608 - our own parts
            numbers = array("q", (row[0] for row in self._rows(sql, *sources, *given.values())))
            for start in range(0, len(numbers), _PAGE):
                some = numbers[start : start + _PAGE]
                marks = ", ".join("?" * len(some))
                yield self._rows(f"SELECT {names} FROM {view} WHERE {number} IN ({marks}) ORDER BY {number}", *some)  # noqa: S608 - our own parts
            return
        ((last,),) = self._rows(f"SELECT coalesce(max({number}), -1) FROM {view}")  # noqa: S608 - our own parts
        where = " AND ".join([f"{number} > ?", f"{number} <= ?", *given])
        sql = f"SELECT {number}, {names} FROM {view} WHERE {where} ORDER BY {number} LIMIT {_PAGE}"  # noqa: S608 - our own parts
        after = -1
        while rows := self._rows(sql, after, last, *given.values()):
            yield [row[1:] for row in rows]
            after = rows[-1][0]

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with driver_errors_as_ours(self.path):
            return self._reader.db.conn.execute(sql, search.all_bindable(values)).fetchall()


def _names(source: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Names of sources; None: all."""
    return (source,) if isinstance(source, str) else None if source is None else tuple(source)


def _limit(limit: int | None) -> int | None:
    if limit is not None and limit < 0:
        raise QueryError(f"limit={limit}: give 0 or more, or leave it out")
    return limit


def _time(at: str | date | datetime | None) -> str | None:
    """A bound as columns have times, checked."""
    bound = _bound(at)
    return None if bound is None else export.time_of(bound)


def _number(article: int | Article) -> int:
    return article if isinstance(article, int) else article.id


def _known(view: str, columns: Iterable[str] | None) -> tuple[str, ...]:
    all_of_them = _SHAPES[view].columns
    names = all_of_them if columns is None else tuple(dict.fromkeys(columns))
    if unknown := [name for name in names if name not in all_of_them]:
        raise QueryError(f"{view} has no column {unknown[0]!r}: it has {', '.join(all_of_them)}")
    if not names:
        raise QueryError("columns= names no column: name some, or leave it out for all")
    return names


def _bound(at: str | date | datetime | None) -> str | None:
    """A bound as text; what is text already is checked where it is used."""
    if isinstance(at, datetime):
        if at.tzinfo is None:
            raise QueryError(f"{at!r} has no zone: give an aware datetime, a date, or text like 2026-11-22T08:00:00Z")
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return at.isoformat() if isinstance(at, date) else at
