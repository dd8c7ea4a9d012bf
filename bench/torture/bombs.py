"""Bombs and broken answers, one host each: every one is cut at its cap, with a reason, and the crawl goes on beside it."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.torture.hostile_host import (
    Behaviour,
    answer,
    by_target,
    dripping,
    endless,
    flood,
    hang,
    reset,
    serving,
    whole,
)
from bench.torture.part import Batch
from bench.torture.watched_crawl import Plan, Site, watched

PROMISE = 5
TITLE = "bombs and broken answers, each beside a good page of its host"
TARGET = 60
BATCH = 10

SIZE: Final = 2**30
MEMORY: Final = 120 * 2**20
LOOP_SECONDS: Final = 0.25
"""The stricter of the two promises: 1 s for a bomb, 250 ms for anything."""

CUT: Final = frozenset({"failed:too_large"})
LATE: Final = frozenset({"failed:timeout"})
BROKEN: Final = frozenset({"failed:connection", "failed:data_loss"})
UNREADABLE: Final = frozenset({"failed:bad_encoding", "failed:too_large"})


def _filling(draw: random.Random) -> bytes:
    words = [b"\0", b"<p>A sentence of the harbour. </p>", b"<!-- -->", b"<url><loc>http://b.test/1</loc></url>"]
    word = draw.choice(words)
    return (word * (2**20 // len(word) + 1))[: 2**20]


def _repeated(fill: bytes, bits: int) -> bytes:
    """What unpacks to `SIZE` bytes: one block, flushed so that it depends on nothing, over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    first = packer.compress(fill) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(fill) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + block * (SIZE // len(fill) - 1) + packer.flush()


def _gzip(draw: random.Random) -> bytes:
    return _repeated(_filling(draw), 31)


def _nested(draw: random.Random) -> bytes:
    return gzip.compress(_gzip(draw), 9)


def _brotli(draw: random.Random) -> bytes:
    import brotli  # type: ignore[import-untyped]  # it has no types

    packer, fill = brotli.Compressor(quality=1), _filling(draw)
    return b"".join([*(packer.process(fill) for _ in range(SIZE // len(fill))), packer.finish()])


def _zstd(draw: random.Random) -> bytes:
    from crawler.politeness.encodings import zstd

    packer, fill = zstd.ZstdCompressor(), _filling(draw)
    return b"".join([*(packer.compress(fill) for _ in range(SIZE // len(fill))), packer.flush()])


def _zstd_window(draw: random.Random) -> bytes:
    """A frame that asks for a window of 128 MiB."""
    from crawler.politeness.encodings import zstd

    options = {int(zstd.CompressionParameter.window_log): 27}
    packer, fill = zstd.ZstdCompressor(options=options), _filling(draw)
    return b"".join([*(packer.compress(fill) for _ in range(SIZE // len(fill))), packer.flush()])


def _big_sitemap(draw: random.Random) -> bytes:
    """As large as the protocol allows, and good: 50,000 addresses."""
    number = draw.randrange(10**6)
    entries = "".join(
        f"<url><loc>http://h.test/{number + n}/{'a-long-headline-of-the-wire-' * 3}.html</loc>"
        f"<lastmod>2026-11-{1 + n % 28:02}T10:00:00Z</lastmod><changefreq>never</changefreq>{' ' * 700}</url>\n"
        for n in range(50_000)
    )
    whole_map = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    return gzip.compress(whole_map.encode(), 6)


def _members(draw: random.Random) -> bytes:
    return gzip.compress(_filling(draw)[: 100 * 1024], 9) * 10_000


def _frames(draw: random.Random) -> bytes:
    """1 MiB of empty zstd frames, 2 kB as they are sent: none holds a byte, and each is a call."""
    from crawler.politeness.encodings import zstd

    return gzip.compress(zstd.compress(b"", draw.randrange(1, 5)) * (2**20 // 9), 9)


def _empty_members(draw: random.Random) -> bytes:
    return gzip.compress(gzip.compress(b"", draw.randrange(1, 10)) * (2**21 // 20), 9)


Made = tuple[str, Behaviour, frozenset[str]]
"""Kind of the address, what answers there, outcomes that are right."""


def _packed(
    make: Callable[[random.Random], bytes], *encodings: str, kind: str = "article"
) -> Callable[[random.Random], Made]:
    def made(draw: random.Random) -> Made:
        mime = "application/xml" if kind != "article" else "text/html"
        return kind, whole(answer(make(draw), f"Content-Encoding: {', '.join(encodings)}", kind=mime)), CUT

    return made


def _gz_file(make: Callable[[random.Random], bytes]) -> Callable[[random.Random], Made]:
    return lambda draw: ("sitemap", whole(answer(make(draw), kind="application/gzip")), CUT)


def _plain(kind: str, behaviour: Behaviour, right: frozenset[str]) -> Callable[[random.Random], Made]:
    return lambda draw: (kind, behaviour, right)


KINDS: Final[dict[str, Callable[[random.Random], Made]]] = {
    "gzip": _packed(_gzip, "gzip"),
    "x-gzip": _packed(_gzip, "x-gzip"),
    "br": _packed(_brotli, "br"),
    "zstd": _packed(_zstd, "zstd"),
    "deflate": _packed(lambda draw: _repeated(_filling(draw), 15), "deflate"),
    "raw-deflate": _packed(lambda draw: _repeated(_filling(draw), -15), "deflate"),
    "gzip-in-gzip": _packed(_nested, "gzip", "gzip"),
    "gzip-members": _packed(_members, "gzip"),
    "gzip-empty-members": _packed(_empty_members, "gzip", "gzip"),
    "zstd-empty-frames": _packed(_frames, "zstd", "gzip"),
    "zstd-empty-frames-sitemap": _packed(_frames, "zstd", "gzip", kind="sitemap"),
    "gzip-feed": _packed(_gzip, "gzip", kind="feed"),
    "gzip-sitemap": _packed(_gzip, "gzip", kind="sitemap"),
    "br-sitemap": _packed(_brotli, "br", kind="sitemap"),
    "xml.gz": _gz_file(_gzip),
    "xml.gz-members": _gz_file(_members),
    "xml.gz-in-gzip": _packed(_nested, "gzip", kind="sitemap"),
    "zstd-window": lambda draw: ("article", whole(answer(_zstd_window(draw), "Content-Encoding: zstd")), UNREADABLE),
    "big-sitemap": lambda draw: ("sitemap", whole(answer(_big_sitemap(draw), kind="application/gzip")), frozenset({"listed"})),
    "many-encodings": lambda draw: (
        "article",
        whole(answer(b"x", "Content-Encoding: " + ", ".join(["gzip"] * 900))),
        frozenset({"failed:bad_encoding"}),
    ),
    "no-gzip": lambda draw: (
        "article",
        whole(answer(draw.randbytes(5000), "Content-Encoding: " + draw.choice(["gzip", "br", "zstd", "deflate"]))),
        frozenset({"failed:bad_encoding"}),
    ),
    "endless-chunked": _plain("article", endless(chunked=True), CUT | LATE),
    "endless-plain": _plain("feed", endless(chunked=False), CUT | LATE),
    "50-MB": lambda draw: ("article", whole(answer(_filling(draw) * 50)), CUT),
    "header-flood": _plain("article", flood(b"X-A: 1234567890\r\n", 100_000), BROKEN),
    "header-5-MB": _plain("article", whole(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 5_000_000 + b"\r\n\r\nx"), BROKEN),
    "header-folded": _plain("article", flood(b" folded folded folded\r\n", 400_000), BROKEN),
    "slow-body": _plain(
        "article", dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", b"<p>", every=0.1), LATE
    ),
    "slow-headers": _plain("feed", dripping(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n", every=0.1), LATE),
    "slow-100": _plain("article", dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every=0.05), LATE),
    "hang": _plain("article", hang, LATE),
    "reset": _plain("feed", reset, BROKEN),
    "truncated": _plain("article", whole(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n<p>cut"), BROKEN),
    "garbage-status": _plain("article", whole(b"HTTX/9.9 abc def\r\n\r\nwhat"), BROKEN),
    "http-0.9": _plain("article", whole(b"<html><body><p>plain</p></body></html>"), BROKEN),
    "no-bytes": _plain("sitemap", whole(b""), BROKEN),
}  # fmt: skip

GOOD = (
    "<html lang='en'><head><title>The harbour {n} was closed</title><meta property='og:type' content='article'></head><body>"
    "<article><h1>The harbour {n} was closed</h1><p>The harbour {n} was closed for the night after a crane fell on the"
    " eastern quay, the port authority said on Friday.</p><p>Fourteen ships waited outside until the pilot came at six in"
    " the morning, and two ferries turned back to Lima.</p></article></body></html>"
)


def batch(seed: int, size: int, folder: Path) -> Batch:
    """`size` kinds of bombs, one after the other in one process: memory that one leaves behind counts against the next."""
    draw = random.Random(seed)
    names = draw.sample(list(KINDS), k=min(size, len(KINDS)))
    routes: dict[str, Behaviour] = {}
    sites, right = [], {}
    for number, name in enumerate(names):
        host = f"h{number}.test"
        kind, behaviour, right[host] = KINDS[name](draw)
        path = {"article": "/bomb.html", "feed": "/rss.xml", "sitemap": "/map.xml.gz"}[kind]
        routes[f"{host} {path}"] = behaviour
        routes[f"{host} /good.html"] = whole(answer(GOOD.format(n=seed * 100 + number).encode()))
        articles = ("/bomb.html", "/good.html") if kind == "article" else ("/good.html",)
        sites.append(Site(host, () if kind == "article" else ((path, kind),), articles))
    routes["warm.test /good.html"] = whole(answer(GOOD.format(n="of warmth").encode()))
    faults, worst = [], {"late": 0.0, "busy": 0.0, "grown": 0.0}
    with serving(by_target(routes)) as hosts:
        plan = Plan(
            database=str(folder / "news.db"),
            port=hosts.port,
            sites=tuple(sites),
            warm=Site("warm.test", (), ("/good.html",)),
            timeout=4.0,
        )
        seen = watched(plan, folder)
    told = {(site, path): (outcome, detail) for site, path, outcome, detail, _ in reversed(seen.fetches)}
    for number, name in enumerate(names):
        host = f"h{number}.test"
        bombs = [told[site, path] for site, path in told if site == host and path != "/good.html"]
        if not bombs or bombs[0][0] not in right[host]:
            faults.append(f"seed {seed}, {name}: {bombs or 'no fetch'}, expected one of {sorted(right[host])}")
        elif not bombs[0][1]:
            faults.append(f"seed {seed}, {name}: {bombs[0][0]} without a reason")
        if told.get((host, "/good.html"), ("nothing", ""))[0] not in ("new", "copy"):
            faults.append(f"seed {seed}, {name}: the good page beside it: {told.get((host, '/good.html'))}")
    if seen.left:
        faults.append(f"seed {seed}: {seen.left} addresses are still leased: {', '.join(names)}")
    if seen.grown > MEMORY:
        faults.append(f"seed {seed}: memory rose by {seen.grown / 2**20:.0f} MiB over {', '.join(names)}")
    if seen.busy > LOOP_SECONDS:
        faults.append(f"seed {seed}: the loop stood still for {seen.busy:.2f} s over {', '.join(names)}")
    worst = {
        "max MiB of memory more": seen.grown / 2**20,
        "max seconds that the loop stood still": seen.busy,
        "max seconds that a heartbeat was late": seen.late,
    }
    return Batch(len(names), faults, worst)
