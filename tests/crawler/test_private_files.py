"""Files that commands make: their owner's, whole, and not through a link that somebody laid."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from crawler import private_files
from crawler.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _open_to_all() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


def test_what_init_writes_is_its_owners_and_a_groups_where_one_is_named(tmp_path: Path) -> None:
    for name, options, mode in (
        ("plain", [], 0o600),
        ("group", ["--group", "news"], 0o640),
        ("secret", ["--group", "news", "--proxy", "http://joe:pw@proxy.test:3128"], 0o600),
    ):
        folder = tmp_path / name
        done = CliRunner().invoke(main, ["init", str(folder), "--own-sources", "own", *options])
        assert done.exit_code == 0, done.output
        assert stat.S_IMODE((folder / "dateline.toml").stat().st_mode) == mode
        assert not stat.S_IMODE(folder.stat().st_mode) & 0o077
        assert not stat.S_IMODE((folder / "own").stat().st_mode) & 0o077
        assert "pw" not in done.output


def test_a_new_file_takes_nobodys_place_and_follows_no_link(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    (tmp_path / "dangling").symlink_to(mine)
    assert private_files.write_new(tmp_path / "dangling", b"x") is False
    assert not mine.exists()
    assert private_files.write_new(tmp_path / "new", b"x") is True
    assert private_files.write_new(tmp_path / "new", b"y") is False
    assert (tmp_path / "new").read_bytes() == b"x"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    with pytest.raises(OSError, match=r"No such file.*missing"):
        private_files.write_new(tmp_path / "missing" / "new", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "new"]


def test_writing_anew_keeps_the_link_and_writes_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    private_files.write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
