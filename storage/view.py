"""What a public view is, for `storage.views`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """One view: what a row is, its SQL, and what each column means, in the order of the columns."""

    name: str
    row: str
    sql: str
    columns: tuple[tuple[str, str], ...]
