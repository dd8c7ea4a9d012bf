"""`dateline serve` as a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 180.0
"""Seconds within which a slow machine has started it."""


@contextmanager
def served(database: Path, folder: Path) -> Iterator[str]:
    """Serve a database on loopback until the end of the block, on a port that it takes itself; gives the site's address.
    `folder`: where it is started."""
    command = [str(Path(sys.executable).parent / "dateline"), "serve", "--db", str(database), "--port", "0"]
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix="serve-", suffix=".log", delete=False) as told:
        log = Path(told.name)
        process = subprocess.Popen(command, cwd=folder, stdout=told, stderr=subprocess.STDOUT)
    try:
        base = _when_it_answers(process, log)
        yield base
    finally:
        process.terminate()
        process.wait(PATIENCE)
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said


def _when_it_answers(process: subprocess.Popen[bytes], log: Path) -> str:
    ends = time.monotonic() + PATIENCE
    while True:
        said = log.read_text(encoding="utf-8")
        found = re.search(r"serving (http://\S+)/ until", said)
        if found and _answers(found[1]):
            return found[1]
        ended = process.poll()
        assert ended is None, f"dateline serve ended with {ended}: {said}"
        assert time.monotonic() < ends, f"no answer within {PATIENCE} s: {said}"
        time.sleep(0.1)


def _answers(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True  # what, is for the tests to see
    except OSError:
        return False
