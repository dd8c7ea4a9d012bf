"""The commands that need no crawl, as a user calls them: init, import, extract, search, show, status, publish."""

from __future__ import annotations

import gzip
import json
import sqlite3
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.config import Config
from crawler.demo.site import Site
from tests.crawler.in_process import InProcess


def dateline(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATELINE_DB", raising=False)
    for module in ("workers_first", "explain"):
        monkeypatch.setattr(f"crawler.{module}.ExtractionPool", InProcess)
    return tmp_path


def paths(site: Site, count: int) -> list[str]:
    listed = site.respond("GET", "agency.test", "/news", {}).body.decode()
    found = [part.split('"')[0] for part in listed.split('class="news-list__item" href="')[1:]]
    assert len(found) >= count
    return found[:count]


def warc(file: Path, site: Site, chosen: list[str]) -> Path:
    """A WARC of the demo's pages under a host that no registry file names."""
    with file.open("wb") as out:
        for path in chosen:
            body = site.respond("GET", "agency.test", path, {}).body
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
            head = (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://agency.test{path}\r\n"
                f"WARC-Date: {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}\r\n"
                "Content-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(answer)}\r\n\r\n"
            )
            out.write(gzip.compress(head.encode() + answer + b"\r\n\r\n"))
    return file


def test_init_writes_a_configuration_that_is_read_back(folder: Path) -> None:
    done = dateline("init", "wire", "--contact", "me@example.org", "--source", "tass-en", "--source", "ansa")
    assert done.exit_code == 0, done.output
    config = Config.find(folder / "wire")
    assert config.contact == "me@example.org"
    assert config.sources == ("tass-en", "ansa")
    assert config.database == folder / "wire" / "news.db"
    again = dateline("init", "wire")
    assert again.exit_code == 2
    assert "--force" in again.output
    assert dateline("init", "wire", "--force").exit_code == 0


def test_init_without_a_contact_warns_and_without_agencies_crawls_nothing() -> None:
    done = dateline("init", ".")
    assert done.exit_code == 0
    assert "no contact is set" in done.output
    assert "nothing is crawled yet" in done.output
    assert Config.find(Path.cwd()).sources == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--contact", "nobody"), "contact"),
        (("--contact", "a@example.org", "--source", "tas-en"), "tass-en"),
        (("--contact", "a@example.org", "--proxy", "ftp://x"), "proxy"),
    ],
)
def test_init_refuses_what_it_could_not_read_back(arguments: tuple[str, ...], said: str) -> None:
    done = dateline("init", ".", *arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert not Path("dateline.toml").exists()


def test_an_import_gives_every_record_one_outcome_and_a_second_one_nothing(folder: Path) -> None:
    site = Site()
    chosen = paths(site, 12)
    file = warc(folder / "pages.warc.gz", site, chosen)
    without = dateline("import", str(file), "--db", "none.db")
    assert without.exit_code == 0
    assert "12 of sites in no registry file" in without.output
    done = dateline("import", str(file), "--all", "--db", "news.db")
    assert done.exit_code == 0, done.output
    with sqlite3.connect("news.db") as conn:
        (outcomes,) = conn.execute("SELECT count(*) FROM fetches WHERE outcome IS NOT NULL").fetchone()
        (articles,) = conn.execute("SELECT count(*) FROM articles").fetchone()
    conn.close()
    assert (outcomes, articles) == (12, 12)
    again = dateline("import", str(file), "--all", "--db", "news.db")
    assert again.exit_code == 0
    assert "12 imported before" in again.output
    torn = folder / "torn.warc.gz"
    torn.write_bytes(file.read_bytes()[:-300])
    assert dateline("import", str(torn), "--all", "--db", "torn.db").exit_code == 1

    found = dateline("search", "the", "--db", "news.db", "--json")
    assert found.exit_code == 0
    hits = json.loads(found.output)
    assert hits
    shown = dateline("show", str(hits[0]["id"]), "--db", "news.db")
    assert shown.exit_code == 0
    assert hits[0]["title"] in shown.output
    assert "versions" in shown.output
    assert dateline("show", "999999", "--db", "news.db").exit_code == 1
    assert dateline("search", '"', "--db", "news.db").exit_code == 2
    state = dateline("status", "--db", "news.db", "--json")
    assert json.loads(state.output)["counts"]["articles"] == 12
    assert dateline("db", "publish", "public.db", "--db", "news.db").exit_code == 0
    assert oct(Path("public.db").stat().st_mode)[-3:] == "644"
    assert dateline("show", hits[0]["url"], "--db", "public.db").exit_code == 0


def test_commands_that_read_say_what_is_missing() -> None:
    for command in (("status",), ("search", "x"), ("show", "1"), ("diff", "1"), ("changes",)):
        done = dateline(*command, "--db", "nowhere.db")
        assert done.exit_code == 3
        assert "nowhere.db" in done.output
        assert not Path("nowhere.db").exists()


def test_extract_explains_a_page_and_says_why_there_is_none(folder: Path) -> None:
    site = Site()
    path = paths(site, 1)[0]
    (folder / "page.html").write_bytes(site.respond("GET", "agency.test", path, {}).body)
    done = dateline("extract", "page.html", "--url", f"http://agency.test{path}")
    assert done.exit_code == 0, done.output
    assert "<- json-ld" in done.output
    assert "dropped by" in done.output
    whole = json.loads(dateline("extract", "page.html", "--url", f"http://agency.test{path}", "--json").output)
    assert whole["article"]["published"]["precision"] == "second"
    (folder / "wall.html").write_text("<html><title>Just a moment</title><body>Checking your browser before accessing")
    assert dateline("extract", "wall.html").exit_code == 1
    assert dateline("extract", "nowhere.html").exit_code == 2


def test_the_registry_is_shown() -> None:
    rows = json.loads(dateline("sources", "list", "--json").output)
    assert {"tass-en", "tass-ru"} <= {row["name"] for row in rows}
    assert len(rows) >= 12
    assert len({language for row in rows for language in row["languages"]}) >= 6
    assert not [row["name"] for row in rows if row["verified"]]
    assert json.loads(dateline("sources", "show", "tass-en").output)["evidence"]
    assert dateline("sources", "show", "tas-en").exit_code == 2


def test_help_is_quick_and_needs_no_heavy_library() -> None:
    began = time.process_time()
    assert dateline("--help").exit_code == 0
    assert time.process_time() - began < 1.0


def test_every_command_explains_itself() -> None:
    said = dateline("--help").output
    named = {line.split()[0] for line in said[said.index("Commands:") :].splitlines()[1:] if line.strip()}
    assert named >= {"run", "daemon", "search", "show", "diff", "changes", "status", "db"}
    assert named == set(main.commands)
    for name in sorted(named):
        done = dateline(name, "--help")
        assert done.exit_code == 0
        assert len(done.output.splitlines()[2].strip()) > 20, done.output


def test_unfinished_backfills_are_listed_with_their_progress(folder: Path) -> None:
    from storage.frontier import Frontier
    from storage.models import Link
    from storage.store import Store

    assert dateline("backfills", "--db", str(folder / "none.db")).exit_code == 3
    store = Store.open(folder / "news.db")
    frontier = Frontier(store)
    for source in ("tass-en", "gone-from-the-registry"):
        number = frontier.begin_backfill(
            source, 1696107600.0, 1696712399.0, 1.8e9, oldest_first=source == "tass-en"
        ).result()
        frontier.offer(source, [Link(f"https://a.test/{n}") for n in range(3)], backfill=number, now=1.8e9).result()
    frontier.finish_backfill(2, 1.8e9).result()
    store.close()
    shown = dateline("backfills").output
    assert "1  tass-en  2023-10-01 00:00 to 2023-10-07 23:59, oldest first, begun 2027-01-15T08:00:00Z" in shown
    assert "0 of 3 articles done, 3 left: about " in shown
    assert "gone-from-the-registry" not in shown
    both = [json.loads(row) for row in dateline("backfills", "--all", "--json").output.splitlines()]
    assert [(row["source"], row["left"], row["finished_at"] is None) for row in both] == [
        ("tass-en", 3, True),
        ("gone-from-the-registry", 0, False),
    ]
    assert "no unfinished backfill of ansa" in dateline("backfills", "ansa").output
    assert dateline("backfills", "nosuch").exit_code == 2, "a name of no source and no backfill"
    closed = dateline("backfills", "--close", "1")
    assert (closed.exit_code, closed.output) == (
        0,
        "backfill 1 of tass-en closed: 0 archive pages unread, 3 articles left to the live crawl\n",
    )
    again = dateline("backfills", "--close", "1")
    assert (again.exit_code, "is finished already" in again.output) == (2, True)
