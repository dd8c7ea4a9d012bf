"""What others' work on the machine costs a process: seconds say nothing of it as long as it waits for a processor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def waits(pid: int | None = None) -> dict[int, float]:
    """Seconds that each thread of a process (None: this one) has been ready to run while others had the processors, by the
    thread's number; empty where the system does not tell, or the process has ended."""
    found = {}
    for stat in Path(f"/proc/{os.getpid() if pid is None else pid}/task").glob("*/schedstat"):
        try:
            found[int(stat.parent.name)] = int(stat.read_text("ascii").split()[1]) / 1e9
        except (FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            continue
    return found


def starved(now: Mapping[int, float], before: Mapping[int, float] | None = None) -> float:
    """Seconds between two `waits` for which others' work held a process up, at the least: those of the thread that waited
    longest. The sum over threads would count twice the time in which two wait at once, and exceed the clock's."""
    return max((seconds - (before or {}).get(thread, 0.0) for thread, seconds in now.items()), default=0.0)
