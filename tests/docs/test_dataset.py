"""What the documents ask a dataset in DuckDB is answered."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import duckdb
import pytest

from crawler.cluster import near
from crawler.cluster.dataset import opened
from tests.crawler.cluster.test_near import dataset, wire
from tests.docs.documents import DOCS, blocks

if TYPE_CHECKING:
    from pathlib import Path

QUERIES = [block for block in blocks(DOCS / "howto" / "cluster.md") if "dataset" in block.marks]
WITHOUT_ROWS = ("dateline_place", "COPY")
"""Of what the made articles have nothing; what answers with a number."""


def test_each_query_over_a_dataset_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset(tmp_path / "wire-2024", wire(random.Random(4), originals=3), parts=2)
    (tmp_path / "wire-2024" / "failed").mkdir()
    told = {"file": "https://x.test/bad.warc.gz", "reason": "no WARC file", "attempts": 1}
    opened(str(tmp_path / "wire-2024")).fail("bad-0123456789abcdef", told, now=1.8e9)
    near.stories(str(tmp_path / "wire-2024"), near.here, window=7, buckets=1)
    monkeypatch.chdir(tmp_path)
    assert len(QUERIES) >= 7
    with duckdb.connect() as db:
        for block in QUERIES:
            rows = db.execute(block.text).fetchall()
            assert rows or any(word in block.text for word in WITHOUT_ROWS), f"{block}: no row"
        texts, stories = (
            db.execute(f"SELECT count({what}) FROM '{files}'").fetchall()[0][0]
            for what, files in (("*", "texts.parquet"), ("DISTINCT story", "wire-2024/stories/*.parquet"))
        )
    assert texts == stories > 3
