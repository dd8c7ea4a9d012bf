"""Names whose address changes between two look-ups: what was judged is what is connected to, each time.

A crawl through Scrapy's own handler asks names whose answers alternate between a public address and one that is not, in
several orders; answers are never kept, so that each request is a look-up. Public addresses are noted, not dialled; a
listener waits on loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from bench.torture.address_forms import PUBLIC, PUBLIC_V6
from bench.torture.listeners import World, WouldDial, world
from bench.torture.part import Batch

PROMISE = 4
TITLE = "requests to names that rebind"
TARGET = 1_000
BATCH = 250

INNER: Final = ("127.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "10.0.0.1", "169.254.169.254", "fd00::1")


def turns(rng: Random) -> Callable[[], Sequence[str]]:
    """Answers of one name: in turns, at random, inner only once and last, or both at once."""
    outer, inner = rng.choice((PUBLIC, PUBLIC_V6)), rng.choice((*INNER, "127.0.0.1", "127.0.0.1"))
    kind, count = rng.randrange(4), [0]

    def answer() -> Sequence[str]:
        count[0] += 1
        inside = (count[0] % 2 == 0, rng.random() < 0.5, count[0] % 5 == 0, True)[kind]
        both = [outer, inner] if rng.random() < 0.5 else [inner, outer]
        return both if kind == 3 else [inner if inside else outer]

    return answer


class Forgetful(dict[str, Any]):
    """Keeps no answer but that of the guard's self-test."""

    def __setitem__(self, name: str, answer: Any) -> None:
        if name.endswith(".invalid"):
            super().__setitem__(name, answer)


def batch(seed: int, size: int, folder: Path) -> Batch:
    """`size` requests to fifty names."""
    from crawler.loop import run_in_loop

    del folder
    found: list[Batch] = []

    async def main(stop: asyncio.Event) -> int:
        del stop
        async with world(lambda host, target: (200, {}, b"")) as here:
            found.append(await _tried(here, seed, size))
        return 0

    run_in_loop(main)
    return found[0]


async def _tried(here: World, seed: int, size: int) -> Batch:
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerRunner
    from twisted.internet import reactor

    from crawler import settings as project
    from crawler.politeness import guard

    rng = Random(seed)
    names = [f"n{number}.rebind.test" for number in range(50)]
    here.names.update({name: turns(rng) for name in names})
    looked_up: list[str] = []
    ended = {"refused": 0, "public": 0, "answered": 0, "else": 0}

    def look_up(name: str) -> Sequence[str]:
        looked_up.append(name)
        return here.look_up(name)

    class Rebinding(Spider):
        name = "rebinding"

        async def start(self) -> Any:
            for number in range(size):
                url = f"http://{names[number % len(names)]}:{here.secret.port}/{number}"
                yield Request(url, self.came, errback=self.failed, dont_filter=True, meta={"dont_obey_robotstxt": True})

        async def came(self, response: Any) -> None:
            ended["answered"] += 1

        async def failed(self, failure: Any) -> None:
            if guard.reason_of(failure.value):
                ended["refused"] += 1
            else:
                ended["public" if isinstance(failure.value, WouldDial) else "else"] += 1

    installed = guard.install(reactor, lookup=look_up)
    installed._kept = Forgetful()
    own = {name: value for name, value in vars(project).items() if name.isupper()}
    await AsyncCrawlerRunner(own | {"ITEM_PIPELINES": {}, "LOG_ENABLED": False}).crawl(Rebinding)
    wrong = sorted(set(here.dialled) - {PUBLIC, PUBLIC_V6})
    faults = [f"seed {seed}: {address} would have been dialled" for address in wrong]
    faults += [f"seed {seed}: the secret listener answered {host}{target}" for host, target in here.secret.asked]
    if not ended["refused"] or ended["public"] != len(here.dialled) or sum(ended.values()) != size or ended["else"]:
        faults.append(
            f"seed {seed}: the trial itself is wrong: {ended}, {len(here.dialled)} dials noted, of {size} requests"
        )
    return Batch(
        size,
        faults,
        {
            "sum hits on what is not public": float(here.secret.asked.total() + len(wrong)),
            "sum look-ups": float(len(looked_up)),
            "sum refused": float(ended["refused"]),
            "sum dials of public addresses, noted": float(len(here.dialled)),
        },
    )
