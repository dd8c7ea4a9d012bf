"""A sum over the rows of each table, by which damage is seen in columns that no row's own hash covers.

SQLite gives out a flipped bit without a word. Each row has a number (56 bits of BLAKE2 over its columns); a table's sum is
that of its rows' numbers, kept in `meta` and renewed in the transaction that changes the row, by triggers that only the
writer's own connection has. A row that was changed in any other way (a bad disk, another program) makes the sum wrong.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

_FUNCTION: Final = "dateline_row"
_CHANGED: Final = "dateline_changed"
_NONE: Final = "\2None"
_MASK: Final = (1 << 56) - 1
_LEFT_OUT: Final = {"raw_page": ("body",)}
"""Columns that have a hash of their own in the row."""

_ADD: Final = f"UPDATE meta SET value = CAST((CAST(value AS INTEGER) + ?) & {_MASK} AS TEXT) WHERE key = ?"  # noqa: S608 - ours
_MANY: Final = frozenset({"sketch"})
"""Tables of whole numbers into which many rows go at once, by `insert` and by nothing else: a trigger would call Python for
each row, and each time wait until no other thread runs it."""

_NOT_OURS: Final = ("sqlite_%", "search%")
_TOLD_ROWS: Final = 200_000
"""Rows from which on it is told that sums are being made: some seconds."""

log = logging.getLogger(__name__)


_KEYS: WeakKeyDictionary[Database, dict[str, str]] = WeakKeyDictionary()
"""Of each connection that keeps sums: table -> the key of its sum."""


def keep(db: Database) -> None:
    """On a connection that writes: keep the sums from now on; those that are not there yet (a new table or column) are made
    from the rows as they are."""
    conn = db.conn
    conn.create_function(_FUNCTION, -1, row_number, deterministic=True)
    conn.create_function(_CHANGED, -1, _changed, deterministic=True)
    keys = _KEYS[db] = {}
    conn.execute("PRAGMA recursive_triggers = ON")  # or a REPLACE would take rows away without a trigger
    tables = _tables(db)
    missing = [name for name, columns in tables.items() if _stored(db, name, columns) is None]
    if missing:
        _renew(db, missing, tables)
    for name, columns in tables.items():
        key = keys[name] = _key(name, columns)
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        for event, change in (
            ("INSERT", f"+ {_FUNCTION}({new})"),
            ("DELETE", f"- {_FUNCTION}({old})"),
            ("UPDATE", f"+ {_CHANGED}({old}, {new})"),
        ):
            if name in _MANY and event == "INSERT":
                continue
            row = "OLD" if event == "DELETE" else "NEW"
            when = f" WHEN {row}.key NOT LIKE 'sum:%'" if name == "meta" else ""
            conn.execute(  # our own names
                f"CREATE TEMP TRIGGER IF NOT EXISTS sum_{name}_{event.lower()} AFTER {event} ON main.{name}{when} BEGIN"  # noqa: S608
                f" UPDATE meta SET value = CAST((CAST(value AS INTEGER) {change}) & {_MASK} AS TEXT) WHERE key = '{key}'; END"
            )


def insert(db: Database, table: str, rows: Sequence[tuple[int, ...]]) -> None:
    """Insert whole rows into a table of `_MANY`, and renew its sum once for all. On a connection without sums: insert."""
    if not rows:
        return
    marks = f"({', '.join('?' * len(rows[0]))})"
    db.conn.executemany(f"INSERT INTO {table} VALUES {marks}", rows)  # noqa: S608 - our own name
    if (keys := _KEYS.get(db)) is not None:
        db.conn.execute(_ADD, (sum(_numbers(rows)) & _MASK, keys[table]))


def renew(db: Database) -> None:
    """On a connection that `keep` has prepared: make all sums from the rows as they are."""
    tables = _tables(db)
    _renew(db, list(tables), tables)


def forget(db: Database) -> None:
    """Within a transaction that changes rows without `keep` (a migration): the next `keep` takes them as they are then."""
    db.conn.execute("DELETE FROM meta WHERE key LIKE 'sum:%'")


def wrong(db: Database) -> list[str]:
    """The tables whose rows are not those that were written; a table that has no sum (yet) is not among them. Reads all
    rows: to be done within one transaction."""
    return [
        name
        for name, columns in _tables(db).items()
        if (stored := _stored(db, name, columns)) is not None and stored != _sum(db, name, columns)
    ]


def row_number(*values: Any) -> int:
    """The number of a row, below 2**56: the same for the same values, whatever the version of Python or SQLite."""
    return _number("\0".join(_parts(values)))


def _changed(*values: Any) -> int:
    """What a row's number grows by; `values`: its columns as they were, then as they are."""
    parts, columns = _parts(values), len(values) // 2
    old, new = "\0".join(parts[:columns]), "\0".join(parts[columns:])
    return 0 if old == new else _number(new) - _number(old)


def _parts(values: Sequence[Any]) -> list[str]:
    # No text of ours holds NUL (`clean`); a number is written the same way by every Python.
    return [
        value
        if value.__class__ is str
        else _NONE
        if value is None
        else f"\1{value.hex()}"
        if value.__class__ is bytes
        else f"\2{value!r}"
        for value in values
    ]


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=7).digest(), "big")


def _numbers(rows: Sequence[tuple[int, ...]]) -> list[int]:
    """`row_number` of each row of whole numbers."""
    text, blake2b, number = "\0".join(["\2%d"] * len(rows[0])).encode(), hashlib.blake2b, int.from_bytes
    return [number(blake2b(text % row, digest_size=7).digest(), "big") for row in rows]


def _tables(db: Database) -> dict[str, tuple[str, ...]]:
    """Our tables with the columns that count."""
    unwanted = " AND ".join(f"name NOT LIKE '{pattern.replace('_', '!_')}' ESCAPE '!'" for pattern in _NOT_OURS)
    names = db.conn.execute(f"SELECT name FROM main.sqlite_schema WHERE type = 'table' AND {unwanted}").fetchall()  # noqa: S608 - our own words
    found = {}
    for (name,) in names:
        columns = [row[0] for row in db.conn.execute("SELECT name FROM pragma_table_info(?)", (name,))]
        found[name] = tuple(column for column in columns if column not in _LEFT_OUT.get(name, ()))
    return found


def _key(name: str, columns: Sequence[str]) -> str:
    return f"sum:{name}:{hashlib.sha256(' '.join(columns).encode()).hexdigest()[:8]}"


def _stored(db: Database, name: str, columns: Sequence[str]) -> int | None:
    row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (_key(name, columns),)).fetchone()
    return int(row[0]) if row and row[0].isdecimal() else None if row is None else -1


def _sum(db: Database, name: str, columns: Sequence[str]) -> int:
    where = " WHERE key NOT LIKE 'sum:%'" if name == "meta" else ""
    total = 0
    for row in db.conn.execute(f"SELECT {', '.join(columns)} FROM {name}{where}"):  # noqa: S608 - our own names
        total += row_number(*row)
    return total & _MASK


def _renew(db: Database, names: Sequence[str], tables: Mapping[str, Sequence[str]]) -> None:
    """In one transaction, so that no row is written meanwhile."""
    conn = db.conn
    conn.execute("BEGIN IMMEDIATE")
    try:
        rows = sum(conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names)  # noqa: S608 - our own names
        if rows >= _TOLD_ROWS:
            log.warning(
                "the sums over %d rows of %d tables are made; others that write wait meanwhile", rows, len(names)
            )
        for name in names:
            conn.execute("DELETE FROM meta WHERE key LIKE ?", (f"sum:{name}:%",))
            key, total = _key(name, tables[name]), _sum(db, name, tables[name])
            conn.execute("INSERT INTO meta VALUES (?, ?)", (key, str(total)))
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
