"""Between which two instants an article was published, as SQL: what its own time says, and when it was first seen.

Nothing was published later than it was seen, whatever it says: a bare day that was seen in the morning is of that morning, and
what bears a time of the future, or none, is known by the look alone. Wherever the articles of a story are put in order, they
are by the later of the two, `by`, then by number: a bare day may not be put before a time of that day.
"""

from __future__ import annotations


def by(table: str) -> str:
    """By when it was: text in UTC that is compared as text (`YYYY-MM-DDT24` for the end of a day)."""
    at, seen = f"{table}.published_at", f"{table}.first_seen_at"
    return (
        f"min({seen}, CASE WHEN {at} IS NULL THEN {seen} WHEN length({at}) = 10 THEN {at} || 'T24'"
        f" WHEN {table}.published_precision = 'minute' THEN substr({at}, 1, 17) || '59Z' ELSE {at} END)"
    )


def since(table: str) -> str:
    """From when on it can have been: its own time, or '' where it bears none that can be."""
    at = f"{table}.published_at"
    return f"CASE WHEN {at} IS NULL OR {at} > {table}.first_seen_at THEN '' ELSE {at} END"
