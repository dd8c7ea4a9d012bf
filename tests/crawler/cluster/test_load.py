"""A dataset's parts into a database: the same rows as an import of the files, in any order, however often it is broken off."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from click.testing import CliRunner

pytest.importorskip("pyarrow")
pytest.importorskip("distributed")

from bench.cluster_rows import differences, rows
from crawler import in_order, start_crawl, workers_first
from crawler.cli import main
from crawler.cluster import load as loading
from crawler.cluster.dataset import name_of, opened
from crawler.cluster.rules import rules_of
from crawler.cluster.task import done
from crawler.session import Session
from storage.settling import Record, Settled
from tests.conftest import LEAN
from tests.crawler.cluster.made_files import Extractions
from tests.crawler.in_process import InProcess

if TYPE_CHECKING:
    from crawler.cluster.extraction import Pool

SITES = ("quay.test", "mole.test", "pier.test")


def text(topic: str, sentences: int = 9) -> str:
    chance = random.Random(topic)
    words = [f"{topic}{chance.choice('aeiou')}{chance.choice('lmnrst')}{number}" for number in range(200)]
    return "".join(f"<p>The {' '.join(chance.sample(words, 30))} by winter.</p>" for _ in range(sentences))


def page(site: str, name: str, body: str | None, *, status: str = "200 OK", at: str = "2023-11-01T08:00:00Z") -> bytes:
    html = (
        f'<!doctype html><html lang="en"><head><title>About the {name}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2023-11-01T07:00:00Z"></head><body><article>'
        f"<h1>About the {name}</h1>{body}</article></body></html>"
    )
    html = html if body is not None else "<html><body></body></html>"
    answer = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".encode() + html.encode()
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://{site}/news/{name}\r\nWARC-Date: {at}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + answer + b"\r\n\r\n", mtime=0)


@dataclass(frozen=True)
class Made:
    """WARC files, a dataset of them, and the rows of their import."""

    folder: Path
    files: list[Path]
    dataset: Path
    imported: dict[str, list[dict[str, object]]]


@pytest.fixture(scope="module", autouse=True)
def in_process() -> Iterator[None]:
    """Without processes, and without the registry: these pages are of no source in it, and each command reads all of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start_crawl, "sources_of", lambda _: {})
        patch.setattr(workers_first, "ExtractionPool", InProcess)
        patch.delenv("DATELINE_DB", raising=False)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Stories, copies of them at other sites, a revision, the same page twice, a page that is none, one that is gone."""
    folder = tmp_path_factory.mktemp("made")
    later = "2023-11-01T20:00:00Z"
    contents = {
        "a": [page(SITES[0], f"topic{number}", text(f"topic{number}")) for number in range(5)],
        "b": [
            page(SITES[1], "topic1", text("topic1")),
            page(SITES[0], "topic2", text("topic2") + "<p>The board met again at night.</p>", at=later),
            page(SITES[0], "topic3", text("topic3"), at=later),
            page(SITES[1], "nothing", None),
            page(SITES[1], "away", "", status="404 Not Found"),
        ],
        "c": [page(SITES[2], "topic1", text("topic1", 8)), page(SITES[2], "own", text("lighthouse"))],
    }
    files = []
    for name, pages in contents.items():
        files.append(folder / f"{name}.warc.gz")
        files[-1].write_bytes(b"".join(pages))
    imported = CliRunner().invoke(main, ["import", *map(str, files), "--all", "--db", str(folder / "imported.db")])
    assert imported.exit_code == 0, imported.output
    dataset = opened(str(folder / "dataset"))
    rules = rules_of((), folder / "none.db", take_all=True)
    dataset.begin(rules, now=0.0)
    for file in files:
        assert "failed" not in done(str(file), name_of(str(file)), dataset, rules, cast("Pool", Extractions()))
    return Made(folder, files, folder / "dataset", rows(folder / "imported.db"))


def load(dataset: Path, database: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["load", str(dataset), "--db", str(database)])
    return result.exit_code, result.output


def test_a_load_gives_the_rows_of_an_import_and_loading_again_changes_nothing(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "AT_ONCE", 3)
    status, said = load(made.dataset, tmp_path / "news.db")
    assert status == 0, said
    assert not differences(made.imported, rows(tmp_path / "news.db"))
    outcomes = {row["outcome"] for row in made.imported["fetches"]}
    assert outcomes == {"new", "copy", "revised", "unchanged", "rejected", "gone"}
    assert len(made.imported["stories"]) == 6
    status, said = load(made.dataset, tmp_path / "news.db")
    assert status == 0
    assert "5 loaded before" in said
    assert not differences(made.imported, rows(tmp_path / "news.db"))


def test_parts_are_loaded_in_the_order_of_their_names_whatever_came_first(made: Made, tmp_path: Path) -> None:
    (tmp_path / "dataset" / "parts").mkdir(parents=True)
    for place in sorted((made.dataset / "parts").iterdir(), reverse=True):
        shutil.copy(place, tmp_path / "dataset" / "parts")
    assert load(tmp_path / "dataset", tmp_path / "news.db")[0] == 0
    assert not differences(made.imported, rows(tmp_path / "news.db"))


KILLED = f"""{LEAN}
import os, signal, sys
from crawler import in_order, start_crawl
from crawler.cli import main
from crawler.cluster import load
whole, batches = in_order.settle, 0

async def settle(*given, **named):
    global batches
    batches += 1
    if batches == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return await whole(*given, **named)

in_order.settle, load.AT_ONCE = settle, 2
start_crawl.sources_of = lambda config: {{}}
main()
"""


def test_a_load_that_was_killed_goes_on_where_it_was(made: Made, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, "load", str(made.dataset), "--db", str(tmp_path / "news.db")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert len(rows(tmp_path / "news.db")["fetches"]) == 5
    status, said = load(made.dataset, tmp_path / "news.db")
    assert status == 0, said
    assert not differences(made.imported, rows(tmp_path / "news.db"))


def test_a_load_that_is_asked_to_stop_ends_between_two_batches(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = in_order.settle

    async def stopping(session: Session, records: list[Record], *, keep_raw: bool) -> list[Settled | None]:
        session.stop.set()
        return await whole(session, records, keep_raw=keep_raw)

    with monkeypatch.context() as patch:
        patch.setattr(loading, "AT_ONCE", 2)
        patch.setattr(in_order, "settle", stopping)
        status, said = load(made.dataset, tmp_path / "news.db")
    assert status == 1
    assert "shutdown: 2 new" in said
    assert load(made.dataset, tmp_path / "news.db")[0] == 0
    assert not differences(made.imported, rows(tmp_path / "news.db"))


def test_a_broken_part_is_told_and_costs_itself_only(made: Made, tmp_path: Path) -> None:
    shutil.copytree(made.dataset, tmp_path / "dataset")
    hurt = sorted((tmp_path / "dataset" / "parts").iterdir())[1]
    whole = hurt.read_bytes()
    hurt.write_bytes(whole[: len(whole) // 2])
    status, said = load(tmp_path / "dataset", tmp_path / "news.db")
    assert status == 1
    assert f"{hurt.name} anew" in said
    assert len(rows(tmp_path / "news.db")["fetches"]) == len(made.imported["fetches"]) - 5
    hurt.write_bytes(whole)
    assert load(tmp_path / "dataset", tmp_path / "news.db")[0] == 0


def single(dataset: Path, folder: Path, footer: dict[str, str]) -> Path:
    """A dataset of the first part alone; its footer changed as told."""
    from pyarrow.parquet import ParquetFile, write_table

    place = sorted((dataset / "parts").iterdir())[0]
    part = ParquetFile(place)
    metadata = part.metadata.metadata | {f"dateline.{name}".encode(): value.encode() for name, value in footer.items()}
    (folder / "parts").mkdir(parents=True)
    write_table(part.read().replace_schema_metadata(metadata), folder / "parts" / place.name)
    return folder


def test_texts_of_another_extractor_are_refused(made: Made, tmp_path: Path) -> None:
    status, said = load(single(made.dataset, tmp_path / "old", {"extractor": "dateline 1"}), tmp_path / "news.db")
    assert (status, "made by the extractor dateline 1, and this version has dateline" in said) == (2, True), said
    assert not rows(tmp_path / "news.db")["fetches"]


def test_a_part_by_other_rules_than_the_first_is_not_loaded(made: Made, tmp_path: Path) -> None:
    mixed = single(made.dataset, tmp_path / "mixed", {"rules": "others"})
    shutil.copy(sorted((made.dataset / "parts").iterdir())[1], mixed / "parts")
    status, said = load(mixed, tmp_path / "news.db")
    assert status == 1
    assert "made by other rules than a-" in said
    assert len(rows(tmp_path / "news.db")["fetches"]) == 5


def test_a_place_that_does_not_answer_stops_the_load_and_blames_no_part(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.implementations.local import LocalFileOpener

    read = LocalFileOpener.__getattribute__

    def breaking(size: int = -1) -> bytes:
        raise OSError("the connection was reset")

    def get(self: LocalFileOpener, name: str) -> object:
        return breaking if name == "read" else read(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(LocalFileOpener, "__getattribute__", get)
        status, said = load(made.dataset, tmp_path / "news.db")
    assert status == 2
    assert "the connection was reset; nothing is lost: called again, the load goes on here" in said
    assert "remove it" not in said


def test_a_file_that_is_no_part_is_told(made: Made, tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    (tmp_path / "dataset" / "parts").mkdir(parents=True)
    write_table(pa.table({"a": [1]}), tmp_path / "dataset" / "parts" / "other.parquet")
    status, said = load(tmp_path / "dataset", tmp_path / "news.db")
    assert status == 1
    assert "does not bear our mark" in said


def test_files_without_a_part_are_told_at_the_end(made: Made, tmp_path: Path) -> None:
    shutil.copytree(made.dataset, tmp_path / "dataset")
    told = {"file": "https://there.test/x.warc.gz", "reason": "FileNotFoundError: 404"}
    place = opened(str(tmp_path / "dataset"))
    place.fail("x-0", told, now=0.0)
    done_since = f"{place.root}/failed/{loading.parts(place)[0]}.json"
    Path(done_since).write_text(json.dumps({"file": "https://there.test/done.warc.gz"}))
    status, said = load(tmp_path / "dataset", tmp_path / "news.db")
    assert status == 1
    assert "https://there.test/x.warc.gz: no part" in said
    assert "404" in said
    assert "done.warc.gz" not in said


def test_a_record_that_no_database_takes_costs_itself_only(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = in_order.settle

    async def settle(session: Session, records: list[Record], *, keep_raw: bool) -> list[Settled | None]:
        return await whole(session, [wrong(record) for record in records], keep_raw=keep_raw)

    def wrong(record: Record) -> Record:
        article = record.dispatch.ending.article
        if article is None or not article.url.endswith("topic2"):
            return record
        ending = replace(record.dispatch.ending, article=replace(article, sketch=(1 << 40,)))
        return replace(record, dispatch=replace(record.dispatch, ending=ending))

    monkeypatch.setattr(in_order, "settle", settle)
    status, said = load(made.dataset, tmp_path / "news.db")
    assert status == 1
    assert "failed:unstorable" in said
    refused = [row for row in rows(tmp_path / "news.db")["fetches"] if row["reason"] == "unstorable"]
    assert {row["url"] for row in refused} == {f"https://{SITES[0]}/news/topic2"}


def test_a_folder_that_is_no_dataset_is_refused_plainly(tmp_path: Path) -> None:
    status, said = load(tmp_path / "nowhere", tmp_path / "news.db")
    assert status == 2
    assert "no dataset there" in said


def test_progress_for_programs_names_each_record_and_part(made: Made, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["load", str(made.dataset), "--db", str(tmp_path / "news.db"), "--json"])
    events = [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]
    assert [each["event"] for each in events].count("crawl") == 3
    assert sum(each["event"] == "fetch" for each in events) == len(made.imported["fetches"])
