"""Runs, fetches and what was given up, for the operator: in pages that are found by their place, never by counting."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import clock
from storage.search import QueryError, bindable

if TYPE_CHECKING:
    from storage.reader import Reader

PAGE: Final = 50
LOOKED_AT: Final = 20_000
"""Fetches that are looked through for a page; where that was not enough, the next page goes on from there."""

OUTCOMES: Final = (
    "new", "revised", "unchanged", "not_modified", "listed", "alias", "copy", "gone", "rejected", "blocked", "failed",
    "interrupted",
)  # fmt: skip
BAD: Final = frozenset({"failed", "blocked", "rejected", "interrupted"})
"""Outcomes that stand out; a `rejected` page is no article, which may be right."""

_HOST = re.compile(r"[^\s/?#@\\%_]{1,255}")
_NUMBER = re.compile(r"\d{1,18}")
_ROW: Final = (
    "SELECT f.id, f.run_id, f.source, f.url, f.kind, f.at, f.ended_at, f.status, f.requests, f.outcome, f.reason, f.detail,"
    " f.ms, f.bytes, f.article_id, f.revision, f.record, f.backfill, f.urls FROM fetch AS f"
)
_RUN: Final = "SELECT id, source, started_at, finished_at, finish_reason, counts FROM run"


@dataclass(frozen=True, slots=True)
class Fetch:
    """A row of `fetches`; `urls`: every address requested, None where nobody lived to tell; `backfill`: its number, or 0."""

    id: int
    run_id: int | None
    source: str
    url: str
    kind: str
    at: str
    ended_at: str | None
    status: int | None
    requests: int | None
    outcome: str | None
    reason: str | None
    detail: str | None
    ms: int | None
    bytes: int | None
    article_id: int | None
    revision: int | None
    record: str | None
    backfill: int
    urls: list[str] | None

    @property
    def is_bad(self) -> bool:
        """Whether it stands out."""
        return self.outcome in BAD


@dataclass(frozen=True, slots=True)
class Run:
    """A row of `runs`; `counts`: outcome -> fetches."""

    id: int
    source: str
    started_at: str
    finished_at: str | None
    finish_reason: str | None
    counts: dict[str, int]

    @property
    def is_bad(self) -> bool:
        """Whether it stands out."""
        return self.finish_reason not in {None, "finished", "shutdown"}

    @property
    def troubles(self) -> dict[str, int]:
        """Of its counts, those of what failed or was blocked."""
        return {
            name: n for name, n in self.counts.items() if name.split(":")[0] in {"failed", "blocked", "interrupted"}
        }


@dataclass(frozen=True, slots=True)
class Runs:
    """A page. `older`: where the next one begins."""

    rows: list[Run]
    older: str | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which fetches; None: whatever. `reason`: how it begins; `host`: of the address that was leased."""

    source: str | None = None
    outcome: str | None = None
    reason: str | None = None
    host: str | None = None
    kind: str | None = None
    run: str | None = None

    def asked(self) -> dict[str, str]:
        """Name -> value of what is set."""
        names = ("source", "outcome", "reason", "host", "kind", "run")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def where(self) -> tuple[str, list[Any]]:
        """Conditions on the rows looked at, and their values. Raises QueryError."""
        parts, values = [], list[Any]()
        for name in ("outcome", "kind"):
            if (value := getattr(self, name)) is not None:
                parts.append(f"f.{name} = ?")
                values.append(bindable(value))
        if self.reason is not None:
            parts.append("substr(f.reason, 1, length(?)) = ?")
            values += [bindable(self.reason)] * 2
        if self.host is not None:
            if not _HOST.fullmatch(self.host):
                raise QueryError(f"{self.host[:60]!r} is no host name: write www.example.org")
            name = bindable(self.host.lower())
            parts.append("(f.url LIKE ? OR f.url LIKE ? OR f.url LIKE ?)")
            values += [f"%://{name}/%", f"%://{name}:%", f"%://{name}"]
        return " AND ".join(parts) or "1", values


@dataclass(frozen=True, slots=True)
class Fetches:
    """A page. `older`: where the next one begins; `back_to`: the time of the last row looked at where the page is not full for
    having looked at enough."""

    rows: list[Fetch]
    older: str | None
    back_to: str | None


def fetches(
    reader: Reader, sought: Sought, before: str | None = None, *, size: int = PAGE, most: int = LOOKED_AT
) -> Fetches:
    """The newest `size` fetches, or those before a place, among the next `most`. Raises QueryError."""
    where, values = sought.where()
    scope, bound, order = _scope(sought, before)
    rows = reader.db.conn.execute(
        f"SELECT * FROM ({_ROW} {scope} ORDER BY {order} LIMIT ?) AS f WHERE {where} LIMIT ?",  # noqa: S608 - our own words
        (*bound, most, *values, size + 1),
    ).fetchall()
    found = [_fetch(row) for row in rows[:size]]
    if len(rows) > size:
        return Fetches(found, _place(sought, found[-1].at, found[-1].id), None)
    last = reader.db.conn.execute(
        f"SELECT f.at, f.id FROM fetch AS f {scope} ORDER BY {order} LIMIT 1 OFFSET ?",  # noqa: S608 - our own words
        (*bound, most - 1),
    ).fetchone()
    return Fetches(found, None, None) if last is None else Fetches(found, _place(sought, *last), last[0])


def fetch(reader: Reader, number: int) -> Fetch | None:
    """One, by its number."""
    row = reader.db.conn.execute(f"{_ROW} WHERE f.id = ?", (number,)).fetchone()
    return None if row is None else _fetch(row)


def outcomes(reader: Reader, source: str, since: str) -> list[tuple[str, int]]:
    """How the fetches of a source ended since a time: outcome with its reason, and how many, the most first."""
    rows = reader.db.conn.execute(
        "SELECT f.outcome || coalesce(':' || f.reason, ''), count(*) FROM fetch AS f INDEXED BY fetch_source"
        " WHERE f.source = ? AND f.at >= ? AND f.outcome IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1",
        (bindable(source), since),
    )
    return [(name, count) for name, count in rows]


def runs(reader: Reader, source: str | None = None, before: str | None = None, *, size: int = PAGE) -> Runs:
    """The newest runs, or those before a place; where the next page begins. Raises QueryError."""
    where, values = [], list[Any]()
    if source is not None:
        where.append("source = ?")
        values.append(bindable(source))
    if before and source is not None:
        where.append("(started_at, id) < (?, ?)")
        values += _read(before)
    elif before:
        where.append("id < ?")
        values.append(_whole(before))
    order = "id DESC" if source is None else "started_at DESC, id DESC"
    rows = reader.db.conn.execute(
        f"{_RUN} WHERE {' AND '.join(where) or '1'} ORDER BY {order} LIMIT ?",
        (*values, size + 1),
    ).fetchall()
    found = [_run(row) for row in rows[:size]]
    if len(rows) <= size:
        return Runs(found, None)
    last = found[-1]
    return Runs(found, str(last.id) if source is None else f"{last.started_at}~{last.id}")


def run(reader: Reader, number: int) -> Run | None:
    """One, by its number."""
    row = reader.db.conn.execute(f"{_RUN} WHERE id = ?", (number,)).fetchone()
    return None if row is None else _run(row)


def _scope(sought: Sought, before: str | None) -> tuple[str, list[Any], str]:
    """The rows among which is looked, along an index: of a run, of a source, or all; and their order."""
    if sought.run is not None:
        last = [_whole(before)] if before else []
        extra = " AND f.source = ?" if sought.source is not None else ""
        source = [bindable(sought.source)] if sought.source is not None else []
        condition = f"INDEXED BY fetch_run WHERE f.run_id = ?{' AND f.id < ?' if before else ''}{extra}"
        return condition, [_whole(sought.run), *last, *source], "f.id DESC"
    if sought.source is not None:
        place = list(_read(before)) if before else []
        condition = f"INDEXED BY fetch_source WHERE f.source = ?{' AND (f.at, f.id) < (?, ?)' if before else ''}"
        return condition, [bindable(sought.source), *place], "f.at DESC, f.id DESC"
    return ("WHERE f.id < ?", [_whole(before)], "f.id DESC") if before else ("", [], "f.id DESC")


def _place(sought: Sought, at: str, number: int) -> str:
    return f"{at}~{number}" if sought.source is not None and sought.run is None else str(number)


def _read(place: str) -> tuple[str, int]:
    at, _, number = place.partition("~")
    if clock.epoch(at) is None:
        raise QueryError(f"{place[:40]!r} is no place in this list: it is made by the link to older rows")
    return at, _whole(number)


def _whole(number: str | None) -> int:
    if not number or not number.isascii() or not _NUMBER.fullmatch(number):
        raise QueryError(f"{(number or '')[:40]!r} is no number of a row")
    return int(number)


def _fetch(row: tuple[Any, ...]) -> Fetch:
    urls = row[18]
    return Fetch(*(*row[:18], None if urls is None else [str(url) for url in json.loads(urls)]))


def _object(text: str | None) -> dict[str, int]:
    return dict(json.loads(text)) if text else {}


def _run(row: tuple[Any, ...]) -> Run:
    return Run(*(*row[:5], _object(row[5])))
