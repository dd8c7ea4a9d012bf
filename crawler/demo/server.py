"""The demo site on 127.0.0.1: virtual hosts by the Host header, a log of every request, faults on demand.

In an event loop: `async with DemoServer(site) as server`. In a thread of its own: `with serving(site) as server`. As a
process: `python -m crawler.demo`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self

from aiohttp import web

from crawler.demo.answers import Response
from crawler.demo.beside import beside
from crawler.demo.control import PREFIX, control
from crawler.demo.expected import Expected
from crawler.demo.faults import Fault, Faults, commit
from crawler.demo.log import Log, Request
from crawler.demo.site import Site
from crawler.demo.sources import INTERVAL, sources
from crawler.demo.stories import AGENCY_HOST, OUTLET_HOST
from crawler.source import Source

ADDRESS = "127.0.0.1"
_CONDITIONS = ("If-None-Match", "If-Modified-Since")


class Respondent(Protocol):
    """What stands behind a socket: hosts that answer one request at a time."""

    def respond(self, method: str, host: str, target: str, headers: Mapping[str, str] | None = None) -> Response: ...


class Listener:
    """A respondent on loopback. `port` 0: a free one, known after the start. `log_file`: also write the log there."""

    def __init__(
        self,
        behind: Respondent,
        *,
        port: int = 0,
        log_file: Path | None = None,
        faults: Mapping[str, Fault] | None = None,
    ) -> None:
        self.log = Log(log_file)
        self.faults = Faults(faults)
        self.port = port
        self._behind = behind
        self._in_flight: Counter[str] = Counter()
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, ADDRESS, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the socket and every connection; requests under way are logged with status 0."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.log.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        host = (request.headers.get("Host") or f"{ADDRESS}:{self.port}").lower()
        self._in_flight[host] += 1
        in_flight, began, at = self._in_flight[host], time.monotonic(), time.time()
        response: web.StreamResponse | None = None
        status, sent = 0, 0
        try:
            response = await self._answer(request, host)
            if response is not None:
                status, sent = response.status, response.body_length
        finally:
            self._in_flight[host] -= 1
            path, _, query = request.raw_path.partition("?")
            self.log.add(
                Request(
                    host=host,
                    method=request.method,
                    path=path,
                    query=query,
                    status=status,
                    began=began,
                    ended=time.monotonic(),
                    at=at,
                    in_flight=in_flight,
                    conditional=any(name in request.headers for name in _CONDITIONS),
                    user_agent=request.headers.get("User-Agent", ""),
                    sent=sent,
                )
            )
        if response is None:  # the connection is closed already; aiohttp wants an answer to drop
            return web.Response(status=500)
        return response

    async def _answer(self, request: web.BaseRequest, host: str) -> web.StreamResponse | None:
        """The answer, sent to its last byte (so that the log's end is the end); None where a fault gives none."""
        fault = self.faults.take(host.partition(":")[0], request.path)
        if fault is not None:
            faulty = await commit(fault, request)
            if fault.kind != "slow":
                return faulty
        status, headers, body = self._behind.respond(request.method, host, request.raw_path, request.headers)
        response = web.Response(status=status, headers=headers, body=body)
        await response.prepare(request)
        await response.write_eof()
        return response


class DemoServer(Listener):
    """The demo site behind a socket. `levers`: answer `/_control/`, which the log leaves out."""

    interval: float = INTERVAL

    def __init__(
        self,
        site: Site | None = None,
        *,
        port: int = 0,
        log_file: Path | None = None,
        levers: bool = False,
        faults: Mapping[str, Fault] | None = None,
    ) -> None:
        self.site = site or Site()
        super().__init__(self.site, port=port, log_file=log_file, faults=faults)
        self._levers = levers
        self._looks = [0]

    def sources(self) -> dict[str, Source]:
        """The agency and the outlet as sources, at this server's port."""
        return sources(self.port)

    def exceptions(self, *more: str) -> dict[str, tuple[str, int]]:
        """Host -> (address, port): what the address guard and the resolver must be told; `more`: other hosts of ours."""
        return dict.fromkeys((AGENCY_HOST, OUTLET_HOST, *more), (ADDRESS, self.port))

    async def play(self, act: int) -> None:
        """Let the script go on between two looks of a crawler: act 1 is its first half, act 2 the rest, then nothing."""
        left = len(self.site.upcoming)
        self.site.publish(left // 2 if act == 1 else left)
        self._looks.append(self.site.stage)

    def expected(self) -> Expected:
        """What a crawler should know that looked before the first act and after each."""
        return self.site.expected(*self._looks)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if self._levers and request.path.startswith(PREFIX):
            answer = control(self.site, self.faults, request.method, request.path, request.query)
            return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
        return await super()._handle(request)


@contextmanager
def serving(
    site: Site | None = None,
    *,
    port: int = 0,
    log_file: Path | None = None,
    levers: bool = False,
    faults: Mapping[str, Fault] | None = None,
) -> Iterator[DemoServer]:
    """A server in a thread with a loop of its own, until the block is left. Its site, faults and log may be used from
    the outside. Raises OSError where the port is taken."""
    server = DemoServer(site, port=port, log_file=log_file, levers=levers, faults=faults)
    with beside(server, "dateline-demo"):
        yield server
