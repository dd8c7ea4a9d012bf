"""A page is decided on where its end is written, or before, where somebody's own pipeline looks in between: with one result."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from scrapy.settings import Settings

from crawler.ledger import has_own_pipelines
from crawler.settings import ITEM_PIPELINES
from storage.models import Dispatch, Ending, Outcome
from tests.crawler.looks import OTHER, TEXT, Looks, Sheet

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("article", "revision", "address", "change", "story", "sketch", "fetch", "link", "host")
MORE = Sheet(text=(*TEXT, "The port opens again tomorrow, the harbour master promised the crews of the waiting ships."))


def _left_by_looks(folder: Path, *, at_once: bool) -> tuple[list[str], dict[str, list[Any]]]:
    folder.mkdir()
    looks = Looks(folder, at_once=at_once)
    try:
        outcomes = [
            looks.look("/harbour", Sheet(canonical="/harbour")),
            looks.look("/budget", Sheet("Budget passed by one vote", OTHER)),
            looks.look("/harbour", MORE),
            looks.look("/harbour", MORE),
            looks.look("/harbour-old", MORE, to="/harbour"),
            looks.look("/list", Sheet(text=())),
            looks.record("/imported", Sheet("The budget once more", OTHER), 1_793_600_100.0),
        ]
        return outcomes, {table: _rows(looks, table) for table in TABLES}
    finally:
        looks.close()


def _rows(looks: Looks, table: str) -> list[Any]:
    names = looks.crawl.sql("SELECT name FROM pragma_table_info(?) WHERE name <> 'owner'", table)  # a random word
    return sorted(looks.crawl.sql(f"SELECT {', '.join(name for (name,) in names)} FROM {table}"), key=repr)


def test_both_ways_leave_the_same_rows(tmp_path: Path) -> None:
    at_once, before = (_left_by_looks(tmp_path / str(way), at_once=way) for way in (True, False))
    assert at_once[0][:4] == ["new", "new", "revised", "unchanged"]
    assert at_once == before


def test_an_item_is_decided_before_somebodys_own_pipeline_sees_it() -> None:
    def crawler(pipelines: dict[str, int]) -> Any:
        return SimpleNamespace(settings=Settings({"ITEM_PIPELINES": pipelines}))

    assert not has_own_pipelines(crawler(ITEM_PIPELINES))
    assert has_own_pipelines(crawler({**ITEM_PIPELINES, "own.pipelines.Mine": 350}))


def test_what_cannot_be_decided_at_once_is_not_written(tmp_path: Path) -> None:
    looks = Looks(tmp_path)
    try:
        looks.look("/harbour", Sheet())
        ending = Ending(1, Outcome("failed:internal"), looks.crawl.now)
        dispatch = Dispatch(looks._page("/x", "/x", Sheet(), looks.crawl.now), ending)
        before = looks.crawl.sql("SELECT * FROM fetch")
        assert looks.crawl.store.decide_and_end(dispatch, lambda *_: None).result() is None
        assert looks.crawl.sql("SELECT * FROM fetch") == before
    finally:
        looks.close()
