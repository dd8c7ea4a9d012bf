"""The cluster's benches see what is wrong, and count from when all workers are at work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("distributed")

from bench import cluster, cluster_kills, cluster_parts
from crawler.cluster import part
from crawler.cluster.part import Row
from crawler.warc_records import records


def put(dataset: Path, name: str, rows: list[Row]) -> None:
    (dataset / "parts").mkdir(parents=True, exist_ok=True)
    (dataset / "parts" / f"{name}.parquet").write_bytes(part.packed(rows, {}))


def row(offset: int, ms: int = 0, outcome: str = "gone") -> Row:
    return Row(f"warc:a#{offset}", offset, "s.test", "https://s.test/1", None, 404, 0, ms, outcome)


def test_a_dataset_is_as_it_must_be_only_with_the_same_rows_and_one_outcome_a_file(tmp_path: Path) -> None:
    expected = {"a": [row(0), row(9)], "b": [row(0)]}
    put(tmp_path, "a", [row(0, ms=7), row(9)])
    put(tmp_path, "b", [row(0)])
    (tmp_path / "parts" / "b.parquet.12.tmp").write_bytes(b"half")
    assert cluster_kills.wrong(tmp_path, expected) == []
    (tmp_path / "failed").mkdir()
    (tmp_path / "failed" / "a.json").write_text("{}")
    put(tmp_path, "b", [row(0, outcome="failed")])
    put(tmp_path, "c", [row(0)])
    assert cluster_kills.wrong(tmp_path, expected) == [
        "a is done and failed",
        "only one has c",
        "b: 1 rows and 1, not the same",
    ]
    (tmp_path / "parts" / "c.parquet").write_bytes(b"PAR1 half of it")
    with pytest.raises(Exception, match="Parquet"):
        cluster_kills.wrong(tmp_path, expected)


def test_a_rate_is_that_after_the_first_files(tmp_path: Path) -> None:
    told = [json.dumps({"event": "file", "records": 5})] * 4
    lines = f"for line in {told!r}: print(line, flush=True); time.sleep(0.05)"
    script = f"import time\n{lines}\nprint({json.dumps({'event': 'run'})!r})"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        ran = cluster.measured(process, 4, 2)
    assert 0 < ran.rate < 10 / 0.1
    assert ran.cpu >= ran.first >= 0


def test_made_files_have_the_pages_asked_for_and_the_same_each_time(tmp_path: Path) -> None:
    one, other = cluster_parts.made_files(tmp_path, 2, 3)
    assert (len(list(records(one))), len(list(records(other)))) == (3, 3)
    first = one.read_bytes()
    assert cluster_parts.made_files(tmp_path, 1, 3)[0].read_bytes() == first
    cluster_parts.gone_files(tmp_path, 1)
    assert [record.status for record in records(tmp_path / "gone-00000.warc.gz")] == [404]
