"""`dateline backfills`: the spans that were asked for, how far each has come, how long the rest will take."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from crawler.arguments import ArgumentProblem
from crawler.backfilling import floored, zone_of
from crawler.coverage import archive_of
from crawler.estimate import chain_of, estimate, facts, in_words, seconds_each
from crawler.registry import select
from crawler.source import Politeness
from crawler.start_crawl import sources_of
from crawler.terminal import dumps, line, plain
from storage import standings
from storage.frontier import Frontier
from storage.reader import Reader
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.config import Config
    from crawler.source import Source
    from storage.standings import BackfillStanding


def show(config: Config, name: str | None, *, finished: bool, as_json: bool) -> int:
    """Two lines a backfill, the oldest first; JSON as one object a line.

    Raises `RegistryError` for a name of no source and no backfill, `StorageError`."""
    sources = sources_of(config)
    with Reader(config.database) as reader:
        found = standings.every(reader.db, name, finished=finished)
        if name and name not in sources and not (found or standings.every(reader.db, name, finished=True)):
            select(sources, [name])  # which names the nearest
    for standing in found:
        source = sources.get(standing.source)
        if as_json:
            click.echo(dumps(_facts(standing, source, config)))
        else:
            click.echo("\n".join(plain(row).replace("\n", " ") for row in _lines(standing, source, config)))
    if not found and not as_json:
        which = "backfill" if finished else "unfinished backfill"
        click.echo(f"no {which} of {line(name)}" if name else f"no {which}")
    return 0


def close(config: Config, number: int) -> int:
    """Finish a backfill as it stands: its unread pages are left, its articles go to the live crawl.

    Raises `ArgumentProblem` for one that there is not, or that is finished; `StorageError`."""
    with Reader(config.database) as reader:
        found = {standing.id: standing for standing in standings.every(reader.db, finished=True)}
    if number not in found or found[number].finished_at is not None:
        why = "is finished already" if number in found else "is none of this database (`dateline backfills --all`)"
        raise ArgumentProblem(f"--close {number}: backfill {number} {why}")
    with closing(Store.open(config.database)) as store:
        Frontier(store).finish_backfill(number, store.clock()).result()
    standing = found[number]
    click.echo(
        f"backfill {number} of {standing.source} closed: {standing.to_list:,} archive pages unread,"
        f" {standing.left:,} articles left to the live crawl"
    )
    return 0


def _estimated(standing: BackfillStanding, source: Source | None, config: Config) -> tuple[str, Mapping[str, object]]:
    politeness = floored(source.politeness if source else Politeness(), config.delay_floor)
    each = seconds_each(politeness, standing.crawl_delay, standing.fetch_seconds)
    given = estimate(standing, chain=chain_of(source) if source else None, seconds_each=each)
    return in_words(standing, given, each), facts(standing, given)


def _lines(standing: BackfillStanding, source: Source | None, config: Config) -> list[str]:
    zone = zone_of(source) if source else UTC
    since, until = (f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}" for at in (standing.since, standing.until))
    order = "oldest first" if standing.oldest_first else "newest first"
    ended = f", finished {standing.finished_at}" if standing.finished_at else ""
    words, _ = _estimated(standing, source, config)
    where = archive_of(source) if source else "its source is no longer in the registry"
    return [
        f"{standing.id}  {standing.source}  {since} to {until}, {order}, begun {standing.started_at}{ended}",
        f"   {words}; {where}",
    ]


def _facts(standing: BackfillStanding, source: Source | None, config: Config) -> dict[str, object]:
    words, told = _estimated(standing, source, config)
    return {
        "source": standing.source,
        **told,
        "oldest_first": standing.oldest_first,
        "started_at": standing.started_at,
        "finished_at": standing.finished_at,
        "words": words,
    }
