"""A needle is in whatever its expression matches, for every expression of the walls' phrases."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.needles import needles, plain

ROWS = tomllib.loads((Path(__file__).parents[2] / "pipelines" / "walls.toml").read_text(encoding="utf-8"))
EXPRESSIONS = [e for tables in ROWS.values() for rows in tables.values() for row in rows.values() for e in row]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("page not found", ("page not found",)), ("(?:page|article) not found", (" not found",)), ("oops?", ("oop",)),
        ("(?:sign|log) ?in", ("sign", "log")), (r"error\W{0,3}5\d\d", ("error",)), ("(?:soon)?", ()), ("[ab]+x{2,3}", ("x",)),
        (r"(?=ahead)\.pdf\b", (".pdf",)), ("İ", ("i",)), ("a|b.c", ("a", "b")), ("x{0,3}", ()),
        ("(?:read|view) the (?:full|whole)", ("full", "whole")), (r"\d+ \d+", (" ",)),
    ],
)  # fmt: skip
def test_needles_of_an_expression(expression: str, found: tuple[str, ...]) -> None:
    assert needles(expression) == found


def test_every_phrase_is_an_expression_with_needles() -> None:
    for expression in EXPRESSIONS:
        re.compile(expression, re.IGNORECASE)
        assert needles(expression), expression


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_match_holds_a_needle(data: st.DataObject) -> None:
    expression = data.draw(st.sampled_from(EXPRESSIONS))
    text = data.draw(st.from_regex(re.compile(expression, re.IGNORECASE)))
    assert any(needle in plain(text) for needle in needles(expression)), text
