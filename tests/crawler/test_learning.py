"""`dateline learn` over kept pages, and `dateline extract` with what was learned."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from click.testing import CliRunner

from bench.learn_sites import Made, site
from crawler import explain, learning, show_rules, start_crawl
from crawler.cli import main
from pipelines.extractor import extract
from storage import raw
from storage.models import Page, Profile, RuleSet
from storage.store import Store
from tests.crawler.in_process import InProcess

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

    from crawler.session import Session
    from storage.models import Extraction

SOURCE = "en.news.test"
ABOUT = "INSERT INTO fetch (id, source, url, kind, at) VALUES (?, ?, ?, 'article', '2026-03-10T00:00:00Z')"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Made]:
    """A database whose kept pages are those of a made-up site; its pages."""
    for module in (show_rules, explain):
        monkeypatch.setattr(module, "ExtractionPool", InProcess)
    (tmp_path / "sources").mkdir()
    monkeypatch.setattr(start_crawl, "packaged", lambda: tmp_path / "sources")  # 200 of them have tests of their own
    pages = site("english", "plain", random.Random(1))[:45]
    with Store.open(tmp_path / "news.db") as store:

        def keep(db: Database) -> None:
            for number, one in enumerate(pages, start=1):
                page = Page(one.url, one.url, one.html, "2026-03-10T00:00:00Z", Profile(SOURCE))
                db.conn.execute(ABOUT, (number, SOURCE, one.url))
                raw.keep(db, number, page, article_id=one.article, at=1.7e9)

        store.writer.submit(keep).result()
    return pages


def run(folder: Path, *arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(main, [*arguments, "--db", str(folder / "news.db")])
    assert done.exit_code == status, done.output
    return done.stdout


def test_learning_is_numbered_repeatable_and_can_be_taken_back(made: list[Made], tmp_path: Path) -> None:
    tried = run(tmp_path, "learn", "--dry-run")
    assert "would be put in force (+" in tried
    assert "nothing was learned yet" in run(tmp_path, "learn", "--show", SOURCE)
    (first,) = json.loads(run(tmp_path, "learn", SOURCE, "--json"))
    assert (first["before"], first["number"], first["gone"]) == (0, 1, [])
    assert len(first["added"]) == len(first["rules"]) >= 3
    assert not [rule["text"] for rule in first["rules"] if not any(rule["text"] in one.house for one in made)]
    assert "set 1 in force, as before" in run(tmp_path, "learn")
    shown = run(tmp_path, "learn", "--show", SOURCE)
    assert f"{SOURCE}: rule set 1 (in force)" in shown
    assert first["rules"][0]["key"] in shown

    line = first["rules"][0]["text"]
    bearing = next(one for one in made if line in one.house)
    file = tmp_path / "page.html"
    file.write_bytes(bearing.html)
    told = run(tmp_path, "extract", str(file), "--url", bearing.url)
    assert f"learned rule set 1 ({len(first['rules'])} paragraphs)" in told
    assert "dropped by learned: " in told
    assert "profile 0, rules 1" in told
    run(tmp_path, "learn", "--forget", SOURCE)
    found = json.loads(run(tmp_path, "extract", str(file), "--url", bearing.url, "--json"))
    assert (found["profile"]["rule_set"], found["profile"]["source"]) == (None, SOURCE)
    assert line in found["article"]["body"]
    run(tmp_path, "learn", "--use", "1", SOURCE)
    assert "has no rule set 5" in CliRunner().invoke(
        main, ["learn", "--use", "5", SOURCE, "--db", str(tmp_path / "news.db")]
    ).output  # fmt: skip


def test_what_cannot_be_asked_is_said(made: list[Made], tmp_path: Path) -> None:
    assert made
    for arguments in (
        ("--show",),
        ("--forget",),
        ("--forget", "a", "b"),
        ("--dry-run", "--show", SOURCE),
        ("nobody-such",),
    ):
        run(tmp_path, "learn", *arguments, status=2)
    run(tmp_path, "extract", str(tmp_path / "none.html"), status=2)


def test_names_and_the_database_are_looked_at_before_anything_is_written(made: list[Made], tmp_path: Path) -> None:
    assert made
    nowhere = ["--db", str(tmp_path / "none.db")]
    for arguments in (["--forget", SOURCE], ["--use", "1", SOURCE], ["--show", SOURCE], [SOURCE]):
        done = CliRunner().invoke(main, ["learn", *arguments, *nowhere])
        assert done.exit_code == 3, done.output
        assert not (tmp_path / "none.db").exists()
    for arguments in (["--forget", "nobody"], ["--use", "1", "nobody"], ["--show", "nobody"]):
        done = CliRunner().invoke(main, ["learn", *arguments, "--db", str(tmp_path / "news.db")])
        assert (done.exit_code, "no source is called 'nobody'" in done.stderr) == (2, True)
    done = CliRunner().invoke(main, ["learn", "--forget", SOURCE, "--json", "--db", str(tmp_path / "news.db")])
    assert json.loads(done.stdout) == {"source": SOURCE, "number": 0}
    assert done.stderr == f"database {tmp_path / 'news.db'}\n"


def test_damaged_pages_are_left_out_and_told(made: list[Made], tmp_path: Path) -> None:
    assert made
    with Store.open(tmp_path / "news.db") as store:
        spoil = "UPDATE raw_page SET body = x'00' WHERE fetch_id IN (3, 5)"
        store.writer.submit(lambda db: db.conn.execute(spoil)).result()
    assert "2 kept pages are damaged on the disk: left out" in run(tmp_path, "learn", SOURCE)


def test_a_page_is_explained_as_one_of_a_source_that_only_the_database_knows(made: list[Made], tmp_path: Path) -> None:
    (one, *_) = made
    run(tmp_path, "learn", SOURCE)
    (tmp_path / "page.html").write_bytes(one.html)
    found = json.loads(run(tmp_path, "extract", str(tmp_path / "page.html"), "--source", SOURCE, "--json"))
    assert (found["profile"]["source"], found["profile"]["rule_set"]) == (SOURCE, 1)
    run(tmp_path, "extract", str(tmp_path / "page.html"), "--source", "nobody", status=2)


async def test_at_night_one_source_that_fails_does_not_stop_the_next_and_a_vain_attempt_is_not_made_again(
    made: list[Made], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert made
    now = [1.7e9]
    with Store.open(tmp_path / "news.db") as store:
        copied = (
            "UPDATE raw_page SET source = 'copies', body = (SELECT body FROM raw_page WHERE fetch_id = 1), row_hash ="
        )
        copied += " (SELECT row_hash FROM raw_page WHERE fetch_id = 1) WHERE fetch_id % 2"
        store.writer.submit(lambda db: db.conn.execute(copied)).result()

        class Failing(InProcess):
            pages = 0

            async def extract(self, page: Page) -> Extraction:
                if page.profile.source == SOURCE:
                    raise OSError("no process to be had")
                type(self).pages += 1
                return await super().extract(page)

        sources = {name: SimpleNamespace(name=name, profile=Profile(name)) for name in (SOURCE, "copies")}
        config, stop = SimpleNamespace(database=tmp_path / "news.db"), SimpleNamespace(is_set=lambda: False)
        session = cast(
            "Session",
            SimpleNamespace(
                sources=sources, clock=lambda: now[0], config=config, pool=Failing(), store=store, stop=stop
            ),
        )
        await learning.at_night(session)
        read = Failing.pages
        assert read >= 20
        assert f"{SOURCE}: learning at night failed" in caplog.text
        now[0] += 86400
        await learning.at_night(session)
        assert Failing.pages == read, "its stories were too few yesterday"
        now[0] += 7 * 86400
        await learning.at_night(session)
        assert Failing.pages == 2 * read


async def test_a_daemon_learns_at_night_once_a_week_and_leaves_what_was_chosen(
    made: list[Made], tmp_path: Path
) -> None:
    assert made
    now = [1.7e9]
    with Store.open(tmp_path / "news.db") as store:
        source = SimpleNamespace(name=SOURCE, profile=Profile(SOURCE))
        config, stop = SimpleNamespace(database=tmp_path / "news.db"), SimpleNamespace(is_set=lambda: False)
        session = cast(
            "Session",
            SimpleNamespace(
                sources={SOURCE: source}, clock=lambda: now[0], config=config, pool=InProcess(), store=store, stop=stop
            ),
        )

        def looked() -> Any:
            return store.writer.submit(
                lambda db: db.conn.execute("SELECT number, at FROM rule_choice").fetchall()
            ).result()

        await learning.at_night(session)
        first = looked()
        assert first[0][0] == 1
        now[0] += 6 * 86400
        await learning.at_night(session)
        assert looked() == first, "not yet a week"
        store.choose_rules(SOURCE, 0, at=now[0]).result()
        chosen = looked()
        now[0] += 30 * 86400
        await learning.at_night(session)
        assert looked() == chosen


def test_a_rejected_page_is_explained_too() -> None:
    rules = RuleSet(4, frozenset({"a", "b"}))
    empty = Page("https://w.test/1", "https://w.test/1", b"", "2026-03-10T00:00:00Z", Profile("wire", rules=rules))
    told = explain.told(extract(empty), explain.Way(empty.profile, "sources/wire.toml")).splitlines()
    assert told[0] == "read with profile 0 of wire (sources/wire.toml), learned rule set 4 (2 paragraphs)"
    assert told[1].startswith("no article: no_text")
    assert told[-1].startswith("in all ")


def test_the_steps_of_the_work_are_told_with_their_time(made: list[Made]) -> None:
    (one, *_) = made
    found = extract(Page(one.url, one.url, one.html, "2026-03-10T00:00:00Z", Profile(SOURCE)))
    steps = dict(found.spent)
    assert {"parse", "metadata", "prune", "body", "trims", "walls", "dateline", "credits", "fingerprint"} <= set(steps)
    assert 0.6 * found.ms <= sum(steps.values()) <= found.ms
    told = explain.told(found, explain.Way(Profile(SOURCE), None))
    assert "read with a general profile, no learned rules" in told
    assert all(f"\n{name} " in told for name in steps)
