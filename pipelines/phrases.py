"""The phrases of `phrases.toml`, compiled: what stands around a text, and what walls say. Data, no decisions."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

# What begins with a quotation mark is somebody's word, never a label.
START = r"^[^\w“”\"«»„‘']{0,3}(?:"
PATTERNS = {"start": (START, ")"), "whole": (r"^\W*(?:", r")\W*$"), "as written": ("", ""), "search": ("(?:", ")")}


def _compiled() -> dict[str, re.Pattern[str]]:
    """Raises ValueError naming the entry of phrases.toml that is no regular expression."""
    entries = tomllib.loads((files("pipelines") / "phrases.toml").read_text(encoding="utf-8"))
    found = {}
    for name, entry in entries.items():
        before, after = PATTERNS[entry["match"]]
        try:
            found[name] = re.compile(before + "|".join(entry["any"]) + after, re.IGNORECASE | re.DOTALL)
        except re.error as error:
            raise ValueError(f"pipelines/phrases.toml: [{name}] is no regular expression: {error}") from error
    return found


_ALL = _compiled()
READ_ALSO, BOX, PROMOTION, AFTERWARDS, UPDATED = (
    _ALL[n] for n in ("read_also", "box", "promotion", "afterwards", "updated")
)
READERS, PLAYER, NOTE = (_ALL[n] for n in ("readers", "player", "note"))
PHOTO, AGENCY_PHOTO, COPYRIGHT = _ALL["photo"], _ALL["agency_photo"], _ALL["copyright"]
TAIL, TAIL_INSIDE, END_MARK = _ALL["tail"], _ALL["tail_inside"], _ALL["end_mark"]
CHALLENGE, TOLD, CONTRIBUTED = _ALL["challenge"], _ALL["told"], _ALL["contributed"]
FORM, AUTHORITY, DISCLOSURE = _ALL["form"], _ALL["authority"], _ALL["disclosure"]
