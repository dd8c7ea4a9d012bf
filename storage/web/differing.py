"""Two texts side by side as what was taken out and put in, ready to be set. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from storage.word_diff import blocks, changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from storage.word_diff import Block

FIELDS: Final = (("title", "Headline"), ("lead", "Lead"), ("body", "Text"))
LONGEST: Final = 120_000
"""Characters of a text beyond which the rest is not compared."""


@dataclass(frozen=True, slots=True)
class Run:
    """Paragraphs that follow one another and are all changed, or all as before."""

    is_changed: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the two texts. `is_cut`: the texts are longer than what was compared."""

    name: str
    words: str
    runs: tuple[Run, ...]
    is_cut: bool

    @property
    def is_changed(self) -> bool:
        """Whether anything in it differs."""
        return any(run.is_changed for run in self.runs)


def fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Field]:
    """The differences of title, lead and body; fields that both lack are left out."""
    found = []
    for name, words in FIELDS:
        old, new = before[name] or "", after[name] or ""
        if not old and not new:
            continue
        runs = tuple(
            Run(is_changed, tuple(run))
            for is_changed, run in groupby(blocks(old[:LONGEST], new[:LONGEST]), key=changed)
        )
        found.append(Field(name, words, runs, max(len(old), len(new)) > LONGEST))
    return found
