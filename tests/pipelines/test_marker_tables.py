"""Headlines, texts and plain titles in many languages: the tables `marker_cases`, `notice_cases` and `plain_titles`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import marks, notices
from pipelines.markers import LONGEST, read

HERE = Path(__file__).parent
STORY = (
    "Ships returned to the harbour on Monday, officials said, and the cranes worked until the evening.",
    "The storm had closed it for a week. Sailors waited outside, and prices rose on the fish market.",
    "Prices rose.",
    "The council meets on Friday.",
)


def table(name: str) -> dict[str, list[Any]]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


CASES = table("marker_cases")
NOTICES = table("notice_cases")
PLAIN = [title for titles in table("plain_titles").values() for title in titles]
HEADLINES = [(language, *row, *[""] * (6 - len(row))) for language, rows in CASES.items() for row in rows]


def text(line: str, place: str) -> str:
    return "\n\n".join({"only": (line,), "first": (line, *STORY), "last": (*STORY, line)}[place])


def test_the_tables_are_as_wide_as_they_should_be() -> None:
    assert len(HEADLINES) >= 150
    assert len(CASES) >= 8
    assert len({row[1] for row in HEADLINES}) == len(HEADLINES)


@pytest.mark.parametrize(("language", "title", "kind", "clean", "label", "urgency", "body"), HEADLINES)
def test_a_mark_in_any_language_gives_kind_clean_title_and_label(
    language: str, title: str, kind: str, clean: str, label: str, urgency: str, body: str
) -> None:
    marker = read(title, body)
    assert (marker.kind or "", marker.title, marker.label or "", marker.urgency or "") == (kind, clean, label, urgency)


@pytest.mark.parametrize(("language", "title", "kind", "clean", "label", "urgency", "body"), HEADLINES)
def test_a_clean_title_is_clean(
    language: str, title: str, kind: str, clean: str, label: str, urgency: str, body: str
) -> None:
    assert read(clean, body).title == clean


@pytest.mark.parametrize("title", PLAIN)
@pytest.mark.parametrize("body", ["", "\n\n".join(STORY)], ids=["flash", "story"])
def test_a_title_that_only_speaks_of_updates_stays(title: str, body: str) -> None:
    marker = read(title, body)
    assert (marker.kind, marker.title, marker.label, marker.urgency) == (None, title, None, None)


@pytest.mark.parametrize(
    ("line", "kind", "place"), [row for rows in NOTICES.values() for row in rows], ids=lambda value: str(value)[:60]
)
def test_a_text_says_what_was_done_to_it(line: str, kind: str, place: str) -> None:
    marker = read("Harbour reopens", text(line, place))
    assert (marker.kind or "", marker.title) == (kind, "Harbour reopens")
    assert (marker.label is None) == (not kind)


def test_a_note_in_the_middle_of_a_text_is_the_story() -> None:
    body = "\n\n".join((*STORY, *STORY, "This story has been withdrawn.", *STORY, *STORY))
    assert read("Harbour reopens", body).kind is None


def test_a_line_that_extraction_took_off_may_be_the_note() -> None:
    body = "\n\n".join(STORY)
    dropped = ["Read also: Ferries sail again", "This story has been updated.", "", "All rights reserved"]
    assert read("Harbour reopens", body, dropped).kind == "update"
    assert read("Harbour reopens", body, ["Correction: prices", "UPDATE 2-Ferries sail"]).kind is None


def test_a_cancelled_concert_is_no_withdrawn_story_until_the_text_says_so() -> None:
    assert read("ANNULÉ : le concert du port", "Le concert est annulé.").kind is None
    assert read("ANNULÉ : le concert du port", "Cette dépêche est annulée.").kind == "withdrawal"


def test_accents_capitals_and_composition_make_no_difference() -> None:
    plain = read("ACTUALIZACION: Reabre el puerto", "")
    for title in ("ACTUALIZACIÓN: Reabre el puerto", unicodedata.normalize("NFD", "ACTUALIZACIÓN: Reabre el puerto")):
        assert (read(title, "").kind, read(title, "").title) == (plain.kind, plain.title)


def test_a_very_long_title_is_left_alone() -> None:
    title = "UPDATE 1-" + "harbour " * 300
    assert len(title) > LONGEST
    assert read(title, "").title == title


PREFIXES = (
    "UPDATE 2-",
    "UPDATE: ",
    "CORRECTED-",
    "REFILE-",
    "RPT-",
    "(LEAD) ",
    "ОБНОВЛЕНО: ",
    "更正：",
    "[정정] ",
    "تصحيح: ",
    "EXCLUSIVE-",
)
SUFFIXES = (" (Updated)", " [corrected]", " (обновлено)", "（更新）", " - UPDATED")
PIECES = (*PREFIXES, *SUFFIXES, "KILL ", "(2)", " ++", "++ ", ": ", "-", " | ", "Harbour", "港", "x")


@given(st.lists(st.sampled_from(PREFIXES), max_size=5), st.lists(st.sampled_from(SUFFIXES), max_size=3))
def test_any_stack_of_marks_is_taken_off(before: list[str], after: list[str]) -> None:
    assert read("".join((*before, "Harbour reopens", *after)), "").title == "Harbour reopens"


@given(st.lists(st.sampled_from(PREFIXES[:5]), min_size=1, max_size=4))
def test_the_strongest_of_the_marks_decides(before: list[str]) -> None:
    said = {read(f"{mark}Harbour reopens", "").kind for mark in before}
    assert read("".join(before) + "Harbour reopens", "").kind == next(kind for kind in marks.STRENGTH if kind in said)


@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=9).map("".join)),
    st.sampled_from(["", *(text(row[0], row[2]) for rows in NOTICES.values() for row in rows)]),
)
def test_marking_twice_is_marking_once_and_leaves_a_title(title: str, body: str) -> None:
    once = read(title, body)
    assert read(once.title, body).title == once.title
    assert bool(once.title.strip()) == bool(title.strip())


@given(st.text(max_size=300), st.text(max_size=300))
def test_only_the_ends_of_a_long_text_are_looked_at(start: str, end: str) -> None:
    head, tail = start + "\n" + "harbour\n" * 500, "\n" + "harbour\n" * 500 + end
    assert read("x", head + tail) == read("x", head + "An earlier version of this story was wrong\n" * 99 + tail)


def test_every_mark_of_the_data_can_be_found_and_has_a_known_place() -> None:
    assert {mark.says for mark in marks.find("CORRECTED")} == {"correction"}
    assert marks.find("update 7") == marks.find("UPDATE 12") == marks.find("Update7") != ()
    assert marks.find("") == marks.find("harbour") == marks.find("x" * 100) == ()
    assert notices.strongest(["update", "correction"]) == "correction"
    assert notices.strongest([]) is None


@pytest.mark.parametrize("table", notices.TABLES)
def test_every_phrase_of_a_notice_is_an_expression(table: str) -> None:
    for script in notices.SCRIPTS:
        read = notices.phrases(table, script)
        assert read.kinds, f"{table} says nothing in {script}"
        for kind, expression in read.kinds:
            assert re.compile(expression).match("") is None, f"{table}, {script}: {kind} is found in any line"


def test_a_phrase_that_is_no_expression_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"nouns": {"story": "story"}, "note": {"withdrawal": {"en": ["<story> gone", "<story> (gone"]}}}
    monkeypatch.setattr(notices, "_data", lambda: broken)
    with pytest.raises(ValueError, match=r"notices\.toml: \[note\.withdrawal\] en '<story> \(gone'"):
        notices.phrases.__wrapped__("note", "latin")
