"""A host's requests in an hour, over all processes; an endpoint's rhythm in its row; what is new to a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.hosts import Budget
from storage.models import Link
from tests.storage.harness import FEED, HOST, NOON, SOURCE, Crawl, article, link, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITEMAP = f"https://{HOST}/news.xml"


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawl]:
    crawl = Crawl(tmp_path / "news.db", delay=0.0)
    crawl.open_host()
    yield crawl
    crawl.close()


def sent(crawl: Crawl, until: float, budget: Budget, *, step: float = 120.0) -> list[tuple[float, str]]:
    """When each request was let go, one at a time: endpoints are due again at once."""
    times: list[tuple[float, str]] = []
    while crawl.now < until:
        leased = crawl.lease(budget=budget).leases
        for lease in leased:
            times.append((crawl.now, lease.kind))
            if lease.kind == "article":
                crawl.end(lease, "gone")
            else:
                crawl.end(lease, due=crawl.now)
        if not leased:
            crawl.later(step)
    return times


def most_in_an_hour(times: list[float]) -> int:
    return max(sum(1 for other in times if at <= other < at + 3600) for at in times)


def test_no_hour_holds_more_requests_than_the_budget_and_none_is_given_away(crawl: Crawl) -> None:
    crawl.seed()
    times = [at for at, _ in sent(crawl, NOON + 3 * 3600, Budget(hourly=8, polls=8))]
    assert most_in_an_hour(times) == 8
    assert len(times) == 3 * 8


def test_when_the_polls_of_an_hour_are_spent_articles_go_on(crawl: Crawl) -> None:
    crawl.seed((FEED, "feed"), (SITEMAP, "sitemap"))
    crawl.offer(*(link(number) for number in range(12)))
    times = sent(crawl, NOON + 3600, Budget(hourly=100, polls=6))
    kinds = [kind for _, kind in times]
    assert kinds[:6] == ["feed"] * 6
    assert kinds.count("article") == 12
    assert sum(kind != "article" for kind in kinds) == 6


def test_the_wait_is_until_the_oldest_requests_are_an_hour_old(crawl: Crawl) -> None:
    crawl.seed()
    sent(crawl, NOON + 1, Budget(hourly=3, polls=3))
    leased = crawl.lease(budget=Budget(hourly=3, polls=3))
    assert leased.leases == ()
    assert leased.wait is not None
    assert 3600 < leased.wait + (crawl.now - NOON) <= 3660
    crawl.later(leased.wait)
    assert len(crawl.lease(budget=Budget(hourly=3, polls=3)).leases) == 1


def test_another_process_and_another_source_spend_the_same_budget(crawl: Crawl, tmp_path: Path) -> None:
    other = Crawl(tmp_path / "news.db", delay=0.0)
    budget = Budget(hourly=10, polls=10)
    crawl.seed()
    other.frontier.seed("apollo-en", [(SITEMAP, "sitemap")], now=NOON).result()
    times = []
    for turn in range(110):
        who, source = (crawl, SOURCE) if turn % 2 else (other, "apollo-en")
        who.now = NOON + turn * 72.0
        leases = who.frontier.lease(
            source, owner=who.owner, run_id=None, now=who.now, seconds=100.0, delay=0.0, in_flight=1, budget=budget
        ).result()
        for lease in leases.leases:
            times.append(who.now)
            who.end(lease, due=who.now)
    assert most_in_an_hour(times) == 10
    other.close()


def test_a_redirect_spends_the_budget_too(crawl: Crawl) -> None:
    budget = Budget(hourly=2, polls=2)
    crawl.seed()
    lease = crawl.take(budget=budget)

    def further() -> float:
        return crawl.frontier.turn(HOST, now=crawl.now, delay=0.0, in_flight=1, lease=lease, budget=budget).result()

    assert further() == 0.0
    assert further() > 3000


def test_a_backfill_leaves_a_share_of_the_hour_to_the_live_crawl(crawl: Crawl) -> None:
    budget = Budget(hourly=10, polls=10)
    number = crawl.frontier.begin_backfill(SOURCE, NOON - 86400, NOON, NOON).result()
    crawl.offer(*(link(number_) for number_ in range(20)), backfill=number)
    for _ in range(20):
        for lease in crawl.lease(budget=budget, backfill=number).leases:
            crawl.end(lease, "gone")
    crawl.seed()
    assert crawl.lease(budget=budget, backfill=number).leases == ()
    assert len(crawl.lease(budget=budget).leases) == 1


def test_leases_of_one_look_spend_the_budget_one_after_another(crawl: Crawl) -> None:
    crawl.open_host()
    crawl.offer(*(link(number) for number in range(5)))
    assert len(crawl.lease(limit=3, in_flight=5, budget=Budget(hourly=2, polls=2)).leases) == 2


def test_leases_of_one_look_are_in_flight_for_one_another(crawl: Crawl) -> None:
    crawl.open_host()
    crawl.offer(*(link(number) for number in range(6)))
    assert len(crawl.lease(limit=5, in_flight=1).leases) == 1
    assert len(crawl.lease(limit=5, in_flight=3).leases) == 2, "three with the one before"


def test_a_clock_that_goes_back_blocks_no_host(crawl: Crawl) -> None:
    budget = Budget(hourly=1, polls=1)
    crawl.seed()
    crawl.end(crawl.take(budget=budget), due=0.0)
    crawl.now -= 86400
    crawl.sql("UPDATE host SET next_at = 0")
    assert len(crawl.lease(budget=budget).leases) == 1


def test_an_endpoints_rhythm_comes_back_with_its_next_lease_and_stays_where_a_fetch_has_none(crawl: Crawl) -> None:
    crawl.seed()
    first = crawl.take()
    assert first.rhythm is None
    crawl.end(first, rhythm='{"version":1}', due=crawl.now)
    second = crawl.take()
    assert second.rhythm == '{"version":1}'
    crawl.end(second, "failed:timeout", due=crawl.now)
    assert crawl.take().rhythm == '{"version":1}'


def test_a_lease_says_what_delay_its_host_asks_for(crawl: Crawl) -> None:
    crawl.seed()
    crawl.sql("UPDATE host SET crawl_delay = 30")
    assert crawl.take().crawl_delay == 30


def test_unknown_is_what_neither_the_frontier_nor_an_article_of_the_source_has(crawl: Crawl) -> None:
    crawl.offer(link(1))
    crawl.frontier.offer("apollo-en", [Link(page(2))], now=crawl.now).result()
    crawl.new(article(4))
    assert crawl.frontier.unknown(SOURCE, [page(1), page(4), page(2), page(3), 'https://a.test/"?x=é']).result() == {
        page(2),
        page(3),
        'https://a.test/"?x=é',
    }
    assert crawl.frontier.unknown(SOURCE, []).result() == set()
