"""A withdrawn text that is put back, and pages whose own time is no guide, from the page to the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.crawler.looks import OTHER, TEXT, Looks, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WITHDRAWN = Sheet("STORY WITHDRAWN: Harbour closed after crane falls on quay", ("This story has been withdrawn.",))
HOUR = 3600.0


@pytest.fixture
def looks(tmp_path: Path) -> Iterator[Looks]:
    at_work = Looks(tmp_path)
    yield at_work
    at_work.close()


def test_a_withdrawn_text_that_is_put_back_is_live_at_the_second_look_in_a_row(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    looks.later(HOUR)
    looks.look("/news/crane", WITHDRAWN)
    for sheet in (Sheet(), WITHDRAWN, Sheet()):  # two servers, one of which is late
        looks.later(HOUR)
        looks.look("/news/crane", sheet)
        assert looks.articles()[0]["status"] == "withdrawn"
    looks.later(HOUR)
    looks.look("/news/crane", Sheet())
    (only,) = looks.articles()
    assert (only["status"], only["title"]) == ("live", Sheet().title)
    assert looks.changes() == [("first", 1), ("withdrawal", 2), ("update", 3)]


def test_a_page_that_keeps_a_time_from_before_shows_its_text_all_the_same(looks: Looks) -> None:
    looks.look("/news/crane", Sheet(modified="2026-11-01T12:00:00Z"))
    reset = replace(Sheet(), modified=Sheet().published)
    for hours, text, kinds in (
        (1, (*TEXT, OTHER[0]), ["first", "earlier"]),
        (2, (*TEXT, OTHER[0]), ["first", "earlier", "update"]),
        (3, (*TEXT, OTHER[0], OTHER[1]), ["first", "earlier", "update", "update"]),
    ):
        looks.later(hours * HOUR)
        looks.look("/news/crane", replace(reset, text=text))
        assert looks.kinds() == kinds


def test_the_page_of_a_note_in_the_place_of_a_text_is_kept(looks: Looks) -> None:
    looks.keep_raw = True
    looks.look("/news/crane", Sheet())
    looks.later(HOUR)
    note = replace(Sheet(), text=("Editor's note: We took this text down while we look into it.",))
    assert looks.look("/news/crane", note) == "gone"
    (page,) = looks.crawl.sql("SELECT length FROM raw_page WHERE article_id IS NULL")
    assert page == (len(note.html()),)
