"""The report of `dateline doctor`: its lines, its exit status, its text. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

State = Literal["ok", "warn", "fail"]

DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. `group`: environment, configuration, database, registry, clock, disk, network, robots."""

    group: str
    name: str
    state: State
    line: str
    todo: str | None = None


def status_of(checks: Sequence[Check]) -> int:
    """0 nothing failed, 1 something did, 3 the database did."""
    failed = {check.group for check in checks if check.state == "fail"}
    return 3 if "database" in failed else 1 if failed else 0


def told(checks: Sequence[Check]) -> list[str]:
    """The report for people."""
    lines: list[str] = []
    group = ""
    for check in checks:
        if check.group != group:
            group = check.group
            lines.append(group)
        lines.append(f"  {check.state:4}  {check.name:13} {check.line}")
        if check.todo:
            lines.append(f"        {'':13} to do: {check.todo}")
    counts = {state: sum(check.state == state for check in checks) for state in ("ok", "warn", "fail")}
    lines.append(", ".join(f"{count} {state}" for state, count in counts.items()))
    return lines


def ago(seconds: float) -> str:
    """A span of time in one unit."""
    seconds = max(seconds, 0.0)
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 2 * DAY else f"{seconds / DAY:.0f} days"
