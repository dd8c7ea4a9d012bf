"""Merging: databases of parts of a world are, merged, the database of the whole world; once, again, or in several goes."""

from __future__ import annotations

import random
import shutil
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import merge as merge_module
from storage.checks import check
from storage.database import open_reader
from storage.errors import InUse, OlderSchema, ReadOnly, Rewound
from storage.merge import merge
from tests.storage import merging
from tests.storage.merging import RULES, SPACE, Event, crawl, facts, merged

NAMES = ("ares", "hermes", "iris", "pheme")
EVENTS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 2), st.sampled_from([*range(12), None])), min_size=4, max_size=14
).map(lambda found: [Event(place * 2, *each) for place, each in enumerate(found)])


def whole_and_parts(folder: Path, events: list[Event], parts: list[list[str]]) -> tuple[Path, list[Path]]:
    """The world in one database, and in one for each of `parts`."""
    one, shards = folder / "one.db", [folder / f"{number}.db" for number in range(len(parts))]
    crawl(one, events, NAMES)
    for path, names in zip(shards, parts, strict=True):
        crawl(path, events, names)
    return one, shards


def rows(path: Path) -> list[Any]:
    """Every row of every table, numbers and all."""
    with closing(open_reader(path)) as db:
        names = [n for (n,) in db.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return [(n, db.conn.execute(f"SELECT * FROM {n}").fetchall()) for n in names if n != "search"]


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS, st.lists(st.integers(0, 3), min_size=len(NAMES), max_size=len(NAMES)), st.integers(1, 4))
def test_any_split_merges_to_the_whole(events: list[Event], places: list[int], of: int) -> None:
    parts = [[n for n, place in zip(NAMES, places, strict=True) if place % of == part] for part in range(of)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, shards = whole_and_parts(folder, events, parts)
        merged(shards, folder / "all.db")
        assert facts(folder / "all.db") == facts(one)
        assert check(folder / "all.db").damage == []


STORY = [
    Event(0, "ares", 1, 1),
    Event(2, "hermes", 1, 1),  # a copy
    Event(4, "iris", 1, 2),
    Event(6, "iris", 1, 3),  # revised
    Event(8, "pheme", 1, 3),  # a copy of its later text
    Event(10, "hermes", 2, 4),
    Event(12, "hermes", 2, 3),  # now tells the text of another's story
    Event(14, "ares", 1, None),
    Event(16, "ares", 1, None),
    Event(18, "iris", 2, 5),
]
PARTS = [["ares", "iris"], ["hermes"], ["pheme"]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders with the beginning of the story, and with all of it."""
    half, whole = tmp_path_factory.mktemp("half"), tmp_path_factory.mktemp("whole")
    whole_and_parts(half, STORY[:5], PARTS)
    for path in half.iterdir():
        shutil.copy(path, whole)
    whole_and_parts(whole, STORY[5:], PARTS)
    return half, whole


@pytest.fixture
def folder(tmp_path: Path, crawled: tuple[Path, Path]) -> Path:
    """A folder with `one.db`, and a database for each of PARTS, of all of the story."""
    return Path(shutil.copytree(crawled[1], tmp_path / "whole"))


def paths(folder: Path) -> tuple[Path, list[Path], Path]:
    """The whole world, its parts, and what these are to be merged into."""
    return folder / "one.db", [folder / f"{number}.db" for number in range(len(PARTS))], folder / "all.db"


def test_a_story_of_several_shards_is_one_and_one_of_its_articles_is_no_copy(folder: Path) -> None:
    one, shards, target = paths(folder)
    merged(shards, target)
    found = facts(target)
    assert found == facts(one)
    sizes = sorted(len(story) for story in found["stories"])
    assert sizes == [1, 2, 3], "two of text 1; text 3 and what became it; text 5 alone"
    copies = sum("('outcome', 'copy')" in fetch for fetch in found["fetch"])
    assert copies == 2


def test_merging_again_changes_nothing_and_after_more_crawling_takes_only_that(
    crawled: tuple[Path, Path], tmp_path: Path
) -> None:
    half, whole = (Path(shutil.copytree(each, tmp_path / each.name)) for each in crawled)
    one, shards, target = paths(half)
    merged(shards, target)
    before = rows(target)
    assert [each.counts for each in merged(shards[::-1], target)] == [{}, {}, {}]
    assert rows(target) == before
    one, shards, _ = paths(whole)
    again = merged(shards, target)
    assert facts(target) == facts(one)
    assert sum(each.counts.get("texts", 0) for each in again) == 3
    assert check(target).damage == []


def test_a_merge_that_breaks_off_goes_on_where_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (one, shards, target), rng = paths(folder), random.Random(9)
    monkeypatch.setattr(merge_module, "AT_ONCE", 2)
    monkeypatch.setattr(merge_module, "ROWS", 2)
    broken = 0
    while True:
        left = rng.randrange(14)

        def told(what: str, done: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise RuntimeError(f"after {done} {what}")

        try:
            merge(shards, target, RULES, told=told)
            break
        except RuntimeError:
            broken += 1
            if broken == 6:
                merged(shards, target)
                break
    assert broken
    assert facts(target) == facts(one)
    assert check(target).damage == []
    assert [each.counts for each in merged(shards, target)] == [{}, {}, {}]


def test_a_source_that_changed_its_shard_has_its_texts_once_in_the_order_of_their_times(tmp_path: Path) -> None:
    first, second, target = tmp_path / "first.db", tmp_path / "second.db", tmp_path / "all.db"
    crawl(first, [Event(0, "ares", 1, 1), Event(2, "ares", 1, 2), Event(4, "ares", 2, 5)], ["ares"])
    crawl(second, [Event(6, "ares", 1, 2), Event(8, "ares", 1, 3), Event(10, "ares", 3, 6)], ["ares"])
    for order in ([first, second], [second, first]):
        target.unlink(missing_ok=True)
        merged(order, target)
        with closing(open_reader(target)) as db:
            texts = db.conn.execute(
                "SELECT url, revision, kind, title FROM revisions AS r JOIN (SELECT id, url, revision AS now FROM articles)"
                " ON id = article_id ORDER BY url, revision"
            ).fetchall()
            now = db.conn.execute("SELECT url, title, revision, status FROM articles ORDER BY url").fetchall()
        assert texts == [
            ("https://ares.test/news/1", 1, "first", "Headline 1"),
            ("https://ares.test/news/1", 2, "update", "Headline 2"),
            ("https://ares.test/news/1", 3, "update", "Headline 3"),
            ("https://ares.test/news/2", 1, "first", "Headline 5"),
            ("https://ares.test/news/3", 1, "first", "Headline 6"),
        ]
        assert now[0] == ("https://ares.test/news/1", "Headline 3", 3, "live")
        assert check(target).damage == []
        assert [each.counts for each in merged(order, target)] == [{}, {}]


def test_what_comes_late_of_a_source_that_changed_its_shard_is_an_earlier_text(tmp_path: Path) -> None:
    first, second, target = tmp_path / "first.db", tmp_path / "second.db", tmp_path / "all.db"
    crawl(first, [Event(0, "ares", 1, 1), Event(2, "ares", 1, 2)], ["ares"])
    crawl(second, [Event(6, "ares", 1, 3)], ["ares"])
    merged([second], target)
    merged([first], target)
    with closing(open_reader(target)) as db:
        texts = db.conn.execute("SELECT revision, kind, title FROM revisions ORDER BY revision").fetchall()
        (title,) = db.conn.execute("SELECT title FROM articles").fetchone()
        (found,) = db.conn.execute("SELECT count(*) FROM search WHERE search MATCH ?", ('"headline 3"',)).fetchone()
    assert texts == [(1, "first", "Headline 3"), (2, "earlier", "Headline 1"), (3, "earlier", "Headline 2")]
    assert (title, found) == ("Headline 3", 1)
    assert check(target).damage == []


def test_a_shard_that_began_as_a_merge_goes_on_from_there(tmp_path: Path) -> None:
    old, new, target = tmp_path / "old.db", tmp_path / "new.db", tmp_path / "all.db"
    crawl(old, STORY[:6], NAMES)
    merged([old], new)
    crawl(old, STORY[6:], ["ares", "iris"])
    crawl(new, STORY[6:], ["hermes", "pheme"])
    merged([old, new], target)
    with closing(open_reader(target)) as db:
        texts = db.conn.execute("SELECT count(*), count(DISTINCT content_hash) FROM revisions").fetchone()
        assert texts == (8, 5), "the beginning, which both have, once"
        assert db.conn.execute("SELECT count(*) FROM fetches").fetchone() == (len(STORY),)
    assert check(target).damage == []


def test_what_cannot_be_merged_is_told_with_what_to_do(folder: Path) -> None:
    one, shards, target = paths(folder)
    with pytest.raises(ReadOnly, match="is the same database as"):
        merged([one, one], target)
    copy = folder / "copy.db"
    shutil.copy(one, copy)
    with pytest.raises(ReadOnly, match="or a copy of it"):
        merged([copy], one)
    merged(shards[:1], target)
    backup = folder / "backup.db"
    shutil.copy(shards[1], backup)
    crawl(shards[1], [Event(40, "hermes", 7, 8)], ["hermes"])
    merged(shards, target)
    shutil.copy(backup, shards[1])
    with pytest.raises(Rewound, match=r"1\.db: has not the change .* merge all databases into a new one"):
        merged(shards, target)
    with closing(merging.writer(shards[2])) as db:
        db.conn.execute("UPDATE meta SET value = '10' WHERE key = 'schema_version'")
    with pytest.raises(OlderSchema, match="dateline db migrate"):
        merge(shards[2:], folder / "other.db", RULES)
    assert not (folder / "other.db").exists()


def test_two_merges_at_once_do_not_take_the_same_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, shards, target = paths(folder)
    done = False

    def decide(*given: Any) -> Any:
        return RULES.decide(*given)

    def told(what: str, count: int) -> None:
        nonlocal done
        if not done and what == "changes":
            done = True
            merged(shards, target)

    monkeypatch.setattr(merge_module, "AT_ONCE", 3)
    with pytest.raises(InUse, match="another merge"):
        merge(shards, target, replace(RULES, decide=decide), told=told)
    assert facts(target) == facts(one)


def test_inputs_may_grow_meanwhile(crawled: tuple[Path, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(crawled[0], tmp_path / "half"))
    one, shards, _ = paths(folder)
    target, grown = folder / "all.db", False

    def told(what: str, count: int) -> None:
        nonlocal grown
        if not grown:
            grown = True
            for path, names in zip(shards, PARTS, strict=True):
                crawl(path, STORY[5:], names)

    merge(shards, target, RULES, told=told)
    assert facts(target) == facts(one)
    crawl(one, STORY[5:], NAMES)
    merged(shards, target)
    assert facts(target) == facts(one)


def test_leases_are_not_taken_over(tmp_path: Path) -> None:
    crawl(tmp_path / "0.db", STORY[:3], NAMES)
    with closing(merging.writer(tmp_path / "0.db")) as db:
        db.conn.execute(
            "INSERT INTO fetch (source, url, kind, at) VALUES ('ares', 'https://ares.test/x', 'feed', '2026-09-21')"
        )
        db.conn.execute(
            "UPDATE link SET state = 'leased', owner = 'o', until = 9e9, delay = 2.0, leased_at = ?, due = NULL, fetch_id ="
            " (SELECT max(id) FROM fetch) WHERE source = 'ares' AND kind = 'article'",
            (merging.NOON + 3 * SPACE,),
        )
    merged([tmp_path / "0.db"], tmp_path / "all.db")
    with closing(open_reader(tmp_path / "all.db")) as db:
        row = db.conn.execute(
            "SELECT state, due, owner, until, fetch_id FROM link WHERE source = 'ares' AND kind = 'article'"
        ).fetchone()
        assert row == ("pending", merging.NOON + 3 * SPACE, None, None, None)
        assert db.conn.execute("SELECT count(*) FROM fetch WHERE outcome IS NULL").fetchone() == (0,)
    with closing(merging.writer(tmp_path / "0.db")) as db:
        db.conn.execute("UPDATE fetch SET outcome = 'failed', reason = 'timeout', ended_at = at WHERE outcome IS NULL")
    assert [each.counts for each in merged([tmp_path / "0.db"], tmp_path / "all.db")] == [{"fetches": 1}]
