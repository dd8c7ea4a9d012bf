"""A host that fails: its breaker, what waits for it, what was given up for it; and what a host's day may bring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from storage import allowance, breaker, clock
from storage.models import HostNote, Link
from tests.storage.harness import FEED, HOST, SOURCE, Crawl, link, listing, page

HOUR = 3600.0


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawl]:
    made = Crawl(tmp_path / "news.db", in_flight=4)
    yield made
    made.close()


def fail(crawl: Crawl, *, refused: bool = False, quarantined: bool = False, outcome: str = "failed:timeout") -> None:
    note = HostNote(HOST, failed=True, refused=refused, said=f"{outcome}: took 30 s")
    lease = crawl.take(kinds=["article"])
    crawl.end(lease, outcome, due=None if quarantined else crawl.now, quarantine=quarantined, host=note)


@settings(max_examples=40)
@given(failures=st.integers(0, 10**6), down=st.floats(0, 1e7), refused=st.booleans())
def test_a_rest_never_shrinks_with_failures_or_time_and_ends(failures: int, down: float, refused: bool) -> None:
    seconds = breaker.rest(failures, down=down, refused=refused)
    assert (seconds == 0.0) == (failures < breaker.OPENS)
    assert seconds <= 3600.0
    assert seconds <= breaker.rest(failures + 1, down=down, refused=refused)
    assert seconds <= breaker.rest(failures, down=down + 1, refused=refused)


def test_after_five_failures_in_a_row_a_host_gets_single_requests_a_rest_apart(crawl: Crawl) -> None:
    listing(crawl, [link(n) for n in range(20)])
    for _ in range(breaker.OPENS):
        fail(crawl)
        crawl.later(2.1)
    asked = crawl.lease()
    assert not asked.leases
    assert asked.wait == pytest.approx(breaker.RESTS[0] - 2.1)
    assert crawl.frontier.turn(HOST, now=crawl.now, delay=0.0, in_flight=9).result() > 50
    crawl.later(breaker.RESTS[0])
    probe = crawl.lease(limit=4)
    assert len(probe.leases) == 1
    crawl.later(2.1)
    assert not crawl.lease().leases, "one probe at a time, though four may be in flight otherwise"
    crawl.end(probe.leases[0], "unchanged", due=None, host=HostNote(HOST, failed=False))
    crawl.later(2.1)
    one = crawl.lease()
    crawl.later(2.1)
    assert one.leases
    assert crawl.lease().leases
    assert crawl.sql("SELECT failures, down_since, said FROM host") == [(0, None, None)]


def test_a_good_answer_between_keeps_it_closed(crawl: Crawl) -> None:
    listing(crawl, [link(n) for n in range(20)])
    for n in range(12):
        if n % 4 == 3:
            crawl.end(crawl.take(), "unchanged", due=None, host=HostNote(HOST, failed=False))
        else:
            fail(crawl)
        crawl.later(2.1)
    assert crawl.lease().leases


def test_a_host_that_answered_on_the_way_to_its_own_failure_has_none_left(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    note = HostNote(HOST, failed=True, others=(HOST,))
    crawl.end(crawl.take(kinds=["article"]), "failed:timeout", due=crawl.now, host=note)
    assert crawl.sql("SELECT failures, down_since FROM host WHERE host = ?", HOST) == [(0, None)]


def test_a_redirects_first_host_that_answered_is_closed_and_the_last_is_blamed(crawl: Crawl) -> None:
    listing(crawl, [link(1), link(2)])
    fail(crawl)
    crawl.later(2.1)
    crawl.end(crawl.take(), "failed:timeout", due=None, host=HostNote("b.test", failed=True, others=(HOST,)))
    assert crawl.sql("SELECT host, failures FROM host ORDER BY host") == [("b.test", 1), (HOST, 0)]


@pytest.mark.parametrize(("hours", "back"), [(2.0, 0), (48.0, 3)])
def test_what_an_outage_gave_up_comes_back_by_itself_when_the_host_answers(
    crawl: Crawl, hours: float, back: int
) -> None:
    listing(crawl, [link(n) for n in range(5)])
    crawl.end(crawl.take(), "blocked:redirect", due=None, quarantine=True, host=HostNote(HOST))
    crawl.later(60)
    for outcome in ("failed:timeout", "failed:http_503", "blocked:http_403"):
        fail(crawl, outcome=outcome, quarantined=True)
        crawl.later(hours * HOUR / 6)
    for _ in range(3):
        fail(crawl)
        crawl.later(hours * HOUR / 6)
    crawl.end(crawl.take(), "unchanged", due=None, host=HostNote(HOST, failed=False))
    left = crawl.frontier.quarantined().result()
    assert len(left) == 4 - back
    assert any(one.reason.startswith("blocked:redirect") for one in left), "no outage's doing"
    if back:
        assert crawl.sql("SELECT count(*) FROM link WHERE state = 'pending' AND due = ? AND tries = 0", crawl.now) == [
            (3,)
        ]


def test_whatever_opens_a_breaker_comes_back_when_it_closes_even_by_a_redirect(crawl: Crawl) -> None:
    given_up = (*breaker.AGAINST_HOST, *breaker.REFUSALS, "blocked:robots_unreachable")
    listing(crawl, [link(n) for n in range(len(given_up) + 1)])
    for outcome in given_up:
        fail(crawl, outcome=outcome, quarantined=True)
        crawl.later(2 * HOUR)
    assert len(crawl.frontier.quarantined().result()) == len(given_up)
    moved = HostNote(f"www.{HOST}", failed=False, others=(HOST,))
    crawl.end(crawl.take(), "unchanged", due=None, host=moved)
    assert crawl.frontier.quarantined().result() == []
    assert crawl.sql("SELECT host, failures, down_since FROM host ORDER BY 1") == [
        (HOST, 0, None),
        (f"www.{HOST}", 0, None),
    ]


def test_looks_that_were_blocked_before_a_request_are_told_from_tries(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    looks = [("blocked:robots_unreachable", ()), ("failed:timeout", ()), ("blocked:http_403", (page(1),))] * 2
    for outcome, urls in looks:
        crawl.end(crawl.take(), outcome, due=crawl.now, urls=urls)
        crawl.later()
    lease = crawl.take()
    assert (lease.tries, lease.unasked) == (6, 2)
    crawl.end(lease, "unchanged", due=crawl.now)
    crawl.later()
    lease = crawl.take()
    assert (lease.tries, lease.unasked) == (0, 0)


def test_looks_that_robots_forbade_are_counted_in_a_row_through_an_outage(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    seen = []
    for outcome in ("robots_unreachable", "robots", "robots_unreachable", "robots", "http_403", "robots"):
        urls = (page(1),) if outcome == "http_403" else ()
        crawl.end(crawl.take(), f"blocked:{outcome}", due=crawl.now, urls=urls)
        crawl.later()
        lease = crawl.take()
        seen.append(lease.forbidden)
        crawl.end(lease, "blocked:robots_unreachable", due=crawl.now, urls=())
        crawl.later()
    assert seen == [0, 1, 1, 2, 0, 1]


def test_a_quarantined_address_tells_why_how_often_and_when(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    first = crawl.now
    for n in range(3):
        fail(crawl, quarantined=n == 2)
        crawl.later(600)
    (one,) = crawl.frontier.quarantined().result()
    assert (one.url, one.host, one.tries) == (page(1), HOST, 3)
    assert one.reason == "failed:timeout"
    assert (one.first_at, one.last_at) == tuple(clock.text(at) for at in (first, first + 1200))
    assert crawl.frontier.release_quarantine(now=crawl.now, host="other.test").result() == 0
    assert crawl.frontier.release_quarantine(now=crawl.now, reason="blocked").result() == 0
    assert crawl.frontier.release_quarantine(now=crawl.now, host=HOST, reason="failed").result() == 1
    assert crawl.sql("SELECT state, due, tries, failing_since FROM link WHERE kind = 'article'") == [
        ("pending", crawl.now, 0, None)
    ]


def poll(crawl: Crawl, numbers: range, *, allowed: int) -> int:
    """Poll the feed, which offers these; how many became due."""
    crawl.later(400)
    crawl.sql("UPDATE link SET due = ?, etag = 'x', seen = 1 WHERE kind = 'feed' AND scope = 0", crawl.now)
    lease = crawl.take(kinds=["feed"])
    ended = crawl.end(lease, links=tuple(link(n) for n in numbers), due=crawl.now + 300, new_links=allowed)
    return ended.offered


def test_new_addresses_over_the_days_allowance_are_refused_counted_and_read_anew(crawl: Crawl) -> None:
    listing(crawl, [link(n) for n in range(30)], new_links=10)  # a first poll
    assert crawl.sql("SELECT count(*) FROM link WHERE kind = 'article'") == [(30,)]
    assert poll(crawl, range(100, 108), allowed=10) == 8
    assert poll(crawl, range(100, 140), allowed=10) == 2
    assert crawl.sql("SELECT etag FROM link WHERE kind = 'feed'") == [(None,)], "no 304 may hide the rest tomorrow"
    ((detail,),) = crawl.sql("SELECT detail FROM fetch ORDER BY id DESC LIMIT 1")
    assert "30 new addresses" in detail
    ((reason, count, example),) = crawl.sql("SELECT reason, count, example FROM refused_link")
    assert (reason, count) == (allowance.OVER, 30)
    assert example.startswith(page(1)[:20])
    crawl.later(allowance.DAY)
    assert poll(crawl, range(100, 140), allowed=10) == 10


def test_a_first_polls_index_may_not_list_indexes_without_end(crawl: Crawl) -> None:
    listing(crawl, [Link(page(f"map-{n}.xml"), kind="sitemap") for n in range(30)], new_links=10)
    assert crawl.sql("SELECT count(*) FROM link WHERE kind = 'sitemap'") == [(10,)]
    assert crawl.sql("SELECT reason, count FROM refused_link") == [(allowance.OVER, 20)]


def look(db: Database, *, now: float, same: bool, backfill: bool = False) -> None:
    """Count the first look at a new address of the host."""
    (offered,) = db.conn.execute("SELECT offered FROM host WHERE host = ?", (HOST,)).fetchone()
    allowance.write(db, HOST, allowance.looked(offered, now=now, same=same, backfill=backfill))


def test_a_host_whose_new_addresses_are_known_articles_gets_few_more(crawl: Crawl) -> None:
    listing(crawl, [link(0)], new_links=1000)
    assert poll(crawl, range(1000, 1005), allowed=1000) == 5

    def looked(db: Database) -> None:
        for n in range(allowance.SUSPICION - 2):
            look(db, now=crawl.now, same=n > 15)

    crawl.store.writer.submit(looked).result()
    for outcome in ("alias", "unchanged"):
        crawl.later(2.1)
        crawl.end(crawl.take(kinds=["article"]), outcome, due=None, new_links=1000)
    assert poll(crawl, range(2000, 2300), allowed=1000) == allowance.SUSPECTED
    assert crawl.sql("SELECT reason, count FROM refused_link") == [(allowance.SAME, 100)]


def test_a_first_look_without_a_request_is_counted_in_the_hosts_day_too(crawl: Crawl) -> None:
    listing(crawl, [link(0)], new_links=1000)
    crawl.end(crawl.take(kinds=["article"]), "rejected:empty", due=None, urls=(), new_links=1000)
    day = crawl.store.writer.submit(lambda db: allowance.read(db, HOST, now=crawl.now), writes=False).result()
    assert day.live.looks == 1


def test_a_backfill_has_an_allowance_of_its_own(crawl: Crawl) -> None:
    listing(crawl, [link(0)])
    number = crawl.frontier.begin_backfill(SOURCE, crawl.now - 1e6, crawl.now, crawl.now).result()
    crawl.seed((FEED, "feed"), backfill=number)
    crawl.open_host()
    crawl.later(400)
    page_of_archive = crawl.take(kinds=["feed"], backfill=number)
    most = 4 * allowance.BACKFILLS
    offered = tuple(link(n) for n in range(1000, 1000 + most + 20))
    assert crawl.end(page_of_archive, links=offered, entries=most + 20, due=None, new_links=4).offered == most
    standing = crawl.frontier.standing(number).result()
    assert (standing.has_holes, standing.unread, standing.to_list) == (True, 1, 1)
    assert standing.retry_at == allowance.next_day(crawl.now)
    assert [why.partition(":")[0] for _, why in crawl.frontier.covered(number).result().unread] == ["over_allowance"]
    assert not crawl.lease(kinds=["feed"], backfill=number).leases, "not before the next day"
    assert poll(crawl, range(9000, 9003), allowed=4) == 3, "the live crawl's is untouched"
    crawl.later(allowance.DAY)
    again = crawl.take(kinds=["feed"], backfill=number)
    assert crawl.end(again, links=offered, entries=most + 20, due=None, new_links=4).offered == 20
    standing = crawl.frontier.standing(number).result()
    assert (standing.has_holes, standing.to_list, standing.found) == (False, 0, most + 20)
    assert (standing.listed, standing.entries) == (1, most + 20), "a page is counted once"


def test_a_backfills_known_articles_do_not_make_its_host_suspect_to_the_live_crawl(crawl: Crawl) -> None:
    listing(crawl, [link(0)])

    def looked(db: Database) -> None:
        for _ in range(allowance.SUSPICION):
            look(db, now=crawl.now, same=True, backfill=True)

    crawl.store.writer.submit(looked).result()
    assert poll(crawl, range(5000, 5250), allowed=1000) == 250
