"""Reading what is stored, typed: for `dateline show`, `status`, `changes` and exports. What programs of others use is built on
it (`storage.wire`).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from storage import database, said, search
from storage.errors import Rewound, driver_errors_as_ours
from storage.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.search import Hit

_DIGITS = 20
"""Digits that no number of a row has."""

_COLUMNS = {view.name: tuple(name for name, _ in view.columns) for view in VIEWS}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a view: its columns by name, as text and numbers (lists are JSON text)."""

    view: str
    values: tuple[Any, ...]

    def __getitem__(self, column: str) -> Any:
        return self.values[_COLUMNS[self.view].index(column)]

    def as_dict(self) -> dict[str, Any]:
        """Column -> value, in the view's order."""
        return dict(zip(_COLUMNS[self.view], self.values, strict=True))


@dataclass(frozen=True, slots=True)
class Change:
    """One row of `changes`."""

    seq: int
    at: str
    kind: str
    article_id: int
    revision: int
    source: str
    url: str
    title: str | None

    @property
    def when(self) -> datetime:
        """`at` as an aware datetime."""
        return datetime.fromisoformat(self.at)


_CHANGE = "SELECT seq, at, kind, article_id, revision, source, url, title FROM changes"


@dataclass(frozen=True, slots=True)
class Health:
    """One row of `source_health`."""

    source: str
    last_success_at: str | None
    last_new_at: str | None
    articles_24h: int
    error_rate_24h: float | None
    median_delay_s: float | None
    state: str
    why: str | None
    judged_at: str | None
    since: str | None
    p95_delay_s: float | None
    next_poll_at: str | None


@dataclass(frozen=True, slots=True)
class Polls:
    """`now`: one of a source's live endpoints is being polled; `due`: one waits, its time having come, for its host."""

    now: bool
    due: bool


_POLLS: Final = """
SELECT source, max(state = 'leased'), max(state = 'pending' AND due <= ?) FROM link INDEXED BY link_seeded
WHERE seeded AND scope = 0 AND state IN ('pending', 'leased') GROUP BY source
"""


class Reader:
    """A read-only connection. For one thread, or with `any_thread` for several that take care not to use it at once.
    `immutable`: see `database.open_reader`.

    Raises Missing, NotDateline, OlderSchema or NewerSchema at opening, `StorageError` later."""

    def __init__(self, path: Path | str, *, any_thread: bool = False, immutable: bool = False) -> None:
        self.path = path
        self.db = database.open_reader(path, any_thread=any_thread, immutable=immutable)

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def article(self, which: int | str) -> Row | None:
        """An article by its id, or by any address that leads to it; None where there is none."""
        if isinstance(which, int) or which.isdecimal():
            return self._one("articles", "id = ?", int(which) if len(str(which)) < _DIGITS else -1)
        return self._one(
            "articles",
            "id = (SELECT a.id FROM address JOIN article AS a ON a.id = article_id WHERE address.url = ?"
            " ORDER BY a.canonical_url = address.url DESC, a.id LIMIT 1)",
            which,
        )

    def articles(
        self,
        *,
        source: str | None = None,
        since: str | None = None,
        newest_first: bool = True,
        limit: int | None = None,
    ) -> Iterator[Row]:
        """Articles by when they were published; `since`: UTC text, of that time or later."""
        where, values = ["1"], list[str | int]()
        for condition, value in (("source = ?", source), ("published_at >= ?", since)):
            if value is not None:
                where.append(condition)
                values.append(value)
        order = "published_at DESC, id DESC" if newest_first else "published_at, id"
        wanted = f"{' AND '.join(where)} ORDER BY {order} LIMIT ?"
        if source is not None and limit is not None:
            # A source's articles by its index and put in order by number and time alone: they may be rare among all.
            wanted = f"id IN (SELECT id FROM article WHERE {wanted}) ORDER BY {order}"  # noqa: S608 - our own parts
            return self._rows("articles", wanted, *values, limit)
        wanted = wanted.replace("source = ?", "+source = ?")  # along the time, so that nothing need be put in order
        return self._rows("articles", wanted, *values, -1 if limit is None else limit)

    def addresses(self, article_id: int) -> list[str]:
        """All addresses that lead to an article, oldest first."""
        rows = self._execute("SELECT url FROM address WHERE article_id = ? ORDER BY first_seen_at, url", article_id)
        return [url for (url,) in rows]

    def revisions(self, article_id: int, *, most: int = -1) -> list[Row]:
        """Every text of an article, oldest first; `most`: the first so many, where it is not below 0."""
        return list(self._rows("revisions", "article_id = ? ORDER BY revision LIMIT ?", article_id, most))

    def copies(self, article_id: int) -> list[Row]:
        """The other articles of its story, in the order of `tellers`."""
        return list(
            self._rows(
                "articles",
                "story_id = (SELECT story_id FROM article WHERE id = ?) AND id <> ?"  # noqa: S608 - our own words
                f" ORDER BY {said.by('articles')}, id",
                article_id,
                article_id,
            )
        )

    def changes_of(self, article_id: int) -> list[Change]:
        """What happened to one article, in its order."""
        rows = self._execute(f"{_CHANGE} WHERE article_id = ? ORDER BY seq", article_id)
        return [Change(*row) for row in rows]

    def story(self, story_id: int) -> Row | None:
        """A story."""
        return self._one("stories", "story_id = ?", story_id)

    def tellers(self, story_id: int, *, most: int = -1) -> list[Row]:
        """The articles of a story, in the order in which they can be said to have been published: by when they were, as
        their own times say it, and by when they were first seen; a bare day counts by its end, since it may not be put before a
        time of that day. `most`: no more than so many, where it is not below 0."""
        where = f"story_id = ? ORDER BY {said.by('articles')}, id LIMIT ?"
        return list(self._rows("articles", where, story_id, most))

    def changes(self, since: int = 0, *, limit: int = 1000) -> list[Change]:
        """The changes after `since` (a `seq`), in their order. Raises Rewound where the database never had a change
        `since`: it is another than the one that gave this number, or an older copy of it."""
        rows = self._execute(f"{_CHANGE} WHERE seq > ? ORDER BY seq LIMIT ?", since, limit)
        if not rows and since > (last := self.last_seq()):
            raise Rewound(
                f"{self.path}: its last change is {last}, there is no change {since} here (yet); was it given by "
                "another database, or by a newer copy of this one? Read on from a number that it has (0: from the beginning)"
            )
        return [Change(*row) for row in rows]

    def last_seq(self) -> int:
        """The number of the last change that was ever written; 0 without any."""
        found = self._execute("SELECT seq FROM sqlite_sequence WHERE name = 'change'")
        return int(found[0][0]) if found else 0

    def fetches(self, *, source: str | None = None, limit: int = 100) -> list[Row]:
        """The last fetches, newest first."""
        return list(self._newest("fetches", "at", source, limit))

    def runs(self, *, source: str | None = None, limit: int = 20) -> list[Row]:
        """The last runs, newest first."""
        return list(self._newest("runs", "started_at", source, limit))

    def health(self) -> list[Health]:
        """The state of each source."""
        names = ", ".join(_COLUMNS["source_health"])
        return [Health(*row) for row in self._execute(f"SELECT {names} FROM source_health ORDER BY source")]  # noqa: S608 - our own names

    def health_of(self, source: str) -> Health | None:
        """The state of one source."""
        names = ", ".join(_COLUMNS["source_health"])
        rows = self._execute(f"SELECT {names} FROM source_health WHERE source = ?", source)  # noqa: S608 - our own names
        return Health(*rows[0]) if rows else None

    def polls(self, now: float) -> dict[str, Polls]:
        """What goes on with the live endpoints of each source that has any."""
        rows = self._execute(_POLLS, now)
        return {source: Polls(bool(leased), bool(due)) for source, leased, due in rows}

    def counts(self) -> dict[str, int]:
        """`articles`, `revisions`, `stories`, `fetches`, `runs`, `changes` -> rows."""
        tables = ("article", "revision", "story", "fetch", "run", "change")
        plural = ("articles", "revisions", "stories", "fetches", "runs", "changes")
        found = self._execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {t})" for t in tables))[0]  # noqa: S608 - our own names
        return dict(zip(plural, found, strict=True))

    def search(self, query: str, **options: Any) -> list[Hit]:
        """See `storage.search.search`."""
        return search.search(self.db, query, **options)

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Within, all reads see the database as it is at the first of them. Not for long: meanwhile its journal grows."""
        self._execute("BEGIN")
        try:
            yield
        finally:
            self._execute("COMMIT")

    def _newest(self, view: str, at: str, source: str | None, limit: int) -> Iterator[Row]:
        """The newest rows of the ledger: of a source along its index, for it may have had its last one long ago."""
        if source is None:
            return self._rows(view, "1 ORDER BY id DESC LIMIT ?", limit)
        return self._rows(view, f"source = ? ORDER BY {at} DESC, id DESC LIMIT ?", source, limit)

    def _one(self, view: str, where: str, *values: Any) -> Row | None:
        return next(self._rows(view, where, *values), None)

    def _rows(self, view: str, where: str, *values: Any) -> Iterator[Row]:
        names = ", ".join(_COLUMNS[view])
        with driver_errors_as_ours(self.path):
            found = self.db.conn.execute(f"SELECT {names} FROM {view} WHERE {where}", search.all_bindable(values))  # noqa: S608 - our own parts
            for row in found:
                yield Row(view, row)

    def _execute(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with driver_errors_as_ours(self.path):
            return self.db.conn.execute(sql, search.all_bindable(values)).fetchall()
