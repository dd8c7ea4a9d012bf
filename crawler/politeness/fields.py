"""Header fields as pairs of (name in lower case, value), one for each line: what the readers of headers work on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Fields = Mapping[str, str] | Iterable[tuple[str, str]]
"""A mapping, or pairs where a name may come more than once (better: joined lines can lose their meaning)."""


class Pairs(tuple[tuple[str, str], ...]):
    """Fields as `pairs` leaves them."""

    __slots__ = ()


def pairs(fields: Fields) -> Pairs:
    """All fields, names in lower case, blanks around values off, in their order."""
    if isinstance(fields, Pairs):
        return fields  # several readers look at one answer
    items = fields.items() if isinstance(fields, Mapping) else fields
    return Pairs([(name.strip().lower(), value.strip()) for name, value in items])


def first(fields: Fields, name: str) -> str | None:
    """The first value of a field that is not empty."""
    return next((value for key, value in pairs(fields) if key == name and value), None)
