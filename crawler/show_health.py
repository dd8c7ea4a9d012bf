"""`dateline health`: one line and one exit status, for a container or a timer. Quick, since it is asked every minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from crawler import terminal
from storage import clock
from storage.gauges import LEFT_SECONDS, is_crawled, pulses
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crawler.show_storage import Note
    from storage.gauges import Pulse

BROKEN: Final = ("blocked", "failing", "layout_changed")
"""States that count as broken, the worst first; a silence is only unlikely."""

LATE_SECONDS: Final = 7200.0
"""A verdict that is older is old: a daemon judges every source every five minutes, a timer's pass after each."""

NAMED: Final = 5
"""Sources that the line names."""


def show_health(
    database: Path,
    *,
    now: float,
    late: float = LATE_SECONDS,
    max_age: float | None = None,
    strict: bool = False,
    chosen: Sequence[str] = (),
    stored: Sequence[Note] = (),
    as_json: bool = False,
) -> int:
    """0 fine; 1 when no source was judged in the last `late` seconds, or no fetch of any source succeeded in the last
    `max_age` (None: however long ago), or when
    at least half of the sources that are crawled are broken (blocked, failing, layout changed) or were judged longer ago. One
    agency that is down is no reason to start the container anew; with `strict` one is enough. 1 also while something is
    wrong with the database itself (`stored`). Crawled are the `chosen` ones
    that were ever judged; without such a choice those that were judged within `LEFT_SECONDS`. Raises `StorageError` where
    the database cannot be read."""
    with Reader(database) as reader:
        judged = pulses(reader)
    crawled = [
        one for one in judged if is_crawled(one.source, one.judged_at, chosen, now=now, within=max(late, LEFT_SECONDS))
    ]
    ill = {one.source: what for one in sorted(crawled, key=_worst_first) if (what := _ill(one, now, late))}
    last = max((one.last_success_at for one in crawled if one.last_success_at is not None), default=None)
    status, line = _verdict(crawled, ill, last, [n.text for n in stored if n.ill], now, late, max_age, strict=strict)
    if not as_json:
        click.echo(terminal.line(line))
        return status
    whole: dict[str, Any] = {
        "status": status,
        "line": line,
        "database": str(database),
        "sources": len(crawled),
        "ill": ill,
        "last_success_at": clock.text(last) if last is not None else None,
        "last_success_seconds": round(now - last) if last is not None else None,
        "storage": [note.text for note in stored],
    }
    click.echo(terminal.dumps(whole))
    return status


def _verdict(
    crawled: Sequence[Pulse],
    ill: dict[str, str],
    last: float | None,
    stored: Sequence[str],
    now: float,
    late: float,
    max_age: float | None,
    *,
    strict: bool,
) -> tuple[int, str]:
    if stored:
        return 1, f"database: {'; '.join(stored)}"
    if all(now - one.judged_at > late for one in crawled):
        return 1, f"no source was judged in the last {terminal.span(late)}: is a daemon or a timer running?"
    if max_age is not None and (last is None or now - last > max_age):
        ago = "ever" if last is None else f"for {terminal.span(now - last)}"
        return 1, f"no fetch of {terminal.number_of(len(crawled), 'source')} succeeded {ago}: is the network there?"
    if not ill:
        return 0, f"{terminal.number_of(len(crawled), 'source')}, none broken"
    named = ", ".join(f"{source} {what}" for source, what in list(ill.items())[:NAMED])
    more = f" and {len(ill) - NAMED} more" if len(ill) > NAMED else ""
    of = terminal.number_of(len(crawled), "source")
    return int(strict or 2 * len(ill) >= len(crawled)), f"{len(ill)} of {of}: {named}{more}"


def _worst_first(one: Pulse) -> tuple[int, str]:
    return (BROKEN.index(one.state) if one.state in BROKEN else len(BROKEN), one.source)


def _ill(one: Pulse, now: float, late: float) -> str | None:
    """What is wrong with a source; None: nothing."""
    if one.state in BROKEN:
        return one.state
    return f"judged {terminal.span(now - one.judged_at)} ago" if now - one.judged_at > late else None
