"""The processes of `power`'s record, one after another: each crawls `wire` until so many endings are acknowledged.

python -m bench.torture.power_lives FOLDER SEED FULL|NORMAL crash:ENDINGS|close:ENDINGS ...
"""

from __future__ import annotations

import os
import random
import sys
import traceback
from pathlib import Path
from typing import Any

from bench.torture import wire
from storage import database

TOLD = "acknowledged"
"""A file of the folder whose writes, in the record, say what was acknowledged when. No image has it."""


def main() -> int:
    folder, seed, synchronous, *lives = sys.argv[1:]
    if synchronous != "FULL":
        weaken(synchronous)
    for number, life in enumerate(lives):
        end, endings = life.split(":")
        pid = os.fork()  # this process has no threads and opens nothing
        if pid == 0:
            status = 1
            try:
                live(Path(folder), f"{seed} {number}", end, int(endings))
                status = 0
            except BaseException:  # noqa: BLE001 - told, and this process must not go on with its parent's work
                traceback.print_exc()
            finally:
                os._exit(status)
        if (status := os.waitpid(pid, 0)[1]) != 0:
            return status or 1
    return 0


def live(folder: Path, seed: str, end: str, endings: int) -> None:
    """One process's life. After a crash what is in the system's memory stays: nothing but the power takes that."""
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
    if end == "close":
        crawl.close()


def weaken(synchronous: str) -> None:
    """The store insists on FULL: weaken each connection after it has seen to that."""
    insist = database._set_modes

    def weak(db: Any, file: Path) -> None:
        insist(db, file)
        db.conn.execute(f"PRAGMA synchronous = {synchronous}")

    database._set_modes = weak


if __name__ == "__main__":
    sys.exit(main())
