"""Paragraphs that a source prints under story after story, taken off by a rule set that was learned from its own pages
(`pipelines.repeats` finds them, `dateline learn` numbers them). The rule set travels with the page's profile as plain data."""

from __future__ import annotations

import hashlib

from pipelines.text import letters
from pipelines.trims import Trimmed
from storage.models import RuleSet

RULE = "learned"


def key(text: str) -> str | None:
    """The key of a paragraph: 16 hexadecimal digits over its words, case and punctuation aside; None: it has no words.
    Digits count: `shares rose 2 percent` is news where `shares rose 3 percent` was."""
    plain = letters(text)
    return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest() if plain else None


def take_off(trimmed: Trimmed, rules: RuleSet | None) -> None:
    """Removes the paragraphs of the rule set, each recorded as dropped by `learned`. A body that is made of nothing else
    stays as it is: what then was extracted is for the walls to judge."""
    if rules is None or not rules.keys:
        return
    kept = [paragraph for paragraph in trimmed.paragraphs if key(paragraph.text) not in rules.keys]
    if not kept or len(kept) == len(trimmed.paragraphs):
        return
    trimmed.dropped.extend((RULE, p.text) for p in trimmed.paragraphs if key(p.text) in rules.keys)
    trimmed.paragraphs = kept
