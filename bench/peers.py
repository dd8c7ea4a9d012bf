"""Other extractors for `bench/extraction.py --peers`, each in a virtual environment of its own under `.bench/`, pinned: their
dependencies are not ours, and two of them would not stand each other's. Installed by pip as it is configured, once."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".bench"
PINNED = {"newspaper4k": ("newspaper4k==0.9.6", "lxml_html_clean"), "news-please": ("news-please==1.6.16",)}
SECONDS = 60.0
EMPTY: dict[str, Any] = {"title": None, "authors": [], "published": None, "body": ""}


def python_of(name: str) -> Path:
    """The interpreter of a peer's environment."""
    return ENVIRONMENTS / PINNED[name][0].replace("==", "-") / "bin" / "python"


def installed(name: str) -> str | None:
    """Make a peer's environment where there is none; the reason why it cannot be used, None where it can."""
    return made(python_of(name).parent.parent, PINNED[name])


def made(environment: Path, requirements: Sequence[str]) -> str | None:
    """Make a virtual environment with what is required, where there is none; the reason why it cannot be, None where it is."""
    ready = environment / ".ready"
    if ready.exists():
        return None
    steps = [
        [sys.executable, "-m", "venv", str(environment)],
        [
            str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            *requirements,
        ],
    ]  # fmt: skip
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no message"]
            return f"`{' '.join(step[1:])}` failed: {last[0]}"
    ready.touch()
    return None


class Peer:
    """One extractor in its process, asked page by page; started again where a page has killed it or took over a minute."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process: subprocess.Popen[bytes] | None = None

    def extract(self, url: str, path: Path, encoding: str | None) -> dict[str, Any]:
        """Title, authors, published, body, CPU seconds; an empty extraction with `error` where there was none."""
        process = self._running()
        assert process.stdin is not None
        asked = json.dumps({"url": url, "path": str(path), "encoding": encoding})
        process.stdin.write(asked.encode() + b"\n")
        process.stdin.flush()
        answer = self._line(process)
        if answer is None:
            self.close()
            return {**EMPTY, "error": f"no answer in {SECONDS:g} s", "seconds": SECONDS}
        return dict(answer)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [str(python_of(self.name)), str(ROOT / "bench" / "peer_worker.py"), self.name]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            if self._line(self._process) is None:
                self.close()
                raise RuntimeError(f"{self.name} does not start: run `{' '.join(command)}` to see why")
        return self._process

    @staticmethod
    def _line(process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
        """The next answer; None where none came in time."""
        assert process.stdout is not None
        if not select.select([process.stdout], [], [], SECONDS)[0]:
            return None
        line = process.stdout.readline()
        return json.loads(line) if line else None
