"""The systemd units and the crontab in deploy/ are what systemd and cron accept."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
INSTALLED = "/opt/dateline/.venv/bin/dateline"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for unit in DEPLOY.glob("dateline*.*"):
        text = unit.read_text()
        # systemd-analyze wants the program and the user to exist where it runs
        text = (
            text.replace(INSTALLED, sys.executable)
            .replace("User=dateline", "User=root")
            .replace("Group=dateline", "Group=root")
        )
        (tmp_path / unit.name).write_text(text)
    units = sorted(str(path) for path in tmp_path.iterdir())
    assert len(units) == 5
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "dateline" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_the_units_and_the_crontab_call_commands_that_exist() -> None:
    from crawler.cli import main

    called = [
        found.group(1)
        for file in DEPLOY.iterdir()
        for line in file.read_text().splitlines()
        if not line.startswith("#")
        for found in re.finditer(re.escape(INSTALLED) + r" (\S+)", line)
    ]
    assert sorted(called) == ["daemon", "metrics", "run", "run"]
    assert set(called) <= set(main.commands)


def test_the_crontab_has_one_well_formed_entry() -> None:
    lines = [line for line in (DEPLOY / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    entries = [line for line in lines if not re.match(r"[A-Z]+=", line)]
    assert len(entries) == 1
    minute, hour, day, month, weekday, command = entries[0].split(None, 5)
    assert (minute, hour, day, month, weekday) == ("*/5", "*", "*", "*", "*")
    assert command.startswith("cd /var/lib/dateline && ")
