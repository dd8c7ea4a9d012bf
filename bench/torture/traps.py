"""Traps crawled over three days: new addresses end at the day's allowance, refusals are told, an agency is not hindered."""

from __future__ import annotations

import random
from pathlib import Path

from bench.torture.clocked import Clocked, clocked, in_loop
from bench.torture.endless_site import PER_LOOK, TRAPS, Busy, Site
from bench.torture.hostile_host import Asked, Behaviour, HostileHost, serving
from bench.torture.part import Batch
from crawler.source import Endpoint

PROMISE = 6
TITLE = "crawler traps over three days, and an agency of 3,000 stories a day beside them"
TARGET = 20
BATCH = 2

DAYS = 3
ALLOWED = 150
FIRST = 30
"""Links of a first poll that are taken at once."""

POLLS = 120
"""Polls of a host in an hour, as for every source; the trap's maps are looked at each four hours."""


def _lists(target: str) -> bool:
    return target == "/start" or target.endswith(".xml")


async def _trap(at: Clocked, site: Site, host: str, draw: random.Random) -> list[str]:
    source = at.source(host, Endpoint("/start", site.kind), new_links=ALLOWED, polls=POLLS)
    name, faults, days = type(site).__name__, list[str](), set[int]()
    looks = POLLS if site.kind == "sitemap" else 1
    for _ in range(DAYS * 6):
        days.add(int(at.now() // 86400))
        before = len(at.asked(host))
        await at.run(source)
        listing = [target for target in at.asked(host)[before:] if _lists(target)]
        if len(listing) > looks:
            faults.append(f"{name}: {len(listing)} listings asked for in one hour of {looks}")
        at.ahead += draw.uniform(3.5, 4.5) * 3600
    most = ALLOWED * len(days) + (FIRST if site.kind == "sitemap" else PER_LOOK) + 1  # a feed's first poll is whole
    ((taken,),) = await at.rows(
        "SELECT count(*) FROM link WHERE source = ? AND state <> 'held' AND kind <> 'robots'", host
    )
    told = await at.rows("SELECT reason, sum(count), max(example) FROM refused_link WHERE source = ? GROUP BY 1", host)
    pages = [target for target in at.asked(host) if not _lists(target)]
    if taken > most:
        faults.append(f"{name}: {taken} addresses in {len(days)} days of {ALLOWED}")
    if not pages or len(pages) > len(set(pages)) or len(pages) > taken:
        faults.append(f"{name}: {len(pages)} requests for {len(set(pages))} pages of {taken} addresses")
    if not told or not all(count > 0 and example for _, count, example in told):
        faults.append(f"{name}: refusals are not told: {told}")
    if (await at.rows("SELECT count(*) FROM link WHERE source = ? AND length(url) > 2100", host))[0][0]:
        faults.append(f"{name}: an address of more than 2,048 characters was taken")
    return faults


async def _busy(at: Clocked, host: str) -> list[str]:
    """A day of an agency, polled each hour; its first poll takes the newest and puts the rest by."""
    source = at.source(host, Endpoint("/start", "sitemap"))
    for _ in range(5):
        await at.run(source, limit=0)
        at.ahead += 3700
    ((taken,),) = await at.rows("SELECT count(*) FROM link WHERE source = ? AND kind = 'article'", host)
    told = await at.rows("SELECT reason, sum(count) FROM refused_link WHERE source = ? GROUP BY 1", host)
    if taken < 50_000 + 3 * 125 or told:
        return [f"an agency: {taken:,} addresses after five polls, refused: {told}"]
    return []


def batch(seed: int, size: int, folder: Path) -> Batch:
    """`size` traps, in the order of the seed; the first batch of every five has the agency beside them."""
    draw = random.Random(seed)
    kinds = [TRAPS[(seed * size + n) % len(TRAPS)] for n in range(size)]
    at_port: list[HostileHost] = []
    sites: dict[str, Site] = {}
    for n, kind in enumerate((*kinds, Busy)):
        host = f"t{n}.test"
        sites[host] = kind(lambda host=host: f"http://{host}:{at_port[0].port}", seed + n)

    def behaviour(asked: Asked) -> Behaviour:
        return sites[asked.host](asked)

    async def run() -> tuple[list[str], int]:
        faults = []
        with serving(behaviour) as server:
            at_port.append(server)
            async with clocked(folder, server, list(sites), first_poll=FIRST) as at:
                for host, site in list(sites.items())[:-1]:
                    faults += [f"seed {seed}, {fault}" for fault in await _trap(at, site, host, draw)]
                if seed % 5 == 0:
                    faults += [f"seed {seed}, {fault}" for fault in await _busy(at, f"t{size}.test")]
                ((refused,),) = await at.rows("SELECT coalesce(sum(count), 0) FROM refused_link")
        return faults, refused

    faults, refused = in_loop(run)
    return Batch(size, faults, {"sum links refused and counted": float(refused)})
