"""Paragraphs that a source prints under story after story, taken off by a rule set that was learned from its own pages
(`pipelines.repeats` finds them, `dateline learn` numbers them). The rule set travels with the page's profile as plain data."""

from __future__ import annotations

import hashlib
import re

from pipelines.text import fold
from pipelines.trims import Trimmed
from storage.models import RuleSet

RULE = "learned"
# Not all that is no `\w`: vowel signs of Indic scripts and points of Arabic and Hebrew are none either, and spell words.
_PUNCTUATION = re.compile(
    r"[!-/:-@\[-`{-~\u00a1-\u00bf\u060c\u061b\u061f\u06d4\u0964\u0965\u2010-\u206f\u2190-\u27bf\u2e00-\u2e7f"
    r"\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
)


def key(text: str) -> str | None:
    """The key of a paragraph: 16 hexadecimal digits over its words, case and punctuation aside; None: it has no words.
    Digits count: `shares rose 2 percent` is news where `shares rose 3 percent` was."""
    plain = spelled(text)
    return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest() if plain else None


def spelled(text: str) -> str:
    """The words of a text, case and punctuation aside, one blank between them."""
    return " ".join(_PUNCTUATION.sub(" ", fold(text)).split())


def set_name(rules: RuleSet) -> str:
    """What `extractor` calls a rule set: its number, which counts in one database, and a short hash of its keys, which says the
    same in all of them."""
    hashed = hashlib.blake2b(" ".join(sorted(rules.keys)).encode(), digest_size=3)
    return f"{rules.number}:{hashed.hexdigest()}"


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
