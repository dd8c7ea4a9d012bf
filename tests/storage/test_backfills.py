"""Backfills in the frontier: their order over days, what they count, what they leave to the live crawl."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from storage import clock
from storage.backfills import Scope, end_of, place, time_of
from storage.chains import Step, onward
from storage.models import Decision, Lease, Link
from tests.storage.harness import NOON, SOURCE, Crawl, article, instant, link, page

DAY = 86400.0
SINCE, UNTIL = NOON - 10 * DAY, NOON
NEW = Decision("new", None, 0, "first")


def begin(crawl: Crawl, **given: bool) -> int:
    crawl.open_host()
    return crawl.frontier.begin_backfill(SOURCE, SINCE, UNTIL, crawl.now, **given).result()


def days(crawl: Crawl, number: int, count: int) -> None:
    """An archive page a day, the last of `count` days first."""
    rows = [(page(f"day-{n}"), "sitemap", UNTIL - n * DAY) for n in range(count)]
    crawl.frontier.seed_backfill(SOURCE, rows, backfill=number, now=crawl.now).result()  # type: ignore[arg-type]


def at(seconds: float) -> str:
    return clock.text(seconds)


def read(crawl: Crawl, number: int, per_page: int = 2) -> list[str]:
    """Fetch all that is due of a backfill; each page of a day lists so many articles of that day, undated at even days."""
    order = []
    while leases := crawl.lease(backfill=number).leases:
        lease = leases[0]
        name = lease.url.rpartition("/")[2]
        order.append(name)
        if lease.kind == "article":
            crawl.end(lease, "new", article=article(name, url=lease.url), decision=NEW, due=None)
        else:
            day = int(name.removeprefix("day-"))
            found = [
                link(f"{day}-{n}", published=None if day % 2 == 0 else instant(at(UNTIL - day * DAY - 60 * (n + 1))))
                for n in range(per_page)
            ]
            crawl.end(lease, links=tuple(found), due=None, entries=per_page + 3, back_to=UNTIL - day * DAY - 600)
        crawl.later()
    return order


def test_a_days_articles_come_before_the_next_days_page_newest_first(crawl: Crawl) -> None:
    number = begin(crawl)
    days(crawl, number, 3)
    assert read(crawl, number) == ["day-0", "0-0", "0-1", "day-1", "1-0", "1-1", "day-2", "2-0", "2-1"]


def test_oldest_first_is_the_other_way_round(crawl: Crawl) -> None:
    number = begin(crawl, oldest_first=True)
    days(crawl, number, 3)
    assert read(crawl, number) == ["day-2", "2-0", "2-1", "day-1", "1-1", "1-0", "day-0", "0-0", "0-1"]


def test_a_backfill_that_is_gone_on_with_in_the_other_order_turns_round(crawl: Crawl) -> None:
    number = begin(crawl)
    days(crawl, number, 3)
    crawl.end(crawl.take(backfill=number), links=(link("0-0"),), due=None)
    crawl.later()
    assert begin(crawl, oldest_first=True) == number
    assert read(crawl, number)[0] == "day-2"


def test_an_index_is_read_at_once_and_its_children_in_the_order_of_their_ends(crawl: Crawl) -> None:
    number = begin(crawl)
    index = page("index.xml")
    crawl.frontier.seed_backfill(SOURCE, [(index, "sitemap", None)], backfill=number, now=crawl.now).result()
    children = (
        link("old.xml", kind="sitemap", modified=instant(at(UNTIL - 9 * DAY))),
        link("undated.xml", kind="sitemap"),
        link("new.xml", kind="sitemap", modified=instant(at(UNTIL - DAY))),
    )
    crawl.end(crawl.take(backfill=number), links=children, due=None)
    order = []
    for _ in range(3):
        crawl.later()
        lease = crawl.take(backfill=number)
        order.append(lease.url.rpartition("/")[2])
        found = (link(f"of {order[-1]}", published=instant(at(UNTIL - 2 * DAY))),) if order[-1] == "new.xml" else ()
        crawl.end(lease, links=found, due=None)
    assert order == ["undated.xml", "new.xml", "of new.xml"]


def test_a_listings_next_page_waits_for_its_articles(crawl: Crawl) -> None:
    number = begin(crawl)
    crawl.frontier.seed_backfill(SOURCE, [(page("list"), "listing", None)], backfill=number, now=crawl.now).result()
    found = (
        *(link(n, published=instant(at(UNTIL - n * 60))) for n in (1, 2)),
        link("list?p=2", kind="listing", shown="x"),
    )
    crawl.end(crawl.take(backfill=number), links=found, due=None)
    crawl.later()
    assert read_names(crawl, number) == ["1", "2", "list?p=2"]


def read_names(crawl: Crawl, number: int) -> list[str]:
    names = []
    while leases := crawl.lease(backfill=number).leases:
        names.append(leases[0].url.rpartition("/")[2])
        crawl.end(leases[0], "rejected:empty", due=None)
        crawl.later()
    return names


@given(st.lists(st.floats(SINCE, UNTIL), min_size=1, max_size=9), st.booleans(), st.floats(SINCE, UNTIL))
def test_the_order_by_place_is_that_of_the_times_and_a_listing_comes_before_what_it_may_hold(
    times: list[float], oldest_first: bool, ends: float
) -> None:
    scope = Scope(1, SINCE, UNTIL, oldest_first, ends)
    said = [time_of(link(n, published=instant(at(t))), ends, UNTIL) for n, t in enumerate(times)]
    placed = sorted(said, key=lambda t: place(t, scope), reverse=True)
    assert placed == sorted(said, reverse=not oldest_first)
    assert all(t <= ends for t in said)
    if not oldest_first:
        assert all(place(t, scope) <= place(ends, scope) <= place(None, scope) for t in said)


def test_the_end_of_a_child_is_the_earliest_that_is_said() -> None:
    scope = Scope(1, SINCE, UNTIL, False)
    both = link(1, kind="sitemap", published=instant("2023-10-02T11:59:59Z"), modified=instant("2023-11-14T00:00:00Z"))
    assert end_of(both, scope) == clock.epoch("2023-10-02T11:59:59Z")
    assert end_of(link(1, kind="sitemap", modified=instant("2023-10-02", "day")), scope) == clock.epoch(
        "2023-10-03T12:00:00Z"
    )
    assert end_of(link(1, kind="sitemap"), scope) is None


def test_it_counts_what_it_found_what_was_known_and_what_is_left(crawl: Crawl) -> None:
    crawl.new(article("0-0", url=page("0-0")))
    number = begin(crawl)
    days(crawl, number, 2)
    assert not crawl.frontier.standing(number).result().begun
    crawl.end(
        crawl.take(backfill=number), links=(link("0-0"), link("0-1"), link("0-2")), due=None, entries=7, back_to=5.0
    )
    crawl.later()
    first = crawl.frontier.standing(number).result()
    assert (first.listed, first.entries, first.back_to, first.to_list) == (1, 7, 5.0, 1)
    assert (first.found, first.known, first.left, first.done) == (3, 1, 2, 0)
    crawl.offer(link("0-1"), link("0-2"), backfill=number)
    lease = crawl.take(backfill=number)
    held = crawl.frontier.standing(number).result()
    assert (held.found, held.left, held.done) == (3, 2, 0), "what is under way is left, and nothing counts twice"
    crawl.end(lease, "failed:timeout", due=crawl.now + 60)
    assert crawl.frontier.standing(number).result().left == 2
    crawl.later(60)
    read_names(crawl, number)
    after = crawl.frontier.standing(number).result()
    assert (after.left, after.done, after.to_list) == (0, 2, 0)


def test_an_index_and_a_cut_off_page_are_no_pages_read(crawl: Crawl) -> None:
    number = begin(crawl)
    days(crawl, number, 2)
    crawl.end(crawl.take(backfill=number), links=(link("c.xml", kind="sitemap"),), due=None, entries=1)
    crawl.later()
    crawl.end(crawl.take(backfill=number), "failed:truncated", links=(link(1),), due=crawl.now + 60)
    standing = crawl.frontier.standing(number).result()
    assert (standing.listed, standing.entries, standing.found) == (0, 1, 1)
    assert standing.unread == 1


def test_what_a_later_backfill_takes_over_is_the_earlier_ones_no_more(crawl: Crawl) -> None:
    first = begin(crawl)
    crawl.offer(link(1), link(2), backfill=first)
    second = crawl.frontier.begin_backfill(SOURCE, SINCE, UNTIL - 1, crawl.now).result()
    crawl.offer(link(1), backfill=second)
    counts = [(s.found, s.left) for s in (crawl.frontier.standing(n).result() for n in (first, second))]
    assert counts == [(1, 1), (1, 1)]


def test_without_an_end_it_goes_on_with_the_one_that_had_none(crawl: Crawl) -> None:
    first = begin(crawl, open_end=True)
    later = crawl.frontier.begin_backfill(SOURCE, SINCE, UNTIL + 500, crawl.now, open_end=True).result()
    assert later == first
    assert crawl.frontier.standing(later).result().until == UNTIL
    assert crawl.frontier.begin_backfill(SOURCE, SINCE, UNTIL + 500, crawl.now).result() != first
    crawl.frontier.finish_backfill(first, crawl.now).result()
    assert crawl.frontier.begin_backfill(SOURCE, SINCE, UNTIL + 900, crawl.now, open_end=True).result() != first


def test_a_page_that_lay_outside_is_fetched_by_the_backfill_whose_span_it_lies_in(crawl: Crawl) -> None:
    first = begin(crawl)
    crawl.offer(link(1), link(2), backfill=first)
    for seconds in (UNTIL + DAY, UNTIL + 9 * DAY):
        lease = crawl.take(backfill=first)
        outside(crawl, lease, seconds)
    crawl.frontier.finish_backfill(first, crawl.now).result()
    second = crawl.frontier.begin_backfill(SOURCE, UNTIL, UNTIL + 2 * DAY, crawl.now).result()
    assert crawl.offer(link(1), link(2), backfill=second).new == 1
    assert crawl.take(backfill=second).url == page(1)


def test_a_page_that_a_backfill_did_not_keep_is_news_in_the_live_feed(crawl: Crawl) -> None:
    number = begin(crawl)
    crawl.offer(link(1), backfill=number)
    outside(crawl, crawl.take(backfill=number), UNTIL + 60)
    assert crawl.offer(link(1)).new == 1
    lease = crawl.take()
    assert (lease.url, lease.seen, lease.backfill) == (page(1), 0, None)
    crawl.end(lease, "new", article=article(1), decision=NEW, due=None)
    assert crawl.offer(link(1)).new == 0


def outside(crawl: Crawl, lease: Lease, published: float) -> None:
    from storage.models import Ending, Outcome

    outcome = Outcome("rejected:outside_span", f"published {at(published)}")
    crawl.store.end(Ending(lease.fetch_id, outcome, crawl.now, lease=lease, urls=(lease.url,))).result()
    crawl.later()


@pytest.mark.parametrize("attended", [True, False])
def test_what_the_live_crawl_is_about_to_fetch_is_left_to_it_where_one_is_at_work(crawl: Crawl, attended: bool) -> None:
    number = begin(crawl)
    crawl.offer(link(1))
    if attended:
        crawl.lease(kinds=["feed"])
    assert crawl.offer(link(1), backfill=number).new == (0 if attended else 1)
    standing = crawl.frontier.standing(number).result()
    assert (standing.found, standing.known, standing.left) == (1, 0, 0 if attended else 1)


def test_a_page_that_kills_its_process_twice_lets_the_rest_of_the_archive_go_first(crawl: Crawl) -> None:
    number = begin(crawl)
    crawl.offer(link(1, published=instant(at(UNTIL - 5))), link(2, published=instant(at(UNTIL - 50))), backfill=number)
    for _ in range(2):
        assert crawl.take(backfill=number).url == page(1)
        crawl.later(100)
        crawl.frontier.reclaim(crawl.now).result()
        crawl.later()
    assert crawl.take(backfill=number).url == page(2)


def test_what_is_covered_are_the_articles_of_the_span_and_what_was_left(crawl: Crawl) -> None:
    number = begin(crawl)
    for n, published in enumerate((SINCE - 1, SINCE, UNTIL, UNTIL + 1)):
        crawl.new(article(f"a{n}", url=page(f"a{n}"), published=instant(at(published))))
    days(crawl, number, 1)
    crawl.end(crawl.take(backfill=number), "failed:http_500", due=crawl.now + 600)
    crawl.offer(link(8), link(9), backfill=number)
    crawl.later()
    crawl.end(crawl.take(backfill=number), "failed:timeout", quarantine=True)
    crawl.later()
    crawl.end(crawl.take(backfill=number), "failed:http_502", due=crawl.now + 60)
    covered = crawl.frontier.covered(number).result()
    assert covered.published == (at(SINCE), at(UNTIL))
    assert (covered.quarantined, covered.failed) == ((("failed:timeout", 1),), (("failed:http_502", 1),))
    assert covered.unread == ((page("day-0"), "failed:http_500"),)
    crawl.frontier.finish_backfill(number, crawl.now).result()
    assert crawl.frontier.covered(number).result().failed == (("failed:http_502", 1),), (
        "also once the live crawl has it"
    )


def test_the_list_of_backfills_has_the_unfinished_ones_and_all_if_asked(crawl: Crawl) -> None:
    from storage import standings

    first = begin(crawl)
    second = crawl.frontier.begin_backfill("other", 1.0, 2.0, crawl.now).result()
    crawl.frontier.finish_backfill(second, crawl.now).result()

    def ids(source: str | None, finished: bool) -> list[int]:
        found = crawl.store.writer.submit(lambda db: standings.every(db, source, finished=finished)).result()
        return [standing.id for standing in found]

    assert (ids(None, False), ids(None, True), ids("other", True), ids("other", False)) == ([first], [1, 2], [2], [])


def test_what_a_finished_backfill_left_in_whatever_state_is_the_live_crawls(crawl: Crawl) -> None:
    number = begin(crawl)
    days(crawl, number, 1)
    crawl.end(crawl.take(backfill=number), links=(link(1), link(2), link(3)), due=None, entries=3)
    crawl.later()
    crawl.end(crawl.take(backfill=number), "failed:http_500", quarantine=True)
    crawl.later()
    under_way = crawl.take(backfill=number)
    crawl.frontier.finish_backfill(number, crawl.now).result()
    crawl.end(under_way, "failed:http_500", due=crawl.now + 60)
    assert crawl.frontier.release_quarantine(now=crawl.now).result() == 1
    crawl.later(100)
    live = set()
    while leases := crawl.lease().leases:
        live.add(leases[0].url)
        crawl.end(leases[0], "gone", due=None)
        crawl.later()
    assert live == {page(1), page(2), page(3)}


def test_a_page_under_way_when_its_backfill_is_closed_leaves_its_articles_to_the_live_crawl(crawl: Crawl) -> None:
    number = begin(crawl)
    days(crawl, number, 1)
    under_way = crawl.take(backfill=number)
    crawl.frontier.finish_backfill(number, crawl.now).result()
    child = Link(page("child"), kind="sitemap", via="sitemap")
    crawl.end(under_way, links=(link(1), child), due=None, entries=1)
    assert crawl.sql("SELECT url, backfill FROM link WHERE state = 'pending'") == [(page(1), 0)]


def test_an_archive_page_that_is_released_opens_its_backfill_again(crawl: Crawl) -> None:
    number = begin(crawl)
    days(crawl, number, 1)
    crawl.end(crawl.take(backfill=number), "gone", quarantine=True)
    standing = crawl.frontier.standing(number).result()
    assert (standing.absent, standing.unread, standing.has_holes) == (1, 1, True)
    crawl.frontier.finish_backfill(number, crawl.now).result()
    assert crawl.frontier.release_quarantine(now=crawl.now).result() == 1
    assert begin(crawl) == number
    crawl.later()
    assert crawl.take(backfill=number).url == page("day-0")


def test_what_failed_is_left_to_do_and_its_next_try_is_named(crawl: Crawl) -> None:
    number = begin(crawl)
    crawl.offer(link(1), link(2), link(3), backfill=number)
    for outcome, due in (("failed:http_500", NOON + 60), ("blocked:robots", NOON + 30)):
        crawl.end(crawl.take(backfill=number), outcome, due=due)
        crawl.later()
    crawl.end(crawl.take(backfill=number), "failed:timeout", quarantine=True)
    standing = crawl.frontier.standing(number).result()
    assert (standing.found, standing.done, standing.left, standing.failing, standing.given_up) == (3, 0, 2, 1, 1)
    assert standing.refused == 1
    assert standing.retry_at == NOON + 30
    leased = crawl.lease(backfill=number)
    assert (leased.wait, leased.retry) == (None, NOON + 60 - crawl.now), "what was refused is not waited for"


@pytest.mark.parametrize(
    ("last", "under_way", "then"),
    [
        ([5.0, 20.0], 0, "read"),
        ([5.0, 6.0, None], 0, "end"),
        ([5.0, None, None], 0, "read"),  # too few of them are known
        ([5.0, None], 1, "wait"),
        ([None, 20.0], 1, "read"),
        ([None], 0, "read"),
        ([], 0, "read"),
    ],
)
def test_a_listing_ends_where_the_articles_of_its_last_page_lay_before_the_span(
    last: list[float | None], under_way: int, then: Step
) -> None:
    assert onward(last, under_way=under_way, since=10.0) == then


def test_a_listing_without_dates_is_read_down_to_the_spans_beginning_and_one_page_on(crawl: Crawl) -> None:
    number = begin(crawl)
    crawl.frontier.seed_backfill(SOURCE, [(page("p1"), "listing", None)], backfill=number, now=crawl.now).result()
    order = []
    while leases := crawl.lease(backfill=number).leases:
        name = leases[0].url.rpartition("/")[2]
        order.append(name)
        if leases[0].kind == "article":  # two a page, five days apart
            published = UNTIL - 5 * DAY * int(name)
            if published < SINCE:
                crawl.end(leases[0], f"rejected:outside_span: published {at(published)}", due=None)
            else:
                kept = article(name, url=leases[0].url, published=instant(at(published)))
                crawl.end(leases[0], "new", article=kept, decision=NEW, due=None)
        else:
            n = int(name[1:])
            after = Link(page(f"p{n + 1}"), kind="listing", via="archive", shown="0123abcd", depth=n)
            crawl.end(leases[0], links=(link(2 * n - 1), link(2 * n), after), due=None, entries=2)
        crawl.later()
    assert order == ["p1", "1", "2", "p2", "3", "4"]
    assert crawl.frontier.covered(number).result().beyond == (page("p3"),)
    assert crawl.frontier.standing(number).result().reached is not None


def test_a_story_of_a_day_alone_counts_by_the_sources_calendar(crawl: Crawl) -> None:
    number = begin(crawl)
    first = at(SINCE)[:10]
    crawl.new(article("d", url=page("d"), published=instant(first, "day")))
    assert crawl.frontier.covered(number, (first, at(UNTIL)[:10])).result().published == (first,)
    assert crawl.frontier.covered(number, (at(SINCE + DAY)[:10], at(UNTIL)[:10])).result().published == ()


def test_an_estimate_reads_twenty_pages_of_a_listing_without_dates_and_all_of_one_with(crawl: Crawl) -> None:
    for dated in (False, True):
        number = crawl.frontier.begin_backfill(SOURCE, SINCE, UNTIL + dated, crawl.now).result()
        crawl.open_host()
        first = page(f"{dated}-1")
        crawl.frontier.seed_backfill(SOURCE, [(first, "listing", None)], backfill=number, now=crawl.now).result()
        n = 1
        while n < 30 and (leases := crawl.lease(backfill=number, kinds=["listing"]).leases):
            said = {"published": instant(at(UNTIL - n))} if dated else {}
            n += 1
            after = Link(page(f"{dated}-{n}"), kind="listing", via="archive", shown="0123abcd", page=n - 1)
            crawl.end(leases[0], links=(link(f"{dated}-a{n}", **said), after), due=None, entries=1)
            crawl.later()
        assert n == (30 if dated else 21)


def test_an_estimate_that_leaves_one_listing_reads_the_others_of_its_host_and_ends(crawl: Crawl) -> None:
    number = begin(crawl)
    for first in ("a-1", "b-1"):
        crawl.frontier.seed_backfill(SOURCE, [(page(first), "listing", None)], backfill=number, now=crawl.now).result()
    failed, read = False, []
    while leases := crawl.lease(backfill=number, kinds=["listing"]).leases:
        name, n = leases[0].url.rpartition("/")[2].split("-")
        read.append(name)
        if name == "a" and int(n) == 20 and not failed:  # due again, and then left
            failed = True
            crawl.end(leases[0], "failed:timeout", due=crawl.now)
        elif name == "b" and int(n) == 25:
            crawl.end(leases[0], due=None, entries=1)
        else:
            after = Link(page(f"{name}-{int(n) + 1}"), kind="listing", via="archive", shown="0123abcd", page=int(n))
            said = {"published": instant(at(UNTIL - int(n)))} if name == "b" else {}
            crawl.end(leases[0], links=(link(f"{name}-a{n}", **said), after), due=None, entries=1)
        crawl.later()
    assert read.count("b") == 25
    assert read.count("a") <= 21
    assert crawl.lease(backfill=number, kinds=["listing"]).retry is None, "what is due now is no later try"
