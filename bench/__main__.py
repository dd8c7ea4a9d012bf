"""All benches, one after another; goes on where it was ended.

    python -m bench [--record] [--corpus FOLDER] [--million FILE] [--again] [--list] [PART ...]

A part is a bench with a command of its own (`bench/parts.py`). Those that have been done since the first call are left out of
the next one, until all are; `--again` begins anew, and parts that are named are run whatever was done. `--record` keeps the
figures in docs/figures and puts them into docs/performance.md. Exit status 1 where a part failed."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.parts import PARTS, Part, command

ROOT = Path(__file__).resolve().parents[1]
DONE = ROOT / ".bench" / "done.json"


def chosen(wanted: list[str], done: set[str]) -> list[Part]:
    """The parts to run: those named, else those that are not done. Raises ValueError for a name that no part has."""
    known = {part.name: part for part in PARTS}
    if unknown := [name for name in wanted if name not in known]:
        raise ValueError(f"no part {unknown[0]}: there are {', '.join(known)}")
    return [known[name] for name in wanted] if wanted else [part for part in PARTS if part.name not in done]


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*")
    parser.add_argument("--record", action="store_true", help="keep the figures in docs/figures")
    parser.add_argument("--corpus", type=Path, help="folder of real pages, with score.py")
    parser.add_argument("--million", type=Path, help="a database of a million articles (bench/million.py)")
    parser.add_argument("--again", action="store_true", help="forget what was done")
    parser.add_argument("--list", action="store_true", help="say which parts there are, and what each takes")
    given = parser.parse_args()
    if given.list:
        for part in PARTS:
            print(f"{part.name:14} {part.minutes:3} min  {' '.join(part.command)}  {part.what}")
        return 0
    done = set() if given.again or not DONE.is_file() else set(json.loads(DONE.read_text("utf-8")))
    try:
        parts = chosen(given.part, done)
    except ValueError as error:
        parser.error(str(error))
    failed = []
    for part in parts:
        words = command(part, given.corpus, given.million)
        if words is None:
            print(f"\n== {part.name}: left out, it needs {part.needs}", flush=True)
            continue
        print(f"\n== {part.name}: about {part.minutes} min on two cores: {part.what}", flush=True)
        began = time.monotonic()
        status = subprocess.run(
            [sys.executable, *words, *(["--record"] if given.record else [])], cwd=ROOT, check=False
        ).returncode
        print(f"== {part.name}: {time.monotonic() - began:.0f} s, exit status {status}", flush=True)
        if status:
            failed.append(part.name)
        else:
            done.add(part.name)
            DONE.parent.mkdir(parents=True, exist_ok=True)
            DONE.write_text(json.dumps(sorted(done)) + "\n", encoding="utf-8")
    if not failed and not given.part:
        DONE.unlink(missing_ok=True)
    if given.record:
        subprocess.run([sys.executable, "-m", "bench.tables"], cwd=ROOT, check=True)
    for name in failed:
        print(f"FAILED {name}: make bench PARTS={name} shows why")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
