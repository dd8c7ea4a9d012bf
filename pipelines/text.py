"""Plain text: white space, invisible characters, words, and comparison of two texts as a reader would compare them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from contextlib import suppress
from functools import lru_cache

# Controls, and zero-width and direction marks that only help typesetting; ZWNJ and ZWJ stay, Persian and Indic words
# need them.
DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a-\u202e\ufffe\uffff]+"
)
PLAIN = str.maketrans("‘’‚‛“”„‟«»–—‐‑−", '\'\'\'\'""""""-----')
_SIGNS = tuple((chr(sign), chr(plain)) for sign, plain in PLAIN.items())
WORD = re.compile(r"\w+")
# Scripts written without spaces between words: each character counts as one word.
_UNSPACED_LETTER = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    "|[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)
_PARTED = bytes(code if WORD.match(chr(code)) else 0x20 for code in range(256))
"""Latin-1 with a blank for whatever is no part of a word: parted in a tenth of the time that an expression takes."""
_SMALL = bytes(code if not 0x41 <= code <= 0x5A else code + 0x20 for code in _PARTED)
"""The same in small letters."""
_CONTROLS = bytes(code for code in range(0x80) if DROPPED.match(chr(code)))
_TYPESET = "‘’“”„–—…€"
"""What else stands in texts of Latin-1, and is no part of a word."""
PARAGRAPH, LINE = 2_000, 40
ALIKE = 0.6
SAME = 12
"""Letters from which on a headline that is a part of another is the same."""
FEW = 4
TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def listed(text: str) -> tuple[str, ...]:
    """The words of a text, in order: how this package writes its word lists."""
    return tuple(text.split())


def squeeze(value: str) -> str:
    """One line: NFC, no control or invisible characters, runs of white space as one blank, none at the ends."""
    if value.isprintable() and "  " not in value:
        line = value.strip()  # the blank is the only white space that is printable: most texts are one line already
    else:
        line = " ".join(value.split())
        # What is dropped stands in few texts, ends of lines in many: without them hardly one is looked through.
        if not line.isprintable():
            line = " ".join(DROPPED.sub("", line).split())
    return _composed(line)


def solid(value: str) -> str:
    """For comparison only: `squeeze` without any blank."""
    if value.isprintable():
        return _composed(value).replace(" ", "")
    return "".join(_composed(DROPPED.sub("", value)).split())


def _composed(value: str) -> str:
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def fold(value: str) -> str:
    """For comparison only: NFKC, case folded, curly quotes and dashes made plain, white space collapsed."""
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
        for sign, plain in _SIGNS:  # a quarter of what `translate` takes, which asks of each character
            value = value.replace(sign, plain)
    return squeeze(value).casefold()


def letters(value: str) -> str:
    """For comparison only: the words of `fold` without any punctuation, one blank between them."""
    if value.isascii():
        return " ".join(value.encode("ascii").translate(_SMALL, _CONTROLS).decode("ascii").split())
    # Quotes, dashes and blanks part words in whatever form.
    value = unicodedata.normalize("NFKC", value)
    if not value.isprintable():
        value = DROPPED.sub("", value)
    return " ".join(WORD.findall(unicodedata.normalize("NFC", value).casefold()))


def words(value: str) -> int:
    """Number of words; in scripts without spaces (Chinese, Japanese, Thai, Lao, Burmese, Khmer) of characters."""
    # One rule after the other asks how long a paragraph is, and the body as a whole.
    return _counted(value) if len(value) <= PARAGRAPH else _counted_whole(value)


def _count_lines(value: str) -> int:
    """A body's paragraphs were counted before; no word goes over a line's end. Short lines are no paragraphs: to look each up
    would take longer than to count them all."""
    if LINE * value.count("\n") > len(value):
        return _count(value)
    return sum(_counted(line) if len(line) <= PARAGRAPH else _count(line) for line in value.split("\n"))


def _count(value: str) -> int:
    try:
        return len(value.encode("latin-1").translate(_PARTED).split())
    except UnicodeEncodeError as error:
        if value[error.start] in _TYPESET:
            for sign in _TYPESET:
                value = value.replace(sign, " ")
            with suppress(UnicodeEncodeError):
                return len(value.encode("latin-1").translate(_PARTED).split())
    return len((WORD if _UNSPACED_LETTER.search(value) is None else UNSPACED).findall(value))


_counted = lru_cache(maxsize=1024)(_count)
_counted_whole = lru_cache(maxsize=4)(_count_lines)


def likeness(one: str, other: str) -> float:
    """Share of words two short texts have in common, 0 to 1 (multiset Dice over `letters`)."""
    return likeness_of(letters(one), letters(other))


def likeness_of(one: str, other: str, *, least: float = 0.0) -> float:
    """`likeness` of two texts as `letters` has them; 0 where their lengths alone show that it is less than `least`."""
    a, b = one.split(), other.split()
    if not a or not b or 2 * min(len(a), len(b)) / (len(a) + len(b)) < least:
        return 0.0
    left = list(b)
    common = 0
    for word in a:
        if word in left:
            left.remove(word)
            common += 1
    return 2 * common / (len(a) + len(b))


def has_template(value: str) -> bool:
    """Whether an unrendered `{{…}}` template stands in the text (Angular, Vue, Mustache)."""
    return "{{" in value and TEMPLATE.search(value) is not None


def alike(one: str, other: str) -> bool:
    """Whether two headlines (by `letters`) are of one story: one holds the other, or most of their words are the same; pairs of
    letters in short ones and in scripts without blanks."""
    short, long = sorted((one, other), key=len)
    if short == long or (len(short) >= SAME and short in long):
        return True
    left, right = _pieces(one), _pieces(other)
    return 2 * (left & right).total() >= ALIKE * (left.total() + right.total()) > 0


def _pieces(text: str) -> Counter[str]:
    parts = text.split()
    return Counter(parts) if len(parts) >= FEW else Counter(text[place : place + 2] for place in range(len(text) - 1))
