"""The rows that the bench of storage gives to plain sqlite3 are those that the writer leaves."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bench import storage_sides
from bench.storage import indexed
from storage import database, sums
from tests.storage.harness import NOON, article, instant

if TYPE_CHECKING:
    from pathlib import Path


def test_the_raw_way_leaves_what_the_writer_leaves(tmp_path: Path) -> None:
    fetched = [article(n, f"Harbour {n} reopens.", published=instant("2023-11-14T08:00:00Z")) for n in range(1, 4)]
    fetched.append(article(1, "Harbour 1 stays shut.", published=instant("2023-11-14T08:00:00Z")))
    written, raw = tmp_path / "written.db", tmp_path / "raw.db"
    storage_sides.real(written, fetched, under_way=2, now=NOON)
    database.open_writer(raw).close()
    storage_sides.raw(raw, storage_sides.rows_of(written))
    with closing(database.open_reader(raw)) as db:
        assert sums.wrong(db) == []
        assert db.conn.execute("SELECT count(*) FROM revision").fetchone() == (4,)
    assert indexed(raw) == indexed(written)
    assert indexed(raw)[0] == 3
