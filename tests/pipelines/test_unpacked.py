"""Unpacked copies of installed files, in a cache folder."""

from __future__ import annotations

import lzma
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines import unpacked as module
from pipelines.unpacked import unpacked

CONTENT = b"the port is open again " * 100_000


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "model.npz.xz"
    file.write_bytes(lzma.compress(CONTENT))
    return file


def _copies(packed: Path) -> list[Path]:
    return sorted((packed.parent / "cache").rglob("*model*"))


def test_a_file_is_unpacked_once(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bytes(unpacked(packed)) == CONTENT
    assert len(_copies(packed)) == 1
    monkeypatch.setattr(module, "_content", None)
    assert bytes(unpacked(packed)) == CONTENT


def test_a_copy_of_an_older_file_is_not_taken(packed: Path) -> None:
    unpacked(packed)
    packed.write_bytes(lzma.compress(CONTENT.upper()))
    assert bytes(unpacked(packed)) == CONTENT.upper()


def test_a_copy_that_was_cut_is_made_again(packed: Path) -> None:
    unpacked(packed)
    (copy,) = _copies(packed)
    with copy.open("r+b") as opened:
        opened.truncate(4096)
    assert bytes(unpacked(packed)) == CONTENT
    assert copy.read_bytes() == CONTENT


def test_a_copy_that_is_damaged_is_made_again(packed: Path) -> None:
    unpacked(packed)
    (copy,) = _copies(packed)
    with copy.open("r+b") as opened:
        opened.write(bytes(512))
    assert bytes(unpacked(packed)) == CONTENT
    assert copy.read_bytes() == CONTENT


def test_an_empty_copy_is_made_again(packed: Path) -> None:
    unpacked(packed)
    (copy,) = _copies(packed)
    os.truncate(copy, 0)
    assert bytes(unpacked(packed)) == CONTENT
    assert copy.read_bytes() == CONTENT


def test_what_a_killed_process_has_left_of_a_copy_goes_and_what_another_is_writing_stays(packed: Path) -> None:
    unpacked(packed)
    (copy,) = _copies(packed)
    copy.unlink()
    left, written = (copy.with_name(f".{copy.name}.{end}") for end in ("left", "written"))
    for file in (left, written):
        file.write_bytes(CONTENT[:100])
    os.utime(left, (0, 0))
    unpacked(packed)
    assert _copies(packed) == sorted([written, copy])


def test_a_copy_that_another_user_has_put_there_is_not_taken(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked(packed)
    (copy,) = _copies(packed)
    before = copy.stat().st_ino
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert bytes(unpacked(packed)) == CONTENT
    assert copy.stat().st_ino != before, "a new one was made in its place"


@pytest.mark.parametrize("home", ["read-only", "full", "none"])
def test_without_a_place_for_copies_the_file_is_unpacked_into_memory(
    packed: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    if home == "read-only":
        (packed.parent / "cache").write_bytes(b"no folder")
    elif home == "full":
        usage: Any = type("Usage", (), {"free": module.ROOM})
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    else:
        monkeypatch.delenv("XDG_CACHE_HOME")

        def homeless() -> Path:
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr(Path, "home", homeless)
    assert bytes(unpacked(packed)) == CONTENT
    assert not _copies(packed)


def test_a_damaged_file_is_refused_and_leaves_no_copy(packed: Path) -> None:
    packed.write_bytes(packed.read_bytes()[:-40])
    with pytest.raises(lzma.LZMAError):
        unpacked(packed)
    assert not _copies(packed)
