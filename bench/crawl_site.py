"""The sites of `bench/crawl.py`: the corpus' pages on loopback, from a process of its own that does little else.

    python bench/crawl_site.py SITE.json --log FILE

SITE.json is what `crawl_pages.py` wrote: pages by path, and each host's feed. The server listens on 127.0.0.1 and on one
address more for each host, for peers that cannot be told where a name is. Prints its port once it listens. Each answer is
one line of the log: seconds of the machine's clock, host, path, status, bytes. Ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import socket
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

ROBOTS = b"User-agent: *\nDisallow: /search\n"


class Answers:
    """What is answered, made before anybody asks: the head and body of each path."""

    def __init__(self, site: dict[str, Any]) -> None:
        self.by_path = {
            page["path"]: answer(gzip.decompress(Path(page["file"]).read_bytes()), _type(page["encoding"]))
            for host in site["hosts"]
            for page in host["pages"]
        }
        self.by_path["/robots.txt"] = answer(ROBOTS, "text/plain")
        self.feeds = {
            host["name"]: answer(host["feed"].encode(), "application/rss+xml; charset=utf-8") for host in site["hosts"]
        }
        self.none = answer(b"not found", "text/plain", "404 Not Found")

    def of(self, path: str, host: str) -> bytes:
        if path == "/feed.xml":
            return self.feeds.get(host, self.none)
        return self.by_path.get(path, self.none)


def answer(body: bytes, kind: str, status: str = "200 OK") -> bytes:
    """A whole answer of HTTP/1.1 on a connection that stays open."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _type(encoding: str | None) -> str:
    return f"text/html; charset={encoding}" if encoding else "text/html"


class Connection(asyncio.Protocol):
    """Requests of one client, one after another; GET without a body is all that is asked here."""

    def __init__(self, answers: Answers, log: BinaryIO) -> None:
        self.answers, self.log, self.read = answers, log, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        while (end := self.read.find(b"\r\n\r\n")) >= 0:
            head, self.read = self.read[:end].decode("latin-1"), self.read[end + 4 :]
            first, *fields = head.split("\r\n")
            path = first.split(" ")[1]
            named = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
            host = named.get("host", "").partition(":")[0]
            told = self.answers.of(path, host)
            self.transport.write(told)
            self.log.write(f"{time.monotonic():.4f} {host} {path} {told[9:12].decode()} {len(told)}\n".encode())
            if named.get("connection", "").lower() == "close" or first.endswith("HTTP/1.0"):
                self.transport.close()


async def serve(answers: Answers, addresses: list[str], port: int, log: BinaryIO) -> None:
    loop = asyncio.get_running_loop()
    for address in addresses:
        listening = socket.create_server((address, port), backlog=256)
        await loop.create_server(lambda: Connection(answers, log), sock=listening)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--log", type=Path, required=True)
    given = parser.parse_args()
    site = json.loads(given.site.read_text(encoding="utf-8"))
    addresses = ["127.0.0.1", *(host["address"] for host in site["hosts"] if host["address"] != "127.0.0.1")]
    with given.log.open("wb", buffering=0) as log:
        asyncio.run(serve(Answers(site), addresses, site["port"], log))


if __name__ == "__main__":
    main()
