"""Crawls in a process of their own, with a heartbeat in the crawl's own loop and an eye on the process's memory.

    python -m bench.torture.watched_crawl PLAN.json

The plan is a `Plan` as JSON; what was seen is printed as one line of JSON (`Seen`). The hosts are another process's.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
BEAT = 0.02
"""Seconds between two heartbeats."""


@dataclass(frozen=True, slots=True)
class Site:
    """One source of a plan: its host, its endpoints as (path, kind), and articles by their paths."""

    host: str
    endpoints: tuple[tuple[str, str], ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`one_pass`: as `dateline run` would, so many sources at a time, without the sites' `articles`. `warm`: crawled before
    anything is measured. `seconds`: the whole crawl is stopped then; `timeout`: a request's."""

    database: str
    port: int
    sites: tuple[Site, ...]
    warm: Site | None = None
    timeout: float = 3.0
    seconds: float = 120.0
    workers: int = 1
    delay: float = 0.0
    one_pass: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """`late`: the longest a heartbeat came late; `busy`: the longest that it came late while this process itself was
    computing (on a shared machine a heartbeat is late because others compute, too); `grown`: bytes that the resident memory
    rose by at the most; `ended`: site -> seconds from the start to the end of its crawl; `fetches`: (site, path, outcome,
    detail, seconds); `left`: rows still leased at the end."""

    late: float = 0.0
    busy: float = 0.0
    grown: int = 0
    ended: dict[str, float] = field(default_factory=dict)
    fetches: tuple[tuple[str, str, str, str, float], ...] = ()
    left: int = 0
    problem: str = ""


def watched(plan: Plan, folder: Path, *, name: str = "plan") -> Seen:
    """Run a plan in a process of its own. Raises RuntimeError with its last words where it ends without an answer."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps(asdict(plan)), "utf-8")
    command = [sys.executable, "-m", "bench.torture.watched_crawl", str(file)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=plan.seconds + 120)
    if done.returncode:
        raise RuntimeError(f"the watched crawl ended with {done.returncode}: {done.stderr[-600:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Seen(**{**told, "fetches": tuple(tuple(row) for row in told["fetches"])})


def _read(file: Path) -> Plan:
    given = json.loads(file.read_text("utf-8"))

    def site(told: dict[str, Sequence[Sequence[str]]]) -> Site:
        endpoints = tuple((path, kind) for path, kind in told["endpoints"])
        return Site(str(told["host"]), endpoints, tuple(str(path) for path in told["articles"]))

    sites, warm = tuple(site(told) for told in given["sites"]), given["warm"]
    return Plan(**{**given, "sites": sites, "warm": site(warm) if warm else None})


def _memory(what: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{what}:"))


def _forget_peak() -> None:
    """VmHWM counts from here: proc(5), clear_refs."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


class _Heart:
    """Beats in the loop that it watches."""

    def __init__(self) -> None:
        self.late = self.busy = 0.0

    async def beat(self) -> None:
        while True:
            wall, work = time.monotonic(), time.process_time()
            await asyncio.sleep(BEAT)
            late = time.monotonic() - wall - BEAT
            self.late = max(self.late, late)
            self.busy = max(self.busy, min(late, time.process_time() - work))


async def crawled(plan: Plan, stop: asyncio.Event, *, pool: object | None = None) -> Seen:
    """Run a plan in this loop, on Twisted's reactor. `pool`: in the place of the session's own worker processes."""
    from crawler.config import Config
    from crawler.passes import crawl, run_pass
    from crawler.progress import Silent
    from crawler.source import Endpoint, Politeness, Source
    from crawler.start import Start, at_work
    from crawler.start_crawl import crawl_settings
    from storage.models import Link, Profile
    from storage.reader import Reader

    every = (*plan.sites, *([plan.warm] if plan.warm else []))
    sources, links = {}, {}
    for site in every:
        home = f"http://{site.host}:{plan.port}"
        sources[site.host] = Source(
            name=site.host, title=site.host, home=home, hosts=(site.host,), country=None, languages=("en",),
            profile=Profile(site.host, recheck=()),
            endpoints=tuple(Endpoint(home + path, kind) for path, kind in site.endpoints),  # type: ignore[arg-type]
            politeness=Politeness(delay=plan.delay, timeout=plan.timeout, hourly=10**6, polls=10**6),
        )  # fmt: skip
        links[site.host] = [Link(home + path, via="command") for path in site.articles]
    config = replace(
        Config(database=Path(plan.database)), contact="a@wire.test", first_poll=0, delay_floor=0.0, workers=plan.workers
    )
    settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False}
    opened = {site.host: ("127.0.0.1", plan.port) for site in every}
    heart, ended, began = _Heart(), dict[str, float](), 0.0

    async with at_work(Start(config, sources, settings, Silent(), opened), stop) as (session, runner):
        if pool is not None:
            session.pool = cast("Any", pool)

        async def one(site: Site) -> None:
            await crawl(session, sources[site.host], runner, links=links[site.host], patience=plan.seconds)
            ended[site.host] = time.monotonic() - began

        if plan.warm:
            await one(plan.warm)
        _forget_peak()
        before = _memory("VmRSS")
        beating = asyncio.ensure_future(heart.beat())
        asyncio.get_running_loop().call_later(plan.seconds, stop.set)
        began = time.monotonic()
        try:
            if plan.one_pass:
                await run_pass(session, [sources[site.host] for site in plan.sites], runner)
            else:
                await asyncio.gather(*(one(site) for site in plan.sites))
        finally:
            beating.cancel()
        grown = _memory("VmHWM") - before
    with Reader(plan.database) as reader:
        rows = reader.db.conn.execute(
            "SELECT source, url, outcome || coalesce(':' || reason, ''), coalesce(detail, ''), coalesce(ms, 0) / 1000.0"
            " FROM fetches WHERE kind <> 'robots' ORDER BY id"
        ).fetchall()
        (left,) = reader.db.conn.execute("SELECT count(*) FROM link WHERE state = 'leased'").fetchone()
    fetches = tuple((r[0], r[1].partition(str(plan.port))[2], r[2] or "", r[3], r[4]) for r in rows)
    return Seen(heart.late, heart.busy, grown, ended, fetches, left)


def main() -> int:
    from crawler.loop import run_in_loop

    plan = _read(Path(sys.argv[1]))

    async def run(stop: asyncio.Event) -> int:
        print(json.dumps(asdict(await crawled(plan, stop))), flush=True)
        return 0

    return run_in_loop(run)


if __name__ == "__main__":
    os.environ.pop("DATELINE_CONFIG", None)
    sys.exit(main())
