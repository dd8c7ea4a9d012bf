"""Many regular expressions at once, searched only where a text holds letters that one of them cannot do without.

`re` tries an alternation of a hundred expressions at every character: 0.4 ms a sentence. Of nearly every expression a run of
letters can be read that its matches must hold (`unusual traffic`); whether a text holds one of them is known 20 times
as fast. What is found is what the whole alternation finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_CLOSE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_QUANTIFIER = re.compile(r"[*+?]|\{(\d*)(?:,\d*)?\}")
_PLAIN_GROUP = re.compile(r"\((?:\?:)?(?!\?)")
# Letters that `re.IGNORECASE` takes for one another, beside capital and small.
_ALIKE = (("İ", "i"), ("ı", "i"), ("ſ", "s"), ("ς", "σ"), ("µ", "μ"))

Needles = frozenset[str]


class Phrases:
    """An alternation of expressions that ignores case; `search` is `re.Pattern.search`, but quicker. Raises re.error where
    they are no regular expression."""

    def __init__(self, expressions: list[str], before: str = "(?:", after: str = ")") -> None:
        self.pattern = re.compile(before + "|".join(expressions) + after, re.IGNORECASE)
        self._always: list[str] = []
        self._needing: dict[str, list[str]] = {}
        for expression in expressions:
            needed, alone = needles(expression), before + expression + after
            if needed is None:
                self._always.append(alone)
            for needle in needed or ():
                self._needing.setdefault(needle, []).append(alone)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, None where there is none."""
        low = plain(text)
        held = [needle for needle in self._needing if needle in low]
        if not held and not self._always:
            return None
        likely = dict.fromkeys((*self._always, *(alone for needle in held for alone in self._needing[needle])))
        return self.pattern.search(text) if any(_compiled(alone).search(text) for alone in likely) else None


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def plain(text: str) -> str:
    """Small letters, one for those that `re.IGNORECASE` takes for one another."""
    if text.isascii():
        return text.lower()
    low = text.replace("İ", "i").lower()
    for letter, other in _ALIKE:
        low = low.replace(letter, other)
    return low


def needles(expression: str) -> Needles | None:
    """Texts of which any match of `expression` holds one, `plain`; None where none can be read from it."""
    branches = [_needed(branch) for branch in _branches(expression)]
    known = [needed for needed in branches if needed is not None]
    return frozenset().union(*known) if len(known) == len(branches) else None


def _branches(expression: str) -> Iterator[str]:
    """The alternatives of an expression."""
    depth, start, at = 0, 0, 0
    while at < len(expression):
        sign = expression[at]
        if sign == "\\":
            at += 1
        elif sign == "[" and (found := _CLASS.match(expression, at)):
            at = found.end() - 1
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and not depth:
            yield expression[start:at]
            start = at + 1
        at += 1
    yield expression[start:]


def _needed(branch: str) -> Needles | None:
    """Of what stands one after another in a branch, the part that says most: the longest run of letters, or a group."""
    best: Needles | None = None
    run, at = "", 0

    def keep(found: Needles | None) -> None:
        nonlocal best
        if found and all(found) and (best is None or min(map(len, found)) > min(map(len, best))):
            best = found

    while at < len(branch):
        sign, group = branch[at], None
        end, literal = at + 1, sign
        if sign == "\\":
            end, literal = at + 2, "" if branch[at + 1].isalnum() else branch[at + 1]
        elif sign == "[":
            found = _CLASS.match(branch, at)
            end, literal = found.end() if found else len(branch), ""
        elif sign == "(":
            end, literal = _closed(branch, at), ""
            opening = _PLAIN_GROUP.match(branch, at)
            group = needles(branch[opening.end() : end - 1]) if opening else None
        elif sign in ".^$":
            literal = ""
        quantifier = _QUANTIFIER.match(branch, end)
        optional = quantifier is not None and (quantifier[0][0] in "*?" or quantifier[1] in ("", "0"))
        if literal and not optional:
            run += literal
        if not literal or quantifier:
            keep(frozenset({plain(run)}))
            run = ""
            keep(None if optional else group)
        at = quantifier.end() if quantifier else end
        if quantifier and branch[at : at + 1] in ("?", "+"):
            at += 1
    keep(frozenset({plain(run)}))
    return best


def _closed(branch: str, start: int) -> int:
    """Where the group that opens at `start` ends."""
    depth = 0
    for found in _CLOSE.finditer(branch, start):
        depth += (found[0] == "(") - (found[0] == ")")
        if not depth:
            return found.end()
    return len(branch)
