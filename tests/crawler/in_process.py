"""Extraction without worker processes: these have tests of their own, and starting one costs a second of CPU."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipelines.extractor import extract

if TYPE_CHECKING:
    from storage.models import Extraction, Page

once = lru_cache(maxsize=1000)(extract)
"""What extraction says of a page, found once: it is a function of the page alone."""


class InProcess:
    """In the place of `ExtractionPool`."""

    def __init__(self, workers: int = 1, **_: Any) -> None:
        assert workers > 0

    def start(self) -> None:
        """There is nothing to start."""

    def end(self) -> None:
        """Nothing was started."""

    async def extract(self, page: Page) -> Extraction:
        return once(page)

    async def close(self) -> None:
        """Nothing was started."""
