"""One long life of the daemon for the soak, in a process of its own: its clock is turned by the soak, its memory is read.

    python -m bench.torture.soak_life PLAN.json

The real daemon, with its scheduler, workers and database. Its clock runs as fast as it keeps up; the world that it crawls is
asked for where it stands by `/_world/` on the same port. One line of JSON tells what was seen.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from unittest.mock import patch

TICK = 0.1
IDLE = 30.0
"""Seconds of the daemon's clock in one of ours while no page is being read."""
BUSY = 1.0
A_PAGE = 2.5
"""Seconds that each page that was read lets the clock go on: on a crowded machine the days are longer, not the stories late."""
LATE = 900.0
"""Seconds since the last poll of some feed, three times its interval, at which the clock waits for the crawl."""
SAMPLE = 250
"""Pages between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`hosts` are crawled until `pages` were read or `seconds` of ours have passed. `turns`: (share of the pages, kind,
    seconds): a `jump` sets the wall clock, a `sleep` stops all but the wall clock."""

    database: str
    port: int
    begin: float
    hosts: tuple[str, ...]
    pages: int
    seconds: float
    workers: int = 2
    turns: tuple[tuple[float, str, float], ...] = ()


@dataclass(slots=True)
class Seen:
    """`samples`: (pages, main's resident bytes, the largest worker's, the number of workers)."""

    samples: list[tuple[int, int, int, int]] = field(default_factory=list)
    pages: int = 0
    clock: float = 0.0
    seconds: float = 0.0
    status: int = -1
    turned: int = 0


class Lapse:
    """Clocks that the soak turns, in the place of the system's: `wall` can be set, `running` cannot."""

    def __init__(self, begin: float) -> None:
        self.true = self.set = self.slept = 0.0
        self._begin = begin

    def wall(self) -> float:
        return self._begin + self.true + self.set

    def running(self) -> float:
        """As CLOCK_MONOTONIC: stands still while the machine sleeps."""
        return self.true - self.slept

    def since_boot(self) -> float:
        """As CLOCK_BOOTTIME."""
        return self.true


def resident(pid: int | str) -> int:
    """Bytes of a process's resident memory; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)


def workers() -> list[int]:
    """The resident memory of each child process."""
    threads = Path("/proc/self/task").glob("*/children")
    pids = list(dict.fromkeys(pid for file in threads for pid in file.read_text("ascii").split()))
    return [size for pid in pids if (size := resident(pid)) > 30 * 2**20]


async def lived(plan: Plan, stop: asyncio.Event) -> Seen:
    """Run the daemon over a plan. Needs the reactor."""
    from apscheduler.schedulers import base
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from crawler import daemon, steady
    from crawler.config import Config
    from crawler.progress import Lines
    from crawler.source import Endpoint, Politeness, Source
    from crawler.start import Start
    from crawler.start_crawl import crawl_settings
    from pipelines.workers import ExtractionPool, _extract
    from storage.models import Profile

    sources = {}
    for host in plan.hosts:
        home, name = f"http://{host}:{plan.port}", host.partition(".")[0]
        sources[name] = Source(
            name=name, title=name, home=home, hosts=(host,), country=None, languages=("en",),
            profile=Profile(name, timezone="Europe/Berlin", recheck=(1200,) if name.endswith(("0", "5")) else ()),
            endpoints=(Endpoint(home + "/feed.xml", "feed", interval=300),),
            politeness=Politeness(delay=0.0, in_flight=4, timeout=60.0, hourly=10**6, polls=10**6),
        )  # fmt: skip
    config = replace(
        Config(database=Path(plan.database)), contact="a@wire.test", first_poll=0, delay_floor=0.0, workers=plan.workers
    )
    lapse, seen, under_way = Lapse(plan.begin), Seen(), 0
    clock = steady.Steady(lapse.wall, lapse.running, lapse.since_boot, lambda: "soak")
    called, timer = ExtractionPool._called, AsyncIOScheduler._start_timer

    async def counted(pool: ExtractionPool, function: Any, *given: Any) -> Any:
        nonlocal under_way
        under_way += 1
        try:
            return await called(pool, function, *given)
        finally:
            under_way -= 1
            seen.pages += function is _extract

    class Turned(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(lapse.wall(), tz)

    def quicker(scheduler: AsyncIOScheduler, seconds: float | None) -> None:
        timer(scheduler, None if seconds is None else seconds / IDLE)

    async def turning() -> None:
        turns, began, sampled, done, before = list(plan.turns), time.monotonic(), 0, 0, time.monotonic()
        while not stop.is_set():
            await asyncio.sleep(TICK)
            elapsed, before = time.monotonic() - before, time.monotonic()
            late = await asyncio.to_thread(told, lapse.true) > LATE
            pages = 0.0 if late else (seen.pages - done) * A_PAGE
            lapse.true += min(elapsed, 1.0) * (BUSY if under_way or late else IDLE) + pages
            done = seen.pages
            while turns and seen.pages >= turns[0][0] * plan.pages:
                _, kind, seconds = turns.pop(0)
                seen.turned += 1
                if kind == "jump":
                    lapse.set += seconds
                else:
                    lapse.true += seconds
                    lapse.slept += seconds
            if seen.pages >= sampled + SAMPLE:
                sampled = seen.pages
                sizes = workers()
                seen.samples.append((seen.pages, resident("self"), max(sizes, default=0), len(sizes)))
            if seen.pages >= plan.pages or time.monotonic() - began > plan.seconds:
                seen.seconds, seen.clock = time.monotonic() - began, lapse.true
                stop.set()

    def told(true: float) -> float:
        """Tell the world what time it is; the seconds since the feed that waits longest was polled."""
        connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=60)
        try:
            connection.request("GET", f"/_world/{true}", headers={"Host": "world.test"})
            return float(connection.getresponse().read())
        finally:
            connection.close()

    opened = dict.fromkeys(plan.hosts, ("127.0.0.1", plan.port))
    settings = crawl_settings(config, quiet=True) | {"LOG_LEVEL": "WARNING"}
    # As a daemon's own: what the tests take in its place remembers every ending.
    start = Start(config, sources, settings, Lines(sys.stderr), opened, clock, stays=True)
    with (
        patch.object(base, "datetime", Turned),
        patch.object(AsyncIOScheduler, "_start_timer", quicker),
        patch.object(ExtractionPool, "_called", counted),
        patch.object(daemon, "LOOK_SECONDS", daemon.LOOK_SECONDS / IDLE),
        patch.object(daemon, "TURN_SECONDS", daemon.TURN_SECONDS / IDLE),
        patch.object(steady, "LOOK_SECONDS", steady.LOOK_SECONDS / IDLE),
    ):
        turner = asyncio.ensure_future(turning())
        try:
            seen.status = await daemon.daemon(start, stop)
        finally:
            stop.set()
            await turner
    return seen


def main() -> int:
    from crawler.loop import run_in_loop

    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    plan = Plan(**{**given, "hosts": tuple(given["hosts"]), "turns": tuple(tuple(turn) for turn in given["turns"])})

    async def run(stop: asyncio.Event) -> int:
        print(json.dumps(asdict(await lived(plan, stop))), flush=True)
        return 0

    return run_in_loop(run)


if __name__ == "__main__":
    os.environ["TZ"] = "Europe/Berlin"  # a zone with summer time: nothing may ask for the local hour
    time.tzset()
    os.environ.pop("DATELINE_CONFIG", None)
    sys.exit(main())
