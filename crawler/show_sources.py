"""`dateline sources list / show`: the registry for people and programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from crawler.registry import select
from crawler.start_crawl import sources_of

if TYPE_CHECKING:
    from crawler.config import Config


def show_list(config: Config, *, as_json: bool) -> int:
    """Every source of the registry, one row each."""
    sources = sorted(sources_of(config).values(), key=lambda source: source.name)
    rows = [
        {
            "name": s.name,
            "title": s.title,
            "languages": list(s.languages),
            "endpoints": len(s.endpoints),
            "archive": any(e.role == "archive" for e in s.endpoints),
            "confidence": s.confidence,
            "verified": s.verified,
            "closed": s.closed,
            "chosen": s.name in config.sources,
        }
        for s in sources
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("name", "title", "languages", "archive", "confidence", "state"):
        table.add_column(heading, no_wrap=heading == "name")
    for row in rows:
        state = f"closed: {row['closed']}" if row["closed"] else "verified" if row["verified"] else "unseen"
        name = f"* {row['name']}" if row["chosen"] else f"  {row['name']}"
        languages = " ".join(row["languages"]) if isinstance(row["languages"], list) else ""
        table.add_row(
            name, str(row["title"]), languages, "yes" if row["archive"] else "", str(row["confidence"]), state
        )
    Console().print(table)
    click.echo("* chosen in dateline.toml; unseen: not yet seen live, written from public evidence")
    return 0


def show_one(config: Config, name: str) -> int:
    """All that the registry says of one source.

    Raises `RegistryError` for an unknown name."""
    source = select(sources_of(config), [name])[name]
    click.echo(json.dumps(asdict(source), ensure_ascii=False, indent=2))
    return 0
