"""Nothing is fetched that could not be kept."""

from __future__ import annotations

from pathlib import Path

from crawler.disk import FREE_FLOOR, GIGABYTE, database_bytes, short_of_room


def test_there_is_room_below_the_limit_and_above_the_floor() -> None:
    assert short_of_room(size=GIGABYTE, free=FREE_FLOOR, limit=2 * GIGABYTE) is None


def test_a_database_at_its_limit_says_what_to_do() -> None:
    said = short_of_room(size=2 * GIGABYTE, free=10 * GIGABYTE, limit=2 * GIGABYTE)
    assert said is not None
    assert "disk_limit_gb" in said


def test_a_full_disk_stops_fetching_before_it_is_full() -> None:
    assert "free on its disk" in str(short_of_room(size=1, free=FREE_FLOOR - 1, limit=GIGABYTE))


def test_the_log_counts_as_part_of_the_database(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    assert database_bytes(database) == 0
    database.write_bytes(b"x" * 100)
    (tmp_path / "news.db-wal").write_bytes(b"x" * 50)
    assert database_bytes(database) == 150
