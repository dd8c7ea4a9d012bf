"""`dateline sources list / show`: the registry for people and programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from crawler.catalogue import archive, filtered, live
from crawler.registry import select
from crawler.sharded import shard_of
from crawler.shards import numbers
from crawler.start_crawl import sources_of
from crawler.terminal import columns, dumps, line, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.config import Config
    from crawler.source import Source


def show_list(config: Config, *, language: str | None, country: str | None, closed: bool, as_json: bool) -> int:
    """One row a source, by name, so that editions of one agency stand together; the closed ones only where asked for. With
    shards also which one each is in, and a mark at the installation's own.

    Raises `RegistryError` for a language or country that no source of the registry has."""
    every = sources_of(config)
    wanted = filtered(every.values(), language=language, country=country)
    shown = [source for source in wanted if closed or not source.closed]
    shard = shard_of(config)
    places = numbers(every.values(), shard.of) if shard else {}
    rows = [
        {
            "name": s.name,
            "title": s.title,
            "country": s.country,
            "languages": list(s.languages),
            "endpoints": len(s.endpoints),
            "archive": any(e.role == "archive" for e in s.endpoints),
            "archive_from": s.archive_from,
            "confidence": s.confidence,
            "verified": s.verified,
            "closed": s.closed,
            "chosen": s.name in config.sources,
            **({"shard": places[s.name]} if shard else {}),
        }
        for s in shown
    ]
    if as_json:
        click.echo(dumps(rows, indent=1))
        return 0
    told = {name: f"{place}/{shard.of}" for name, place in places.items()} if shard else {}
    headings = (*(("shard",) if told else ()), "name", "in", "language", "found by", "archive", "evidence", "", "title")
    rows_of_open = [
        (*((told[source.name],) if told else ()), *_row(source, config)) for source in shown if not source.closed
    ]
    if rows_of_open:
        _print(headings, rows_of_open)
    if shut := [(f"  {s.name}", s.country or "", f"{s.title}: {s.closed}") for s in shown if s.closed]:
        click.echo("\nclosed:")
        _print(("name", "in", "why"), shut)
    hidden = sum(source.closed is not None for source in wanted) if not closed else 0
    more = f"; {hidden} closed not shown (--all shows them and why)" if hidden else ""
    click.echo(f"{number_of(len(rows_of_open), 'source')}{more}")
    if shard:
        mine = sum(not source.closed and places[source.name] == shard.number for source in shown)
        click.echo(f"{mine} of them in shard {shard}, which this is")
    click.echo("* chosen in dateline.toml; all were written from public evidence, `seen` where one has been seen live")
    return 0


def _row(source: Source, config: Config) -> tuple[str, ...]:
    mark = "*" if source.name in config.sources else " "
    where = (source.country or "", " ".join(source.languages))
    seen = "seen" if source.verified else ""
    reach = "" if not archive(source) else source.archive_from[:7] if source.archive_from else "yes"
    return (f"{mark} {source.name}", *where, live(source), reach, source.confidence, seen, source.title)


def _print(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A line a row, the last column cut to what a terminal leaves it; only why a source is closed goes on below."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        last = number == len(headings) - 1
        widest = max(cell_len(text) for text in (heading, *(row[number] for row in rows)))
        table.add_column(
            heading,
            no_wrap=heading != "why",
            overflow="ellipsis",
            min_width=None if last else min(widest, 16 if heading == "found by" else 32),
        )
    for row in rows:
        table.add_row(*(f"{'  ' * text.startswith('  ')}{line(text)}" for text in row))
    Console(width=columns() or 240, highlight=False, markup=False).print(table)


def show_one(config: Config, name: str) -> int:
    """All that the registry says of one source.

    Raises `RegistryError` for an unknown name."""
    source = select(sources_of(config), [name])[name]
    click.echo(dumps(asdict(source), indent=2))
    return 0
