"""A dataset: names, parts that are there whole or not at all, the rules that it was begun with, files that failed."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("fsspec")

from crawler.arguments import ArgumentProblem
from crawler.cluster import part
from crawler.cluster.dataset import OLD, Dataset, DatasetProblem, address, name_of, number, opened
from crawler.cluster.rules import Rules
from storage.models import RuleSet

RULES = Rules((), {"quay.test": RuleSet(2, frozenset({"a", "b"}))}, take_all=True, engine="e 1", dateline="0.1")


@pytest.fixture(params=["local", "memory"])
def dataset(request: pytest.FixtureRequest, tmp_path: Path) -> Dataset:
    found = opened(str(tmp_path / "set") if request.param == "local" else f"memory://{tmp_path.name}/set")
    found.begin(RULES, now=0.0)
    return found


def put(dataset: Dataset, name: str, **facts: str) -> None:
    with dataset.making(name) as place, part.Writer(place) as out:
        out.facts(facts)


def test_a_name_is_that_of_one_file_and_in_the_order_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    urls = [f"https://store.test/2023/11/CC-NEWS-202311010{hour}0000-00001.warc.gz" for hour in range(4)]
    names = [name_of(url) for url in urls]
    assert names == sorted(names)
    assert all(name.startswith("CC-NEWS-202311010") and len(name) == len(names[0]) for name in names)
    monkeypatch.chdir(tmp_path)
    assert name_of(address("a.warc.gz")) == name_of(address(str(tmp_path / "a.warc.gz")))
    assert name_of(address(f"file://{tmp_path}/a.warc.gz")) == name_of(address("a.warc.gz"))
    assert name_of(address("a.warc.gz")) != name_of(address("b/a.warc.gz"))
    assert name_of("s3://b/x y/ü z.WARC").startswith("_z-")
    assert number(names[0]) == int(names[0][-16:], 16)


def test_a_part_is_there_whole_or_not_at_all(dataset: Dataset) -> None:
    with pytest.raises(KeyError), dataset.making("a-00000000000000aa") as place, part.Writer(place):
        raise KeyError
    assert not place.exists()
    assert dataset.facts("a-00000000000000aa") is None
    put(dataset, "a-00000000000000aa", file="a.warc")
    assert dataset.facts("a-00000000000000aa") == {"file": "a.warc"}
    assert dataset.done() == {0xAA}
    assert [Path(name).name for name in dataset.fs.ls(f"{dataset.root}/parts", detail=False)] == [
        "a-00000000000000aa.parquet"
    ]


def test_a_part_is_under_its_name_only_when_its_bytes_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, done = opened(str(tmp_path)), list[str]()
    dataset.begin(RULES, now=0.0)
    sync, move = os.fsync, Path.replace

    def synced(file: int) -> None:
        done.append("fsync")
        sync(file)

    def moved(made: Path, place: Path) -> Path:
        done.append(place.name)
        return move(made, place)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", moved)
    put(dataset, "a-00000000000000aa")
    assert done == ["fsync", "a-00000000000000aa.parquet", "fsync"]


def test_what_a_dead_process_left_is_no_part_and_goes_when_it_is_old(tmp_path: Path) -> None:
    dataset = opened(str(tmp_path))
    dataset.begin(RULES, now=0.0)
    new, old = (tmp_path / "parts" / f"{name}-00000000000000aa.parquet.tmp" for name in "ab")
    for place in (new, old):
        place.write_bytes(b"half of a par")
    os.utime(old, (time.time() - OLD - 60,) * 2)
    assert dataset.done() == set()
    assert (new.exists(), old.exists()) == (True, False)


def test_other_rules_are_refused_and_the_same_go_on(dataset: Dataset) -> None:
    dataset.begin(RULES, now=1.0)
    others = {
        "--all: given there, not given now": replace(RULES, take_all=False),
        "extractor: e 1 there, e 2 now": replace(RULES, engine="e 2"),
        "Dateline: 0.1 there, 0.2 now": replace(RULES, dateline="0.2"),
        "learned rules of quay.test": replace(RULES, learned={"quay.test": RuleSet(2, frozenset({"a"}))}),
        "learned rules of mole.test": replace(
            RULES, learned={**RULES.learned, "mole.test": RuleSet(1, frozenset("a"))}
        ),
    }
    for said, rules in others.items():
        with pytest.raises(ArgumentProblem, match=r"begun with other rules") as refused:
            dataset.begin(rules, now=1.0)
        assert said in str(refused.value)
        assert dataset.url in str(refused.value)
    kept = json.loads(dataset.fs.cat_file(f"{dataset.root}/run.json"))
    assert kept["begun_at"].startswith("1970-01-01T00:00:00")


def test_a_file_that_failed_is_kept_until_it_has_a_part(dataset: Dataset) -> None:
    dataset.fail("a-00000000000000aa", {"file": "a.warc", "reason": "no such file"}, now=0.0)
    kept = json.loads(dataset.fs.cat_file(f"{dataset.root}/failed/a-00000000000000aa.json"))
    assert (kept["reason"], kept["at"][:10], dataset.failures()) == ("no such file", "1970-01-01", 1)
    put(dataset, "a-00000000000000aa")
    assert dataset.failures() == 0


def test_a_dataset_that_cannot_be_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetProblem, match="cannot begin the dataset") as error:
        opened(str(tmp_path / "file" / "set")).begin(RULES, now=0.0)
    assert str(tmp_path / "file" / "set") in str(error.value)
    with pytest.raises(ArgumentProblem, match="nosuch://"):
        opened("nosuch://place")
