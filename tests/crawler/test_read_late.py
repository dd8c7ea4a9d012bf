"""Sources that are read when a page of their host comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler import read_late
from crawler.config import Config
from crawler.read_late import hosts_of, registry_by_host
from crawler.registry import RegistryError, load, packaged, read_source
from crawler.source import Source
from crawler.warc_pages import by_host

SOURCE = """
title = "{title}"
home = "https://{host}"
hosts = ["{host}", "www.en.{host}:8443"]
languages = ["en"]

[[endpoint]]
url = "https://{host}/feed.xml"
kind = "feed"
"""


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the packaged one, and beside it `own`."""
    folder = tmp_path / "packaged"
    (tmp_path / "own").mkdir()
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text(SOURCE.format(title=name, host=f"{name}.test"), encoding="utf-8")
    monkeypatch.setattr(read_late, "packaged", lambda: folder)
    return folder


def _config(registry: Path) -> Config:
    return Config(sources_dir=registry.parent / "own")


def test_a_look_at_each_packaged_file_tells_the_hosts_that_reading_it_tells() -> None:
    for file in packaged().glob("*.toml"):
        assert hosts_of(file.read_text(encoding="utf-8")) == read_source(file).hosts, file


def test_only_the_files_of_hosts_that_are_asked_for_are_read(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(file: Path) -> Source:
        read.append(file.stem)
        return read_source(file)

    monkeypatch.setattr(read_late, "read_source", counted)
    sources = registry_by_host(_config(registry))
    assert not sources("three.test")
    for _ in range(2):
        assert [source.name for source in sources("en.two.test")] == ["two"]
    assert read == ["two"]


def test_the_answers_are_those_of_sources_that_were_all_read(registry: Path) -> None:
    (registry / "twin.toml").write_text(SOURCE.format(title="twin", host="one.test"), encoding="utf-8")
    late, early = registry_by_host(_config(registry)), by_host(load(registry).values())
    for name in ("one.test", "en.one.test", "two.test", "three.test"):
        assert list(late(name)) == list(early(name))


@pytest.mark.parametrize("hosts", ["hosts = ['two.test']", 'hosts=["two.test"]', '"hosts" = ["two.test"] # and so on'])
def test_a_file_that_writes_its_hosts_in_another_way_is_found_too(registry: Path, hosts: str) -> None:
    text = SOURCE.format(title="two", host="two.test").replace('hosts = ["two.test", "www.en.two.test:8443"]', hosts)
    assert hosts in text
    (registry / "two.toml").write_text(text, encoding="utf-8")
    assert [source.name for source in registry_by_host(_config(registry))("two.test")] == ["two"]


def test_a_file_of_ones_own_takes_the_place_of_the_packaged_one(registry: Path) -> None:
    own = registry.parent / "own" / "two.toml"
    own.write_text(SOURCE.format(title="mine", host="two.test"), encoding="utf-8")
    assert [source.title for source in registry_by_host(_config(registry))("two.test")] == ["mine"]


def test_a_wrong_file_of_ones_own_is_told_and_its_name_not_given_to_the_packaged_one(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (registry.parent / "own" / "two.toml").write_text("title = 1", encoding="utf-8")
    sources = registry_by_host(_config(registry))
    assert not sources("two.test") and sources("one.test")
    assert "two.toml: languages" in capsys.readouterr().err


def test_a_wrong_packaged_file_is_an_error_where_it_is_asked_for(registry: Path) -> None:
    text = (registry / "two.toml").read_text(encoding="utf-8")
    (registry / "two.toml").write_text(text.replace("languages", "tongues"), encoding="utf-8")
    sources = registry_by_host(_config(registry))
    assert sources("one.test")
    with pytest.raises(RegistryError, match=r"two\.toml: languages"):
        sources("two.test")
