"""Plain texts of which one is in whatever a regular expression matches: looked for first, they spare most expressions.

A look for a text costs a hundredth of a look for an expression of many words, and most sentences say nothing of any wall.
"""

from __future__ import annotations

import re
from functools import lru_cache

RUN = re.compile(r"[^\\\[\](){}.^$|?*+]+(?=[^\\\[\](){}.^$|?*+])")
CLASSES = frozenset("bBwWdDsSAZ")


def plain(text: str) -> str:
    """Lower case, with the dotted and undotted i of Turkish and the long s alike, as expressions that ignore case take them."""
    return text.lower().replace("i\u0307", "i").replace("ı", "i").replace("ſ", "s")


@lru_cache(maxsize=4096)
def needles(expression: str) -> tuple[str, ...]:
    """Texts, `plain`, of which one stands in each match; empty where the expression asks for none."""
    found, _ = _alternatives(expression, 0)
    return tuple(dict.fromkeys(plain(text) for text in found))


def _alternatives(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The needles of `a|b|c` up to the closing bracket or the end, and where that is."""
    found: list[tuple[str, ...]] = []
    while True:
        one, at = _sequence(text, at)
        found.append(one)
        if at >= len(text) or text[at] != "|":
            break
        at += 1
    return (tuple(needle for one in found for needle in one) if all(found) else ()), at


def _sequence(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The most telling needles of a sequence: those whose shortest, then whose mean, is longest; blanks around them tell
    nothing (` the ` stands in every second paragraph)."""
    found: list[tuple[str, ...]] = []
    run = ""
    while at < len(text) and text[at] not in "|)":
        # All letters of a run but the last one, of which may be asked how often it stands.
        if (plain_run := RUN.match(text, at)) is not None:
            run += plain_run[0]
            at = plain_run.end()
        letter, group, at = _atom(text, at)
        least, most, at = _count(text, at)
        if letter and least == most == 1:
            run += letter
            continue
        found.append((run,) if run else ())
        run = ""
        if least:
            found.append((letter,) if letter else group)
    found.append((run,) if run else ())
    return max(found, key=_told), at


def _told(found: tuple[str, ...]) -> tuple[int, float, int]:
    """How much needles tell; a blank is more than none."""
    sizes = [len(needle.strip()) for needle in found]
    return min(sizes, default=0), sum(sizes) / max(1, len(sizes)), len(sizes)


def _atom(text: str, at: int) -> tuple[str, tuple[str, ...], int]:
    """(the letter, or the needles of the group, that stands at a place; the place after it)."""
    match text[at]:
        case "(":
            inside = text.find(":", at) + 1 if text.startswith("(?", at) and text[at + 2] not in "=!<" else at + 1
            around = text.startswith(("(?=", "(?!", "(?<"), at)
            if around:
                inside = at + (4 if text.startswith(("(?<=", "(?<!"), at) else 3)
            group, at = _alternatives(text, inside)
            return "", () if around else group, at + 1
        case "[":
            end = text.index("]", at + 2)
            while text[end - 1] == "\\":
                end = text.index("]", end + 1)
            return "", (), end + 1
        case "\\":
            return ("" if text[at + 1] in CLASSES else text[at + 1]), (), at + 2
        case "." | "^" | "$":
            return "", (), at + 1
        case letter:
            return letter, (), at + 1


def _count(text: str, at: int) -> tuple[int, int, int]:
    """(least, most, place after it) of how often the atom before a place stands."""
    least, most = 1, 1
    if at < len(text) and text[at] in "?*+":
        least, most = (1, 2) if text[at] == "+" else (0, 2)
        at += 1
    elif at < len(text) and text[at] == "{":
        end = text.index("}", at)
        least, most = int(text[at + 1 : end].partition(",")[0] or 0), 2
        at = end + 1
    if at < len(text) and text[at] == "?":
        at += 1
    return least, most, at
