"""Sources that change their layout, put up walls, fall silent or fail, told from sources that nobody touched.

The world and the judge are those of `bench/health.py`, which says what right and in time is; each batch has as many undisturbed
sources, over 30 days. Faults: fewer than 95 of 100 told rightly and in time; more than one false alarm in 100 undisturbed
months.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench import health
from bench.torture.part import Batch

if TYPE_CHECKING:
    from pathlib import Path

PROMISE = 13
TITLE = "sources mutated in 30 simulated days, beside as many that are not"
TARGET = 100
BATCH = 20

DAYS = 30
RIGHT = 0.95
FALSE_ALARMS = 0.01


def batch(seed: int, size: int, folder: Path) -> Batch:
    """So many mutated sources and as many others, one after the other."""
    del folder
    began = time.monotonic()
    told = health.played(health.worlds(seed, size, DAYS))
    broken = [each for each in told if each.mutation is not None]
    wrong = [each for each in broken if each.verdict != "right"]
    alarms = health.false_alarms(told)
    faults = []
    if len(wrong) > (1 - RIGHT) * len(broken):
        faults += [f"seed {seed}: {len(wrong)} of {len(broken)} are not told rightly or in time"]
        faults += [f"seed {seed}: {each.source}, {each.mutation}: {each.verdict}: {each.detail}" for each in wrong]
    if len(alarms) > FALSE_ALARMS * (len(told) - len(broken)):
        faults += [
            f"seed {seed}: false alarm of {source} on day {day:.1f}: {state}: {why}"
            for source, day, state, why in alarms
        ]
    figures = {
        "sum told rightly and in time": len(broken) - len(wrong),
        "sum false alarms": len(alarms),
        "sum undisturbed source-months": len(told) - len(broken),
        "sum seconds": time.monotonic() - began,
    }
    return Batch(len(broken), faults, figures)
