"""How long the event loop of a real crawl stands still at a sitemap of 50,000 addresses (22 MB), for `bench/feeds.py`.

    python bench/sitemap_loop.py

The crawl is that of `dateline run`, with a new database, over loopback; the server is a process of its own. A task that sleeps
5 ms at a time notes by how much later it wakes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.feed_costs import sitemap  # noqa: E402
from bench.idle import TOML  # noqa: E402
from crawler.config import Config  # noqa: E402
from crawler.demo.answers import Response, text  # noqa: E402
from crawler.demo.beside import beside  # noqa: E402
from crawler.demo.server import ADDRESS, Listener  # noqa: E402
from crawler.loop import run_in_loop  # noqa: E402
from crawler.progress import Silent  # noqa: E402
from crawler.start import Start, at_work  # noqa: E402
from crawler.start_crawl import chosen, crawl_settings  # noqa: E402

TICK = 0.005
HOST = "agency.test"


class Large:
    """A host with one sitemap and no page."""

    def __init__(self, port: int = 0) -> None:
        self.body = sitemap().replace(b"http://agency.test/", b"http://agency.test:%d/" % port)

    def respond(self, method: str, host: str, target: str, headers: Mapping[str, str] | None = None) -> Response:
        del method, host, headers
        if target == "/feed.xml":
            return Response(200, {"Content-Type": "application/xml"}, self.body)
        return text(200, "User-agent: *") if target == "/robots.txt" else text(404, "no such page")


def serve(told: multiprocessing.Queue[int]) -> None:
    """The server, until its process is ended."""
    behind = Large()
    with beside(server := Listener(behind), "sitemap"):
        behind.body = Large(server.port).body
        told.put(server.port)
        time.sleep(600)


async def late(found: list[float]) -> None:
    """By how much later than asked this wakes, in seconds, until cancelled."""
    while True:
        asked = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        found.append(time.monotonic() - asked)


def crawled(folder: Path, port: int) -> dict[str, float]:
    """In a new project in `folder`: milliseconds of the longest standstills with the sitemap, and memory over what was held
    before, MB."""
    own = folder / "sources"
    own.mkdir()
    filled = TOML.format(number=1, host=HOST, port=port, pattern=r"agency\.test", delay=0.1)
    filled = filled.replace("/news/\\d+", "/economy/.*").replace("/news/1", "/economy/1").replace('"feed"', '"sitemap"')
    (own / "large.toml").write_text(filled, "utf-8")
    (folder / "dateline.toml").write_text(
        'database = "news.db"\nsources_dir = "sources"\nsources = ["large"]\nfirst_poll = 1\ndelay_floor = 0.1\n',
        "utf-8",
    )
    config = Config.find(folder)
    sources, _ = chosen(config, ())
    found: list[float] = []
    memory: list[float] = []

    async def main(stop: asyncio.Event) -> int:
        from crawler.passes import crawl

        start = Start(config, sources, crawl_settings(config), Silent(), {HOST: (ADDRESS, port)})
        async with at_work(start, stop) as (session, runner):
            await session.pool.run(len, b"", seconds=60.0)  # the workers are there
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            ticking = asyncio.create_task(late(found))
            await crawl(session, sources["large"], runner, limit=1)
            ticking.cancel()
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return 0

    logging.disable(logging.WARNING)
    run_in_loop(main)
    found.sort(reverse=True)
    return {
        "longest standstill ms": round(1000 * found[0]),
        "second ms": round(1000 * found[1]),
        "extra peak MB of the crawler": round(memory[1] - memory[0]),
    }


def main() -> int:
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    server = context.Process(target=serve, args=(told,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="dateline-sitemap-") as folder:
            print(json.dumps(crawled(Path(folder), told.get(timeout=120))))
    finally:
        server.kill()
        server.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
