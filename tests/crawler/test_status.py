"""`dateline status` and `dateline health`: the worst first, what to know of each, and whether anybody still judges."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.show_health import show_health
from crawler.show_status import show_status
from storage import clock
from storage.frontier import Frontier
from storage.health import Standing
from storage.store import Store

NOW = time.time()


def told(tmp_path: Path, *standings: tuple[str, str, float], judged: float = 60) -> Path:
    """A database in which sources are in a state for so many seconds."""
    path = tmp_path / "news.db"
    with Store.open(path) as store:
        for name, state, since in standings:
            store.begin_run(name, NOW - 9 * 86400).result()
            why = None if state == "ok" else f"{name}: \x1b[31mbecause"
            store.write_health(name, Standing(state, why, NOW - since, NOW - judged)).result()
    return path


def status(path: Path, capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> tuple[int, str]:
    return show_status(path, now=NOW, as_json=as_json), capsys.readouterr().out


def test_the_worst_come_first_each_with_its_reason_below(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = told(
        tmp_path, ("a", "ok", 9000), ("b", "quiet", 3 * 86400), ("c", "blocked", 7300), ("d", "layout_changed", 60)
    )
    code, out = status(path, capsys)
    lines = out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines[:8]] == ["source", "c", "c:", "d", "d:", "b", "b:", "a"]
    assert lines[1].split()[:5] == ["c", "blocked", "2", "h", "ago"]
    assert lines[2] == "    c: because"
    assert "4 sources: 1 blocked, 1 layout_changed, 1 quiet, 1 ok" in out
    assert "is a daemon or a timer running" not in out
    code, out = status(path, capsys, as_json=True)
    whole = json.loads(out)
    assert (code, whole["judged_late"]) == (0, [])
    assert [one["state"] for one in whole["sources"]] == ["blocked", "layout_changed", "quiet", "ok"]
    assert set(whole["sources"][0]) >= {"since", "judged_at", "median_delay_s", "p95_delay_s", "next_poll_at"}


def test_a_hundred_sources_are_a_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = told(tmp_path, *((f"agency-{n:03}", "ok", 60.0 * n) for n in range(100)))
    code, out = status(path, capsys)
    assert code == 0
    assert len(out.splitlines()) == 103
    assert max(len(line) for line in out.splitlines()[:101]) < 100


def test_the_sites_of_an_import_are_counted_and_not_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = told(tmp_path, ("a", "ok", 60), *((f"site-{n}.test", "never_run", 60.0) for n in range(50)))
    _, out = status(path, capsys)
    assert "site-7.test" not in out
    assert "51 sources: 50 never_run, 1 ok" in out


def test_a_verdict_that_is_old_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = status(told(tmp_path, ("a", "blocked", 90000), judged=10800), capsys)
    assert "1 of them were judged more than 2 h ago, the oldest 3 h ago: is a daemon or a timer running?" in out


def test_the_next_poll_says_what_it_waits_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = told(tmp_path, ("a", "ok", 60))
    feed = "https://a.test/feed.xml"

    def shown(statement: str) -> str:
        with Store.open(path) as store:
            store.writer.submit(lambda db: db.conn.execute(statement).rowcount).result()
        return status(path, capsys)[1].splitlines()[1].partition("0  ")[2].strip()

    with Store.open(path) as store:
        Frontier(store).seed("a", [(feed, "feed")], now=NOW - 60).result()
    assert shown("SELECT 1") == "due"
    assert (
        shown(f"INSERT INTO host (host, paused_until) VALUES ('a.test', {NOW + 900})") == "waits for its host, 15 min"
    )
    assert shown(f"UPDATE link SET due = {NOW + 1200}") == "in 20 min"
    assert shown(f"UPDATE link SET state = 'leased', due = NULL, until = {NOW + 60}") == "polling now"
    assert shown("DELETE FROM link") == "none"


@pytest.mark.parametrize(
    ("standings", "judged", "code", "said"),
    [
        ((("a", "ok", 60), ("b", "quiet", 60)), 60, 0, "2 sources, none broken"),
        ((("a", "ok", 60), ("b", "failing", 60), ("c", "blocked", 5)), 60, 1, "2 of 3 sources: c blocked, b failing"),
        ((("a", "ok", 60), ("b", "failing", 60), ("c", "ok", 5)), 60, 0, "1 of 3 sources: b failing"),
        ((("a", "ok", 60),), 10800, 1, "no source was judged in the last 2 h"),
        ((), 60, 1, "no source was judged"),
    ],
)
def test_one_exit_status_for_a_container(
    standings: tuple[tuple[str, str, float], ...],
    judged: float,
    code: int,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert show_health(told(tmp_path, *standings, judged=judged), now=NOW) == code
    assert said in capsys.readouterr().out


def test_sources_that_nobody_judges_any_more_count_until_they_were_left_for_a_week(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(tmp_path, ("b", "failing", 60), ("c", "ok", 60), ("d", "ok", 60), judged=5 * 3600)
    path = told(tmp_path, ("a", "ok", 60))
    assert show_health(path, now=NOW) == 1
    assert "3 of 4 sources: b failing, c judged 5 h ago, d judged 5 h ago" in capsys.readouterr().out
    told(tmp_path, ("b", "failing", 60), ("c", "ok", 60), ("d", "ok", 60), judged=8 * 86400)
    assert show_health(path, now=NOW) == 0
    assert show_health(path, now=NOW, chosen=("a", "b")) == 1
    assert show_health(path, now=NOW, chosen=("a", "never-judged")) == 0
    told(tmp_path, ("b", "failing", 60), ("c", "ok", 60), ("d", "ok", 60))
    assert (show_health(path, now=NOW), show_health(path, now=NOW, strict=True)) == (0, 1)


def test_the_commands_are_there_and_take_a_database(tmp_path: Path) -> None:
    def dateline(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    path = str(told(tmp_path, ("a", "failing", 60)))
    assert dateline("health", "--db", path).exit_code == 1
    assert dateline("health", "--strict", "--db", path).exit_code == 1
    assert dateline("health", "--late", "0", "--db", path).exit_code == 2
    shown = dateline("status", "--db", path)
    assert shown.exit_code == 0
    assert "failing" in shown.output
    assert dateline("health", "--db", str(tmp_path / "nowhere.db")).exit_code == 3


def test_nothing_that_succeeds_for_long_is_ill_health_where_an_age_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = told(tmp_path, ("a", "ok", 60), ("b", "ok", 60))
    assert show_health(path, now=NOW, max_age=600.0) == 1
    assert "no fetch of 2 sources succeeded ever" in capsys.readouterr().out
    with Store.open(path, write=True) as store:
        store.writer.submit(
            lambda db: db.conn.execute(
                "INSERT INTO fetch (source, url, kind, at, outcome) VALUES ('a', 'https://a.test/feed', 'feed', ?, 'listed')",
                (clock.text(NOW - 1000),),
            )
        ).result()
    assert show_health(path, now=NOW, max_age=600.0) == 1
    assert "succeeded for 17 min" in capsys.readouterr().out
    assert show_health(path, now=NOW, max_age=1200.0, as_json=True) == 0
    told_as_json = json.loads(capsys.readouterr().out)
    assert told_as_json["last_success_seconds"] in (1000, 1001)  # columns hold whole seconds
    assert (told_as_json["status"], told_as_json["ill"]) == (0, {})


def test_a_health_check_loads_neither_scrapy_nor_the_extractor_nor_pandas(tmp_path: Path) -> None:
    path = told(tmp_path, ("a", "ok", 60))
    look = (
        "import sys; from crawler.cli import main\n"
        f"try: main(['health', '--late', '999999999', '--db', {str(path)!r}])\n"
        "except SystemExit as end: print(end.code)\n"
        "print([name for name in ('scrapy', 'twisted', 'trafilatura', 'pandas', 'numpy', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["1 source, none broken", "0", "[]"]
