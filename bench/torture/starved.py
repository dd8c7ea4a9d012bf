"""What others' work on the machine costs a process: seconds say nothing of it as long as it waits for a processor."""

from __future__ import annotations

import os
from pathlib import Path


def starved(pid: int | None = None) -> float:
    """Seconds that a process's threads (None: this one's) have been ready to run while others had the processors, all
    together; 0.0 where the system does not tell."""
    waits = 0
    for stat in Path(f"/proc/{os.getpid() if pid is None else pid}/task").glob("*/schedstat"):
        try:
            waits += int(stat.read_text("ascii").split()[1])
        except (FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            continue
    return waits / 1e9
