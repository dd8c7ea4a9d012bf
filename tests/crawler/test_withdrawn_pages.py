"""A page that goes away: withdrawn on evidence only, its texts kept, live again when it is back; late captures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from storage.models import Outcome
from tests.crawler.looks import HOST, OTHER, TEXT, Looks, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GONE = Outcome("gone", "HTTP 404")
UPDATED = replace(
    Sheet(), text=(*TEXT, "The quay will be open again on Friday, the authority said in a second statement.")
)
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
def looks(tmp_path: Path) -> Iterator[Looks]:
    at_work = Looks(tmp_path)
    yield at_work
    at_work.close()


def test_two_looks_an_hour_apart_withdraw_an_article_and_keep_its_text(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    looks.later(900)
    looks.look("/news/crane", GONE)
    assert looks.articles()[0]["status"] == "live"
    assert looks.next_look("/news/crane") == HOUR
    looks.later(HOUR)
    looks.look("/news/crane", GONE)
    (only,) = looks.articles()
    assert (only["status"], only["revision"], only["gone_why"]) == ("withdrawn", 1, "HTTP 404")
    assert looks.changes() == [("first", 1), ("withdrawal", 1)]
    assert looks.kinds() == ["first"]
    assert looks.next_look("/news/crane") == DAY


def test_the_same_within_minutes_is_no_evidence(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    for _ in range(5):
        looks.look("/news/crane", GONE)
        looks.later(600)
    assert looks.articles()[0]["status"] == "live"


@pytest.mark.parametrize(
    "answer", ["failed:http_500", "failed:http_503", "failed:timeout", "blocked:http_403", "blocked:robots",
               "blocked:robots_unreachable", "rejected:paywall", "rejected:consent_wall", "failed:dns"]
)  # fmt: skip
def test_failures_and_refusals_are_never_a_withdrawal_nor_its_second_look(looks: Looks, answer: str) -> None:
    looks.look("/news/crane", Sheet())
    for _ in range(6):
        looks.later(2 * HOUR)
        looks.look("/news/crane", Outcome(answer, "no"))
    looks.later(2 * HOUR)  # the host's rest after so many failures
    looks.look("/news/crane", GONE)
    assert looks.articles()[0]["status"] == "live"
    assert looks.next_look("/news/crane") == HOUR


def test_a_failure_between_two_looks_does_not_wipe_the_evidence(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    for answer in (GONE, Outcome("failed:http_502"), GONE):
        looks.look("/news/crane", answer)
        looks.later(HOUR)
    assert looks.articles()[0]["status"] == "withdrawn"


@pytest.mark.parametrize("sight", [Sheet(), UPDATED, Outcome("not_modified")])
def test_a_page_that_is_back_is_live_again(looks: Looks, sight: Sheet | Outcome) -> None:
    looks.look("/news/crane", Sheet())
    for _ in range(2):
        looks.look("/news/crane", GONE)
        looks.later(HOUR)
    looks.look("/news/crane", sight)
    (only,) = looks.articles()
    assert (only["status"], only["gone_why"]) == ("live", None)
    assert looks.changes()[-1] == (("update", 2) if sight is UPDATED else ("return", 1))
    looks.look("/news/crane", GONE)
    looks.later(60)
    looks.look("/news/crane", GONE)
    assert looks.articles()[0]["status"] == "live", "the evidence begins anew"


def test_an_article_that_was_corrected_comes_back_as_corrected(looks: Looks) -> None:
    looks.look("/news/crane", Sheet("CORRECTED-Harbour closed after crane falls on quay"))
    for _ in range(2):
        looks.look("/news/crane", GONE)
        looks.later(HOUR)
    looks.look("/news/crane", Sheet("CORRECTED-Harbour closed after crane falls on quay"))
    assert looks.articles()[0]["status"] == "corrected"


def test_a_second_address_that_still_answers_keeps_the_article(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    looks.look("/news/crane/amp", Sheet())
    looks.later(HOUR)
    looks.look("/news/crane", GONE)
    assert looks.next_look("/news/crane/amp") == 0.0, "the frontier asks there, too"
    looks.look("/news/crane/amp", Sheet())
    looks.later(HOUR)
    looks.look("/news/crane", GONE)
    assert looks.articles()[0]["status"] == "live"
    looks.look("/news/crane/amp", GONE)
    assert looks.articles()[0]["status"] == "withdrawn"


def test_a_site_that_lost_all_its_pages_is_broken_not_withdrawn(looks: Looks) -> None:
    pages = {
        f"/news/{n}": Sheet(f"Story number {n} of the day", tuple(f"{line} {n}" for line in TEXT)) for n in range(5)
    }
    for path, sheet in pages.items():
        looks.look(path, replace(sheet, published=f"2026-11-01T08:15:2{path[-1]}Z"))
    for _ in range(2):
        looks.later(HOUR)
        for path in pages:
            looks.look(path, GONE)
    assert {a["status"] for a in looks.articles()} == {"live"}


@pytest.mark.parametrize("to", ["/", "/en/", "/index.html"])
def test_a_redirect_to_the_front_page_is_a_page_that_is_gone(looks: Looks, to: str) -> None:
    looks.look("/news/crane", Sheet())
    for _ in range(2):
        assert looks.look("/news/crane", Sheet("Mercury News Agency", OTHER), to=to) == "gone"
        looks.later(HOUR)
    (only,) = looks.articles()
    assert only["status"] == "withdrawn"
    assert only["gone_why"] == f"redirected to the front page {HOST}{to}"


def test_a_redirect_to_the_section_above_is_too_where_it_shows_no_article(looks: Looks) -> None:
    looks.look("/news/world/crane", Sheet())
    for _ in range(2):
        assert looks.look("/news/world/crane", Sheet("World", ()), to="/news/world/") == "gone"
        looks.later(HOUR)
    assert looks.articles()[0]["status"] == "withdrawn"


@pytest.mark.parametrize(
    "note", ["Editor's note: The agency is reviewing this report.", "От редакции: текст проверяется.",
             "Hinweis der Redaktion: Wir prüfen diesen Bericht.", "编者按:本稿正在核实。"]
)  # fmt: skip
def test_an_editors_note_in_place_of_the_text_needs_two_looks(looks: Looks, note: str) -> None:
    looks.look("/news/crane", Sheet())
    for _ in range(2):
        assert looks.articles()[0]["status"] == "live"
        assert looks.look("/news/crane", Sheet(text=(note,))) == "gone"
        looks.later(HOUR)
    (only,) = looks.articles()
    assert (only["status"], only["revision"]) == ("withdrawn", 1)
    assert only["gone_why"] == note


def test_an_explicit_withdrawal_needs_one_look_and_a_cache_does_not_undo_it(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    looks.later(900)
    killed = Sheet("STORY WITHDRAWN", ("The story about the crane has been withdrawn. It should not be used.",))
    assert looks.look("/news/crane", killed) == "revised"
    assert looks.articles()[0]["status"] == "withdrawn"
    assert looks.changes() == [("first", 1), ("withdrawal", 2)]
    assert looks.look("/news/crane", Sheet()) == "unchanged"
    assert looks.articles()[0]["status"] == "withdrawn"


def test_an_older_capture_is_kept_with_its_own_time_and_the_current_text_stays(looks: Looks) -> None:
    looks.look("/news/crane", UPDATED)
    before = looks.crawl.now - 2 * DAY
    assert looks.record("/news/crane", Sheet(), before) == "revised"
    assert looks.kinds() == ["first", "earlier"]
    (only,) = looks.articles()
    assert only["revision"] == 1
    with looks.reader() as reader:
        texts = reader.revisions(1)
        assert texts[1]["seen_at"] < texts[0]["seen_at"]
        row = reader.article(1)
        assert row is not None
        assert "second statement" in row["body"]
    assert looks.record("/news/crane", Sheet(), before - DAY) == "unchanged"
    assert looks.look("/news/crane", Sheet()) == "unchanged", "an old text that comes back makes no chain"
    grown = replace(UPDATED, text=(*UPDATED.text, "Two cranes on the western quay were found sound."))
    assert looks.look("/news/crane", grown) == "revised"
    assert looks.articles()[0]["revision"] == 3
    assert looks.changes() == [("first", 1), ("earlier", 2), ("update", 3)]


def test_archives_read_backwards_end_with_the_newest_text(looks: Looks) -> None:
    """Whatever the order in which captures of one page are imported, the newest is current."""
    texts = [
        replace(Sheet(), text=(*TEXT[:2], f"The port was closed for {n} days, the ministry said.")) for n in range(4)
    ]
    start = looks.crawl.now - 30 * DAY
    for n in (2, 3, 0, 1):
        looks.record("/news/crane", texts[n], start + n * DAY)
    with looks.reader() as reader:
        row = reader.article(1)
        assert row is not None
        assert "3 days" in row["body"]
        assert [r["kind"] for r in reader.revisions(1)] == ["first", "update", "earlier", "earlier"]


def test_an_older_capture_neither_revives_nor_withdraws(looks: Looks) -> None:
    looks.look("/news/crane", UPDATED)
    for _ in range(2):
        looks.look("/news/crane", GONE)
        looks.later(HOUR)
    assert looks.record("/news/crane", UPDATED, looks.crawl.now - DAY) == "unchanged"
    assert looks.articles()[0]["status"] == "withdrawn"
    looks.look("/news/crane", UPDATED)
    killed = Sheet("STORY WITHDRAWN", ("The story about the crane has been withdrawn. It should not be used.",))
    looks.record("/news/crane", killed, looks.crawl.now - DAY)
    assert looks.articles()[0]["status"] == "live"


def test_a_cache_with_an_older_copy_that_was_never_seen_does_not_become_current(looks: Looks) -> None:
    looks.look("/news/crane", replace(UPDATED, modified="2026-11-01T12:00:00Z"))
    looks.later(900)
    assert looks.look("/news/crane", replace(Sheet(), modified="2026-11-01T09:00:00Z")) == "revised"
    assert looks.kinds() == ["first", "earlier"]
    assert looks.articles()[0]["revision"] == 1


def test_a_time_of_modification_that_rises_alone_makes_no_revision(looks: Looks) -> None:
    for hour in range(4):
        outcome = looks.look("/news/crane", replace(Sheet(), modified=f"2026-11-01T1{hour}:00:00Z"))
        assert outcome == ("unchanged" if hour else "new")
    assert looks.kinds() == ["first"]


def test_metadata_names_the_kind_of_new_words_but_makes_no_revision_of_old_ones(looks: Looks) -> None:
    claims = '{"@type": "NewsArticle", "headline": "x", "correction": "The time was wrong."}'
    script = f'<script type="application/ld+json">{claims}</script>'
    looks.look("/news/crane", Sheet())
    assert looks.look("/news/crane", replace(Sheet(), head=script)) == "unchanged"
    corrected = tuple(line.replace("at six", "at seven") for line in TEXT)
    assert looks.look("/news/crane", replace(Sheet(), text=corrected, head=script)) == "revised"
    assert looks.kinds() == ["first", "correction"]
    assert looks.articles()[0]["status"] == "corrected"
