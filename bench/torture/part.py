"""What a part of the torture is: seeded batches, each with what it did, what went wrong and what it measured.

A part is a module of this package with

- `PROMISE`: the promise's number in docs/reliability.md; several parts may stand for one;
- `TITLE`: what one unit is, as the table says it ("SIGKILLs at the store and frontier");
- `TARGET`: how many units the promise asks for; `BATCH`: how many one batch does (a minute or less where that is possible);
- `batch(seed, size, folder)`: does `size` units from `seed` in the empty folder and answers a `Batch`. It sends packets to
  loopback only, ends what it started, and finds faults; it raises only where it cannot say what happened.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

import bench.torture

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch did. `faults`: each breach of the promise in one line, with what is needed to see it again.

    `figures`: by name; the first word says how batches are put together: `sum`, `max` or `min` ("max seconds to resume")."""

    done: int
    faults: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)


class Part(Protocol):
    """A module of this package that is a part."""

    PROMISE: int
    TITLE: str
    TARGET: int
    BATCH: int

    def batch(self, seed: int, size: int, folder: Path) -> Batch: ...


def parts() -> dict[str, Part]:
    """All parts by name, in the order of their promises."""
    names = [module.name for module in pkgutil.iter_modules(bench.torture.__path__)]
    modules = {name: importlib.import_module(f"bench.torture.{name}") for name in names}
    found = {name: cast("Part", module) for name, module in modules.items() if hasattr(module, "PROMISE")}
    return dict(sorted(found.items(), key=lambda item: (item[1].PROMISE, item[0])))
