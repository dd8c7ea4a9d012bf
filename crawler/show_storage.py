"""What is to be said of the database itself in `dateline status` and `health`: what keeps it from being written, room, journal,
damage, and runs that a storage failure ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crawler.disk import refusal
from crawler.doctor_report import ago as span
from storage import clock, journal, last_check, trouble
from storage.reader import Reader

if TYPE_CHECKING:
    from crawler.config import Config

PAST_SECONDS: Final = 86400.0
"""How long something that is over is told."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line. `ill`: it lasts, so that `dateline health` counts it."""

    text: str
    ill: bool


def notes(config: Config, *, now: float) -> list[Note]:
    """What somebody should know of the database at `now`, the worst first; empty: all is well. Raises `StorageError`."""
    found = []
    present, short = trouble.present(config.database), refusal(config)
    if present is not None and not (present.room and short is None):
        what = "nothing is fetched" if present.room else "it cannot be written"
        found.append(
            Note(f"{what} since {span(now - present.since)}, says process {present.pid}: {present.why}", ill=True)
        )
    elif short:
        found.append(Note(short, ill=True))
    if grown := journal.alarm(config.database, journal.size(config.database)):
        found.append(Note(grown, ill=True))
    with Reader(config.database) as reader:
        last, past = last_check.last(reader.db), trouble.last(reader.db)
        (runs, newest) = reader.db.conn.execute(
            "SELECT count(*), max(finished_at) FROM run WHERE finish_reason = 'storage_error' AND finished_at >= ?",
            (clock.text(now - PAST_SECONDS),),
        ).fetchone()
    if last is not None and last.damage:
        when = f"damage was found {span(now - last.at)} ago"
        found.append(Note(f"{when}: {'; '.join(last.damage)}; `dateline db check` looks again", ill=True))
    if past is not None and past.until is not None and past.until >= now - PAST_SECONDS:
        what = "nothing was fetched" if past.room else "it could not be written"
        lasted = span(past.until - past.since)
        found.append(Note(f"{what} for {lasted}, until {span(now - past.until)} ago: {past.why}", ill=False))
    if runs:
        ago = span(now - (clock.epoch(newest) or now))
        found.append(
            Note(f"{runs} runs of the last day ended because the database failed, the last {ago} ago", ill=False)
        )
    return found
