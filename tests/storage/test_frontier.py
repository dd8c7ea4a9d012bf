"""Leases, their hosts' turns, and how they come back."""

from __future__ import annotations

import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from storage.hosts import OWN_LOOK
from storage.models import HostNote, HostRules, Lease, Link
from tests.conftest import LEAN
from tests.storage.harness import HOST, SOURCE, Crawl, instant, link, listing, page

if TYPE_CHECKING:
    from pathlib import Path

ROBOTS = f"https://{HOST}/robots.txt"


def test_a_host_is_asked_for_its_robots_first_and_by_one_only(crawl: Crawl) -> None:
    crawl.seed()
    first = crawl.take()
    assert (first.kind, first.url, first.host) == ("robots", ROBOTS, HOST)
    crawl.later(5)
    assert crawl.lease().leases == ()
    note = HostNote(HOST, robots=HostRules(HOST, "ok", "User-agent: *", crawl.now + 3600, 7.0))
    crawl.end(first, "listed", host=note)
    assert crawl.lease().wait == pytest.approx(7.0), "the crawl-delay counts from the last byte"
    crawl.later(7)
    feed = crawl.take()
    assert (feed.kind, feed.first_poll) == ("feed", True)
    assert crawl.frontier.rules(HOST).result() == note.robots
    crawl.end(feed, due=crawl.now + 4000)
    crawl.later(4000)
    assert crawl.take().kind == "robots", "the rules are too old"


def test_robots_that_failed_without_rules_are_asked_again_only_when_due(crawl: Crawl) -> None:
    crawl.seed()
    crawl.end(crawl.take(), "failed:timeout", due=crawl.now + 60)
    crawl.later(10)
    assert crawl.lease().wait == pytest.approx(50)
    crawl.later(50)
    assert crawl.take().kind == "robots"


def test_one_host_has_one_turn_over_all_sources_and_owners(crawl: Crawl) -> None:
    listing(crawl, [link(n) for n in range(3)])
    other = crawl.frontier.register_owner().result()
    crawl.take()
    theirs = crawl.store.begin_run(SOURCE, crawl.now).result()
    held = crawl.lease(owner=other, run_id=theirs)
    assert (held.leases, held.elsewhere, held.wait) == ((), 1, 2.0)
    assert crawl.lease().wait == OWN_LOOK, "the run whose request it is learns of its end"
    crawl.later(3)
    assert crawl.lease(owner=other).leases == (), "one request is in flight"
    assert len(crawl.lease(owner=other, in_flight=2).leases) == 1


def test_the_next_turn_counts_from_the_last_byte(crawl: Crawl) -> None:
    listing(crawl, [link(1), link(2)])
    lease = crawl.take()
    crawl.later(30)
    crawl.end(lease, "rejected:empty", responded_at=crawl.now - 0.5)
    assert crawl.lease().wait == pytest.approx(1.5)


def test_a_paused_host_waits_and_is_released_by_a_pause_in_the_past(crawl: Crawl) -> None:
    listing(crawl, [link(1), link(2)])
    lease = crawl.take()
    crawl.end(lease, "failed:status", due=crawl.now, host=HostNote(HOST, paused_until=crawl.now + 600, failed=True))
    assert crawl.lease().wait == pytest.approx(600)
    assert crawl.frontier.turn(HOST, now=crawl.now, delay=1, in_flight=9).result() == pytest.approx(600)
    assert crawl.sql("SELECT failures FROM host WHERE host = ?", HOST) == [(1,)]


def test_leases_given_back_leave_no_fetch(crawl: Crawl) -> None:
    listing(crawl, [link(1), link(2)])
    lease = crawl.take()
    assert crawl.frontier.release([lease]).result() == 1
    assert crawl.frontier.release([lease]).result() == 0
    assert crawl.sql("SELECT count(*) FROM fetch WHERE id = ?", lease.fetch_id) == [(0,)]
    crawl.later()
    again = crawl.take()
    assert again.fetch_id != lease.fetch_id, "a fetch's number is never used again"
    crawl.frontier.unregister_owner(crawl.owner).result()
    assert crawl.frontier.counts(SOURCE).result()["pending"] == 3


def test_a_lease_that_ran_out_is_interrupted_and_due_at_once(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    lease = crawl.take()
    crawl.later(99)
    assert crawl.frontier.reclaim(crawl.now).result() == 0
    crawl.later(1)
    assert crawl.frontier.reclaim(crawl.now).result() == 1
    rows = crawl.sql("SELECT outcome, requests, detail FROM fetch WHERE id = ?", lease.fetch_id)
    assert rows == [("interrupted", None, "its lease ran out")]
    assert crawl.lease().wait == pytest.approx(crawl.delay), "nobody knows when its last request ended"
    crawl.later()
    assert crawl.take().tries == 1


def test_the_leases_of_a_dead_process_are_taken_back_at_once(crawl: Crawl, tmp_path: Path) -> None:
    listing(crawl, [link(1)])
    script = (
        "import os, signal, sys; sys.path.insert(0, '.');"
        "from pathlib import Path; from tests.storage.harness import Crawl;"
        f"c = Crawl(Path(sys.argv[1]), now={crawl.now}); c.take(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", LEAN + script, str(tmp_path / "news.db")], check=False)
    looked = crawl.lease()  # of a process that was at work all the time
    assert looked.elsewhere == 0
    assert looked.wait == pytest.approx(crawl.delay), "its host does not wait for the lease's end"
    crawl.later()
    assert crawl.take().tries == 1
    rows = crawl.sql("SELECT source, finish_reason, counts FROM run ORDER BY id")
    assert rows[1] == (SOURCE, "interrupted", '{"interrupted":1}')
    assert rows[0][1] is None, "this process is alive"
    assert crawl.sql("SELECT count(*) FROM owner") == [(1,)]


def test_the_record_that_a_killed_import_was_reading_is_read_by_the_next(crawl: Crawl, tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; sys.path.insert(0, '.');"
        "from pathlib import Path; from tests.storage.harness import Crawl, SOURCE;"
        f"c = Crawl(Path(sys.argv[1]), now={crawl.now});"
        "c.store.begin_record(c.run, SOURCE, 'http://a.test/1', 'warc:x#7', c.now).result();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", LEAN + script, str(tmp_path / "news.db")], check=False)
    assert crawl.sql("SELECT count(*) FROM fetch WHERE outcome IS NULL") == [(1,)]
    crawl.frontier.reclaim(crawl.now).result()
    assert crawl.sql("SELECT count(*) FROM fetch") == [(0,)], "no fetch is left without an outcome"
    assert crawl.store.begin_record(crawl.run, SOURCE, "http://a.test/1", "warc:x#7", crawl.now).result() is not None


def test_what_a_process_broke_off_is_ended_when_it_goes(crawl: Crawl) -> None:
    crawl.store.begin_record(crawl.run, SOURCE, "http://a.test/1", "warc:x#7", crawl.now).result()
    crawl.frontier.unregister_owner(crawl.owner, now=crawl.now).result()
    assert crawl.sql("SELECT count(*) FROM fetch") == [(0,)]
    assert crawl.sql("SELECT finish_reason FROM run") == [("interrupted",)]


def test_a_record_that_a_living_process_reads_is_left_to_it(crawl: Crawl) -> None:
    first = crawl.store.begin_record(crawl.run, SOURCE, "http://a.test/1", "warc:x#7", crawl.now).result()
    other = crawl.frontier.register_owner(now=crawl.now).result()
    theirs = crawl.store.begin_run(SOURCE, crawl.now).result()
    assert crawl.sql("SELECT owner FROM run WHERE id = ?", theirs) == [(other,)]
    assert crawl.store.begin_record(theirs, SOURCE, "http://a.test/1", "warc:x#7", crawl.now).result() is None
    crawl.sql("DELETE FROM owner WHERE id = ?", crawl.owner)
    taken = crawl.store.begin_record(theirs, SOURCE, "http://a.test/1", "warc:x#7", crawl.now).result()
    assert taken == first, "its process is gone"


def test_a_process_of_another_container_is_closed_after_a_day_without_a_sign(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    crawl.store.begin_record(crawl.run, SOURCE, "http://a.test/9", "warc:x#7", crawl.now).result()
    held = crawl.take()
    crawl.sql("UPDATE owner SET space = 'elsewhere'")
    crawl.later(50)
    crawl.frontier.reclaim(crawl.now).result()
    assert crawl.sql("SELECT finish_reason FROM run") == [(None,)]
    crawl.later(86_500)
    crawl.frontier.reclaim(crawl.now).result()  # its lease has run out; now it holds none
    crawl.frontier.reclaim(crawl.now).result()
    rows = crawl.sql("SELECT id, outcome FROM fetch WHERE outcome IS NULL OR outcome = 'interrupted'")
    assert rows == [(held.fetch_id, "interrupted")]
    assert crawl.sql("SELECT finish_reason FROM run") == [("interrupted",)]
    assert crawl.sql("SELECT count(*) FROM owner") == [(0,)]


def test_a_page_that_kills_the_process_again_and_again_ends_in_quarantine(crawl: Crawl) -> None:
    listing(crawl, [link(1, published=instant("2023-11-14T00:00:00Z")), link(2)])
    for death in range(21):
        leased = crawl.lease(kinds=["article"]).leases
        if not leased:
            break
        if death == 2:
            assert leased[0].url == page(2), "after two deaths others go first"
        crawl.later(100)
        crawl.frontier.reclaim(crawl.now).result()
        crawl.later()
    assert death == 20, "ten deaths each"
    reasons = {q.url: q.reason for q in crawl.frontier.quarantined(SOURCE).result()}
    assert reasons == {page(n): "interrupted 10 times in a row" for n in (1, 2)}
    assert crawl.frontier.release_quarantine(now=crawl.now, urls=[page(1)]).result() == 1
    assert crawl.take().tries == 0


def test_a_redirect_counts_as_in_flight_on_the_other_host_until_the_fetch_ends(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    lease = crawl.take()
    other = "www.mercury.test"

    def turn(host: str, given: Lease | None) -> float:
        return crawl.frontier.turn(host, now=crawl.now, delay=2, in_flight=1, lease=given).result()

    assert turn(other, lease) == 0
    crawl.later(3)
    assert turn(other, None) == 0, "without a lease one more is let pass"
    crawl.open_host(other)
    crawl.offer(Link(f"https://{other}/9"))
    crawl.later(3)
    assert crawl.lease().leases == ()
    crawl.end(lease, "rejected:empty", urls=(lease.url, f"https://{other}/1"))
    assert crawl.lease().wait == pytest.approx(2.0), "the other host's turn counts from the last byte too"


def test_a_redirect_on_the_own_host_waits_its_delay_after_the_answer(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    lease = crawl.take()
    crawl.later(10)
    turns = []
    for _ in range(2):
        wait = crawl.frontier.turn(HOST, now=crawl.now, delay=2, in_flight=1, lease=lease).result()
        turns.append(wait)
        crawl.later(wait)
        turns.append(crawl.frontier.turn(HOST, now=crawl.now, delay=2, in_flight=1, lease=lease).result())
        crawl.later(1)
    assert turns == [2.0, 0.0, 2.0, 0.0]


def test_next_due_is_now_at_the_earliest_and_none_without_rows(crawl: Crawl) -> None:
    assert crawl.frontier.next_due(SOURCE, 5.0).result() is None
    crawl.seed()
    assert crawl.frontier.next_due(SOURCE, crawl.now + 50).result() == crawl.now + 50
    crawl.open_host()
    crawl.end(crawl.take(), due=crawl.now + 300)
    assert crawl.frontier.next_due(SOURCE, crawl.now).result() == crawl.now + 300


def test_a_look_takes_back_what_ran_out_and_says_that_somebody_attends_to_the_source(crawl: Crawl) -> None:
    crawl.seed()
    crawl.open_host()
    crawl.take()
    assert crawl.frontier.next_due(SOURCE, crawl.now).result() is None
    crawl.later(1000)  # longer than a lease lasts
    assert crawl.frontier.look(SOURCE, owner=crawl.owner, now=crawl.now).result() == crawl.now
    ((at,),) = crawl.sql("SELECT at FROM watch WHERE source = ?", SOURCE)
    assert at == crawl.now


def test_only_the_kinds_asked_for_are_leased(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    assert crawl.lease(kinds=["feed"]).leases == ()
    assert crawl.lease(kinds=["feed"]).wait is None
    with pytest.raises(ValueError, match="no links of kind"):
        crawl.lease(kinds=["pictures"])


@pytest.mark.parametrize(("waited", "counts"), [(1200.0, 1200.0), (0.5, 0.0)])
def test_a_lease_and_a_turn_that_waited_to_be_written_count_from_then(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch, waited: float, counts: float
) -> None:
    listing(crawl, [link(1), link(2)])
    running, gate = [50.0], threading.Event()
    monkeypatch.setattr("storage.frontier.time", SimpleNamespace(monotonic=lambda: running[0]))
    given: dict[str, Any] = {"delay": crawl.delay, "in_flight": 1}
    crawl.store.writer.submit(lambda db: gate.wait(60))  # as a disk that is full
    asked = crawl.frontier.lease(SOURCE, owner=crawl.owner, run_id=None, now=crawl.now, seconds=900.0, **given)
    turn = crawl.frontier.turn("other.test", now=crawl.now, **given)
    running[0] += waited
    gate.set()
    (leased,) = asked.result().leases
    assert leased.until == crawl.now + counts + 900
    assert turn.result() == 0.0
    assert crawl.sql("SELECT next_at FROM host WHERE host = 'other.test'") == [(crawl.now + counts + crawl.delay,)]
    crawl.later(counts)
    assert crawl.lease().leases == (), "the first is in flight"
