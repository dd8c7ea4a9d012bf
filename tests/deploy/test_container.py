"""The container file and its neighbours, as far as can be seen without building: what is copied is there, nobody is root, the
daemon gets its signals, the health check is a command that exists."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from crawler.cli import main

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "Containerfile"


def instructions() -> list[tuple[str, str]]:
    """(instruction, its words), lines that go on joined, in order."""
    text = re.sub(r"^#.*\n", "", FILE.read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest.strip()) for line in lines if line.strip() for word, _, rest in [line.strip().partition(" ")]]


def last_stage() -> dict[str, str]:
    found: dict[str, str] = {}
    for word, rest in instructions():
        if word == "FROM":
            found.clear()
        found[word] = rest
    return found


def test_it_is_built_in_two_stages_from_one_named_base() -> None:
    bases = [rest for word, rest in instructions() if word == "FROM"]
    assert bases == ["python:3.13-slim AS build", "python:3.13-slim"]


def test_what_is_copied_is_in_the_project_and_let_through_by_the_ignore_file() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied: set[str] = set()
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from=build"):
            copied.update(rest.split()[:-1])
    assert copied == allowed
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_last_stage_runs_the_daemon_as_nobody_special_over_a_volume() -> None:
    stage = last_stage()
    assert stage["USER"].isdecimal()
    assert int(stage["USER"]) > 999
    assert f"--uid {stage['USER']}" in stage["RUN"]
    assert stage["VOLUME"] == stage["WORKDIR"] == "/data"
    assert stage["STOPSIGNAL"] == "SIGTERM"
    assert json.loads(stage["ENTRYPOINT"]) == ["dateline"], "exec form: a shell would keep the signal to itself"
    assert set(json.loads(stage["CMD"])) <= set(main.commands)
    assert "pip install" not in stage["RUN"]


def test_its_health_is_asked_by_a_command_that_exists_and_only_after_a_first_pass() -> None:
    options, _, command = last_stage()["HEALTHCHECK"].partition(" CMD ")
    program, name = json.loads(command)
    assert (program, name in main.commands) == ("dateline", True)
    assert dict(option.removeprefix("--").split("=") for option in options.split()) == {
        "interval": "1m",
        "timeout": "15s",
        "start-period": "10m",
        "retries": "3",
    }


def test_the_compose_file_opens_nothing_beyond_this_machine_and_its_commands_are_taken() -> None:
    yaml: Any = pytest.importorskip("yaml", reason="PyYAML is not installed (extra docs)")
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
    assert services["crawler"]["build"]["dockerfile"] == "deploy/Containerfile"
    options, _, words = last_stage()["HEALTHCHECK"].partition(" CMD ")
    asked = {name.replace("-", "_"): value for name, value in re.findall(r"--([a-z-]+)=(\S+)", options)}
    told = services["crawler"]["healthcheck"]
    assert {"test": ["CMD", *json.loads(words)], **asked} == {**told, "retries": str(told["retries"])}
    for service in services.values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        name, *arguments = service["command"]
        command = main.commands[name]
        command.make_context(name, list(arguments), resilient_parsing=False)
        assert service["cap_drop"] == ["ALL"]
