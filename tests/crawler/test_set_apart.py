"""An agency's id that is used again, and addresses that once bore another article's text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.crawler.looks import HOST, OTHER, TEXT, Looks, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLASH = Sheet("Crane falls in Porto Sereno", ("A crane has fallen in Porto Sereno.",))
LONG_AGO = Sheet(published="2024-11-01T08:15:20Z")
YEAR_LATER = Sheet("Budget passed by a single vote", OTHER, published="2025-11-01T09:40:11Z")
BRIEFING = Sheet("Morning briefing")
NEW_BRIEFING = Sheet("Morning briefing", OTHER, published="2026-11-02T08:15:20Z")
NOTICE = Sheet("STORY WITHDRAWN", ("This story has been withdrawn.",))


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


@pytest.mark.parametrize("published", ["2026-11-01T08:25:20Z", "2026-11-02T08:00:00Z", "2026-11-01"])
def test_a_flash_rewritten_at_a_new_slug_under_its_id_is_one_article(numbered: Looks, published: str) -> None:
    assert numbered.look("/world/flash/88", FLASH) == "new"
    story = Sheet("Harbour shut down as ships wait for pilot", TEXT[1:], published=published)
    assert numbered.look("/world/harbour-shut/88", story) == "revised"
    assert len(numbered.articles()) == 1


def test_an_id_used_again_within_two_days_is_the_same_article(numbered: Looks) -> None:
    numbered.look("/world/flash/88", FLASH)
    assert numbered.look("/world/budget/88", replace(YEAR_LATER, published="2026-10-30T07:00:00Z")) == "revised"
    assert numbered.look("/world/budget-2/88", replace(YEAR_LATER, published="2026-10-09T07:00:00Z")) == "alias"


def test_every_further_address_of_the_second_story_of_an_id_is_that_story(numbered: Looks) -> None:
    assert numbered.look("/x/77", LONG_AGO) == "new"
    assert numbered.look("/y/77", YEAR_LATER) == "new"
    assert numbered.look("/z/77", YEAR_LATER) == "alias"
    assert numbered.look("/z/77", YEAR_LATER) == "alias"
    grown = replace(YEAR_LATER, text=(*OTHER, "The president has ten days to sign it, her office said on Friday."))
    assert numbered.look("/w/77", grown) == "revised"
    assert [a["id"] for a in numbered.articles()] == [1, 2]
    assert (numbered.kinds(1), numbered.kinds(2)) == (["first"], ["first", "update"])
    assert numbered.look("/x/77", LONG_AGO) == "unchanged"


def test_an_id_used_a_third_time_is_a_third_article_and_the_second_is_still_known(numbered: Looks) -> None:
    third = Sheet("Rain on the coast", tuple(line[::-1] for line in OTHER), published="2026-10-01T10:00:00Z")
    assert [numbered.look(f"/{n}/77", s) for n, s in zip("xyz", (LONG_AGO, YEAR_LATER, third), strict=True)] == [
        "new"
    ] * 3
    assert numbered.look("/again/77", YEAR_LATER) == "alias"
    assert numbered.look("/thrice/77", third) == "alias"
    assert len(numbered.articles()) == 3


def test_two_stories_first_seen_as_the_same_notice_stay_two(looks: Looks) -> None:
    assert looks.look("/news/one", NOTICE) == "new"
    assert looks.look("/news/two", NOTICE) == "new"
    assert looks.look("/news/two", replace(YEAR_LATER, published=NOTICE.published)) == "revised"
    assert looks.look("/news/one", Sheet()) == "revised"
    assert [a["title"] for a in looks.articles()] == [Sheet().title, YEAR_LATER.title]


def test_a_notice_at_an_unknown_address_is_not_the_story_withdrawn_in_these_words(looks: Looks) -> None:
    looks.look("/news/one", Sheet())
    assert looks.look("/news/one", NOTICE) == "revised"
    assert looks.look("/news/two", NOTICE) == "new"


def test_yesterdays_text_at_first_look_does_not_make_todays_page_an_update_of_it(looks: Looks) -> None:
    assert looks.look("/briefing/1", BRIEFING) == "new"
    assert looks.look("/briefing/2", replace(BRIEFING, published=NEW_BRIEFING.published)) == "alias"
    assert looks.look("/briefing/2", NEW_BRIEFING) == "new"
    assert looks.look("/briefing/2", NEW_BRIEFING) == "unchanged"
    assert looks.look("/briefing/1", BRIEFING) == "unchanged"
    grown = replace(NEW_BRIEFING, text=(*OTHER, "The president has ten days to sign it, her office said on Friday."))
    assert looks.look("/briefing/2", grown) == "revised"
    assert (looks.kinds(1), looks.kinds(2)) == (["first"], ["first", "update"])
    with looks.reader() as reader:
        found = reader.article(f"{HOST}/briefing/2")
        assert found is not None
        assert found["id"] == 2


def test_a_page_that_moved_is_updated_at_its_new_address(looks: Looks) -> None:
    looks.look("/2026/crane-falls", Sheet())
    assert looks.look("/2026/harbour-closed", Sheet()) == "alias"
    grown = replace(Sheet(), text=(*TEXT, "The ministry promised an inquiry into the age of all cranes on the coast."))
    assert looks.look("/2026/harbour-closed", grown) == "revised"
    assert looks.look("/2026/crane-falls", Sheet()) in {"alias", "unchanged"}, "a server that lags behind"
    assert looks.kinds() == ["first", "update"]


def test_two_pages_that_began_with_one_placeholder_become_two_articles(looks: Looks) -> None:
    wait = Sheet("Breaking news", ("More details on this story are to follow here within the hour, please wait.",))
    assert looks.look("/news/one", wait) == "new"
    assert looks.look("/news/two", wait) == "alias"
    assert looks.look("/news/two", replace(YEAR_LATER, published=wait.published)) == "new"
    assert looks.look("/news/one", Sheet()) == "revised"
    assert len(looks.articles()) == 2


def test_an_address_set_apart_that_came_to_lead_elsewhere_is_known_when_it_is_back(looks: Looks) -> None:
    looks.look("/briefing/1", BRIEFING)
    looks.look("/briefing/2", replace(BRIEFING, published=NEW_BRIEFING.published))
    looks.look("/briefing/2", NEW_BRIEFING)
    looks.crawl.sql("UPDATE address SET article_id = 1")
    assert looks.look("/briefing/2", NEW_BRIEFING) == "unchanged"
    assert len(looks.articles()) == 2
