"""Hosts on loopback that misbehave in every way that HTTP allows and some that it does not: raw sockets, one thread."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from crawler.demo.beside import beside

ADDRESS = "127.0.0.1"
MOST_SENT = 400 * 2**20
"""Bytes after which even an endless answer ends: what a crawler without limits would take."""

ROBOTS = b"User-agent: *\nAllow: /\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came: `at` by `time.monotonic()`, which parent and child share on one machine."""

    at: float
    host: str
    target: str


Behaviour = Callable[[asyncio.StreamWriter, Asked], Awaitable[None]]
"""Writes an answer, or something else; the connection is closed afterwards."""


def answer(body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html; charset=utf-8") -> bytes:
    """A whole answer."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


async def sent(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def whole(data: bytes) -> Behaviour:
    """Send these very bytes."""

    async def behave(writer: asyncio.StreamWriter, asked: Asked) -> None:
        view = memoryview(data)
        for at in range(0, len(data), 2**18):
            await sent(writer, bytes(view[at : at + 2**18]))

    return behave


def endless(*, chunked: bool, piece: bytes = b"<p>and so on</p>" * 2048) -> Behaviour:
    """A body without end."""

    async def behave(writer: asyncio.StreamWriter, asked: Asked) -> None:
        how = "Transfer-Encoding: chunked" if chunked else "Connection: close"
        await sent(writer, f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{how}\r\n\r\n".encode())
        framed = b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
        for _ in range(MOST_SENT // len(framed)):
            await sent(writer, framed)

    return behave


def dripping(begin: bytes, drop: bytes, *, every: float) -> Behaviour:
    """The beginning, then a few bytes now and then, for ten minutes."""

    async def behave(writer: asyncio.StreamWriter, asked: Asked) -> None:
        await sent(writer, begin)
        for _ in range(int(600 / every)):
            await sent(writer, drop)
            await asyncio.sleep(every)

    return behave


def flood(header: bytes, times: int) -> Behaviour:
    """One header line over and over, then a short page."""

    async def behave(writer: asyncio.StreamWriter, asked: Asked) -> None:
        await sent(writer, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
        lines = header * 500
        for _ in range(times // 500):
            await sent(writer, lines)
        await sent(writer, b"Content-Length: 4\r\n\r\n<p>x")

    return behave


async def hang(writer: asyncio.StreamWriter, asked: Asked) -> None:
    """Never answer."""
    await asyncio.sleep(600)


async def reset(writer: asyncio.StreamWriter, asked: Asked) -> None:
    """End the connection by RST."""
    made = writer.get_extra_info("socket")
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class HostileHost:
    """`behaviour(host, target)` says how a request is answered; `asked` has all requests in their order."""

    def __init__(self, behaviour: Callable[[Asked], Behaviour]) -> None:
        self._behaviour = behaviour
        self.asked: list[Asked] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._handle, ADDRESS, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            named = next((line[5:].strip() for line in lines if line.lower().startswith("host:")), "")
            asked = Asked(time.monotonic(), named.partition(":")[0].lower(), lines[0].split(" ")[1])
            self.asked.append(asked)
            await self._behaviour(asked)(writer, asked)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # the crawler has heard enough, or the test is over
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(ConnectionError):
                writer.close()


@contextmanager
def serving(behaviour: Callable[[Asked], Behaviour]) -> Iterator[HostileHost]:
    """The hosts in a thread with a loop of its own, until the block is left."""
    server = HostileHost(behaviour)
    with beside(server, "hostile-host"):
        yield server


def by_target(routes: Mapping[str, Behaviour], *, otherwise: Behaviour | None = None) -> Callable[[Asked], Behaviour]:
    """`host target` -> behaviour; every host has an open robots.txt unless the routes have another."""

    def behaviour(asked: Asked) -> Behaviour:
        found = routes.get(f"{asked.host} {asked.target}")
        if found is None and asked.target == "/robots.txt":
            return whole(answer(ROBOTS, kind="text/plain"))
        return found or otherwise or whole(answer(b"no such page", status="404 Not Found"))

    return behaviour
