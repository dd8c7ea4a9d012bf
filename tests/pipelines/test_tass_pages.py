"""TASS pages, built from the corpus' texts: every field exact, and nothing of what surrounds the text."""

from __future__ import annotations

from datetime import UTC

import pytest

from pipelines.extractor import extract
from storage.models import Article, Page, Profile
from tests.pipelines.tass_pages import (
    CAPTION,
    HEADLINES,
    PHOTOGRAPHER,
    SEEDS,
    TEXTS,
    Story,
    corpus_stories,
    page,
    seed_story,
)

pytestmark = pytest.mark.skipif(
    not TEXTS.exists() or not SEEDS.exists(), reason="the corpus is not here (DATELINE_CORPUS)"
)

PROFILE = Profile(
    source="tass-en",
    agency="TASS",
    timezone="Europe/Moscow",
    languages=("en",),
    title=("h1.news-header__title",),
    lead=(".news-header__lead",),
    body=(".text-block",),
    drop=(".news-media", ".tags"),
    title_suffix=(r"\s+-\s+[^-]*-\s+TASS$", r"\s+-\s+TASS$"),
    agency_id=r"^https://tass\.com/[a-z-]+/(\d+)",
)
SURROUNDINGS = ("All news", "Read also", "{{", "}}", PHOTOGRAPHER, CAPTION, "Foreign policy", *HEADLINES)


def stories() -> list[Story]:
    return [*corpus_stories(), seed_story()] if TEXTS.exists() and SEEDS.exists() else []


@pytest.fixture(params=range(11), ids=lambda number: f"story{number}")
def story(request: pytest.FixtureRequest) -> Story:
    number: int = request.param
    return stories()[number]


def extracted(story: Story) -> Article:
    made = Page(story.url, story.url, page(story), "2026-01-01T00:00:00Z", PROFILE, content_type="text/html")
    result = extract(made)
    assert result.article is not None, (result.reason, result.detail)
    return result.article


def test_the_corpus_gives_ten_stories_and_the_seed_one_with_two_subheads() -> None:
    assert len(stories()) == 11
    assert len(seed_story().subheads) == 2


def test_title_lead_paragraphs_and_subheads_are_exact(story: Story) -> None:
    article = extracted(story)
    assert article.title == story.title
    assert article.lead == story.lead
    assert article.body.split("\n\n") == list(story.paragraphs)
    assert article.subheads == story.subheads


def test_the_dateline_is_taken_apart(story: Story) -> None:
    found = extracted(story).dateline
    start = story.paragraphs[0]
    assert found is not None
    assert found.agency == "TASS"
    assert found.place == start[: start.index(", ")]
    # all the stories were published on the day of their datelines
    assert found.date == story.published.date().isoformat()
    assert start[found.length :] == start.split("/TASS/. ", 1)[1]


def test_the_instant_is_exact(story: Story) -> None:
    published = extracted(story).published
    assert published is not None
    assert published.at == story.published.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert published.precision == "second"


def test_nothing_of_the_surroundings_is_kept(story: Story) -> None:
    article = extracted(story)
    kept = "\n".join(
        (article.title, article.lead or "", article.body, article.tail or "", *article.authors, *article.subheads)
    )
    assert not [words for words in SURROUNDINGS if words in kept]


def test_the_agencys_number_is_the_identity(story: Story) -> None:
    article = extracted(story)
    assert article.agency_id == story.url.rsplit("/", 1)[1]
    assert article.key == f"id:{article.agency_id}"
    assert article.credit is not None
    assert article.credit.agency == "TASS"
