"""The scenarios of `bad_disks`, in a process of their own whose writes can be made to fail. Prints one line of JSON."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import math
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.torture.bad_disks_verdict import verdict
from bench.torture.bad_disks_wire import Wire
from crawler.config import Config
from crawler.disk import GIGABYTE, Room
from storage import journal, trouble
from storage.store import Store

RESUME_SECONDS: Final = 5.0
JOURNAL_SECONDS: Final = 60.0
ERRORS: Final = {"full": errno.ENOSPC, "quota": errno.EDQUOT, "broken": errno.EIO, "read-only": errno.EROFS}
KINDS: Final = (*ERRORS, "unsynced", "locked", "reader", "log", "tmpfs", "floor")

LOCK = """
import sys, time
from sqlite_utils.utils import sqlite3
conn = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
conn.execute(sys.argv[2])
conn.execute("SELECT count(*) FROM article").fetchone()
print("held", flush=True)
sys.stdin.readline()
"""


@dataclass(slots=True)
class Seen:
    """What one scenario showed: seconds to resume, seconds until the journal was small, and breaches."""

    resumed: float = 0.0
    journal: float = 0.0
    faults: list[str] = field(default_factory=list)


def failing(wire: Wire, path: Path, kind: str, draws: random.Random, shim: Any) -> Seen:
    """Writes, or with `unsynced` only fsyncs, fail for a while."""
    before = shim.dateline_refused()
    wire.wait_for(draws.randint(1, 30))
    shim.dateline_fail(ERRORS.get(kind, errno.EIO), int(kind == "unsynced"))
    time.sleep(draws.uniform(0.1, 3.0))
    while shim.dateline_refused() == before:
        time.sleep(0.005)
    until = time.monotonic() + 3.0  # what failed first may have been a merge of the journal, which a commit outlives
    while not (noted := trouble.is_unwritable(path)) and kind == "unsynced" and time.monotonic() < until:
        time.sleep(0.01)
    shim.dateline_fail(0, 0)
    seen = Seen(wire.resumed_after(time.monotonic()))
    if kind == "unsynced" and not noted:
        seen.faults.append("nothing beside the database said that it could not be written")
    return seen


def locked(wire: Wire, path: Path, draws: random.Random) -> Seen:
    """Another process holds the write lock: mostly some seconds, now and then sixty."""
    wire.wait_for(draws.randint(1, 30))
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(path), "BEGIN IMMEDIATE"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        time.sleep(60.0 if draws.random() < 0.1 else draws.uniform(0.5, 4.0))
        other.communicate(b"\n")
    return Seen(wire.resumed_after(time.monotonic()))


def reader(wire: Wire, path: Path, draws: random.Random) -> Seen:
    """Another process reads an old state while the journal grows beyond its limit; then writing stops, too."""
    limit = journal.LIMIT
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(path), "BEGIN"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        began = time.monotonic()
        while journal.size(path) <= limit * 1.2 and time.monotonic() < began + 120:
            time.sleep(0.05)
        grown = journal.size(path)
        if draws.random() < 0.5:
            wire.may.clear()
        other.communicate(b"\n")
    ended = time.monotonic()
    while journal.size(path) > limit and time.monotonic() < ended + JOURNAL_SECONDS + 5:
        time.sleep(0.05)
    seen = Seen(0.0, time.monotonic() - ended)
    if grown <= limit:
        seen.faults.append(f"the journal did not grow beyond {limit} bytes, so nothing was tried")
    if seen.journal > JOURNAL_SECONDS:
        seen.faults.append(
            f"the journal still has {journal.size(path)} bytes {seen.journal:.0f} s after the reader's end"
        )
    return seen


def logged(wire: Wire, path: Path, draws: random.Random) -> Seen:
    """The journal takes all the room that there is, since another process reads an old state; then that ends."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(path), "BEGIN"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + draws.randint(2 << 20, 8 << 20), whole[1]))
        try:
            until = time.monotonic() + 120
            while not (noted := trouble.is_unwritable(path)) and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(draws.uniform(0.1, 3.0))
            other.communicate(b"\n")
            seen = Seen(wire.resumed_after(time.monotonic()))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, whole)
    if not noted:
        seen.faults.append("the journal did not fill what it had, so nothing was tried")
    return seen


def filled(wire: Wire, path: Path, draws: random.Random) -> Seen:
    """The disk's last byte is taken by somebody else, and given back."""
    wire.wait_for(draws.randint(1, 20))
    filler = path.with_name("filler")
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * draws.choice((4096, 65536)))
        except OSError:
            pass
    time.sleep(draws.uniform(0.2, 3.0))
    filler.unlink()
    return Seen(wire.resumed_after(time.monotonic()))


def floored(wire: Wire, path: Path, draws: random.Random) -> Seen:
    """A crawl asks for room before each fetch: it stops before the disk is full, and goes on when there is room."""
    floor = 3_000_000
    config = Config(database=path, disk_floor_gb=floor / GIGABYTE)
    filler, seen = path.with_name("filler"), Seen()

    async def main() -> None:
        stop = asyncio.Event()
        room = Room(config, wire.store, stop=stop, waits=True)
        wire.wait_for(draws.randint(1, 10))
        wire.may.clear()  # as leases that are not given out
        for _ in range(2):  # the first look may make room by merging the journal; the second finds none
            free = shutil.disk_usage(path.parent).free
            with filler.open("ab") as more:
                more.write(b"x" * max(0, free - floor + draws.randint(1, floor // 2)))
            await asyncio.sleep(1.1)
            look = asyncio.ensure_future(room.look())
            await asyncio.wait({look}, timeout=draws.uniform(0.5, 2.0))
            if not look.done() or shutil.disk_usage(path.parent).free < floor:
                break
        if look.done():
            seen.faults.append("fetching went on below the floor")
        if (noted := trouble.present(path)) is None or not noted.room:
            seen.faults.append("nothing beside the database said that fetching had stopped")
        filler.unlink()
        released = time.monotonic()
        await asyncio.wait({look}, timeout=30)
        wire.may.set()
        seen.resumed = wire.resumed_after(released)

    asyncio.run(main())
    return seen


def scenario(kind: str, folder: Path, draws: random.Random, shim: Any) -> Seen:
    """One, from an empty folder to a database that was looked at whole."""
    path = folder / "news.db"
    if kind in ("tmpfs", "floor"):
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={draws.choice((8, 12, 24))}m", "none", str(folder)], check=True
        )
    journal.LIMIT = 64 << 20 if kind == "reader" and draws.random() < 0.1 else 1 << 20  # type: ignore[misc]  # mostly small
    store = Store.open(path, hold=math.inf)
    wire = Wire(store, draws)
    wire.begin(draws.choice((1, 20, 200)) if kind not in ("reader", "log") else 400)
    try:
        does: dict[str, Callable[[], Seen]] = {
            "locked": lambda: locked(wire, path, draws),
            "reader": lambda: reader(wire, path, draws),
            "log": lambda: logged(wire, path, draws),
            "tmpfs": lambda: filled(wire, path, draws),
            "floor": lambda: floored(wire, path, draws),
        }
        seen = does.get(kind, lambda: failing(wire, path, kind, draws, shim))()
    finally:
        shim.dateline_fail(0, 0)
        wire.end()
        store.close()
    seen.faults += wire.errors
    if seen.resumed > RESUME_SECONDS:
        seen.faults.append(f"went on {seen.resumed:.1f} s after the release")
    seen.faults += verdict(path, wire.stored)
    return seen


def main() -> None:
    seed, size, folder, mounts = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] == "1"
    shim = ctypes.CDLL(None)
    kinds = KINDS if mounts else tuple(kind for kind in KINDS if kind not in ("tmpfs", "floor"))
    faults, counts, resumed, small = [], Counter[str](), 0.0, 0.0
    for number in range(size):
        draws = random.Random(f"{seed} {number}")
        kind = kinds[(seed + number) % len(kinds)]
        place = folder / str(number)
        place.mkdir()
        try:
            seen = scenario(kind, place, draws, shim)
        except Exception as error:  # noqa: BLE001 - told with what is needed to see it again
            seen = Seen(faults=[f"{type(error).__name__}: {error}"])
        counts[kind] += 1
        faults += [f"seed {seed}, scenario {number} ({kind}): {fault}" for fault in seen.faults]
        resumed, small = max(resumed, seen.resumed), max(small, seen.journal)
        if kind in ("tmpfs", "floor"):
            subprocess.run(["umount", str(place)], check=False)
        shutil.rmtree(place, ignore_errors=True)
    figures = {
        "max seconds to go on after the release": round(resumed, 2),
        "max seconds to a small journal": round(small, 2),
    }
    figures |= {f"sum {kind}": float(count) for kind, count in counts.items()}
    print(json.dumps({"done": size, "faults": faults, "figures": figures}))


if __name__ == "__main__":
    os.environ.pop("LD_PRELOAD", None)  # what is started from here writes to a sound disk
    main()
