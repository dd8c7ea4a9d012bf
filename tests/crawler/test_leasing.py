"""The iterator of leases: it waits for turns and room, and ends when nothing is due."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, cast

from crawler.leasing import UNDER_WAY, Leasing
from crawler.ledger import is_of_its_host
from crawler.source import Politeness
from storage.frontier import Frontier
from storage.models import Ended, Ending, Lease, Leased, Link, LinkKind, Outcome


def lease(number: int, kind: LinkKind = "article") -> Lease:
    return Lease(number, number, "s", f"http://a.test/{number}", kind, "a.test", until=1e12, found_at=0.0)


class Script:
    """A frontier that answers by a script, and remembers what it was asked."""

    def __init__(self, *answers: Leased) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def lease(self, source: str, **asked: Any) -> Future[Leased]:
        self.asked.append(asked)
        answer: Future[Leased] = Future()
        answer.set_result(self.answers.pop(0) if self.answers else Leased(()))
        return answer


def leasing(script: Script, stop: asyncio.Event | None = None, **options: Any) -> Leasing:
    return Leasing(
        cast("Frontier", script),
        source="s",
        owner="me",
        run_id=1,
        politeness=Politeness(),
        clock=time.time,
        stop=stop or asyncio.Event(),
        **options,
    )


async def test_it_ends_when_nothing_is_due_and_nothing_is_under_way() -> None:
    assert [one async for one in leasing(Script()).leases()] == []


async def test_it_asks_again_after_a_fetch_has_ended_since_that_may_have_offered_links() -> None:
    script = Script(Leased((lease(1),)), Leased((lease(2),)))
    work = leasing(script)
    seen = []
    async for one in work.leases():
        seen.append((one.fetch_id, len(script.asked)))
        asyncio.get_running_loop().call_later(0.02, work.done)
    assert seen == [(1, 1), (2, 2)], "and not before: there was no more"


async def test_a_fetch_that_ends_while_the_frontier_is_looking_is_followed_by_another_look() -> None:
    script = Script(Leased((lease(1, "listing"),), wait=0.01), Leased(()), Leased((lease(2),)))
    work, look = leasing(script), script.lease

    def ends_meanwhile(source: str, **asked: Any) -> Future[Leased]:
        if len(script.asked) == 1:
            work.done()  # its links come after what this look finds
        return look(source, **asked)

    script.lease = ends_meanwhile  # type: ignore[method-assign]
    seen = []
    async for one in work.leases():
        seen.append(one.fetch_id)
        if one.fetch_id == 2:
            work.done()
    assert seen == [1, 2]


async def test_it_waits_for_a_turn_and_no_longer() -> None:
    script = Script(Leased((), wait=0.15), Leased((lease(1),), wait=60.0), Leased(()))
    work = leasing(script)
    began = time.monotonic()
    async for _ in work.leases():
        asyncio.get_running_loop().call_soon(work.done)
    assert 0.14 <= time.monotonic() - began < 30


async def test_a_look_that_leases_and_says_when_the_next_turn_comes_is_not_followed_by_another_before() -> None:
    script = Script(Leased((lease(1),), wait=0.1), Leased((lease(2),)))
    work, seen = leasing(script), []
    async for one in work.leases():
        seen.append((one.fetch_id, len(script.asked)))
        if one.fetch_id == 2:
            work.done()
            work.done()
    assert seen == [(1, 1), (2, 2)]


async def test_the_end_of_a_fetch_that_changed_only_its_hosts_turn_is_looked_at_when_that_comes() -> None:
    script = Script(Leased((lease(1),), wait=60.0), Leased((lease(2),)))
    work, took = leasing(script), []
    async for one in work.leases():
        began = time.monotonic()
        if one.fetch_id == 1:
            work.done(turn=0.1)
        else:
            work.done()
        took.append(began)
    assert 0.09 <= took[1] - took[0] < 30


async def test_a_turn_that_a_look_has_seen_come_is_no_reason_for_another() -> None:
    script = Script(Leased((lease(1), lease(2)), wait=60.0), Leased((lease(3),), wait=60.0), Leased(()))
    work, asked = leasing(script), []
    async for one in work.leases():
        if one.fetch_id == 1:
            work.done(turn=0.01)
        elif one.fetch_id == 2:
            work.done()
            time.sleep(0.02)  # the loop is late: the look that this end brings comes before the turn's own timer
        else:
            asyncio.get_running_loop().call_later(0.1, lambda: asked.append(len(script.asked)))
            asyncio.get_running_loop().call_later(0.2, work.end)
    assert asked == [2]


async def test_what_a_document_left_is_waited_for_though_nothing_else_is_due() -> None:
    script = Script(Leased((lease(1, "feed"),)), Leased((lease(2),)))
    work, took = leasing(script), []
    async for one in work.leases():
        took.append((time.monotonic(), len(script.asked)))
        if one.fetch_id == 1:
            work.done(turn=0.1, found=True)
        else:
            work.done()
    assert [asked for _, asked in took] == [1, 2], "nor is it looked for before its turn"
    assert took[1][0] - took[0][0] >= 0.09


async def test_the_last_fetch_of_a_source_ends_its_crawl_without_waiting_for_another_turn() -> None:
    script = Script(Leased((lease(1),)))
    work = leasing(script)
    began = time.monotonic()
    async for _ in work.leases():
        work.done(turn=30.0)
    assert time.monotonic() - began < 5.0


async def test_a_turn_beyond_its_patience_is_left_for_a_later_run_and_named() -> None:
    work = leasing(Script(Leased((), wait=500.0)), patience=90.0)
    assert [one async for one in work.leases()] == []
    assert work.waits_until is not None
    assert work.waits_until > time.time() + 400


async def test_stop_ends_it_at_once_even_while_it_waits_for_a_turn() -> None:
    stop = asyncio.Event()
    work = leasing(Script(Leased((), wait=60.0)), stop, patience=90.0)
    asyncio.get_running_loop().call_later(0.05, stop.set)
    began = time.monotonic()
    assert [one async for one in work.leases()] == []
    assert time.monotonic() - began < 30


async def test_no_more_are_under_way_than_there_is_room_for() -> None:
    script = Script(*(Leased((lease(n),), wait=0.0) for n in range(30)))
    work, under_way, most = leasing(script), 0, 0

    def ended() -> None:
        nonlocal under_way
        under_way -= 1
        work.done()

    async for _ in work.leases():
        under_way += 1
        most = max(most, under_way)
        asyncio.get_running_loop().call_later(0.01, ended)
    assert most == UNDER_WAY


async def test_without_articles_it_goes_on_reading_what_lists_them() -> None:
    script = Script(Leased((lease(1, "feed"),)), Leased((lease(2, "sitemap"),)))
    work = leasing(script, limit=0)
    async for _ in work.leases():
        work.done()
    assert {tuple(asked["kinds"]) for asked in script.asked} == {("robots", "feed", "sitemap", "listing")}


async def test_a_limit_counts_articles_only_and_ends_with_the_last_of_them() -> None:
    script = Script(
        Leased((lease(1, "feed"),)), Leased((lease(2),)), Leased((lease(3),)), Leased((lease(4, "sitemap"),))
    )
    work = leasing(script, limit=2)
    seen = []
    async for one in work.leases():
        seen.append(one.fetch_id)
        work.done()
    assert seen == [1, 2, 3]
    assert work.exhausted


async def test_the_next_try_of_what_failed_is_waited_for_but_not_for_long() -> None:
    script = Script(Leased((), retry=0.15), Leased((lease(1),)), *[Leased((), retry=700.0)] * 2)
    work = leasing(script, patience=4000.0)
    assert [one.fetch_id async for one in _each(work)] == [1]
    assert work.waits_until is not None
    assert work.waits_until > time.time() + 600


async def _each(work: Leasing) -> AsyncIterator[Lease]:
    async for one in work.leases():
        asyncio.get_running_loop().call_soon(work.done)
        yield one


async def test_a_crawl_whose_turn_is_over_before_its_first_look_still_leases_what_is_due() -> None:
    script = Script(Leased((lease(1), lease(2))), Leased((lease(3),)))
    work, seen = leasing(script, over=lambda: True), []
    async for one in work.leases():
        seen.append(one.fetch_id)
        work.done()
    assert seen == [1, 2], "or a slow start would silence the source for as long as others wait"
    assert not work.exhausted


async def test_nor_does_it_go_just_when_its_hosts_turn_has_come() -> None:
    script, seen = Script(Leased((), 0.05), Leased((lease(1),))), []
    work = leasing(script, over=lambda: True)
    async for one in work.leases():
        seen.append(one.fetch_id)
        work.done()
    assert seen == [1]


async def test_a_crawl_whose_turn_is_over_keeps_no_place_for_a_host_that_comes_late() -> None:
    work = leasing(Script(Leased((), 60.0)), over=lambda: True)
    assert [one async for one in work.leases()] == []
    assert work.waits_until is not None


async def test_it_ends_with_its_last_fetch_when_no_turn_is_waited_for() -> None:
    for script, limit in ((Script(Leased((lease(1),), 500.0)), None), (Script(Leased((lease(1),), 3.0)), 1)):
        work = leasing(script, limit=limit)
        began = asyncio.get_running_loop().time()
        async for _ in work.leases():
            asyncio.get_running_loop().call_later(0.02, work.done, 30.0)
        assert work.exhausted
        assert asyncio.get_running_loop().time() - began < 5, "and not a turn of thirty seconds later"


def test_only_what_waits_for_the_turn_of_the_same_host_can_wait_to_be_looked_for() -> None:
    feed = lease(1, "feed")
    here, there = Link("http://a.test/2"), Link("http://b.test/2")

    def waits(*links: Link, of: Lease = feed, offered: int = 1) -> bool:
        ending = Ending(of.fetch_id, Outcome("listed"), at=0.0, lease=of, links=links)
        return is_of_its_host(ending, of, Ended(offered=offered))

    assert waits(here)
    assert waits(here, there, offered=0), "they were known"
    assert not waits(here, there)
    assert not waits(replace(here, whole=True)), "it needs no request"
    assert not waits(here, of=replace(feed, backfill=7)), "the end of an archive's page lets others be read"
