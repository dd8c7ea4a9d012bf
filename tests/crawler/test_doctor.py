"""`dateline doctor`: what each fact means, and the command over an installation that is well and over ones that are not."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import doctor, start_crawl
from crawler.cli import main
from crawler.config import Config, render
from crawler.doctor_checks import Heard, all_of
from crawler.doctor_facts import Facts, Machine, Package, Place, Registered, Rules, Stored, gather
from crawler.doctor_report import Check, status_of, told
from crawler.options import BrokeOff
from crawler.probe import Answer
from crawler.source import Source
from crawler.survey.draft import toml_of
from storage.lock import DaemonLock, holder
from storage.models import Outcome
from storage.store import Store
from tests.crawler.test_survey_sites import drafted, drafted_source

NOW = 1_795_000_000.0
GB = 1_000_000_000


def facts(**changes: Any) -> Facts:
    """An installation that is well, but for `changes`."""
    well = Facts(
        config=replace(Config(database=Path("/srv/news.db")), contact="me@example.org", file=Path("/srv/dateline.toml")),
        now=NOW,
        machine=Machine((3, 12, 1), (Package("scrapy", ">=2.19", "2.19.0", good=True),), (3, 53, 4), 8 * GB, 4096, 2),
        places=(Place("database", Path("/srv/news.db"), None),),
        stored=Stored(Path("/srv/news.db"), exists=True, size=GB, newest_fetch=NOW - 60, last_run=NOW - 60,
                      first_fetch=NOW - 86_400 * 100, daemon="17"),
        registered=Registered(None, (drafted_source(),), own=1),
        rules=(Rules("vestnik", "vestnik.test", "ok", None, ()),),
        free=500 * GB,
    )  # fmt: skip
    return replace(well, **changes)


def test_an_installation_that_is_well_has_nothing_to_do() -> None:
    checks = all_of(facts(), Heard({"vestnik.test": ("93.184.216.34",)}, {}, 1.5, "vestnik.test"))
    assert [check for check in checks if check.state != "ok" or check.todo] == []
    assert status_of(checks) == 0
    assert {check.group for check in checks} == {
        "environment", "configuration", "database", "registry", "clock", "disk", "network", "robots",
    }  # fmt: skip


MACHINE = facts().machine
STORED = facts().stored
SOURCE = drafted_source()


@pytest.mark.parametrize(
    ("changes", "name", "state", "said"),
    [
        ({"machine": replace(MACHINE, python=(3, 10, 9))}, "Python", "fail", "3.10.9"),
        ({"machine": replace(MACHINE, sqlite=(3, 51, 2))}, "SQLite", "fail", "can lose committed pages"),
        ({"machine": replace(MACHINE, memory=int(0.4 * GB))}, "memory", "fail", "0.4 GB available"),
        ({"machine": replace(MACHINE, memory=int(0.8 * GB))}, "memory", "warn", "0.8 GB available"),
        ({"machine": replace(MACHINE, open_files=100)}, "open files", "fail", "100 open files"),
        ({"machine": replace(MACHINE, open_files=300)}, "open files", "warn", "300 open files"),
        ({"machine": replace(MACHINE, packages=(Package("lxml", ">=6", None, good=False),))}, "packages", "fail",
         "lxml missing"),
        ({"machine": replace(MACHINE, packages=(Package("lxml", ">=6", "6.2", good=True, locked="6.1"),))}, "packages", "warn",
         "lxml 6.2 (locked 6.1)"),
        ({"config": Config(database=Path("/srv/news.db"))}, "contact", "warn", "sites cannot reach you"),
        ({"places": (Place("log_file", Path("/var/log/x"), "this user may not write it"),)}, "log_file", "fail", "/var/log/x"),
        ({"stored": replace(STORED, error="/srv/news.db: not one of Dateline's")}, "file", "fail", "not one of Dateline's"),
        ({"stored": replace(STORED, error="older", older=True)}, "schema", "warn", "older"),
        ({"stored": replace(STORED, damage=("row 7 missing from index",))}, "damage", "fail", "row 7"),
        ({"stored": replace(STORED, wal=2**30)}, "journal", "warn", "1024 MiB"),
        ({"stored": replace(STORED, daemon=None, last_run=NOW - 3 * 86_400)}, "runs", "warn", "3 days ago"),
        ({"registered": Registered("own/x.toml: url: expected a text")}, "sources", "fail", "own/x.toml"),
        ({"registered": Registered(None, (), ("tas-en",))}, "chosen", "fail", "unknown: tas-en"),
        ({"registered": Registered(None, (replace(SOURCE, closed="licensed only"),))}, "closed", "warn", "licensed only"),
        ({"registered": Registered(None)}, "chosen", "warn", "nothing is crawled"),
        ({"now": NOW - 7200}, "time", "fail", "the newest fetch lies"),
        ({"now": 86_400.0 * 365}, "time", "fail", "before Dateline was released"),
        ({"free": 10_000_000}, "room", "fail", "free on its disk"),
        ({"stored": replace(STORED, size=19 * GB)}, "room", "warn", "days are left"),
        ({"stored": replace(STORED, size=21 * GB)}, "room", "fail", "its limit is"),
        ({"rules": (Rules("vestnik", "vestnik.test", "ok", None, ("http://vestnik.test/r",)),)}, "vestnik", "warn",
         "disallows http://vestnik.test/r"),
        ({"rules": (Rules("vestnik", "vestnik.test", "disallow_all", None, ()),)}, "vestnik", "warn", "could not be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_do(changes: dict[str, Any], name: str, state: str, said: str) -> None:
    checks = all_of(facts(**changes), None)
    found = [check for check in checks if check.name == name]
    assert [check.state for check in found] == [state]
    assert said in found[0].line
    assert found[0].todo
    database = found[0].group == "database"
    assert status_of(checks) == (0 if state == "warn" else 3 if database else 1)
    assert "network" not in {check.group for check in checks}


@pytest.mark.parametrize(
    ("heard", "name", "state"),
    [
        (Heard({"a.test": "no such name", "b.test": ("93.184.216.34",)}, {}), "names", "warn"),
        (Heard({"a.test": "no such name"}, {}), "names", "fail"),
        (Heard({"a.test": ("10.0.0.1",)}, {"a.test": "private"}), "addresses", "fail"),
        (Heard({}, {}, None, "a.test", "failed:timeout: 30 s"), "answers", "warn"),
        (Heard({}, {}, 300.0, "a.test"), "time", "warn"),
        (Heard({}, {}, -9000.0, "a.test"), "time", "fail"),
    ],
)
def test_what_the_network_said_is_judged(heard: Heard, name: str, state: str) -> None:
    found = [check for check in all_of(facts(), heard) if check.name == name]
    assert [check.state for check in found] == [state]
    assert found[0].todo


def test_a_look_that_broke_off_is_an_answer_that_did_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> tuple[Answer, float]:
        raise BrokeOff("vestnik.test: looking at http://vestnik.test/ broke off: ValueError")

    monkeypatch.setattr(doctor, "_front_page", broken)
    heard = doctor.listen(facts().config, facts(), {}, lambda _: ("93.184.216.34",))
    assert (heard.asked, heard.skew) == ("vestnik.test", None)
    assert "broke off" in (heard.lost or "")


def test_a_checkout_that_is_not_installed_is_looked_at_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", nothing)
    machine = gather(Config(database=Path("/nowhere/x.db")), NOW).machine
    (check,) = [check for check in all_of(facts(machine=machine), None) if check.name == "packages"]
    assert check.state == "warn"
    assert "not installed" in check.line


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["database", "clock", "disk"]), st.sampled_from(["ok", "warn", "fail"])), max_size=5
    )
)
def test_the_exit_status_follows_from_what_failed(made: list[tuple[str, Any]]) -> None:
    status = status_of([Check(group, "x", state, "line") for group, state in made])
    assert (status == 0) == all(state != "fail" for _, state in made)
    assert (status == 3) == (("database", "fail") in made)


def test_names_are_looked_up_within_a_time_and_private_answers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def lookup(name: str) -> list[str]:
        if name == "slow.test":
            over.wait(60)
        if name == "lost.test":
            raise OSError("no such name")
        return ["10.1.2.3"] if name == "inside.test" else ["93.184.216.34"]

    found = doctor.looked_up(["good.test", "slow.test", "lost.test", "127.0.0.1"], lookup, seconds=0.8)
    over.set()
    assert found == {
        "good.test": ("93.184.216.34",),
        "slow.test": "no answer within 0.8 s",
        "lost.test": "no such name",
    }
    asked: list[str] = []

    def front_page(_: Config, source: Source, __: object) -> tuple[Answer, float]:
        asked.append(source.name)
        return Answer(source.home, source.home, None, {}, b"", Outcome("failed:timeout", "30 s"), ""), NOW

    monkeypatch.setattr(doctor, "_front_page", front_page)
    sources = tuple(replace(SOURCE, name=n, home=f"http://{n}.test/", endpoints=()) for n in ("inside", "lost", "good"))
    heard = doctor.listen(Config(), facts(registered=Registered(None, sources)), {}, lookup)
    assert heard.refused.keys() == {"inside.test"}
    assert asked == ["good"]
    assert (heard.asked, heard.skew, heard.lost) == ("good.test", None, "failed:timeout: 30 s")
    nobody = doctor.listen(Config(), facts(registered=Registered(None)), {}, lookup)
    assert nobody == Heard({}, {})


def test_a_server_s_date_tells_how_far_the_clock_is_ahead() -> None:
    def answer(date: str) -> Answer:
        return Answer("http://a.test/", "http://a.test/", 200, {"date": date}, b"", Outcome("listed"), "")

    assert doctor.ahead(answer("Wed, 25 Nov 2026 10:00:00 GMT"), 1_795_600_800.0 + 90) == 90
    assert doctor.ahead(answer("yesterday"), NOW) is None
    assert doctor.ahead(answer(""), NOW) is None


def test_the_command_looks_at_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATELINE_DB", raising=False)
    (tmp_path / "packaged").mkdir()
    (tmp_path / "packaged" / "vestnik.toml").write_text(toml_of(drafted(), "2026-11-25"), encoding="utf-8")
    monkeypatch.setattr(start_crawl, "packaged", lambda: tmp_path / "packaged")
    config = replace(Config(database=tmp_path / "news.db"), contact="me@example.org", sources=("vestnik",))
    Path("dateline.toml").write_text(render(config), encoding="utf-8")

    def looked(*more: str) -> tuple[int, list[dict[str, Any]]]:
        done = CliRunner().invoke(main, ["doctor", "--offline", "--json", *more])
        return done.exit_code, json.loads(done.stdout)

    status, checks = looked()
    assert status == 0, [check for check in checks if check["state"] == "fail"]
    assert "is not there yet" in next(check["line"] for check in checks if check["group"] == "database")
    Store.open(tmp_path / "news.db", write=True).close()
    with DaemonLock(tmp_path / "news.db"):
        assert holder(tmp_path / "news.db") not in (None, "unknown")
        _, checks = looked()
        assert "holds this database" in next(check["line"] for check in checks if check["name"] == "daemon")
    assert holder(tmp_path / "news.db") is None
    with sqlite3.connect(tmp_path / "other.db") as conn:
        conn.execute("CREATE TABLE precious (x)")
    conn.close()
    status, checks = looked("--db", "other.db")
    assert status == 3
    (failed,) = [check for check in checks if check["state"] == "fail"]
    assert failed["name"] == "file"
    assert "name another file" in failed["todo"]
    assert "backup" not in failed["todo"]
    Path("notes.db").write_text(
        "no database at all, but long enough to be looked into by SQLite" * 20, encoding="utf-8"
    )
    status, checks = looked("--db", "notes.db")
    assert (status, [check["todo"] for check in checks if check["state"] == "fail"]) == (3, [failed["todo"]])
    Path("dateline.toml").write_text(render(replace(config, sources_dir=tmp_path / "none")), encoding="utf-8")
    _, checks = looked()
    assert [check["name"] for check in checks if check["state"] == "fail"] == ["sources_dir"]
    Path("dateline.toml").write_text(render(replace(config, on_alert=("no-such-mailer",))), encoding="utf-8")
    _, checks = looked()
    assert [check["name"] for check in checks if check["state"] == "fail"] == ["on_alert"]
    Path("dateline.toml").write_text(render(replace(config, sources=("vestnk",))), encoding="utf-8")
    assert looked()[0] == 1
    shown = CliRunner().invoke(main, ["doctor", "--offline"])
    assert shown.exit_code == 1
    assert "to do: correct `sources` in dateline.toml" in shown.output
    assert told([Check("disk", "room", "ok", "fine")]) == ["disk", "  ok    room          fine", "1 ok, 0 warn, 0 fail"]
