"""Simulated power cuts of the real store: every file as a disk leaves it that lost what was not synced.

A process of its own crawls `wire` on a new database, is ended by a crash, opened again, closed, opened again …, while
`disk_log.c`, preloaded, records each write, sync, removal and new name in order. Then the folder is built as it would be
found after a cut at a random operation, under one of four models of loss (`disk.LOSSES`), and opened with the real code. All
that was acknowledged before the cut must be there, no transaction by half (`wire_verdict`), and the crawl must go on
and leave nothing damaged (`dateline db check`).

    python -m bench.torture.power [--seed 1] [--cuts 100] [--synchronous NORMAL]

With NORMAL, which the store refuses, the model must find losses: that shows that it bites.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.torture import wire
from bench.torture.disk import LOSSES, Disk, Loss, Operation, library, operations, recorded, restore
from bench.torture.part import Batch
from bench.torture.power_lives import TOLD
from bench.torture.wire_verdict import faults
from storage import checks
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROMISE = 2
TITLE = "simulated power cuts of the store"
TARGET = 2_000
BATCH = 200

ROOT = Path(__file__).resolve().parents[2]
LIVES = (("crash", 40), ("close", 40), ("crash", 40), ("close", 20))
"""How each process of a record ends, and after how many acknowledged endings."""
EARLY = 0.2
"""Share of the cuts that fall before the first ending is acknowledged: the database is being made."""


def batch(seed: int, size: int, folder: Path, *, synchronous: str = "FULL") -> Batch:
    """One record, and so many cuts of it. Raises NoCompiler."""
    return cut(record(folder, seed, synchronous), seed, size, folder)


def cut(done: list[Operation], seed: int, size: int, folder: Path) -> Batch:
    """So many cuts of a record, each opened in a folder of its own below `folder`."""
    began, chance = time.monotonic(), random.Random(seed)
    disk, told = Disk(), list[str]()
    found: list[str] = []
    slowest, acknowledged, lossless = 0.0, 0, 0
    for number, place in enumerate(sorted(places(done, size, chance))):
        while disk.done < place:
            operation = done[disk.done]
            disk.do(operation)
            if operation.what == "W" and operation.name == TOLD:
                told += operation.data.decode().splitlines()
        loss = LOSSES[number % len(LOSSES)]
        with tempfile.TemporaryDirectory(prefix="image-", dir=folder) as image:
            wrong, seconds = opened(disk, loss, f"{seed} {number}", Path(image), told)
        found += [
            f"seed {seed}, cut {number} after operation {place} of {len(done)}, lost {loss}: {what}" for what in wrong
        ]
        slowest, acknowledged, lossless = max(slowest, seconds), acknowledged + len(told), lossless + (not wrong)
    return Batch(
        size,
        found,
        {
            "sum acknowledged endings looked for": acknowledged,
            "sum cuts without a fault": lossless,
            "sum operations recorded": len(done),
            "sum syncs among them": sum(operation.what == "S" for operation in done),
            "max seconds to open": slowest,
            "sum seconds of cuts": time.monotonic() - began,
        },
    )


def record(
    folder: Path, seed: int, synchronous: str = "FULL", lives: Sequence[tuple[str, int]] = LIVES
) -> list[Operation]:
    """What the processes of `lives` did to the files of one folder. Raises NoCompiler, RuntimeError with what one said."""
    made, watched, log = library(folder), folder / "watched", folder / "record"
    watched.mkdir(mode=0o700)
    ends = [f"{end}:{endings}" for end, endings in lives]
    done = subprocess.run(
        [sys.executable, "-m", "bench.torture.power_lives", str(watched), str(seed), synchronous, *ends],
        cwd=ROOT,
        env=recorded(made, watched, log),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"the processes of seed {seed} ended with status {done.returncode}: {done.stderr}")
    return operations(log.read_bytes())


def places(done: list[Operation], size: int, chance: random.Random) -> list[int]:
    """After which operation each cut falls: each kind of moment, the making of the database among them."""
    first = next(place for place, operation in enumerate(done) if operation.name == TOLD and operation.what == "W")
    early = round(size * EARLY)
    return [chance.randint(0, first) for _ in range(early)] + [
        chance.randint(first, len(done)) for _ in range(size - early)
    ]


def opened(disk: Disk, loss: Loss, seed: str, folder: Path, told: list[str]) -> tuple[list[str], float]:
    """What is wrong after the power came back, and the seconds until the first lease."""
    chance = random.Random(seed)
    image = disk.after(loss, chance)
    image.pop(TOLD, None)
    restore(image, folder)
    began = time.monotonic()
    try:
        crawl = wire.Crawl(folder / "news.db", chance, lambda _: None, fresh=lambda: True)
    except StorageError as error:
        return [f"cannot be opened: {type(error).__name__}: {error}"], 0.0
    try:
        seconds = time.monotonic() - began
        wrong = crawl.store.writer.submit(lambda db: list(faults(db, told, finished=False)), writes=False).result()
        crawl.seed()
        crawl.step()
    finally:
        crawl.close()
    wrong += [f"`dateline db check`: {damage}" for damage in checks.check(folder / "news.db").damage]
    return wrong, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--synchronous", choices=("FULL", "NORMAL"), default="FULL")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-power-") as folder:
        done = batch(given.seed, given.cuts, Path(folder), synchronous=given.synchronous)
    for fault in done.faults[:20]:
        print(fault)
    print(f"cuts {done.done}; faults {len(done.faults)}; {done.figures}")
    return 1 if done.faults else 0


if __name__ == "__main__":
    sys.exit(main())
