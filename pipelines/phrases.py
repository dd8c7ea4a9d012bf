"""The phrases of `phrases.toml`, compiled: what stands around a text, and what walls say. Data, no decisions."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

# What begins with a quotation mark is somebody's word, never a label.
START = r"^[^\w“”\"«»„‘']{0,3}(?:"
PATTERNS = {"start": (START, ")"), "whole": (r"^\W*(?:", r")\W*$"), "as written": ("", ""), "search": ("(?:", ")")}


def _entries() -> dict[str, Any]:
    return tomllib.loads((files("pipelines") / "phrases.toml").read_text(encoding="utf-8"))


def compiled(name: str, entry: dict[str, Any]) -> re.Pattern[str]:
    """The expression of an entry. Raises ValueError naming an entry of phrases.toml that is no regular expression."""
    before, after = PATTERNS[entry["match"]]
    try:
        return re.compile(before + "|".join(entry["any"]) + after, re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise ValueError(f"pipelines/phrases.toml: [{name}] is no regular expression: {error}") from error


_ENTRIES = {name.upper(): entry for name, entry in _entries().items()}


def __getattr__(name: str) -> re.Pattern[str]:
    """An entry of phrases.toml by its name in capitals, compiled when it is first asked for: all of them take a tenth of a
    second, and the crawling process needs few. Raises AttributeError where there is none."""
    if name not in _ENTRIES:
        raise AttributeError(f"pipelines/phrases.toml has no entry [{name.lower()}]")
    found = globals()[name] = compiled(name.lower(), _ENTRIES[name])
    return found


def ready(names: Iterable[str]) -> None:
    """Compile these entries now: an event loop that would first ask for one stood still meanwhile. For a thread beside it."""
    for name in names:
        getattr(sys.modules[__name__], name)
