"""The real crawl over the grown demo, with the clock moved from step to step: days of looks in a minute."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from crawler.config import Config
from crawler.demo.grown.pieces import MOBILE_HOST, PAPER_HOST, WIRE_HOST
from crawler.demo.grown.plan import STEP, Plan
from crawler.demo.grown.site import GrownSite
from crawler.demo.server import ADDRESS, Listener
from crawler.demo.sources import grown
from crawler.passes import Report, run_pass
from crawler.progress import Silent
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings


class MovedClock:
    """Epoch seconds from a given instant on, running as fast as the real clock since it was last set. Never goes back."""

    def __init__(self, at: float) -> None:
        self._at = at
        self._since = time.monotonic()

    def __call__(self) -> float:
        return self._at + time.monotonic() - self._since

    def set(self, at: float) -> None:
        """Go on to `at`. Raises ValueError where that has passed: a look took longer than its step."""
        if at < self():
            raise ValueError(
                f"the clock stands {self() - at:.0f} s after the time it is to be set to: this machine is too slow"
            )
        self._at, self._since = at, time.monotonic()


@dataclass(frozen=True, slots=True)
class Crawled:
    """What a replay did: reports of all passes, requests that the server counted, and the site with what it served."""

    reports: tuple[Report, ...]
    requests: int
    site: GrownSite
    seconds: float


async def replay(
    plan: Plan, database: Path, *, workers: int = 2, told: Callable[[int, int], None] | None = None
) -> Crawled:
    """Crawl the plan's hosts from its first step to its last into `database`. `told`: the passes done, and all.

    Needs Scrapy's reactor, installed on the running loop."""
    clock = MovedClock(plan.base_time - STEP)
    site = GrownSite(plan, clock)
    began = time.monotonic()
    reports: list[Report] = []
    async with Listener(site) as server:
        config = Config(
            database=database, contact="demo@agency.test", first_poll=0, delay_floor=0.0, workers=workers, raw_days=0
        )
        settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False}
        opened = dict.fromkeys((WIRE_HOST, PAPER_HOST, MOBILE_HOST), (ADDRESS, server.port))
        sources = grown(server.port)
        sources = {
            name: replace(one, politeness=replace(one.politeness, in_flight=workers)) for name, one in sources.items()
        }
        start = Start(config, sources, settings, Silent(), opened, clock)
        async with at_work(start, asyncio.Event()) as (session, runner):
            for done, step in enumerate(plan.steps, start=1):
                clock.set(plan.base_time + step * STEP)
                reports += await run_pass(session, sources.values(), runner)
                if told is not None:
                    told(done, len(plan.steps))
        return Crawled(tuple(reports), len(server.log), site, time.monotonic() - began)
