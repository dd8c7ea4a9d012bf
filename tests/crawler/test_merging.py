"""`dateline merge`: what it says, and that nothing is merged into a database that was not named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from tests.storage.merging import Event, crawl, facts

EVENTS = [Event(0, "ares", 1, 1), Event(2, "hermes", 1, 1), Event(4, "ares", 1, 2)]


@pytest.fixture
def shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the databases of two shards, and that of both together."""
    monkeypatch.chdir(tmp_path)
    crawl(tmp_path / "a.db", EVENTS, ["ares"])
    crawl(tmp_path / "b.db", EVENTS, ["hermes"])
    crawl(tmp_path / "whole.db", EVENTS, ["ares", "hermes"])
    return tmp_path


def test_what_was_new_is_said_of_each_database(shards: Path) -> None:
    told = CliRunner().invoke(main, ["merge", "a.db", "b.db", "--db", "all.db"])
    assert told.exit_code == 0, told.output
    assert "a.db: fetches 2, links 2, pages 2, rule sets 1, runs 1, texts 2\nb.db: fetches 1," in told.output
    assert facts(shards / "all.db") == facts(shards / "whole.db")
    again = CliRunner().invoke(main, ["merge", "b.db", "a.db", "--db", "all.db"])
    assert again.output.count(": nothing new") == 2
    as_json = CliRunner().invoke(main, ["merge", "a.db", "--db", "all.db", "--json"])
    assert json.loads(as_json.stdout) == {"a.db": {}}


def test_errors_are_a_line_and_a_status(shards: Path) -> None:
    run = CliRunner()
    assert run.invoke(main, ["merge", "a.db"]).exit_code == 2, "where to is always named"
    assert run.invoke(main, ["merge", "--db", "all.db"]).exit_code == 2
    (shards / "other.txt").write_text("no database", encoding="utf-8")
    refused = run.invoke(main, ["merge", "other.txt", "--db", "all.db"])
    assert refused.exit_code == 3
    assert "other.txt" in refused.output
    same = run.invoke(main, ["merge", "a.db", "--db", "a.db"])
    assert same.exit_code == 3
    assert "is the same database as" in same.output
    assert not (shards / "all.db").exists()
