"""What the bench of imports makes of its runs."""

from __future__ import annotations

import pytest

from bench import importing
from bench.importing import OURS, PEER, Ran

WHOLE = {OURS: [Ran(6, 2), Ran(9, 3), Ran(8, 2)], PEER: [Ran(10), Ran(10), Ran(16)]}
STARTS = {OURS: [Ran(1), Ran(2), Ran(3)], PEER: [Ran(1), Ran(1), Ran(1)]}


def test_the_ratio_is_the_median_of_those_of_each_round() -> None:
    assert importing.ratio(WHOLE) == pytest.approx(0.6)
    assert importing.ratio(WHOLE, {OURS: 2.0, PEER: 1.0}) == pytest.approx(4 / 9)


def test_the_table_parts_our_first_process_from_its_workers() -> None:
    ours, peer = importing.rows_of(WHOLE, STARTS, 100)
    assert (ours["CPU s"], ours["of it start-up"], ours["first process, s"], ours["workers, s"]) == (8, 2, 2, 6)
    assert (ours["ms a page"], peer["ms a page"], peer["workers, s"]) == (80, 100, 0)
