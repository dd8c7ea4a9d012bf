"""Content encodings come off within the cap or not at all; heads of answers end; WARC records are held to the same."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response

from bench.torture import bombs
from bench.torture.hostile_host import answer, by_target, flood, serving, whole
from bench.torture.watched_crawl import Plan, Site, crawled
from crawler.answers import of_failure
from crawler.politeness import encodings, unpacking
from crawler.politeness.cut import CUT, OF_ROBOTS
from crawler.politeness.encodings import MOST_ENCODINGS, GivenUp, TooLarge, Undecodable, unpacked, zstd
from crawler.politeness.transport import HEAD_LIMIT
from crawler.politeness.unpacking import Unpacking
from crawler.warc_records import records
from tests.crawler.small_site import Here

CAP = 100_000


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:]),
    "deflate": zlib.compress,
    "br": lambda body: brotli.compress(body, quality=1),
    "zstd": zstd.compress,
}


@settings(max_examples=40)
@given(
    body=st.binary(min_size=1, max_size=5000), names=st.lists(st.sampled_from(sorted(PACKERS)), max_size=MOST_ENCODINGS)
)
def test_what_was_packed_comes_back_whatever_the_encodings(body: bytes, names: list[str]) -> None:
    packed = body
    for name in names:
        packed = PACKERS[name](packed)
    assert unpacked(packed, names, CAP) == (body, [])


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_bomb_ends_at_the_cap_and_is_never_held(name: str) -> None:
    bomb, full = PACKERS[name](b"\0" * 5_000_000), PACKERS[name](b"\0" * CAP)
    assert unpacked(full, [name], CAP)[0] == b"\0" * CAP
    tracemalloc.start()
    with pytest.raises(TooLarge, match=f"more than {CAP}"):
        unpacked(bomb, [name], CAP)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3_000_000


def test_a_long_body_within_the_cap_is_whole() -> None:
    body = bytes(range(256)) * 12_000
    assert unpacked(gzip.compress(body, 1), ["gzip"], 4_000_000)[0] == body
    assert unpacked(_raw_deflate(body), ["deflate"], 4_000_000)[0] == body


@given(noise=st.binary(max_size=200), name=st.sampled_from(sorted(PACKERS)))
def test_noise_is_undecodable_or_something_short_never_another_error(noise: bytes, name: str) -> None:
    try:
        body, _ = unpacked(noise, [name], CAP)
    except (Undecodable, TooLarge):
        return
    assert len(body) <= CAP


def test_encodings_have_an_end_and_unknown_ones_are_left() -> None:
    with pytest.raises(Undecodable, match="4 content encodings"):
        unpacked(b"x", ["gzip"] * (MOST_ENCODINGS + 1), CAP)
    assert unpacked(gzip.compress(b"x"), ["aws", "gzip"], CAP) == (b"x", ["aws"])
    assert unpacked(b"x", ["aws"], CAP) == (b"x", ["aws"])


def test_a_zstd_frame_may_not_ask_for_more_window_than_the_rfc_lets_it() -> None:
    options = {int(zstd.CompressionParameter.window_log): 27}
    packer = zstd.ZstdCompressor(options=options)
    body = b"".join(
        [packer.compress(bytes(range(256)) * 40), packer.flush(zstd.ZstdCompressor.FLUSH_BLOCK), packer.flush()]
    )
    with pytest.raises(Undecodable, match="zstd"):
        unpacked(body, ["zstd"], CAP)


def test_the_two_ends_have_outcomes_of_their_own() -> None:
    assert of_failure(DownloadCancelledError("over the cap")).name == "failed:too_large"
    assert of_failure(Undecodable("no gzip")).name == "failed:bad_encoding"


@pytest.mark.usefixtures("reactor")
async def test_a_bomb_a_flood_of_headers_and_noise_are_cut_with_a_reason_and_the_next_page_is_fetched(
    tmp_path: Path,
) -> None:
    routes = {
        "a.test /bomb": whole(answer(gzip.compress(b"\0" * 12_000_000), "Content-Encoding: gzip")),
        "a.test /flood": flood(b"X-A: 1234567890\r\n", 2 * HEAD_LIMIT // 17),
        "a.test /noise": whole(answer(b"noise", "Content-Encoding: br")),
        "a.test /good": whole(answer(b"<p>short", "Content-Encoding: identity")),
    }
    with serving(by_target(routes)) as hosts:
        site = Site("a.test", (), ("/bomb", "/flood", "/noise", "/good"))
        plan = Plan(str(tmp_path / "news.db"), hosts.port, (site,))
        seen = await crawled(plan, asyncio.Event(), pool=Here())
    told = {path: (outcome, detail) for _, path, outcome, detail, _ in seen.fetches}
    assert told["/bomb"][0] == "failed:too_large"
    assert told["/flood"][0] == "failed:connection"
    assert str(HEAD_LIMIT) in told["/flood"][1]
    assert told["/noise"][0] == "failed:bad_encoding"
    assert told["/good"][0].startswith("rejected:")
    assert seen.left == 0


@pytest.mark.parametrize(
    ("headers", "body", "problem"),
    [
        (b"X-A: 1\r\n" * 60_000, b"<p>x", "broken"),
        (b"Content-Encoding: " + b"gzip," * 50 + b"gzip\r\n", b"<p>x", "broken"),
        (b"Content-Encoding: gzip\r\n", gzip.compress(b"\0" * 20_000_000, mtime=0), "too_large"),
    ],
    ids=["headers", "encodings", "bomb"],
)
def test_a_record_of_a_warc_is_held_to_the_same(tmp_path: Path, headers: bytes, body: bytes, problem: str) -> None:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + headers + b"\r\n" + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.test/\r\nContent-Length: {len(block)}\r\n\r\n"
    image = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 300000\r\n\r\n" + b"i" * 300_000 + b"\r\n\r\n"
    file = tmp_path / "a.warc.gz"
    file.write_bytes(gzip.compress(image) + gzip.compress(head.encode() + block + b"\r\n\r\n"))
    assert [record.problem for record in records(file)] == [problem]


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (bombs._gzip, ["gzip"]),
        (bombs._nested, ["gzip", "gzip"]),
        (bombs._brotli, ["br"]),
        (bombs._zstd, ["zstd"]),
        (bombs._frames, ["zstd", "gzip"]),
        (bombs._empty_members, ["gzip", "gzip"]),
    ],
)
def test_what_the_long_test_sends_are_bombs(
    make: Callable[[Random], bytes], names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bombs, "SIZE", 2**22)
    bomb = make(Random(1))
    assert len(bomb) < 20_000
    with pytest.raises(TooLarge):
        unpacked(bomb, names, 2**22 - 1)


@pytest.mark.parametrize("name", sorted(PACKERS))
@pytest.mark.parametrize("size", [1, 5000, 2**18 * 2 + 300])
def test_a_body_whose_end_is_missing_is_none_unless_it_was_cut_on_purpose(name: str, size: int) -> None:
    body = Random(size).randbytes(500) * (size // 500) + b"." * (size % 500)
    packed = PACKERS[name](body)
    cut = packed[: len(packed) - (12 if "gzip" in name else 3)]
    with pytest.raises(Undecodable, match=r"too early|first byte"):
        unpacked(cut, [name], 10**6)
    assert unpacked(packed, [name], 1000, whole=False) == (body[:1000], [])
    if size > 2**18:  # zstd gives a block at a time
        assert body.startswith(unpacked(cut, [name], 10**6, whole=False)[0])


def test_no_body_loses_its_end_where_the_engine_holds_it_back() -> None:
    for more in range(0, 300, 7):
        body = b"\0" * (2**18 * 2 + more)
        assert unpacked(_raw_deflate(body), ["deflate"], 10**6)[0] == body
        assert unpacked(gzip.compress(body), ["gzip"], 10**6)[0] == body


def test_a_gzip_body_needs_no_checksum_and_nothing_behind_it() -> None:
    packed = gzip.compress(b"<p>The harbour")
    named = b"\x1f\x8b\x08\x08" + packed[4:10] + b"a.html\0" + packed[10:]
    for sent in (packed[:-8], packed[:-3], packed[:-8] + b"\1" * 8, packed + b"\0\0more", named):
        assert unpacked(sent, ["gzip"], CAP)[0] == b"<p>The harbour"


@pytest.mark.parametrize(("name", "bits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_body_that_was_flushed_and_never_ended_is_whole(name: str, bits: int) -> None:
    packer = zlib.compressobj(wbits=bits)
    packed = packer.compress(b"<p>The harbour") + packer.flush(zlib.Z_SYNC_FLUSH)
    assert unpacked(packed, [name], CAP)[0] == b"<p>The harbour"
    with pytest.raises(Undecodable, match="too early"):
        unpacked(packed[:-1], [name], CAP)


def test_what_comes_behind_the_end_is_passed_over() -> None:
    for behind in (b"\0\0", b"\x1f\x8b", b"more"):
        assert unpacked(gzip.compress(b"<p>x") + behind, ["gzip"], CAP)[0] == b"<p>x"
        assert unpacked(zstd.compress(b"<p>x") + behind, ["zstd"], CAP)[0] == b"<p>x"
    nothing = b"\x50\x2a\x4d\x18" + bytes(4)
    assert unpacked(zstd.compress(b"<p>x") + nothing + zstd.compress(b"y"), ["zstd"], CAP)[0] == b"<p>xy"


def test_a_body_that_takes_too_long_or_that_nobody_waits_for_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = iter((False, True))
    with pytest.raises(GivenUp):
        unpacked(gzip.compress(b"x" * 10**6), ["gzip"], 10**7, given_up=lambda: next(asked))
    monkeypatch.setattr(encodings, "SECONDS", 0.0)
    with pytest.raises(TooLarge, match=r"more than 0 s of processor time"):
        unpacked(gzip.compress(b"x"), ["gzip"], CAP)


async def _passed(status: int, body: bytes, named: str, **meta: Any) -> Response:
    request = Request("http://a.test/robots.txt", meta=meta)
    headers = {"Content-Encoding": named, "Retry-After": "3600"}
    return await Unpacking(CAP).process_response(request, Response(request.url, status, headers, body))


@pytest.mark.parametrize(
    "body", [b"Service Unavailable", gzip.compress(b"\0" * 10 * CAP, mtime=0)], ids=["label", "bomb"]
)
async def test_a_status_that_says_all_stands_whatever_its_body(body: bytes) -> None:
    for status in (302, 404, 429, 503):
        response = await _passed(status, body, "gzip")
        assert (response.status, response.body, response.headers["Retry-After"]) == (status, b"", b"3600")
        assert "Content-Encoding" not in response.headers
    with pytest.raises((Undecodable, DownloadCancelledError)):
        await _passed(200, body, "gzip")


async def test_of_a_packed_robots_txt_as_much_is_read_as_of_a_plain_one() -> None:
    body = b"User-agent: *\nDisallow: /closed\n" + b"#" * 11 * 2**20
    packed = gzip.compress(body)
    for sent in (packed, packed[: len(packed) // 2]):
        response = await _passed(200, sent, "gzip", **OF_ROBOTS)
        assert response.body == body[: OF_ROBOTS[CUT]]


async def test_a_robots_txt_that_was_cut_while_packed_ends_with_a_whole_line() -> None:
    body = b"User-agent: *\nDisallow: /closed\n#" + b"x" * (OF_ROBOTS[CUT] - 100) + b"\nDisallow: /private/\n"
    packer = zlib.compressobj(0, wbits=31)
    packed = packer.compress(body) + packer.flush()
    for length in range(len(packed) - 60, len(packed)):
        response = await _passed(200, packed[:length], "gzip", **{CUT: length})
        assert response.body.endswith(b"\n") or response.body == body
        assert b"Disallow: /p" not in response.body or b"Disallow: /private/\n" in response.body


async def test_a_body_that_takes_long_holds_up_nobody_and_ends_with_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    left = threading.Event()

    def slow(body: bytes, names: list[str], cap: int, *, whole: bool, given_up: Callable[[], bool]) -> Any:
        while body == b"evil" and not given_up():
            time.sleep(0.001)
        left.set() if body == b"evil" else None
        return body, []

    monkeypatch.setattr(unpacking, "unpacked", slow)
    evil = asyncio.ensure_future(_passed(200, b"evil", "gzip"))
    await asyncio.sleep(0)
    assert (await asyncio.wait_for(_passed(200, b"good", "gzip"), 10)).body == b"good"
    assert not left.is_set()
    evil.cancel()
    with pytest.raises(asyncio.CancelledError):
        await evil
    assert await asyncio.to_thread(left.wait, 10)


@pytest.mark.parametrize(
    ("named", "body"),
    [
        ("gzip", gzip.compress(b"<p>first ", mtime=0) + gzip.compress(b"second", mtime=0)),
        ("zstd", zstd.compress(b"<p>first ") + zstd.compress(b"second")),
        ("deflate", _raw_deflate(b"<p>first second")),
    ],
    ids=["gzip", "zstd", "deflate"],
)
def test_a_record_of_a_warc_is_unpacked_as_an_answer_is(tmp_path: Path, named: str, body: bytes) -> None:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {named}\r\n\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.test/\r\nContent-Length: {len(block)}\r\n\r\n"
    file = tmp_path / "a.warc.gz"
    file.write_bytes(gzip.compress(head.encode() + block + b"\r\n\r\n"))
    assert [(record.problem, record.body) for record in records(file)] == [(None, b"<p>first second")]
