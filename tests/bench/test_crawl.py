"""What `bench/crawl*.py` reckon from what they saw."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bench.crawl_bare import Bare, some
from bench.crawl_measure import Look, Spent
from bench.crawl_parts import PARTS, STANDSTILLS, Workers, figures, of_workers

if TYPE_CHECKING:
    from pathlib import Path


def test_a_workers_cpu_between_its_pages_is_told_from_that_within_them() -> None:
    lines = ["7 1.0 1.5 .25", "8 2.0 2.25 0", "7 1.75 2.0 .125", "8 2.5 3.5 0"]
    assert of_workers(lines) == Workers(between=0.5, within=2.0, fingerprints=0.375, pages=4)


def test_bare_trafilatura_reads_all_pages_in_turns_large_and_small_alike(tmp_path: Path) -> None:
    pages = []
    for size in (5, 1, 4, 2, 6, 3):
        (tmp_path / str(size)).write_bytes(os.urandom(size))
        pages.append((str(tmp_path / str(size)), f"http://wire.test/{size}"))
    turns = [[int(url[-1]) for _, url in some(pages, 2, turn)] for turn in range(3)]
    assert turns == [[1, 3, 5], [2, 4, 6], [1, 3, 5]]
    assert [url[-1] for _, url in some(pages, 9, 8)] == ["4"]


def test_a_crawl_is_held_against_bare_trafilatura_over_all_rounds() -> None:
    same = {
        **dict.fromkeys(PARTS, 1.0),
        **dict.fromkeys(STANDSTILLS, 80.0),
        "pages": 9,
        "stored": 9,
        "extraction": 40.0,
    }
    runs = [{**same, "together": 10.0, "of": ""}, {**same, "together": 24.0, "of": "loop.py:1 step"}]
    found = figures(runs, [Bare(2, 400_000, 0.1), Bare(2, 400_000, 0.172)], articles=0)
    assert [(each.value, each.limit) for each in found.targets] == [(17.0, 7.0), (0.25, 0.217), (80.0, 100.0)]
    assert found.name == "crawl-parts"
    assert figures(runs, [Bare(2, 1, 0.1)] * 2, articles=1_000_000).targets[1].limit == 0.263


def test_cpu_between_two_moments_is_that_of_the_main_process_and_of_all_others() -> None:
    spent = Spent(mains=[1])
    spent.looks = [
        Look(10.0, {1: 2.0, 5: 1.0}, {1: 100, 5: 200}, 250),
        Look(11.0, {1: 2.5, 5: 1.75}, {1: 150, 5: 220}, None),
        Look(12.0, {1: 3.0, 5: 2.0, 6: 0.5}, {1: 120, 5: 210, 6: 90}, 300),
    ]
    assert spent.between(9.5, 11.5) == (1.0, 1.5)
    assert (round(spent.largest * 2**20), round(spent.together * 2**20)) == (220, 300)
