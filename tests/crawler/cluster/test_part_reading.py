"""A part whose rows a database would choke on is told as broken, whoever wrote it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("fsspec")

from crawler.cluster import part
from crawler.cluster.dataset import DatasetProblem, opened
from crawler.cluster.part_reading import Broken, Reading
from tests.storage.harness import article

if TYPE_CHECKING:
    from pathlib import Path

FILE = "warc:a.warc.gz:9:ab"
ROW = part.Row(f"{FILE}#7", 7, "quay.test", "https://quay.test/7", None, 404, 9, 1, "gone", detail="HTTP 404")


def reading(folder: Path, rows: list[part.Row]) -> Reading:
    (folder / "a.parquet").write_bytes(part.packed(rows, {"file": "a"}))
    return Reading(opened(str(folder)).fs, str(folder / "a.parquet"), {})


def test_records_come_in_their_order_without_those_that_are_done(tmp_path: Path) -> None:
    rows = [replace(ROW, record=f"{FILE}#{place}", offset=place) for place in range(5)]
    rows[3] = replace(rows[3], outcome=part.ARTICLE, article=article(1))
    found = reading(tmp_path, rows)
    assert found.begins() == ({"file": "a"}, FILE)
    batches = [[record.key for record in batch] for batch in found.batches(2, without={2})]
    assert batches == [[f"{FILE}#0", f"{FILE}#1"], [f"{FILE}#3"], [f"{FILE}#4"]]


@pytest.mark.parametrize(
    "changed",
    [
        {"source": None},
        {"record": None},
        {"url": None},
        {"record": "warc:other:1:ab#8"},
        {"offset": None},
        {"outcome": "new"},
        {"outcome": "nonsense"},
        {"outcome": None},
    ],
    ids=str,
)
def test_a_row_that_is_no_end_of_a_record_breaks_its_part(tmp_path: Path, changed: dict[str, str | None]) -> None:
    odd = replace(replace(ROW, record=f"{FILE}#8", offset=8), **changed)  # type: ignore[arg-type]
    with pytest.raises(Broken, match=r"the record .* anew; then load again"):
        list(reading(tmp_path, [ROW, odd]).batches(8, without=()))


def test_a_part_whose_first_record_names_no_file_is_none(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="its first record does not name its file"):
        reading(tmp_path, [replace(ROW, record="7")]).begins()


def test_a_part_of_other_columns_is_none(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow.parquet import read_table, write_table

    found = reading(tmp_path, [ROW])
    table = read_table(tmp_path / "a.parquet")
    write_table(table.set_column(3, "record_url", pa.array([1])), tmp_path / "a.parquet")
    with pytest.raises(Broken, match="its columns are not those of a part"):
        found.begins()


def test_what_the_place_raises_is_not_told_of_the_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = reading(tmp_path, [ROW])
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[:100])
    with pytest.raises(Broken, match="which makes a"):
        found.begins()
    (tmp_path / "a.parquet").unlink()
    with pytest.raises(DatasetProblem, match="called again, the load goes on here"):
        found.begins()


def test_a_part_hurt_within_is_broken_and_no_trouble_of_the_place(tmp_path: Path) -> None:
    rows = [replace(ROW, record=f"{FILE}#{place}", offset=place) for place in range(900)]
    found = reading(tmp_path, rows)
    whole = bytearray((tmp_path / "a.parquet").read_bytes())
    whole[8:200] = bytes(192)
    (tmp_path / "a.parquet").write_bytes(whole)
    with pytest.raises(Broken, match="which makes a"):
        found.begins()
