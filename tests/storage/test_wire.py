"""`import storage`: what programs of others read with."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import storage
from storage import columns, frames, picking, records
from storage import wire as wire_module
from storage.backup import publish
from storage.models import Article, Decision, Ending, Outcome
from storage.views import VIEWS
from tests.storage.harness import SOURCE, Crawl, article, instant, page

ROOT = Path(__file__).parents[2]
KINDS = (storage.Article, storage.Revision, storage.Story, storage.Fetch, storage.Run)
COLUMNS = {view.name: [name for name, _ in view.columns] for view in VIEWS}


def published(number: int, at: str | None, **given: Any) -> Article:
    when = None if at is None else instant(at, "day" if len(at) == 10 else "second")
    return article(number, published=when, text=f"Text {number} of the harbour.", **given)


@pytest.fixture
def six(crawl: Crawl) -> Crawl:
    """Articles 1 to 6, the fourth without a time, the fifth of a bare day; 1 corrected."""
    times = ("14T10:00:00Z", "12T10:00:00Z", "14T10:00:00Z", None, "13", "11T10:00:00Z")
    for number, at in enumerate(times, 1):
        crawl.new(
            published(number, at and f"2023-11-{at}", language="en" if number % 2 else "ja", authors=("Ann Ax", "Bo"))
        )
    crawl.save(article(1, text="Other words."), Decision("revised", 1, 1, "correction", "corrected"))
    return crawl


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.view)
def test_every_column_of_a_view_is_a_typed_attribute(kind: type[records.Record]) -> None:
    hints = {name: hint for name, hint in kind.__annotations__.items() if not name.startswith("_")}
    assert list(hints) == COLUMNS[kind.view]
    for name, hint in hints.items():
        if hint.startswith("int"):
            assert name in frames.NUMBERS or name == "status", name
        if hint.startswith("tuple"):
            assert name in columns.LISTS
        if name in frames.TIMES | frames.WORDS:
            assert name not in columns.TIMES or name == "at" or hasattr(kind, name.removesuffix("_at"))
            assert hint.startswith(("str", "int")), name


def test_a_row_is_read_by_attribute_by_column_and_as_a_dict(six: Crawl) -> None:
    with storage.open(six.path) as wire:
        row = wire.article(page(2))
    assert row is not None
    assert (row.id, row["id"], row.get("id"), dict(row)["id"], row.as_dict()["id"]) == (2, 2, 2, 2, 2)
    assert (row.authors, row["authors"], row.subheads) == (("Ann Ax", "Bo"), ("Ann Ax", "Bo"), ())
    assert list(row) == COLUMNS["articles"]
    assert pickle.loads(pickle.dumps(row)) == row == dict(row)
    assert {row, pickle.loads(pickle.dumps(row))} == {row}
    assert repr(row) == f"Article(id=2, source='{SOURCE}', url='{page(2)}', …)"
    with pytest.raises(AttributeError, match="Article is frozen: 'title'"):
        row.title = "other"
    with pytest.raises(AttributeError, match="Article is frozen: 'title'"):
        del row.title
    with pytest.raises(AttributeError, match="Article has no 'titel'"):
        row.titel  # noqa: B018
    with pytest.raises(KeyError):
        row["titel"]


def test_times_are_text_and_aware_datetimes_and_a_day_is_no_instant(six: Crawl) -> None:
    with storage.open(six.path) as wire:
        timed, undated, bare = wire.article(2), wire.article(4), wire.article(5)
        (change, *_) = wire.changes()
    assert timed is not None
    assert undated is not None
    assert bare is not None
    assert timed.published == datetime(2023, 11, 12, 10, tzinfo=UTC)
    assert timed.published_day == date(2023, 11, 12)
    assert (undated.published_at, undated.published, undated.published_day) == (None, None, None)
    assert (bare.published_at, bare.published, bare.published_day) == ("2023-11-13", None, date(2023, 11, 13))
    assert timed.first_seen == datetime.fromtimestamp(six.now, UTC) == change.when
    assert timed.gone is None


def ids(rows: storage.Rows[storage.Article]) -> list[int]:
    return [row.id for row in rows]


@pytest.mark.parametrize("batch", [1, 2, 200])
def test_articles_come_by_number_or_newest_first(six: Crawl, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(picking, "batch_for", lambda _: batch)
    with storage.open(six.path) as wire:
        assert ids(wire.articles()) == [1, 2, 3, 4, 5, 6]
        assert ids(wire.articles(newest_first=True)) == [4, 3, 1, 5, 2, 6]
        assert ids(wire.articles(newest_first=True, limit=3)) == [4, 3, 1]
        assert ids(wire.articles(limit=0)) == []
        assert ids(wire.articles(query="harbour")) == [2, 3, 4, 5, 6]
        assert set(ids(wire.articles(query="harbour", newest_first=True))) == {2, 3, 4, 5, 6}
        assert ids(wire.articles(query="harbour", newest_first=True, limit=2)) == [4, 3]
        assert ids(wire.articles(language="ja", newest_first=True)) == [4, 2, 6]


def test_articles_are_chosen_by_source_and_by_times_of_any_form(six: Crawl) -> None:
    east = timezone(timedelta(hours=9))
    with storage.open(six.path) as wire:
        assert ids(wire.articles(source="other")) == []
        assert ids(wire.articles(source=["other", SOURCE], limit=2)) == [1, 2]
        for day in ("2023-11-12", date(2023, 11, 12)):
            assert ids(wire.articles(since=day, until=day)) == [2]
        for at in ("2023-11-12T10:00:00Z", datetime(2023, 11, 12, 19, tzinfo=east)):
            assert ids(wire.articles(since=at, until=at)) == [2]
        assert (ids(wire.articles(source=[])), wire.search("harbour", source=[])) == ([], [])
        assert len(wire.search("harbour", source=["other", SOURCE], language="JA")) == 3
        assert (ids(wire.articles(since="2023-11-13")), ids(wire.articles(since="2023-11-13T00:00:01Z"))) == (
            [1, 3, 4, 5], [1, 3, 4],
        )  # fmt: skip
        with pytest.raises(storage.QueryError, match="limit=-1"):
            wire.articles(limit=-1)
        with pytest.raises(storage.QueryError, match="has no zone"):
            wire.articles(since=datetime(2023, 11, 12))
        with pytest.raises(storage.QueryError, match="is no time"):
            wire.articles(since="yesterday").first()
        with pytest.raises(storage.QueryError, match="no word to search for"):
            wire.articles(query="!?").first()


def test_only_the_columns_that_were_asked_for_are_read(six: Crawl) -> None:
    with storage.open(six.path) as wire:
        rows = wire.articles(columns=("title", "id"))
        row = rows.first()
        assert row is not None
        assert dict(row) == {"title": "Title 1", "id": 1}
        with pytest.raises(AttributeError, match="its columns here are title, id"):
            row.body  # noqa: B018
        with pytest.raises(storage.QueryError, match="articles has no column 'headline'"):
            wire.articles(columns=["headline"])
        with pytest.raises(storage.QueryError, match="names no column"):
            wire.articles(columns=[])
        assert wire.articles(source="other").first() is None


def test_what_is_stored_meanwhile_does_not_come_and_a_second_walk_reads_anew(
    six: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picking, "batch_for", lambda _: 2)
    with storage.open(six.path) as wire:
        rows, found = wire.articles(), []
        for row in rows:
            found.append(row.id)
            if row.id == 1:
                six.new(published(7, None))
        assert found == [1, 2, 3, 4, 5, 6]
        assert ids(rows) == [1, 2, 3, 4, 5, 6, 7]


def test_revisions_stories_and_their_tellings(six: Crawl) -> None:
    with storage.open(six.path) as wire:
        first = wire.article(1)
        assert first is not None
        assert [(one.revision, one.kind) for one in wire.revisions(first)] == [(1, "first"), (2, "correction")]
        assert wire.revisions(1) == wire.revisions(first)
        assert wire.revisions(99) == []
        story = wire.story(first)
        assert story is not None
        assert story == wire.story(story.story_id)
        assert [one.id for one in wire.tellings(story)] == [one.id for one in wire.tellings(first)] == [1]
        assert wire.story(999) is None
        assert (list(wire.stories()), len(list(wire.stories(articles=1)))) == ([], 6)
        assert wire.addresses(first) == [page(1)]


def test_fetches_and_runs_come_in_order_and_are_chosen(six: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = six.store.begin_record(six.run, SOURCE, "u", "warc:f#1", six.now).result()
    assert fetch is not None
    six.store.end(Ending(fetch, Outcome("rejected:empty"), six.now)).result()
    with storage.open(six.path) as wire:
        assert [row.id for row in wire.fetches()] == list(range(1, fetch + 1))
        (refused,) = wire.fetches(outcome="rejected")
        assert (refused.reason, refused.ended) == ("empty", datetime.fromtimestamp(six.now, UTC))
        assert list(wire.fetches(source="other")) == list(wire.fetches(since="2999-01-01")) == []
        (run,) = wire.runs(source=[SOURCE, "other"])
        assert (run.finished, run.counts) == (None, None)
        six.store.finish_run(six.run, six.now, "finished").result()
        (run,) = wire.runs()
        assert (run.finish_reason, run.counts) == ("finished", {"new": 6, "rejected:empty": 1, "revised": 1})
        assert wire.counts()["articles"] == 6
        monkeypatch.setattr(wire_module, "_PAGE", 2)
        assert [row.id for row in wire.fetches(source=SOURCE)] == list(range(1, fetch + 1))
        east = datetime.fromtimestamp(six.now, timezone(timedelta(hours=9))).isoformat()
        assert [row.id for row in wire.fetches(since=east)] == list(range(1, fetch + 1))
        for ask in (wire.fetches, wire.runs, wire.stories):
            with pytest.raises(storage.QueryError, match="is no time"):
                ask(since="yesterday")


def test_what_no_column_can_hold_is_nobodys(six: Crawl) -> None:
    with storage.open(six.path) as wire:
        for number in (2**70, -(2**70)):
            assert (wire.article(number), wire.story(number), wire.revisions(number)) == (None, None, [])
            assert (wire.addresses(number), wire.tellings(number)) == ([], [])
        assert list(wire.fetches(source="\ud800", outcome="\ud800")) == []
        assert len(list(wire.articles(limit=2**70))) == len(wire.search("title", limit=2**70)) == 6
        with pytest.raises(storage.Rewound):
            list(wire.changes(2**70))


def test_changes_are_read_to_their_end_and_followed_until_told_to_stop(six: Crawl) -> None:
    with storage.open(six.path) as wire:
        assert [change.seq for change in wire.changes(2)] == [3, 4, 5, 6, 7]
        assert wire.last_seq() == 7
        with pytest.raises(storage.Rewound, match="there is no change 99"):
            list(wire.changes(99))
        found, stopped = [], threading.Event()
        for change in wire.follow(5, every=0.01, stop=stopped.is_set):
            found.append(change.seq)
            if change.seq == 7:
                six.new(published(9, None))
            if change.seq == 8:
                stopped.set()
        assert found == [6, 7, 8]


def test_a_frame_has_types_and_knows_lists_and_missing_values(six: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    monkeypatch.setattr(frames, "CHUNK", 2)
    monkeypatch.setattr(picking, "batch_for", lambda _: 2)
    with storage.open(six.path) as wire:
        frame = wire.articles().frame()
        plain = pd.DataFrame(wire.articles(columns=["id", "authors"]))
        empty = wire.articles(source="other").frame()
        fetches = wire.fetches().frame()
    assert list(frame.columns) == COLUMNS["articles"] == list(empty.columns)
    assert {str(frame.dtypes[name]) for name in frames.TIMES & set(frame)} == {"datetime64[us, UTC]"}
    assert str(frame.dtypes["source"]) == str(frame.dtypes["status"]) == "category"
    assert (str(frame.dtypes["id"]), str(fetches.dtypes["status"])) == ("Int64", "Int64")
    assert (frame.published_at.isna().sum(), frame.lead.isna().sum()) == (1, 6)
    assert frame.authors[1] == plain.authors[1] == ("Ann Ax", "Bo")
    assert frame.id.tolist() == plain.id.tolist() == [1, 2, 3, 4, 5, 6]
    assert [str(empty.dtypes[name]) for name in ("id", "url", "published_at")] == [
        "Int64",
        "string",
        "datetime64[us, UTC]",
    ]
    assert str(frame.loc[4, "published_at"]) == "2023-11-13 00:00:00+00:00"
    # A column of words without any in a whole chunk, be it the first, the last or all.
    for values in ([None, None, "+09:00", None, None, None], [None] * 4):
        words = frames.frame("articles", ("published_offset",), [[(value,)] for value in values]).published_offset
        assert [None if value is pd.NA or value != value else value for value in words] == values
        assert str(words.dtype) == "category"


def test_errors_name_the_file_and_are_of_one_kind(tmp_path: Path, six: Crawl) -> None:
    with pytest.raises(storage.StorageError, match="no such database"):
        storage.open(tmp_path / "none.db")
    (tmp_path / "other.db").write_text("no database, but a text of more than a hundred bytes " * 10)
    with pytest.raises(storage.StorageError, match=r"other\.db"):
        storage.open(tmp_path / "other.db")
    wire = storage.open(six.path)
    wire.close()
    with pytest.raises(storage.StorageError, match=r"closed"):
        wire.articles().first()


def test_a_published_copy_is_read_without_a_file_beside_it(six: Crawl, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    folder.mkdir()
    with storage.open(publish(six.path, folder / "copy.db"), immutable=True) as wire:
        assert len(list(wire.articles())) == 6
        assert [file.name for file in folder.iterdir()] == ["copy.db"]


def test_everything_named_is_there_and_importing_loads_next_to_nothing() -> None:
    assert all(getattr(storage, name) is not None for name in storage.__all__)
    assert set(storage.__all__) <= set(dir(storage))
    with pytest.raises(AttributeError, match="has no attribute 'close'"):
        storage.close  # noqa: B018
    script = (
        "import sys; before = set(sys.modules); import storage; new = set(sys.modules) - before;"
        "ours = {m for m in new if m.split('.')[0] == 'storage'}; assert ours == {'storage'}, ours;"
        "assert not {'sqlite_utils', 'sqlite3', 'pandas', 'click', 'dataclasses'} & new, new;"
        "import storage.models; assert 'storage.reader' not in sys.modules;"
        "assert storage.Article.__name__ == 'Article' and 'sqlite_utils' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=60)
    assert (ROOT / "storage" / "py.typed").is_file()
