"""What `sketches.kin` has looked up, for the writing of the same text a moment later in the same transaction.

Only where it is asked for (`remember`), by who looks around for a text and writes it with no other text between."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from sqlite_utils import Database

Holders = dict[int, list[int]]
"""Row of the table `sketch` -> the articles that hold it."""

_FOUND: WeakKeyDictionary[Database, tuple[Sequence[int], Container[int], Holders] | None] = WeakKeyDictionary()


def remember(db: Database) -> None:
    """From now on what is looked up is kept, once; what was kept is forgotten."""
    _FOUND[db] = None


def forget(db: Database) -> None:
    """From now on nothing is kept."""
    _FOUND.pop(db, None)


def keep(db: Database, keys: Sequence[int], weeks: Container[int], holders: Holders) -> None:
    """Who holds these keys in these weeks."""
    if db in _FOUND:
        _FOUND[db] = (keys, weeks, holders)


def taken(db: Database, keys: Sequence[int], week: int) -> Holders | None:
    """Who holds these keys in this week, and perhaps in others; None: that was not kept. Whoever asks writes, so it is
    not kept any longer."""
    found = _FOUND.get(db)
    if found is None:
        return None
    _FOUND[db] = None
    return found[2] if found[0] == keys and week in found[1] else None
