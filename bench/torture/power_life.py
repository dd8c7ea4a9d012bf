"""One process of `power`'s record: crawls `wire` until so many endings are acknowledged, then crashes or closes.

python -m bench.torture.power_life FOLDER SEED crash|close ENDINGS FULL|NORMAL
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from bench.torture import wire
from storage import database

TOLD = "acknowledged"


def main() -> None:
    folder, seed, end, endings, synchronous = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
    if synchronous != "FULL":
        _weaken(synchronous)
    told = os.open(folder / TOLD, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    count = 0

    def tell(line: str) -> None:
        nonlocal count
        os.write(told, f"{line}\n".encode())
        count += 1

    crawl = wire.Crawl(folder / "news.db", random.Random(seed), tell, fresh=lambda: True)
    crawl.seed()
    while count < endings:
        crawl.step()
    if end == "crash":
        os._exit(1)  # what is in the system's memory stays: nothing but the power takes that
    crawl.close()
    os.close(told)


def _weaken(synchronous: str) -> None:
    """The store insists on FULL: weaken the connection after it has seen to that."""
    strong = database._set_modes

    def weak(db: object, file: Path) -> None:
        strong(db, file)  # type: ignore[arg-type]
        db.conn.execute(f"PRAGMA synchronous = {synchronous}")  # type: ignore[attr-defined]

    database._set_modes = weak


if __name__ == "__main__":
    main()
