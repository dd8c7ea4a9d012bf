"""The facts of a source's health, and the view: live evidence only, each page once, the figures of a day."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from storage import clock, health, health_queries
from storage.health import Standing
from storage.models import Decision, Ending, Link, Outcome
from storage.reader import Reader
from tests.storage.harness import FEED, SOURCE, Crawl, article, instant, link, listing, page

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600.0


@pytest.fixture
def today(tmp_path: Path) -> Crawl:
    """A crawl of the last hour: the view looks at the clock itself."""
    return Crawl(tmp_path / "today.db", now=float(int(time.time()) - 3600))


def present(crawl: Crawl) -> health.Present:
    return crawl.store.health_facts(SOURCE, crawl.now).result()[0]


def past(crawl: Crawl, *apart: tuple[float, float]) -> health.Past:
    return crawl.store.health_past(SOURCE, looks_until=crawl.now, until=crawl.now, apart=apart).result()


def fetched(crawl: Crawl, number: int | str, outcome: str = "new", **given: object) -> None:
    """Offer, lease and end one page, as a live crawl would."""
    crawl.offer(link(number))
    crawl.sql("UPDATE link SET due = 0, state = 'pending' WHERE url = ?", page(number))
    lease = crawl.take(kinds=["article"])
    assert lease.url == page(number)
    if outcome == "new":
        found = article(number, text=f"Text {number}.", **given)
        ending = Ending(
            lease.fetch_id, Outcome("new"), crawl.now, lease=lease, urls=(lease.url,), article=found,
            decision=Decision("new", None, 0, "first"),
        )  # fmt: skip
        crawl.store.end(ending).result()
    else:
        crawl.end(lease, outcome)
    crawl.later(10)


def test_each_page_is_one_look_with_what_it_bore(crawl: Crawl) -> None:
    listing(crawl, [])
    began = crawl.now
    fetched(crawl, 1, published=instant("2023-11-14T22:00:00Z"), word_count=120)
    fetched(crawl, 2, published=instant("2023-11-14", "day"), word_count=7)
    fetched(crawl, 3, "rejected:no_text")
    fetched(crawl, 3, "rejected:consent_wall")
    fetched(crawl, 4, "failed:timeout")
    fetched(crawl, 4)
    looks = present(crawl).looks
    assert [(look.url, look.outcome, look.timed, look.title, look.words) for look in looks] == [
        (page(1), "new", True, "Title 1", 120),
        (page(2), "new", False, "Title 2", 7),
        (page(3), "rejected:consent_wall", False, None, None),
        (page(4), "new", False, "Title 4", 0),
    ]
    assert looks[2].at == began + 20


def test_imports_backfills_and_further_looks_are_no_evidence(crawl: Crawl) -> None:
    listing(crawl, [])
    fetched(crawl, 1)
    fetched(crawl, 1, "rejected:no_text")  # its page is stored
    crawl.new(article(2, text="Of an archive."))
    backfill = crawl.frontier.begin_backfill(SOURCE, 0.0, crawl.now, crawl.now).result()
    backfill = backfill if isinstance(backfill, int) else backfill.id
    crawl.offer(Link(page("old")), backfill=backfill)
    lease = crawl.take(backfill=backfill)
    crawl.end(lease, "rejected:no_text")
    assert crawl.sql("SELECT backfill FROM fetch WHERE url = ?", page("old")) == [(backfill,)]
    crawl.later(10)
    assert [look.url for look in present(crawl).looks] == [page(1)]
    found = past(crawl)
    assert [look.url for look in found.looks] == [page(1)]
    assert len(found.arrivals) == 1


def test_a_backfill_that_hands_a_fetch_back_and_ends_it_all_the_same_is_still_one(crawl: Crawl) -> None:
    backfill = crawl.frontier.begin_backfill(SOURCE, 0.0, crawl.now, crawl.now).result()
    backfill = backfill if isinstance(backfill, int) else backfill.id
    crawl.open_host()
    crawl.offer(Link(page("old")), backfill=backfill)
    lease = crawl.take(backfill=backfill)
    crawl.frontier.release([lease]).result()
    crawl.end(lease, "rejected:no_text")
    assert crawl.sql("SELECT outcome, backfill FROM fetch WHERE id = ?", lease.fetch_id) == [("rejected", backfill)]


def test_the_endpoints_tell_their_polls_in_vain_and_their_hours(crawl: Crawl) -> None:
    listing(crawl, [])
    for hours, outcome in ((1, "not_modified"), (1, "failed:timeout"), (2, "listed"), (5, "blocked:http_403")):
        crawl.later(hours * HOUR)
        crawl.sql("UPDATE link SET due = 0 WHERE url = ?", FEED)
        crawl.end(crawl.take(kinds=["feed"]), outcome, due=crawl.now)
    (row,) = present(crawl).endpoints
    assert (row.url, row.tries, row.reason) == (FEED, 1, "blocked:http_403")
    assert row.looked_at == crawl.now - 5 * HOUR
    assert [poll.outcome for poll in present(crawl).polls] == ["listed", "blocked:http_403"]
    crawl.later(10)
    found = past(crawl)
    first = int((crawl.now - 10 - 9 * HOUR) // 3600)
    assert found.hours == (first, first + 1, first + 4)
    assert dict(found.polls) == {"listed": 2, "not_modified": 1, "failed:timeout": 1, "blocked:http_403": 1}
    assert past(crawl, (crawl.now - 9.5 * HOUR, crawl.now - 7 * HOUR)).hours == (first + 4,)


def test_in_a_trouble_its_polls_are_read_whatever_their_age_and_the_hours_since_the_newest_page(crawl: Crawl) -> None:
    listing(crawl, [])
    fetched(crawl, 1)
    newest = present(crawl).looks[-1].at
    for outcome in ("failed:timeout", "listed", "failed:timeout"):
        crawl.later(12 * HOUR)
        crawl.sql("UPDATE link SET due = 0 WHERE url = ?", FEED)
        crawl.end(crawl.take(kinds=["feed"]), outcome, due=crawl.now)
    assert present(crawl).trouble == ()
    crawl.store.write_health(SOURCE, Standing("failing", "down", newest + HOUR, crawl.now)).result()
    assert [poll.outcome for poll in present(crawl).trouble] == ["failed:timeout", "listed", "failed:timeout"]
    crawl.later(40 * 24 * HOUR)
    found = present(crawl)
    assert (found.looks, found.newest) == ((), newest)
    assert found.hours == ()
    crawl.later(-39 * 24 * HOUR)
    assert present(crawl).hours == (int(newest // 3600), int((newest + 24 * HOUR) // 3600))


def test_a_page_that_waits_for_its_first_look_is_told_and_one_that_failed_is_not(crawl: Crawl) -> None:
    listing(crawl, [])
    assert not present(crawl).waiting
    crawl.offer(link(1))
    assert present(crawl).waiting
    crawl.end(crawl.take(kinds=["article"]), "interrupted", due=crawl.now)
    assert present(crawl).waiting
    crawl.later(3600)
    lease = crawl.take(kinds=["article"])
    assert present(crawl).waiting
    crawl.end(lease, "failed:timeout", due=crawl.now)
    assert not present(crawl).waiting


def test_the_past_leaves_out_times_of_trouble_and_what_is_the_present(crawl: Crawl) -> None:
    listing(crawl, [])
    for number in range(6):
        fetched(crawl, number)
    at = [look.at for look in present(crawl).looks]
    found = crawl.store.health_past(SOURCE, looks_until=at[4], until=at[5], apart=[(at[1], at[2])]).result()
    assert [look.at for look in found.looks] == [at[0], at[3]]
    assert list(found.arrivals) == [at[0], at[3], at[4]]


def test_a_judgement_reads_little_and_by_its_indexes(crawl: Crawl) -> None:
    few = {"SCAN hours", "SCAN CONSTANT ROW", "SCAN link USING INDEX link_leased"}
    for sql in (
        health_queries.NEWEST,
        health_queries.WAITING,
        health_queries.GOOD_LOOKS,
        health_queries.BAD_LOOKS,
        health_queries.POLLS,
        health_queries.LAST_POLLS,
        health_queries.HOURS,
        health_queries.POLL_COUNTS,
    ):
        plan = crawl.sql("EXPLAIN QUERY PLAN " + sql.replace(":source", "'a'").replace(":since", "'b'")
                         .replace(":until", "'c'").replace(":limit", "25").replace(":now", "9"))  # fmt: skip
        scans = [row[3] for row in plan if row[3].startswith("SCAN") and row[3] not in few]
        assert not scans, plan


def test_a_verdict_is_kept_with_what_was_told_of_it(crawl: Crawl) -> None:
    assert crawl.store.health_facts(SOURCE, crawl.now).result()[1] is None
    first = Standing("quiet", "nothing new", crawl.now - 60, crawl.now, memory="{}", learnt="[]")
    crawl.store.write_health(SOURCE, first).result()
    crawl.store.alert_told(SOURCE, "quiet").result()
    crawl.store.write_health(SOURCE, Standing("ok", None, crawl.now, crawl.now)).result()
    assert crawl.store.health_facts(SOURCE, crawl.now).result()[1] == Standing(
        "ok", None, crawl.now, crawl.now, "quiet"
    )


def test_the_view_has_the_verdict_and_says_where_there_is_none(today: Crawl) -> None:
    def rows() -> list[tuple[str, str | None, str | None]]:
        with Reader(today.path) as reader:
            return [(one.state, one.why, one.since) for one in reader.health()]

    assert rows() == [("never_run", "none of its endpoints was polled yet", None)]
    today.new(article("imported"))
    assert rows() == [("never_run", "none of its endpoints was polled yet", None)]
    listing(today, [])
    assert rows() == [("ok", "not judged yet: that comes with the end of its next crawl", None)]
    verdict = Standing("blocked", "5 of the last 5", today.now, today.now)
    today.store.write_health(SOURCE, verdict).result()
    assert rows() == [("blocked", "5 of the last 5", clock.text(today.now))]


def test_the_delay_is_that_of_live_articles_published_since_the_source_was_added(today: Crawl) -> None:
    today.later(-20 * HOUR)
    today.sql("UPDATE source SET added_at = ?", clock.text(today.now))
    listing(today, [])
    today.later(10 * HOUR)
    for number in range(20):
        at = clock.text(int(today.now) - (number + 1) * 10)
        fetched(today, number, published=instant(at))
    fetched(today, "before", published=instant(clock.text(int(today.now - 11 * HOUR))))
    fetched(today, "day", published=instant(clock.text(today.now)[:10], "day"))
    today.new(article("imported", published=instant(clock.text(int(today.now) - 9000))))
    with Reader(today.path) as reader:
        (one,) = reader.health()
    assert (one.median_delay_s, one.p95_delay_s, one.articles_24h) == (105.0, 190.0, 22)
    assert one.last_new_at == today.sql("SELECT max(at) FROM fetch WHERE outcome = 'new' AND record IS NULL")[0][0]
    assert one.next_poll_at == clock.text(int(today.sql("SELECT due FROM link WHERE url = ?", FEED)[0][0]))
    assert one.error_rate_24h == 0
