"""A backfill leaves its host's turns to live rows that somebody attends to, but not for ever."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from storage.hosts import OWN_LOOK, Budget
from storage.yielding import ATTENDED, BUDGET, LOOK, SHARE, TURN, gives_way
from tests.storage.harness import FEED, NOON, SOURCE, Crawl, link, listing, page

SECONDS = st.floats(0.0, 5000.0)


@given(st.none() | SECONDS, SECONDS, st.floats(0.0, 120.0), st.none() | SECONDS)
def test_it_gives_way_only_to_what_is_due_before_its_next_turn_and_for_no_more_than_its_share(
    due: float | None, now: float, gap: float, since: float | None
) -> None:
    gives = gives_way(due, now=now, gap=gap, since=since)
    if due is None or due > now + gap:
        assert not gives
    elif since is None:
        assert gives, "a live row that is due goes first"
    else:
        assert gives == (now - since < SHARE * max(gap, TURN))


def test_a_flood_of_live_work_leaves_a_backfill_about_every_tenth_turn() -> None:
    now, since, turns, taken = 0.0, None, 0, 0
    while turns < 1000:
        if gives_way(now, now=now, gap=2.0, since=since):
            since = now if since is None else since
        else:
            taken, since = taken + 1, None
        turns, now = turns + 1, now + 2.0
    assert 80 <= taken <= 110


def begun(crawl: Crawl, live: int = 3) -> int:
    """A backfill with a row, beside live articles that are due and a process that asks for them."""
    listing(crawl, [link(n) for n in range(live)])
    number = crawl.frontier.begin_backfill(SOURCE, 1.0, NOON + 1e6, crawl.now).result()
    crawl.offer(*(link(f"old-{n}") for n in range(50)), backfill=number)
    return number


def test_a_backfill_waits_while_live_rows_of_its_host_are_due(crawl: Crawl) -> None:
    number = begun(crawl)
    order = []
    for _ in range(60):
        for backfill in (number, None):  # the backfill asks first, each time
            if leases := crawl.lease(backfill=backfill).leases:
                order.append(leases[0].backfill)
                crawl.later(0.1)
                crawl.end(leases[0], "rejected:empty", due=None)
        crawl.later(0.5)
        if len(order) == 6:
            break
    assert order == [None, None, None, number, number, number]


def test_it_leaves_the_turn_to_a_live_row_that_comes_due_within_it(crawl: Crawl) -> None:
    number = begun(crawl, live=0)  # the feed is due 300 s after NOON
    crawl.now = NOON + 297.9
    crawl.lease()
    assert len(crawl.lease(backfill=number).leases) == 1
    crawl.now = NOON + 298.1
    crawl.frontier.release([]).result()
    second = crawl.lease(backfill=number)
    assert second.leases == ()
    crawl.now = NOON + 301
    crawl.frontier.hand_back(crawl.owner, crawl.now).result()
    assert crawl.lease(backfill=number).leases == ()
    assert crawl.take().kind == "feed"


def test_without_a_process_that_attends_to_them_live_rows_hold_nothing_up(crawl: Crawl) -> None:
    number = begun(crawl)
    crawl.now += ATTENDED + 1
    assert len(crawl.lease(backfill=number).leases) == 1


def test_a_process_that_has_ended_attends_to_nothing(crawl: Crawl) -> None:
    number = begun(crawl)
    assert crawl.lease(backfill=number).leases == ()
    crawl.frontier.unregister_owner(crawl.owner).result()
    assert len(crawl.lease(backfill=number).leases) == 1


def test_live_rows_that_nobody_takes_hold_it_up_for_ten_turns_only(crawl: Crawl) -> None:
    number = begun(crawl)
    began, waited = crawl.now, 0
    while not (leases := crawl.lease(backfill=number).leases):
        crawl.later(0.5)
        waited += 1
        assert waited < 100
    assert crawl.now - began == SHARE * crawl.delay
    crawl.end(leases[0], "rejected:empty", due=None)
    crawl.later(2)
    assert crawl.lease(backfill=number).leases == (), "and then it waits anew"


def test_a_crawl_delay_counts_as_the_turn(crawl: Crawl) -> None:
    number = begun(crawl, live=0)
    crawl.sql("UPDATE host SET crawl_delay = 60")
    crawl.now = NOON + 241
    crawl.lease()
    assert crawl.lease(backfill=number).leases == ()


def test_a_backfill_leaves_a_fifth_of_its_hosts_hour_to_live_work(crawl: Crawl) -> None:
    number = begun(crawl, live=0)
    budget = Budget(hourly=20, polls=20)
    taken = 0
    while leases := crawl.lease(backfill=number, budget=budget).leases:
        taken += 1
        crawl.end(leases[0], "rejected:empty", due=None)
        crawl.later()
    assert taken == int(20 * BUDGET) - 1, "the feed's poll counts"
    wait = crawl.lease(backfill=number, budget=budget).wait
    assert wait is not None and 3000 < wait < 3700
    crawl.offer(*(link(n) for n in range(9)))
    for _ in range(4):
        crawl.end(crawl.take(budget=budget), "rejected:empty", due=None)
        crawl.later()
    assert crawl.lease(budget=budget).leases == ()


def test_endpoints_that_the_hours_polls_do_not_allow_hold_nothing_up(crawl: Crawl) -> None:
    budget = Budget(1000, 1)
    crawl.open_host()
    crawl.seed((FEED, "feed"), (page("b.xml"), "feed"))
    crawl.end(crawl.take(budget=budget), due=crawl.now + 4000)
    crawl.later()
    number = crawl.frontier.begin_backfill(SOURCE, 1.0, NOON + 1e6, crawl.now).result()
    crawl.offer(link(1), link(2), backfill=number)
    assert crawl.lease(budget=budget).leases == (), "its poll is due, and may not be sent this hour"
    assert len(crawl.lease(backfill=number, budget=budget).leases) == 1


def test_live_work_looks_again_soon_at_a_host_that_a_backfill_asks(crawl: Crawl) -> None:
    crawl.open_host()
    number = crawl.frontier.begin_backfill(SOURCE, 1.0, NOON + 1e6, crawl.now).result()
    crawl.offer(link(1), backfill=number)
    asked = crawl.take(backfill=number, run_id=crawl.store.begin_run(SOURCE, crawl.now).result())
    crawl.later(10)
    crawl.seed((FEED, "feed"), (page("b.xml"), "feed"))
    assert crawl.lease().wait == LOOK
    crawl.end(asked, "gone", due=None)
    crawl.later()
    crawl.take()
    crawl.later(10)
    assert crawl.lease().wait == OWN_LOOK, "its own run is told when this one has ended"
