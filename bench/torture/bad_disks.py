"""Disks that are full, read-only or broken, locks and long readers, over the real writer: nothing that was asked to be stored
is lost or refused, it goes on by itself soon after, and the journal is small again.

Each scenario is one store with several threads that save articles, as a crawl does; the seed chooses what goes wrong, when,
for how long, and how large the articles are. Real failures: system calls that fail (`failing_disk.c`), and, where this user
may mount, a tmpfs of some MB that is filled to the last byte (in a mount namespace of its own, which ends with the process).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.torture.part import Batch

PROMISE = 9
TITLE = "disks full, read-only, failing; locks; long readers; under a writer"
TARGET = 200
BATCH = 20
ROOT = Path(__file__).resolve().parents[2]


def batch(seed: int, size: int, folder: Path) -> Batch:
    shim = folder / "failing_disk.so"
    compiler = [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O2", "-o", str(shim)]
    subprocess.run([*compiler, str(Path(__file__).with_suffix("").with_name("failing_disk.c")), "-ldl"], check=True)
    mounts = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0
    at_work = [
        sys.executable,
        "-m",
        "bench.torture.bad_disks_at_work",
        str(seed),
        str(size),
        str(folder),
        str(int(mounts)),
    ]
    done = subprocess.run(
        [*(["unshare", "-m"] if mounts else []), *at_work],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(shim)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return Batch(told["done"], told["faults"], told["figures"])
