"""The commands for who runs it: figures for monitoring, completion for a shell, manual pages; thin, like those of `cli`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from crawler.cli_reading import until_nobody_reads
from crawler.completing import SHELLS
from crawler.metrics import place
from crawler.options import DATABASE, configuration, told_plainly


def _place(context: click.Context, param: click.Parameter, value: str | None) -> str | None:
    del context, param
    if value is not None and place.parse(value) is None:
        raise click.BadParameter(f"{value!r}: expected {place.EXPECTED}")
    return value


def _prom(context: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    del context, param
    if value is not None and value.suffix != ".prom":
        raise click.BadParameter(f"{str(value)!r}: its name must end in .prom: the collector reads no other file")
    return value


METRICS = click.option(
    "--metrics",
    metavar="ADDRESS:PORT",
    callback=_place,
    help="Tell Prometheus there how the daemon stands; beyond loopback only as public:ADDRESS:PORT[,NAME...].",
)


@click.command()
@click.option(
    "--textfile",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_prom,
    help="Write this file, whole, for node-exporter's textfile collector (NAME.prom).  [default: standard output]",
)
@DATABASE
@told_plainly
@until_nobody_reads
def metrics(textfile: Path | None, db: Path | None) -> int:
    """The figures of the database in Prometheus' text format, once; `dateline daemon --metrics` tells them and its own at an
    address."""
    from crawler.metrics.textfile import text, write
    from crawler.sharded import narrowed

    content = text(narrowed(configuration(db)), now=time.time())
    if textfile is None:
        sys.stdout.buffer.write(content)
        return 0
    write(textfile, content)
    return 0


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
@until_nobody_reads
def completion(context: click.Context, shell: str) -> int:
    """What a shell is to read, so that it completes commands, options, sources and formats:

    \b
    bash:  eval "$(dateline completion bash)"      in ~/.bashrc
    zsh:   eval "$(dateline completion zsh)"       in ~/.zshrc
    fish:  dateline completion fish >~/.config/fish/completions/dateline.fish
    """
    from crawler.completing import script

    click.echo(script(_all_of(context), shell))
    return 0


@click.command()
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a page for each command here (/usr/local/share/man/man1).  [default: print that of dateline]",
)
@click.pass_context
@told_plainly
@until_nobody_reads
def man(context: click.Context, folder: Path | None) -> int:
    """The manual pages, made from the commands themselves: `dateline man | man -l -`."""
    from importlib.metadata import version

    from crawler import manual

    group = _all_of(context)
    if folder is None:
        click.echo(manual.pages(group, version("dateline"))["dateline.1"], nl=False)
        return 0
    click.echo(f"{manual.write(group, version('dateline'), folder)} pages in {folder}")
    return 0


def _all_of(context: click.Context) -> click.Group:
    group = context.find_root().command
    assert isinstance(group, click.Group)
    return group


COMMANDS = (metrics, completion, man)
