"""`dateline export`: what leaves is JSON, or CSV that no spreadsheet computes, in a file that is whole."""

from __future__ import annotations

import csv
import errno
import io
import json
import stat
import time
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from bench.torture.outputs_checks import table as wrong_cells
from bench.torture.outputs_payloads import ESCAPES, FORMULAS, SCRIPTS
from crawler.arguments import ArgumentProblem
from crawler.cli import main
from crawler.export import place
from crawler.export.table import harmless
from storage.export import COLUMNS
from tests.storage.harness import Crawl, article, instant

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [text for text in (*FORMULAS, *ESCAPES[::2], *SCRIPTS[::5]) if "\x00" not in text]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "news.db"
    crawl = Crawl(path)
    for number, text in enumerate(TEXTS, 1):
        at = instant(f"2023-10-{1 + number % 20:02}T08:00:00Z")
        crawl.new(article(number, text=f"{text} harbour {number}", title=text, authors=(text, "B"), published=at))
    crawl.close()
    return path


def export(database: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["export", "--db", str(database), *options])


def test_json_lines_hold_every_text_and_no_sign_that_steers(database: Path) -> None:
    done = export(database)
    assert done.exit_code == 0
    assert done.stderr == f"{len(TEXTS)} articles\n"
    lines = done.stdout_bytes.decode().splitlines()
    found = [json.loads(line) for line in lines]
    assert [each["title"] for each in found] == TEXTS
    assert [tuple(each) for each in found] == [COLUMNS] * len(TEXTS)
    assert found[0]["authors"] == [TEXTS[0], "B"]
    assert "\x1b" not in done.stdout


def test_csv_is_rfc_4180_and_nothing_in_it_is_computed(database: Path) -> None:
    out = export(database, "--format", "csv").stdout_bytes
    assert list(wrong_cells(out, number=len(TEXTS))) == []
    assert list(wrong_cells(out, number=len(TEXTS), semicolons=True)) == []
    assert out.startswith(b'"id","source"')
    with_mark = export(database, "--format", "csv", "--bom").stdout_bytes
    assert with_mark == b"\xef\xbb\xbf" + out


def test_raw_cells_are_what_is_stored(database: Path) -> None:
    out = export(database, "--format", "csv", "--raw-cells").stdout_bytes.decode()
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [row["title"] for row in rows] == TEXTS
    assert json.loads(rows[0]["authors"]) == [TEXTS[0], "B"]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"), ("  -2", "'  -2"), ('"@x', "'\"@x"), ("\uff1d1", "'\uff1d1"), ("\t=1", "' =1"), ("\tx", "' x"),
        ("a;=1", "a;'=1"),
        ("a\n\n- b\n \n@c", "a\n\n'- b\n \n'@c"), ("\n\n=1", "'\n\n'=1"), ("a; \n=1", "a;' \n'=1"),
        ("a\n- b", "a\n'- b"), ("a - b = c", "a - b = c"), ("-", "'-"), ("", ""), (-5, -5), (None, None), ("\u200b=1", "'=1"),
    ],
)  # fmt: skip
def test_a_cell(cell: Any, written: Any) -> None:
    assert harmless(cell) == written


@pytest.mark.parametrize("run", ["\n", "\u2028", "\n\u2800", " \n'", ";'"])
def test_a_cell_takes_time_by_its_length(run: str) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        harmless("a" + run * times + "x")
        return time.process_time() - began

    # Four times the length: four times the time, or sixteen by the square.
    assert min(seconds(40_000) for _ in range(3)) < 10 * max(min(seconds(10_000) for _ in range(3)), 0.003)


@given(
    st.text(
        st.one_of(st.sampled_from("=+-@\t\r\n;\"' \u200b\ufeff\u2800\uff1d"), st.characters(codec="utf-8")), max_size=12
    )
)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = harmless(text)
    assert cell.lstrip(' \n"\u201c\u200b\ufeff\xa0')[:1] not in {"=", "+", "-", "@", "\uff1d"}
    assert cell[:1] not in {"\t", "\r"}


def test_a_file_is_its_owners_and_replaces_only_what_an_export_has_written(database: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.csv"
    assert export(database, "--format", "csv", "--out", str(out)).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    out.chmod(0o644)
    assert export(database, "--format", "jsonl", "--out", str(out), "--until", "2023-10-03").exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o644
    assert all(json.loads(line) for line in out.read_text().splitlines())
    assert export(database, "--format", "csv", "--out", str(out)).exit_code == 0
    letters = tmp_path / "letters.txt"
    letters.write_text("Dear Ann")
    refused = export(database, "--out", str(letters))
    assert refused.exit_code == 2
    assert "give --force" in refused.stderr
    assert letters.read_text() == "Dear Ann"
    assert export(database, "--out", str(letters), "--force").exit_code == 0
    assert letters.read_text().startswith('{"id": 1, ')


def test_lines_of_json_that_only_look_like_an_export_are_somebodys(database: Path, tmp_path: Path) -> None:
    full = json.loads(export(database).stdout_bytes.splitlines()[0])
    for name, theirs in {
        "short": {"id": 1, "source": "mine", "note": "keep"},
        "more": {**full, "note": "keep"},
        "fewer": {name: full[name] for name in ("id", "source", "url")},
        "other order": dict(reversed(full.items())),
        "no object": [1],
    }.items():
        out = tmp_path / name
        out.write_text(json.dumps(theirs) + "\n")
        assert export(database, "--out", str(out)).exit_code == 2, name
        assert json.loads(out.read_text()) == theirs
    older = tmp_path / "older"
    older.write_text(json.dumps(dict(list(full.items())[:40]) | {"body": "long " * 10_000}) + "\n")
    assert export(database, "--out", str(older)).exit_code == 0


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("there", [True, False], ids=["replaced", "new"])
def test_a_file_that_came_or_changed_during_the_export_is_left(
    there: bool, links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "x.jsonl"
    if there:
        out.write_text("{}")
    if not links:
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError(errno.EPERM, "no links")))

    def pieces() -> Any:
        yield b"a"
        out.write_text("somebody's")

    with pytest.raises(ArgumentProblem, match=r"was written by somebody else during the export"):
        place.to_file(out, pieces())
    assert [path.name for path in tmp_path.iterdir()] == ["x.jsonl"]
    assert out.read_text() == "somebody's"
    assert place.to_file(out, pieces(), force=True) == 1
    assert out.read_text() == "a"
    out.unlink()
    assert place.to_file(out, [b"new"]) == 3
    assert (out.read_text(), stat.S_IMODE(out.stat().st_mode)) == ("new", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["x.jsonl"]


@pytest.mark.parametrize("where", ["news.db", "news.db-wal", "link", "folder", "missing/x"])
def test_no_force_takes_a_database_a_link_or_a_folder(where: str, tmp_path: Path) -> None:
    crawl = Crawl(tmp_path / "news.db")
    (tmp_path / "folder").mkdir()
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "link").symlink_to("mine")
    try:
        before = sorted(path.name for path in tmp_path.iterdir())
        done = export(tmp_path / "news.db", "--out", str(tmp_path / where), "--force")
        assert done.exit_code == 2
        assert done.stderr.count("\n") == 1
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        assert (tmp_path / "mine").read_text() == "mine"
    finally:
        crawl.close()


def test_what_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "x.jsonl"
    out.write_text("before")

    def pieces() -> Any:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=r"No space left.*x\.jsonl"):
        place.to_file(out, pieces())
    assert [path.name for path in tmp_path.iterdir()] == ["x.jsonl"]
    assert out.read_text() == "before"
