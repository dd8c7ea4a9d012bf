"""What the comparison of two databases sees, and what it leaves out."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from bench.cluster_rows import differences, rows
from storage.models import Dispatch, Ending, Outcome, Page, Profile
from storage.settling import Record
from storage.store import Store
from tests.storage.harness import NOON, SOURCE, article, page
from tests.storage.test_settling import decide

if TYPE_CHECKING:
    from pathlib import Path

    from bench.cluster_rows import Row

CAPTURED = "2023-11-01T08:00:00Z"


def told(file: Path, *numbers: int, now: float = NOON) -> dict[str, list[Row]]:
    """What a database tells of articles that came in this order."""
    with Store.open(file, clock=lambda: now) as store:
        batch = []
        for number in numbers:
            shown = Page(page(number), page(number), b"", CAPTURED, Profile(SOURCE))
            found = article(number, f"Text {number}.", fetched_at=CAPTURED)
            ending = Ending(0, Outcome("failed:internal"), 0.0, status=200, article=found)
            batch.append(Record(f"warc:f#{number}", None, page(number), Dispatch(shown, ending)))
        store.settle(batch, decide).result()
    return rows(file)


def test_ids_and_times_of_seeing_are_no_difference(tmp_path: Path) -> None:
    assert not differences(told(tmp_path / "a.db", 1, 2), told(tmp_path / "b.db", 1, 2, now=NOON + 5))


def test_the_order_of_changes_is_one(tmp_path: Path) -> None:
    one, other = told(tmp_path / "a.db", 1, 2), told(tmp_path / "b.db", 2, 1)
    assert differences(one, other) == ["changes: in another order"]


def test_a_row_that_differs_is_named_on_both_sides(tmp_path: Path) -> None:
    one = told(tmp_path / "a.db", 1, 2)
    other = copy.deepcopy(one)
    other["articles"][1]["title"] = "Another title"
    found = differences(one, other)
    assert [line.partition(" has ")[0] for line in found] == ["articles: only the first", "articles: only the second"]
    assert "Another title" in found[1]
