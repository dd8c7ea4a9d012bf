"""`python -m crawler.demo`: the demo site as a process of its own, until SIGTERM or SIGINT.

With `--stories` (and `--events`, `--seed`) it is the grown demo, whose events come over three days (crawler/demo/grown);
`python bench/events.py` crawls that with the clock moved along.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import click

from crawler.demo.grown.pieces import MOBILE_HOST, PAPER, WIRE
from crawler.demo.grown.plan import plan
from crawler.demo.grown.site import GrownSite
from crawler.demo.project import opened, write_project
from crawler.demo.server import DemoServer, Listener
from crawler.demo.site import Site
from crawler.demo.stories import AGENCY, OUTLET


@click.command()
@click.option("--port", default=0, help="Port on 127.0.0.1; 0: a free one.")
@click.option("--ready-file", type=click.Path(path_type=Path), help='Written once it listens: {"port": …, "pid": …}.')
@click.option("--log", "log_file", type=click.Path(path_type=Path), help="One JSON line a request, appended.")
@click.option("--control", "levers", is_flag=True, help="Answer /_control/ (crawler/demo/control.py).")
@click.option("--base-time", type=float, help="Epoch seconds from which the stories' ages count.  [default: now]")
@click.option("--archive-days", default=0, help="Whole days before with generated stories.")
@click.option("--per-day", default=20, help="Generated stories on each of them.")
@click.option("--generated-only", is_flag=True, help="Without the written stories, their events and the odd pages.")
@click.option("--every", type=float, help="A generated story every so many seconds.")
@click.option("--project", type=click.Path(path_type=Path), help="Write a folder from which the site can be crawled.")
@click.option("--crawl-delay", type=float, help="Seconds, in the agency's robots.txt.")
@click.option("--stories", type=int, help="The grown demo, with so many stories; most other options do not apply.")
@click.option("--events", default=900, show_default=True, help="What happens to them within three days.")
@click.option("--seed", default=1, show_default=True, help="Of the grown demo.")
def main(
    port: int,
    ready_file: Path | None,
    log_file: Path | None,
    levers: bool,
    base_time: float | None,
    archive_days: int,
    per_day: int,
    generated_only: bool,
    every: float | None,
    crawl_delay: float | None,
    project: Path | None,
    stories: int | None,
    events: int,
    seed: int,
) -> None:
    """Serve the demo agency (agency.test) and its outlet (outlet.test) on loopback."""
    if stories is not None:
        if base_time is None:
            base_time = time.time()
        try:
            laid = plan(stories, events, seed, base_time=base_time)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        listener = Listener(GrownSite(laid, time.time), port=port, log_file=log_file)
        asyncio.run(_serve(listener, ready_file, project, (WIRE, PAPER), (MOBILE_HOST,)))
        return
    site = Site.with_archive(archive_days, per_day, base_time=base_time, scripted=not generated_only)
    if crawl_delay is not None:
        site.crawl_delay["agency.test"] = crawl_delay
    site.publish_every(every)
    asyncio.run(_serve(DemoServer(site, port=port, log_file=log_file, levers=levers), ready_file, project))


async def _serve(
    server: Listener,
    ready_file: Path | None,
    project: Path | None,
    names: Sequence[str] = (AGENCY, OUTLET),
    hosts: Sequence[str] = (),
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        ready = json.dumps({"port": server.port, "pid": os.getpid()})
        if ready_file is not None:
            # Renamed into place: whoever sees the file may read it.
            half = ready_file.with_name(ready_file.name + ".part")
            await asyncio.to_thread(half.write_text, ready, encoding="utf-8")
            half.replace(ready_file)
        click.echo(ready)
        if project is not None:
            await asyncio.to_thread(write_project, project, server.port, names=names)
            click.echo(f"cd {project} && dateline run {' '.join(opened(server.port, *hosts))}", err=True)
        await stop.wait()


if __name__ == "__main__":
    main()
