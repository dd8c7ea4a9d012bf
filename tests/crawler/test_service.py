"""What systemd is told: over a real datagram socket, by the protocol of sd_notify(3)."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.site import Site
from crawler.service import STATUS_SECONDS, Service, service_of, supervised
from tests.conftest import ENVIRONMENT

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket that hears, and its name as systemd writes it."""
    name = str(tmp_path / "notify") if request.param == "file" else f"@dateline-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(name.replace("@", "\0", 1))
        heard.settimeout(30)
        yield heard, name


def said(heard: socket.socket) -> dict[str, str]:
    return dict(line.split("=", 1) for line in heard.recv(4096).decode().split("\n"))


def test_the_environment_says_whom_to_tell_and_loses_what_it_said() -> None:
    environment = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "7", "HOME": "/"}
    found = service_of(environment, 7)
    assert (found.address, found.watchdog, found.interval) == ("/run/notify", 4.0, 2.0)
    assert environment == {"HOME": "/"}
    other = service_of({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "8"}, 7)
    assert (other.address, other.watchdog, other.interval) == ("@x", None, STATUS_SECONDS)
    for address in ("", "relative", "@", "vsock:2:1234"):
        assert service_of({"NOTIFY_SOCKET": address}, 7).address is None
    assert service_of({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"}, 7).watchdog is None


async def test_it_asks_for_time_while_it_starts_and_says_that_it_lives_until_it_ends(
    manager: tuple[socket.socket, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, name = manager
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    stop = asyncio.Event()
    async with supervised(stop) as service:
        starting = await asyncio.to_thread(said, heard)
        assert starting["STATUS"] == "opening the database"
        assert int(starting["EXTEND_TIMEOUT_USEC"]) > 15e6
        service.ready(lambda: "3 sources\n1 being crawled")
        while "READY" not in (ready := await asyncio.to_thread(said, heard)):
            assert "READY" not in starting
        assert ready == {"READY": "1", "STATUS": "3 sources 1 being crawled", "WATCHDOG": "1"}
        for _ in range(2):
            assert await asyncio.to_thread(said, heard) == ready, "again and again: a datagram may be lost"
        stop.set()
        while "STOPPING" not in (last := await asyncio.to_thread(said, heard)):
            assert last["WATCHDOG"] == "1"
        assert last["STATUS"].startswith("ending")
        assert await asyncio.to_thread(said, heard) == last


def test_a_manager_whose_queue_is_full_hears_the_next_time(tmp_path: Path) -> None:
    name = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(name)
        heard.settimeout(30)
        service, asked = Service(name), 0
        service.alive()
        while select.select([], [filled := _sender(name)], [], 0)[1]:
            filled.send(b"WATCHDOG=1")
            asked += 1
            filled.close()
        filled.close()
        service.ready(lambda: "3 sources")
        for _ in range(asked + 1):
            assert "READY" not in said(heard), "it was lost"
        service.alive()
        assert said(heard)["READY"] == "1"


def _sender(name: str) -> socket.socket:
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.setblocking(False)
    sender.connect(name)
    return sender


def test_a_manager_that_is_gone_is_logged_and_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Service(str(tmp_path / "nobody")).tell("READY=1")
    assert "systemd could not be told 'READY=1'" in caplog.text
    Service().tell("READY=1")
    assert len(caplog.records) == 1


def test_the_daemon_is_ready_when_it_crawls_and_tells_its_end(
    project_of: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also that it tells Prometheus meanwhile."""
    from urllib.request import urlopen

    name = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(name)
        heard.settimeout(120)
        monkeypatch.setitem(ENVIRONMENT, "NOTIFY_SOCKET", name)
        with project_of(Site.with_archive(0, 0, scripted=False)) as project:
            process = project.start("daemon", "--metrics", "127.0.0.1:0")
            while "READY" not in (told := said(heard)):
                assert "EXTEND_TIMEOUT_USEC" in told
            assert told["STATUS"].startswith(("1 source,", "2 sources,"))
            assert project.database.exists()
            place = next(
                found
                for line in process.stderr
                if (found := re.search(r"metrics at (http://127\.0\.0\.1:\d+/metrics)", line))
            )
            with urlopen(place.group(1), timeout=60) as answer:
                assert b"dateline_worker_starts_total" in answer.read()
            process.send_signal(signal.SIGTERM)
            while "STOPPING" not in said(heard):
                pass
            assert process.wait(60) == 0


def test_the_daemons_unit_waits_for_its_word() -> None:
    text = (DEPLOY / "dateline.service").read_text("utf-8")
    settings = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert settings["Type"] == "notify"
    assert float(settings["WatchdogSec"].removesuffix("min")) >= 2, "a machine that is busy is not dead"
    assert settings["NotifyAccess"] == "main"
