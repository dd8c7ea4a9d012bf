"""Small WARC files, and extraction without worker processes."""

from __future__ import annotations

import gzip
import random
import zlib
from concurrent.futures import Future
from typing import TYPE_CHECKING

from tests.crawler.in_process import once

if TYPE_CHECKING:
    from pathlib import Path

    from storage.models import Extraction, Page


def record(url: str, body: bytes, *, status: str = "200 OK", kind: str = "text/html; charset=utf-8") -> bytes:
    answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2023-11-01T08:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + answer + b"\r\n\r\n", mtime=0)


def stored(packed: bytes) -> bytes:
    """The same gzip member with its contents as they are: as large as these."""
    engine = zlib.compressobj(0, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return engine.compress(gzip.decompress(packed)) + engine.flush()


def story(name: str, sentences: int = 8) -> bytes:
    chance = random.Random(name)
    words = [f"{name}{chance.choice('aeiou')}{chance.choice('lmnrst')}{number}" for number in range(120)]
    text = "".join(f"<p>The {' '.join(chance.sample(words, 25))} by winter.</p>" for _ in range(sentences))
    return (
        f'<!doctype html><html lang="en"><head><title>About the {name}</title>'
        f'<meta property="article:published_time" content="2023-11-01T07:00:00Z"></head>'
        f"<body><article><h1>About the {name}</h1>{text}</article></body></html>"
    ).encode()


def warc(place: Path, names: list[str], site: str = "quay.test") -> Path:
    """A file with a story for each name."""
    place.write_bytes(b"".join(record(f"https://{site}/news/{name}", story(name)) for name in names))
    return place


class Extractions:
    """In the place of a Dask worker's `Pool`."""

    def __init__(self) -> None:
        self.ended = False

    def extract(self, page: Page) -> Future[Extraction]:
        found: Future[Extraction] = Future()
        found.set_result(once(page))
        return found

    def end(self) -> None:
        self.ended = True
