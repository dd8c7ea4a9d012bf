"""What a query found, marked in the texts that hold it: the same folding as the index (`storage.tokens`, and the index's own
tokenizer: capitals, and the accents of Latin letters), so that `sao` marks `São` and `東京` marks two characters of `東京都`.

The marks only ever go around whole characters of the text: without them it is the text again.
"""

from __future__ import annotations

import re
import time
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from storage import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EXCERPT: Final = 240
"""Characters of an excerpt."""
PATIENCE: Final = 1.0
"""Seconds for the excerpts of a page; those that are left then show how their text begins."""
_HEAD: Final = 1500

# The combining accents that the index's tokenizer passes over.
_ACCENTS: Final = frozenset(
    map(chr, (*range(0x300, 0x305), *range(0x306, 0x30D), 0x30F, 0x311, 0x31B, *range(0x323, 0x329)))
) | frozenset("\u032d\u032e\u0330\u0331")
# Become one with the character before: parts of Hangul syllables, voicing marks of kana, and all other combining marks.
_JOINS: Final = "\u1160-\u11ff\ud7b0-\ud7fb\u3099\u309a\uff9e\uff9f\u0300-\u036f"
_CLUSTER: Final = re.compile(f"[\\s\\S][{_JOINS}]*")
_RUN: Final = tokens.RUN.pattern.removesuffix("+")
_WORD: Final = f"[^ {_RUN[1:]}"
_PIECE: Final = re.compile(f"(?P<run>{_RUN}+)|{_WORD}+")
_UNEVEN: Final = "\x00"
_AROUND: Final = re.compile(f"[^{_UNEVEN}]?{_UNEVEN}+")
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


class _Fold(dict[int, str]):
    """Code point -> what the index makes of it, filled as they come; `_UNEVEN` where that is not one character, or depends
    on the one before."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        made = _cluster(character) or _UNEVEN
        if not made.strip(" "):  # `…` is three points for the index: one blank parts words as well
            made = " "
        self[point] = made = made if len(made) == 1 and not _CLUSTER.fullmatch(f" {character}") else _UNEVEN
        return made


_FOLD: Final = _Fold()


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the index sees it: its words and runs, and a blank for each character that is in none. `origin`: where in the
    text each of its characters stands, and the text's end; None: at the same place."""

    text: str
    origin: tuple[int, ...] | None


def escaped(text: str) -> str:
    """`text` for HTML, in an element or in a quoted attribute."""
    return text.translate(_ENTITIES)


def folded(text: str) -> Folded:
    """`text` with what the index does not tell apart made one."""
    plain = text.translate(_FOLD)
    if _UNEVEN not in plain:
        return Folded(plain, None)
    parts: list[str] = []
    origin: list[int] = []
    at = 0
    for uneven in _AROUND.finditer(plain):  # with the character before, which some of them join
        start, end = uneven.span()
        parts.append(plain[at:start])
        origin += range(at, start)
        for found in _CLUSTER.finditer(text, start, end):
            made = _cluster(found.group())
            parts.append(made)
            origin += [found.start()] * len(made)
        at = end
    parts.append(plain[at:])
    origin += range(at, len(text) + 1)
    return Folded("".join(parts), tuple(origin))


def sought(terms: Iterable[str]) -> re.Pattern[str] | None:
    """What finds words and phrases, as `storage.search.match` gives them, in a folded text; None: there is no word."""
    found = {made for term in terms if (made := _phrase(folded(tokens.normal(term)).text))}
    return re.compile("|".join(sorted(found, key=lambda made: (-len(made), made)))) if found else None


def spans(text: str, pattern: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Where in `text` something sought stands: from, to (not included), in order, none within another."""
    return [] if pattern is None else list(_spans(text, pattern))


def marked(text: str, pattern: re.Pattern[str] | None) -> Markup:
    """`text` as HTML with `<mark>` around what is sought. Without the marks, and unescaped, it is the text again."""
    parts: list[str] = []
    at = 0
    for start, end in spans(text, pattern):
        parts += [escaped(text[at:start]), "<mark>", escaped(text[start:end]), "</mark>"]
        at = end
    return Markup("".join((*parts, escaped(text[at:]))))  # noqa: S704 - all of the text in it is escaped


def excerpts(
    texts: Iterable[tuple[str, int]], pattern: re.Pattern[str] | None, *, seconds: float = PATIENCE
) -> list[str]:
    """The excerpt of each text, about so many characters long: for a thread, and within a time."""
    ends = time.monotonic() + seconds
    return [
        excerpt(text, pattern if time.monotonic() < ends else None, length=length) if text else ""
        for text, length in texts
    ]


def excerpt(text: str, pattern: re.Pattern[str] | None, *, length: int = EXCERPT) -> str:
    """About `length` characters of `text` in one line, around the first place that is sought, from word to word."""
    line = " ".join(text.split())
    found = None if pattern is None else _first(line, pattern)
    start = 0 if found is None else max(0, found[0] - length // 3)
    if found is not None and start:
        blank = line.find(" ", start, found[0])
        start = blank + 1 if 0 <= blank < start + 20 else start
    cut = line[start : start + length]
    if start + length < len(line):
        blank = cut.rfind(" ", length - 25)
        cut = f"{cut[:blank] if blank > 0 else cut} …"
    return f"… {cut}" if start else cut


def _first(line: str, pattern: re.Pattern[str]) -> tuple[int, int] | None:
    """The first span in a line: mostly near its beginning, which is folded alone first."""
    head = line[: line.rfind(" ", 0, _HEAD)] if len(line) > _HEAD else line
    found = next(_spans(head, pattern), None)
    return next(_spans(line, pattern), None) if found is None and len(head) < len(line) else found


def _spans(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    whole = folded(text)
    end = 0
    for found in pattern.finditer(whole.text):
        start, stop = found.span()
        if whole.origin is not None:
            start, stop = whole.origin[start], _behind(whole.origin, stop - 1)
        start = max(start, end)
        if start < stop:
            end = stop
            yield start, stop


def _behind(origin: tuple[int, ...], place: int) -> int:
    """Where in the text the next character begins that gave anything, after the one that gave the character at `place`."""
    return next(origin[i] for i in range(place, len(origin)) if origin[i] != origin[place])


@lru_cache(maxsize=1 << 14)
def _cluster(cluster: str) -> str:
    """What the index makes of a character and those that join it; may be nothing."""
    return "".join(_folded(character) for character in tokens.normal(cluster) if character not in _ACCENTS)


def _folded(character: str) -> str:
    if not tokens.in_a_word(character):
        return " "
    base = unicodedata.normalize("NFD", character)[0]
    low = (base if base.isascii() else character).lower()
    return "σ" if low == "ς" else low if len(low) == 1 else character


def _phrase(phrase: str) -> str:
    """The expression for one folded phrase: its words whole, its runs of a script without spaces within longer ones, too,
    unless something of the phrase stands before or behind."""
    made = ""
    before: re.Match[str] | None = None
    for piece in _PIECE.finditer(phrase):
        if before is None:
            made = re.escape(piece.group()) if piece["run"] else f"(?<!{_WORD}){re.escape(piece.group())}"
        else:
            # Between two words stands what is in none; between a word and a run, maybe nothing.
            made += f" {'+' if bool(piece['run']) == bool(before['run']) else '*'}{re.escape(piece.group())}"
        before = piece
    return made if before is None or before["run"] else f"{made}(?!{_WORD})"
