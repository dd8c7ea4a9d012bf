"""Stories of a dataset that stays Parquet are those of a database that its articles came into one by one."""

from __future__ import annotations

import random
import time
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from crawler.arguments import ArgumentProblem
from crawler.cluster import near, near_keys, near_pairs, near_stories, part
from crawler.cluster.near_files import Place
from pipelines import fingerprint
from pipelines.decision import decide
from storage import sketches
from storage.models import Article, Ending, Instant, Outcome
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

NOON = 1_790_000_000.0
DAY = 86400
WORDS = [f"word{number}" for number in range(4000)]


def text(rng: random.Random, paragraphs: int = 6) -> list[str]:
    return [" ".join(rng.choices(WORDS, k=40)) for _ in range(paragraphs)]


def article(
    number: int, paragraphs: Sequence[str], *, source: str = "", at: float = NOON, dated: bool = True
) -> Article:
    body = "\n\n".join(paragraphs)
    source = source or f"outlet-{number % 7}"
    url, title = f"https://{source}.test/{number}", f"Report {number}"
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    return Article(
        source=source, key=url, url=url, canonical_url=url, title=title, body=body, extractor="test", fetched_at=when,
        content_hash=fingerprint.content_hash(title, None, body), sketch=fingerprint.sketch(body),
        published=Instant(when, "second", "+00:00", when, "feed") if dated else None,
    )  # fmt: skip


def wire(rng: random.Random, originals: int = 8) -> list[Article]:
    """Originals with whole, trimmed and grown copies, follow-ups that are none, a digest, and a text of the last year."""
    texts = [text(rng) for _ in range(originals)]
    made = list(texts)
    for own in texts:
        made += [own, own[:4], [*own, *text(rng, 1)], [*own[:1], *text(rng, 5)]]
    made.append([each[0] for each in texts[:6]])
    rng.shuffle(made)
    found = [article(number, body, at=NOON - rng.randrange(5 * DAY)) for number, body in enumerate(made)]
    return [*found, article(900, texts[0], at=NOON - 300 * DAY), article(901, texts[1], at=NOON + 200 * DAY)]


def dataset(folder: Path, articles: Sequence[Article], parts: int = 3) -> Path:
    """The articles as so many parts, each with a record that is no article before them."""
    size = -(-len(articles) // parts)
    (folder / "parts").mkdir(parents=True)
    for number in range(parts):
        found = [
            part.Row(f"warc:{number}#0", 0, "outlet-0", "https://x.test/", None, 200, 9, 1, "rejected:empty", "empty")
        ]
        for at, each in enumerate(articles[number * size : (number + 1) * size], 1):
            found.append(
                part.Row(
                    record(number, at), at, each.source, each.url, each.fetched_at, 200, 9, 1, "article", article=each
                )
            )
        (folder / "parts" / f"file-{number}.parquet").write_bytes(part.packed(found, {"url": f"file-{number}"}))
    return folder


def record(number: int, at: int) -> str:
    return f"warc:{number}#{at}"


def records(articles: Sequence[Article], parts: int = 3) -> list[str]:
    size = -(-len(articles) // parts)
    return [record(at // size, at % size + 1) for at in range(len(articles))]


def told(folder: Path) -> dict[str, dict[str, str]]:
    rows = [row for file in sorted((folder / "stories").iterdir()) for row in parquet.read_table(file).to_pylist()]
    return {row["record"]: row for row in rows}


def stored(file: Path, articles: Iterable[Article]) -> Iterator[int]:
    """The story of each article, when all are stored."""
    with Store.open(file) as store:
        run = store.begin_run("test", NOON).result()
        ids = []
        for number, each in enumerate(articles):
            decision = decide(each, store.known(each).result())
            fetch = store.begin_record(run, each.source, each.url, f"warc:test#{number}", NOON).result()
            assert fetch is not None
            ending = Ending(fetch, Outcome(decision.outcome), NOON, article=each, decision=decision)
            ids.append(store.end(ending).result().article_id)
        rows = store.writer.submit(lambda db: db.conn.execute("SELECT id, story_id FROM article").fetchall()).result()
        stories = dict(rows)
    return (stories[each] for each in ids)


def pairs(stories: Sequence[object]) -> set[tuple[int, int]]:
    return {(one, two) for one, two in combinations(range(len(stories)), 2) if stories[one] == stories[two]}


def test_a_dataset_has_the_stories_of_a_database(tmp_path: Path) -> None:
    articles = wire(random.Random(7), originals=6)
    folder = dataset(tmp_path / "set", articles)
    counts = near.stories(str(folder), near.here, window=7, buckets=3, parts_of_batch=2)
    rows = told(folder)
    ours = [rows[each]["story"] for each in records(articles)]
    theirs = list(stored(tmp_path / "news.db", articles))
    assert pairs(ours) == pairs(theirs)
    assert len(set(theirs)) < len(articles) / 2
    assert counts["articles"] == len(articles) == len(rows)
    assert counts["stories"] == len({story for story in ours if ours.count(story) > 1})
    firsts = [each for each in records(articles) if rows[each]["story"] == each]
    assert all(rows[each]["outcome"] == "new" and rows[each]["detail"] is None for each in firsts)
    for each in records(articles):
        if (other := rows[each]["of_record"]) is not None:
            assert rows[other]["story"] == rows[each]["story"]
    assert not (folder / "stories-work").exists()


def test_neither_the_number_of_buckets_nor_a_second_call_changes_anything(tmp_path: Path) -> None:
    folder = dataset(tmp_path, wire(random.Random(11), originals=2), parts=3)
    found = []
    for buckets, batch in ((1, 16), (3, 1), (3, 1)):
        near.stories(str(folder), near.here, window=7, buckets=buckets, parts_of_batch=batch)
        found.append(told(folder))
    assert found[0] == found[1] == found[2]


def test_a_call_that_broke_off_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = dataset(tmp_path, wire(random.Random(13), originals=2), parts=3)
    near.stories(str(folder), near.here, window=7, buckets=2, parts_of_batch=1)
    whole = told(folder)

    def broken(steps: Iterable[near.Step]) -> Iterator[dict[str, int]]:
        for step in steps:
            if step.stage == "decide" and step.number == 1:
                raise ConnectionError("the scheduler is gone")
            yield near.done(step)

    with pytest.raises(ConnectionError):
        near.stories(str(folder), broken, window=7, buckets=2, parts_of_batch=1)
    assert not (folder / "stories.json").exists(), "stories that are not whole say so"

    def gather(*_: object) -> dict[str, int]:
        raise AssertionError("what was gathered is gathered again")

    monkeypatch.setattr(near_keys, "gather", gather)
    near.stories(str(folder), near.here, window=7, buckets=2, parts_of_batch=1)
    assert told(folder) == whole
    assert (folder / "stories.json").exists()


def test_pages_of_one_article_are_one_story_whatever_their_texts(tmp_path: Path) -> None:
    rng = random.Random(3)
    first, second = article(1, text(rng)), article(1, text(rng))
    folder = dataset(tmp_path, [first, article(2, text(rng)), second], parts=1)
    near.stories(str(folder), near.here, window=7, buckets=1)
    rows = told(folder)
    assert rows[record(0, 3)] == {
        "record": record(0, 3),
        "story": record(0, 1),
        "outcome": "again",
        "of_record": record(0, 1),
        "detail": "another page of an article of outlet-1",
    }
    assert rows[record(0, 2)]["story"] == record(0, 2)


def test_articles_that_share_nothing_are_not_compared(tmp_path: Path) -> None:
    rng = random.Random(8)
    folder = dataset(tmp_path, [article(each, text(rng, 1)) for each in range(4)], parts=2)
    counts = near.stories(str(folder), near.here, window=7, buckets=1, parts_of_batch=1)
    assert (counts["articles"], counts["compared"], counts["stories"]) == (4, 0, 0)


def test_a_text_that_many_outlets_print_is_one_story_and_takes_few_pairs_an_article(tmp_path: Path) -> None:
    rng = random.Random(5)
    own = text(rng)
    articles = [article(each, own, source=f"s{each}") for each in range(40)]
    folder = dataset(tmp_path, articles, parts=2)
    counts = near.stories(str(folder), near.here, window=7, buckets=1)
    assert {row["story"] for row in told(folder).values()} == {record(0, 1)}
    assert counts["pairs"] <= (near_pairs.NEAREST + near_pairs.FIRST) * len(articles)


def test_an_undated_article_is_sought_in_the_week_of_its_page(tmp_path: Path) -> None:
    own = text(random.Random(6))
    articles = [
        article(1, own),
        article(2, own, at=NOON + DAY, dated=False),
        article(3, own, at=NOON + 90 * DAY, dated=False),
    ]
    folder = dataset(tmp_path, articles, parts=1)
    near.stories(str(folder), near.here, window=7, buckets=1)
    rows = told(folder)
    assert rows[record(0, 2)]["story"] == record(0, 1) and rows[record(0, 2)]["outcome"] == "copy"
    assert rows[record(0, 3)]["story"] == record(0, 3)


def test_the_keys_of_a_batch_are_those_that_the_store_indexes() -> None:
    rng = random.Random(2)
    made = [text(rng, 1)[:1], text(rng, 40), text(rng, 9)]
    articles = [article(number, body) for number, body in enumerate(made)]
    rows = [
        part.Row(record(0, at), at, each.source, each.url, None, 200, 1, 1, "article", article=each)
        for at, each in enumerate(articles)
    ]
    batch = parquet.read_table(pa.BufferReader(part.packed(rows, {}))).to_batches()[0]
    for whole, skipped in ((batch, 0), (batch.slice(1), 1)):  # a slice has its lists elsewhere
        keys, _ = near_keys.keys_of(whole.select(list(near_keys.READ)), 100)
        for at, each in enumerate(articles[skipped:]):
            taken = keys.filter(pc.equal(keys["article"], 100 + at))
            assert taken["key"].to_pylist() == list(sketches.indexed(sorted(set(each.sketch))))


def test_keys_are_cut_into_pieces_without_parting_a_key_and_pairs_summed_as_they_come() -> None:
    keys = pa.table({"key": np.array([5, 1, 5, 9, 1, 5, 7, 3], np.uint32), "article": np.arange(8)})
    pieces = [piece["key"].to_pylist() for piece in near_pairs.slices(keys, at_once=2)]
    assert len(pieces) > 1
    assert sorted(key for piece in pieces for key in piece) == sorted(keys["key"].to_pylist())
    assert not any(set(one) & set(other) for one, other in combinations(pieces, 2))
    pairs = [
        (np.array([4, 4]), np.array([2, 1]), np.array([1.0, 0.5])),
        (np.array([4]), np.array([2]), np.array([0.25])),
    ]
    for at_once in (1, 100):
        later, earlier, weight = near_pairs.total(pairs, at_once=at_once)
        assert list(zip(later.tolist(), earlier.tolist(), weight.tolist(), strict=True)) == [(4, 1, 0.5), (4, 2, 1.25)]


def test_articles_hang_together_by_their_smallest_number() -> None:
    later, earlier = np.array([5, 9, 7, 30, 31]), np.array([3, 5, 9, 20, 20])
    articles, roots = near_stories.united(later, earlier)
    assert dict(zip(articles.tolist(), roots.tolist(), strict=True)) == {3: 3, 5: 3, 7: 3, 9: 3, 20: 20, 30: 20, 31: 20}


def test_a_folder_without_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentProblem, match="no parts"):
        near.stories(str(tmp_path), near.here, window=7)
    assert Place(str(tmp_path)).names("stories") == []
