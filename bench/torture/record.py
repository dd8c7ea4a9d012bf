"""The record of a torture: one line of JSON a batch, so that it goes on where it was ended, and the table made of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from bench.torture.part import Batch, Part

if TYPE_CHECKING:
    from pathlib import Path

TOGETHER: dict[str, Callable[[float, float], float]] = {"sum": lambda a, b: a + b, "max": max, "min": min}


@dataclass(slots=True)
class Total:
    """All batches of one part."""

    done: int = 0
    batches: int = 0
    faults: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def add(self, batch: Batch) -> None:
        self.done += batch.done
        self.batches += 1
        self.faults += batch.faults
        for name, value in batch.figures.items():
            together = TOGETHER[name.split()[0]]
            self.figures[name] = together(self.figures[name], value) if name in self.figures else value


def write(file: Path, part: str, seed: int, batch: Batch) -> None:
    """Add one batch; it is there whole or not at all after a kill (`read` leaves out a line without its end)."""
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps({"part": part, "seed": seed, **asdict(batch)}, ensure_ascii=False) + "\n")


def read(file: Path) -> dict[str, Total]:
    """What was done so far, by part."""
    totals: dict[str, Total] = defaultdict(Total)
    if file.exists():
        for line in file.read_text("utf-8").split("\n")[:-1]:
            told = json.loads(line)
            totals[told["part"]].add(Batch(told["done"], told["faults"], told["figures"]))
    return totals


def table(parts: Mapping[str, Part], totals: Mapping[str, Total]) -> Iterable[str]:
    """The lines of the table, in Markdown: promise, part, what ran of what was asked for, faults, figures."""
    yield "| promise | part | units | ran | asked | faults | figures |"
    yield "|---|---|---|---|---|---|---|"
    for name, part in parts.items():
        total = totals.get(name, Total())
        figures = "; ".join(f"{value:,.6g} ({label})" for label, value in sorted(total.figures.items()))
        yield (
            f"| {part.PROMISE} | {name} | {part.TITLE} | {total.done:,} | {part.TARGET:,} | {len(total.faults):,}"
            f" | {figures or '-'} |"
        )
