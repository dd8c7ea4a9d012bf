"""New databases in a process of the tests: copies of the first that it made, each with an identity of its own.

Making one takes ten times as much, and some seven hundred tests begin with one. Who makes one with another schema, or for a
group of readers, and every process that a test starts makes it as users do; `storage/test_opening.py` proves that all this
leaves the same database.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from contextlib import closing
from typing import TYPE_CHECKING, Any

from storage import access, database, migrations
from storage.parts import part_beside

if TYPE_CHECKING:
    from pathlib import Path

make = database._make
"""As the product makes one."""
_SCHEMA = migrations.MIGRATIONS
_kept: dict[str, Any] = {}


def copied(file: Path, group: str | int | None, busy_seconds: float) -> None:
    """In the place of `make`: the same file, by copying where a new one of this schema is at hand."""
    if group is not None or migrations.MIGRATIONS is not _SCHEMA or not file.absolute().parent.is_dir():
        make(file, group, busy_seconds)
    elif not _kept:
        make(file, group, busy_seconds)
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as conn:
            (identity,) = conn.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
        _kept.update(identity=identity.encode(), whole=file.read_bytes())
        assert _kept["whole"].count(_kept["identity"]) == 1
    else:
        try:
            with part_beside(file.absolute()) as part:
                access.prepare(part, group)
                part.write_bytes(_kept["whole"].replace(_kept["identity"], uuid.uuid4().hex.encode()))
                os.link(part, file)
        except OSError:
            make(file, group, busy_seconds)  # which says what it says
