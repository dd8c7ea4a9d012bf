"""What `bench/crawl*.py` reckon from what they saw."""

from __future__ import annotations

from bench.crawl_measure import Look, Spent
from bench.crawl_parts import of_workers


def test_a_workers_cpu_between_its_pages_is_told_from_that_within_them() -> None:
    lines = ["7 1.0 1.5", "8 2.0 2.25", "7 1.75 2.0", "8 2.5 3.5"]
    assert of_workers(lines) == (0.5, 2.0, 4)


def test_cpu_between_two_moments_is_that_of_the_main_process_and_of_all_others() -> None:
    spent = Spent(mains=[1])
    spent.looks = [
        Look(10.0, {1: 2.0, 5: 1.0}, {1: 100, 5: 200}, 250),
        Look(11.0, {1: 2.5, 5: 1.75}, {1: 150, 5: 220}, None),
        Look(12.0, {1: 3.0, 5: 2.0, 6: 0.5}, {1: 120, 5: 210, 6: 90}, 300),
    ]
    assert spent.between(9.5, 11.5) == (1.0, 1.5)
    assert (round(spent.largest * 2**20), round(spent.together * 2**20)) == (220, 300)
