"""One article is one row wherever it is found, and two stories are never swallowed by one key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from storage.models import Link
from tests.crawler.looks import HOST, OTHER, TEXT, Looks, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUDGET = Sheet("Budget passed by a single vote", OTHER, published="2026-11-01T09:40:11Z")


@pytest.fixture
def looks(tmp_path: Path) -> Iterator[Looks]:
    at_work = Looks(tmp_path)
    yield at_work
    at_work.close()


@pytest.fixture
def numbered(tmp_path: Path) -> Iterator[Looks]:
    """A source whose addresses bear the agency's own id."""
    at_work = Looks(tmp_path, agency_id=r"/(\d+)(?:$|[/?.])")
    yield at_work
    at_work.close()


def test_a_changed_slug_or_section_with_the_agencys_id_is_an_alias(numbered: Looks) -> None:
    assert numbered.look("/world/crane-falls/4711", Sheet()) == "new"
    assert numbered.look("/economy/harbour-closed/4711", Sheet()) == "alias"
    assert len(numbered.articles()) == 1
    assert numbered.kinds() == ["first"]


def test_a_changed_slug_with_new_words_is_an_update_of_the_same_article(numbered: Looks) -> None:
    numbered.look("/world/crane-falls/4711", Sheet())
    later = Sheet("Harbour reopens after crane falls", (*TEXT[:2], "The quay was cleared by noon, officials said."))
    assert numbered.look("/world/harbour-reopens/4711", later) == "revised"
    (only,) = numbered.articles()
    assert (only["revision"], only["url"]) == (2, f"{HOST}/world/harbour-reopens/4711")


def test_a_flash_that_becomes_a_story_at_another_address_stays_one_article(numbered: Looks) -> None:
    numbered.look("/world/flash/4711", Sheet("Crane falls in Porto Sereno", ("A crane has fallen in Porto Sereno.",)))
    assert numbered.look("/world/harbour-closed/4711", Sheet("Porto Sereno harbour shut down", TEXT)) == "revised"
    assert len(numbered.articles()) == 1


def test_an_agencys_id_that_is_used_again_is_another_article(numbered: Looks) -> None:
    earlier = replace(BUDGET, published="2026-03-01T09:40:11Z")
    assert numbered.look("/world/crane-falls/4711", Sheet()) == "new"
    assert numbered.look("/politics/budget/4711", earlier) == "new"
    assert [a["title"] for a in numbered.articles()] == [Sheet().title, earlier.title]
    assert numbered.look("/politics/budget/4711", earlier) == "unchanged"
    assert numbered.look("/world/crane-falls/4711", Sheet()) == "unchanged"
    grown = replace(earlier, text=(*OTHER, "The president has ten days to sign it, her office said on Friday."))
    assert numbered.look("/politics/budget/4711", grown) == "revised"
    assert numbered.kinds(1) == ["first"]
    assert numbered.kinds(2) == ["first", "update"]


DRESSES = [
    "/news/crane/amp", "/amp/news/crane", "/news/crane?amp=1", "/news/crane?outputType=amp", "/news/crane/print",
    "/print/news/crane", "/news/crane?print=1", "https://m.mercury.test/news/crane",
    "https://amp.mercury.test/news/crane", "https://mercury.test/news/crane", "http://www.mercury.test/news/crane",
    "/news/crane/", "/news/crane?utm_source=x&fbclid=2", "/news/crane?sid=0a1b2c3d4e5f6a7b8c9d",
    "/news/crane;jsessionid=0A1B2C",
]  # fmt: skip


@pytest.mark.parametrize("dress", DRESSES)
def test_amp_mobile_print_and_session_pages_are_one_article_with_a_canonical_or_without(
    looks: Looks, dress: str
) -> None:
    cut = Sheet(text=TEXT[:2])  # such pages often have less
    assert looks.look("/news/crane", Sheet()) == "new"
    assert looks.look(dress, Sheet()) in {"alias", "unchanged"}
    assert looks.look(dress, replace(Sheet(), canonical=f"{HOST}/news/crane")) in {"alias", "unchanged"}
    if "utm" not in dress and "s" + "id=" not in dress and "session" not in dress and dress in DRESSES[:9]:
        assert looks.look(dress, cut) == "alias"
    assert len(looks.articles()) == 1
    assert looks.kinds() == ["first"]


@pytest.mark.parametrize("dress", DRESSES)
def test_the_dress_may_come_before_the_page(looks: Looks, dress: str) -> None:
    assert looks.look(dress, Sheet()) == "new"
    assert looks.look("/news/crane", Sheet()) in {"alias", "unchanged"}
    assert len(looks.articles()) == 1


def test_a_canonical_link_to_another_story_does_not_swallow_it(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    lying = replace(BUDGET, canonical=f"{HOST}/news/crane")
    assert looks.look("/news/budget", lying) == "new"
    assert looks.look("/news/budget", lying) == "unchanged"
    assert looks.look("/news/crane", Sheet()) == "unchanged"
    assert [a["status"] for a in looks.articles()] == ["live", "live"]
    assert looks.articles()[1]["key"] == f"url:{HOST}/news/budget"


@pytest.mark.parametrize("named", ["/", "/news/", "/latest", "https://elsewhere.test/story"])
def test_a_site_that_names_one_address_for_all_its_pages_keeps_them_apart(looks: Looks, named: str) -> None:
    canonical = named if "://" in named else HOST + named
    first, second = replace(Sheet(), canonical=canonical), replace(BUDGET, canonical=canonical)
    third = Sheet("Rain on the coast", tuple(line[::-1] for line in OTHER), canonical, "2026-11-01T10:00:00Z")
    pages = {"/world/crane": first, "/politics/budget": second, "/weather/rain": third}
    assert [looks.look(path, sheet) for path, sheet in pages.items()] == ["new"] * 3
    assert [looks.look(path, sheet) for path, sheet in reversed(pages.items())] == ["unchanged"] * 3
    assert len(looks.articles()) == 3


def test_the_page_that_another_claimed_to_be_has_its_address(looks: Looks) -> None:
    looks.look("/news/crane", replace(Sheet(), canonical=f"{HOST}/news/budget"))
    assert looks.look("/news/budget", BUDGET) == "new"
    assert looks.look("/news/budget", BUDGET) == "unchanged"
    with looks.reader() as reader:
        found = reader.article(f"{HOST}/news/budget")
        assert found is not None
        assert found["title"] == BUDGET.title


def test_a_moved_page_without_an_id_is_known_by_its_very_text_and_minute(looks: Looks) -> None:
    assert looks.look("/2026/crane-falls", Sheet()) == "new"
    assert looks.look("/2026/harbour-closed", Sheet()) == "alias"
    assert looks.look("/special/crane", replace(Sheet(), published="2026-11-02T08:15:20Z")) == "alias", "posted again"
    assert looks.look("/2026/again", replace(Sheet(), published="2026-10-20T08:15:20Z")) == "new"


def test_an_old_text_in_another_design_makes_no_chain(looks: Looks) -> None:
    later = replace(Sheet(), text=(*TEXT, "The ministry promised an inquiry into the age of all cranes on the coast."))
    redesigned = replace(Sheet(), text=(*TEXT, "More on Porto Sereno and its harbour"))
    assert [looks.look("/news/crane", s) for s in (Sheet(), later, redesigned)] == ["new", "revised", "unchanged"]


def test_the_same_form_with_other_numbers_is_another_article(looks: Looks) -> None:
    def rates(day: str, euro: str) -> Sheet:
        text = tuple(f"{line} The {day} rate of the euro was {euro} and of the pound {euro}1." for line in TEXT)
        return Sheet("Exchange rates of the central bank", text, published=f"2026-11-0{len(day) - 5}T08:00:00Z")

    assert looks.look("/rates/monday", rates("Monday", "1.0871")) == "new"
    assert looks.look("/rates/tuesday", rates("Tuesday", "1.0902")) == "new"


def test_a_stored_page_that_names_another_stays_what_it_was(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    looks.look("/news/budget", BUDGET)
    assert looks.look("/news/crane", replace(Sheet(), canonical=f"{HOST}/news/budget")) == "unchanged"
    assert len(looks.articles()) == 2


def test_one_address_of_an_article_that_moved_stays_on_the_ladder(numbered: Looks) -> None:
    numbered.look("/world/crane/4711", Sheet())
    numbered.look("/economy/crane/4711", Sheet())
    assert numbered.look("/world/crane/4711", Sheet(), to="/economy/crane/4711") == "alias"
    assert numbered.next_look("/world/crane/4711") is not None
    numbered.crawl.sql("UPDATE link SET state = 'pending', due = 0 WHERE url LIKE '%world%'")
    numbered.crawl.sql("UPDATE link SET state = 'done', due = NULL WHERE url LIKE '%economy%'")
    assert numbered.look("/economy/crane/4711", Sheet(), keep=True) == "alias"
    assert numbered.next_look("/economy/crane/4711") is None, "the other one is looked at"


def test_two_ids_with_one_canonical_link_are_two_articles(numbered: Looks) -> None:
    numbered.look("/world/4711", Sheet())
    assert numbered.look("/world/4712", replace(BUDGET, canonical=f"{HOST}/world/4711")) == "new"
    assert [a["key"] for a in numbered.articles()] == ["id:4711", "id:4712"]


def test_an_address_that_was_only_claimed_is_fetched_when_it_is_found(looks: Looks) -> None:
    looks.look("/news/crane", replace(Sheet(), canonical=f"{HOST}/news/budget"))
    looks.crawl.offer(Link(f"{HOST}/news/budget"))
    assert looks.crawl.sql("SELECT state FROM link WHERE url LIKE '%budget'") == [("pending",)]


def test_a_guid_that_changes_or_is_used_again_is_no_identity(looks: Looks) -> None:
    looks.crawl.offer(Link(f"{HOST}/news/crane", guid="1"), Link(f"{HOST}/news/budget", guid="2"))
    assert looks.look("/news/crane", Sheet()) == "new"
    looks.crawl.offer(Link(f"{HOST}/news/crane", guid="3"), Link(f"{HOST}/news/rain", guid="1"))
    assert looks.look("/news/crane", Sheet()) == "unchanged"
    assert looks.look("/news/budget", BUDGET) == "new"
    rain = Sheet("Rain on the coast", tuple(line[::-1] for line in OTHER), published="2026-11-01T10:00:00Z")
    assert looks.look("/news/rain", rain) == "new"
    assert len(looks.articles()) == 3
