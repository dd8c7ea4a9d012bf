"""What the end of a fetch leaves behind."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from storage import articles
from storage.errors import StorageError
from storage.models import Decision, Ending, Outcome, Page, Profile, Validators
from storage.reader import Reader
from tests.storage.harness import SOURCE, article, instant, link, listing, page

if TYPE_CHECKING:
    from tests.storage.harness import Crawl

NEW = Decision("new", None, 0, "first")
PROFILE = Profile(SOURCE, timezone="Europe/Rome")


def raw_page(body: bytes, number: int, **given: Any) -> Page:
    """A page as it goes into extraction; it was captured before it is kept."""
    return Page(page(number), page(f"{number}/final"), body, "2023-11-01T10:00:00Z", PROFILE, charset="koi8-r", **given)


def test_a_new_article_is_there_whole_in_one_transaction(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    lease = crawl.take()
    found = article(tags=("a", "б"), published=instant("2023-11-14T10:00:00Z"), authors=("A. Writer",))
    ended = crawl.end(lease, "new", article=found, decision=NEW, due=crawl.now + 900, page=raw_page(b"<html>", 1))
    assert (ended.article_id, ended.revision, ended.stale) == (1, 1, False)
    with Reader(crawl.path) as reader:
        row = reader.article(page(1))
        assert row is not None
        assert (row["title"], json.loads(row["tags"]), row["published_from"]) == ("Title 1", ["a", "б"], "feed")
        assert row["last_checked_at"] == row["first_seen_at"]
        assert [(c.kind, c.article_id, c.revision) for c in reader.changes()] == [("first", 1, 1)]
        fetch = reader.fetches(limit=1)[0]
        assert (fetch["outcome"], fetch["article_id"], json.loads(fetch["urls"]), fetch["requests"]) == (
            "new",
            1,
            [page(1)],
            1,
        )
        assert [hit.id for hit in reader.search("harbour")] == [1]
    assert crawl.sql("SELECT state, due FROM link WHERE url = ?", page(1)) == [("pending", crawl.now + 900)]


def test_the_first_article_of_a_source_that_was_never_crawled_makes_it_known(crawl: Crawl) -> None:
    for number in (1, 2):
        found = article(number, source="apollo-en")
        crawl.store.writer.submit(
            partial(articles.save, article=found, decision=NEW, address=found.url, at=1.0)
        ).result()
    assert crawl.sql("SELECT count(*) FROM source WHERE name = 'apollo-en'") == [(1,)]


def test_a_revision_keeps_the_old_text(crawl: Crawl) -> None:
    crawl.new(article(text="First text.", published=instant("2023-11-14T10:00:00Z")))
    crawl.later(60)
    changed = article(text="Second text, corrected.", label="CORRECTED-")
    ended = crawl.save(changed, Decision("revised", 1, 1, "correction", "corrected"))
    assert (ended.article_id, ended.revision) == (1, 2)
    with Reader(crawl.path) as reader:
        assert [(r["revision"], r["kind"], r["body"]) for r in reader.revisions(1)] == [
            (1, "first", "First text."),
            (2, "correction", "Second text, corrected."),
        ]
        row = reader.article(1)
        assert row is not None
        assert (row["body"], row["status"], row["revision"]) == ("Second text, corrected.", "corrected", 2)
        assert row["published_at"] == "2023-11-14T10:00:00Z", "a page that lost its time was published all the same"
        assert [hit.id for hit in reader.search("corrected")] == [1]
        assert reader.search('"first text"') == []
    known = crawl.store.known(article()).result().article
    assert known is not None
    assert known.hashes == ("hash of First text.", "hash of Second text, corrected.")


def test_a_revision_can_never_be_deleted(crawl: Crawl) -> None:
    crawl.new(article())
    with pytest.raises(StorageError, match="revisions are never deleted"):
        crawl.sql("DELETE FROM revision")


def test_an_unchanged_page_only_moves_the_check(crawl: Crawl) -> None:
    crawl.new(article())
    crawl.later(60)
    crawl.save(article(), Decision("unchanged", 1, 1))
    with Reader(crawl.path) as reader:
        row = reader.article(1)
        assert row is not None
        assert row["last_checked_at"] > row["first_seen_at"]
        assert len(reader.changes()) == len(reader.revisions(1)) == 1


def test_another_address_of_an_article_becomes_its_alias(crawl: Crawl) -> None:
    crawl.new(article())
    elsewhere = article(url=page("one-amp"), canonical_url=page("one-amp"))
    crawl.save(elsewhere, Decision("alias", 1, 1))
    by_alias = article(key="url", url=page("one-amp"), canonical_url=page("one-amp"))
    known = crawl.store.known(by_alias).result().article
    assert known is not None
    assert known.id == 1
    with Reader(crawl.path) as reader:
        assert reader.addresses(1) == [page(1), page("one-amp")]


def test_a_copy_joins_the_story_and_the_credited_agency_is_its_origin(crawl: Crawl) -> None:
    from storage.models import Credit

    outlet = replace(
        article(7, published=instant("2023-11-14T09:00:00Z"), sketch=(1, 2, 3, 2**32 - 1)),
        source="outlet-en",
        credit=Credit("Mercury", "Reporting by Mercury", "high"),
    )
    first = crawl.new(outlet)
    own = article(1, sketch=(2**32 - 1, 3, 2, 9), published=instant("2023-11-14T10:00:00Z"))
    (kin,) = crawl.store.known(own).result().kin
    assert (kin.id, kin.shared) == (first, 3)
    crawl.save(own, Decision("copy", None, 0, "first", story_id=kin.story_id))
    with Reader(crawl.path) as reader:
        row = reader.story(1)
        assert row is not None
        assert (row["articles"], row["sources"], row["origin_article_id"], row["origin_agency"]) == (2, 2, 2, "Mercury")
        assert row["first_published_at"] == "2023-11-14T09:00:00Z"
        assert [r["id"] for r in reader.copies(1)] == [2]


def test_a_decision_on_an_older_revision_writes_nothing(crawl: Crawl) -> None:
    crawl.new(article())
    crawl.save(article(text="Second."), Decision("revised", 1, 1, "update"))
    before = crawl.sql("SELECT * FROM fetch WHERE outcome IS NOT NULL")
    stale = crawl.save(article(text="Third."), Decision("revised", 1, 1, "update"))
    again = crawl.save(article(), NEW)
    assert (stale.stale, again.stale) == (True, True)
    assert crawl.sql("SELECT * FROM fetch WHERE outcome IS NOT NULL") == before
    assert crawl.sql("SELECT count(*) FROM revision") == [(2,)]


def test_an_article_that_cannot_be_stored_loses_itself_only(crawl: Crawl) -> None:
    listing(crawl, [link(1), link(2)])
    lease = crawl.take()
    bad = article(word_count=2**63)
    ended = crawl.end(lease, "new", article=bad, decision=NEW, due=crawl.now + 900, links=(link(3),))
    assert ended.refused == ((lease.url, f"word_count: {2**63} is more than 63 bits"),)
    assert ended.offered == 1
    assert crawl.sql("SELECT outcome, reason FROM fetch WHERE id = ?", lease.fetch_id) == [("failed", "unstorable")]
    assert [q.url for q in crawl.frontier.quarantined().result()] == [lease.url]
    assert crawl.sql("SELECT count(*) FROM article") == [(0,)]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("title", 5, "title: int instead of str"),
        ("body", None, "body: NoneType instead of str"),
        ("form", b"x", "form: bytes instead of str"),
        ("key", "id:\x00", "holds NUL"),
        ("canonical_url", "https://x/\ud800", "lone surrogate"),
        ("sketch", (2**32,), "not a number of 32 bits"),
        ("tags", ("a", None), "a list of other things"),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused_with_its_name(crawl: Crawl, field: str, value: Any, reason: str) -> None:
    ended = crawl.save(replace(article(), **{field: value}), NEW)
    ((_, why),) = ended.refused
    assert reason in why


def test_nul_and_lone_surrogates_in_text_are_cleaned(crawl: Crawl) -> None:
    crawl.new(article(title="A\x00B \ud83d\ude00 \ud800", text="x\x00"))
    assert crawl.sql("SELECT title, body FROM revision") == [("AB 😀 �", "x")]


def test_a_link_that_cannot_be_stored_is_refused_alone(crawl: Crawl) -> None:
    ended = listing(
        crawl,
        [
            link(1),
            replace(link(2), url="https://mercury.test/\ud800"),
            replace(link(3), url="javascript:alert(1)"),
            link(4, title=7),
            replace(link(5), url="https://me:secret@mercury.test/"),
            replace(link(6), url="https://[::1"),
            replace(link(7), url="https://me:secret@mercury.test:99999/"),
            replace(link(8), url="ftp://me:secret@mercury.test/"),
            link(9),
        ],
    )
    assert ended.offered == 2
    assert len(ended.refused) == 7
    assert not [why for _, why in ended.refused if "secret" in why]
    ((detail,),) = crawl.sql("SELECT detail FROM fetch")
    assert detail.startswith("7 links could not be stored, the first: the address 'https://mercury.test/")


def test_validators_are_kept_after_content_and_not_after_failure(crawl: Crawl) -> None:
    listing(crawl, [], validators=Validators('W/"1"', "Tue"))
    crawl.later(300)
    lease = crawl.take()
    assert lease.validators == Validators('W/"1"', "Tue")
    crawl.end(lease, "failed:timeout", validators=Validators("other", None), due=crawl.now)
    crawl.later()
    lease = crawl.take()
    assert (lease.validators, lease.tries) == (Validators('W/"1"', "Tue"), 1)
    crawl.end(lease, "not_modified", validators=Validators('W/"2"', None), due=crawl.now)
    crawl.later()
    assert crawl.take().validators == Validators('W/"2"', "Tue")


def test_an_outcome_is_written_once_also_when_it_comes_after_the_lease(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    late = crawl.take()
    crawl.later(101)
    assert crawl.frontier.reclaim(crawl.now).result() == 1
    crawl.later()
    second = crawl.take()
    assert second.url == late.url
    ended = crawl.end(late, "new", article=article(), decision=NEW, due=None)
    assert ended.article_id == 1, "what was fetched is not thrown away"
    rows = crawl.sql("SELECT outcome, requests, detail, article_id FROM fetch WHERE id = ?", late.fetch_id)
    assert rows == [("interrupted", 1, "its lease ran out; then ended as new", 1)]
    assert crawl.sql("SELECT state, fetch_id FROM link WHERE url = ?", late.url) == [("leased", second.fetch_id)]
    assert crawl.end(second, "new", article=article(), decision=NEW).stale
    crawl.end(second, "unchanged", article=article(), decision=Decision("unchanged", 1, 1))
    assert crawl.sql("SELECT count(*) FROM article") == [(1,)]


def test_a_fetch_ended_after_it_was_handed_back_is_in_the_ledger(crawl: Crawl) -> None:
    listing(crawl, [link(1)])
    lease = crawl.take()
    crawl.frontier.hand_back(crawl.owner, crawl.now).result()
    assert crawl.sql("SELECT count(*) FROM fetch WHERE id = ?", lease.fetch_id) == [(0,)]
    crawl.end(lease, "new", article=article(), decision=NEW)
    assert crawl.sql("SELECT outcome, url FROM fetch WHERE id = ?", lease.fetch_id) == [("new", page(1))]


def test_an_import_goes_on_where_it_was_broken_off(crawl: Crawl) -> None:
    store = crawl.store
    first = store.begin_record(crawl.run, SOURCE, page(1), "warc:f.warc.gz:9:ab#0", crawl.now).result()
    second = store.begin_record(crawl.run, SOURCE, page(2), "warc:f.warc.gz:9:ab#700", crawl.now).result()
    assert first is not None
    store.end(Ending(first, Outcome("rejected:empty"), crawl.now)).result()
    assert store.begin_record(crawl.run, SOURCE, page(1), "warc:f.warc.gz:9:ab#0", crawl.now).result() is None
    assert store.begin_record(crawl.run, SOURCE, page(2), "warc:f.warc.gz:9:ab#700", crawl.now).result() == second
    assert store.done_records("f.warc.gz:9:ab").result() == {0}


def test_a_run_counts_its_outcomes(crawl: Crawl) -> None:
    listing(crawl, [link(1), link(2)])
    crawl.end(crawl.take(), "failed:timeout")
    crawl.later()
    crawl.end(crawl.take(), "new", article=article(), decision=NEW)
    expected = {"failed:timeout": 1, "listed": 1, "new": 1}
    assert crawl.store.run_counts(crawl.run).result() == expected
    assert crawl.store.finish_run(crawl.run, crawl.now, "finished").result() == expected
    with Reader(crawl.path) as reader:
        row = reader.runs()[0]
        assert (json.loads(row["counts"]), row["finish_reason"]) == (expected, "finished")


def test_an_ending_that_makes_no_sense_is_a_programming_error(crawl: Crawl) -> None:
    with pytest.raises(ValueError, match="no outcome"):
        crawl.store.end(Ending(1, Outcome("great"), crawl.now)).result()
    with pytest.raises(ValueError, match="never opened"):
        crawl.store.end(Ending(99, Outcome("gone"), crawl.now)).result()
    with pytest.raises(ValueError, match="come together"):
        crawl.store.end(Ending(1, Outcome("new"), crawl.now, article=article())).result()


def test_raw_pages_come_back_and_are_pruned_by_age_and_size(crawl: Crawl) -> None:
    from storage import raw

    told = link(0, title="Title", published=instant("2023-11-14T10:00:00Z"), tags=("a", "б"), full_text="Text.")
    kept = [
        raw_page(
            b"page %d " % number * 1000, number, content_type="text/html; charset=utf-8", witness=witness, reserved=why
        )
        for number, witness, why in (
            (0, told, None),
            (1, None, "noarchive"),
            (2, replace(told, whole=True), None),
            (3, None, None),
        )
    ]
    for number in range(4):
        crawl.save(article(number), NEW, page=kept[number])
        crawl.later(86400)
    for number in range(4):
        assert (
            crawl.store.writer.submit(partial(raw.read, fetch_id=number + 1, profile=PROFILE)).result() == kept[number]
        )
    assert crawl.store.writer.submit(partial(raw.read, fetch_id=99, profile=PROFILE)).result() is None
    assert crawl.store.prune_raw(now=crawl.now, days=3.5).result() == 1
    ((total,),) = crawl.sql("SELECT sum(size) FROM raw_page")
    assert crawl.store.prune_raw(now=crawl.now, most_bytes=total - 1).result() == 1
    assert crawl.store.prune_raw(now=crawl.now, most_bytes=total).result() == 0
    assert crawl.store.vacuum().result() == 0
