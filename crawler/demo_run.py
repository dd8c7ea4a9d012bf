"""`dateline demo`: the bundled agency on loopback, crawled for real, in two passes with its own events in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from crawler.config import Config
from crawler.demo.narrate import compare, report
from crawler.demo.server import DemoServer
from crawler.loop import run_in_loop
from crawler.passes import exit_status, run_pass
from crawler.progress import progress
from crawler.start import Start, at_work, told
from crawler.start_crawl import crawl_settings
from storage.errors import StorageError
from storage.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

CONTACT = "demo@agency.test"
PASSES = 4
"""First the agency as it stands; then its events; then what only a later look can see (withdrawals leave the feeds)."""


def _clear(database: Path) -> None:
    """Remove the database of an earlier demo. Raises `StorageError` for a file that holds anything else."""
    if not database.exists():
        return
    with Reader(database) as reader:
        others = reader.db.conn.execute("SELECT source FROM runs WHERE source NOT LIKE 'demo%' LIMIT 1").fetchone()
    if others:
        raise StorageError(f"{database}: holds more than a demo ({others[0]}); name another file with --db")
    for end in ("", "-wal", "-shm", ".daemon-lock"):
        database.with_name(database.name + end).unlink(missing_ok=True)


def demo(database: Path, keep_log: Path | None) -> int:
    """Crawl the demo agency into `database` (made anew; an earlier demo's is replaced) and print what is in it; 1 when
    anything was not recognised.

    Raises `StorageError`."""
    _clear(database)
    click.echo("A small news agency on loopback, crawled for real: feeds, sitemaps, robots.txt, updates, corrections.")
    click.echo(f"database {database}\n")
    differences: list[str] = []

    async def main(stop: asyncio.Event) -> int:
        config = replace(Config(database=database), contact=CONTACT, first_poll=0, delay_floor=0.0)
        shown = progress("dateline demo", as_json=False)
        async with DemoServer() as server:
            sources = server.sources()
            start = Start(config, sources, crawl_settings(config, quiet=True), shown, server.exceptions())
            try:
                async with at_work(start, stop) as (session, runner):
                    status = 0
                    for number in range(PASSES):
                        if number:
                            await server.play(number)
                            await asyncio.sleep(server.interval)
                        reports = await run_pass(session, sources.values(), runner)
                        for one in reports:
                            told(shown, one)
                        status = max(status, exit_status(reports))
            finally:
                shown.close()
            differences.extend(compare(database, server.log, server.expected()))
            if keep_log:
                server.log.write(keep_log)
        return status

    run_in_loop(main)
    report(database)
    for difference in differences:
        click.echo(f"not as expected: {difference}", err=True)
    return 1 if differences else 0
