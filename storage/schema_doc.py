"""docs/schema.md, made from a new database: `python -m storage.schema_doc docs/schema.md`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from storage import database, migrations
from storage.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

_HEAD = """# What is in the database

Made from the schema by `python -m storage.schema_doc docs/schema.md`; a test compares the two. Schema version {version}.

Any SQLite tool reads these views. They are a public interface: columns are only ever added. The tables under them may
change from one version to the next. Open the file read-only (`file:news.db?mode=ro`); text columns that hold lists hold
JSON. Times are UTC, `YYYY-MM-DDTHH:MM:SSZ`, or `YYYY-MM-DD` where only the day is known
(pandas: `pd.to_datetime(column, format="ISO8601", utc=True)`).
"""


def schema_doc() -> str:
    """The document as it ought to be."""
    with tempfile.TemporaryDirectory() as folder:
        db = database.open_writer(Path(folder) / "new.db", allow_old_sqlite=True)
        try:
            return _text(db)
        finally:
            db.close()


def _text(db: Database) -> str:
    parts = [_HEAD.format(version=migrations.version())]
    for view in VIEWS:
        names = [row[1] for row in db.conn.execute(f"PRAGMA table_info({view.name})")]
        meanings = dict(view.columns)
        if names != list(meanings):
            raise ValueError(f"views.py describes {list(meanings)} of {view.name}, which has {names}")
        lines = [f"| `{name}` | {meanings[name].replace('|', chr(92) + '|')} |" for name in names]
        parts.append(
            "\n".join((f"## `{view.name}`\n\nA row is {view.row}.\n", "| column | is |", "|---|---|", *lines)) + "\n"
        )
    rows = db.conn.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'search_%' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name"
    )
    tables = "\n\n".join(f"{sql};" for _, sql in rows)
    parts.append(f"## Tables\n\nNot an interface.\n\n```sql\n{tables}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_doc(), encoding="utf-8")
