"""`dateline quarantine list / release`, and what `status` says of it."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from crawler.cli import main
from storage import hosts
from storage.models import HostNote
from tests.storage.harness import HOST, SOURCE, Crawl, link, listing, page


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two addresses given up, one of them of a backfill that is finished; three hosts whose breakers are open: `down.test`
    failed just now, the crawl's own and `left.test`, of which no address waits, years ago."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATELINE_DB", raising=False)
    path = tmp_path / "news.db"
    crawl = Crawl(path)
    listing(crawl, [link(1), link(2), link(3)])
    crawl.end(crawl.take(), "blocked:http_403", quarantine=True, due=None)
    crawl.later()
    crawl.sql("UPDATE link SET due = due + 1e6 WHERE backfill = 0 AND state = 'pending'")  # nothing to give way to
    number = crawl.frontier.begin_backfill(SOURCE, crawl.now - 1e6, crawl.now, crawl.now).result()
    crawl.offer(link("old"), backfill=number)
    crawl.end(crawl.take(backfill=number), "failed:timeout", quarantine=True, due=None)
    crawl.frontier.finish_backfill(number, crawl.now).result()
    for host, at in (("down.test", time.time()), (HOST, crawl.now), ("left.test", crawl.now)):
        for _ in range(6):
            crawl.store.writer.submit(partial(_fails, host=host, now=at)).result()
    crawl.sql("INSERT INTO refused_link VALUES ('2999-01-01', 's', 'h.test', 'over_allowance', 7, 'http://h.test/1')")
    crawl.close()
    return path


def _fails(db: Database, *, host: str, now: float) -> None:
    hosts.note(db, HostNote(host, failed=True, said="failed:refused: nobody\nlistens"), now=now)


def run(path: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*arguments, "--db", str(path)])
    return result.exit_code, result.output


def test_the_list_tells_why_how_often_and_when_and_takes_filters(database: Path) -> None:
    code, out = run(database, "quarantine", "list")
    assert code == 0
    assert "2 addresses given up: 1 blocked:http_403, 1 failed:timeout" in out
    assert "1 try on 2023-11-14T22:13:2" in out
    code, out = run(database, "quarantine", "list", "--reason", "blocked", "--json")
    (one,) = json.loads(out)
    assert (one["url"], one["tries"], one["host"], one["source"]) == (page(1), 1, HOST, SOURCE)
    assert one["first_at"] == one["last_at"]
    assert json.loads(run(database, "quarantine", "list", "--host", "other.test", "--json")[1]) == []
    assert json.loads(run(database, "quarantine", "list", "--source", "other", "--json")[1]) == []


def test_release_makes_them_due_and_says_what_it_did(database: Path) -> None:
    code, out = run(database, "quarantine", "release", page("old"), page("none"))
    assert code == 1
    assert "1 addresses are due again" in out
    assert f"{page('none')}: does not lie in quarantine" in out
    crawl = Crawl(database)
    assert crawl.sql("SELECT backfill, tries, due IS NOT NULL FROM link WHERE url = ?", page("old")) == [(0, 0, 1)]
    crawl.close()
    assert run(database, "quarantine", "release", "--source", "other")[1] == "0 addresses are due again\n"
    code, out = run(database, "quarantine", "release", "--all", "--json")
    assert (code, json.loads(out)) == (0, {"released": 1, "not_in_quarantine": []})
    assert "0 addresses given up" in run(database, "quarantine", "list")[1]


@pytest.mark.parametrize("arguments", [[], ["--all", "--host", "h.test"], [page(1), "--all"]])
def test_release_wants_to_know_which(database: Path, arguments: list[str]) -> None:
    code, out = run(database, "quarantine", "release", *arguments)
    assert code == 2
    assert "--all" in out


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "no.db"
    assert run(missing, "quarantine", "release", "--all")[0] == 3
    assert run(missing, "quarantine", "list")[0] == 3
    assert not missing.exists()


def test_status_tells_of_given_up_addresses_resting_hosts_and_traps(database: Path) -> None:
    code, out = run(database, "status")
    assert code == 0
    assert "2 addresses were given up: `dateline quarantine list`" in out
    assert "down.test is left alone until 2" in out
    assert "6 failures in a row" in out
    assert f"{HOST} is asked by single requests: 6 failures in a row since 2023-11-14T22:" in out
    assert "left.test" not in out, "nobody wants anything of it any more"
    assert "7 times a link of h.test was not taken on 2999-01-01 (over_allowance)" in out
    told = json.loads(run(database, "status", "--json")[1])
    assert told["given_up"] == 2
    assert [(one["host"], one["probed"]) for one in told["hosts_at_rest"]] == [(HOST, True), ("down.test", False)]
    assert told["refused_links"][0]["count"] == 7
