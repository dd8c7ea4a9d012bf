"""`dateline status` and `dateline health`: the worst first, what to know of each, and whether anybody still judges."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.show_status import show_health, show_status
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
    assert code == 1
    assert [line.split()[0] for line in lines[:8]] == ["source", "c", "c:", "d", "d:", "b", "b:", "a"]
    assert lines[1].split()[:5] == ["c", "blocked", "2", "h", "ago"]
    assert lines[2] == "    c: because"
    assert "4 sources: 1 blocked, 1 layout_changed, 1 quiet, 1 ok" in out
    assert "is a daemon or a timer running" not in out
    code, out = status(path, capsys, as_json=True)
    whole = json.loads(out)
    assert (code, whole["judged_late"]) == (1, [])
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


def test_a_verdict_that_is_old_is_said_to_be_and_of_a_source_that_was_left_it_does_not_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = status(told(tmp_path, ("a", "blocked", 90000), judged=10800), capsys)
    assert code == 1
    assert "1 of them were judged more than 2 h ago, the oldest 3 h ago: is a daemon or a timer running?" in out
    code, _ = status(told(tmp_path, ("a", "blocked", 9e6), judged=8 * 86400), capsys)
    assert code == 0


@pytest.mark.parametrize(
    ("standings", "judged", "code", "said"),
    [
        ((("a", "ok", 60), ("b", "quiet", 60)), 60, 0, "2 sources, none broken"),
        ((("a", "ok", 60), ("b", "failing", 60), ("c", "blocked", 5)), 60, 1, "2 of 3 sources: c blocked, b failing"),
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


def test_the_commands_are_there_and_take_a_database(tmp_path: Path) -> None:
    def dateline(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    path = str(told(tmp_path, ("a", "failing", 60)))
    assert dateline("health", "--db", path).exit_code == 1
    assert dateline("health", "--late", "0", "--db", path).exit_code == 2
    shown = dateline("status", "--db", path)
    assert shown.exit_code == 1
    assert "failing" in shown.output
    assert dateline("health", "--db", str(tmp_path / "nowhere.db")).exit_code == 3
