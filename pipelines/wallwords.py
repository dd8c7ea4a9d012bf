"""The phrases of `walls.toml`, compiled: what pages say that stand in an article's place, and what a sentence or a
headline says of them. Data and looks, no decisions."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from pipelines.text import squeeze, words

# Stops end a sentence before white space only, but where a script writes none.
SENTENCES = re.compile(r"(?<=[.!?…؟।])\s+|(?<=[。！？])|\n+")
LONGEST, MOST_WORDS = 400, 60
"""Characters of a sentence that are looked at; words, at the most, of one that is a wall's."""
QUOTES = re.compile(r"[«“„\"「『]")
TITLE_START = r"^[^\w¿]{0,4}(?:"

# More telling first: where two are said, the page is the first.
ORDER = (
    "bot_check", "region_block", "age_gate", "soft_404", "maintenance", "server_error", "login_wall", "paywall",
    "consent_wall", "javascript_wall",
)  # fmt: skip


def _compiled() -> tuple[dict[str, re.Pattern[str]], dict[str, re.Pattern[str]]]:
    """(titles, sentences) by reason. Raises ValueError naming the entry that is no regular expression."""
    titles: dict[str, re.Pattern[str]] = {}
    said: dict[str, re.Pattern[str]] = {}
    for reason, tables in tomllib.loads((files("pipelines") / "walls.toml").read_text(encoding="utf-8")).items():
        for table, before, into in (("title", TITLE_START, titles), ("said", "(?:", said)):
            if table not in tables:
                continue
            expressions = [expression for rows in tables[table].values() for expression in rows]
            try:
                into[reason] = re.compile(before + "|".join(expressions) + ")", re.IGNORECASE)
            except re.error as error:
                raise ValueError(f"pipelines/walls.toml: [{reason}.{table}]: {error}") from error
    return titles, said


TITLES, SAID = _compiled()
PAYWALL, LISTING = SAID["paywall"], TITLES["listing"]


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, squeezed, none empty."""
    return [line for part in SENTENCES.split(text) if (line := squeeze(part))]


def says(reason: str, sentence: str) -> str | None:
    """The words by which a sentence speaks for a wall, in the page's own voice: not within a quotation."""
    pattern = SAID.get(reason)
    found = pattern.search(sentence[:LONGEST]) if pattern else None
    if found is None or QUOTES.search(sentence, 0, found.start() + 1) or words(sentence) > MOST_WORDS:
        return None
    return found[0]


def spoken(lines: list[str]) -> tuple[dict[str, list[str]], int]:
    """(reason of `ORDER` -> its sentences, number of the first sentence that says any; -1 for none)."""
    found: dict[str, list[str]] = {}
    first = -1
    for number, line in enumerate(lines):
        for reason in ORDER:
            if says(reason, line):
                found.setdefault(reason, []).append(line)
                first = number if first < 0 else first
    return found, first


def titled(title: str | None) -> tuple[str, str] | None:
    """(reason, words) that a headline or title begins with."""
    for reason in (*ORDER, "service_page") if title else ():
        pattern = TITLES.get(reason)
        if pattern and (found := pattern.search(title or "")):
            return reason, found[0]
    return None
