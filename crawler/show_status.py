"""`dateline status / health`: how each source does, for people and, with `--json`, for programs; the worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from crawler import terminal
from storage import clock
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from storage.reader import Health

ORDER: Final = ("blocked", "failing", "layout_changed", "quiet", "never_run", "ok")
"""States, the worst first."""

BROKEN: Final = frozenset({"blocked", "failing", "layout_changed"})
"""States that make the exit status 1; a silence is only unlikely."""

MOST_NEVER_RUN: Final = 20
"""Sources that never ran are shown up to so many: an import alone may bring thousands of sites."""

LATE_SECONDS: Final = 7200.0
"""A verdict that is older is old: a daemon judges every source every five minutes, a timer's pass after each."""

LEFT_SECONDS: Final = 7 * 86400.0
"""A source that was judged last so long ago is crawled no more: its last state is shown, and does not count."""

_UNITS: Final = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def show_status(database: Path, *, now: float, as_json: bool) -> int:
    """The state of each source at `now`; 1 when one that is still crawled is blocked, failing or has changed its layout."""
    with Reader(database) as reader:
        health = sorted(reader.health(), key=lambda one: (ORDER.index(one.state), one.source))
        counts = reader.counts()
    bad = any(one.state in BROKEN and _age(one, now) < LEFT_SECONDS for one in health)
    late = [one.source for one in health if one.judged_at and _age(one, now) > LATE_SECONDS]
    if as_json:
        whole = {
            "database": str(database),
            "counts": counts,
            "judged_late": late,
            "sources": [asdict(h) for h in health],
        }
        click.echo(terminal.dumps(whole, indent=1))
        return int(bad)
    width = terminal.columns()
    shown = [one for one in health if one.state != "never_run"]
    if len(health) - len(shown) <= MOST_NEVER_RUN:
        shown = health
    for row in _rows(shown, now):
        click.echo(terminal.fitted(row.rstrip(), width))
    states = Counter(one.state for one in health)
    told = ", ".join(f"{states[state]} {state}" for state in ORDER if states[state])
    click.echo(f"{len(health)} source{'s' if len(health) != 1 else ''}{': ' + told if told else ''}")
    if late:
        oldest = max(_age(one, now) for one in health if one.judged_at)
        click.echo(
            f"{len(late)} of them were judged more than {_span(LATE_SECONDS)} ago, the oldest {_span(oldest)} ago: "
            "is a daemon or a timer running?"
        )
    click.echo(f"{database}: {counts['articles']} articles, {counts['revisions']} texts, {counts['stories']} stories")
    return int(bad)


def show_health(database: Path, *, now: float, late: float = LATE_SECONDS) -> int:
    """One line and one exit status: 0 fine; 1 when a source is blocked, failing or has changed its layout, or when none was
    judged in the last `late` seconds."""
    with Reader(database) as reader:
        fresh = [one for one in reader.health() if _age(one, now) <= late]
    broken = sorted((one for one in fresh if one.state in BROKEN), key=lambda one: ORDER.index(one.state))
    if not fresh:
        click.echo(f"no source was judged in the last {_span(late)}: is a daemon or a timer running?")
        return 1
    if broken:
        named = ", ".join(f"{one.source} {one.state}" for one in broken[:5])
        more = f" and {len(broken) - 5} more" if len(broken) > 5 else ""
        click.echo(f"{len(broken)} of {len(fresh)} sources: {terminal.line(named)}{more}")
        return 1
    click.echo(f"{len(fresh)} sources, none broken")
    return 0


def _rows(health: Sequence[Health], now: float) -> list[str]:
    """A line a source, and a second one that says why it is not ok."""
    table = [("source", "state", "since", "last new", "24 h", "delay", "95 %", "next poll")]
    table += [
        (
            terminal.line(one.source),
            one.state,
            _ago(one.since, now) if one.since else "",
            _ago(one.last_new_at, now),
            str(one.articles_24h),
            "" if one.median_delay_s is None else _span(one.median_delay_s),
            "" if one.p95_delay_s is None else _span(one.p95_delay_s),
            _next(one.next_poll_at, now),
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
    return "never" if found is None else f"{_span(now - found)} ago"


def _next(at: str | None, now: float) -> str:
    found = clock.epoch(at)
    if found is None:
        return "none due"
    return f"in {_span(found - now)}" if found > now else "due"


def _span(seconds: float) -> str:
    """`42 s`, `3 min`, `5 h`, `2 d`: the largest unit of which there are at least two."""
    for size, unit in _UNITS:
        if seconds >= 2 * size or size == 1.0:
            return f"{max(seconds, 0.0) / size:.0f} {unit}"
    raise AssertionError("the last unit takes all")
