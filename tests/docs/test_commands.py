"""What the documents say is printed is printed: every block is run, or says why it is only read."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import sqlite3
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crawler import config, registry
from crawler.cli import main
from tests.conftest import BIN, ENVIRONMENT
from tests.docs.documents import DOCS, DOCUMENTS, MARKS, ROOT, Block, as_expected, blocks, calls, code_words
from tests.docs.shell import wrong

RUN = {"console", "python", "sql"}
GENERATED = {DOCS / "schema.md"}
"""Compared as a whole with what they are made of (tests/storage/test_reading.py)."""
FIGURES = ("frontier.lease(source) -> due addresses",)
"""First lines of blocks that are drawings, in documents that do not mark them."""
WIDTH = "100"


def ids(document: Path) -> str:
    return str(document.relative_to(ROOT))


def is_run(block: Block) -> bool:
    return block.language in RUN and not block.marks & MARKS


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_block_is_of_a_known_kind_and_those_that_are_not_run_name_what_is_there(document: Path) -> None:
    for block in blocks(document):
        if document in GENERATED or is_run(block):
            continue
        kinds = sorted(mark for mark in block.marks - MARKS if not mark.startswith("exit="))
        match block.language, kinds:
            case "console", []:
                for call in calls(block):
                    assert wrong(call.line) is None, f"{block}: {wrong(call.line)}"
            case "", [] if block.text.startswith(FIGURES):
                continue
            case "", []:  # a list of commands, in documents that say no more of them
                for line in block.text.splitlines():
                    assert wrong(line) is None, f"{block}: {wrong(line)}"
            case "sql", []:  # run over a dataset (test_dataset.py)
                assert "dataset" in block.marks, block
            case "toml", ["dateline.toml"]:
                config.parse(block.text, document.parent / "dateline.toml")
            case "toml", ["source"]:
                registry.parse_source(block.text, document.parent / "example-en.toml")
            case "toml", []:
                tomllib.loads(block.text)
            case "json", []:
                _read_json(block.text)
            case "yaml", []:  # alerts: of metrics that the document lists
                metrics = {words for words in code_words(document) if words.startswith("dateline_")}
                assert set(re.findall(r"dateline_\w+", block.text)) <= metrics, block
            case "ini", ["systemd" | "cron"]:
                for line in re.findall(r"dateline [^\n]*", block.text):
                    assert wrong(line.partition(" 2>>")[0]) is None, f"{block}: {wrong(line)}"
            case "text", ["figure"]:
                continue
            case _:
                pytest.fail(f"{block}: ```{block.language} {' '.join(block.marks)}: neither run nor marked")


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_commands_named_in_sentences_are_there(document: Path) -> None:
    for words in code_words(document):
        if words.startswith(("dateline ", "make ", "python bench/", "pytest tests/")) and "…" not in words:
            assert wrong(words) is None, f"{ids(document)}: {wrong(words)}"


@pytest.mark.parametrize(
    "document", [each for each in DOCUMENTS if any(is_run(block) for block in blocks(each))], ids=ids
)
def test_what_is_run_prints_what_is_written(
    document: Path, demo: Path, made_demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(demo, (made_demo / "said").read_text(encoding="utf-8"), monkeypatch)
    for block in blocks(document):
        if document not in GENERATED and is_run(block):
            session.run(block)


class Session:
    """A reader who types what a document says, from its beginning to its end, in one folder and one Python."""

    def __init__(self, folder: Path, demo_said: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.demo = folder / "news.db"
        self.demo_said = demo_said
        self.names: dict[str, Any] = {}
        self.monkeypatch = monkeypatch
        for name in os.environ:
            if name.startswith("DATELINE"):
                monkeypatch.delenv(name)
        for name, value in {"COLUMNS": WIDTH, "LC_ALL": "C.UTF-8", "HOME": str(folder), "PWD": str(folder)}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{ENVIRONMENT['PATH']}")
        monkeypatch.chdir(folder)

    def run(self, block: Block) -> None:
        if block.language == "console":
            for call in calls(block):
                said, status = self.command(self.this_demo(block, call.line))
                assert status == block.status, f"{block}: {call.line}: exit status {status}: {said}"
                if call.printed is not None:
                    expected = self.this_demo(block, call.printed)
                    assert as_expected(said, expected), f"{block}: {call.line}: printed\n{said}\nnot\n{expected}"
        elif block.language == "sql":
            with closing(sqlite3.connect(f"file:{self.demo}?mode=ro", uri=True)) as conn:
                for statement in filter(str.strip, block.text.split(";\n")):
                    conn.execute(statement).fetchall()
        elif ">>> " in block.text:
            self.examples(block, self.this_demo(block, block.text))
        else:
            exec(compile(self.this_demo(block, block.text), str(block), "exec"), self.names)

    def this_demo(self, block: Block, text: str) -> str:
        """The text with this demo's numbers."""
        for number, query in block.stands:
            with closing(sqlite3.connect(f"file:{self.demo}?mode=ro", uri=True)) as conn:
                found = conn.execute(query).fetchall()
            assert len(found) == 1, f"{block}: {query} finds {found}"
            text = re.sub(rf"(?<![\w.:-]){number}(?![\w.-]|:\d)", str(found[0][0]), text)
        return text

    def command(self, line: str) -> tuple[str, int]:
        """What a command prints, and its exit status."""
        words = shlex.split(line, comments=True)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.monkeypatch.setenv(name, os.path.expandvars(value))
            return "", 0
        if words[0] == "cd":
            self.monkeypatch.chdir(words[1])
            return "", 0
        if words == ["make", "demo"]:
            return self.demo_said, 0
        if words[0] == "dateline" and not re.search(r"[|<>&$;*]", line):
            done = CliRunner().invoke(main, words[1:], prog_name="dateline", catch_exceptions=False)
            return done.output, done.exit_code
        ran = subprocess.run(
            ["bash", "-c", line], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False
        )
        return ran.stdout, ran.returncode

    def examples(self, block: Block, text: str) -> None:
        """`>>>` and what follows; `…` in it stands for anything."""
        test = doctest.DocTestParser().get_doctest(text.replace("…", "..."), self.names, str(block), None, block.line)
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        said: list[str] = []
        failed, _ = doctest.DocTestRunner(optionflags=flags).run(test, out=said.append, clear_globs=False)
        self.names.update(test.globs)
        assert failed == 0, "".join(said)


def _read_json(text: str) -> None:
    decoder, rest = json.JSONDecoder(), text.strip()
    assert rest
    while rest:
        _, end = decoder.raw_decode(rest)
        rest = rest[end:].lstrip()


def test_what_is_compared_loosely_is_still_compared() -> None:
    assert as_expected("a  b\nc 12:00\nd\ne\n", "a b\nc …\n…\ne")
    assert not as_expected("a b\nc\n", "a b")
    assert not as_expected("a b\n", "a c")
    assert as_expected("── x\n", "──── x")


def test_what_is_no_command_is_told() -> None:
    assert wrong("dateline serach gas") == "dateline serach gas: dateline has no command 'serach'"
    assert "No such option" in str(wrong("dateline db backup /b --keeep 3 | tail"))
    assert wrong("DATELINE_DB=a.db dateline search gas --since 2026-11-01 > out.txt && ls") is None
    assert "make has no demos" in str(wrong("make demos"))
    assert "there is no bench/nothing.py" in str(wrong("python bench/nothing.py CORPUS"))
    assert "is no command of ours" in str(wrong("datelin search"))


def _all_blocks() -> Iterator[Block]:
    for document in DOCUMENTS:
        yield from blocks(document)


def test_there_are_blocks_of_every_kind_that_is_run() -> None:
    assert {block.language for block in _all_blocks() if is_run(block)} == RUN
