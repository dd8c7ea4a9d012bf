"""Measures `dateline export` of a large database in every format that streams: articles a second, and the most memory.

    python bench/million.py news.db
    python bench/exports.py news.db [--formats parquet,jsonl,csv,ninjs] [--limits 100000,0]

Each is the real command in a process of its own, into a file that is removed afterwards; 0 is without a limit. Flat memory
shows where the least and the greatest number of articles take as much. The CPU time says what a quiet machine would take.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FORMATS = "parquet,jsonl,csv,ninjs"


def run(database: Path, form: str, limit: int, out: Path) -> tuple[int, float, float, float]:
    """Articles, seconds by the clock and of CPU, and the most resident memory in MB."""
    command = [str(Path(sys.executable).with_name("dateline")), "export", "--db", str(database), "--format", form]
    command += ["--out", str(out), *(["--limit", str(limit)] if limit else [])]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - begun
    found = re.search(r"^(\d+) articles", told, re.MULTILINE)
    if status or not found:
        raise SystemExit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}: {told}")
    return int(found[1]), took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--formats", default=FORMATS)
    parser.add_argument("--limits", default="100000,0")
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'format':9}{'articles':>10}{'s':>8}{'CPU s':>8}{'a second':>10}{'by CPU':>9}{'MB most':>9}{'GB':>7}")
    with tempfile.TemporaryDirectory(dir=options.file.absolute().parent) as folder:
        for form in options.formats.split(","):
            for limit in map(int, options.limits.split(",")):
                out = Path(folder) / f"all.{form}"
                count, took, used, memory = run(options.file, form, limit, out)
                size = out.stat().st_size / 1e9
                out.unlink()
                rates = f"{count / took:10,.0f}{count / used:9,.0f}"
                print(f"{form:9}{count:10,}{took:8.1f}{used:8.1f}{rates}{memory:9.0f}{size:7.2f}", flush=True)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
