"""Rows of the public views as objects: what `storage.open` gives.

Each is a frozen mapping of column to value, in the view's order, and each column is an attribute, too. Lists are tuples and
`counts` is a dict; times are text as in the database (docs/schema.md), and beside them stand aware datetimes under the
column's name without `_at`. What the columns mean is said once, in `storage.views`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Never

from storage.columns import LISTS

_DAY = len("2026-11-22")


def instant(at: str | None) -> datetime | None:
    """The aware datetime (UTC) of a column's text; None for NULL, and for a bare day, which is no instant."""
    return None if at is None or len(at) == _DAY else datetime.fromisoformat(at)


def day(at: str | None) -> date | None:
    """The day of a column's text, in UTC; of a bare day, that day as the agency named it."""
    return None if at is None else date.fromisoformat(at[:_DAY])


def _list(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(json.loads(text))


def decoder(column: str) -> Callable[[Any], Any] | None:
    """What makes the value of a column of what SQLite gives; None where that is it already."""
    if column in LISTS:
        return _list
    return json.loads if column == "counts" else None


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of rows that were read together: a column's place, and what decodes it."""

    columns: tuple[str, ...]
    places: dict[str, int] = field(init=False, compare=False, repr=False)
    decoders: tuple[Callable[[Any], Any] | None, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {name: place for place, name in enumerate(self.columns)})
        object.__setattr__(self, "decoders", tuple(decoder(name) for name in self.columns))


class Record(Mapping[str, Any]):
    """One row. `row.title`, `row["title"]`, `dict(row)`, `json.dumps(dict(row))`.

    A column that was not read (`columns=`) raises AttributeError or KeyError; assignment raises AttributeError. Rows can be
    put into sets: two that hold the same are one."""

    __slots__ = ("_row", "_shape")
    view: ClassVar[str]
    """The view whose row this is."""

    _row: tuple[Any, ...]
    _shape: Shape

    def __init__(self, shape: Shape, row: tuple[Any, ...]) -> None:
        object.__setattr__(self, "_shape", shape)
        object.__setattr__(self, "_row", row)

    def __getitem__(self, column: str) -> Any:
        place = self._shape.places[column]
        value, decode = self._row[place], self._shape.decoders[place]
        return value if decode is None or value is None else decode(value)

    def __getattr__(self, column: str) -> Any:
        if column.startswith("_") or column not in self._shape.places:
            raise AttributeError(f"{type(self).__name__} has no {column!r}: its columns here are {', '.join(self)}")
        return self[column]

    def __setattr__(self, column: str, value: Any) -> Never:
        raise AttributeError(f"{type(self).__name__} is frozen: {column!r} cannot be set")

    def __delattr__(self, column: str) -> Never:
        raise AttributeError(f"{type(self).__name__} is frozen: {column!r} cannot be removed")

    def __hash__(self) -> int:
        shape = self._shape
        return hash(
            frozenset(
                (name, value)
                for name, value, decode in zip(shape.columns, self._row, shape.decoders, strict=True)
                if decode is None  # texts that decode to the same need not be the same
            )
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._shape.columns)

    def __len__(self) -> int:
        return len(self._row)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (Shape(self._shape.columns), self._row)

    def __repr__(self) -> str:
        first = ", ".join(f"{name}={self[name]!r}" for name in self._shape.columns[:3])
        return f"{type(self).__name__}({first}{', …' if len(self) > 3 else ''})"

    def as_dict(self) -> dict[str, Any]:
        """Column -> value, lists decoded: the same as `dict(row)`."""
        return dict(self)


class Article(Record):
    """A row of `articles`: the current text of an article."""

    __slots__ = ()
    view = "articles"

    id: int
    source: str
    url: str
    canonical_url: str
    title: str
    lead: str | None
    body: str
    subheads: tuple[str, ...]
    authors: tuple[str, ...]
    section: str | None
    tags: tuple[str, ...]
    language: str | None
    published_at: str | None
    published_precision: str | None
    published_offset: str | None
    published_raw: str | None
    published_from: str | None
    modified_at: str | None
    modified_from: str | None
    agency_id: str | None
    form: str
    rights: str
    first_seen_at: str
    last_checked_at: str
    dateline: str | None
    dateline_place: str | None
    dateline_date: str | None
    dateline_agency: str | None
    credit: str | None
    credit_evidence: str | None
    credit_confidence: str | None
    image_url: str | None
    image_caption: str | None
    image_credit: str | None
    access: str
    status: str
    revision: int
    story_id: int
    word_count: int
    content_hash: str
    extractor: str
    key: str
    tail: str | None
    gone_at: str | None
    gone_why: str | None

    @property
    def published(self) -> datetime | None:
        """When it was published; None where no time of day is known. Then `published_day` may say more."""
        return instant(self.published_at)

    @property
    def published_day(self) -> date | None:
        """The day of publication: in UTC of an instant, as the agency named it of a bare day; None without either."""
        return day(self.published_at)

    @property
    def modified(self) -> datetime | None:
        """When the agency says that it last changed the text; None where no time of day is known."""
        return instant(self.modified_at)

    @property
    def first_seen(self) -> datetime:
        """When Dateline first had the text."""
        return datetime.fromisoformat(self.first_seen_at)

    @property
    def last_checked(self) -> datetime:
        """When the page was last looked at."""
        return datetime.fromisoformat(self.last_checked_at)

    @property
    def gone(self) -> datetime | None:
        """When its page was proven to be gone; None while it is there."""
        return instant(self.gone_at)


class Revision(Record):
    """A row of `revisions`: one text of an article."""

    __slots__ = ()
    view = "revisions"

    article_id: int
    revision: int
    kind: str
    seen_at: str
    title: str
    lead: str | None
    body: str
    content_hash: str
    subheads: tuple[str, ...]
    label: str | None
    modified_at: str | None
    extractor: str
    tail: str | None
    refused_by: str | None
    refused_why: str | None

    @property
    def seen(self) -> datetime:
        """When the page bore this text."""
        return datetime.fromisoformat(self.seen_at)

    @property
    def modified(self) -> datetime | None:
        """What the agency said of its last change; None where no time of day is known."""
        return instant(self.modified_at)


class Story(Record):
    """A row of `stories`: articles, of one source or several, that tell the same text."""

    __slots__ = ()
    view = "stories"

    story_id: int
    origin_article_id: int | None
    origin_agency: str | None
    articles: int
    sources: int
    first_published_at: str
    title: str | None
    first_article_id: int
    first_source: str

    @property
    def first_published(self) -> datetime | None:
        """The earliest publication among its articles; None where only its day is known."""
        return instant(self.first_published_at)


class Fetch(Record):
    """A row of `fetches`: one fetch, with its redirects and its one outcome."""

    __slots__ = ()
    view = "fetches"

    id: int
    run_id: int | None
    source: str
    url: str
    kind: str
    at: str
    status: int | None
    requests: int | None
    outcome: str | None
    reason: str | None
    ms: int | None
    bytes: int | None
    urls: tuple[str, ...] | None
    detail: str | None
    article_id: int | None
    revision: int | None
    ended_at: str | None
    record: str | None

    @property
    def began(self) -> datetime:
        """When it began (`at`)."""
        return datetime.fromisoformat(self.at)

    @property
    def ended(self) -> datetime | None:
        """When it ended; None while it is under way."""
        return instant(self.ended_at)


class Run(Record):
    """A row of `runs`: one run of one source."""

    __slots__ = ()
    view = "runs"

    id: int
    source: str
    started_at: str
    finished_at: str | None
    finish_reason: str | None
    counts: dict[str, int] | None

    @property
    def started(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.started_at)

    @property
    def finished(self) -> datetime | None:
        """When it ended; None while it runs."""
        return instant(self.finished_at)
