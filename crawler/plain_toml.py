"""TOML that a person wrote: `dateline.toml` and the registry's files. What cannot be read, for whatever reason, is one
ValueError, also where tomllib would recurse without end, take gigabytes, or trip over a number."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 1_000_000
"""Bytes of a file; the longest in the registry has some thousand."""

LONGEST_SHOWN: Final = 200

_MANY_DOTS: Final = re.compile(r"^[ \t\[]*(?:[^\s.=#\[\]]+[ \t]*\.[ \t]*){30}", re.MULTILINE)
"""Keys of so many parts: tomllib's memory grows with the square of their number."""


def text_of(path: Path) -> str:
    """A file's text. Raises OSError, and ValueError where it is too large or no UTF-8."""
    with path.open("rb") as opened:
        data = opened.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"it has more than {LARGEST:,} bytes")
    return data.decode("utf-8").replace("\r\n", "\n")


def loads(text: str) -> dict[str, Any]:
    """The table that `text` holds. Raises ValueError."""
    if _MANY_DOTS.search(text):
        raise ValueError("a key has more than 30 parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("lists or tables lie too deep in one another") from None


def shown(value: object) -> str:
    """A value in an error message, cut."""
    try:
        text = repr(value)
    except ValueError:  # sys.set_int_max_str_digits
        text = "a number of thousands of digits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
