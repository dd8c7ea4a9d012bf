"""Completion and manual pages are made from the commands themselves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crawler import completing, manual
from crawler.cli import main

SCRIPT = "import sys; from crawler.cli import main; main(prog_name='dateline')"


def completed(words: str, cwd: Path) -> list[str]:
    """What bash is offered for the last of the words."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); {SCRIPT}"],
        env={"_DATELINE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_sources_are_completed_also_ones_own_without_loading_a_crawler(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "tass-house.toml").write_text("this is read by nobody")
    (tmp_path / "dateline.toml").write_text('sources_dir = "own"\n')
    assert completed("dateline run tass-", tmp_path) == ["tass-en", "tass-house", "tass-ru"]


def test_commands_options_and_formats_are_completed() -> None:
    offered = {
        ("completion", "shell"): {"bash", "zsh", "fish"},
        ("export", "--format"): {"jsonl", "csv", "parquet", "ninjs", "rss", "atom"},
    }
    for (command, name), expected in offered.items():
        param = next(param for param in main.commands[command].params if name in param.opts)
        assert isinstance(param.type, click.Choice)
        assert set(param.type.choices) >= expected
    for command in ("run", "daemon", "backfill", "learn"):
        assert isinstance(main.commands[command].params[0].type, completing.SourceName)


def test_a_broken_dateline_toml_is_no_matter_of_completion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dateline.toml").write_text("sources = 7\n")
    monkeypatch.chdir(tmp_path)
    assert "tass-en" in completing.names()


@pytest.mark.parametrize("shell", completing.SHELLS)
def test_the_script_is_one_that_its_shell_takes(shell: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert completing.VARIABLE in done.output
    (tmp_path / "script").write_text(done.output)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed: its script was made, not read")
    subprocess.run([shell, "-n", str(tmp_path / "script")], check=True, timeout=30)


def test_every_command_has_a_page_that_groff_reads_without_a_warning(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["man", "--write", str(tmp_path)])
    assert done.exit_code == 0, done.output
    pages = sorted(tmp_path.glob("*.1"))
    assert len(pages) == 1 + sum(1 for _ in completing.commands(main))
    assert all(page.read_text("utf-8").isascii() for page in pages)
    text = (tmp_path / "dateline-db-check.1").read_text("utf-8")
    assert "\\-\\-accept" in text
    lines = (tmp_path / "dateline-completion.1").read_text("utf-8").splitlines()
    block = lines[lines.index(".nf") + 1 : lines.index(".fi")]
    assert [line.partition(":")[0] for line in block] == list(completing.SHELLS), "lines of a block stay apart"
    assert '"      in ' in block[0], "and their columns"
    assert CliRunner().invoke(main, ["man"]).output == (tmp_path / "dateline.1").read_text("utf-8")
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed: the pages were made, not set")
    said = subprocess.run(
        [groff, "-man", "-ww", "-z", "-Tutf8", *map(str, pages)], capture_output=True, text=True, check=True
    )
    assert said.stderr == ""


@given(st.text(max_size=60))
def test_no_words_become_a_request_of_roff(text: str) -> None:
    made = manual._text(text)
    assert not made.startswith((".", "'"))
    assert made.isascii()
    assert "\n" not in made
