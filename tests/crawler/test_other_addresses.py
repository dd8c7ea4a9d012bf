"""Pages that lie at another address, texts that are posted again, and the looks at an article that moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.crawler.looks import HOST, OTHER, TEXT, Looks, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUDGET = Sheet("Budget passed by a single vote", OTHER, published="2026-11-01T09:40:11Z")
MORE = (
    "Divers have found the crane's arm in eleven metres of water, and the insurers have sent two of their own people.",
    "Until it is raised, the pilots bring the larger ships in at slack water only, which costs each of them half a day.",
)
LONG = Sheet("Three days on the quay", (*TEXT, *MORE))
DRESSES = ["/amp/news/crane", "/news/crane?outputType=amp", "/print/news/crane", "https://m.mercury.test/news/crane"]


@pytest.fixture
def looks(tmp_path: Path) -> Iterator[Looks]:
    at_work = Looks(tmp_path)
    yield at_work
    at_work.close()


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("named", ["/news/budget", "/"])
def test_a_page_in_another_dress_is_the_article_whatever_it_calls_itself(looks: Looks, dress: str, named: str) -> None:
    lying = replace(Sheet(), canonical=HOST + named)
    looks.look("/news/budget", BUDGET)
    looks.look("/news/front", replace(Sheet("Welcome", OTHER[::-1]), canonical=f"{HOST}/"))
    assert looks.look("/news/crane", lying) == "new"
    assert looks.look(dress, lying) == "alias"
    assert looks.look(dress, lying) == "alias"
    assert len(looks.articles()) == 3
    assert looks.kinds(3) == ["first"]


@pytest.mark.parametrize("dress", DRESSES)
def test_an_address_that_only_looks_like_another_dress_does_not_swallow_a_story(looks: Looks, dress: str) -> None:
    assert looks.look("/news/crane", Sheet()) == "new"
    for canonical in (None, HOST + "/news/budget"):
        assert looks.look(dress, replace(BUDGET, canonical=canonical)) in {"new", "unchanged"}
    assert [each["title"] for each in looks.articles()] == [Sheet().title, BUDGET.title]
    assert looks.look("/news/crane", Sheet()) == "unchanged"


def test_a_page_in_another_dress_that_names_the_article_is_it_also_with_other_words(looks: Looks) -> None:
    looks.look("/news/crane", Sheet())
    later = Sheet("Quay open again", OTHER, canonical=f"{HOST}/news/crane")
    assert looks.look("/amp/news/crane", later) == "alias"
    assert len(looks.articles()) == 1


@pytest.mark.parametrize(("again", "outcome"), [("2026-11-06T10:00:00Z", "alias"), ("2026-12-20T10:00:00Z", "new")])
def test_a_long_text_is_the_same_when_it_is_posted_again_within_weeks(looks: Looks, again: str, outcome: str) -> None:
    looks.look("/2026/three-days", LONG)
    looks.later(50 * 86400)
    assert looks.look("/special/the-quay", replace(LONG, published=again)) == outcome


def test_a_text_posted_again_under_anothers_canonical_link_is_no_second_article(looks: Looks) -> None:
    looks.look("/2026/three-days", LONG)
    looks.look("/news/budget", BUDGET)
    looks.later(4 * 86400)
    again = replace(LONG, canonical=f"{HOST}/news/budget", published="2026-11-04T10:00:00Z")
    assert looks.look("/special/the-quay", again) == "alias"
    assert len(looks.articles()) == 2


def test_a_short_standing_notice_and_a_form_filled_in_anew_are_articles_of_their_own(looks: Looks) -> None:
    notice = Sheet("Markets today", TEXT[:1])
    assert looks.look("/markets/1", notice) == "new"
    looks.later(4 * 86400)
    assert looks.look("/markets/2", replace(notice, published="2026-11-05T08:15:20Z")) == "new"
    form = replace(LONG, text=(*LONG.text, "The euro stood at 1.0871 against the dollar."), title="Rates")
    assert looks.look("/rates/1", form) == "new"
    later = replace(
        form, text=(*LONG.text, "The euro stood at 1.0902 against the dollar."), published="2026-11-02T08:15:20Z"
    )
    assert looks.look("/rates/2", later) == "new"


def test_a_new_address_makes_an_article_no_younger(tmp_path: Path) -> None:
    looks = Looks(tmp_path, agency_id=r"/(\d+)$")
    try:
        looks.look("/world/4711", Sheet())
        looks.later(86400)
        assert looks.look("/economy/4711", Sheet()) == "alias"
        assert looks.look("/economy/4711", Sheet()) == "alias"
        assert looks.next_look("/economy/4711") == pytest.approx(2 * 86400, abs=60)
    finally:
        looks.close()
