"""How long a text may be. Beyond it a page is no article, and asking every rule about every paragraph takes longer than a
worker has: 200,000 paragraphs took 20 s (`bench/hostile_pages.py`). The longest text of 873 real pages has 706."""

from __future__ import annotations

PARAGRAPHS = 50_000


class TooLongError(Exception):
    """A page has more paragraphs than any article; the message says how many it may have."""


def bound(paragraphs: int) -> None:
    """Raises TooLongError where these are too many."""
    if paragraphs > PARAGRAPHS:
        raise TooLongError(f"more than {PARAGRAPHS:,} paragraphs of text")


def told(error: RecursionError | TooLongError) -> str:
    """What a page was too much of."""
    return "the markup is nested too deeply" if isinstance(error, RecursionError) else str(error)
