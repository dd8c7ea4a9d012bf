"""One file to one part: rows in the file's order, nothing passed over, nothing of a file that was not done to its end."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("distributed")

import fsspec
from pyarrow.parquet import ParquetFile

from crawler.cluster import dataset as datasets
from crawler.cluster import part, task
from crawler.cluster import reading as streams
from crawler.cluster.dataset import Dataset, DatasetProblem, name_of, opened
from crawler.cluster.extraction import Ended, Pool, Unfit
from crawler.cluster.rules import Rules, rules_of
from crawler.warc_records import identity
from tests.crawler.cluster.made_files import Extractions, record, stored, story, warc


def done(url: str, dataset: Dataset, rules: Rules, pool: Extractions | None = None) -> dict[str, Any]:
    return task.done(url, name_of(url), dataset, rules, cast("Pool", pool or Extractions()))


def rows(dataset: Dataset, url: str) -> list[part.Row]:
    with dataset.fs.open(dataset.part(name_of(url)), "rb") as file:
        return list(part.rows(ParquetFile(file).iter_batches()))


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of((), tmp_path / "none.db", take_all=True)


@pytest.fixture
def dataset(tmp_path: Path, rules: Rules) -> Dataset:
    found = opened(str(tmp_path / "set"))
    found.begin(rules, now=0.0)
    return found


def test_a_part_has_each_record_in_its_order(
    tmp_path: Path, dataset: Dataset, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "GROUP", 2)
    monkeypatch.setattr(task, "UNDER_WAY", 2)
    file = tmp_path / "a.warc.gz"
    file.write_bytes(
        record("https://quay.test/1", story("one"))
        + record("https://quay.test/2", b"", status="404 Not Found")
        + record("https://quay.test/3", b"{}", kind="application/json")
        + record("https://quay.test/4", story("four"))
        + b"\x1f\x8b\x08broken"
        + record("https://quay.test/5", b"<html><body></body></html>")
        + record("http://[quay", story("six"))
        + record("https://quay.test/7", story("seven"))
    )
    answer = done(str(file), dataset, rules)
    found = rows(dataset, str(file))
    assert [(row.url[-1:], row.outcome, row.reason) for row in found if row.url.startswith("https://quay")] == [
        ("1", "article", None),
        ("2", "gone", None),
        ("4", "article", None),
        ("5", "rejected", "no_text"),
        ("7", "article", None),
    ]
    assert [row.offset for row in found] == sorted(row.offset for row in found)
    assert [(row.source, row.outcome, row.reason) for row in found if not row.url.startswith("https://quay")] == [
        ("unreadable", "failed", "broken")
    ] * 2
    assert {row.record.rpartition("#")[0] for row in found} == {"warc:" + dataset.facts(name_of(str(file)))["identity"]}  # type: ignore[index]
    assert (answer["records"], answer["outcomes"]) == (7, {"article": 3, "failed": 2, "gone": 1, "rejected": 1})
    with dataset.fs.open(dataset.part(name_of(str(file))), "rb") as packed:
        assert ParquetFile(packed).num_row_groups == 4


def test_a_file_that_has_a_part_is_answered_from_its_footer(tmp_path: Path, dataset: Dataset, rules: Rules) -> None:
    file = warc(tmp_path / "a.warc.gz", ["one", "two"])
    first = done(str(file), dataset, rules)
    file.unlink()
    assert done(str(file), dataset, rules) == {**first, "before": True}


def test_only_sites_of_the_registry_are_taken_unless_all_are_asked_for(
    tmp_path: Path, dataset: Dataset, rules: Rules
) -> None:
    file = warc(tmp_path / "a.warc.gz", ["one", "two"])
    few = rules_of((), tmp_path / "none.db", take_all=False)
    answer = done(str(file), dataset, few)
    assert (answer["records"], answer["foreign"]) == (0, 2)
    assert rows(dataset, str(file)) == []
    facts = dataset.facts(name_of(str(file)))
    assert facts is not None and facts["note"].startswith("2 of sites in no registry file, left")


def test_a_file_that_cannot_be_read_has_no_part_and_says_why(tmp_path: Path, dataset: Dataset, rules: Rules) -> None:
    answer = done(str(tmp_path / "none.warc.gz"), dataset, rules)
    assert (answer["failed"], answer["again"]) == ("FileNotFoundError: No such file or directory", False)
    assert list((tmp_path / "set" / "parts").iterdir()) == []


def test_a_dataset_that_is_not_on_the_workers_disk_is_no_files_fault(
    tmp_path: Path, dataset: Dataset, rules: Rules
) -> None:
    (tmp_path / "set" / "parts").rmdir()
    with pytest.raises(DatasetProblem, match=r"cannot make a part in .*/parts/.*a place that all machines share"):
        done(str(warc(tmp_path / "a.warc.gz", ["one"])), dataset, rules)


def test_a_part_that_was_made_by_other_rules_is_not_taken_for_done(
    tmp_path: Path, dataset: Dataset, rules: Rules
) -> None:
    file = warc(tmp_path / "a.warc.gz", ["one"])
    done(str(file), dataset, rules)
    with pytest.raises(DatasetProblem, match="was made with other rules"):
        done(str(file), dataset, rules_of((), tmp_path / "none.db", take_all=False))


def test_a_local_file_has_the_identity_that_an_import_of_one_process_gives_it(
    tmp_path: Path, dataset: Dataset, rules: Rules
) -> None:
    file = warc(tmp_path / "why?.warc.gz", ["one"])
    done(str(file), dataset, rules)
    facts = dataset.facts(name_of(str(file)))
    assert facts is not None and facts["identity"] == identity(file)


def test_nothing_is_kept_of_a_file_whose_extraction_was_ended(tmp_path: Path, dataset: Dataset, rules: Rules) -> None:
    class Ending(Extractions):
        def extract(self, page: Any) -> Any:
            self.ended = True
            return super().extract(page)

    with pytest.raises(Ended):
        done(str(warc(tmp_path / "a.warc.gz", ["one"])), dataset, rules, Ending())
    assert list((tmp_path / "set" / "parts").iterdir()) == []


def test_a_worker_with_another_extractor_is_refused(tmp_path: Path, dataset: Dataset) -> None:
    other = Rules((), {}, take_all=True, engine="dateline 999", dateline="0.1.0")
    with pytest.raises(Unfit, match=r"extracts with dateline .* made with dateline 999"):
        done(str(warc(tmp_path / "a.warc.gz", ["one"])), dataset, other)
    assert list((tmp_path / "set" / "parts").iterdir()) == []


def test_a_full_disk_is_the_datasets_trouble_and_no_files(
    tmp_path: Path, dataset: Dataset, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(part.Writer, "add", full)
    with pytest.raises(DatasetProblem, match="No space left"):
        done(str(warc(tmp_path / "a.warc.gz", ["one"])), dataset, rules)
    assert list((tmp_path / "set" / "parts").iterdir()) == []


def test_a_file_elsewhere_is_streamed_and_no_byte_is_read_twice(
    tmp_path: Path, dataset: Dataset, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BLOCK", 1 << 20)
    local = tmp_path / "a.warc.gz"
    noise = [record(f"https://quay.test/{n}", bytes(range(256)) * 4096, kind=f"image/{n}") for n in range(6)]
    local.write_bytes(
        warc(local, ["one"]).read_bytes() + b"".join(stored(one) for one in noise) + warc(local, ["two"]).read_bytes()
    )
    fs = fsspec.filesystem("memory")
    fs.pipe_file("/warcs/a.warc.gz", local.read_bytes())
    taken: list[tuple[int, int]] = []

    class Ranged(fsspec.spec.AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no types
        def _fetch_range(self, start: int, end: int) -> bytes:
            taken.append((start, end))
            found: bytes = local.read_bytes()[start:end]
            return found

    def ranged(path: str, mode: str, **how: Any) -> Any:
        return Ranged(fs, path, mode, size=local.stat().st_size, **how)

    monkeypatch.setattr(type(fs), "open", lambda self, *given, **how: ranged(*given, **how))
    answer = done("memory://warcs/a.warc.gz", dataset, rules)
    assert answer["outcomes"] == {"article": 2}
    assert len(taken) > 5
    assert all(earlier[1] == later[0] for earlier, later in pairwise(taken)), taken


def test_what_a_worker_loads_has_no_scrapy() -> None:
    script = "import sys, crawler.cluster.task, crawler.cluster.extraction; sys.exit('scrapy' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_facts_are_small_and_plain(tmp_path: Path, dataset: Dataset, rules: Rules) -> None:
    file = warc(tmp_path / "a.warc.gz", ["one"])
    done(str(file), dataset, rules)
    facts = dataset.facts(name_of(str(file)))
    assert facts is not None
    assert (facts["file"], facts["rules"], json.loads(facts["outcomes"])) == (str(file), rules.digest, {"article": 1})
    assert datasets.number(name_of(str(file))) in dataset.done()
