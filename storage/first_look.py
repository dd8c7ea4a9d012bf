"""The look that every opening takes at a file: within milliseconds, however large it is. `checks` looks at everything.

That a file is shorter than its own header says, SQLite sees by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from storage.errors import Corrupt

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from sqlite_utils import Database
else:
    from sqlite_utils.utils import sqlite3

SECONDS: Final = 0.02
"""That a writer looks for damage: a small file whole, of a large one the beginning."""


def refuse_damaged(db: Database, file: Path) -> None:
    """Raise Corrupt where SQLite finds damage in `SECONDS`."""
    conn = db.conn
    end = time.monotonic() + SECONDS
    conn.set_progress_handler(lambda: int(time.monotonic() > end), 1000)
    try:
        found = [str(row[0]) for row in conn.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
    except sqlite3.OperationalError as error:
        if "interrupt" not in str(error):
            raise
        return
    finally:
        conn.set_progress_handler(None, 0)
    if found:
        raise Corrupt(
            f"{file}: is damaged ({'; '.join(found)}): stop all writers; `dateline db check` says what is damaged, "
            "`dateline db restore BACKUP` puts a copy back"
        )
