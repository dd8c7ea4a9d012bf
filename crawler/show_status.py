"""`dateline status`: how each source does, for people and, with `--json`, for programs; the worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from crawler import show_quarantine, terminal
from crawler.show_health import LATE_SECONDS
from crawler.terminal import span
from storage import clock
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from crawler.config import Config
    from crawler.show_storage import Note
    from storage.reader import Health, Polls

ORDER: Final = ("blocked", "failing", "layout_changed", "quiet", "never_run", "ok")
"""States, the worst first."""

MOST_NEVER_RUN: Final = 20
"""Sources that never ran are shown up to so many: an import alone may bring thousands of sites."""


def unchecked(config: Config) -> dict[str, str]:
    """Source -> why the certificates of its hosts are not checked, of the operator's own files: no packaged one says so. A
    file that cannot be read is `dateline doctor`'s to tell."""
    from crawler.registry import RegistryError, load

    try:
        own = load(config.sources_dir) if config.sources_dir else {}
    except RegistryError:
        return {}
    return {name: source.politeness.unchecked_tls for name, source in own.items() if source.politeness.unchecked_tls}


def show_status(
    database: Path,
    *,
    now: float,
    as_json: bool,
    unchecked: Mapping[str, str] | None = None,
    stored: Sequence[Note] = (),
    elsewhere: Collection[str] = (),
) -> int:
    """The state of each source at `now`. Always 0: it was read and shown, whatever it is (`show_health` judges it).
    `unchecked`: sources whose hosts' certificates are not checked, and why; `stored`: what is to be said of the database;
    `elsewhere`: sources that other shards crawl, which are left out."""
    with Reader(database) as reader:
        polls = reader.polls(now)
        every = sorted(reader.health(), key=lambda one: (ORDER.index(one.state), one.source))
        health = [one for one in every if one.source not in elsewhere]
        counts = reader.counts()
        notes, lines = show_quarantine.notes(reader, now=now), show_quarantine.note_lines(reader, now=now)
    late = [one.source for one in health if one.judged_at and _age(one, now) > LATE_SECONDS]
    if as_json:
        whole = {
            "database": str(database),
            "counts": counts,
            "judged_late": late,
            "unchecked_tls": dict(unchecked or {}),
            **notes,
            "storage": [asdict(note) for note in stored],
            "sources": [asdict(h) for h in health],
        }
        click.echo(terminal.dumps(whole, indent=1))
        return 0
    width = terminal.columns()
    for note in stored:
        click.echo(terminal.line(f"database: {note.text}"))
    shown = [one for one in health if one.state != "never_run"]
    if len(health) - len(shown) <= MOST_NEVER_RUN:
        shown = health
    for row in _rows(shown, polls, now):
        click.echo(terminal.fitted(row.rstrip(), width))
    states = Counter(one.state for one in health)
    told = ", ".join(f"{states[state]} {state}" for state in ORDER if states[state])
    click.echo(f"{len(health)} source{'s' if len(health) != 1 else ''}{': ' + told if told else ''}")
    if left := len(every) - len(health):
        click.echo(f"{left} more are crawled by other shards now, and not shown")
    for source, why in sorted((unchecked or {}).items()):
        click.echo(terminal.line(f"{source}: the certificates of its hosts are not checked: {why}"))
    if late:
        oldest = max(_age(one, now) for one in health if one.judged_at)
        click.echo(
            f"{len(late)} of them were judged more than {span(LATE_SECONDS)} ago, the oldest {span(oldest)} ago: "
            "is a daemon or a timer running?"
        )
    for line in lines:
        click.echo(terminal.fitted(line, width))
    click.echo(f"{database}: {counts['articles']} articles, {counts['revisions']} texts, {counts['stories']} stories")
    return 0


def _rows(health: Sequence[Health], polls: Mapping[str, Polls], now: float) -> list[str]:
    """A line a source, and a second one that says why it is not ok."""
    table = [("source", "state", "since", "last new", "24 h", "delay", "95 %", "next poll")]
    table += [
        (
            terminal.line(one.source),
            one.state,
            _ago(one.since, now) if one.since else "",
            _ago(one.last_new_at, now),
            str(one.articles_24h),
            "" if one.median_delay_s is None else span(one.median_delay_s),
            "" if one.p95_delay_s is None else span(one.p95_delay_s),
            _next(one, polls.get(one.source), now),
        )
        for one in health
    ]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = []
    for place, row in enumerate(table):
        cells = (
            cell.rjust(size) if column in {4, 5, 6} else cell.ljust(size)
            for column, (cell, size) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(cells))
        if place and (why := health[place - 1].why):
            lines.append(f"    {terminal.line(why)}")
    return lines


def _age(one: Health, now: float) -> float:
    judged = clock.epoch(one.judged_at)
    return now - judged if judged is not None else float("inf")


def _ago(at: str | None, now: float) -> str:
    found = clock.epoch(at)
    return "never" if found is None else f"{span(now - found)} ago"


def _next(one: Health, polls: Polls | None, now: float) -> str:
    if polls is not None and polls.now:
        return "polling now"
    found = clock.epoch(one.next_poll_at)
    if found is None:
        return "none"
    if found <= now:
        return "due"
    return f"waits for its host, {span(found - now)}" if polls is not None and polls.due else f"in {span(found - now)}"
