"""What the machine means for a crawl: versions, memory, open files, room on the disk. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crawler.disk import FREE_FLOOR, GIGABYTE, short_of_room
from crawler.doctor_report import DAY, Check
from storage.database import OLDEST_SAFE

if TYPE_CHECKING:
    from crawler.doctor_facts import Facts
    from crawler.doctor_report import State

OLDEST_PYTHON: Final = (3, 11)
WORKER_BYTES: Final = 350_000_000
"""What an extraction process holds on common pages; hostile ones are cut at 1.5 GB."""

BASE_BYTES: Final = 300_000_000
LEAST_FILES, FILES = 256, 1024
DAYS_LEFT: Final = 14.0


def environment(facts: Facts) -> list[Check]:
    machine = facts.machine
    python = ".".join(map(str, machine.python))
    checks = [
        Check("environment", "Python", "ok", python)
        if machine.python[:2] >= OLDEST_PYTHON
        else Check("environment", "Python", "fail", python, "install Python 3.11 or newer")
    ]
    bad = [f"{p.name} {p.installed or 'missing'} (wanted {p.wanted or 'any'})" for p in machine.packages if not p.good]
    other = [
        f"{p.name} {p.installed} (locked {p.locked})"
        for p in machine.packages
        if p.good and p.locked not in (None, p.installed)
    ]
    if [p.name for p in machine.packages if not p.good] == ["dateline"]:
        line = "dateline runs from a folder and is not installed: nothing says which versions it wants"
        checks.append(Check("environment", "packages", "warn", line, "pip install -e . in that folder"))
    elif bad:
        checks.append(Check("environment", "packages", "fail", ", ".join(bad), "pip install --upgrade dateline"))
    elif other:
        todo = "pip install -r requirements.lock gives the versions that were tested"
        checks.append(Check("environment", "packages", "warn", ", ".join(other), todo))
    else:
        checks.append(Check("environment", "packages", "ok", f"{len(machine.packages)} as wanted"))
    sqlite = ".".join(map(str, machine.sqlite))
    if machine.sqlite >= OLDEST_SAFE:
        checks.append(Check("environment", "SQLite", "ok", sqlite))
    else:
        line = f"{sqlite} can lose committed pages when two processes checkpoint at once"
        checks.append(
            Check("environment", "SQLite", "fail", line, "pip install pysqlite3, or a Python with SQLite 3.51.3")
        )
    checks.append(_memory(machine.memory, machine.workers))
    files = f"{machine.open_files} open files allowed"
    state: State = "ok" if machine.open_files >= FILES else "warn" if machine.open_files >= LEAST_FILES else "fail"
    todo_files = None if state == "ok" else f"ulimit -n {FILES}, or LimitNOFILE={FILES} in the service"
    checks.append(Check("environment", "open files", state, files, todo_files))
    return checks


def _memory(available: int | None, workers: int) -> Check:
    if available is None:
        return Check("environment", "memory", "ok", "this system does not tell what is free")
    need = BASE_BYTES + workers * WORKER_BYTES
    line = f"{available / GIGABYTE:.1f} GB available, {workers} extraction processes want {need / GIGABYTE:.1f} GB"
    if available < BASE_BYTES + WORKER_BYTES:
        return Check(
            "environment", "memory", "fail", line, "make room: not even one extraction process would have enough"
        )
    if available < need:
        return Check("environment", "memory", "warn", line, "set `workers` in dateline.toml to fewer")
    return Check("environment", "memory", "ok", line)


def disk(facts: Facts) -> list[Check]:
    size, limit = facts.stored.size, int(facts.config.disk_limit_gb * GIGABYTE)
    line = f"{facts.free / GIGABYTE:.1f} GB free, the database has {size / GIGABYTE:.2f} of {limit / GIGABYTE:.2f} GB"
    if refusal := short_of_room(size=size, free=facts.free, limit=limit):
        return [Check("disk", "room", "fail", refusal, "raise disk_limit_gb, lower raw_days, or make room")]
    growth = _growth(facts)
    if growth is None:
        return [Check("disk", "room", "ok", line)]
    room = min(limit - size, facts.free - FREE_FLOOR)
    days = room / growth if growth > 0 else float("inf")
    line += f", it grows by {growth / 1e6:.1f} MB a day"
    if days < DAYS_LEFT:
        return [
            Check("disk", "room", "warn", f"{line}: {days:.0f} days are left", "raise disk_limit_gb, or lower raw_days")
        ]
    return [Check("disk", "room", "ok", line)]


def _growth(facts: Facts) -> float | None:
    """Bytes a day: of what stays, the mean since the first fetch; of kept pages, those of the last week as long as none is
    old enough to go. None in the first day."""
    first = facts.stored.first_fetch
    if first is None or facts.now - first < DAY:
        return None
    days = (facts.now - first) / DAY
    if days <= facts.config.raw_days:
        return facts.stored.size / days
    pages = facts.stored.kept / 7 * facts.config.raw_days
    return max(0.0, facts.stored.size - pages) / days
