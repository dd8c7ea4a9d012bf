"""The promises of docs/reliability.md, each tried at length; goes on where it was ended, and prints the table.

    python -m bench.torture [--minutes 30] [--part NAME ...] [--out FILE] [--seed 1] [--table]

Each part (a module of bench/torture) runs in batches, each in a process of its own, the part that is furthest behind its
target first, until all have reached their targets or the time is over. Every batch is one line in FILE (.bench/torture.jsonl);
the next call takes the following seeds. `--table` only prints. Exit status 1 when a fault was found, now or before.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.torture import record
from bench.torture.part import Part, parts

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1800.0
"""Seconds after which a batch is ended and counts as a fault."""

ONE = """
import sys
from pathlib import Path
from bench.torture import record
from bench.torture.part import parts
name, seed, size, folder, out = sys.argv[1:]
if __name__ == "__main__":
    record.write(Path(out), name, int(seed), parts()[name].batch(int(seed), int(size), Path(folder)))
"""


def seed_of(first: int, batches: int) -> int:
    """The seed of the batch that follows so many; batches of one part never share one."""
    return first * 1_000_000 + batches


def next_part(chosen: Mapping[str, Part], totals: Mapping[str, record.Total]) -> str | None:
    """The part that is furthest behind its target, by share; None when all have reached theirs."""
    shares = {name: totals[name].done / part.TARGET if name in totals else 0.0 for name, part in chosen.items()}
    behind = [name for name, share in shares.items() if share < 1]
    return min(behind, key=lambda name: shares[name], default=None)


def run_batch(name: str, part: Part, total: record.Total, first_seed: int, out: Path) -> None:
    """One batch in a process of its own; what it leaves behind when it dies is a fault in the record."""
    seed, size = seed_of(first_seed, total.batches), min(part.BATCH, part.TARGET - total.done)
    with tempfile.TemporaryDirectory(prefix=f"dateline-{name}-", ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-c", ONE, name, str(seed), str(size), folder, str(out)]
        try:
            done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=LONGEST)
            status, said = done.returncode, done.stderr
        except subprocess.TimeoutExpired:
            status, said = -9, f"took longer than {LONGEST:.0f} s"
    if status:
        last = " / ".join(said.strip().splitlines()[-3:])
        record.write(out, name, seed, record.Batch(0, [f"the batch of seed {seed} ended with status {status}: {last}"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--part", action="append", help="only this part (repeat)")
    parser.add_argument("--out", type=Path, default=ROOT / ".bench" / "torture.jsonl")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="only print the table")
    given = parser.parse_args()
    # A shell starts what runs in its background deaf to SIGINT; a daemon that inherits this misses one in its first moment.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    known = parts()
    if unknown := set(given.part or ()) - set(known):
        parser.error(f"no part {', '.join(sorted(unknown))}: there are {', '.join(known)}")
    chosen = {name: part for name, part in known.items() if given.part is None or name in given.part}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + given.minutes * 60
    stuck: set[str] = set()  # a batch that cannot run at all would be tried for ever
    while not given.table and time.monotonic() < ends:
        totals = record.read(given.out)
        name = next_part({name: part for name, part in chosen.items() if name not in stuck}, totals)
        if name is None:
            break
        total = totals.get(name, record.Total())
        run_batch(name, chosen[name], total, given.seed, given.out)
        after = record.read(given.out)[name]
        print(f"{name}: {after.done:,} of {chosen[name].TARGET:,}, {len(after.faults)} faults", flush=True)
        if after.done == total.done:
            stuck.add(name)
    totals = record.read(given.out)
    print("\n".join(record.table(chosen, totals)))
    faults = [(name, fault) for name in chosen for fault in totals.get(name, record.Total()).faults]
    for name, fault in faults[:50]:
        print(f"FAULT {name}: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
