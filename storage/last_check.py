"""What the last check of a database found, kept in it: for those who look at its state, and for those who would write on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from storage import clean
from storage.errors import Corrupt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlite_utils import Database

_KEY: Final = "check"
_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Result:
    """`at`: epoch seconds; `damage`: the first lines; `structure`: whether SQLite found the structure damaged, so that nothing
    more should be written."""

    at: float
    damage: tuple[str, ...]
    structure: bool = False

    def knows_more_than(self, damage: Sequence[str], *, structure: bool) -> bool:
        """Whether something is told here that a later check did not find."""
        return (self.structure and not structure) or not set(self.damage) <= set(damage)


def keep(db: Database, damage: Sequence[str], *, structure: bool, at: float) -> None:
    """Put a check's result in the place of the one before."""
    value = clean.dumps([at, list(damage[:_KEPT]), structure])
    db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, value))


def last(db: Database) -> Result | None:
    """The result that was kept last; None: there is none, or it cannot be read any more, which the next check tells."""
    row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    if row is None:
        return None
    try:
        at, damage, *structure = json.loads(row[0])
        return Result(float(at), tuple(damage), any(structure))
    except (ValueError, TypeError):
        return None


def refuse_known_damage(db: Database, file: Path) -> None:
    """Raise Corrupt where the last check found the structure damaged."""
    found = last(db)
    if found is not None and found.structure:
        raise Corrupt(
            f"{file}: the last check found its structure damaged ({'; '.join(found.damage[:1])}), so nothing more is written "
            "on it: `dateline db check` looks again, `dateline db restore BACKUP` puts a copy back"
        )
