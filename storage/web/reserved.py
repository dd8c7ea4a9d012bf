"""Texts whose publisher reserves the rights. They are stored where an operator imported files of his own; the site shows no
words of them but the headline, on no page and in no answer of its own (what is asked in SQL is the file's)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage.reader import Row

if TYPE_CHECKING:
    from typing import Any

RESERVED: Final = "reserved"

_HIDDEN: Final[dict[str, Any]] = {"lead": None, "body": "", "subheads": "[]", "tail": None, "image_caption": None}
"""Column -> what stands in its place."""


def words(column: str, instead: str = "NULL") -> str:
    """A column of `article AS a` or its revision as SQL that gives `instead` of it where the rights are reserved."""
    return f"CASE a.rights WHEN '{RESERVED}' THEN {instead} ELSE {column} END"


def shown(row: Row, rights: str | None = None) -> Row:
    """A row of `articles`, or of `revisions` with the article's `rights`, without words that may not be shown."""
    if (rights or row["rights"]) != RESERVED:
        return row
    return Row(row.view, tuple(_HIDDEN.get(name, value) for name, value in row.as_dict().items()))
