"""What people and programs see of a run over many files: lines now and then, `--json` for programs."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from crawler import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_BETWEEN_LINES = 10.0


@dataclass(slots=True)
class Run:
    """The whole run so far. `total`: files named; `before`: of them had a part already; `workers`: threads of the cluster."""

    total: int
    before: int = 0
    done: int = 0
    failed: int = 0
    records: int = 0
    foreign: int = 0
    workers: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def add(self, answer: Mapping[str, Any]) -> None:
        """What became of one file."""
        if "failed" in answer:
            self.failed += 1
        elif answer["before"]:
            self.before += 1
        else:
            self.done += 1
            self.records += answer["records"]
            self.foreign += answer["foreign"]
            self.outcomes.update(answer["outcomes"])

    @property
    def ended(self) -> int:
        """Files that have an outcome."""
        return self.before + self.done + self.failed

    def line(self) -> str:
        """How far it is, and how long the rest will take."""
        spent = max(time.monotonic() - self.began, 0.001)
        left = self.total - self.ended
        said = f"{self.ended} of {self.total} files, {self.failed} failed, {self.records} records, {self.records / spent:.1f}/s"
        if self.done and left > 0:
            said += f", about {terminal.span(left * spent / (self.done + self.failed))} left"
        return said + ("" if self.workers else "; no worker is there")


class Shown:
    """Writes what is known of a run, to standard error (words) or standard output (`--json`)."""

    def __init__(self, stream: TextIO, run: Run, *, as_json: bool) -> None:
        self._stream, self._run, self._as_json = stream, run, as_json
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES

    def said(self, words: str, **facts: Any) -> None:
        """Something about the whole run."""
        self._write(words, {"event": "run", "words": words, **facts})

    def file(self, url: str, answer: Mapping[str, Any]) -> None:
        """What became of one file; in words only where it failed."""
        self._run.add(answer)
        if self._as_json:
            self._write("", {"event": "file", "file": url, **answer})
        elif "failed" in answer:
            self._write(f"{url}: {answer['failed']}", {})

    def tick(self) -> None:
        """Called often; writes how far it is now and then."""
        if time.monotonic() >= self._next and not self._as_json:
            self._next = time.monotonic() + SECONDS_BETWEEN_LINES
            self._write(self._run.line(), {})

    def finished(self, reason: str) -> None:
        """The run's last word."""
        run = self._run
        counts = ", ".join(f"{n} {name}" for name, n in sorted(run.outcomes.items())) or "no record"
        words = (
            f"{reason}: {run.done} files done now ({counts}; {run.foreign} records of sites in no registry file, left),"
            f" {run.before} before, {run.failed} failed, of {run.total}"
        )
        facts = {
            "done": run.done,
            "before": run.before,
            "failed": run.failed,
            "files": run.total,
            "records": run.records,
        }
        self.said(words, finish_reason=reason, outcomes=dict(run.outcomes), foreign=run.foreign, **facts)

    def _write(self, words: str, facts: Mapping[str, Any]) -> None:
        self._stream.write((terminal.dumps(facts) if self._as_json else terminal.line(words)) + "\n")
        self._stream.flush()
