"""The made-up world of the shards' bench, and the comparison that it ends with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bench.shards_same import differences, facts, first_texts, spanning
from bench.shards_world import SHARING, World
from crawler import shards
from crawler.registry import load
from tests.storage.merging import Event, crawl

EVENTS = [Event(0, "ares", 1, 1), Event(2, "hermes", 1, 1), Event(4, "iris", 1, 2)]


def test_the_sources_of_the_world_are_good_ones_and_some_share_a_host(tmp_path: Path) -> None:
    world = World(datetime(2026, 11, 1, tzinfo=UTC), count=24)
    world.write(tmp_path)
    registry = load(tmp_path)
    assert list(registry) == world.names()
    assert sum(len(group.sources) == 2 for group in shards.groups(registry.values())) == SHARING // 2
    before = world.answer(world.host("s005"), "/s005/1")
    world.round = 2
    after = world.answer(world.host("s005"), "/s005/1")
    assert before[0] == after[0] == 200
    assert "CORRECTED-" in after[2]
    assert "CORRECTED-" not in before[2]
    assert world.answer("site999.test", "/s005/1")[0] == 404
    assert world.text("s001", 0) == world.text("s002", 0)


def test_what_differs_is_shown_and_a_story_without_one_new_article_is_wrong(tmp_path: Path) -> None:
    crawl(tmp_path / "one.db", EVENTS, ["ares", "hermes", "iris"])
    crawl(tmp_path / "other.db", EVENTS, ["ares", "hermes"])
    one, other = facts(tmp_path / "one.db"), facts(tmp_path / "other.db")
    assert differences(one, one) == {}
    found = differences(one, other)
    assert {"articles", "versions", "stories", "links", "hosts"} <= found.keys()
    assert found["sources"] == ["- ('iris',)"]
    assert first_texts(tmp_path / "one.db") == []
    assert spanning(tmp_path / "one.db", {"ares": 1, "hermes": 2, "iris": 1}) == 1
