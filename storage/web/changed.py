"""What was updated, corrected, withdrawn and brought back, the newest first: the changes that are more than a new article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage.search import QueryError, bindable

if TYPE_CHECKING:
    from storage.reader import Reader

PAGE: Final = 50
LOOKED_AT: Final = 20_000
"""Changes that are looked through for a page; where that was not enough, the next page goes on from there."""

KINDS: Final = {
    "update": "Updates",
    "correction": "Corrections",
    "withdrawal": "Withdrawals",
    "return": "Returns",
    "refile": "Refiled",
    "repeat": "Repeated",
    "minor": "Small edits",
    "earlier": "Earlier texts, found late",
    "reextracted": "Read anew",
}
"""Kinds of `changes` in the order of the choice, and their words."""

USUAL: Final = ("update", "correction", "withdrawal", "return", "refile", "repeat")
"""What is shown where no kind is asked for."""

_DIGITS: Final = 18
_LINE: Final = (
    "SELECT c.seq, c.at, c.kind, c.article_id, c.revision, a.source, a.language, r.title, r.label, r.kind = c.kind FROM"
    " (SELECT seq, at, kind, article_id, revision FROM change WHERE seq < ? ORDER BY seq DESC LIMIT ?) AS c"
    " CROSS JOIN article AS a ON a.id = c.article_id"
    " CROSS JOIN revision AS r ON r.article_id = c.article_id AND r.revision = c.revision"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `title` and `label` of its revision, which it `wrote` unless the page only went away or came back."""

    seq: int
    at: str
    kind: str
    article_id: int
    revision: int
    source: str
    language: str | None
    title: str
    label: str | None
    wrote: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """A page. `older`: the seq before which the next begins; `back_to`: the time of the last change looked at where the page is
    not full for having looked at enough."""

    rows: list[Change]
    older: int | None
    back_to: str | None


def changes(
    reader: Reader,
    kind: str | None = None,
    source: str | None = None,
    before: str | None = None,
    *,
    size: int = PAGE,
    most: int = LOOKED_AT,
) -> Changes:
    """The newest `size` changes of a kind (None: of the usual ones) and a source, or those before a seq, among the next `most`.
    Raises QueryError."""
    if kind is not None and kind not in KINDS:
        raise QueryError(f"there is no kind of change {kind[:40]!r}: {', '.join(KINDS)}")
    if before is not None and not (before.isascii() and before.isdecimal() and len(before) <= _DIGITS):
        raise QueryError(f"{before[:40]!r} is no place in this list: it is made by the link to older changes")
    kinds = USUAL if kind is None else (kind,)
    first = reader.last_seq() + 1 if before is None else int(before)
    where, values = f"c.kind IN ({', '.join('?' * len(kinds))})", list[Any](kinds)
    if source is not None:
        where += " AND a.source = ?"
        values.append(bindable(source))
    rows = reader.db.conn.execute(f"{_LINE} WHERE {where} LIMIT ?", (first, most, *values, size + 1)).fetchall()
    found = [Change(*row) for row in rows[:size]]
    if len(rows) > size:
        return Changes(found, found[-1].seq, None)
    last = reader.db.conn.execute(
        "SELECT seq, at FROM change WHERE seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?", (first, most - 1)
    ).fetchone()
    return Changes(found, None, None) if last is None else Changes(found, *last)
