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


def _leads(*spans: tuple[int, int]) -> bytes:
    """The bytes with which characters between these begin in UTF-8."""
    return bytes({chr(at).encode()[0] for first, last in spans for at in (*range(first, last, 64), last)})


# What cannot begin a character of a set: `bytes.translate` drops it at a tenth of the time that a search for the set takes.
_NO_RUN: Final = bytes(
    set(range(256)).difference(
        _leads(
            (0x0E00, 0x0EFF), (0x1000, 0x17FF), (0x3005, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)
        )
    )
)  # fmt: skip
_OFTEN: Final = "ёЁ\u200b"
"""Untyped, and of bytes with which much else begins."""
_NO_POINT: Final = bytes(set(range(256)).difference(_leads(*((at, at) for at in _UNTYPED if chr(at) not in _OFTEN))))


def _typed(found: re.Match[str]) -> str:
    return _UNTYPED[ord(found.group())] or ""


def normal(text: str) -> str:
    """One spelling for what looks alike: NFKC, points and tatweel away, ё as е."""
    if text.isascii():
        return text
    # Most texts are in that form but for this one sign, and to see that takes a tenth of making it.
    text = unicodedata.normalize("NFKC", text.replace("…", "..."))
    if not any(sign in text for sign in _OFTEN) and not _may_hold(text, _NO_POINT):
        return text
    # `str.translate` asks the table for every character: ten times as long.
    return _ANY_UNTYPED.sub(_typed, text)


def _may_hold(text: str, never: bytes) -> bool:
    """Whether a text has a character that begins with another byte than one of `never`."""
    return bool(text.encode("utf-8", "surrogatepass").translate(None, never))


def for_index(text: str) -> str:
    """The text as the index takes it."""
    if text.isascii():
        return text
    text = normal(text)
    if not _may_hold(text, _NO_RUN):
        return text
    return RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} {run.group()[-1]} ", text)


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
