"""`scrapy crawl` and `dateline run / backfill / daemon`: from what the user typed to an exit status."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from zoneinfo import ZoneInfo

import click

from crawler import settings as project_settings
from crawler import sharded
from crawler.arguments import ArgumentProblem, parse
from crawler.config import Config, ConfigError, configuration, user_agent
from crawler.first_day import warn_without_contact
from crawler.loop import run_in_loop
from crawler.politeness.protected import reads_pickles
from crawler.progress import progress
from crawler.registry import RegistryError, load_beside, packaged, select
from crawler.start import Start, at_work, told
from crawler.terminal import line
from storage.errors import StorageError
from storage.lock import refuse_held

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.settings import Settings

    from crawler.source import Source
    from crawler.spiders.agency import AgencySpider
    from pipelines.workers import ExtractionPool

WRONG_USAGE, STORAGE_FAILED = 2, 3

PATIENCE, PATIENCE_OF_A_BACKFILL = 600.0, 4000.0
"""Seconds that one crawl waits for a host's turn; a backfill also until a spent hourly budget has room again."""

NICE_OF_A_BACKFILL = 5
"""How much a backfill's extraction gives way: live stories that come meanwhile are extracted first. Not the process itself,
which would be slow to let go of the database's lock."""

Opened = Mapping[str, tuple[str, int]]
"""Host name -> (loopback address, port) that the command opens in the address guard."""


def registry_of(config: Config) -> tuple[dict[str, Source], dict[str, RegistryError]]:
    """The registry as this installation sees it: packaged sources overlaid by the user's own folder; and by name what is wrong
    with files of that folder, which are left out.

    Raises `RegistryError`."""
    return load_beside(packaged(), config.sources_dir)


def sources_of(config: Config) -> dict[str, Source]:
    """The sources of `registry_of`; a file that is left out is a line on standard error.

    Raises `RegistryError`."""
    sources, broken = registry_of(config)
    for error in broken.values():
        click.echo(f"{error}: left out", err=True)
    return sources


def chosen(config: Config, names: Sequence[str]) -> tuple[dict[str, Source], list[RegistryError]]:
    """The sources to crawl: those named, else those chosen in dateline.toml, closed ones never, nor those of other shards;
    and what is wrong with the files of sources that dateline.toml chooses, which are left out and a line on standard error.

    Raises `RegistryError` for a name that is unknown or closed, or whose file is wrong; `ConfigError` for one of another
    shard, or where none is left."""
    asked = names or config.sources
    only = (
        None if config.shard else asked
    )  # of the packaged no other: all take .2 s; but shards are of the whole registry
    sources, broken = load_beside(packaged(), config.sources_dir, only)
    if any(name not in sources and name not in broken for name in asked):
        sources, broken = registry_of(config)  # for the nearest names
    for error in (broken[name] for name in names if name in broken):
        raise error
    for error in broken.values():
        click.echo(f"{error}: left out", err=True)
    wanted = [name for name in asked if name not in broken]
    found = select(sources, wanted)
    for source in found.values():
        if source.closed and source.name in names:
            raise RegistryError(f"{source.name} is closed: {source.closed}")
    left_out = [] if names else [broken[name] for name in config.sources if name in broken]
    if not found and left_out:
        raise left_out[0]
    if not found:
        raise ConfigError(
            "nothing is chosen: name agencies under `sources` in dateline.toml (`dateline init`), or after the command"
        )
    found = {name: source for name, source in found.items() if not source.closed}
    return sharded.own(config, sources, found, named=bool(names)), left_out


def enabled(config: Config, names: Sequence[str]) -> dict[str, Source]:
    """The sources of `chosen`."""
    return chosen(config, names)[0]


def by_hand(name: str, base: Settings | None) -> type[AgencySpider] | None:
    """The spider that somebody wrote by hand under this name (SPIDER_MODULES), with its own `source`; else None."""
    from scrapy.spiderloader import SpiderLoader

    from crawler.loader import harmless
    from crawler.spiders.agency import AgencySpider

    if base is None or name not in (loader := SpiderLoader.from_settings(base)).list():
        return None
    spider = harmless(loader.load(name), base)
    if not issubclass(spider, AgencySpider):
        raise RegistryError(f"{name}: {spider.__module__}.{spider.__name__} is no AgencySpider, which a crawl needs")
    return spider


def crawl_settings(config: Config, base: Settings | None = None, *, quiet: bool = False) -> dict[str, Any]:
    """Scrapy's settings of a crawl; `base` is what a `scrapy` command was given (`-s`, `-O`)."""
    agent = user_agent(config, version("dateline"))
    level = "WARNING" if quiet else "INFO"
    cookies = base is not None and base.getbool("COOKIES_ENABLED")
    own = project_settings.for_crawls(agent, log_level=level, proxy=config.proxy, cookies=cookies)
    if config.log_file:
        own["LOG_FILE"] = str(config.log_file)
    if base is not None:
        own |= {name: base[name] for name in base if (base.getpriority(name) or 0) >= 30}
    return own


def places(opened: Iterable[str]) -> dict[str, tuple[str, int]]:
    """`HOST=ADDRESS:PORT` of a command line -> the address guard's exceptions.

    Raises `ArgumentProblem`."""
    found = {}
    for text in opened:
        name, _, place = text.partition("=")
        address, _, port = place.rpartition(":")
        if not name or not address or not port.isdecimal():
            raise ArgumentProblem(f"--at {text!r}: write HOST=ADDRESS:PORT, as in agency.test=127.0.0.1:8000")
        try:
            loopback = ip_address(address.strip("[]")).is_loopback
        except ValueError:
            loopback = False
        if not loopback or not 0 < int(port) < 65536:
            raise ArgumentProblem(f"--at {text!r}: the address guard opens loopback addresses with a port only")
        found[name] = (address.strip("[]"), int(port))
    return found


@dataclass(frozen=True, slots=True)
class Typed:
    """What one crawl command was given."""

    source: str
    arguments: Mapping[str, str]
    only_estimate: bool = False


def start_crawl(name: str, raw: Mapping[str, str], base: Settings, stream: TextIO) -> int:
    """`scrapy crawl NAME -a …`: one crawl; a wrong name or argument is one line on `stream` and status 2."""
    try:
        config = configuration(None, Path(base.get("DATELINE_CONFIG") or Path.cwd()))
        try:
            opened = places(f"{host}={place}" for host, place in base.getdict("ADDRESS_EXCEPTIONS").items())
        except ValueError as error:
            raise ArgumentProblem(f"ADDRESS_EXCEPTIONS: {error}") from error
        if pickles := reads_pickles(base):
            raise ArgumentProblem(pickles)
        settings = crawl_settings(config, base)
        return one_crawl(config, Typed(name, raw), settings=settings, as_json=False, opened=opened, base=base)
    except (ArgumentProblem, RegistryError, ConfigError) as error:
        stream.write(f"{line(error)}\n")
        return WRONG_USAGE
    except StorageError as error:
        stream.write(f"{line(error)}\n")
        return STORAGE_FAILED


def one_crawl(
    config: Config,
    typed: Typed,
    *,
    settings: dict[str, Any],
    as_json: bool,
    opened: Opened | None = None,
    base: Settings | None = None,
) -> int:
    """Crawl one source now, or with since/until its archive; the exit status comes from the ledger. An estimate reads the
    archive's pages, not its articles.

    Raises `ArgumentProblem`, `RegistryError`, `StorageError`."""
    spider = by_hand(typed.source, base)
    sources = {typed.source: spider.source} if spider else enabled(config, [typed.source])
    source = sources[typed.source]
    zone = ZoneInfo(source.profile.timezone or "UTC")
    arguments = parse(typed.arguments, zone, datetime.now(UTC))
    warn_without_contact(config)
    click.echo(f"database {config.database}", err=True)

    async def main(stop: asyncio.Event) -> int:
        from crawler.backfilling import Span
        from crawler.backfilling import told as backfill_told
        from crawler.passes import crawl, exit_status

        span = None
        if arguments.since:
            import pipelines.published  # noqa: F401 - what reads days in addresses: here, not when the loop needs it

            until = arguments.until or datetime.now(UTC)
            span = Span(arguments.since, until, arguments.oldest_first, open_end=arguments.until is None)
        patience = PATIENCE if span is None else PATIENCE_OF_A_BACKFILL
        limit = 0 if typed.only_estimate else arguments.limit
        shown = progress(source.name, as_json=as_json)
        start = Start(config, sources, settings, shown, opened or {}, nice=NICE_OF_A_BACKFILL if span else 0)
        try:
            async with at_work(start, stop) as (session, runner):
                estimate = typed.only_estimate
                async with backfill_told(session, source, span, estimate=estimate) if span else nullcontext():
                    report = await crawl(
                        session, source, runner, spider=spider, span=span, limit=limit, patience=patience
                    )
                    told(shown, report)
                return exit_status([report])
        finally:
            shown.close()

    return run_in_loop(main)


def one_pass(
    config: Config,
    names: Sequence[str],
    *,
    as_json: bool,
    opened: Opened | None = None,
    pool: ExtractionPool | None = None,
) -> int:
    """`dateline run`: one pass over what is due. `pool`: see `open_session`.

    Raises `RegistryError`, `StorageError`."""
    sources, left_out = chosen(config, names)

    async def main(stop: asyncio.Event) -> int:
        from crawler.passes import exit_status, run_pass

        shown = progress("dateline run", as_json=as_json)
        start = Start(config, sources, crawl_settings(config, quiet=True), shown, opened or {}, pool=pool)
        try:
            async with at_work(start, stop) as (session, runner):
                reports = await run_pass(session, sources.values(), runner)
                for report in reports:
                    told(shown, report)
                return exit_status(reports) or int(bool(left_out))
        finally:
            shown.close()

    return run_in_loop(main)


def run_daemon(
    config: Config,
    names: Sequence[str],
    *,
    as_json: bool,
    opened: Opened | None = None,
    pool: ExtractionPool | None = None,
) -> int:
    """`dateline daemon`: every enabled source until SIGTERM. `pool`: see `open_session`.

    Raises `RegistryError`, `StorageError`."""
    sources = enabled(config, names)
    refuse_held(config.database)

    async def main(stop: asyncio.Event) -> int:
        from crawler.daemon import daemon

        shown = progress("dateline daemon", as_json=as_json)
        try:
            start = Start(config, sources, crawl_settings(config), shown, opened or {}, stays=True, pool=pool)
            return await daemon(start, stop)
        finally:
            shown.close()

    # Their lines on every crawl's middlewares would bury ours.
    for noisy in ("apscheduler", "scrapy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return run_in_loop(main)
