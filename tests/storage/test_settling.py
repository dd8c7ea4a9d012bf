"""Records of files, decided and written in one job: each as if it had come alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.deduplicate import settled
from storage.models import Article, Dispatch, Ending, Outcome, Page, Profile
from storage.settling import Record
from tests.storage.harness import SOURCE, article, page

if TYPE_CHECKING:
    from storage.models import Kept, Look
    from tests.storage.harness import Crawl


def record(place: int, found: Article | None, outcome: str = "failed:broken") -> Record:
    shown = Page(page(place), page(place), b"", "2023-11-01T08:00:00Z", Profile(SOURCE))
    ending = Ending(0, Outcome(outcome), 0.0, status=200, article=found)
    return Record(f"warc:f:1:ab#{place}", None, page(place), Dispatch(shown, ending, decided=found is None))


def decide(dispatch: Dispatch, look: Look, kept: Kept) -> Dispatch | None:
    return dispatch if dispatch.decided else settled(dispatch, look, kept)


def outcomes(crawl: Crawl) -> list[tuple[str, str]]:
    return crawl.sql("SELECT url, outcome || coalesce(':' || reason, '') FROM fetch ORDER BY id")


def test_records_of_a_batch_see_those_before_them(crawl: Crawl) -> None:
    batch = [
        record(1, article(1)),
        record(2, None),
        record(3, article(1)),
        record(4, article(1, "Harbour stays shut.")),
    ]
    answers = crawl.store.settle(batch, decide).result()
    assert [one and one.dispatch.ending.outcome.name for one in answers] == [
        "new",
        "failed:broken",
        "unchanged",
        "revised",
    ]
    assert [name for _, name in outcomes(crawl)] == ["new", "failed:broken", "unchanged", "revised"]
    assert crawl.sql("SELECT revision FROM article") == [(2,)]


def test_a_record_with_an_outcome_is_left(crawl: Crawl) -> None:
    batch = [record(1, article(1)), record(2, article(2, "Another text."))]
    crawl.store.settle(batch[:1], decide).result()
    first, second = crawl.store.settle(batch, decide).result()
    assert first is None
    assert second is not None
    assert second.ended.article_id == 2
    assert len(outcomes(crawl)) == 2


def test_a_record_that_cannot_be_stored_costs_itself_only(crawl: Crawl) -> None:
    wrong = replace(article(2), sketch=(1 << 40,))
    batch = [record(1, article(1)), record(2, wrong), record(3, article(3, "A third text."))]
    _, answer, _ = crawl.store.settle(batch, decide).result()
    assert answer is not None
    assert "32 bits" in answer.ended.refused[0][1]
    assert [name for _, name in outcomes(crawl)] == ["new", "failed:unstorable", "new"]


def test_a_status_that_no_column_takes_costs_its_record_only(crawl: Crawl) -> None:
    odd = record(2, None)
    odd = replace(odd, dispatch=replace(odd.dispatch, ending=replace(odd.dispatch.ending, status=10**25)))
    crawl.store.settle([record(1, article(1)), odd, record(3, article(3, "A third text."))], decide).result()
    assert [name for _, name in outcomes(crawl)] == ["new", "failed:unstorable", "new"]


def test_a_decision_that_breaks_after_another_one_leaves_no_half_record(crawl: Crawl) -> None:
    def broken(dispatch: Dispatch, look: Look, kept: Kept) -> Dispatch | None:
        made = decide(dispatch, look, kept)
        if dispatch.page.url == page(2):
            raise ValueError("a rule that nobody foresaw")
        return made

    batch = [record(number, article(number, f"Text {number}.")) for number in (1, 2, 3)]
    answers = crawl.store.settle(batch, broken).result()
    assert [one and one.dispatch.ending.outcome.name for one in answers] == ["new", "failed:unstorable", "new"]
    assert crawl.sql("SELECT id, key FROM article") == [(1, "id:1"), (2, "id:3")]


def test_what_cannot_be_decided_at_once_stops_the_batch_before_it(crawl: Crawl) -> None:
    def hesitant(dispatch: Dispatch, look: Look, kept: Kept) -> Dispatch | None:
        return None if dispatch.page.url == page(2) else decide(dispatch, look, kept)

    batch = [record(number, article(number, f"Text {number}.")) for number in (1, 2, 3)]
    assert len(crawl.store.settle(batch, hesitant).result()) == 1
    assert outcomes(crawl) == [(page(1), "new")]
    assert len(crawl.store.settle(batch[1:], decide).result()) == 2
    assert [name for _, name in outcomes(crawl)] == ["new"] * 3


def test_a_batch_may_be_searched_once_it_is_answered(crawl: Crawl) -> None:
    batch = [
        record(1, article(1, "The ferry sank.")),
        record(2, replace(article(2), sketch=(1 << 40,), body="A ferry.")),
    ]
    crawl.store.settle(batch, decide).result()
    assert crawl.sql("SELECT count(*) FROM search WHERE search MATCH 'ferry'") == [(1,)]
