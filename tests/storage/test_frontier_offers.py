"""What is offered: new, held by a first poll, due again, a backfill's."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from storage.models import Decision, Link
from tests.storage.harness import FEED, HOST, NOON, SOURCE, Crawl, article, instant, link, listing, page

NEW = Decision("new", None, 0, "first")


def test_newest_links_come_first_and_endpoints_before_articles(crawl: Crawl) -> None:
    found = [
        link("old", published=instant("2023-01-01T00:00:00Z")),
        link("undated"),
        link("new", modified=instant("2023-11-01T00:00:00Z")),
    ]
    listing(crawl, found)
    crawl.seed((FEED, "feed"), (f"https://{HOST}/map.xml", "sitemap"))
    kinds = []
    for _ in range(4):
        lease = crawl.take()
        kinds.append(lease.url.rpartition("/")[2])
        crawl.end(lease, "rejected:empty")
        crawl.later()
    assert kinds == ["map.xml", "new", "old", "undated"]


def test_a_feed_that_lists_an_item_twice_gives_it_once(crawl: Crawl) -> None:
    ended = listing(crawl, [link(1), link(1, title="Said later")])
    assert ended.offered == 1
    witness = crawl.take().witness
    assert witness is not None
    assert witness.title == "Said later"


def test_a_first_poll_lets_only_the_newest_through(crawl: Crawl) -> None:
    found = [link(n, published=instant(f"2023-11-{n:02}T00:00:00Z")) for n in range(1, 11)]
    ended = listing(crawl, [*found, link(99, kind="sitemap")], first_poll_limit=3)
    assert (ended.offered, ended.held) == (4, 7)
    child = crawl.take(kinds=["sitemap"])
    assert child.first_poll, "what the first poll finds is still its first poll"
    ended = crawl.end(child, links=(link(11, published=instant("2023-11-11T00:00:00Z")),), first_poll_limit=3)
    assert (ended.offered, ended.held) == (0, 1), "the limit holds for the source, not for the endpoint"
    crawl.later()
    assert crawl.take().url == page(10)
    crawl.later(300)
    crawl.now += 1000
    crawl.frontier.reclaim(crawl.now).result()
    crawl.later()
    feed = crawl.take(kinds=["feed"])
    assert not feed.first_poll
    assert crawl.end(feed, links=(link(12),)).offered == 1


def test_a_held_link_that_changes_is_news(crawl: Crawl) -> None:
    listing(crawl, [link(1), link(2)], first_poll_limit=1)
    assert crawl.offer(link(2, modified=instant("2023-11-14T22:14:20Z"))).again == 1
    assert crawl.frontier.counts(SOURCE).result()["pending"] == 3


@pytest.mark.parametrize(
    ("modified", "again"),
    [
        (None, 0),
        (instant("2023-11-14T22:00:00Z"), 0),
        (instant("2023-11-14T23:00:00Z"), 1),
        (instant("2023-11-15", "day"), 0),
        (instant("2023-11-14T22:13:00Z", "minute"), 1),
        (instant("nonsense"), 0),
    ],
)
def test_a_known_link_is_due_again_when_it_changed_after_the_last_look(
    crawl: Crawl, modified: object, again: int
) -> None:
    listing(crawl, [link(1)])  # NOON is 22:13:20
    lease = crawl.take()
    crawl.end(lease, "new", article=article(), decision=NEW, due=None)
    changed = link(1, modified=modified)
    assert (crawl.offer(changed).again, crawl.offer(changed).again) == (again, 0), "and once only for one change"


def test_a_change_that_falls_into_the_fetch_is_not_lost(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    lease = crawl.take()
    crawl.later(10)
    crawl.end(lease, "new", article=article(), decision=NEW, due=None)
    assert crawl.offer(link(1, modified=instant("2023-11-14T22:13:25Z"))).again == 1


def test_a_change_later_in_the_very_second_of_a_look_is_not_lost(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    crawl.later(0.3)
    lease = crawl.take()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(crawl.now))
    crawl.end(lease, "new", article=article(), decision=NEW, due=None)
    changed = link(1, modified=instant(stamp))
    assert (crawl.offer(changed).again, crawl.offer(changed).again) == (1, 0), "stamps have whole seconds"


def test_a_site_that_marks_all_as_just_changed_is_believed_ever_less(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    lease = crawl.take()
    crawl.end(lease, "new", article=article(), decision=NEW, due=None)
    waits = []
    for minute in range(15, 21):
        crawl.now = NOON + (minute - 13) * 60
        crawl.offer(link(1, modified=instant(f"2023-11-14T22:{minute}:30Z")))
        ((due,),) = crawl.sql("SELECT due FROM link WHERE url = ?", page(1))
        waits.append(max(0, due - crawl.now) > 0)
        if due <= crawl.now:
            crawl.end(crawl.take(), "unchanged", article=article(), decision=Decision("unchanged", 1, 1), due=None)
    assert waits == [False, False, True, True, True, True]


def test_endpoints_that_left_the_toml_are_retired_with_their_children(crawl: Crawl) -> None:
    listing(crawl, [link("child", kind="sitemap"), link(1)])
    assert crawl.seed((f"https://{HOST}/other.xml", "feed")) == 1
    states = dict(crawl.sql("SELECT url, state FROM link WHERE kind <> 'robots'"))
    assert (states[FEED], states[page("child")], states[page(1)]) == ("retired", "retired", "pending")
    assert crawl.seed() == 1
    assert crawl.seed() == 0
    lease = crawl.take()
    assert lease.url == FEED
    crawl.seed((f"https://{HOST}/other.xml", "feed"))
    crawl.end(lease, due=crawl.now)
    assert crawl.sql("SELECT state FROM link WHERE url = ?", FEED) == [("retired",)]


def test_an_endpoint_that_leaves_while_it_is_leased_retires_however_the_lease_ends(crawl: Crawl) -> None:
    crawl.open_host()
    for back in ("release", "reclaim"):
        crawl.later(300)
        crawl.seed()
        lease = crawl.take()
        crawl.frontier.seed(SOURCE, [], now=crawl.now).result()
        if back == "release":
            crawl.frontier.release([lease]).result()
        else:
            crawl.later(200)
            crawl.frontier.reclaim(crawl.now).result()
        assert crawl.sql("SELECT state FROM link WHERE url = ?", FEED) == [("retired",)]


def test_a_backfill_has_rows_of_its_own_and_goes_on_after_a_break(crawl: Crawl) -> None:
    listing(crawl, [link(n) for n in range(3)], first_poll_limit=1)
    done = crawl.take()
    crawl.end(done, "new", article=article(0), decision=NEW, due=crawl.now + 900)
    crawl.later()
    number = crawl.frontier.begin_backfill(SOURCE, 1.0, 2.0, crawl.now).result()
    assert crawl.frontier.begin_backfill(SOURCE, 1.0, 2.0, crawl.now).result() == number
    assert crawl.frontier.begin_backfill(SOURCE, 1.0, 3.0, crawl.now).result() != number
    crawl.seed(backfill=number)
    archive = crawl.take(backfill=number)
    assert (archive.url, archive.backfill, archive.first_poll) == (FEED, number, False)
    ended = crawl.end(archive, links=tuple(link(n) for n in range(5)), due=None)
    assert ended.offered == 4, "two held and two new; the stored one is not fetched again"
    crawl.later()
    assert crawl.lease().leases == (), "live work takes none of it"
    crawl.seed(backfill=number)
    got = set()
    while leases := crawl.lease(backfill=number).leases:
        got.add(leases[0].url)
        crawl.end(leases[0], "rejected:empty")
        crawl.later()
    assert got == {page(n) for n in range(1, 5)}
    assert crawl.frontier.next_due(SOURCE, crawl.now, backfill=number).result() is None
    crawl.frontier.finish_backfill(number, crawl.now).result()
    assert crawl.frontier.begin_backfill(SOURCE, 1.0, 2.0, crawl.now).result() != number


def test_a_page_that_a_backfill_waits_with_is_taken_by_the_live_feed(crawl: Crawl) -> None:
    listing(crawl, [])
    number = crawl.frontier.begin_backfill(SOURCE, 1.0, 2.0, crawl.now).result()
    crawl.offer(link(1), backfill=number)
    assert crawl.lease().leases == ()
    crawl.offer(link(1))
    assert crawl.take().url == page(1)


def test_what_a_finished_backfill_left_goes_to_the_live_crawl(crawl: Crawl) -> None:
    crawl.open_host()
    number = crawl.frontier.begin_backfill(SOURCE, 1.0, 2.0, crawl.now).result()
    crawl.offer(link(1), backfill=number)
    crawl.end(crawl.take(backfill=number), "failed:timeout", due=crawl.now + 60)
    crawl.frontier.finish_backfill(number, crawl.now).result()
    crawl.later(60)
    assert crawl.take().tries == 1


def test_an_address_of_an_imported_article_is_not_fetched_by_a_backfill(crawl: Crawl) -> None:
    crawl.new(article(1))
    crawl.open_host()
    assert crawl.offer(link(1), backfill=4).new == 0
    assert crawl.offer(link(1, modified=instant("2023-11-14T23:00:00Z"))).again == 1


def test_a_child_is_taken_up_again_when_its_index_is_back_or_another_lists_it(crawl: Crawl) -> None:
    one, two, child = (f"https://{HOST}/{name}.xml" for name in ("one", "two", "child"))
    crawl.open_host()
    crawl.seed((one, "sitemap"), (two, "sitemap"))

    def read() -> list[str]:
        names = []
        while leases := crawl.lease(kinds=["sitemap"]).leases:
            names.append(leases[0].url)
            listed = () if leases[0].url == child else (Link(child, kind="sitemap", via="sitemap"),)
            crawl.end(leases[0], links=listed, due=crawl.now + 1000)
            crawl.later()
        return names

    assert set(read()) == {one, two, child}
    crawl.seed((two, "sitemap"))
    assert crawl.sql("SELECT state FROM link WHERE url = ?", child) == [("retired",)]
    crawl.later(1000)
    assert child in read(), "two lists it, too"
    crawl.seed((FEED, "feed"))
    crawl.seed((one, "sitemap"))
    assert child in read()


def test_articles_that_their_feed_gave_whole_wait_for_no_turn_and_spend_no_budget(crawl: Crawl) -> None:
    listing(crawl, [replace(link(n), whole=True, full_text="Harbour reopens.") for n in range(5)] + [link(9)])
    (before,) = crawl.sql("SELECT next_at, recent FROM host")
    assert len(crawl.lease(limit=4, whole=True).leases) == 4
    assert crawl.sql("SELECT next_at, recent FROM host") == [before]
    assert len(crawl.lease(limit=4).leases) == 0, "four are under way, and a source without such feeds asks for pages"
