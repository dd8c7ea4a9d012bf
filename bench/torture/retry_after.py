"""Hosts that ask for a pause, fail for hours, or are down for days: not one request within the pause, no address lost."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from pathlib import Path
from typing import Final

from bench.torture.bombs import GOOD
from bench.torture.clocked import Clocked, clocked, in_loop
from bench.torture.hostile_host import Asked, Behaviour, answer, reset, serving, whole
from bench.torture.part import Batch

PROMISE = 8
TITLE = "pauses asked for in every form, outages and addresses that always fail"
TARGET = 300
BATCH = 30

HOUR: Final = 3600.0
CAP: Final = 6 * HOUR
OWN: Final = 60.0
"""Seconds of our own pause where the header asks for none that can be used."""

EDGE: Final = 0.01
"""Seconds before the end of a pause at which the last look within it is taken."""

UNUSABLE: Final = ("-1", "-1000000000", "soon", "", "1e9", "NaN", "inf", "0x10", "\x00", "12;34", "Sun, 99 Foo")

ROBOTS = whole(answer(b"User-agent: *\nAllow: /\n", kind="text/plain"))


class _Hosts:
    """How each host answers now; changed by the test between two passes."""

    def __init__(self) -> None:
        self.behaviour: dict[str, Behaviour] = {}

    def __call__(self, asked: Asked) -> Behaviour:
        if asked.target == "/robots.txt":
            return ROBOTS
        page = GOOD.format(n=f"{asked.host.partition('.')[0]} {asked.target.strip('/')}")
        return self.behaviour.get(asked.host) or whole(answer(page.encode()))


def _header(draw: random.Random, now: float) -> tuple[str | None, float, float]:
    """A Retry-After as a server might write it, and the least and the most seconds of pause that it means."""
    seconds = draw.randrange(2, 20_000)
    date = now + seconds
    forms: list[tuple[str | None, float, float]] = [
        (str(seconds), seconds, seconds + 1),
        (f" {seconds} ", seconds, seconds + 1),
        (f"{seconds}.{draw.randrange(10)}", seconds, seconds + 1),
        (f"0{seconds}", seconds, seconds + 1),
        (f"{draw.randrange(1, 60)}, {seconds + 60}", seconds + 60, seconds + 61),
        (formatdate(date, usegmt=True), seconds - 1, seconds + 1),
        (formatdate(date), seconds - 1, seconds + 1),
        (draw.choice(["1000000000", "9" * 400, "86400", "999999999999999"]), CAP, CAP + 1),
        (formatdate(now + draw.choice([9e4, 3e7, 3e9]), usegmt=True), CAP - 1, CAP + 1),
        (draw.choice(UNUSABLE), OWN, OWN + 1),
        (formatdate(now - draw.choice([1, 60, 1e6, 1e9]), usegmt=True), OWN, OWN + 1),
        (None, OWN, OWN + 1),
        ("0", 0.0, 1.0),
    ]  # fmt: skip
    least, most = draw.choice(forms), CAP + 1
    return least[0], min(least[1], CAP), min(least[2], most)


async def _window(at: Clocked, hosts: _Hosts, host: str, draw: random.Random) -> list[str]:
    """One pause: nothing within it from two sessions, everything after it."""
    source, status = at.source(host), draw.choice(["429 Too Many Requests", "503 Service Unavailable"])
    header, least, most = _header(draw, at.now())
    headers = [] if header is None else [f"Retry-After: {header}"]
    hosts.behaviour[host] = whole(answer(b"later", *headers, status=status))
    told = f"{status[:3]} Retry-After {header!r:.40}"
    await at.run(source, "/a", "/b", session=draw.randrange(2))
    began, before, faults = at.ahead, len(at.asked(host)), list[str]()
    del hosts.behaviour[host]
    if before != 1 and least > 1:
        faults.append(f"{told}: {before} requests before the host was left alone")
    for share in (draw.uniform(0.0, 1.0), 1.0):
        at.ahead = began + share * max(least - EDGE, 0.0)
        if least > EDGE:
            await at.run(source, session=draw.randrange(2))
    if least > EDGE and len(at.asked(host)) != before:
        faults.append(f"{told}: asked within the {least:.0f} s that it asked for")
    at.ahead = began + most + 1.0
    await at.run(source, session=draw.randrange(2))
    if len(at.asked(host)) == before and least > 1:
        faults.append(f"{told}: not asked again {most + 1:.0f} s later")
    at.ahead = began + most + 2 * HOUR
    await at.run(source, session=draw.randrange(2))
    rows = await at.rows("SELECT url, state, reason FROM link WHERE source = ? AND kind = 'article' AND NOT seen", host)
    faults += [f"{told}: {url} is {state} ({reason}), not fetched" for url, state, reason in rows]
    return faults


async def _always(at: Clocked, hosts: _Hosts, host: str, draw: random.Random) -> list[str]:
    """An address that always fails: ten tries over ten hours, then quarantine; released, it is fetched."""
    source, faults = at.source(host), list[str]()
    hosts.behaviour[host] = draw.choice([whole(answer(b"", status="500 Internal Server Error")), reset])
    began = at.ahead
    await at.run(source, "/a")
    for _ in range(200):
        ((state, due, paused),) = await at.rows(
            "SELECT l.state, l.due, h.paused_until FROM link AS l JOIN host AS h USING (host)"
            " WHERE l.source = ? AND l.kind = 'article'", host,
        )  # fmt: skip
        if state != "pending":
            break
        at.ahead += max(max(due, paused) - at.now(), 0.0) + 0.5
        await at.run(source)
    tries, hours = len(at.asked(host)), (at.ahead - began) / HOUR
    if (state, tries) != ("quarantined", 10) or hours < 10:
        faults.append(f"always failing: {state} after {tries} tries over {hours:.1f} h")
    del hosts.behaviour[host]
    await at.run(source)
    if len(at.asked(host)) != tries:
        faults.append("always failing: asked for although it lies in quarantine")
    frontier = at.sessions[0][0].frontier
    if frontier.release_quarantine(now=at.now(), source=source.name).result() != 1:
        faults.append("always failing: it does not lie in quarantine")
    at.ahead += HOUR
    await at.run(source)
    if not await at.rows("SELECT 1 FROM link WHERE source = ? AND kind = 'article' AND seen > 0", host):
        faults.append("always failing: released, and not fetched")
    return faults


async def _outage(at: Clocked, hosts: _Hosts, host: str, draw: random.Random) -> list[str]:
    """A host that is down or refuses for up to two days: few requests, and all addresses come in by themselves after it."""
    source, hours, faults = at.source(host), draw.uniform(8, 48), list[str]()
    ill = draw.choice(["500 Internal Server Error", "403 Forbidden", "reset"])
    hosts.behaviour[host] = reset if ill == "reset" else whole(answer(b"no", status=ill))
    paths, began = [f"/{n}" for n in range(25)], at.ahead
    await at.run(source, *paths)
    while at.ahead < began + hours * HOUR:
        at.ahead += draw.uniform(240, 900)
        await at.run(source, session=draw.randrange(2))
    asked = len(at.asked(host))
    if asked > 5 + 12 * hours:
        faults.append(f"{ill} for {hours:.0f} h: {asked} requests")
    del hosts.behaviour[host]
    for _ in range(8):
        at.ahead += HOUR
        await at.run(source)
    rows = await at.rows(
        "SELECT state, count(*) FROM link WHERE source = ? AND kind = 'article' AND NOT seen GROUP BY 1", host
    )
    if rows:
        faults.append(f"{ill} for {hours:.0f} h: eight hours after it {rows} of 25 were not fetched")
    return faults


KINDS: Final[tuple[Callable[[Clocked, _Hosts, str, random.Random], Awaitable[list[str]]], ...]] = (_always, _outage)


def batch(seed: int, size: int, folder: Path) -> Batch:
    """`size` hosts, one after the other: one that always fails, one outage, and pauses."""
    draw, hosts = random.Random(seed), _Hosts()
    names = [f"h{n}.test" for n in range(size)]

    async def run() -> list[str]:
        faults = []
        with serving(hosts) as server:
            async with clocked(folder, server, names, sessions=2, stands=True) as at:
                for n, name in enumerate(names):
                    kind = KINDS[n] if n < len(KINDS) and size > len(KINDS) else _window
                    faults += [f"seed {seed}, {name}: {fault}" for fault in await kind(at, hosts, name, draw)]
        return faults

    faults = in_loop(run)
    return Batch(size, faults, {"sum pauses, outages and addresses that always fail": float(size)})
