"""The demo's server: its log, its faults, its levers, and the three ways to run it."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.demo import log as demo_log
from crawler.demo.faults import BOMB_BYTES, Fault
from crawler.demo.log import Request
from crawler.demo.server import DemoServer, serving
from crawler.demo.site import Site
from crawler.demo.sources import INTERVAL, mirror, sources

BASE = 1_795_000_000.0


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with serving(Site(lambda: BASE, BASE), levers=True) as running:
        yield running


def ask(
    port: int, path: str, *, host: str = "agency.test", method: str = "GET", timeout: float = 5, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": f"{host}:{port}", **named})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def lever(port: int, name: str, method: str = "POST") -> Any:
    status, _, body = ask(port, f"/_control/{name}", method=method)
    assert status == 200, body
    return json.loads(body)


def logged(server: DemoServer, count: int) -> list[Request]:
    """The log once it has that many records (a request is logged when the server knows that the client went)."""
    deadline = time.monotonic() + 5
    while len(server.log) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    return list(server.log)


def test_both_hosts_answer_with_links_to_their_own_port(server: DemoServer) -> None:
    status, headers, body = ask(server.port, "/rss/v2.xml")
    assert (status, headers["content-type"]) == (200, "application/rss+xml; charset=utf-8")
    assert f"http://agency.test:{server.port}/world/2148050".encode() in body
    assert b"The Outlet" in ask(server.port, "/atom.xml", host="outlet.test")[2]


def test_the_server_listens_on_loopback_only(server: DemoServer) -> None:
    assert server.exceptions("slow.test") == dict.fromkeys(
        ("agency.test", "outlet.test", "slow.test"), ("127.0.0.1", server.port)
    )


def test_a_request_is_logged_with_all_that_is_asked_of_it(server: DemoServer) -> None:
    etag = ask(server.port, "/news?page=1", User_Agent="probe")[1]["etag"]
    assert ask(server.port, "/news?page=1", If_None_Match=etag)[0] == 304
    first, second = logged(server, 2)
    assert (first.host, first.path, first.query) == (f"agency.test:{server.port}", "/news", "page=1")
    assert (first.status, first.user_agent, first.conditional, first.in_flight) == (200, "probe", False, 1)
    assert (second.status, second.conditional) == (304, True)
    assert second.sent < 400 < first.sent
    assert first.began < first.ended < second.began
    assert abs(first.at - time.time()) < 5
    assert demo_log.by_url(server.log) == {f"http://agency.test:{server.port}/news?page=1": 2}


def test_head_has_no_body_but_counts(server: DemoServer) -> None:
    status, headers, body = ask(server.port, "/news", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 1000
    assert logged(server, 1)[0].method == "HEAD"


def test_requests_at_once_are_seen_per_host(server: DemoServer) -> None:
    server.faults.set("agency.test", Fault("slow", seconds=0.3))
    threads = [threading.Thread(target=ask, args=(server.port, "/news")) for _ in range(3)]
    for thread in threads:
        thread.start()
    ask(server.port, "/atom.xml", host="outlet.test")
    for thread in threads:
        thread.join()
    assert demo_log.most_in_flight(logged(server, 4)) == {
        f"agency.test:{server.port}": 3,
        f"outlet.test:{server.port}": 1,
    }
    assert demo_log.rest(server.log)[f"agency.test:{server.port}"] < 0


def test_a_fault_counts_down_and_is_mended(server: DemoServer) -> None:
    server.faults.set("agency.test/news", Fault("status", status=503, retry_after="7", times=1))
    status, headers, _ = ask(server.port, "/news")
    assert (status, headers["retry-after"]) == (503, "7")
    assert ask(server.port, "/news")[0] == 200
    server.faults.set("agency.test", Fault("status", status=500))
    assert ask(server.port, "/news")[0] == 500
    server.faults.clear("agency.test")
    assert ask(server.port, "/news")[0] == 200


def test_a_silent_host_answers_nobody_and_is_logged_when_the_client_goes(server: DemoServer) -> None:
    with pytest.raises(TimeoutError):
        ask(server.port, "/news", host="silent.test", timeout=0.6)
    (only,) = logged(server, 1)
    assert (only.host, only.status) == (f"silent.test:{server.port}", 0)
    assert only.ended - only.began > 0.15


def test_a_closed_connection_gives_no_answer(server: DemoServer) -> None:
    server.faults.set("agency.test/news", Fault("close"))
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        ask(server.port, "/news")
    assert logged(server, 1)[0].status == 0
    assert ask(server.port, "/")[0] == 200


def test_a_truncated_body_ends_before_its_length(server: DemoServer) -> None:
    server.faults.set("agency.test/news", Fault("truncated"))
    with pytest.raises(http.client.IncompleteRead):
        ask(server.port, "/news")


def test_an_endless_body_goes_on_until_the_client_goes(server: DemoServer) -> None:
    server.faults.set("agency.test/news", Fault("endless"))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/news", headers={"Host": "agency.test"})
    response = connection.getresponse()
    assert len(response.read(3_000_000)) == 3_000_000
    response.close()
    connection.close()
    (only,) = logged(server, 1)
    assert only.path == "/news"


def test_a_bomb_is_small_on_the_wire(server: DemoServer) -> None:
    server.faults.set("agency.test/news", Fault("bomb"))
    _, headers, body = ask(server.port, "/news")
    assert headers["content-encoding"] == "gzip"
    assert len(body) < 100_000
    assert len(gzip.decompress(body)) == BOMB_BYTES


def test_levers_move_the_site_and_stay_out_of_the_log(server: DemoServer) -> None:
    port = server.port
    assert lever(port, "state", "GET")["stage"] == 0
    assert [event["kind"] for event in lever(port, "publish?count=2")["published"]] == ["new", "update"]
    assert lever(port, "publish?count=all")["published"]
    assert lever(port, "fresh")["path"].endswith("/2160001")
    lever(port, "every?seconds=5")
    lever(port, "advance?seconds=11")
    assert ask(port, "/news")[2].count(b"/21600") == 3
    lever(port, "crawl-delay?host=agency.test&seconds=60")
    assert b"Crawl-delay: 60" in ask(port, "/robots.txt")[2]
    lever(port, "crawl-delay?host=agency.test")
    assert b"Crawl-delay" not in ask(port, "/robots.txt")[2]
    lever(port, "fault?place=agency.test/news&kind=status&status=429&retry_after=3&times=1")
    assert [ask(port, "/news")[0], ask(port, "/news")[0]] == [429, 200]
    lever(port, "fault?place=agency.test&kind=close")
    lever(port, "mend")
    assert lever(port, "state", "GET")["upcoming"] == 0
    expected = lever(port, "expected?looks=0,2", "GET")
    assert expected == json.loads(json.dumps(server.site.expected(0, 2).as_json()))
    assert all(not request.path.startswith("/_control") for request in server.log)


@pytest.mark.parametrize("wrong", ["nothing", "advance", "fault?place=a&kind=flood", "crawl-delay?seconds=1"])
def test_a_wrong_lever_says_what_is_wrong(server: DemoServer, wrong: str) -> None:
    status, _, body = ask(server.port, f"/_control/{wrong}", method="POST")
    assert status == 400
    assert json.loads(body)["error"]


def test_without_levers_the_control_path_is_an_ordinary_one() -> None:
    with serving() as server:
        assert ask(server.port, "/_control/state")[0] == 404
        assert len(logged(server, 1)) == 1


async def test_the_server_runs_in_a_loop_and_stops_beside_a_client_that_waits() -> None:
    async with DemoServer(Site(lambda: BASE, BASE)) as server:
        status, _, _ = await asyncio.to_thread(ask, server.port, "/news")
        assert status == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: silent.test\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        before = time.monotonic()
    assert time.monotonic() - before < 15
    assert [request.status for request in server.log] == [200, 0]
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_the_script_is_played_in_two_acts() -> None:
    server = DemoServer(Site(lambda: BASE, BASE))
    for act in (1, 2, 3):
        await server.play(act)
    assert not server.site.upcoming
    kinds = [len(article.revisions) for article in server.expected().articles if article.key == "id:2148047"]
    assert kinds == [3]


def test_the_server_runs_as_a_process(tmp_path: Path) -> None:
    ready, log_file = tmp_path / "ready.json", tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "crawler.demo", "--port", "0", "--ready-file", str(ready), "--log", str(log_file)]
    process = subprocess.Popen(
        [
            *command,
            "--control",
            "--base-time",
            str(BASE),
            "--archive-days",
            "2",
            "--per-day",
            "3",
            "--crawl-delay",
            "9",
        ],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        deadline = time.monotonic() + 15
        while not ready.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        told = json.loads(ready.read_text())
        assert told["pid"] == process.pid
        assert b"Crawl-delay: 9" in ask(told["port"], "/robots.txt")[2]
        assert lever(told["port"], "state", "GET")["stories"] == 72
        assert [request.path for request in demo_log.read(log_file)] == ["/robots.txt"]
    finally:
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert json.loads(out) == told


def test_the_sources_are_those_of_the_registry_at_the_servers_port() -> None:
    found = sources(8123)
    assert set(found) == {"demo", "demo-outlet"}
    agency = found["demo"]
    assert agency.endpoints[0].url == "http://agency.test:8123/rss/v2.xml"
    assert {endpoint.interval for endpoint in agency.endpoints} == {INTERVAL}
    assert (agency.profile.agency, agency.profile.recheck, agency.politeness.in_flight) == ("AGENCY", (3, 6), 1)
    archive = found["demo-outlet"].endpoints[-1]
    assert archive.url == "http://outlet.test:8123/sitemap/{year}-{month:02}-{day:02}.xml"


def test_a_mirror_is_the_agency_under_another_name() -> None:
    slow, agency = mirror("slow.test", 8123), sources(8123)["demo"]
    assert (slow.name, slow.hosts, slow.home) == ("slow", ("slow.test",), "http://slow.test:8123")
    assert replace(slow.politeness) == agency.politeness
