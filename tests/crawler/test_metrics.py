"""Prometheus' text: names, labels and figures; the endpoint on loopback; the file for node-exporter."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from crawler import daemon
from crawler.cli import main
from crawler.config import Config
from crawler.metrics import endpoint, textfile, watch
from crawler.metrics.counted import Counted
from crawler.metrics.families import BY_NAME, FAMILIES, OUTCOMES, document
from crawler.metrics.place import Place, parse
from crawler.metrics.text import Text
from crawler.metrics.watch import told_at
from crawler.progress import Silent
from storage import clock, gauges
from storage.gauges import OTHERS
from storage.health import Standing
from storage.models import Ended, Ending, Outcome
from storage.reader import Reader
from storage.store import Store

NOW = time.time()
ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A database with two sources that were judged, one of them failing, and one that was only imported."""
    path = tmp_path / "news.db"
    with Store.open(path) as store:
        for name, state in (("wire-a", "ok"), ("wire-b", "failing")):
            store.begin_run(name, NOW).result()
            store.write_health(name, Standing(state, None, NOW - 60, NOW - 30)).result()
        store.begin_run("import.test", NOW).result()
        fetches = [
            (source, f"https://{source}.test/{n}", clock.text(NOW - 100 + n), outcome)
            for source in ("wire-a", "import.test")
            for n, outcome in enumerate(("listed", "new", "failed"))
        ]
        store.writer.submit(
            lambda db: db.conn.executemany(
                "INSERT INTO fetch (source, url, kind, at, outcome) VALUES (?, ?, 'article', ?, ?)", fetches
            )
        ).result()
    return Config(database=path)


def figures(text: bytes) -> dict[str, dict[tuple[str, ...], float]]:
    """Name of a sample -> values of its labels, by the labels' names -> figure; read by Prometheus' own parser."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            at = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[at] = sample.value
    return found


def test_names_follow_prometheus_conventions() -> None:
    for family in FAMILIES:
        assert re.fullmatch(r"dateline_[a-z]+(_[a-z]+)*", family.name)
        assert family.name.endswith("_total") is (family.kind == "counter"), family.name
        assert not re.search(r"_(ms|minutes|hours|kb|mb|percent|count)(_|$)", family.name), family.name
        assert family.help.endswith(".")
        assert set(family.labels) <= {"source", "state", "outcome", "quantile", "version", "schema", "python", "sqlite"}


def test_the_document_lists_every_metric_as_it_is() -> None:
    """Where this fails, `crawler.metrics.families.document()` is the table as it should be."""
    assert document() in (ROOT / "docs/metrics.md").read_text("utf-8")


def test_the_database_is_told_in_figures(config: Config) -> None:
    text = textfile.text(config, now=NOW)
    assert text.endswith(b"\n")
    found = figures(text)
    assert found["dateline_source_state"]["wire-b", "failing"] == 1
    assert found["dateline_source_state"]["wire-b", "ok"] == 0
    assert sum(found["dateline_source_state"].values()) == 2
    assert found["dateline_fetches_last_day"] == {
        (outcome, source): 1.0 for outcome in ("listed", "new", "failed") for source in ("wire-a", OTHERS)
    }
    assert found["dateline_source_last_success_timestamp_seconds"] == {("wire-a",): int(NOW - 99)}
    assert found["dateline_source_failed_ratio"] == {("wire-a",): pytest.approx(1 / 3, abs=0.001)}
    assert found["dateline_daemon_running"] == {(): 0}
    assert found["dateline_database_bytes"][()] == config.database.stat().st_size
    assert found["dateline_database_limit_bytes"] == {(): 20e9}
    assert not {family.name for family in FAMILIES if family.of == "daemon"} & found.keys()


def test_a_source_that_is_crawled_no_more_has_no_state_that_could_alert(config: Config) -> None:
    with Store.open(config.database) as store:
        store.write_health("wire-b", Standing("failing", None, NOW, NOW - 60 * 86400)).result()
    for chosen, told in (((), {"wire-a"}), (("wire-b",), {"wire-b"}), (("wire-a", "new"), {"wire-a"})):
        found = figures(textfile.text(replace(config, sources=chosen), now=NOW))
        assert {source for source, _ in found["dateline_source_state"]} == told
        assert {source for (source,) in found["dateline_articles"]} == told | {OTHERS}, "its articles are there"


def test_an_import_of_thousands_of_sites_adds_one_series_a_metric(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "MOST_SOURCES", 1)
    with Reader(config.database) as reader:
        seen = gauges.read(reader, now=NOW)
    assert [one.source for one in seen.sources] == ["wire-a", OTHERS]
    assert dict(seen.sources[1].outcomes) == {"listed": 1, "new": 1, "failed": 1}


def test_no_figure_reads_a_table_of_news_row_by_row(config: Config) -> None:
    with Reader(config.database) as reader:
        for query, values in (
            (gauges._ARTICLES, ()),
            (gauges._DUE, (NOW,)),
            (gauges._LEASED, ()),
            (gauges._QUARANTINED, ()),
            (gauges._OUTCOMES, (clock.text(NOW),)),
            (gauges._LAST_SUCCESS, ()),
        ):
            plan = [row[3] for row in reader.db.conn.execute(f"EXPLAIN QUERY PLAN {query}", values)]
            bare = [step for step in plan if re.match(r"SCAN (article|link|fetch|f|l)\b", step)]
            assert all("USING" in step for step in bare), plan


def test_the_file_is_whole_or_the_old_one_and_readable_to_others(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "dateline.prom"
    for _ in range(2):
        done = CliRunner().invoke(main, ["metrics", "--textfile", str(file), "--db", str(config.database)])
        assert done.exit_code == 0, done.output
    assert figures(file.read_bytes())["dateline_articles"] == {("wire-a",): 0, ("wire-b",): 0, (OTHERS,): 0}
    assert file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.glob(".dateline.prom*")] == []
    nowhere = CliRunner().invoke(
        main, ["metrics", "--textfile", str(tmp_path / "no/x.prom"), "--db", str(config.database)]
    )
    assert nowhere.exit_code == 2
    unread = CliRunner().invoke(main, ["metrics", "--textfile", str(tmp_path / "x.txt"), "--db", str(config.database)])
    assert (unread.exit_code, (tmp_path / "x.txt").exists()) == (2, False)
    assert "must end in .prom" in unread.output
    assert CliRunner().invoke(main, ["metrics", "--db", str(tmp_path / "no.db")]).exit_code == 3


def test_ends_of_fetches_are_counted_and_passed_on() -> None:
    shown = Silent()
    counted = Counted(shown)
    for outcome in ("new", "failed:timeout", "failed:http_500: HTTP 500"):
        ending = Ending(1, Outcome(outcome), at=NOW, bytes=100)
        counted.ended("wire-a", ending, Ended(stale=False))
    found = figures(Text(counted.figures()).render())
    assert found["dateline_fetches_total"]["failed", "wire-a"] == 2
    assert found["dateline_fetches_total"]["copy", "wire-a"] == 0
    assert len(found["dateline_fetches_total"]) == len(OUTCOMES)
    assert found["dateline_received_bytes_total"] == {("wire-a",): 300}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:9469", Place("127.0.0.1", 9469)),
        ("[::1]:9469", Place("::1", 9469)),
        ("public:127.0.0.1:1", Place("127.0.0.1", 1)),
        ("public:0.0.0.0:9469", Place("0.0.0.0", 9469, public=True)),
        ("public:[::]:9469,News.example.org", Place("::", 9469, public=True, names=("news.example.org",))),
        ("127.0.0.1:9469,a.test,b", Place("127.0.0.1", 9469, names=("a.test", "b"))),
        ("127.0.0.1:9469,", None),
        ("127.0.0.1:9469,a.test:80", None),
        ("127.0.0.1:9469, a.test", None),
        ("0.0.0.0:9469", None),
        ("192.0.2.1:9469", None),
        ("[::]:9469", None),
        ("::1:9469", None),
        ("localhost:9469", None),
        ("127.0.0.1", None),
        ("127.0.0.1:65536", None),
        ("127.0.0.1:²", None),
    ],
)
def test_only_loopback_is_listened_on_unless_it_is_said(text: str, place: Place | None) -> None:
    assert parse(text) == place


@given(st.text(max_size=40))
def test_a_place_without_public_is_on_loopback_or_none(text: str) -> None:
    found = parse(text)
    assert found is None or text.startswith("public:") or found.host == "::1" or found.host.startswith("127.")


def test_the_daemon_has_figures_before_its_schedule_runs() -> None:
    session = SimpleNamespace(
        clock=lambda: NOW, config=Config(workers=2), pool=SimpleNamespace(starts=0, deaths=0), sources={}
    )
    at_its_pace = daemon._Daemon(cast("Any", session), cast("Any", None))
    at_its_pace._at(cast("Any", SimpleNamespace(name="wire-a")), NOW - 60)
    found = figures(Text(at_its_pace.figures()).render())
    assert found["dateline_scheduler_lag_seconds"] == {(): 0}
    assert found["dateline_workers"] == {(): 2}


async def asked(port: int, request: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


async def test_the_endpoint_tells_the_daemon_and_the_database_also_when_that_cannot_be_read_any_more(
    config: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(watch, "REST", 0.0)
    monkeypatch.setattr(watch, "FRESH_SECONDS", 0.05)
    here: dict[str, Any] = {"dateline_crawls_running": [((), 3.0)]}
    async with told_at(Place("127.0.0.1", 0), config, lambda: here) as port:
        assert port
        for _ in range(100):
            status, body = await asked(port, b"GET /metrics HTTP/1.1\r\nHost: localhost:9469\r\n\r\n")
            if b"dateline_articles" in body:
                break
            await asyncio.sleep(0.1)
        found = figures(body)
        assert status == 200
        assert found["dateline_crawls_running"] == {(): 3}
        assert found["dateline_articles"]["wire-a",] == 0
        if sys.platform == "linux":
            assert found["process_cpu_seconds_total"][()] > 0
        with config.database.open("r+b") as file:
            file.write(b"no database any more")
        for _ in range(100):
            found = figures((await asked(port, b"GET /metrics HTTP/1.1\r\n\r\n"))[1])
            if found["dateline_database_trouble"][()]:
                break
            await asyncio.sleep(0.1)
        assert (found["dateline_database_trouble"], found["dateline_database_readable"]) == ({(): 1}, {(): 0})
        assert found["dateline_articles"]["wire-a",] == 0, "as they were"
        here["dateline_surprise"] = []
        await asyncio.sleep(0.05)
        assert (await asked(port, b"GET /metrics HTTP/1.1\r\n\r\n"))[0] == 500
        (line,) = [record.message for record in caplog.records if "could not be made" in record.message]
        assert "dateline_surprise" in line
    with pytest.raises(ConnectionRefusedError):
        await asked(port, b"")


async def test_a_port_that_is_taken_keeps_no_crawl_from_running_and_is_listened_at_once_it_is_free(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(watch, "AGAIN_SECONDS", 0.05)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with told_at(Place("127.0.0.1", port), Config(database=tmp_path / "no.db"), dict) as told:
            assert told is None
            await asyncio.sleep(0.2)
            assert sum("nobody can listen at" in record.message for record in caplog.records) == 1
            taken.close()
            for _ in range(200):
                with suppress(ConnectionRefusedError):
                    assert (await asked(port, b"GET /metrics HTTP/1.1\r\n\r\n"))[0] == 200
                    break
                await asyncio.sleep(0.05)
            else:
                pytest.fail("it was never tried again")


async def test_the_endpoint_answers_requests_that_are_none_and_lets_nobody_hold_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def text() -> bytes:
        return b"x 1\n"

    at_work, all_at_work, answer = 0, asyncio.Event(), endpoint._answered

    async def answered(*arguments: Any, busy: bool) -> None:
        nonlocal at_work
        at_work += 1
        if at_work == endpoint.AT_ONCE:
            all_at_work.set()
        try:
            await answer(*arguments, busy=busy)
        finally:
            at_work -= 1

    monkeypatch.setattr(endpoint, "_answered", answered)
    monkeypatch.setattr(endpoint, "SECONDS", 2.0)
    async with endpoint.served(Place("127.0.0.1", 0), text) as port:
        for request, status in (
            (b"GET /metrics HTTP/1.0\r\n\r\n", 200),
            (b"HEAD /metrics?x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200),
            (b"GET / HTTP/1.1\r\n\r\n", 404),
            (b"POST /metrics HTTP/1.1\r\n\r\n", 405),
            (b"\x16\x03\x01\r\n\r\n", 400),
            (b"GET /" + b"a" * 20_000, 431),
        ):
            assert (await asked(port, request))[0] == status, request[:40]
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(endpoint.AT_ONCE)]
        await asyncio.wait_for(all_at_work.wait(), 60)
        assert (await asked(port, b"GET /metrics HTTP/1.1\r\n\r\n"))[0] == 503
        assert [await reader.read() for reader, _ in silent] == [b""] * endpoint.AT_ONCE
        for _, writer in silent:
            writer.close()
        assert (await asked(port, b"GET /metrics HTTP/1.1\r\n\r\n")) == (200, b"x 1\n")


@pytest.mark.parametrize(
    ("place", "host", "status"),
    [
        (Place("127.0.0.1", 9469), "evil.example:9469", 403),
        (Place("0.0.0.0", 9469, public=True), "evil.example:9469", 403),
        (Place("0.0.0.0", 9469, public=True, names=("news.example",)), "News.example:9469", 200),
        (Place("0.0.0.0", 9469, public=True, names=("news.example",)), "news.example.evil.example", 403),
        (Place("0.0.0.0", 9469, public=True), "192.0.2.7:9469", 200),
        (Place("0.0.0.0", 9469, public=True), "crawler:9469", 200),
        (Place("0.0.0.0", 9469, public=True), "[2001:db8::1]:9469", 200),
        (Place("127.0.0.1", 9469), "crawler:9469", 403),
        (Place("127.0.0.1", 9469), "[::1]", 200),
        (Place("127.0.0.1", 9469), "localhost", 200),
        (Place("127.0.0.1", 9469), "", 403),
    ],
)
def test_who_asks_by_a_name_that_was_not_given_is_refused(place: Place, host: str, status: int) -> None:
    head = f"GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    assert endpoint.judge(head, place) == ("GET", status)


def test_a_metric_that_is_in_no_list_cannot_be_told() -> None:
    with pytest.raises(KeyError, match="no such metric"):
        Text({"dateline_surprise": []})
    assert "dateline_articles" in BY_NAME
