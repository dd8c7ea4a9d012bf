"""Whether a sentence reports news: it names who said so, a day, or opens with a dateline. Walls and calls to subscribe
speak to the reader of themselves and do none of it. The words are `reporting.toml`; data and looks, no decisions."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

LONGEST = 4_000
"""Characters of a text that are looked at."""
# KIEL, October 2 (HA) - …: capitals, at most a day and an agency, a dash.
DATELINE = re.compile(r"^\s*(?:[^\W\d_]{3,}[ ,.'’-]{0,2}){1,4}[^\n–—-]{0,40}\s[–—-]{1,2}\s")


_TABLES = tomllib.loads((files("pipelines") / "reporting.toml").read_text(encoding="utf-8"))
LEADS = frozenset(word for listed in _TABLES["leads"].values() for word in listed.split())
"""Words that may stand before the verb of a sentence which speaks to the reader."""


@lru_cache(maxsize=2)
def _expression(table: str) -> re.Pattern[str]:
    """Raises ValueError naming the entry of reporting.toml that is no regular expression."""
    entries = _TABLES[table]
    for language, expressions in entries.items():
        for expression in expressions:
            try:
                re.compile(expression)
            except re.error as error:
                cause = f"[{table}] {language} {expression!r}: {error}"
                raise ValueError(f"pipelines/reporting.toml: {cause}") from error
    return re.compile("|".join(one for listed in entries.values() for one in listed), re.IGNORECASE)


def attributed(text: str) -> bool:
    """Whether a text says who said it."""
    return _expression("said").search(text[:LONGEST]) is not None


def dated(text: str) -> bool:
    """Whether a text names a day of the week, or in Chinese, Japanese and Korean one of the month."""
    return _expression("days").search(text[:LONGEST]) is not None


def datelined(text: str) -> bool:
    """Whether a text opens with a place in capitals and a dash."""
    found = DATELINE.match(text[:120])
    return found is not None and found[0].split()[0].strip(",.'’-").isupper()


def reports(text: str) -> bool:
    """Whether any of it shows that a text is news."""
    return attributed(text) or dated(text) or datelined(text)
