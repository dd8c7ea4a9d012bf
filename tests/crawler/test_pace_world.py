"""The quick form of bench/pace.py: twenty agencies, two days, as from a first start."""

from __future__ import annotations

from bench.pace import compare
from crawler.politeness.pace import SHORTEST


def test_at_the_same_number_of_requests_stories_are_seen_sooner_than_at_one_interval_for_all() -> None:
    results = compare(7, agencies=24, days=2.0, peers=False)
    ours, fixed = results["ours"][1], results["fixed"][1]
    assert abs(ours.requests - fixed.requests) <= 0.01 * fixed.requests
    assert len(ours.delays) > 3000
    assert ours.quantile(0.5) < 0.6 * fixed.quantile(0.5)
    assert ours.quantile(0.95) < 0.8 * fixed.quantile(0.95)
    assert ours.missed <= fixed.missed
    assert ours.missed_of_an_hour == 0
    assert ours.busiest <= 3600 / SHORTEST
