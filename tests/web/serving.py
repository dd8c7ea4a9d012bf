"""`dateline serve` as a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60.0


@contextmanager
def served(database: Path, folder: Path) -> Iterator[str]:
    """Serve a database on loopback until the end of the block; gives the site's address. `folder`: where it is started."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).parent / "dateline"), "serve", "--db", str(database), "--port", str(port)]
    log = folder / f"serve-{port}.log"
    with log.open("w", encoding="utf-8") as told:
        process = subprocess.Popen(command, cwd=folder, stdout=told, stderr=subprocess.STDOUT)
    try:
        _until_it_answers(base, process, log)
        yield base
    finally:
        process.terminate()
        process.wait(30)
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _until_it_answers(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{base}/", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers: what, is for the tests to see
        except OSError:
            ended = process.poll()
            assert ended is None, f"dateline serve ended with {ended}: {log.read_text(encoding='utf-8')}"
            assert time.monotonic() < ends, f"no answer within {PATIENCE} s: {log.read_text(encoding='utf-8')}"
            time.sleep(0.1)
