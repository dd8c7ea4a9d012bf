"""`dateline merge`: the databases of several shards into one, with the rules by which a crawl stores a text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import click

from crawler import terminal
from pipelines import fingerprint, kinship
from storage.merge import merge
from storage.merge_texts import Rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crawler.config import Config
    from storage.models import Article, Decision, Known

TOLD_EVERY: Final = 5.0
"""Seconds between two lines of progress."""


def decide(article: Article, known: Known, decision: Decision) -> Decision:
    """What a text is to those that are stored: of a new article its story, and whether it is a copy; of another text of one
    that is stored the stories that it makes one with its own (`pipelines.kinship`)."""
    if decision.article_id is None:
        return kinship.first(article, known, decision.status)
    return kinship.joined(article, known, decision)


def merge_databases(config: Config, databases: Sequence[Path], *, as_json: bool) -> int:
    """Take `databases` into that of `config`, and say what was new. Raises `StorageError`."""
    click.echo(f"database {config.database}", err=True)
    progress = _Progress()
    rules = Rules(decide, fingerprint.sketch, config.window_days)
    merged = merge(databases, config.database, rules, group=config.group, told=progress.at)
    if as_json:
        click.echo(terminal.dumps({str(each.path): each.counts for each in merged}))
        return 0
    for each in merged:
        told = ", ".join(f"{what} {number}" for what, number in sorted(each.counts.items()))
        click.echo(terminal.line(f"{each.path}: {told or 'nothing new'}"))
    return 0


class _Progress:
    """A line on standard error now and then."""

    def __init__(self) -> None:
        self._next = time.monotonic() + TOLD_EVERY

    def at(self, what: str, done: int) -> None:
        if time.monotonic() >= self._next:
            click.echo(f"{done} {what}", err=True)
            self._next = time.monotonic() + TOLD_EVERY
