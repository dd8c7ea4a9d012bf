"""Instants between the two forms that `models` names: seconds since the epoch, and text in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.models import Link


@lru_cache(maxsize=64)
def text(at: float) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ` of seconds since the epoch (fractions cut off)."""
    return f"{datetime.fromtimestamp(int(at), UTC).isoformat()[:19]}Z"  # `strftime` takes several times as long


def epoch(at: str | None) -> float | None:
    """Seconds since the epoch of text in either form (a day counts from its midnight, UTC); None for anything else."""
    if not at:
        return None
    try:
        read = datetime.fromisoformat(at.replace("Z", "+00:00"))
    except ValueError:
        return None
    if read.tzinfo is None:
        read = read.replace(tzinfo=UTC)
    try:
        return read.timestamp()
    except (OverflowError, ValueError):
        return None


def newest(link: Link) -> float | None:
    """When its finder says it was last published or changed; what the frontier's order goes by."""
    times = [epoch(i.at) for i in (link.published, link.modified) if i is not None]
    return max((t for t in times if t is not None), default=None)
