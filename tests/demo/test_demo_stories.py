"""What the demo publishes, what happens to it, and what a crawler should make of that."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.demo.events import Event, load_events, revised
from crawler.demo.expected import Expected
from crawler.demo.generated import generated_story
from crawler.demo.site import Site
from crawler.demo.stories import AGENCY, OUTLET, Story, dateline, load, paragraphs, story_of
from storage.models import RevisionKind

BASE = 1_795_000_000.0  # 2026-11-18T11:06:40Z
DAY = 86400
EVENTS = len(load_events())


def played(stages: int = EVENTS) -> Site:
    site = Site(lambda: BASE, BASE)
    site.publish(stages)
    return site


def shingles(story: Story) -> set[str]:
    words = re.findall(r"\w", story.plain_body) if story.language == "zh" else re.findall(r"\w+", story.plain_body)
    return {" ".join(words[at : at + 5]) for at in range(8, len(words) - 4)}


def test_there_are_enough_stories_in_enough_languages() -> None:
    stories = load(BASE)
    sources = Counter(story.source for story in stories.values())
    assert sources[AGENCY] >= 48
    assert sources[OUTLET] >= 14
    assert set(Counter(story.language for story in stories.values())) >= {"en", "ru", "es", "zh", "de", "ar"}
    assert sum(story.copy_of is not None for story in stories.values()) >= 8


def test_copies_come_after_their_originals_and_repeat_most_of_them() -> None:
    stories = played().stories
    for copy in stories.values():
        if copy.copy_of is not None:
            original = load(BASE).get(copy.copy_of) or stories[copy.copy_of]
            assert copy.published >= original.published
            assert copy.title != original.title
            assert len(copy.text) >= 0.6 * len(original.text)
            assert set(copy.text) <= set(original.text)


def test_no_story_but_a_copy_shares_its_text_with_another() -> None:
    texts = [shingles(story) for story in played().stories.values() if story.copy_of is None]
    shared = max(len(one & other) / min(len(one), len(other)) for one in texts for other in texts if one is not other)
    assert shared < 0.1


def test_every_text_is_worth_reading() -> None:
    for story in load(BASE).values():
        assert len(story.text) >= 3
        assert len(story.plain_body) >= (120 if story.language == "zh" else 250), story.id
        assert not set("{}<>\n") & set("".join((story.title, story.lead or "", *story.text)))


def test_no_story_leaves_the_news_sitemap_while_somebody_looks() -> None:
    ages = [BASE - story.published for story in load(BASE).values()]
    assert not any(1.9 * DAY < age < 2.1 * DAY for age in ages)


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("en", "PORT SOLACE, November 18. /AGENCY/. "),
        ("ru", "PORT SOLACE, 18 ноября. /AGENCY/. "),
        ("es", "PORT SOLACE, 18 de noviembre. /AGENCY/. "),
        ("de", "PORT SOLACE, 18. November. /AGENCY/. "),
        ("ar", "PORT SOLACE، 18 نوفمبر. /AGENCY/. "),
        ("zh", "本报PORT SOLACE11月18日电 "),
    ],
)
def test_a_dateline_has_the_form_of_its_language(language: str, opening: str) -> None:
    assert dateline("PORT SOLACE", language, BASE) == opening


def test_a_dateline_bears_the_day_of_moscow() -> None:
    late = 1_795_035_600.0  # 2026-11-18T21:00:00Z
    assert dateline("PORT SOLACE", "en", late) == "PORT SOLACE, November 19. /AGENCY/. "


def test_wrapped_chinese_is_joined_without_a_space() -> None:
    assert paragraphs("海上\n轻轨\n\nby the\nsea") == ("海上轻轨", "by the sea")


def test_a_story_that_is_not_whole_is_named() -> None:
    with pytest.raises(ValueError, match="demo story 7: 'title' is missing"):
        story_of({"id": 7, "source": AGENCY, "section": "world", "language": "en"}, BASE, {})
    with pytest.raises(ValueError, match="treatment 'mangled'"):
        story_of({"id": 8, "copy_of": 2148044, "treatment": "mangled"}, BASE, load(BASE))


def test_an_event_that_changes_nothing_is_refused() -> None:
    story = load(BASE)[2148050]
    with pytest.raises(ValueError, match="changes nothing"):
        revised(story, Event(story.id, "minor", swap=(("not in it", "at all"),)), BASE)


def test_every_kind_of_event_happens() -> None:
    kinds = {event.kind for event in load_events()}
    assert kinds == {"update", "correction", "refile", "withdrawal", "rewrite", "minor", "moved", "touch", "new"}


def test_a_crawler_that_looks_after_every_event_sees_what_each_event_declares() -> None:
    site = played()
    before = {(a.source, a.paths[0]): a for a in site.expected(0).articles}
    for stage, event in enumerate(load_events(), start=1):
        after = {(a.source, a.paths[0]): a for a in site.expected(*range(stage + 1)).articles}
        changed = [
            article.revisions[-1].kind
            for key, article in after.items()
            if key not in before or len(before[key].revisions) < len(article.revisions)
        ]
        assert changed == ([] if event.revision is None else [event.revision]), event
        before = after


def test_statuses_follow_corrections_and_withdrawals() -> None:
    statuses = Counter(article.status for article in played().expected().articles)
    assert statuses["corrected"] == 1
    assert statuses["withdrawn"] == 1


def test_a_withdrawn_story_keeps_only_the_note() -> None:
    story = next(story for story in played().stories.values() if story.status == "withdrawn")
    assert story.headline.startswith("STORY WITHDRAWN-")
    assert story.lead is None
    assert "factory employs" not in story.plain_body


def test_a_moved_story_is_known_by_both_addresses() -> None:
    moved = next(a for a in played().expected().articles if len(a.paths) == 2 and a.key == "id:2148026")
    assert moved.paths == ("/economy/2148026", "/society/2148026")
    assert [revision.kind for revision in moved.revisions] == ["first"]


@given(st.lists(st.integers(0, EVENTS), min_size=1, max_size=5).map(sorted))
def test_expected_holds_for_any_looks(looks: list[int]) -> None:
    site = played()
    expected = site.expected(*looks)
    assert len(expected.articles) == len(site.expected(looks[-1]).articles)
    for article in expected.articles:
        assert article.revisions[0].kind == "first"
        assert len(article.revisions) <= len(set(looks))
        assert all(revision.kind in RevisionKind.__args__ for revision in article.revisions)  # type: ignore[attr-defined]
    originals = {article.key for article in expected.articles}
    assert all(article.copy_of in originals for article in expected.articles if article.copy_of)


def test_expected_survives_json() -> None:
    expected = played().expected(0, 3, EVENTS)
    assert Expected.from_json(json.loads(json.dumps(expected.as_json()))) == expected


@given(st.integers(1, 10**9))
def test_generated_stories_are_the_same_every_time(number: int) -> None:
    assert generated_story(number, BASE) == generated_story(number, BASE)


def test_generated_stories_share_almost_nothing() -> None:
    texts = [shingles(generated_story(number, BASE)) for number in range(200)]
    shared = max(len(one & other) / min(len(one), len(other)) for one in texts for other in texts if one is not other)
    assert shared < 0.1


def test_a_later_version_does_not_touch_the_earlier_one() -> None:
    site = played(0)
    first = site.stories[2148047]
    kept = replace(first)
    site.publish_all()
    assert first == kept
    assert site.stories[2148047].headline.startswith("UPDATE 2-")
