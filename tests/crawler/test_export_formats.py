"""`dateline export` as Parquet, ninjs, RSS and Atom; what changed since a number; ends that leave nothing half."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
import subprocess
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import feedparser
import pytest
from click.testing import CliRunner, Result

from crawler import cli_export, show_export
from crawler.cli import main
from crawler.config import Config
from crawler.export import jsonl, parquet
from crawler.export.formats import FORMATS, Wishes
from storage.columns import TIMES
from storage.export import CHANGE_COLUMNS, COLUMNS, Export, Selection
from storage.models import Decision
from storage.ninjs import Publisher
from storage.reader import Reader
from tests.conftest import BIN, ENVIRONMENT
from tests.storage.harness import SOURCE, Crawl, article, instant

if TYPE_CHECKING:
    from collections.abc import Iterator

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed: pip install 'dateline[parquet]'")


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    """Changes 1 to 6: three articles; the second is revised, the first withdrawn, the second corrected."""
    crawl = Crawl(tmp_path_factory.mktemp("formats") / "news.db")
    crawl.new(article(1, text="Harbour one.", published=instant("2023-10-01T08:00:00Z"), authors=("Ann", "Bo")))
    crawl.new(article(2, text="Harbour two.", published=instant("2023-10-02", "day"), language="fr"))
    crawl.new(article(3, text="Nothing of it."))
    crawl.save(
        article(2, text="Harbour 2.", published=instant("2023-10-02", "day")), Decision("revised", 2, 1, "update")
    )
    crawl.save(
        article(1, text="Kill.", published=instant("2023-10-01T08:00:00Z"), authors=("Ann", "Bo")),
        Decision("revised", 1, 1, "withdrawal", "withdrawn"),
    )
    crawl.save(
        article(
            2, text="Harbour II.", published=instant("2023-10-02", "day"), modified=instant("2023-10-02T09:00:00Z")
        ),
        Decision("revised", 2, 2, "correction", "corrected"),
    )
    yield crawl
    crawl.close()


@pytest.fixture(autouse=True)
def titles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of two sources, which needs no reading; of one of them nothing is stored."""
    known = {SOURCE: Publisher("Mercury", "https://mercury.test/"), "nobody": Publisher("Nobody")}
    monkeypatch.setattr("crawler.show_export._publishers", lambda _: known)


def export(crawl: Crawl, *options: str) -> Result:
    return CliRunner().invoke(main, ["export", "--db", str(crawl.path), *options])


def lines(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout_bytes.splitlines()]


def test_parquet_has_typed_columns(crawl: Crawl, tmp_path: Path) -> None:
    out = tmp_path / "all.parquet"
    assert export(crawl, "--format", "parquet", "--out", str(out)).exit_code == 0
    table = pq.read_table(out)
    assert {each.name: str(each.type) for each in table.schema} == {
        name: {"date32": "date32[day]", "list<string>": "list<element: string>"}.get(kind, kind)
        for name, kind in parquet.columns().items()
    }
    first, second, third = table.to_pylist()
    assert (first["published_at"].isoformat(), str(first["published_day"])) == (
        "2023-10-01T08:00:00+00:00",
        "2023-10-01",
    )
    assert (second["published_at"], str(second["published_day"]), second["published_precision"]) == (
        None,
        "2023-10-02",
        "day",
    )
    assert (third["published_at"], third["published_day"], third["gone_at"]) == (None, None, None)
    assert str(second["modified_at"]) == "2023-10-02 09:00:00+00:00"
    assert (first["authors"], second["authors"], first["id"], second["revision"]) == (["Ann", "Bo"], [], 1, 3)
    plain = lines(export(crawl))
    kept = [name for name in COLUMNS if name not in TIMES | set(parquet.DAYS)]
    assert [{name: row[name] for name in kept} for row in table.to_pylist()] == [
        {name: row[name] for name in kept} for row in plain
    ]


def test_parquet_comes_in_groups_and_goes_through_a_pipe(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 2)
    found = pq.ParquetFile(io.BytesIO(export(crawl, "--format", "parquet").stdout_bytes))
    assert [found.metadata.row_group(number).num_rows for number in range(found.num_row_groups)] == [2, 1]
    monkeypatch.setattr(parquet, "GROUP_SIZE", 1)
    assert pq.ParquetFile(io.BytesIO(export(crawl, "--format", "parquet").stdout_bytes)).num_row_groups == 3
    empty = pq.read_table(io.BytesIO(export(crawl, "--format", "parquet", "--source", "nobody").stdout_bytes))
    assert (empty.num_rows, empty.column_names) == (0, list(parquet.columns()))


def test_without_pyarrow_one_line_says_what_to_install(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda _: None)
    done = export(crawl, "--format", "parquet", "--out", str(tmp_path / "x.parquet"))
    assert (done.exit_code, done.stderr) == (
        2,
        "--format parquet needs pyarrow, which is not installed: pip install 'dateline[parquet]'\n",
    )
    assert not list(tmp_path.iterdir())


def test_what_changed_comes_once_with_its_last_change_and_the_number_to_go_on_from(crawl: Crawl) -> None:
    done = export(crawl, "--changes-since", "0")
    rows = lines(done)
    assert [(row["id"], *(row[name] for name in CHANGE_COLUMNS if name != "change_at")) for row in rows] == [
        (3, 3, "first"), (1, 5, "withdrawal"), (2, 6, "correction"),
    ]  # fmt: skip
    assert tuple(rows[0]) == COLUMNS + CHANGE_COLUMNS
    assert (rows[1]["status"], rows[2]["body"]) == ("withdrawn", "Harbour II.")
    assert done.stderr == "3 articles; go on with --changes-since 6\n"
    assert [row["id"] for row in lines(export(crawl, "--changes-since", "5"))] == [2]
    nothing = export(crawl, "--changes-since", "6")
    assert (nothing.stdout, nothing.stderr) == ("", "0 articles; go on with --changes-since 6\n")
    # A limited call says the number up to which it came.
    limited = export(crawl, "--changes-since", "0", "--limit", "2")
    assert limited.stderr == "2 articles; go on with --changes-since 5\n"
    assert [row["id"] for row in lines(export(crawl, "--changes-since", "5", "--limit", "2"))] == [2]


def test_changes_of_a_selection_have_its_withdrawals_and_go_on_beyond_what_is_not_in_it(crawl: Crawl) -> None:
    # The withdrawn text is no more found by the word; that it is gone is told all the same.
    assert [row["id"] for row in lines(export(crawl, "--changes-since", "0", "--query", "harbour"))] == [1, 2]
    # Nor is a corrected one, by the words that were wrong; who has it must hear of it.
    assert lines(export(crawl, "--query", "harbour two")) == []
    found = lines(export(crawl, "--changes-since", "3", "--query", "harbour two"))
    assert [(row["id"], row["body"]) for row in found] == [(2, "Harbour II.")]
    limited = export(crawl, "--changes-since", "0", "--query", "harbour", "--limit", "1")
    assert ([row["id"] for row in lines(limited)], limited.stderr) == (
        [1],
        "1 articles; go on with --changes-since 5\n",
    )
    assert lines(export(crawl, "--changes-since", "0", "--query", "steam")) == []
    done = export(crawl, "--changes-since", "0", "--source", "nobody")
    assert (done.stdout, done.stderr) == ("", "0 articles; go on with --changes-since 6\n")
    assert [row["id"] for row in lines(export(crawl, "--changes-since", "3", "--until", "2023-10-01"))] == [1]


def test_a_number_that_the_database_never_gave_is_told(crawl: Crawl) -> None:
    done = export(crawl, "--changes-since", "7")
    assert done.exit_code == 3
    assert "its last change is 6, there is no change 7" in done.stderr
    assert done.stderr.count("\n") == 1
    assert export(crawl, "--changes-since", "9" * 20).exit_code == 2


def test_changes_in_csv_and_parquet_have_their_columns(crawl: Crawl) -> None:
    rows = list(
        csv.DictReader(export(crawl, "--format", "csv", "--changes-since", "4").stdout.splitlines(keepends=True))
    )
    assert [(row["id"], row["change_seq"], row["change_kind"]) for row in rows] == [
        ("1", "5", "withdrawal"),
        ("2", "6", "correction"),
    ]
    found = io.BytesIO(export(crawl, "--format", "parquet", "--changes-since", "4").stdout_bytes)
    assert pq.read_table(found)["change_seq"].to_pylist() == [5, 6]
    assert pq.read_metadata(found).metadata[b"dateline.last_change"] == b"6"


def test_whatever_order_changes_come_in_polling_reaches_the_last_text_of_each(crawl: Crawl) -> None:
    for step in (1, 2, 5):
        seen: dict[int, str] = {}
        since = 0
        with Reader(crawl.path) as reader:
            while True:
                part = Export(reader, Selection(changes_since=since, limit=step), batch=1)
                for each in part:
                    seen[each.values["id"]] = each.values["body"]
                assert part.last_seq is not None
                if not part.number:
                    break
                since = part.last_seq
        assert (since, seen) == (6, {1: "Kill.", 2: "Harbour II.", 3: "Nothing of it."})


def test_ninjs_lines_array_and_versions(crawl: Crawl) -> None:
    items = lines(export(crawl, "--format", "ninjs"))
    assert [(item["version"], item["pubStatus"]) for item in items] == [
        ("2", "canceled"),
        ("3", "usable"),
        ("1", "usable"),
    ]
    assert json.loads(export(crawl, "--format", "ninjs", "--array").stdout) == items
    assert json.loads(export(crawl, "--format", "ninjs", "--array", "--source", "nobody").stdout) == []
    every = lines(export(crawl, "--format", "ninjs", "--versions"))
    assert [item["version"] for item in every] == ["1", "2", "1", "2", "3", "1"]
    assert [item["bodies"][0]["value"] for item in every[2:5]] == ["Harbour two.", "Harbour 2.", "Harbour II."]
    assert every[2]["uri"] == every[4]["uri"] == items[1]["uri"]
    assert [item["version"] for item in lines(export(crawl, "--format", "ninjs", "--changes-since", "5"))] == ["3"]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_has_the_newest_first(crawl: Crawl, form: str) -> None:
    read = feedparser.parse(export(crawl, "--format", form).stdout_bytes)
    assert not read.bozo
    # An article without a time counts by when it was first seen.
    assert [entry.title for entry in read.entries] == ["Title 3", "Title 2", "WITHDRAWN: Title 1"]
    assert read.feed.title == "Dateline: all sources"
    narrow = ("--limit", "1", "--query", "harbour", "--title", "Port")
    one = feedparser.parse(export(crawl, "--format", form, *narrow).stdout_bytes)
    assert [entry.title for entry in one.entries] == ["Title 2"]
    assert one.feed.title == "Port"
    # A reader that found it once learns that it was withdrawn; a text that was only corrected is no more of the feed.
    for words, titles in (
        ("harbour one", ["WITHDRAWN: Title 1"]),
        ("harbour two", []),
        ("harbour", ["Title 2", "WITHDRAWN: Title 1"]),
    ):
        found = feedparser.parse(export(crawl, "--format", form, "--query", words).stdout_bytes)
        assert [entry.title for entry in found.entries] == titles
    own = ("--source", SOURCE, "--self-link", "https://x.test/f")
    named = feedparser.parse(export(crawl, "--format", form, *own).stdout_bytes)
    assert (named.feed.title, named.feed.link) == ("Dateline: Mercury", "https://mercury.test/")
    linked = feedparser.parse(export(crawl, "--format", form, *own, "--link", "https://x.test/").stdout_bytes)
    assert linked.feed.link == "https://x.test/"
    assert [link.href for link in named.feed.links if link.rel == "self"] == ["https://x.test/f"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_of_every_format_is_replaced_and_known_as_ours(crawl: Crawl, form: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        done = export(crawl, "--format", form, "--out", str(out))
        assert done.exit_code == 0, done.stderr
    changes = ("--changes-since", "0") if FORMATS[form].newest is None else ("--full-text",)
    for _ in range(2):
        assert export(crawl, "--format", form, "--out", str(out), *changes).exit_code == 0
    assert export(crawl, "--format", "csv", "--out", str(out)).exit_code == 0


@pytest.mark.parametrize(
    "theirs",
    [
        b'{"uri": "https://x.test/1", "standard": {"name": "ninjs"}}\n',
        b"[1]\n",
        b"[]\nand what somebody wrote below",
        b'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><generator>Theirs</generator>',
        b"PAR1 of somebody PAR1",
    ],
)
def test_files_of_the_same_formats_that_others_made_are_theirs(crawl: Crawl, theirs: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(theirs)
    assert export(crawl, "--out", str(out)).exit_code == 2
    assert out.read_bytes() == theirs


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "rss", "--changes-since", "3"), "--changes-since"),
        (("--format", "jsonl", "--versions"), "--versions: only with --format ninjs"),
        (("--format", "csv", "--self-link", "https://x.test/"), "--self-link: only with --format rss or atom"),
        (("--format", "atom", "--link", "my page"), "is no web address"),
        (("--format", "atom", "--link", "javascript:alert(1)"), "is no web address"),
        (("--source", "mercury-eng"), "did you mean mercury-en?"),
        (("--format", "parquet", "--raw-cells"), "--raw-cells: only with --format csv"),
        (("--query", "("), "no word"),
        (("--since", "20261126"), "no time"),
        (("--until", "2026-W48"), "no time"),
    ],
)
def test_wrong_usage_is_one_line(crawl: Crawl, options: tuple[str, ...], said: str) -> None:
    done = export(crawl, *options)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_cannot_take_it_leaves_the_file_as_it_was(
    crawl: Crawl, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    assert export(crawl, "--out", str(out), "--limit", "1").exit_code == 0
    before = out.read_bytes()
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(code, os.strerror(code))))
    done = export(crawl, "--out", str(out))
    assert (done.exit_code, done.stderr.count("\n")) == (3, 1)
    assert str(out) in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert out.read_bytes() == before


def test_the_command_offers_every_format() -> None:
    (named,) = (each for each in cli_export.export.params if each.name == "named")
    assert isinstance(named.type, click.Choice)
    assert list(named.type.choices) == list(FORMATS)


def test_a_source_of_the_registry_has_its_title(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    found = show_export._publishers(Config(database=tmp_path / "news.db"))
    assert found["tass-en"] == Publisher("TASS (English)", "https://tass.com")


def test_a_full_standard_output_and_one_that_nobody_reads(crawl: Crawl) -> None:
    command = f"'{BIN}/dateline' export --db '{crawl.path}' --format"
    full = subprocess.run(
        ["/bin/sh", "-c", f"{command} jsonl > /dev/full"], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (full.returncode, full.stderr) == (
        3,
        "standard output: No space left on device: free some space, or name another place\n",
    )
    read, write = os.pipe()
    os.close(read)
    closed = subprocess.run(
        ["/bin/sh", "-c", f"exec {command} parquet"],
        env=ENVIRONMENT,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (closed.returncode, closed.stderr) == (0, "")


def test_a_terminated_export_leaves_the_file_as_it_was(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    assert export(crawl, "--out", str(out), "--limit", "1").exit_code == 0
    before = out.read_bytes()
    made = jsonl.pieces

    def ended(articles: Export, wishes: Wishes) -> Iterator[bytes]:
        for piece in made(articles, wishes):
            yield piece
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setitem(FORMATS, "jsonl", type(FORMATS["jsonl"])(ended, jsonl.is_ours))  # type: ignore[call-arg]
    handler = signal.getsignal(signal.SIGTERM)
    try:
        assert export(crawl, "--out", str(out)).exit_code == 128 + signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert out.read_bytes() == before


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "ninjs"])
def test_memory_does_not_grow_with_the_number_of_articles(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ROWS", 6)
    crawl = Crawl(tmp_path / "news.db")
    for number in range(24):
        crawl.new(article(number, text=f"Harbour {number}. " + "Ships sail. " * 1000))
    crawl.close()

    def peak(limit: int) -> int:
        with Reader(crawl.path) as reader:
            rows = Export(reader, Selection(limit=limit), texts=FORMATS[form].texts, batch=5)
            tracemalloc.start()
            size = sum(len(piece) for piece in FORMATS[form].pieces(rows, Wishes()))
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert rows.number == limit
        assert size > 0
        return most

    peak(1)  # what is imported and kept for good
    assert peak(24) < 1.3 * peak(12)
