"""WARC files in, written here record by record, whole and hurt."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler import warc_records
from crawler.warc_records import BODY_LIMIT, WarcRecord, identity, records

if TYPE_CHECKING:
    from pathlib import Path

HTML = "<!doctype html><html><head><title>Quay reopened</title></head><body><p>Порт открыт.</p></body></html>".encode()
TYPE = "text/html; charset=UTF-8"


def block(kind: str, payload: bytes, url: str | None = None, more: str = "") -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2023-11-01T08:00:00Z\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
    head += f"WARC-Target-URI: {url}\r\n" if url else ""
    return (head + more + f"Content-Length: {len(payload)}\r\n\r\n").encode() + payload + b"\r\n\r\n"


def page(
    number: int,
    body: bytes = HTML,
    content_type: str | None = TYPE,
    http: str = "",
    status: str = "200 OK",
    more: str = "",
) -> bytes:
    head = f"HTTP/1.1 {status}\r\n" + (f"Content-Type: {content_type}\r\n" if content_type else "") + http + "\r\n"
    return block("response", head.encode() + body, f"https://agency.test/news/{number}", more)


def write(path: Path, blocks: list[bytes], *, packed: bool) -> Path:
    path = path / ("a.warc.gz" if packed else "a.warc")
    path.write_bytes(b"".join(gzip.compress(one, mtime=0) if packed else one for one in blocks))
    return path


def numbers(found: list[WarcRecord]) -> list[str]:
    return [record.problem or (record.url or "").rpartition("/")[2] for record in found]


@pytest.fixture(params=[True, False], ids=["gzip", "plain"])
def packed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_html_responses_come_in_order_and_all_others_are_counted(tmp_path: Path, packed: bool) -> None:
    blocks = [
        block("warcinfo", b"software: test\r\n"),
        block("request", b"GET /news/1 HTTP/1.1\r\nHost: agency.test\r\n\r\n", "https://agency.test/news/1"),
        page(1),
        page(2, b"\x89PNG", "image/png"),
        page(3, b"{}", "application/json"),
        page(4, b"odd", "nonsense " * 50),
        page(5, content_type="application/xhtml+xml"),
        page(6, content_type=None),
        page(7, status="404 Not Found"),
        block("response", b"agency.test. IN A", "dns:agency.test"),
        block("revisit", b"HTTP/1.1 304 Not Modified\r\n\r\n", "https://agency.test/news/1"),
        block("metadata", b"x: y\r\n", "https://agency.test/news/1"),
    ]
    counts: Counter[str] = Counter()
    found = list(records(write(tmp_path, blocks, packed=packed), counts=counts))
    assert numbers(found) == ["1", "5", "6", "7"]
    assert counts == {
        "warcinfo": 1,
        "request": 1,
        "response text/html": 3,
        "response application/xhtml+xml": 1,
        "response image/png": 1,
        "response application/json": 1,
        "response other": 1,
        "response": 1,
        "revisit": 1,
        "metadata": 1,
    }
    assert counts.total() == len(blocks)


def test_a_record_says_all_that_extraction_needs(tmp_path: Path, packed: bool) -> None:
    path = write(tmp_path, [page(1, http="X-Robots-Tag: noarchive\r\nX-Robots-Tag: a: none\r\n")], packed=packed)
    (record,) = records(path)
    assert (record.url, record.date, record.status) == ("https://agency.test/news/1", "2023-11-01T08:00:00Z", 200)
    assert (record.content_type, record.charset, record.body, record.problem) == (TYPE, "UTF-8", HTML, None)
    assert [pair for pair in record.headers if pair[0] == "X-Robots-Tag"] == [
        ("X-Robots-Tag", "noarchive"),
        ("X-Robots-Tag", "a: none"),
    ]


def test_reading_goes_on_at_the_end_of_any_record(tmp_path: Path, packed: bool) -> None:
    path = write(tmp_path, [page(number) for number in range(5)], packed=packed)
    reached: list[int] = []
    whole = list(records(path, progress=reached.append))
    for record in whole:
        assert [later.url for later in records(path, start=record.end)] == [
            later.url for later in whole if later.offset > record.offset
        ]
        assert next(records(path, start=record.offset)) == record
    assert reached == [record.end for record in whole]
    assert path.stat().st_size - reached[-1] <= 4


def chunked(body: bytes) -> bytes:
    return (
        b"".join(b"%x\r\n%b\r\n" % (len(body[i : i + 7]), body[i : i + 7]) for i in range(0, len(body), 7))
        + b"0\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("http", "body"),
    [
        ("Content-Encoding: gzip\r\n", gzip.compress(HTML, mtime=0)),
        ("Content-Encoding: x-gzip\r\n", gzip.compress(HTML, mtime=0)),
        ("Content-Encoding: deflate\r\n", zlib.compress(HTML)),
        ("Content-Encoding: deflate\r\n", zlib.compress(HTML)[2:-4]),
        ("Content-Encoding: br\r\n", brotli.compress(HTML)),
        ("Transfer-Encoding: chunked\r\n", chunked(HTML)),
        ("Transfer-Encoding: Chunked\r\nContent-Encoding: gzip\r\n", chunked(gzip.compress(HTML, mtime=0))),
        ("Content-Encoding: gzip\r\n", HTML),
        ("Content-Encoding: br\r\n", HTML),
        ("Transfer-Encoding: chunked\r\n", HTML),
        ("Content-Encoding: identity\r\n", HTML),
    ],
)
def test_bodies_are_unpacked_and_those_stored_unpacked_are_left(tmp_path: Path, http: str, body: bytes) -> None:
    (record,) = records(write(tmp_path, [page(1, body, http=http)], packed=True))
    assert (record.body, record.problem) == (HTML, None)


@pytest.mark.parametrize(
    ("http", "body"),
    [
        ("Content-Encoding: gzip\r\n", gzip.compress(HTML, mtime=0)[:-20]),
        ("Content-Encoding: gzip\r\n", gzip.compress(HTML, mtime=0)[:20] + b"\xff" * 40),
        ("Content-Encoding: br\r\n", b"\xff\xfe" * 20),
        ("Transfer-Encoding: chunked\r\n", b"40\r\ntoo short"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_reported_with_its_address(tmp_path: Path, http: str, body: bytes) -> None:
    first, second = records(write(tmp_path, [page(1, body, http=http), page(2)], packed=True))
    assert (first.problem, first.url, first.body) == ("broken", "https://agency.test/news/1", b"")
    assert first.detail
    assert second.body == HTML


@pytest.mark.parametrize("http", ["", "Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n"])
def test_a_page_over_the_limit_is_reported_without_its_body(
    tmp_path: Path, packed: bool, http: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warc_records, "BODY_LIMIT", 100_000)
    monkeypatch.setattr(warc_records, "_HEAD_ROOM", 10_000)
    large = HTML + b"x" * 200_000
    body = (
        gzip.compress(large, mtime=0)
        if "gzip" in http
        else brotli.compress(large, quality=1)
        if "br" in http
        else large
    )
    first, second = records(write(tmp_path, [page(1, body, http=http), page(2)], packed=packed))
    assert (first.problem, first.body, first.url) == ("too_large", b"", "https://agency.test/news/1")
    assert second.body == HTML


def test_the_limit_is_ten_mebibytes() -> None:
    assert BODY_LIMIT == 10 * 1024 * 1024


def test_a_record_that_its_crawler_cut_is_given_as_truncated(tmp_path: Path, packed: bool) -> None:
    (record,) = records(write(tmp_path, [page(1, HTML[:40], more="WARC-Truncated: length\r\n")], packed=packed))
    assert (record.problem, record.detail, record.body) == ("truncated", "WARC-Truncated: length", HTML[:40])


def test_a_file_that_ends_within_a_record_gives_what_is_there(tmp_path: Path, packed: bool) -> None:
    path = write(tmp_path, [page(1), page(2, HTML * 20)], packed=packed)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    first, second = records(path)
    assert first.problem is None
    assert second.problem == "truncated"


def test_a_hurt_record_costs_itself_only(tmp_path: Path, packed: bool) -> None:
    blocks = [page(1), page(2, HTML * 3), page(3)]
    path = write(tmp_path, blocks, packed=packed)
    raw = bytearray(path.read_bytes())
    start = len(gzip.compress(blocks[0], mtime=0) if packed else blocks[0])
    raw[start : start + 12] = b"\xff" * 12
    path.write_bytes(bytes(raw))
    counts: Counter[str] = Counter()
    assert numbers(list(records(path, counts=counts))) == ["1", "broken", "3"]
    assert counts == {"response text/html": 2, "broken": 1}


def test_a_bit_that_flipped_within_a_packed_record_is_noticed(tmp_path: Path) -> None:
    blocks = [page(1), page(2, HTML * 3), page(3)]
    raw = bytearray(write(tmp_path, blocks, packed=True).read_bytes())
    raw[len(gzip.compress(blocks[0], mtime=0)) + 60] ^= 0x10
    (tmp_path / "a.warc.gz").write_bytes(bytes(raw))
    assert numbers(list(records(tmp_path / "a.warc.gz"))) == ["1", "broken", "3"]


@pytest.mark.parametrize("wrong", [b"Content-Length: 1\r\n", b"Content-Length: x\r\n", b"X: 1\r\n"])
def test_a_wrong_length_costs_its_record_only(tmp_path: Path, wrong: bytes) -> None:
    hurt = page(2)
    begin = hurt.index(b"Content-Length")
    hurt = hurt[:begin] + wrong + hurt[hurt.index(b"\r\n", begin) + 2 :]
    found = list(records(write(tmp_path, [page(1), hurt, page(3)], packed=False)))
    assert numbers(found) == ["1", "broken", "3"]


def test_several_records_in_one_member_are_reported_not_lost_silently(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(page(1) + page(2)))
    (record,) = records(path)
    assert record.problem == "broken"
    assert "several records" in (record.detail or "")


def test_a_file_that_is_no_warc_gives_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"<html>not a WARC</html>\n" * 100)
    assert numbers(list(records(path))) == ["broken"]
    path.write_bytes(b"")
    assert list(records(path)) == []


def test_nothing_is_written_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = bytearray(write(tmp_path, [page(1), page(2)], packed=True).read_bytes())
    raw[100] ^= 0xFF
    (tmp_path / "a.warc.gz").write_bytes(bytes(raw))
    list(records(tmp_path / "a.warc.gz"))
    assert capsys.readouterr().err == ""


def test_the_identity_changes_with_name_size_and_content(tmp_path: Path) -> None:
    names = []
    for name, content in (("a.warc", b"one"), ("b.warc", b"one"), ("a.warc", b"two"), ("a.warc", b"one more")):
        (tmp_path / name).write_bytes(content)
        names.append(identity(tmp_path / name))
    assert len(set(names)) == 4
    (tmp_path / "a.warc").write_bytes(b"one")
    assert identity(tmp_path / "a.warc") == names[0]


@given(noise=st.binary(max_size=300), at=st.integers(min_value=0, max_value=2000), packed=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_no_damage_raises_and_reading_always_ends(tmp_path: Path, noise: bytes, at: int, packed: bool) -> None:
    path = write(tmp_path, [page(1), page(2), page(3)], packed=packed)
    raw = path.read_bytes()
    path.write_bytes(raw[:at] + noise + raw[at + len(noise) // 2 :])
    counts: Counter[str] = Counter()
    found = list(records(path, counts=counts))
    assert len(found) <= counts.total()


@pytest.mark.parametrize("status", ["20000000000", "2" * 25, "9" * 5000, "20", "2\u00b2\u00b2"])
def test_a_status_that_is_none_costs_no_record(tmp_path: Path, packed: bool, status: str) -> None:
    path = write(tmp_path, [page(1), page(2, status=f"{status} OK"), page(3)], packed=packed)
    assert [record.status for record in records(path)] == [200, None, 200]


@pytest.mark.parametrize("length", ["abc", "9" * 25, "9" * 5000, "-5", "12 34"])
def test_a_length_that_is_none_costs_its_record_only(tmp_path: Path, length: str) -> None:
    odd = re.sub(rb"Content-Length: \d+", f"Content-Length: {length}".encode(), page(2), count=1)
    assert numbers(list(records(write(tmp_path, [page(1), odd, page(3)], packed=True)))) == ["1", "broken", "3"]
