"""Answers that go wrong, on demand: what a crawler has to survive."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, get_args

from aiohttp import web

FaultKind = Literal["silent", "slow", "status", "close", "truncated", "endless", "huge", "bomb"]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
HUGE_BYTES = 40 * 1024 * 1024
BOMB_BYTES = 64 * 1024 * 1024  # of zeros: some 64 kB on the wire
_CHUNK = b"<p>and so on</p>" * 4096
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Fault:
    """`silent`: no answer ever. `slow`: `seconds`, then the usual answer. `status`: that status, with `retry_after` as
    header where it is given. `close`: the connection ends without an answer. `truncated`: the body ends before its
    declared length. `endless`: a body without end. `huge`: 40 MiB. `bomb`: gzip that unpacks to 64 MiB.
    `times`: how often before all is well again; None: always."""

    kind: FaultKind
    seconds: float = 1.0
    status: int = 503
    retry_after: str | None = None
    times: int | None = None


class Faults:
    """Which hosts (`slow.test`) or addresses (`agency.test/world/2148050`) are out of order; the address goes first."""

    def __init__(self, given: Mapping[str, Fault] | None = None) -> None:
        self._by_place = {"silent.test": Fault("silent"), **(given or {})}

    def set(self, place: str, fault: Fault) -> None:
        self._by_place[place] = fault

    def clear(self, place: str | None = None) -> None:
        """Mend one place, or (None) all."""
        if place is None:
            self._by_place.clear()
        else:
            self._by_place.pop(place, None)

    def take(self, host: str, path: str) -> Fault | None:
        """The fault for this request, counted down."""
        for place in (host + path, host):
            fault = self._by_place.get(place)
            if fault is None or fault.times == 0:
                continue
            if fault.times is not None:
                self._by_place[place] = replace(fault, times=fault.times - 1)
            return fault
        return None


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB_BYTES))


async def commit(fault: Fault, request: web.BaseRequest) -> web.StreamResponse | None:
    """Answer as the fault wants; None where the usual answer (`slow`) or none at all (`close`) is to follow.

    `silent` and `endless` end only with the connection."""
    match fault.kind:
        case "silent":
            await asyncio.Event().wait()
        case "slow":
            await asyncio.sleep(fault.seconds)
        case "close":
            if request.transport is not None:
                request.transport.abort()
        case "status":
            headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
            return await _whole(request, fault.status, b"out of order\n", {"Content-Type": "text/plain", **headers})
        case "bomb":
            return await _whole(request, 200, _bomb(), {"Content-Type": _HTML, "Content-Encoding": "gzip"})
        case "huge":
            return await _stream(request, HUGE_BYTES // len(_CHUNK), None)
        case "endless":
            return await _stream(request, None, None)
        case "truncated":
            return await _stream(request, 1, 10 * len(_CHUNK))
    return None


async def _whole(request: web.BaseRequest, status: int, body: bytes, headers: Mapping[str, str]) -> web.StreamResponse:
    response = web.Response(status=status, body=body, headers=headers)
    await response.prepare(request)
    await response.write_eof()
    return response


async def _stream(request: web.BaseRequest, chunks: int | None, declared: int | None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": _HTML})
    response.content_length = declared
    await response.prepare(request)
    sent = 0
    while chunks is None or sent < chunks:
        await response.write(_CHUNK)
        await asyncio.sleep(0)
        sent += 1
    if declared is not None and request.transport is not None:
        request.transport.close()
        return response
    await response.write_eof()
    return response
