"""`on_alert`: a real command is told of each change once, whatever it does, and the crawl is none the worse for it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from crawler import alert
from crawler.alert import Alerts, due
from crawler.checkup import checkup
from storage import clock, health
from storage.health import Standing
from storage.store import Store

NOW = 1_790_000_000.0
BLOCKED = Standing("blocked", 'five 403s; "quoted"', NOW - 300, NOW)
SCRIPT = """
import json, os, sys
told = json.loads(sys.stdin.readline())
assert told["state"] == os.environ["DATELINE_STATE"] and (told["why"] or "") == os.environ["DATELINE_WHY"]
print("mailed", told["source"])
with open(sys.argv[1], "a") as out:
    out.write(f'{told["source"]} {told["was"]} -> {told["state"]} since {os.environ["DATELINE_SINCE"]}\\n')
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store.open(tmp_path / "news.db")
    opened.begin_run("mercury-en", NOW).result()
    opened.write_health("mercury-en", BLOCKED).result()
    return opened


def alerted(store: Store) -> str | None:
    standing = store.health_facts("mercury-en", NOW).result()[1]
    assert standing is not None
    return standing.alerted


async def told(alerts: Alerts, standing: Standing, alerted: str | None, now: float = NOW) -> None:
    alerts.heed("mercury-en", standing, alerted=alerted, now=now)
    await alerts.close()


@pytest.mark.parametrize(
    ("state", "since", "alerted", "tells"),
    [
        ("blocked", 0, None, True),
        ("blocked", 0, "ok", True),
        ("blocked", 0, "blocked", False),
        ("ok", 0, None, False),
        ("never_run", 0, "ok", False),
        ("ok", 60, "blocked", False),  # not yet settled
        ("ok", 1800, "blocked", True),
        ("failing", 60, "blocked", False),
        ("failing", 1800, "blocked", True),
        ("quiet", 0, "ok", True),
    ],
)
def test_a_trouble_is_told_at_once_and_its_end_when_it_has_settled(
    state: str, since: float, alerted: str | None, tells: bool
) -> None:
    assert due(Standing(state, None, NOW - since, NOW), alerted, NOW) is tells


async def test_a_command_gets_the_facts_and_its_words_go_to_the_log(
    tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / "out $(touch never)"
    (tmp_path / "hook.py").write_text(SCRIPT)
    alerts = Alerts((sys.executable, str(tmp_path / "hook.py"), str(out)), store)
    with caplog.at_level("INFO", "crawler.alert"):
        await told(alerts, BLOCKED, None)
    assert out.read_text() == "mercury-en ok -> blocked since 2026-09-21T14:08:20Z\n"
    assert "on_alert for mercury-en: mailed mercury-en" in caplog.text
    assert alerted(store) == "blocked"
    assert not (tmp_path / "never").exists()
    ok = Standing("ok", None, NOW + 60, NOW + 60)
    await told(alerts, ok, alerted(store), NOW + 60)
    await told(alerts, replace(ok, since=NOW + 60), alerted(store), NOW + 60 + 1800)
    assert out.read_text().splitlines()[1:] == ["mercury-en blocked -> ok since 2026-09-21T14:14:20Z"]
    store.close()


async def test_a_command_that_hangs_is_killed_with_all_that_it_started(tmp_path: Path, store: Store) -> None:
    mark = tmp_path / "pid"
    command = ("/bin/sh", "-c", f"sleep 60 & echo $! > {mark}; yes >&2 & sleep 60")
    alerts = Alerts(command, store, limit=1.5)
    began = time.monotonic()
    await told(alerts, BLOCKED, None)
    assert time.monotonic() - began < 30
    child = int(mark.read_text())
    for _ in range(600):
        if not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("a child of the command outlived it")
    assert alerted(store) is None
    store.close()


async def test_a_process_that_ends_does_not_wait_for_a_command_that_hangs(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "out"
    alerts = Alerts(("/bin/sh", "-c", f"echo begun >> {out}; sleep 20; echo ended >> {out}"), store)
    alerts.heed("mercury-en", BLOCKED, alerted=None, now=NOW)
    while not out.exists() or not out.read_text():
        await asyncio.sleep(0.01)
    began = time.monotonic()
    await alerts.close(0.5)
    assert time.monotonic() - began < 15
    assert out.read_text().split() == ["begun"]
    assert alerted(store) is None
    store.close()


@pytest.mark.parametrize("command", [("/nowhere/at-all",), ("/bin/false",)])
async def test_a_command_that_fails_is_tried_three_times_and_then_given_up(
    command: tuple[str, ...], store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    alerts = Alerts(command, store)
    for minutes in range(0, 60, 5):
        await told(alerts, BLOCKED, None, NOW + minutes * 60)
    assert caplog.text.count(f"on_alert ({command[0]})") == 3
    assert "given up" in caplog.text
    assert alerted(store) is None
    store.close()


async def test_a_command_that_was_given_up_is_told_of_the_next_trouble_of_that_source(
    tmp_path: Path, store: Store
) -> None:
    out = tmp_path / "out"
    alerts = Alerts(("/bin/sh", "-c", f"echo $DATELINE_SINCE >> {out}; exit 1"), store)
    for minutes in range(0, 60, 5):
        await told(alerts, BLOCKED, None, NOW + minutes * 60)
    again = replace(BLOCKED, since=NOW + 7 * 86400)
    await told(alerts, again, None, NOW + 7 * 86400)
    assert out.read_text().split() == [clock.text(BLOCKED.since)] * 3 + [clock.text(again.since)]
    store.close()


async def test_passes_of_a_timer_count_their_tries_together(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "out"
    for minutes in range(0, 60, 5):
        command = ("/bin/sh", "-c", f"echo {minutes} >> {out}; exit 1")
        await told(Alerts(command, store), BLOCKED, None, NOW + minutes * 60)
    assert out.read_text().split() == ["0", "10", "20"]
    store.close()


async def test_two_processes_that_overlap_tell_once_and_one_that_died_at_it_is_not_waited_for(
    tmp_path: Path, store: Store
) -> None:
    out = tmp_path / "out"
    command = ("/bin/sh", "-c", f"echo told >> {out}")
    dead = store.claim_alert("mercury-en", BLOCKED, alerted=None, now=NOW, lasts=60.0)
    assert dead.result()
    await told(Alerts(command, store), BLOCKED, None, NOW + 59)
    assert not out.exists()
    both = [Alerts(command, store), Alerts(command, store)]
    for alerts in both:
        alerts.heed("mercury-en", BLOCKED, alerted=None, now=NOW + 61)
    for alerts in both:
        await alerts.close()
    assert out.read_text().split() == ["told"]
    store.close()


async def test_one_command_at_a_time_and_nobody_waits_for_it(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "out"
    end = tmp_path / "end"
    waits = f"while [ ! -e {end} ]; do sleep 0.05; done"
    alerts = Alerts(("/bin/sh", "-c", f"echo begun >> {out}; {waits}; echo ended >> {out}"), store)
    for _ in range(3):
        alerts.heed("mercury-en", BLOCKED, alerted=None, now=NOW)
    while not out.exists() or not out.read_text():
        await asyncio.sleep(0.01)
    alerts.heed("mercury-en", BLOCKED, alerted=None, now=NOW)
    end.touch()
    await alerts.close()
    assert out.read_text().split() == ["begun", "ended"]
    store.close()


async def test_a_crash_before_the_command_ended_tells_it_again(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "out"
    command = ("/bin/sh", "-c", f"echo $DATELINE_STATE >> {out}")
    store.close()  # the verdict was written, and the process died
    again = Store.open(tmp_path / "news.db")
    alerts = Alerts(command, again)
    for at in (NOW, NOW + 300, NOW + 600):
        again.writer.submit(lambda db: health.write(db, "mercury-en", BLOCKED)).result()
        await checkup(again, "mercury-en", now=at, alerts=_Frozen(alerts))
        await alerts.close()
    assert out.read_text().split() == ["blocked"]
    again.close()


class _Frozen(Alerts):
    """The hooks, told that the source is blocked whatever it was judged."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts

    def heed(self, source: str, standing: Standing, *, alerted: str | None, now: float) -> None:
        del standing
        self._alerts.heed(source, BLOCKED, alerted=alerted, now=now)


async def test_a_verdict_that_cannot_be_made_is_logged_and_the_crawl_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("crawler.health.judge", lambda *_, **__: 1 / 0)
    await checkup(store, "mercury-en", now=NOW, alerts=Alerts((), store))
    assert "its health could not be judged" in caplog.text
    store.close()


async def test_without_a_command_nothing_is_started_or_noted(store: Store) -> None:
    await told(Alerts((), store), BLOCKED, None)
    assert alerted(store) is None
    store.close()


def test_a_nul_in_a_reason_does_not_reach_the_environment() -> None:
    found = alert.Alert("a", "blocked", "ok", "x\0y", "s", "j", "d")
    assert found.as_environment()["DATELINE_WHY"] == "xy"
    assert json.loads(json.dumps(found.as_dict()))["why"] == "x\0y"
    assert "DATELINE_SOURCE" not in os.environ


def test_a_pages_words_make_no_line_of_their_own_in_the_environment_or_the_json() -> None:
    why = "blocked\nDATELINE_STATE=ok\r\x1b[2J\u2028\u202e" + "x" * 100_000
    found = alert.Alert("a", "blocked", "ok", why, "s", "j", "d").as_environment()["DATELINE_WHY"]
    assert found.startswith("blocked DATELINE_STATE=ok xxx")
    assert found.isprintable()
    assert len(found) == alert.LONGEST
