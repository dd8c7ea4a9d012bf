"""What a process and its descendants have used, from /proc (Linux): CPU seconds and resident memory, each by name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.fork_server import SERVER_NAME, WORKER_NAME

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """`by_process`: CPU seconds by `pid name`, of those that live, and of the first one's ended children; `rss`: MB of all."""

    by_process: dict[str, float]
    rss: int

    @property
    def seconds(self) -> float:
        return sum(self.by_process.values())

    @property
    def processes(self) -> int:
        return len(self.by_process) - 1

    def __sub__(self, before: Usage) -> Usage:
        spent = {who: seconds - before.by_process.get(who, 0.0) for who, seconds in self.by_process.items()}
        return Usage(spent, self.rss)


def usage(pid: int) -> Usage:
    """Of a process and all below it. Raises FileNotFoundError where it has ended."""
    fields = _stat(pid)
    found = {"ended children": (int(fields[13]) + int(fields[14])) / TICK}
    rss = 0
    for number in [pid, *below(pid)]:
        try:
            fields = _stat(number)
            words = (PROC / str(number) / "cmdline").read_bytes().split(b"\0")
            called = (PROC / str(number) / "comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended between the look at its parent and this one
        name = (
            called.removeprefix("dateline-")
            if called in {SERVER_NAME, WORKER_NAME}
            else Path(([word for word in words if word] or [b"ended"])[-1].decode(errors="replace")).name[:20]
        )
        name = "main" if number == pid else name
        found[f"{number} {name}"] = (int(fields[11]) + int(fields[12])) / TICK
        rss += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return Usage(found, rss // 2**20)


def below(pid: int) -> list[int]:
    """The numbers of all descendants that live."""
    found: list[int] = []
    for task in _tasks(pid):
        for child in map(int, task.split()):
            found += [child, *below(child)]
    return found


def _tasks(pid: int) -> list[str]:
    try:
        return [(task / "children").read_text() for task in (PROC / str(pid) / "task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on (proc(5) counts from one; the name may hold blanks)."""
    return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
