"""What a fetch leaves behind besides its article: the next time, the validators, the first poll's limit."""

from __future__ import annotations

from dataclasses import replace

from crawler.endings import CHILD_INTERVAL, child_of, complete, endpoint_of
from crawler.politeness import rhythm
from crawler.source import Endpoint, Source
from storage.models import Ending, HostNote, Lease, Link, Outcome, Profile, Validators

SOURCE = Source(
    name="s",
    title="S",
    home="https://a.test",
    hosts=("a.test",),
    country=None,
    languages=("en",),
    profile=Profile(source="s", recheck=(900, 3600)),
    endpoints=(
        Endpoint("https://a.test/rss.xml", "feed", interval=300),
        Endpoint("https://a.test/{year}/{month:02}.xml", "sitemap", role="archive", follow="news"),
    ),
)
FEED = Lease(1, 1, "s", "https://a.test/rss.xml", "feed", "a.test", until=0.0, found_at=0.0)
PAGE = replace(FEED, url="https://a.test/1", kind="article")
NOW = 1_000_000.0


def ended(outcome: str, lease: Lease, **more: object) -> Ending:
    ending = Ending(1, Outcome(outcome), at=NOW, lease=lease, validators=Validators(etag='"x"'))
    return complete(replace(ending, **more), source=SOURCE, first_poll=30, jitter=0.0)  # type: ignore[arg-type]


def test_an_endpoint_is_due_again_after_its_interval_whatever_happened() -> None:
    assert ended("listed", FEED).due == NOW + 300
    assert ended("not_modified", FEED).due == NOW + 300
    failed = ended("failed:timeout", FEED)
    assert failed.due is not None
    assert not failed.quarantine


def test_validators_are_kept_only_where_the_content_was_taken_in() -> None:
    assert ended("listed", FEED).validators == Validators(etag='"x"')
    assert ended("failed:not_a_feed", FEED).validators is None
    assert ended("rejected:no_text", PAGE).validators is None


def test_a_young_article_climbs_the_ladder_of_its_source() -> None:
    assert ended("new", replace(PAGE, found_at=NOW - 10)).due == NOW - 10 + 900
    assert ended("unchanged", replace(PAGE, found_at=NOW - 1000)).due == NOW - 1000 + 3600
    assert ended("unchanged", replace(PAGE, found_at=NOW - 9000)).due is None


def test_what_a_backfill_fetched_is_not_looked_at_again() -> None:
    assert ended("new", replace(PAGE, backfill=7, found_at=NOW)).due is None
    archive = replace(FEED, url="https://a.test/2023/10.xml", kind="sitemap", backfill=7)
    assert ended("listed", archive).due is None
    assert ended("failed:http_500", archive).due is not None


def test_an_archives_day_and_a_later_page_need_not_be_there_but_its_index_must() -> None:
    month = replace(FEED, url="https://a.test/2023/10.xml", kind="sitemap", backfill=7)
    later = replace(month, url="https://a.test/p/9", witness=Link("https://a.test/p/9", shown="0123abcd", depth=8))
    for there in (month, later):
        gone = ended("gone", there)
        assert (gone.due, gone.quarantine) == (None, False)
    assert ended("gone", replace(month, url="https://a.test/map.xml")).quarantine


def test_a_child_of_a_sitemap_index_is_looked_at_daily_and_in_a_backfill_read_as_its_archive() -> None:
    child = replace(FEED, url="https://a.test/part-7.xml", kind="sitemap")
    assert ended("listed", child).due == NOW + CHILD_INTERVAL
    assert child_of(child, SOURCE) == Endpoint("https://a.test/part-7.xml", "sitemap")
    in_backfill = child_of(replace(child, backfill=7), SOURCE)
    assert (in_backfill.role, in_backfill.follow) == ("archive", "news")


def test_an_archives_file_is_known_by_its_template() -> None:
    archive = replace(FEED, url="https://a.test/2023/10.xml", kind="sitemap", backfill=7)
    assert endpoint_of(archive, SOURCE) == SOURCE.endpoints[1]
    assert endpoint_of(replace(archive, backfill=None), SOURCE) is None
    assert endpoint_of(FEED, SOURCE) == SOURCE.endpoints[0]


def test_a_hosts_pause_holds_its_addresses_back() -> None:
    paused = ended("failed:http_429", FEED, host=HostNote("a.test", paused_until=NOW + 5000))
    assert paused.due is not None
    assert paused.due >= NOW + 5000


def test_the_first_polls_limit_goes_with_the_first_poll_only() -> None:
    assert ended("listed", replace(FEED, first_poll=True)).first_poll_limit == 30
    assert ended("listed", FEED).first_poll_limit is None


def test_an_import_without_a_lease_is_left_as_it_is() -> None:
    ending = Ending(1, Outcome("new"), at=NOW)
    assert complete(ending, source=SOURCE, first_poll=30, jitter=0.0) is ending


def test_an_endpoints_next_poll_follows_its_rhythm_and_a_304_is_a_poll_with_nothing_new() -> None:
    dated = tuple(NOW - 100.0 * n for n in range(1, 50))
    busy = rhythm.observe(rhythm.Rhythm(), rhythm.Polled(NOW, 49, dated, 49), guess=300)
    lease = replace(FEED, rhythm=rhythm.written(busy))
    first = ended("not_modified", lease)
    assert first.due is not None
    assert NOW + 30 <= first.due < NOW + 200
    later = replace(first, at=NOW + 3 * 3600.0, rhythm=None, lease=replace(lease, rhythm=first.rhythm))
    quiet = complete(later, source=SOURCE, first_poll=30, jitter=0.0)
    assert quiet.due is not None
    assert quiet.due - later.at > 1.5 * (first.due - NOW)


def test_the_polls_own_rhythm_goes_before_the_leases() -> None:
    dated = tuple(NOW - 100.0 * n for n in range(1, 50))
    busy = rhythm.observe(rhythm.Rhythm(), rhythm.Polled(NOW, 49, dated, 49), guess=300)
    due = ended("listed", FEED, rhythm=rhythm.written(busy)).due
    assert due is not None
    assert due < NOW + 200
    assert ended("listed", replace(FEED, rhythm="no rhythm")).due == NOW + 300


def test_endpoints_of_one_host_share_its_polls_and_leave_most_turns_of_a_slow_one_to_articles() -> None:
    dated = tuple(NOW - 1.0 * n for n in range(90, 140))
    wild = rhythm.written(rhythm.observe(rhythm.Rhythm(), rhythm.Polled(NOW, 50, dated, 50), guess=300))
    shared = replace(SOURCE, endpoints=tuple(Endpoint(f"https://a.test/{n}.xml", "feed") for n in range(6)))
    lease = replace(FEED, url="https://a.test/3.xml", rhythm=wild)
    ending = Ending(1, Outcome("listed"), at=NOW, lease=lease)
    assert complete(ending, source=shared, first_poll=30, jitter=0.0).due == NOW + 180
    slow = replace(ending, lease=replace(lease, crawl_delay=60.0))
    assert complete(slow, source=shared, first_poll=30, jitter=0.0).due == NOW + 6 * 4 * 60


def test_a_feed_of_all_news_gets_more_of_its_hosts_polls_than_its_sections() -> None:
    dated = tuple(NOW - 1.0 * n for n in range(90, 140))
    wild = rhythm.written(rhythm.observe(rhythm.Rhythm(), rhythm.Polled(NOW, 50, dated, 50), guess=300))
    sections = [Endpoint(f"https://a.test/{n}.xml", "feed", interval=1800) for n in range(20)]
    source = replace(SOURCE, endpoints=(Endpoint(FEED.url, "feed", interval=180), *sections))
    waits = []
    for endpoint in source.endpoints:
        ending = Ending(1, Outcome("listed"), at=NOW, lease=replace(FEED, url=endpoint.url, rhythm=wild))
        due = complete(ending, source=source, first_poll=30, jitter=0.0).due
        assert due is not None
        waits.append(due - NOW)
    assert waits[0] == 90
    assert set(waits[1:]) == {900}
    assert round(sum(3600 / wait for wait in waits)) == source.politeness.polls


def test_a_child_of_a_sitemap_index_that_turns_out_to_be_live_is_polled_by_its_rhythm() -> None:
    child = replace(FEED, url="https://a.test/part-7.xml", kind="sitemap")
    seen = rhythm.observe(rhythm.Rhythm(), rhythm.Polled(NOW - 86400, 100, (), 100), guess=CHILD_INTERVAL)
    live = rhythm.observe(seen, rhythm.Polled(NOW, 100, (), 60), guess=CHILD_INTERVAL)
    due = ended("listed", replace(child, rhythm=rhythm.written(live))).due
    assert due is not None
    assert due < NOW + 3600


def test_a_backfill_has_no_rhythm() -> None:
    archive = replace(FEED, url="https://a.test/2023/10.xml", kind="sitemap", backfill=7, rhythm='{"version":1}')
    assert ended("not_modified", archive).rhythm is None


def test_the_host_that_answered_last_is_blamed_and_those_on_the_way_are_not() -> None:
    hops = ("https://a.test/1", "https://B.test/2")
    failed = ended("failed:http_503", PAGE, urls=hops, host=HostNote("a.test", paused_until=NOW + 60))
    assert failed.host is not None
    assert (failed.host.host, failed.host.failed, failed.host.refused) == ("b.test", True, False)
    assert (failed.host.others, failed.host.paused_until) == (("a.test",), NOW + 60)
    refused = ended("blocked:http_403", PAGE, urls=hops[:1]).host
    assert refused is not None
    assert (refused.host, refused.failed, refused.refused) == ("a.test", True, True)


def test_a_fetch_that_asked_nobody_and_a_refused_robots_txt_say_nothing_of_the_host() -> None:
    for quiet in (
        ended("new", PAGE),
        ended("blocked:http_403", replace(FEED, kind="robots"), urls=("https://a.test/r",)),
    ):
        assert quiet.host is not None
        assert quiet.host.failed is None


def test_a_bot_check_in_place_of_an_article_waits_like_a_failure() -> None:
    first = ended("rejected:bot_check", replace(PAGE, found_at=NOW - 1e6))
    assert first.due == NOW + 60
    assert ended("rejected:bot_check", replace(PAGE, tries=9)).quarantine
    assert ended("rejected:no_text", replace(PAGE, found_at=NOW - 1e6)).due is None
