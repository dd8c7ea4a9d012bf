"""Functions of SQL that are made once more answer as SQLite's own."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

pytest.importorskip("datasette", reason="datasette is not installed (extra web)")

from storage.web.bounded import FUNCTIONS, like

_OWN = Database(memory=True)
_TEXT = st.text("abB%_.\\é\n", max_size=12)
_PATTERN = st.text("aB%_.\\é\n", max_size=8)


@settings(max_examples=150)
@given(_PATTERN, _TEXT)
def test_a_pattern_finds_what_it_finds_in_sqlite(pattern: str, text: str) -> None:
    plain, escaped = _OWN.conn.execute("SELECT ? LIKE ?", (text, pattern)).fetchone()[0], pattern + "!%"
    assert like(pattern, text) == bool(plain)
    (found,) = _OWN.conn.execute("SELECT ? LIKE ? ESCAPE '!'", (text, escaped)).fetchone()
    assert like(escaped, text, "!") == bool(found)


def test_the_others_answer_as_sqlites_own() -> None:
    values = (None, "", "a", "aba", "xaax", 12, 1.5, b"aba")
    for name, count, function in FUNCTIONS:
        for given_ in product(values, repeat=count):
            if name == "like" or (name == "instr" and any(isinstance(one, bytes) for one in given_)):
                continue
            marks = ", ".join("?" * count)
            (found,) = _OWN.conn.execute(f"SELECT {name}({marks})", given_).fetchone()
            assert function(*given_) == found, (name, given_)
