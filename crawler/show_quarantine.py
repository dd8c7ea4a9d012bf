"""`dateline quarantine list / release`: what was given up, for people and, with `--json`, for programs."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from crawler import terminal
from storage import clock, quarantine
from storage.errors import Missing
from storage.reader import Reader

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.quarantine import Asked, GivenUp

MOST_SHOWN: Final = 500
"""Addresses that are shown to people; `--json` gives all."""

MOST_NOTES: Final = 5


def show(config: Config, asked: Asked, *, as_json: bool) -> int:
    """List what lies in quarantine. Always 0; raises `StorageError` where the database cannot be read."""
    with Reader(config.database) as reader:
        found = quarantine.listed(reader.db, asked)
    if as_json:
        click.echo(terminal.dumps([asdict(one) for one in found], indent=1))
        return 0
    for one in found[:MOST_SHOWN]:
        click.echo(f"{terminal.line(one.source)}  {terminal.line(one.url)}")
        click.echo(f"    {_history(one)}: {terminal.line(one.reason or 'not said')}")
    if len(found) > MOST_SHOWN:
        click.echo(f"… and {len(found) - MOST_SHOWN:,} more (--json gives all)")
    reasons = Counter(one.reason.partition(": ")[0] or "not said" for one in found)
    told = ", ".join(f"{n:,} {terminal.line(reason)}" for reason, n in reasons.most_common(8))
    click.echo(f"{len(found):,} addresses given up{': ' + told if told else ''}")
    if found:
        click.echo("`dateline quarantine release URL` (or --source, --host, --reason, --all) makes them due again")
    return 0


def release(config: Config, asked: Asked, *, as_json: bool) -> int:
    """Make addresses due now. 1 when a named one is not there; raises `StorageError` where the database cannot be written."""
    from storage.frontier import Frontier
    from storage.store import Store

    if not config.database.exists():
        raise Missing(f"{config.database}: no such database: name it with --db")
    with Store.open(config.database, write=True, group=config.group) as store:
        frontier, now = Frontier(store), time.time()
        counts = {
            url: frontier.release_quarantine(
                now=now, source=asked.source, host=asked.host, reason=asked.reason, urls=None if url is None else [url]
            ).result()
            for url in asked.urls or (None,)
        }
    absent = [url for url, n in counts.items() if url is not None and not n]
    released = sum(counts.values())
    if as_json:
        click.echo(terminal.dumps({"released": released, "not_in_quarantine": absent}))
    else:
        click.echo(f"{released:,} addresses are due again")
    for url in absent:
        click.echo(terminal.line(f"{url}: does not lie in quarantine (see `dateline quarantine list`)"), err=True)
    return 1 if absent else 0


def notes(reader: Reader, *, now: float) -> dict[str, object]:
    """What `dateline status --json` says of addresses that were given up, hosts that are left alone, and traps of today
    and yesterday."""
    return {
        "given_up": quarantine.count(reader.db),
        "hosts_at_rest": [asdict(one) for one in quarantine.at_rest(reader.db, now=now)],
        "refused_links": [
            asdict(one) for one in quarantine.refused_links(reader.db, since=clock.text(now - 86400.0)[:10])
        ],
    }


def note_lines(reader: Reader, *, now: float) -> list[str]:
    """The same for people: nothing where there is nothing to say."""
    lines = []
    rests = quarantine.at_rest(reader.db, now=now)
    for one in rests[:MOST_NOTES]:
        why = f"{one.failures} failures in a row since {one.since}, the last {one.said}" if one.since else "as it asked"
        how = "is asked by single requests" if one.probed else f"is left alone until {one.until}"
        lines.append(terminal.line(f"{one.host} {how}: {why}"))
    if len(rests) > MOST_NOTES:
        lines.append(f"… and {len(rests) - MOST_NOTES} more hosts that fail, or asked for a pause")
    traps = quarantine.refused_links(reader.db, since=clock.text(now - 86400.0)[:10])
    for trap in traps[:MOST_NOTES]:
        lines.append(
            terminal.line(
                f"{trap.source}: {trap.count:,} times a link of {trap.host} was not taken on {trap.day} ({trap.reason}),"
                f" such as {trap.example}"
            )
        )
    if given_up := quarantine.count(reader.db):
        lines.append(f"{given_up:,} addresses were given up: `dateline quarantine list`")
    return lines


def _history(one: GivenUp) -> str:
    """`10 tries from 2026-11-22T14:03:00Z to 2026-11-23T01:10:00Z`."""
    tries = f"{one.tries} {'try' if one.tries == 1 else 'tries'}"
    if one.first_at is None or one.last_at is None:
        return f"{tries}, found {one.found_at}"
    return (
        f"{tries} on {one.last_at}" if one.first_at == one.last_at else f"{tries} from {one.first_at} to {one.last_at}"
    )
