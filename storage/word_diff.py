"""What changed between two texts, word by word; by character in scripts that write no blanks. Pure.

Paragraphs are matched first, then the words within those that are not the same: quick on long texts with a small change, and
a change stays in its paragraph. Blanks are not compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from storage.aligned import Aligned, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Sign = Literal["=", "-", "+"]

CHANCE, REWRITTEN = 2, 6
"""So many equal tokens are chance between changes of so many tokens each."""

MOST_MOVED = 4
"""Tokens by which a change is moved, at the most, so that it begins a line."""

Code = tuple[str, int, int, int, int]
"""As of `difflib`: equal, replace, insert or delete; from, to in the old tokens; from, to in the new ones."""

_END: Code = ("equal", 0, 0, 0, 0)

# Thai, Lao, Burmese, Khmer, kana, Han: no blanks between words. A character takes its marks (Thai vowel signs) along.
_CHARACTER = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_MARKS = (
    "[\u0300-\u036f\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*"
)
# Words with their marks and inner apostrophes, points and hyphens (don't, 3.5, twenty-one); else one sign.
_TOKEN = re.compile(
    rf"(?P<character>{_CHARACTER}{_MARKS})"
    rf"|(?P<word>(?:(?!{_CHARACTER})[\w\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u200c\u200d])+"
    rf"(?:['’.,:\-](?!{_CHARACTER})\w+)*)"
    r"|\S"
)
_PARAGRAPH = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text that both have (`=`), that was taken out (`-`) or put in (`+`), with the blanks around it."""

    sign: Sign
    text: str


_Side = tuple[str, "Sequence[re.Match[str]]"]
"""A text and its tokens."""

Block = tuple[Part, ...]
"""The parts of one paragraph, or of several that were rewritten together (with line ends between them)."""


def changed(block: Block) -> bool:
    """Whether anything was taken out of a block or put in."""
    return any(part.sign != "=" for part in block)


def blocks(old: str, new: str) -> list[Block]:
    """Both texts, paragraph by paragraph. The parts `=` and `+` together are the words of `new`, `=` and `-` those of
    `old`. What is left when `storage.aligned.STEPS` are used up counts as rewritten."""
    work = Work()
    one, other = _paragraphs(old), _paragraphs(new)
    found: list[Block] = []
    for tag, a, b, c, d in _matched([" ".join(p.split()) for p in one], [" ".join(p.split()) for p in other], work):
        if tag == "equal":
            found.extend((Part("=", paragraph),) for paragraph in other[c:d])
        else:
            found.append(_words("\n".join(one[a:b]), "\n".join(other[c:d]), work))
    return found


def _paragraphs(text: str) -> list[str]:
    return [part for part in _PARAGRAPH.split(text.strip()) if part]


def _words(old: str, new: str, work: Work) -> Block:
    one, other = list(_TOKEN.finditer(old)), list(_TOKEN.finditer(new))
    parts: list[Part] = []
    codes = _calmed(_matched([m.group() for m in one], [m.group() for m in other], work))
    for tag, a, b, c, d in _begin_lines(codes, (old, one), (new, other)):
        if tag == "equal":
            parts.append(Part("=", _slice(new, other, c, d)))
            continue
        # The blank before a change stands before both halves of it: `in [-May-]{+June+} 2026`.
        parts.append(Part("=", _gap(new, other, c) or _gap(old, one, a)))
        parts.append(Part("-", _slice(old, one, a, b, bare=True)))
        parts.append(Part("+", _slice(new, other, c, d, bare=True)))
    return tuple(
        Part(sign, "".join(part.text for part in run))
        for sign, run in groupby((part for part in parts if part.text), key=attrgetter("sign"))
    )


def _calmed(codes: Iterable[Code]) -> list[Code]:
    """A word or two that happen to be the same between two rewritten passages are taken for rewritten too."""
    found: list[Code] = []
    for code in codes:
        if len(found) >= 2 and _by_chance(found[-1]) and min(_size(found[-2]), _size(code)) >= REWRITTEN:
            _, first, _, start, _ = found[-2]
            found[-2:] = [("replace", first, code[2], start, code[4])]
        else:
            found.append(code)
    return found


def _begin_lines(codes: Iterable[Code], old: _Side, new: _Side) -> Iterator[Code]:
    """A paragraph that was put in or taken out begins behind the full stop of the one before it and ends with its own; from
    the one full stop to the other would be as short."""
    moved = 0
    for code, after in pairwise([*codes, _END]):
        tag, a, b, c, d = code[0], code[1] + moved, code[2], code[3] + moved, code[4]
        moved = 0
        if tag == "equal":
            yield tag, a, b, c, d
        elif line := _line_begun(new, c, d, after):
            start, moved = line
            yield from _some("replace", a, b, c, start - moved)
            yield "equal", b, b + moved, start - moved, start
            yield "insert", b + moved, b + moved, start, d + moved
        elif line := _line_begun(old, a, b, after):
            start, moved = line
            yield from _some("replace", a, start - moved, c, d)
            yield "equal", start - moved, start, d, d + moved
            yield "delete", start, b + moved, d + moved, d + moved
        else:
            yield tag, a, b, c, d


def _line_begun(side: _Side, first: int, end: int, after: Code) -> tuple[int, int] | None:
    """The token that begins a line within a change and comes behind the same tokens as come behind the change; their number."""
    text, tokens = side
    if "\n" in _gap(text, tokens, end):
        return None
    words = [token.group() for token in tokens[first : end + MOST_MOVED]]
    for start in range(first + 1, end):
        if "\n" in _gap(text, tokens, start):
            for size in range(min(start - first, after[2] - after[1], MOST_MOVED), 0, -1):
                if words[start - size - first : start - first] == words[end - first : end - first + size]:
                    return start, size
    return None


def _some(tag: str, a: int, b: int, c: int, d: int) -> Iterator[Code]:
    if a < b or c < d:
        yield tag, a, b, c, d


def _by_chance(code: Code) -> bool:
    return code[0] == "equal" and code[2] - code[1] <= CHANCE


def _size(code: Code) -> int:
    """Tokens that a code changes."""
    tag, a, b, c, d = code
    return 0 if tag == "equal" else b - a + d - c


def _slice(text: str, tokens: Sequence[re.Match[str]], first: int, end: int, *, bare: bool = False) -> str:
    """The text of some tokens; with the blank before them unless `bare`."""
    if first == end:
        return ""
    start = tokens[first].start() if bare or not first else tokens[first - 1].end()
    return text[start : tokens[end - 1].end()]


def _gap(text: str, tokens: Sequence[re.Match[str]], index: int) -> str:
    """The blank before a token."""
    if not 0 < index < len(tokens):
        return ""
    return text[tokens[index - 1].end() : tokens[index].start()]


def _matched(one: Sequence[str], other: Sequence[str], work: Work) -> list[Code]:
    """`SequenceMatcher.get_opcodes`, the same beginning and end being set aside, and within a bound of work."""
    shorter = min(len(one), len(other))
    head = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    tail = next((i for i in range(shorter - head) if one[-1 - i] != other[-1 - i]), shorter - head)
    a, b, c, d = head, len(one) - tail, head, len(other) - tail
    found: list[Code] = [("equal", 0, head, 0, head)] if head else []
    if a == b or c == d:
        if a < b or c < d:
            found.append(("replace", a, b, c, d))
    else:
        codes = Aligned(one[a:b], other[c:d], work).get_opcodes()
        found += [(tag, i + a, j + a, k + c, m + c) for tag, i, j, k, m in codes]
    if tail:
        found.append(("equal", b, len(one), d, len(other)))
    return found
