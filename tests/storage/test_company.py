"""How long a job waits for others that share its commit."""

from __future__ import annotations

from storage.company import ENOUGH, LONG, SHORT, Company


def _groups(company: Company, jobs: int, *, every: float, late: bool, count: int = 200, at: float = 0.0) -> float:
    for _ in range(count):
        at += every
        company.took(jobs, late=late, now=at)
    return at


def test_a_caller_who_waits_for_each_answer_is_never_kept_waiting() -> None:
    company = Company(0.0)
    assert company.linger(0) == 0.0
    at = _groups(company, 1, every=0.002, late=False)
    assert company.linger(0) == 0.0
    assert company.linger(1) == SHORT  # somebody else has come
    company.took(2, late=False, now=at + 0.002)
    assert company.linger(0) == SHORT  # once, behind that
    company.took(1, late=False, now=at + 0.004)
    assert company.linger(0) == 0.0


def test_jobs_that_come_steadily_wait_for_more() -> None:
    company = Company(0.0)
    at = _groups(company, 3, every=0.020, late=True)
    assert company.linger(0) == LONG
    assert company.linger(ENOUGH) == SHORT  # a queue needs no company
    for _ in range(3):
        at += 0.020
        company.took(3, late=False, now=at)
    assert SHORT < company.linger(0) < LONG
    company.took(3, late=True, now=at + 0.020)
    assert company.linger(0) == LONG


def test_callers_who_ask_again_as_soon_as_they_are_answered_wait_no_longer_than_for_one_another() -> None:
    company = Company(0.0)
    at = _groups(company, 4, every=0.020, late=True)
    _groups(company, 4, every=0.020, late=False, count=20, at=at)
    assert company.linger(3) == SHORT


def test_a_few_slow_sources_are_not_made_slower() -> None:
    company = Company(0.0)
    _groups(company, 2, every=0.100, late=True)
    assert company.linger(0) == SHORT


def test_a_rush_that_is_over_counts_no_more() -> None:
    company = Company(0.0)
    at = _groups(company, 20, every=0.010, late=True)
    assert company.linger(0) == LONG
    company.took(2, late=True, now=at + 60)
    assert company.linger(0) == SHORT
