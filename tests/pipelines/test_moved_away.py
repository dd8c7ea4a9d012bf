"""An address that answers with the site's front page is gone; one that answers with a wall, or elsewhere, is not."""

from __future__ import annotations

import pytest

from pipelines.judge import moved_away
from storage.models import Page, Profile

ASKED = "https://news.test/harbour/118-ferry"


def away(answered: str, reason: str | None) -> str | None:
    return moved_away(Page(ASKED, answered, b"", "2026-03-02T10:00:00Z", Profile("agency")), reason)


@pytest.mark.parametrize("answered", ["https://news.test/", "https://www.news.test/en/", "https://m.news.test/"])
def test_the_front_page_of_its_site_says_that_a_page_is_gone(answered: str) -> None:
    assert away(answered, "listing")
    assert away(answered, None)


@pytest.mark.parametrize("reason", ["consent_wall", "bot_check", "login_wall", "maintenance", "region_block"])
def test_a_wall_at_the_front_page_says_nothing_of_the_page(reason: str) -> None:
    assert away("https://news.test/", reason) is None


@pytest.mark.parametrize(
    "answered", ["https://login.news.test/", "https://consent.news.test/", "https://walls.example/"]
)
def test_another_site_and_a_door_are_no_front_page(answered: str) -> None:
    assert away(answered, "no_text") is None


def test_a_section_above_says_that_a_page_is_gone_where_it_is_none() -> None:
    assert away("https://news.test/harbour/", "listing")
    assert away("https://news.test/harbour/", "bot_check") is None
