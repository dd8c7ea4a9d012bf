"""Bit flips in a database of the demo: each is found when the file is opened or checked, or everything that can be read is
what it was; and a verified backup is put back in its place.

A flip is made in a closed copy of the file, at a random bit of it. Found: opening raises a `StorageError`, or `dateline db
check` names damage. Harmless: every row of every table, and every word of the search index with its place, is as before.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.torture.part import Batch
from storage import backup, checks
from storage.database import open_reader
from storage.errors import StorageError
from storage.restore import restore

PROMISE = 11
TITLE = "bit flips in a database of the demo, each found or harmless"
TARGET = 1000
BATCH = 100


def batch(seed: int, size: int, folder: Path) -> Batch:
    good = folder / "demo.db"
    demo = [str(Path(sys.executable).parent / "dateline"), "demo", "--db", str(good)]
    subprocess.run(demo, cwd=folder, check=True, capture_output=True, timeout=600)
    content, original = good.read_bytes(), everything(good)
    assert not checks.check(good).damage, "the demo's own database is damaged"
    draws, found, faults = random.Random(seed), Counter[str](), list[str]()
    for _ in range(size):
        bit = draws.randrange(8 * len(content))
        how = seen(folder / "flipped.db", content, bit, original)
        if how.startswith("fault"):
            faults.append(f"seed {seed}, bit {bit} of {len(content)} bytes: {how}")
        found[how.partition(":")[0]] += 1
    seconds = restored(good, folder, draws)
    return Batch(
        size,
        faults,
        {
            "sum found at opening": found["opening"],
            "sum found by the check": found["check"],
            "sum harmless": found["harmless"],
            "max seconds to restore": round(seconds, 2),
            "max MB restored": round(len(content) / 1e6, 1),
        },
    )


def seen(path: Path, content: bytes, bit: int, original: dict[str, Any]) -> str:
    """What became of one flip: `opening`, `check`, `harmless`, or `fault: …`."""
    for side in ("", "-wal", "-shm"):
        Path(f"{path}{side}").unlink(missing_ok=True)
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << bit % 8
    path.write_bytes(flipped)
    try:
        try:
            open_reader(path).close()
        except StorageError:
            return "opening"
        if checks.check(path).damage:
            return "check"
        if (now := everything(path)) == original:
            return "harmless"
        return "fault: nobody saw it, and what is read differs in " + ", ".join(
            name for name in original if now.get(name) != original[name]
        )
    except Exception as error:  # noqa: BLE001 - whatever else comes out is a breach of the promise
        return f"fault: {type(error).__name__}: {error}"


def everything(path: Path) -> dict[str, Any]:
    """All rows of all tables, text as bytes, and the search index word by word."""
    with closing(open_reader(path)) as db:
        db.conn.text_factory = bytes
        tables = [
            name.decode()
            for (name,) in db.conn.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'"
            )
        ]
        rows = {name: db.conn.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
        db.conn.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
        return rows | {"the search index": db.conn.execute("SELECT * FROM temp.words").fetchall()}


def restored(good: Path, folder: Path, draws: random.Random) -> float:
    """Seconds from a database that is torn in many places to the verified backup in its place."""
    copy, _ = backup.backup(good, folder / "copy.db", now=time.time())
    torn = folder / "torn.db"
    shutil.copyfile(good, torn)
    with torn.open("r+b") as file:
        for _ in range(50):
            file.seek(draws.randrange(4096, good.stat().st_size - 600))
            file.write(draws.randbytes(500))
    began = time.monotonic()
    restore(copy, torn, now=time.time())
    seconds = time.monotonic() - began
    assert everything(torn) == everything(good), "the restored database is another"
    return seconds
