"""A dataset: names, parts that are there whole or not at all, the rules that it was begun with, files that failed."""

from __future__ import annotations

import json
import os
import pickle
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("fsspec")

from fsspec import AbstractFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from crawler.arguments import ArgumentProblem
from crawler.cluster import part, whole
from crawler.cluster.dataset import Dataset, DatasetProblem, address, name_of, number, opened
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
    assert address("file://localhost/data/a.warc.gz") == "/data/a.warc.gz"
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


def test_what_dead_processes_left_is_no_part_and_goes_when_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = opened(str(tmp_path / "set"))
    dataset.begin(RULES, now=0.0)
    places = [
        tmp_path / "set" / folder / f"{age}-00000000000000aa.{uuid}.tmp"
        for folder in ("parts", "failed", "")
        for uuid, age in enumerate(("new", "old"))
    ]
    places += [tmp_path / f"{name}-{age}.tmp" for name in (whole.OURS, "others") for age in ("new", "old")]
    for place in places:
        place.write_bytes(b"half of a par")
        if "old" in place.name:
            os.utime(place, (time.time() - whole.OLD - 60,) * 2)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert dataset.done() == set()
    whole.swept()
    assert [place for place in places if place.exists()] == [
        place for place in places if "new" in place.name or "others" in place.name
    ]


def test_a_part_for_elsewhere_is_made_under_a_name_that_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dataset = opened(f"memory://{tmp_path.name}/set")
    with dataset.making("a-00000000000000aa") as place:
        assert place.parent == tmp_path and place.match(f"{whole.OURS}*{whole.TMP}")


def test_other_rules_are_refused_and_the_same_go_on(dataset: Dataset) -> None:
    dataset.begin(RULES, now=1.0)
    others = {
        "--all: given there, not given now": replace(RULES, take_all=False),
        "extractor: e 1 there, e 2 now": replace(RULES, engine="e 2"),
        "Dateline: 0.1 there, 0.2 now": replace(RULES, dateline="0.2"),
    }
    for said, rules in others.items():
        with pytest.raises(ArgumentProblem, match=r"begun with other rules") as refused:
            dataset.begin(rules, now=1.0)
        assert said in str(refused.value)
        assert dataset.url in str(refused.value)
    kept = json.loads(dataset.fs.cat_file(f"{dataset.root}/run.json"))
    assert kept["begun_at"].startswith("1970-01-01T00:00:00")


def test_the_learned_rules_are_those_that_it_was_begun_with_wherever_it_goes_on(dataset: Dataset) -> None:
    for learned in ({}, {"quay.test": RuleSet(3, frozenset("a"))}, {"mole.test": RuleSet(1, frozenset("a"))}):
        begun = dataset.begin(replace(RULES, learned=learned), now=1.0)
        assert (begun.learned, begun.digest) == (RULES.learned, RULES.digest)


def test_of_two_that_begin_at_once_the_first_ones_rules_are_those_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = opened(str(tmp_path))
    dataset.begin(RULES, now=0.0)
    monkeypatch.setattr(type(dataset.fs), "exists", lambda *_, **__: False)
    with pytest.raises(ArgumentProblem, match="given there, not given now"):
        dataset.begin(replace(RULES, take_all=False), now=1.0)
    assert sorted(place.name for place in tmp_path.iterdir()) == ["failed", "parts", "run.json"]


@pytest.mark.parametrize("damaged", ["{", "[]", "{}", '{"learned": {"quay.test": {"number": 1, "keys": "ab"}}}'])
def test_a_damaged_run_json_is_said_with_its_dataset(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "run.json").write_text(damaged)
    with pytest.raises(ArgumentProblem, match=r"its run\.json is damaged .* name another --dataset") as refused:
        opened(str(tmp_path)).begin(RULES, now=0.0)
    assert str(tmp_path) in str(refused.value)


def failed(dataset: Dataset) -> list[str]:
    return [Path(name).name for name in dataset.fs.ls(f"{dataset.root}/failed", detail=False)]


def test_a_file_that_failed_is_kept_until_it_has_a_part(dataset: Dataset) -> None:
    told = {"file": "a.warc", "reason": "no such file"}
    dataset.fail("a-00000000000000aa", told, now=0.0)
    kept = json.loads(dataset.fs.cat_file(f"{dataset.root}/failed/a-00000000000000aa.json"))
    assert (kept["reason"], kept["at"][:10]) == ("no such file", "1970-01-01")
    put(dataset, "a-00000000000000aa")
    assert failed(dataset) == []
    dataset.fail("a-00000000000000aa", told, now=0.0)
    assert failed(dataset) == []


def test_word_of_a_failure_beside_a_part_goes_with_the_next_run(tmp_path: Path) -> None:
    dataset = opened(str(tmp_path))
    dataset.begin(RULES, now=0.0)
    put(dataset, "a-00000000000000aa")
    for name in ("a-00000000000000aa", "b-00000000000000bb"):
        (tmp_path / "failed" / f"{name}.json").write_text("{}")
    assert dataset.done() == {0xAA}
    assert failed(dataset) == ["b-00000000000000bb.json"]


class Store(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """As object stores are: what has no object in it is not there."""

    protocol = "s3"
    store: dict[str, object] = {}  # noqa: RUF012 - as its parent has it
    pseudo_dirs = [""]  # noqa: RUF012

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        pass

    mkdir = makedirs


def test_a_dataset_can_begin_where_there_are_no_folders() -> None:
    dataset = Dataset("s3://bucket/wire", Store(), "/bucket/wire")
    dataset.begin(RULES, now=0.0)
    assert dataset.done() == set()
    put(dataset, "a-00000000000000aa")
    assert dataset.done() == {0xAA}


def test_a_place_where_a_part_could_be_by_half_is_refused() -> None:
    class Copying(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
        protocol = "copying"

    with pytest.raises(ArgumentProblem, match="copying://wire: no place for a dataset"):
        Dataset("copying://wire", Copying(), "wire").begin(RULES, now=0.0)


def test_a_dataset_that_cannot_be_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetProblem, match="cannot begin the dataset") as error:
        opened(str(tmp_path / "file" / "set")).begin(RULES, now=0.0)
    assert str(error.value).startswith(f"{tmp_path / 'file' / 'set'}: cannot begin")
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)
    with pytest.raises(ArgumentProblem, match="nosuch://"):
        opened("nosuch://place")
