"""Content encodings come off within the cap or not at all; heads of answers end; WARC records are held to the same."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.exceptions import DownloadCancelledError

from bench.torture.bombs import KINDS
from bench.torture.hostile_host import answer, by_target, flood, serving, whole
from bench.torture.watched_crawl import Plan, Site, crawled
from crawler.answers import of_failure
from crawler.politeness.transport import HEAD_LIMIT
from crawler.politeness.unpacking import MOST_ENCODINGS, TooLarge, Undecodable, unpacked, zstd
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
        (b"Content-Encoding: gzip\r\n", gzip.compress(b"\0" * 20_000_000), "too_large"),
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


def test_every_kind_of_the_long_test_is_made_by_its_seed() -> None:
    assert len(KINDS) >= 30
