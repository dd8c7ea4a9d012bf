"""What the daemon counts as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.metrics.families import OUTCOMES
from storage.gauges import MOST_SOURCES, OTHERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.metrics.text import Series
    from crawler.progress import Progress
    from storage.models import Ended, Ending


class Counted:
    """A progress that counts what it is told and tells another."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._fetches: dict[tuple[str, str], int] = {}
        self._bytes: dict[str, int] = {}

    def ended(self, source: str, ending: Ending, ended: Ended) -> None:
        """Count one end of a fetch."""
        name = source if source in self._bytes or len(self._bytes) < MOST_SOURCES else OTHERS
        outcome = ending.outcome.name.partition(":")[0]
        self._fetches[name, outcome] = self._fetches.get((name, outcome), 0) + 1
        self._bytes[name] = self._bytes.get(name, 0) + ending.bytes
        self._shown.ended(source, ending, ended)

    def stands(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        """Passed on."""
        self._shown.stands(source, words, facts)

    def said(self, source: str, words: str, facts: Mapping[str, object]) -> None:
        """Passed on."""
        self._shown.said(source, words, facts)

    def finished(self, source: str, reason: str, counts: Mapping[str, int], note: str | None) -> None:
        """Passed on."""
        self._shown.finished(source, reason, counts, note)

    def close(self) -> None:
        """Passed on."""
        self._shown.close()

    def figures(self) -> dict[str, list[Series]]:
        """What was counted so far. Every outcome of a source that has any is there from its first fetch on, so that a rate
        over the first one can be told."""
        return {
            "dateline_fetches_total": [
                ((source, outcome), float(self._fetches.get((source, outcome), 0)))
                for source in sorted(self._bytes)
                for outcome in dict.fromkeys((*OUTCOMES, *(seen for of, seen in self._fetches if of == source)))
            ],
            "dateline_received_bytes_total": [((source,), float(n)) for source, n in sorted(self._bytes.items())],
        }
