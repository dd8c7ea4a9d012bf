"""`dateline changes`: what was written, each change once and in order, to its end or for as long as somebody reads."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from crawler import terminal
from storage.follow import BATCH, follow
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.reader import Change

POLL_SECONDS = 0.25
NARROW = 120


def show_changes(database: Path, since: int, *, follow: bool, as_json: bool) -> int:
    """Print the changes after `since`; with `follow` go on with those that come, until SIGTERM, SIGINT or the end of the
    reader of our output. A line is written whole or not at all.

    Raises `StorageError`, Rewound where the database never had a change `since`."""
    width = terminal.columns()
    told: Callable[[Change], str] = _for_programs if as_json else lambda change: _for_people(change, width)
    if follow:
        return _follow(database, since, told)
    with Reader(database) as reader:
        while found := reader.changes(since, limit=BATCH):
            for change in found:
                click.echo(told(change))
            since = found[-1].seq
    return 0


def _follow(database: Path, since: int, told: Callable[[Change], str]) -> int:
    from crawler.outlet import outlet

    with outlet() as out, closing(follow(database, since, wait=lambda: out.wait(POLL_SECONDS))) as batches:
        for found in batches:
            if not out.put(told(change) for change in found):
                break
    return 0


def _for_programs(change: Change) -> str:
    return terminal.dumps(asdict(change))


def _for_people(change: Change, width: int | None) -> str:
    """On a narrow terminal the time is without year and seconds, so that there is room for the title."""
    at = change.at if width is None or width > NARROW else change.at[5:16].replace("T", " ")
    which = f"{change.article_id}.{change.revision}"
    named = f"{terminal.line(change.source)}  {terminal.line(change.title or '')}"
    text = f"{change.seq:>7} {at} {change.kind:11} {which:>8}  {named}"
    return terminal.fitted(text, width)
