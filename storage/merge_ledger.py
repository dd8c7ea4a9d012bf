"""Runs, backfills, fetches and kept pages of one database, in another. Each is known again by what it was, not by a number:
a run by its source and when it began, a backfill by its span and when it began, a fetch by its address, when it began and
ended and what came, and its place among those that are alike in all of this. Only fetches that have ended are taken; a record
of an import once, whoever imported it. One that was broken off (`interrupted`) may end late: it is then brought up to that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from storage import clean, merge_texts, runs

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.merge_input import Input
    from storage.merge_texts import Replayed

_BEGUN = ("source", "url", "kind", "at", "ended_at")
_CAME = ("status", "ms", "bytes", "record")
_FETCH = (
    *("run_id", "source", "url", "kind", "at", "ended_at", "status", "requests", "urls", "outcome", "reason", "detail"),
    *("ms", "bytes", "article_id", "revision", "record", "backfill", "missed"),
)
_LATE = ("status", "requests", "urls", "detail", "ms", "bytes", "article_id", "revision")
"""What a fetch that was broken off is told by its late end; its `outcome` and `ended_at` stay."""
_RUN = ("finished_at", "finish_reason", "counts")
_BACKFILL = (
    *("until", "finished_at", "oldest_first", "open_end", "listed", "entries", "absent", "back_to", "reached", "found"),
    "known",
)
_FIRST = frozenset({"new", "copy"})


def of_text(db: Database, given: Input, change: dict[str, Any], replayed: Replayed) -> None:
    """The fetch that wrote a text, with what became of the text here: `copy` or `new` as it was decided here, `revised`, or
    `unchanged` where the text was there."""
    written = (change["article_id"], change["revision"])
    for fetch in list(given.rows("SELECT * FROM fetch WHERE article_id = ? AND revision = ? ORDER BY id", *written)):
        decision, outcome = replayed.decision, fetch["outcome"]
        told: dict[str, Any] = {"article_id": replayed.article_id, "revision": replayed.revision if decision else None}
        if decision is None and outcome in _FIRST | {"revised"}:
            told |= {"outcome": "unchanged", "detail": None}
        elif decision is not None and outcome in _FIRST:
            told |= {"outcome": decision.outcome, "detail": decision.detail}
        _put(db, given, fetch | told, wrote=True)


def other(db: Database, given: Input, fetch_id: int) -> None:
    """A fetch that wrote no text."""
    fetch = given.row("SELECT * FROM fetch WHERE id = ?", fetch_id)
    assert fetch is not None
    if fetch["article_id"] is not None:
        fetch["article_id"] = article(db, given, fetch["article_id"])
    _put(db, given, fetch, wrote=False)


def article(db: Database, given: Input, article_id: int) -> int | None:
    """The target's number of an input's article."""
    row = given.row("SELECT source, key FROM article WHERE id = ?", article_id)
    return None if row is None else merge_texts.find(db, row["source"], row["key"])


def run(db: Database, given: Input, run_id: int | None) -> int | None:
    """The target's number of an input's run, which is made there, or brought up to what it is by now. Of runs of one source
    that began in the same second, the first is the first."""
    row = None if run_id is None else given.row("SELECT * FROM run WHERE id = ?", run_id)
    if row is None:
        return None
    of_it, order = (row["source"], row["started_at"]), "source = ? AND started_at = ?"
    (before,) = given.db.conn.execute(f"SELECT count(*) FROM run WHERE {order} AND id < ?", (*of_it, run_id)).fetchone()  # noqa: S608 - our own words
    there = db.conn.execute(
        f"SELECT id, {', '.join(_RUN)} FROM run WHERE {order} ORDER BY id LIMIT 1 OFFSET ?",  # noqa: S608 - our own words
        (*of_it, before),
    ).fetchone()
    facts = tuple(row[name] for name in _RUN)
    if there is None:
        given.count("runs")
        return insert(db, "run", {"source": row["source"], "started_at": row["started_at"], **_only(row, _RUN)})
    if there[1] is None and there[1:] != facts:
        sets = ", ".join(f"{name} = ?" for name in _RUN)
        db.conn.execute(f"UPDATE run SET {sets} WHERE id = ?", (*facts, there[0]))  # noqa: S608 - our own names
    return int(there[0])


def recount(db: Database, given: Input, run_id: int) -> None:
    """Count the fetches of a run that has ended, as they are here, once all of them are."""
    number = run(db, given, run_id)
    (counts,) = db.conn.execute("SELECT counts FROM run WHERE id = ?", (number,)).fetchone()
    if number is None or counts is None:
        return
    found = runs.counts(db, number)
    if sum(found.values()) == sum(json.loads(counts).values()) and (told := clean.dumps(found)) != counts:
        db.conn.execute("UPDATE run SET counts = ? WHERE id = ?", (told, number))


def backfills(db: Database, given: Input) -> dict[int, int]:
    """Take an input's backfills; answers their numbers in the target. One that goes on is brought up to what it is by now."""
    numbers = {0: 0}
    for row in list(given.rows("SELECT * FROM backfill ORDER BY id")):
        begun = {name: row[name] for name in ("source", "since", "started_at")}
        facts = _only(row, _BACKFILL)
        there = db.conn.execute(
            f"SELECT id, {', '.join(_BACKFILL)} FROM backfill"  # noqa: S608 - our own names
            " WHERE source = :source AND since = :since AND started_at = :started_at ORDER BY until = :until DESC LIMIT 1",
            begun | {"until": row["until"]},
        ).fetchone()
        if there is None:
            given.count("backfills")
            numbers[row["id"]] = insert(db, "backfill", begun | facts)
            continue
        numbers[row["id"]] = int(there[0])
        if there[2] is None and there[1:] != tuple(facts.values()):
            sets = ", ".join(f"{name} = ?" for name in facts)
            db.conn.execute(f"UPDATE backfill SET {sets} WHERE id = ?", (*facts.values(), there[0]))  # noqa: S608 - our own names
    return numbers


def insert(db: Database, table: str, row: dict[str, Any]) -> int:
    """Insert a row; answers its number."""
    cursor = db.conn.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608 - our own names
        tuple(row.values()),
    )
    return int(cursor.lastrowid or 0)


def _put(db: Database, given: Input, fetch: dict[str, Any], *, wrote: bool) -> None:
    """Write a fetch, or bring it up to its late end. `wrote`: whether it wrote a text in its input."""
    there = _there(db, given, fetch, wrote=wrote)
    if there is not None:
        fetch_id, requests = there
        if fetch["outcome"] != "interrupted" or requests is not None or fetch["requests"] is None:
            return
        sets = ", ".join(f"{name} = ?" for name in _LATE)
        db.conn.execute(f"UPDATE fetch SET {sets} WHERE id = ?", (*_only(fetch, _LATE).values(), fetch_id))  # noqa: S608 - our own names
    else:
        facts = {"run_id": run(db, given, fetch["run_id"]), "backfill": _backfill(db, given, fetch["backfill"])}
        fetch_id = insert(db, "fetch", _only(fetch | facts, _FETCH))
    given.count("fetches")
    page = given.row("SELECT * FROM raw_page WHERE fetch_id = ?", fetch["id"])
    if page is not None:
        insert(db, "raw_page", page | {"fetch_id": fetch_id, "article_id": fetch["article_id"]})
        given.count("pages")


def _there(db: Database, given: Input, fetch: dict[str, Any], *, wrote: bool) -> tuple[int, int | None] | None:
    """The number and the requests of the row that is this fetch in the target.

    Of fetches that are alike those that wrote a text come first: they are taken with their texts, before the others."""
    if fetch["record"] is not None:
        found: tuple[int, int | None] | None = db.conn.execute(
            "SELECT id, requests FROM fetch WHERE record = ?", (fetch["record"],)
        ).fetchone()
        return found
    broken_off = fetch["outcome"] == "interrupted"  # for good, in both: what came is told late, if at all
    names = _BEGUN if broken_off else _BEGUN + _CAME
    same = " AND ".join(f"{name} IS :{name}" for name in names)
    alike = f"FROM fetch INDEXED BY fetch_source WHERE {same} AND outcome {'=' if broken_off else '<>'} 'interrupted'"
    rows = db.conn.execute(f"SELECT id, requests {alike} ORDER BY id", _only(fetch, names)).fetchall()
    if not rows:
        return None
    (before,) = given.db.conn.execute(
        f"SELECT count(*) {alike} AND (revision IS NULL, id) < (:late, :id)",
        _only(fetch, names) | {"late": not wrote, "id": fetch["id"]},
    ).fetchone()
    return rows[before] if before < len(rows) else None


def _backfill(db: Database, given: Input, number: int) -> int:
    if not number:
        return 0
    row = given.row("SELECT source, since, until, started_at FROM backfill WHERE id = ?", number)
    there = (
        row
        and db.conn.execute(
            "SELECT id FROM backfill WHERE source = :source AND since = :since AND started_at = :started_at"
            " ORDER BY until = :until DESC LIMIT 1",
            row,
        ).fetchone()
    )
    return int(there[0]) if there else 0


def _only(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
