"""The first day: `dateline init` asks what it must and writes dateline.toml; nothing is crawled but what the user names."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler import private_files
from crawler.config import Config, ConfigError, parse, render

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = "dateline.toml"


def init(
    folder: Path,
    *,
    contact: str | None,
    sources: Sequence[str],
    database: str | None,
    own_sources: str | None,
    disk_limit: float | None,
    proxy: str | None,
    log_file: str | None,
    group: str | None,
    force: bool,
) -> int:
    """Write `folder`/dateline.toml from the options, asking on a terminal for contact and agencies that were not given.

    Raises `ConfigError` (a wrong value, or the file is there already), `RegistryError` (an agency that is
    unknown or closed)."""
    from crawler.catalogue import offer
    from crawler.registry import RegistryError, packaged, select
    from crawler.registry import load as load_sources

    folder = folder.absolute()
    file = folder / FILE
    if file.exists() and not force:
        raise ConfigError(f"{file} is there already; edit it, or write it anew with --force")
    own_folder = folder / own_sources if own_sources else None
    available = load_sources(packaged(), *([own_folder] if own_folder and own_folder.is_dir() else []))
    if sys.stdin.isatty():
        contact = contact or click.prompt(
            "Mail address or URL that sites can reach you at (empty: none)", default="", show_default=False
        )
        if not sources:
            click.echo(offer(available.values()))
            sources = click.prompt(
                "Which to crawl (blanks between; empty: none yet)", default="", show_default=False
            ).split()
    chosen = select(available, sources)
    for source in chosen.values():
        if source.closed:
            raise RegistryError(
                f"{source.name} is closed: {source.closed} (`dateline sources list` shows what is open)"
            )
    default = Config(database=folder / "news.db")
    config = replace(
        default,
        contact=contact or None,
        database=folder / database if database else default.database,
        sources_dir=own_folder,
        sources=tuple(chosen),
        disk_limit_gb=disk_limit if disk_limit is not None else default.disk_limit_gb,
        proxy=proxy,
        log_file=folder / log_file if log_file else None,
        group=group,
    )
    text = render(config)
    parse(text, file)  # what we write must be what we read: a wrong value is told now, not at the first run
    folder.mkdir(parents=True, exist_ok=True, mode=private_files.FOLDER)
    if own_folder:
        own_folder.mkdir(parents=True, exist_ok=True, mode=private_files.FOLDER)
    # It may hold the proxy's password.
    private_files.write(file, text.encode(), private_files.GROUP if group and not proxy else private_files.OWNER)
    click.echo(f"wrote {file}")
    warn_without_contact(config)
    unverified = [source.name for source in chosen.values() if not source.verified]
    if unverified:
        click.echo(f"not yet seen live by this installation: {', '.join(unverified)}", err=True)
    if chosen:
        click.echo("next: dateline run")
    else:
        click.echo(f"nothing is crawled yet: name agencies under `sources` in {file}, or: dateline run NAME")
    return 0


def warn_without_contact(config: Config) -> None:
    """A site that is troubled by us must be able to say so before it blocks us."""
    if not config.contact:
        click.echo(
            f'warning: no contact is set, so sites cannot reach you; put `contact = "you@example.org"` into {FILE}',
            err=True,
        )
