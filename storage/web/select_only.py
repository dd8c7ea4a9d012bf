"""A connection that does nothing but select, whatever it is asked: no other file is attached, nothing is loaded or set, and
what it makes is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from storage.web.bounded import bound

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

_PRAGMAS: Final = frozenset(
    {"data_version", "database_list", "foreign_key_list", "foreign_keys", "function_list", "index_info", "index_list",
     "index_xinfo", "schema_version", "table_info", "table_list", "table_xinfo"}
)  # fmt: skip
"""Those that Datasette and the full-text search ask, and that only tell."""
_FUNCTIONS: Final = frozenset(
    {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit",
     # A few characters of a question make megabytes by these, or keep one step of SQLite's machine busy for minutes.
     "zeroblob", "randomblob", "printf", "format", "hex", "glob", "json_patch", "jsonb_patch"}
)  # fmt: skip
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})


def decision(action: int, first: str | None, second: str | None, *_: Any) -> int:
    """SQLite's authorizer: whether a part of a statement may be."""
    if action in _ALLOWED:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (second or "").lower() in _FUNCTIONS else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if (first or "").lower() in _PRAGMAS else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY


def only_select(conn: sqlite3.Connection) -> None:
    """Set it on a connection."""
    bound(conn)
    conn.set_authorizer(decision)
