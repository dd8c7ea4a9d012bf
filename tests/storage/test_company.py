"""How long a job waits for others that share its commit."""

from __future__ import annotations

import math
import random

import pytest

from storage.company import ENOUGH, LONG, SHARE, SHORT, STEADY, Company

RATE = 100.0


def _busy(hosts: int, *, rate: float = RATE, seconds: float = 6.0) -> Company:
    """What has seen so many jobs a second, three at a time, and the ends of fetches from so many hosts."""
    company, at = Company(0.0), 0.0
    while at < seconds:
        at += 3 / rate
        for host in range(hosts):
            company.met(f"{host}.test")
        company.took(3, now=at)
    return company


def test_a_caller_who_waits_for_each_answer_is_never_kept_waiting() -> None:
    company = Company(0.0)
    assert company.linger(0) == 0.0
    for turn in range(1, 200):
        company.took(1, now=turn * 0.002)
    assert company.linger(0) == 0.0
    assert company.linger(1) == SHORT  # somebody else has come
    company.took(2, now=0.5)
    assert company.linger(0) == SHORT  # once, behind that
    company.took(1, now=0.502)
    assert company.linger(0) == 0.0


def test_jobs_of_many_hosts_that_come_steadily_wait_for_more() -> None:
    company = _busy(50)
    assert company.linger(0) == LONG
    assert company.linger(ENOUGH) == SHORT  # a queue needs no company


def test_nobody_waits_longer_than_a_share_of_the_time_from_one_job_of_a_host_to_its_next() -> None:
    assert _busy(0).linger(0) == SHORT
    assert _busy(3).linger(0) == pytest.approx(SHARE * 3 / RATE, rel=0.05)
    assert _busy(3, rate=400.0).linger(0) == SHORT
    assert _busy(12).linger(0) == pytest.approx(SHARE * 12 / RATE, rel=0.05)


def test_a_few_slow_sources_are_not_made_slower() -> None:
    assert _busy(50, rate=0.9 * STEADY / LONG).linger(0) == SHORT


def test_a_rush_that_is_over_counts_no_more() -> None:
    company = _busy(50)
    company.took(2, now=66.0)
    assert company.linger(0) == SHORT
    for turn in range(1, 300):  # an import
        company.took(3, now=66.0 + turn * 0.03)
        assert company.linger(0) == SHORT


def test_hosts_count_a_while_after_the_ends_of_their_fetches() -> None:
    company, at = _busy(50, seconds=5.0), 5.1
    assert company.linger(0) == LONG
    while company.linger(0) > SHORT:
        at += 0.03
        company.took(3, now=at)
    assert 10.0 <= at < 10.2


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize(
    ("callers", "work"), [(2, 0.012), (3, 0.012), (4, 0.012), (6, 0.03), (8, 0.05), (12, 0.1), (20, 0.2)]
)
def test_callers_who_work_between_an_answer_and_their_next_job_lose_a_twentieth_at_the_most(
    callers: int, work: float, told: bool
) -> None:
    """`told`: each is a host whose fetches end."""
    assert _done(callers, work, Company(0.0), told=told) >= 0.95 * _done(callers, work, None, told=told)


def _done(callers: int, work: float, company: Company | None, *, told: bool) -> int:
    """Jobs that are answered in ten seconds of a reckoned clock, at 4 ms a commit; without `company` each waits `SHORT`
    beside others."""
    rng = random.Random(1)
    coming = [rng.random() * work for _ in range(callers)]
    now, done, alone = 0.0, 0, True
    while now < 10.0:
        now = max(now, min(coming))
        waiting = sum(at <= now for at in coming) - 1
        if company is None:
            now += 0.0 if alone and not waiting else SHORT
        else:
            now += company.linger(waiting)
        there = sum(at <= now for at in coming)
        alone = there == 1
        if company is not None:
            company.took(there, now=now)
        taken, now = now, now + 0.004
        for number, at in enumerate(coming):
            if at <= taken:
                coming[number] = math.fsum((now, work * rng.uniform(0.7, 1.3)))
                if company is not None and told:
                    company.met(str(number))
        done += there
    return done
