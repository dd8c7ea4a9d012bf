"""Nothing that a page says may steer a terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import terminal

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x1b[]31m;\x07\x9b\x9d\r\n\t\x08\x7f\x85\u2028\u202e\u2066\u200b\ufeff\U000e0041"),
        st.characters(),
    )
)


@given(HOSTILE)
def test_plain_text_holds_no_control_and_no_reordering_characters(text: str) -> None:
    shown = terminal.plain(text)
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) == "Cc"]
    assert not set(shown) & set(
        "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029"
    )
    assert "\n" not in terminal.line(text)


@given(HOSTILE)
def test_json_is_the_same_value_and_safe_to_look_at(text: str) -> None:
    written = terminal.dumps({"title": text})
    assert json.loads(written) == {"title": text}
    assert terminal.plain(written) == written
    assert "\n" not in written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x9b2Jgone", "2Jgone"),
        ("one\ttwo\rthree", "one two three"),
        ("\u202egnp.exe", "gnp.exe"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
        ("soft\u00adhyphen", "softhyphen"),
    ],
)
def test_what_is_taken_out_and_what_is_spelling(text: str, shown: str) -> None:
    assert terminal.plain(text) == shown


def test_lines_are_fitted_by_the_width_of_their_characters() -> None:
    assert terminal.fitted("a long headline", 8) == "a long …"
    assert terminal.fitted("東京都で地震", 7) == "東京都…"
    assert terminal.fitted("a long headline", None) == "a long headline"
    assert terminal.wrapped("one two three", 8) == "one two\nthree"
    assert terminal.wrapped("one two three", None) == "one two three"


def test_a_style_ends_with_its_line() -> None:
    lines = terminal.wrapped([("kept ", ""), ("taken out of here", "red strike")], 12).split("\n")
    assert len(lines) > 1
    assert all(line.endswith("\x1b[0m") for line in lines)


def test_colours_are_for_terminals_without_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert terminal.coloured()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.coloured()
    monkeypatch.setenv("NO_COLOR", "")
    assert terminal.coloured()
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert not terminal.coloured()
    assert terminal.columns() is None


def test_every_sign_that_steers_is_known_also_newer_ones() -> None:
    steering = {c for c in map(chr, range(0x110000)) if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs"}}
    spelling = set("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
    spelling |= set(map(chr, range(0x13430, 0x13440)))
    kept = {c for c in steering if terminal.plain(c) == c}
    assert kept - {"\n"} <= spelling
    assert not {"\u200c", "\u200d"} - kept


def test_numbers_that_json_has_no_name_for_are_null() -> None:
    written = terminal.dumps({"a": [float("inf"), 1.5], "b": {"c": float("nan")}, "d": "\ud800\u2028"})
    assert json.loads(written) == {"a": [None, 1.5], "b": {"c": None}, "d": "\ud800\u2028"}
    assert written.isprintable()


@given(HOSTILE)
def test_escaped_text_is_one_line_that_can_be_written(text: str) -> None:
    shown = terminal.escaped(text)
    assert len(shown.splitlines()) <= 1
    shown.encode()
