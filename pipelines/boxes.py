"""What a box is by its name: captions, related stories, comments … (`boxes.toml`). Data, and how a name is read."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
SMALL = re.compile(r"[a-z]+")
"""The same of a name without capitals, as most are."""
LONGEST = 3
LONGEST_NAME = 300
ALWAYS = 1_000_000


@dataclass(frozen=True, slots=True)
class Box:
    """The kind of a box, which is the rule it is dropped by, and how many words it may hold at the most."""

    kind: str
    most: int = ALWAYS


def _table() -> dict[str, Box]:
    """Raises ValueError naming the entry of boxes.toml that stands twice under different kinds."""
    entries = tomllib.loads((files("pipelines") / "boxes.toml").read_text(encoding="utf-8"))
    found: dict[str, Box] = {}
    for kind, entry in entries.items():
        box = Box(kind, entry.get("most", ALWAYS))
        for name in entry["names"].split():
            if found.setdefault(name, box) != box:
                raise ValueError(f"pipelines/boxes.toml: {name} stands under {found[name].kind} and {kind}")
    return found


TABLE = _table()
TOPICS = ("category-", "tag-")


BEGINNINGS = frozenset(name[:size] for name in TABLE for size in range(1, len(name) + 1))


def named(name: str) -> Box | None:
    """The box that a class, an id or a tag's name speaks of; of several the first in it. Words are parted at anything that
    is no letter and in camelCase, and read alone and joined with up to two that follow."""
    for word in name.split():
        if (box := _named(word)) is not None:
            return box
    return None


@lru_cache(maxsize=50_000)
def _named(word: str) -> Box | None:
    name = word[:LONGEST_NAME]
    parts = SMALL.findall(name) if name.islower() else [part.lower() for part in PARTS.findall(name)]
    if BEGINNINGS.isdisjoint(parts):
        return None
    # WordPress writes a post's categories and tags beside its class: `category-social-media` says what it is about.
    for at, part in enumerate(parts[:1] if word.startswith(TOPICS) else parts):
        if part in BEGINNINGS:
            joined, box = part, TABLE.get(part)
            for following in parts[at + 1 : at + LONGEST]:
                joined += following
                if joined not in BEGINNINGS:
                    break
                box = TABLE.get(joined, box)  # the longest
            if box is not None:
                return box
    return None
