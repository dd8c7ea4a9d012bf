"""A source's own form of datelines."""

from __future__ import annotations

import pytest

from pipelines.dateline_form import read
from storage.models import Dateline

TASS = r"(?P<place>[A-Z ]+), (?P<date>[A-Z][a-z]+ \d+)\. /(?P<agency>\w+)/\. "


def test_the_groups_of_the_form_are_place_day_and_agency() -> None:
    body = "UPPER QUAY, November 1. /WIRE/. The ferry is back."
    found = read(TASS, body, published_day="2026-11-02", language="en", agency="OTHER")
    assert found == Dateline("UPPER QUAY, November 1. /WIRE/.", "UPPER QUAY", "2026-11-01", "WIRE", 32)
    assert body[32:] == "The ferry is back."


def test_what_a_form_leaves_out_is_the_sources_or_unknown() -> None:
    found = read(r"(?P<place>\w+) \|\s*", "Kai | Text.", published_day=None, language=None, agency="WIRE")
    assert found == Dateline("Kai |", "Kai", None, "WIRE", 6)
    assert read(TASS, "The ferry is back.", published_day=None, language=None, agency=None) is None
    assert read(None, "MOSCOW, May 1. /TASS/. A.", published_day=None, language=None, agency=None) is None
    assert read(r"(?P<place>\w*)", "– no word", published_day=None, language=None, agency=None) is None


def test_an_expression_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"dateline's form '\(x'"):
        read("(x", "Text.", published_day=None, language=None, agency=None)
