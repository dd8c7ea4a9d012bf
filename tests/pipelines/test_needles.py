"""Many expressions at once: what is found is what the plain alternation finds, in any case and language."""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.needles import Phrases, needles, plain

TABLE = tomllib.loads(Path(__file__).parents[2].joinpath("pipelines", "walls.toml").read_text(encoding="utf-8"))
EXPRESSIONS = [
    expression
    for tables in TABLE.values()
    for table in ("title", "said")
    for rows in tables.get(table, {}).values()
    for expression in rows
]


@pytest.mark.parametrize(
    ("expression", "needed"),
    [
        ("unusual traffic", {"unusual traffic"}),
        (r"not (?:yet )?a member\b", {"a member"}),
        ("(?:sign|log) ?in", {"sign", "log"}),
        ("(?:sign|log)? in", {" in"}),
        (r"colou?r\w+ bars?", {"colo"}),
        (r"a{0,3}bcd{2}[x|(]e\.f", {"bcd"}),
        ("(?:one|two(?:x|y))z", {"one", "two"}),
        ("İzin ſet", {"izin set"}),
        (r"\w+", None),
        ("(?:abc|)", None),
        ("(?=abc)", None),
        ("one|[xy]", None),
    ],
)
def test_what_an_expression_cannot_do_without(expression: str, needed: set[str] | None) -> None:
    assert needles(expression) == needed


@settings(max_examples=40)
@given(st.data())
def test_each_text_that_an_expression_matches_holds_one_of_its_needles(data: st.DataObject) -> None:
    expression = data.draw(st.sampled_from(EXPRESSIONS))
    text = data.draw(st.from_regex(re.compile(expression, re.IGNORECASE)))
    needed = needles(expression)
    assert needed is None or any(needle in plain(text) for needle in needed)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(EXPRESSIONS), min_size=1, max_size=8), st.data())
def test_the_match_is_the_alternations_own(expressions: list[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(data.draw(st.sampled_from(EXPRESSIONS)), re.IGNORECASE)))
    ours, theirs = Phrases(expressions).search(text), re.search("|".join(expressions), text, re.IGNORECASE)
    assert (ours and ours.span()) == (theirs and theirs.span())


def test_a_long_text_without_needles_takes_little_time() -> None:
    phrases = Phrases(EXPRESSIONS[:200])
    text = "The harbour was closed for the night, officials there were told. " * 2_000
    began = time.process_time()
    phrases.search(text)
    assert time.process_time() - began < 1
