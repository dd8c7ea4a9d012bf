"""Reading a whole database from Python: rows a second and memory, row by row, as a pandas frame, and with the texts.

    python bench/reading.py FILE [--columns id,source,language,title,published_at,word_count]

Each way in a process of its own, so that one's memory is not another's: CPU seconds, rows, and the greatest resident size
before (pandas loaded) and after. `bench/million.py` builds a database of a million articles.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

COLUMNS = "id,source,language,title,published_at,word_count"
WAYS = ("rows", "rows with body", "frame")


def resident() -> float:
    """MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def measure(file: Path, way: str, columns: list[str]) -> None:
    import pandas as pd

    import storage

    with storage.open(file) as wire:
        before, began, size = resident(), time.process_time(), ""
        articles = wire.articles(columns=[*columns, "body"] if "body" in way else columns)
        if way == "frame":
            frame: pd.DataFrame = articles.frame()
            number = len(frame)
            size = f", the frame has {frame.memory_usage(deep=True).sum() / 2**20:.0f} MiB"
        else:
            number = sum(1 for _ in articles)
        seconds = time.process_time() - began
        print(
            f"{way}: {number} in {seconds:.1f} s of CPU, {number / seconds:.0f} a second; resident {before:.0f} MiB before, "
            f"{resident():.0f} MiB at most{size}"
        )


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--columns", default=COLUMNS)
    given = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for way in WAYS:
        process = context.Process(target=measure, args=(given.file, way, given.columns.split(",")))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(process.exitcode)


if __name__ == "__main__":
    main()
