"""The addresses in quarantine, in pages. `storage.quarantine` lists them whole, for the command line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import clock, quarantine
from storage.search import QueryError, bindable

if TYPE_CHECKING:
    from storage.reader import Reader

PAGE: Final = 100
_COUNTED: Final = 10_000
_DIGITS: Final = 18
_FROM: Final = "FROM link INDEXED BY link_quarantined WHERE state = 'quarantined'"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An address that was given up, by the row's number; `reason`: the outcome of its last look, with its words."""

    id: int
    source: str
    url: str
    kind: str
    host: str
    reason: str
    tries: int
    first_at: str | None
    last_at: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """`total` addresses lie there, whatever the source; `reasons` of the first 10,000 of the choice; `older`: where the
    next page begins, by source and number."""

    rows: list[GivenUp]
    older: str | None
    total: int
    reasons: list[tuple[str, int]]


def listed(reader: Reader, source: str | None = None, after: str | None = None, *, size: int = PAGE) -> Page:
    """By source, in the order in which they were found. Raises QueryError."""
    chosen, values = ("", list[Any]()) if source is None else (" AND source = ?", [bindable(source)])
    place, bound = ("", list[Any]()) if after is None else (" AND (source, id) > (?, ?)", _read(after))
    conn = reader.db.conn
    rows = conn.execute(
        "SELECT id, source, url, kind, host, coalesce(reason, ''), tries, failing_since, failed_at"
        f" {_FROM}{chosen}{place} ORDER BY source, id LIMIT ?",
        (*values, *bound, size + 1),
    ).fetchall()
    reasons = Counter(
        reason.partition(": ")[0] or "not said"
        for (reason,) in conn.execute(f"SELECT coalesce(reason, '') {_FROM}{chosen} LIMIT ?", (*values, _COUNTED))
    )
    found = [GivenUp(*row[:7], *(None if at is None else clock.text(at) for at in row[7:])) for row in rows[:size]]
    older = f"{found[-1].id}~{found[-1].source}" if len(rows) > size else None
    return Page(found, older, quarantine.count(reader.db), reasons.most_common(8))


def _read(place: str) -> list[Any]:
    number, parted, source = place.partition("~")
    if not (parted and number.isascii() and number.isdecimal() and len(number) <= _DIGITS):
        raise QueryError(f"{place[:40]!r} is no place in this list: it is made by the link to further rows")
    return [bindable(source), int(number)]
