"""The words of a text that is written in few letters: by tables of 256 characters, in a tenth of the time of an expression.

Most texts have no characters but those of one of the code pages that were made for their languages. There each character is
one byte, and one table says of each what it is in small letters, or that it parts words."""

from __future__ import annotations

import unicodedata
from functools import cache

PAGES = ("cp1252", "cp1251", "cp1250", "cp1254", "cp1253")
"""Western Europe, Cyrillic, Central Europe, Turkish, Greek. None has combining marks."""
_BLANK, _OTHER = 0x20, 0x01
"""What parts words; what NFKC and small letters make more or something else of, which tables cannot."""


def words(text: str) -> list[str] | None:
    """The words (`\\w+`) of the NFKC form of `text` in small letters; None where no table tells them."""
    for page in PAGES:
        try:
            written = text.encode(page)
        except UnicodeEncodeError:
            continue
        read = written.translate(_table(page))
        if _OTHER in read:
            return None
        return (read.replace(b"\xdf", b"ss") if page in _SHARP else read).decode(page).split()
    return None


_SHARP = frozenset({"cp1252", "cp1250", "cp1254"})
"""Where 0xDF is the one letter that becomes two: the German sharp s."""


@cache
def _table(page: str) -> bytes:
    return bytes(_read(byte, page) for byte in range(256))


def _read(byte: int, page: str) -> int:
    try:
        character = bytes((byte,)).decode(page)
    except UnicodeDecodeError:
        return _OTHER
    if not (character.isalnum() or character == "_"):
        plain = unicodedata.normalize("NFKC", character)
        return _OTHER if any(part.isalnum() or unicodedata.combining(part) for part in plain) else _BLANK
    if character == "\u00df":
        return byte
    folded = unicodedata.normalize("NFKC", character).casefold()
    if unicodedata.normalize("NFKC", character) != character or len(folded) != 1:
        return _OTHER
    try:
        return folded.encode(page)[0]
    except UnicodeEncodeError:
        return _OTHER
