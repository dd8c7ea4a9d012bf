"""A system of `bench/crawl.py` as a whole process: wall, CPU of it and all that it started, memory, and when each was spent."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.processes import TICK, below

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOKS = 0.1
"""Seconds between two looks at the processes."""
SHARES = 20
"""Looks from one at which the kernel is asked for what all hold together to the next: it walks every page table for it, 5 ms of
CPU a process, which a system that keeps both cores busy would lose."""
GRACE = 20.0
"""Seconds that a process has to end when it is told to."""

MB = 2**20


@dataclass(slots=True)
class Look:
    """All processes at one moment: seconds of the machine's clock, CPU seconds and the most resident bytes so far by process,
    and of all together the proportional share (PSS: what several hold is counted once); None where it was not looked at."""

    at: float
    cpu: dict[int, float]
    resident: dict[int, int]
    together: int | None


@dataclass(slots=True)
class Spent:
    """What one or more commands, one after another, took. `cpu`: seconds of all processes that were waited for."""

    began: float = 0.0
    ended: float = 0.0
    cpu: float = 0.0
    looks: list[Look] = field(default_factory=list)
    status: int = 0
    mains: list[int] = field(default_factory=list)

    @property
    def wall(self) -> float:
        return self.ended - self.began

    @property
    def largest(self) -> float:
        """MB of the largest process at its largest."""
        return max((most for look in self.looks for most in look.resident.values()), default=0) / MB

    @property
    def together(self) -> float:
        """MB of all processes together at their most."""
        return max((look.together for look in self.looks if look.together is not None), default=0) / MB

    def between(self, since: float, until: float) -> tuple[float, float]:
        """(CPU seconds of the first process, of all others) between two moments of the machine's clock, to the nearest look."""
        moments = [look.at for look in self.looks]
        first = self.looks[min(bisect_left(moments, since), len(moments) - 1)]
        last = self.looks[min(bisect_left(moments, until), len(moments) - 1)]
        spent = {pid: cpu - first.cpu.get(pid, 0.0) for pid, cpu in last.cpu.items()}
        own = sum(cpu for pid, cpu in spent.items() if pid in self.mains)
        return own, sum(spent.values()) - own


def run(commands: Sequence[Sequence[str]], *, folder: Path, environment: Mapping[str, str] | None = None) -> Spent:
    """The commands to their ends, their output in files of `folder`. The first status that is not 0 is told, and ends it."""
    spent = Spent(began=time.monotonic())
    for number, command in enumerate(commands):
        out, err = folder / f"out-{number}.txt", folder / f"err-{number}.txt"
        with out.open("wb") as told, err.open("wb") as lines:
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=told, stderr=lines, env=environment
            )
            spent.mains.append(process.pid)
            ended = threading.Event()
            watching = threading.Thread(target=_watch, args=(process.pid, spent.looks, ended))
            watching.start()
            # Waited for here and not by Popen: this is what says the CPU of the process with all that it waited for.
            try:
                _, status, usage = os.wait4(process.pid, 0)
            except BaseException:
                ended.set()
                end(process)
                raise
            spent.ended = time.monotonic()
            process.returncode = spent.status = os.waitstatus_to_exitcode(status)
            ended.set()
            watching.join()
        spent.cpu += usage.ru_utime + usage.ru_stime
        if spent.status:
            break
    return spent


def end(process: subprocess.Popen[Any]) -> None:
    """End a process, by force where it does not end by itself; what it started ends with it."""
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _watch(pid: int, looks: list[Look], ended: threading.Event) -> None:
    number = 0
    while not ended.wait(LOOKS):
        look = Look(time.monotonic(), {}, {}, 0 if number % SHARES == SHARES // 2 else None)
        for each in (pid, *below(pid)):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                _at(each, look)
        looks.append(look)
        number += 1


def _at(pid: int, look: Look) -> None:
    place = Path("/proc") / str(pid)
    fields = (place / "stat").read_text().rpartition(") ")[2].split()
    look.cpu[pid] = (int(fields[11]) + int(fields[12])) / TICK
    look.resident[pid] = _kilobytes(place / "status", "VmHWM:")
    if look.together is not None:
        look.together += _kilobytes(place / "smaps_rollup", "Pss:")


def _kilobytes(file: Path, name: str) -> int:
    """Bytes of a line of `name  1234 kB`; 0 where a process that ends has none any more."""
    lines = file.read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
