"""What people and programs see while a crawl runs: a bar on a terminal, plain lines elsewhere, `--json` for programs."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol, TextIO

from crawler import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from storage.models import Ended, Ending

STORED = ("new", "revised", "copy")
SECONDS_BETWEEN_LINES = 10.0


class Progress(Protocol):
    """Told of every end of a fetch, and of every end of a crawl; of a backfill also how far it `stands`, now and then, and
    what is to be `said` before and after. Both in words, with the same as `facts` for programs."""

    def ended(self, source: str, ending: Ending, ended: Ended) -> None: ...

    def stands(self, source: str, words: str, facts: Mapping[str, object]) -> None: ...

    def said(self, source: str, words: str, facts: Mapping[str, object]) -> None: ...

    def finished(self, source: str, reason: str, counts: Mapping[str, int], note: str | None) -> None: ...

    def close(self) -> None: ...


class Tally:
    """Counts that every kind of progress shows: fetches, new texts, failures, links found, fetches a second."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.fetches = 0
        self.stored = 0
        self.failed = 0
        self.queued = 0

    def add(self, ending: Ending, ended: Ended) -> None:
        self.fetches += 1
        self.stored += ending.outcome.name in STORED
        self.failed += ending.outcome.name.startswith("failed")
        self.queued += ended.offered + ended.again
        if ending.lease is not None and ending.lease.kind == "article":
            self.queued = max(0, self.queued - 1)

    def line(self) -> str:
        rate = self.fetches / max(time.monotonic() - self.began, 0.001)
        return (
            f"{self.fetches} fetched, {self.stored} new texts, {self.failed} failed, {self.queued} queued, {rate:.1f}/s"
        )


class Lines:
    """Plain lines for a log: one every ten seconds while there is something to say, one at each crawl's end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._tally = Tally()
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES
        self._stands: dict[str, str] = {}

    def ended(self, source: str, ending: Ending, ended: Ended) -> None:
        self._tally.add(ending, ended)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + SECONDS_BETWEEN_LINES
            self._write(f"{source}: {self._stands.get(source) or self._tally.line()}")

    def stands(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        self._stands[source] = words
        if time.monotonic() >= self._next + SECONDS_BETWEEN_LINES:  # nothing ends: it waits for its host
            self._next = time.monotonic() + 60.0
            self._write(f"{source}: {words}; waiting for the host's turn")

    def said(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        self._write(f"{source}: {words}")

    def finished(self, source: str, reason: str, counts: Mapping[str, int], note: str | None) -> None:
        what = ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "nothing due"
        self._write(f"{source}: {reason}: {what}" + (f" ({note})" if note else ""))

    def close(self) -> None:
        self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(terminal.line(text) + "\n")
        self._stream.flush()


class JsonLines:
    """One JSON object a fetch and one a crawl, for programs: `event` is `fetch` or `crawl`, or `backfill` with how far it
    has come (`what`: `progress`) or what is to be said of it (`reach`, `resumed`, `estimate`, `covered`, `unfinished`)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def ended(self, source: str, ending: Ending, ended: Ended) -> None:
        self._write(
            event="fetch",
            source=source,
            url=ending.lease.url if ending.lease else None,
            kind=ending.lease.kind if ending.lease else "import",
            outcome=ending.outcome.name,
            reason=ending.outcome.detail,
            article_id=ended.article_id,
            revision=ended.revision,
            links=ended.offered,
        )

    def stands(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        self._write(event="backfill", source=source, what="progress", words=words, **facts)

    def said(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        self._write(event="backfill", source=source, words=words, **facts)

    def finished(self, source: str, reason: str, counts: Mapping[str, int], note: str | None) -> None:
        self._write(event="crawl", source=source, finish_reason=reason, counts=dict(counts), note=note)

    def close(self) -> None:
        self._stream.flush()

    def _write(self, **what: object) -> None:
        self._stream.write(terminal.dumps(what) + "\n")
        self._stream.flush()


class TerminalBar:
    """A rich bar: what is fetched out of what is queued, and the tally beside it."""

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self._tally = Tally()
        self._stands = ""
        self._bar: Bar = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[tally]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._task: TaskID = self._bar.add_task(title, total=None, tally="starting")
        self._bar.start()

    def ended(self, source: str, ending: Ending, ended: Ended) -> None:
        self._tally.add(ending, ended)
        self._bar.update(
            self._task,
            completed=self._tally.fetches,
            total=self._tally.fetches + self._tally.queued,
            tally=terminal.line(self._stands or self._tally.line()),
        )

    def stands(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        self._stands = words

    def said(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        self._print(f"{source}: {words}")

    def finished(self, source: str, reason: str, counts: Mapping[str, int], note: str | None) -> None:
        what = ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "nothing due"
        self._print(f"{source}: {reason}: {what}" + (f" ({note})" if note else ""))

    def close(self) -> None:
        self._bar.stop()

    def _print(self, text: str) -> None:
        """As it stands: `[b]` in a reason is no markup of rich's."""
        self._bar.console.print(terminal.line(text), highlight=False, markup=False)


def progress(title: str, *, as_json: bool) -> Progress:
    """JSON lines on standard output with `as_json`, a bar where standard error is a terminal, else plain lines there."""
    if as_json:
        return JsonLines(sys.stdout)
    return TerminalBar(title) if sys.stderr.isatty() else Lines(sys.stderr)


class Silent:
    """Shows nothing; keeps how each article's fetch ended, for a command that tells it in its own words."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, str | None]] = []

    def ended(self, source: str, ending: Ending, ended: Ended) -> None:
        if ending.lease is not None and ending.lease.kind == "article":
            self.ends.append((ending.outcome.name, ending.outcome.detail))

    def finished(self, source: str, reason: str, counts: Mapping[str, int], note: str | None) -> None:
        """Nothing to show."""

    def stands(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        """Nothing to show."""

    def said(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        """Nothing to show."""

    def close(self) -> None:
        """Nothing to close."""
