"""One hostile host beside twenty good ones in one pass: how fast the good ones are crawled with it, and without it."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.torture.bombs import GOOD
from bench.torture.hostile_host import (
    Asked,
    Behaviour,
    HostileHost,
    answer,
    dripping,
    endless,
    hang,
    reset,
    serving,
    whole,
)
from bench.torture.part import Batch
from bench.torture.watched_crawl import Plan, Seen, Site, watched

PROMISE = 6
TITLE = "passes over 20 good hosts beside a hostile one"
TARGET = 20
BATCH = 1

GOOD_HOSTS: Final = 20
ARTICLES: Final = 6
DELAY: Final = 1.0
"""Seconds between two requests to a host: what bounds a real crawl, not this machine's processors."""

LEAST: Final = 0.9
LOOP_SECONDS: Final = 0.25
EVIL: Final = "evil.test"
ROBOTS: Final = whole(answer(b"User-agent: *\nAllow: /\n", kind="text/plain"))


def _heavy(draw: random.Random) -> Behaviour:
    """180 kB that take a parser half a minute."""
    return whole(answer(b"<html><body><p>" + b"<b>a" * draw.randrange(20_000, 40_000)))


KINDS: Final[dict[str, Callable[[random.Random], Behaviour]]] = {
    "slow-headers": lambda draw: dripping(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n", every=0.2),
    "slow-body": lambda draw: dripping(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"<p>", every=0.2),
    "endless": lambda draw: endless(chunked=draw.random() < 0.5),
    "hang": lambda draw: hang,
    "reset": lambda draw: reset,
    "bomb": lambda draw: whole(answer(gzip.compress(b"\0" * 200_000_000, 9), "Content-Encoding: gzip")),
    "heavy": _heavy,
}


def _feed(host: str, paths: list[str], port: int) -> bytes:
    items = "".join(
        f"<item><title>{p}</title><link>http://{host}:{port}{p}</link><guid>{p}</guid></item>" for p in paths
    )
    return answer(f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>".encode(), kind="text/xml")


def _world(seed: int, evil: Behaviour, port: Callable[[], int]) -> Callable[[Asked], Behaviour]:
    def behaviour(asked: Asked) -> Behaviour:
        if asked.target == "/robots.txt":
            return ROBOTS
        if asked.target == "/rss.xml":
            count = 60 if asked.host == EVIL else ARTICLES
            return whole(_feed(asked.host, [f"/{n}.html" for n in range(count)], port()))
        if asked.host == EVIL:
            return evil
        name = f"{seed} of {asked.host.partition('.')[0]} {asked.target}"
        return whole(answer(GOOD.format(n=name).encode()))

    return behaviour


def _rate(hosts: HostileHost) -> float:
    """Requests a second to the good hosts, from their first to their last."""
    good = [asked.at for asked in hosts.asked if asked.host not in (EVIL, "warm.test")]
    return (len(good) - 1) / (good[-1] - good[0]) if len(good) > 1 else 0.0


def _pass(seed: int, evil: Behaviour | None, folder: Path, name: str) -> tuple[float, Seen]:
    at: list[HostileHost] = []
    with serving(_world(seed, evil or ROBOTS, lambda: at[0].port)) as hosts:
        at.append(hosts)
        names = [f"g{n}.test" for n in range(GOOD_HOSTS)]
        names.insert(random.Random(seed).randrange(GOOD_HOSTS), EVIL) if evil else None
        plan = Plan(
            database=str(folder / f"{name}.db"),
            port=hosts.port,
            sites=tuple(Site(host, (("/rss.xml", "feed"),)) for host in names),
            warm=Site("warm.test", (("/rss.xml", "feed"),)),
            timeout=5.0,
            seconds=60.0,
            workers=2,
            delay=DELAY,
            one_pass=True,
        )
        seen = watched(plan, folder, name=name)
        return _rate(hosts), seen


def batch(seed: int, size: int, folder: Path) -> Batch:
    """Pairs of passes, alone and beside the hostile host. A pair that is too slow is run once more, since the machine's
    processors are others', too."""
    draw, faults = random.Random(seed), list[str]()
    least, busy, again = 10.0, 0.0, 0
    for number in range(size):
        kind = list(KINDS)[(seed + number) % len(KINDS)]
        evil = KINDS[kind](draw)
        for attempt in range(2):
            run = f"{number}-{attempt}"
            alone, _ = _pass(seed, None, folder, f"alone-{run}")
            rate, seen = _pass(seed, evil, folder, f"beside-{run}")
            if rate >= LEAST * alone and seen.busy <= LOOP_SECONDS:
                break
            again += attempt == 0
        good = sum(site != EVIL and outcome in ("new", "copy") for site, _, outcome, _, _ in seen.fetches)
        if good < GOOD_HOSTS * ARTICLES:
            faults.append(f"seed {seed}, {kind}: {good} of {GOOD_HOSTS * ARTICLES} good articles")
        if rate < LEAST * alone:
            faults.append(f"seed {seed}, {kind}: {rate:.1f} good requests a second, {alone:.1f} without it")
        if seen.busy > LOOP_SECONDS:
            faults.append(f"seed {seed}, {kind}: the loop stood still for {seen.busy:.2f} s")
        least, busy = min(least, rate / alone if alone else 0.0), max(busy, seen.busy)
    return Batch(
        size,
        faults,
        {
            "min share of the good hosts' rate": least,
            "max seconds that the loop stood still": busy,
            "sum pairs run once more": float(again),
        },
    )
