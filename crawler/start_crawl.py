"""`scrapy crawl` and `dateline run / backfill / daemon`: from what the user typed to an exit status."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from zoneinfo import ZoneInfo

from crawler import settings as project_settings
from crawler.arguments import ArgumentProblem, parse
from crawler.config import Config, ConfigError, user_agent
from crawler.loop import run_in_loop
from crawler.progress import progress
from crawler.registry import RegistryError, load, packaged, select
from crawler.start import Start, at_work, told
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.settings import Settings

    from crawler.source import Source

WRONG_USAGE, STORAGE_FAILED = 2, 3

Opened = Mapping[str, tuple[str, int]]
"""Host name -> (loopback address, port) that the command opens in the address guard."""


def sources_of(config: Config) -> dict[str, Source]:
    """The registry as this installation sees it: packaged sources overlaid by the user's own folder.

    Raises `RegistryError`."""
    return load(packaged(), *([config.sources_dir] if config.sources_dir else []))


def enabled(config: Config, names: Sequence[str]) -> dict[str, Source]:
    """The sources to crawl: those named, else those chosen in dateline.toml; closed ones never.

    Raises `RegistryError` for a name that is unknown or closed."""
    chosen = select(sources_of(config), names or config.sources)
    for source in chosen.values():
        if source.closed and source.name in names:
            raise RegistryError(f"{source.name} is closed: {source.closed}")
    return {name: source for name, source in chosen.items() if not source.closed}


def crawl_settings(config: Config, base: Settings | None = None, *, quiet: bool = False) -> dict[str, Any]:
    """Scrapy's settings of a crawl; `base` is what a `scrapy` command was given (`-s`, `-O`)."""
    agent = user_agent(config, version("dateline"))
    level = "WARNING" if quiet else "INFO"
    own = project_settings.for_crawls(agent, log_level=level, proxy=config.proxy)
    if config.log_file:
        own["LOG_FILE"] = str(config.log_file)
    if base is not None:
        own |= {name: base[name] for name in base if (base.getpriority(name) or 0) >= 30}
    return own


def places(opened: Iterable[str]) -> dict[str, tuple[str, int]]:
    """`HOST=ADDRESS:PORT` of a command line -> the address guard's exceptions.

    Raises `ArgumentProblem`; that an address is loopback, the guard itself sees to."""
    found = {}
    for text in opened:
        name, _, place = text.partition("=")
        address, _, port = place.rpartition(":")
        if not name or not address or not port.isdecimal():
            raise ArgumentProblem(f"--at {text!r}: write HOST=ADDRESS:PORT, as in agency.test=127.0.0.1:8000")
        found[name] = (address.strip("[]"), int(port))
    return found


@dataclass(frozen=True, slots=True)
class Typed:
    """What one crawl command was given."""

    source: str
    arguments: Mapping[str, str]


def start_crawl(name: str, raw: Mapping[str, str], base: Settings, stream: TextIO) -> int:
    """`scrapy crawl NAME -a …`: one crawl; a wrong name or argument is one line on `stream` and status 2."""
    try:
        config = Config.find(Path(base.get("DATELINE_CONFIG") or Path.cwd()))
        opened = places(f"{host}={place}" for host, place in base.getdict("ADDRESS_EXCEPTIONS").items())
        return one_crawl(config, Typed(name, raw), settings=crawl_settings(config, base), as_json=False, opened=opened)
    except (ArgumentProblem, RegistryError, ConfigError) as error:
        stream.write(f"{error}\n")
        return WRONG_USAGE
    except StorageError as error:
        stream.write(f"{error}\n")
        return STORAGE_FAILED


def one_crawl(
    config: Config, typed: Typed, *, settings: dict[str, Any], as_json: bool, opened: Opened | None = None
) -> int:
    """Crawl one source now, or with since/until its archive; the exit status comes from the ledger.

    Raises `ArgumentProblem`, `RegistryError`, `StorageError`."""
    sources = enabled(config, [typed.source])
    source = sources[typed.source]
    zone = ZoneInfo(source.profile.timezone or "UTC")
    arguments = parse(typed.arguments, zone, datetime.now(UTC))

    async def main(stop: asyncio.Event) -> int:
        from crawler.passes import Span, crawl, exit_status

        span = Span(arguments.since, arguments.until or datetime.now(UTC)) if arguments.since else None
        shown = progress(source.name, as_json=as_json)
        start = Start(config, sources, settings, shown, opened or {})
        try:
            async with at_work(start, stop) as (session, runner):
                report = await crawl(session, source, runner, span=span, limit=arguments.limit, patience=600.0)
                told(shown, report)
                return exit_status([report])
        finally:
            shown.close()

    return run_in_loop(main)


def one_pass(config: Config, names: Sequence[str], *, as_json: bool, opened: Opened | None = None) -> int:
    """`dateline run`: one pass over what is due.

    Raises `RegistryError`, `StorageError`."""
    sources = enabled(config, names)

    async def main(stop: asyncio.Event) -> int:
        from crawler.passes import exit_status, run_pass

        shown = progress("dateline run", as_json=as_json)
        start = Start(config, sources, crawl_settings(config, quiet=True), shown, opened or {})
        try:
            async with at_work(start, stop) as (session, runner):
                reports = await run_pass(session, sources.values(), runner)
                for report in reports:
                    told(shown, report)
                return exit_status(reports)
        finally:
            shown.close()

    return run_in_loop(main)


def run_daemon(config: Config, names: Sequence[str], *, as_json: bool, opened: Opened | None = None) -> int:
    """`dateline daemon`: every enabled source until SIGTERM.

    Raises `RegistryError`, `StorageError`."""
    sources = enabled(config, names)

    async def main(stop: asyncio.Event) -> int:
        from crawler.daemon import daemon

        shown = progress("dateline daemon", as_json=as_json)
        try:
            return await daemon(Start(config, sources, crawl_settings(config), shown, opened or {}), stop)
        finally:
            shown.close()

    # Their lines on every crawl's middlewares would bury ours.
    for noisy in ("apscheduler", "scrapy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return run_in_loop(main)
