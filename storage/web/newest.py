"""Short lists of the newest articles: of a source, of a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage.search import bindable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.reader import Reader

_MARKS: Final = (
    "SELECT a.id, a.source, a.language, a.section, a.published_at, a.first_seen_at, a.form, a.rights, a.access, a.status,"
    " a.dateline_place, a.revision, r.title, r.kind, r.label, a.search_id FROM article AS a"
    " JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision"
)
_OF_SOURCE: Final = (
    " WHERE a.id IN (SELECT id FROM article INDEXED BY article_seen WHERE source = ? ORDER BY first_seen_at DESC LIMIT ?)"
    " ORDER BY a.first_seen_at DESC, a.id DESC"
)


@dataclass(frozen=True, slots=True)
class Line:
    """An article in a list, with the fields of the wire's marks. `place_in_order`: its rowid in the index of texts."""

    id: int
    source: str
    language: str | None
    section: str | None
    published_at: str | None
    first_seen_at: str
    form: str
    rights: str
    access: str
    status: str
    place: str | None
    revision: int
    title: str
    kind: str
    label: str | None
    place_in_order: int | None

    @property
    def at(self) -> str:
        """When it was published, else first seen."""
        return self.published_at or self.first_seen_at


def of_source(reader: Reader, source: str, *, size: int = 20) -> list[Line]:
    """What was stored last of a source."""
    return [Line(*row) for row in reader.db.conn.execute(_MARKS + _OF_SOURCE, (bindable(source), size))]


def of_places(
    reader: Reader, names: Sequence[str], before: int | None = None, *, size: int = 40
) -> tuple[list[Line], int | None]:
    """The newest articles whose dateline has one of these places as it is written there, or those before a rowid of the
    index of texts; where the next page begins."""
    last = 2**63 - 1 if before is None else before - 1
    found: list[int] = []
    for name in names:
        rows: list[tuple[Any, ...]] = reader.db.conn.execute(
            "SELECT search_id FROM article INDEXED BY article_place WHERE dateline_place = ? AND search_id <= ?"
            " ORDER BY search_id DESC LIMIT ?",
            (bindable(name), last, size + 1),
        ).fetchall()
        found += [rowid for (rowid,) in rows]
    found.sort(reverse=True)
    lines = [
        Line(*row)
        for rowid in found[:size]
        for row in reader.db.conn.execute(f"{_MARKS} WHERE a.search_id = ?", (rowid,))
    ]
    return lines, found[size - 1] if len(found) > size else None
