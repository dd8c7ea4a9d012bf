"""The endpoint: `GET /metrics` over HTTP in the daemon's own loop. It reads a request's head and nothing more, for a few
callers at a time and for some seconds each, so that nobody who can reach it holds up a crawl."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from crawler.metrics.place import Place

logger = logging.getLogger(__name__)

HEAD_BYTES: Final = 8192
SECONDS: Final = 5.0
"""For the request's head, and again for the answer to be taken."""
AT_ONCE: Final = 8

_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@asynccontextmanager
async def served(place: Place, text: Callable[[], Awaitable[bytes]]) -> AsyncIterator[int]:
    """Answer at `place` while the block runs; gives the port (that of the system's choice where 0 was asked for). `text`: the
    metrics, asked for anew by each request. Raises OSError where nobody can listen there."""
    at_work: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        try:
            await _answered(reader, writer, text, place, busy=len(at_work) > AT_ONCE)
        except (OSError, TimeoutError):
            logger.debug("%s: a caller went away, or took too long", place)
        finally:
            at_work.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, place.host, place.port, limit=HEAD_BYTES)
    port = server.sockets[0].getsockname()[1]
    logger.info("metrics at http://%s/metrics", str(place).rpartition(":")[0] + f":{port}")
    try:
        yield port
    finally:
        server.close()
        left = list(at_work)
        for task in left:
            task.cancel()
        for task in left:
            with suppress(asyncio.CancelledError):
                await task


async def _answered(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    text: Callable[[], Awaitable[bytes]],
    place: Place,
    *,
    busy: bool,
) -> None:
    method, status = "GET", 503
    body = b""
    if not busy:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS)
        except asyncio.LimitOverrunError:
            status = 431
        except asyncio.IncompleteReadError:
            return
        else:
            method, status = judge(head, place)
    if status == 200:
        try:
            body = await text()
        except Exception as error:  # noqa: BLE001 - whoever asks learns that there is no answer, and the log why
            logger.error("%s: the metrics could not be made: %s: %s", place, type(error).__name__, error)
            status = 500
    kind = CONTENT_TYPE_PLAIN_0_0_4 if status == 200 else "text/plain; charset=utf-8"
    body = body or f"{status} {_REASONS[status]}: the metrics are at /metrics\n".encode()
    lines = (
        f"HTTP/1.1 {status} {_REASONS[status]}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
        *(("Allow: GET, HEAD",) if status == 405 else ()),
        "",
        "",
    )
    writer.write("\r\n".join(lines).encode("ascii") + (b"" if method == "HEAD" else body))
    await asyncio.wait_for(writer.drain(), SECONDS)


def judge(head: bytes, place: Place) -> tuple[str, int]:
    """Method and status for the head of a request. Its Host must be an address, or a name that `_is_ours`: a page in a browser
    may have a host of its own lead to this machine, and would read what it may not."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return "GET", 400
    method, target, _ = words
    hosts = [line.partition(":")[2].strip().lower() for line in lines[1:] if line.lower().startswith("host:")]
    if len(hosts) > 1:
        return method, 400
    if hosts and not _is_ours(_name(hosts[0]), place):
        return method, 403
    if target.partition("?")[0] != "/metrics":
        return method, 404
    return method, 200 if method in {"GET", "HEAD"} else 405


def _is_ours(name: str, place: Place) -> bool:
    """An address says that nobody was asked where a name leads. One word is a container's name in its own network."""
    if (
        name == "localhost"
        or name in place.names
        or (place.public and re.fullmatch(r"[a-z0-9_-]*[a-z_-][a-z0-9_-]*", name))
    ):
        return True
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    """`[::1]` of `[::1]:9469`, `localhost` of `localhost`."""
    name, parted, port = host.rpartition(":")
    return name if parted and port.isdigit() else host
