"""`dateline db …`: what it prints and its exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from crawler.cli import main
from tests.storage.harness import Crawl, article

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3


def dateline(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def stored(path: Path) -> Path:
    crawl = Crawl(path)
    for number in range(3):
        crawl.new(article(number))
    crawl.close()
    return path


def test_a_damaged_row_is_named_and_the_status_is_3_until_a_backup_is_back(tmp_path: Path) -> None:
    path, copies = stored(tmp_path / "news.db"), tmp_path / "copies"
    copies.mkdir()
    assert dateline("db", "check", "--db", path).exit_code == 0
    made = dateline("db", "backup", copies, "--keep", "2", "--db", path)
    assert made.exit_code == 0, made.output
    assert "verified" in made.output
    (copy,) = copies.iterdir()
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("UPDATE revision SET body = 'x' WHERE article_id = 2")
    conn.close()
    told = dateline("db", "check", "--db", path)
    assert told.exit_code == 3
    assert "damaged: revision 1 of article 2" in told.output
    whole = json.loads(dateline("db", "check", "--json", "--db", path).output)
    assert whole["damaged"]
    assert "revision 1 of article 2" in whole["rows"]
    assert dateline("db", "check", "--quick", "--db", path).exit_code == 0, "the quick look reads no rows"
    refused = dateline("db", "backup", copies, "--db", path)
    assert refused.exit_code == 3
    assert list(copies.iterdir()) == [copy]
    back = dateline("db", "restore", copy, "--db", path)
    assert back.exit_code == 0, back.output
    assert "kept as" in back.output
    assert dateline("db", "check", "--db", path).exit_code == 0


def test_pruning_says_what_was_given_back(tmp_path: Path) -> None:
    path = stored(tmp_path / "news.db")
    told = dateline("db", "prune", "--raw-days", "0", "--max-gb", "0", "--db", path)
    assert told.exit_code == 0, told.output
    assert "MB given back" in told.output
    assert dateline("db", "prune", "--db", tmp_path / "none.db").exit_code == 3
