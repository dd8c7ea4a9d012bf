"""Text cut for the index, and queries cut the same way.

unicode61 takes a run of Chinese, Japanese or Thai for one word, since nothing parts the words there. Such runs become
overlapping pairs of characters (`東京都` -> `東京 京都 都`), and a query's runs become a phrase of pairs.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Scripts written without spaces, or (Hangul) with endings that hang on the word: Thai, Lao, Myanmar, Khmer, kana, Han, Hangul.
RUN: Final = re.compile(
    "["
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff"
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
    "]+"
)
# Vowel points of Arabic and Hebrew, the tatweel, and the space of no width that parts Khmer words: nobody types them.
_UNTYPED: Final[dict[int, str | None]] = {
    **dict.fromkeys([*range(0x0591, 0x05BE), 0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7]),
    **dict.fromkeys([*range(0x064B, 0x0660), 0x0670, 0x0640, 0x200B]),
    ord("ё"): "е",
    ord("Ё"): "Е",
}
_ANY_UNTYPED = re.compile(f"[{''.join(map(chr, _UNTYPED))}]")


def _typed(found: re.Match[str]) -> str:
    return _UNTYPED[ord(found.group())] or ""


def normal(text: str) -> str:
    """One spelling for what looks alike: NFKC, points and tatweel away, ё as е."""
    if text.isascii():
        return text
    # `str.translate` asks the table for every character: ten times as long.
    return _ANY_UNTYPED.sub(_typed, unicodedata.normalize("NFKC", text))


def for_index(text: str) -> str:
    """The text as the index takes it."""
    if text.isascii():
        return text
    return RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} {run.group()[-1]} ", normal(text))


def for_phrase(text: str) -> tuple[str, bool]:
    """Words of a query as tokens that stand together in the index; whether the last is a beginning only (a run of one
    character is the beginning of a pair)."""
    whole = normal(text)
    inner = [place for place, character in enumerate(whole) if in_a_word(character)]
    cut = whole[inner[0] : inner[-1] + 1] if inner else ""
    beginning = False
    parts: list[str] = []
    at = 0
    for found in RUN.finditer(cut):
        run = found.group()
        last = found.end() == len(cut)  # else the run ends there in the text, too, and its last character is a token
        beginning = last and len(run) == 1
        parts += [cut[at : found.start()], *_pairs(run), *([] if last and len(run) > 1 else [run[-1]])]
        at = found.end()
    parts.append(cut[at:])
    return " ".join("".join(c if in_a_word(c) else " " for c in " ".join(parts)).split()), beginning


def in_a_word(character: str) -> bool:
    """Whether the index takes a character for part of a word."""
    category = unicodedata.category(character)
    return category[0] in "LN" or category in ("Mn", "Mc", "Co")


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]
