"""The figures over the demo server's log."""

from __future__ import annotations

from pathlib import Path

from crawler.demo import log as demo_log
from crawler.demo.log import Log, Request


def record(began: float, ended: float, host: str = "a", in_flight: int = 1) -> Request:
    return Request(host, "GET", "/", "", 200, began, ended, began, in_flight, False, "", 0)


def test_gaps_are_measured_between_neighbors_of_one_host() -> None:
    records = [record(3.0, 3.5), record(0.0, 1.0), record(1.25, 1.5, "b"), record(1.5, 2.5), record(9.0, 9.5, "c")]
    records.append(record(1.75, 2.0, "b", in_flight=2))
    assert demo_log.start_gap(records) == {"a": 1.5, "b": 0.5}
    assert demo_log.rest(records) == {"a": 0.5, "b": 0.25}
    assert demo_log.most_in_flight(records) == {"a": 1, "b": 2, "c": 1}


def test_a_log_file_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    log = Log(file)
    log.add(record(0, 1))
    log.add(record(2, 3))
    assert demo_log.read(file) == list(log)
    log.close()
    log.write(tmp_path / "copy.jsonl")
    with file.open("a") as half:
        half.write('{"host": "a", "me')
    assert demo_log.read(file) == demo_log.read(tmp_path / "copy.jsonl") == [record(0, 1), record(2, 3)]
    log.clear()
    assert len(log) == 0
