"""What the commands share: their options, the configuration these name, and expected errors as one line and a status (0 done,
1 some source failed, 2 wrong usage, 3 storage failed)."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler import lean, terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.config import Config

DATABASE = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Database file (or DATELINE_DB; else dateline.toml's).",
)
OPENED = click.option(
    "--at",
    "opened",
    multiple=True,
    metavar="HOST=ADDRESS:PORT",
    help="Reach HOST at this loopback address: the one exception from the address guard (demo, tests).",
)


def _shard(context: click.Context, param: click.Parameter, value: str | None) -> str | None:
    del context, param
    from crawler import shards

    if value is not None and shards.parse(value) is None:
        raise click.BadParameter(f"{value!r}: expected {shards.EXPECTED}")
    return value


SHARD = click.option(
    "--shard",
    metavar="K/N",
    callback=_shard,
    help="Only those of the sources that are in shard K of N (or DATELINE_SHARD; else dateline.toml's).",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="JSON for programs.")


class BrokeOff(Exception):
    """A look at a site that ended before it was done; the text names the site and the cause."""


def configuration(db: Path | None, shard: str | None = None) -> Config:
    """The nearest dateline.toml, its database overruled by DATELINE_DB and that by `--db`, its shard by DATELINE_SHARD and
    that by `--shard`."""
    from crawler.config import configuration as found

    config = found(db, Path.cwd())
    return replace(config, shard=shard) if shard else config


def local_files(names: tuple[str, ...]) -> list[Path]:
    """The files of a command line. Raises BadParameter where one is no file, UsageError where there is none."""
    if not names:
        raise click.UsageError("Missing argument 'FILES...'.")
    for name in names:
        if not Path(name).is_file():
            kind = "is a directory" if Path(name).is_dir() else "does not exist"
            raise click.BadParameter(f"File {name!r} {kind}.", param_hint="'FILES...'")
    return [Path(name) for name in names]


INTERRUPTED = 128 + signal.SIGINT
"""Exit status of a command that was interrupted before it had begun, as shells have it."""


def told_plainly(command: Callable[..., int]) -> Callable[..., None]:
    """Expected errors are one line on standard error and the status that belongs to them."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            lean.load_sqlite_utils()
            from crawler.arguments import ArgumentProblem
            from crawler.config import ConfigError
            from crawler.fields import RegistryError
            from crawler.log_lines import careful_from_here
            from storage.errors import StorageError
            from storage.search import QueryError
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

        careful_from_here()
        try:
            status = command(*arguments, **options)
        except (ArgumentProblem, ConfigError, RegistryError, QueryError) as error:
            click.echo(terminal.line(error), err=True)
            status = 2
        except BrokeOff as error:
            click.echo(terminal.line(error), err=True)
            status = 1
        except StorageError as error:
            click.echo(terminal.line(error), err=True)
            status = 3
        except OSError as error:  # a log file, a folder: what the user named cannot be used
            click.echo(terminal.line(f"{error.filename or 'standard output'}: {error.strerror or error}"), err=True)
            status = 2
        except KeyboardInterrupt:  # before a command has ends of its own
            status = INTERRUPTED
        sys.exit(status)

    return run
