"""What the guard's parts stand on: two servers on loopback, one that may be asked and one that must not be, a look-up that
answers as it is told, and a reactor that notes what it would dial beyond loopback instead of dialling it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = ("127.0.0.1", "::1")
Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers, body."""


class Listener:
    """Answers `answer(host, target)`; `asked` counts (host without port, target)."""

    def __init__(self, answer: Callable[[str, str], Answer]) -> None:
        self._answer = answer
        self.asked: Counter[tuple[str, str]] = Counter()
        self.port = 0
        self._servers: list[asyncio.Server] = []

    async def open(self, *addresses: str) -> None:
        """Listen on one port of all the addresses."""
        for address in addresses:
            server = await asyncio.start_server(self._handle, address, self.port)
            self.port = server.sockets[0].getsockname()[1]
            self._servers.append(server)

    async def close(self) -> None:
        for server in self._servers:
            server.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                named = next((line[5:].strip() for line in lines if line.lower().startswith("host:")), "")
                host, target = named.rpartition(":")[0] or named, lines[0].split(" ")[1]
                self.asked[host.lower(), target] += 1
                status, headers, body = self._answer(host.lower(), target)
                if status == 0:  # close without a word
                    break
                if status == 1:  # never answer
                    await reader.read()
                    break
                told = {"Content-Length": str(len(body)), **headers}
                head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
                writer.write(f"HTTP/1.1 {status} OK\r\n{head}\r\n".encode("latin-1") + body)
                await writer.drain()
        writer.close()


@dataclass
class World:
    """`site`: the exempt host's server; `secret`: counts hits that must not be; `names`: what the look-up answers;
    `dialled`: addresses beyond loopback that would have been connected to."""

    site: Listener
    secret: Listener
    names: dict[str, Sequence[str] | Callable[[], Sequence[str]]] = field(default_factory=dict)
    dialled: list[str] = field(default_factory=list)

    def look_up(self, name: str) -> Sequence[str]:
        """In the place of the system's resolver: no name server is ever asked."""
        found = self.names.get(name)
        if found is None:
            raise OSError("Name or service not known")
        return found() if callable(found) else found


class WouldDial(ConnectionError):
    """A connection beyond loopback was begun: it is noted, not made."""


@asynccontextmanager
async def world(answer: Callable[[str, str], Answer]) -> AsyncIterator[World]:
    """Servers, look-up and reactor, restored at the end. Needs the reactor."""
    from twisted.internet import reactor as installed

    from crawler.politeness import guard

    reactor: Any = installed
    site, secret = (
        Listener(answer),
        Listener(lambda host, target: (200, {"Content-Type": "text/html"}, b"INTERNAL SECRET")),
    )
    await site.open(LOOPBACK[0])
    await secret.open(*LOOPBACK)
    made = World(site, secret)
    dial, before = reactor.connectTCP, guard.system_lookup

    def noted(host: str, port: int, *arguments: Any, **named: Any) -> Any:
        if host not in LOOPBACK:
            made.dialled.append(host)
            raise WouldDial(host)
        return dial(host, port, *arguments, **named)

    reactor.connectTCP, guard.system_lookup = noted, made.look_up
    try:
        yield made
    finally:
        reactor.connectTCP, guard.system_lookup = dial, before
        await site.close()
        await secret.close()


class Here:
    """In the place of the pool: what these documents hold does no harm, and a worker process costs a second."""

    async def extract(self, page: Any) -> Any:
        from pipelines.extractor import extract

        return extract(page)

    async def run(self, function: Callable[..., Any], *arguments: Any, seconds: float, **named: Any) -> Any:
        del seconds
        return function(*arguments, **named)

    async def close(self) -> None:
        """Nothing was started."""
