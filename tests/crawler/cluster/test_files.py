"""The files of a run as people name them."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

pytest.importorskip("fsspec")
pytest.importorskip("pyarrow")

import fsspec

from crawler.arguments import ArgumentProblem
from crawler.cluster.files import listed, named


def test_folders_patterns_and_urls_stand_for_their_warc_files(tmp_path: Path) -> None:
    for name in ("b.warc", "a.warc.gz", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    a, b = str(tmp_path / "a.warc.gz"), str(tmp_path / "b.warc")
    assert named([str(tmp_path)]) == [a, b]
    assert named([f"{tmp_path}/*.warc.gz", b]) == [a, b]
    assert named([f"file://{tmp_path}/b.warc"]) == [b]
    assert named(["https://store.test/x.warc.gz"]) == ["https://store.test/x.warc.gz"]
    fs = fsspec.filesystem("memory")
    fs.pipe_file("/in/c.warc.gz", b"")
    assert named(["memory://in/"]) == ["memory://in/c.warc.gz"] or named(["memory://in/"]) == ["memory:///in/c.warc.gz"]
    with pytest.raises(ArgumentProblem, match="no such file"):
        named([str(tmp_path / "c.warc")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArgumentProblem, match="no WARC file"):
        named([str(tmp_path / "empty")])


def test_a_urls_query_is_part_of_its_address_and_of_no_pattern() -> None:
    for url in (
        "https://store.test/f0.warc.gz?token=1",
        "https://store.test/f0.warc.gz?token=*[1]",
        "http://[::1]:9/f0.warc.gz",
    ):
        assert named([url]) == [url]
    fsspec.filesystem("memory").pipe_file("/of-patterns/d.warc.gz", b"")
    assert named(["memory://of-patterns/*.gz"]) == ["memory:///of-patterns/d.warc.gz"]


def test_a_list_that_is_none_or_can_be_read_once_only_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArgumentProblem, match=r"pipe: no regular file, and a list is read twice"):
        next(listed(tmp_path / "pipe"))
    (tmp_path / "latin").write_bytes("/warcs/\xfc.warc.gz\n".encode("latin-1"))
    (tmp_path / "plain.gz").write_bytes(b"/warcs/1.warc.gz\n")
    (tmp_path / "half.gz").write_bytes(gzip.compress(b"/warcs/1.warc.gz\n")[:-9])
    for name in ("latin", "plain.gz", "half.gz"):
        with pytest.raises(ArgumentProblem, match=rf"--list .*{name}: no text in UTF-8, one address a line"):
            list(listed(tmp_path / name))


def test_a_list_is_read_line_by_line_behind_its_prefix(tmp_path: Path) -> None:
    place = tmp_path / "warc.paths.gz"
    place.write_bytes(gzip.compress(b"crawl-data/1.warc.gz\n\n# later\ncrawl-data/2.warc.gz\r\n"))
    assert list(listed(place, "https://store.test/")) == [
        "https://store.test/crawl-data/1.warc.gz",
        "https://store.test/crawl-data/2.warc.gz",
    ]
    plain = tmp_path / "list"
    plain.write_text("/warcs/1.warc.gz\ns3://store/2.warc.gz\n")
    assert list(listed(plain)) == ["/warcs/1.warc.gz", "s3://store/2.warc.gz"]
