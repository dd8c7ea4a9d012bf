"""`dateline serve` as a process: it answers, it ends when it is asked to, and it says in one line why it does not begin."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import quote

import pytest
from click.testing import CliRunner

pytest.importorskip("datasette", reason="datasette is not installed (extra web)")

from crawler import serving
from crawler.cli import main
from crawler.hurried import hurried
from crawler.serving import listening
from tests.conftest import ENVIRONMENT
from tests.storage.harness import Crawl, article

if TYPE_CHECKING:
    from collections.abc import Iterator

DATELINE = str(Path(sys.executable).parent / "dateline")


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawl]:
    at_work = Crawl(tmp_path / "news.db")
    yield at_work
    at_work.close()


def test_it_answers_beside_a_writer_and_ends_in_order(crawl: Crawl) -> None:
    command = [DATELINE, "serve", "--db", str(crawl.path), "--port", "0"]
    process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, cwd=crawl.path.parent)
    try:
        assert process.stderr
        assert process.stderr.readline() == f"database {crawl.path}\n"
        address = process.stderr.readline().split()[1]
        for count in (1, 2):
            crawl.new(article(count, text=f"Text {count}."))
            with urllib.request.urlopen(address, timeout=30) as answer:
                assert answer.read().decode().count("data-id=") == count
        huge = "with recursive c(n, s) as (select 1, 'a' union all select n + 1, s || s from c where n < 30)"
        with pytest.raises(HTTPError, match="503"):  # more than SQLite may take
            urllib.request.urlopen(f"{address}data.json?sql={quote(huge)}select+max(length(s))+from+c", timeout=30)
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "Traceback" not in said


class _Plain(asyncio.Protocol):
    cycle: object = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport


class _Busy(_Plain):
    cycle = SimpleNamespace(response_complete=False)


class _Idle(_Plain):
    cycle = SimpleNamespace(response_complete=True)


@pytest.mark.parametrize(("protocol", "closed"), [(_Plain, True), (_Idle, True), (_Busy, False)])
async def test_a_connection_that_asks_nothing_is_closed_and_one_that_waits_is_not(
    protocol: type[_Plain], closed: bool
) -> None:
    server = await asyncio.get_running_loop().create_server(hurried(protocol, 0.05), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        done, _ = await asyncio.wait({asyncio.ensure_future(reader.read())}, timeout=30 if closed else 0.3)
        assert bool(done) is closed
        writer.close()


def test_a_port_that_is_taken_is_one_line_and_wrong_usage(crawl: Crawl) -> None:
    with listening("127.0.0.1", 0) as other:
        port = other.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--db", str(crawl.path), "--port", str(port)])

    assert result.exit_code == 2
    assert (
        f"127.0.0.1:{port}: another program listens there: choose another with --port" in result.stderr.splitlines()[0]
    )
    assert len(result.stderr.splitlines()) == 1


def test_a_database_that_is_not_there_is_a_failure_of_storage(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--db", str(tmp_path / "none.db"), "--port", "0"])

    assert result.exit_code == 3
    assert "no such database" in result.stderr


def test_an_address_of_another_machine_cannot_be_listened_on(crawl: Crawl) -> None:
    result = CliRunner().invoke(main, ["serve", "--db", str(crawl.path), "--host", "192.0.2.7", "--port", "0"])

    assert result.exit_code == 2
    assert "192.0.2.7:0: cannot listen there" in result.stderr


def test_without_the_extra_it_says_what_to_install(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = CliRunner().invoke(main, ["serve", "--db", str(crawl.path), "--port", "0"])

    assert result.exit_code == 2
    assert result.stderr == "the site needs Datasette: pip install 'dateline[web]'\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_comes_before_it_serves_ends_it(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    handlers = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]

    def asked_to_end(host: str, port: int) -> socket.socket:
        signal.raise_signal(number)
        return listening(host, port)

    monkeypatch.setattr(serving, "listening", asked_to_end)

    assert serving.serve(crawl.path, {}, host="127.0.0.1", port=0) == 0
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)] == handlers
