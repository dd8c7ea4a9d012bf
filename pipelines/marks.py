"""The marks of `marks.toml`: what agencies put before, behind and around a headline, looked up without regard to case,
accents and numbers."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, cast, get_args

from storage.models import RevisionKind

# The strongest first: a story that is withdrawn and corrected is withdrawn.
STRENGTH: tuple[RevisionKind, ...] = ("withdrawal", "correction", "refile", "repeat", "update")

Says = Literal["withdrawal", "correction", "refile", "repeat", "update", "flash", "urgent", "genre"]
How = Literal["mark", "label", "word", "bracket", "hyphen", "open", "said", "bare"]
Form = Literal["capitals", "title", "small", "uncased"]

LONGEST = 48


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark says, and how it may stand (see `marks.toml`)."""

    says: Says
    how: How


# Latin letters to their plain ones; the Arabic letters that are typed one for the other; marks that are not seen.
_PLAIN: dict[int, int | str] = {code: unicodedata.normalize("NFD", chr(code))[0] for code in range(0xC0, 0x250)}
_PLAIN |= str.maketrans("łıøđёأإآٱىیکة", "liodеااااييكه") | dict.fromkeys(map(ord, "’‘´`"), "'")
_PLAIN |= dict.fromkeys(map(ord, "–—‐‑"), "-") | {ord("æ"): "ae", ord("œ"): "oe", ord("ß"): "ss"}
# str.translate is three times as fast where the table has every character.
_PLAIN = {code: code for code in (*range(0x20, 0x530), *range(0x600, 0x700), *range(0x2010, 0x2040))} | _PLAIN
_PLAIN |= dict.fromkeys((*range(0x300, 0x370), *range(0x64B, 0x653), 0x640, 0x200C, 0x200D, 0x200E, 0x200F, 0xAD), "")
_ORDINAL = re.compile(r"(?<!\d)\d{1,2}(?:(?:st|nd|rd|th|eme|ere|er|re|e|o|a|-?й|-я|-е|-ша|-га)(?!\w)|\.)?(?!\d)")
_DIGIT = re.compile(r"\d")
_LOOSE = re.compile(r"[\s.]*#\s*")
_NUMERAL = re.compile(r"\d{1,2}(?:st|nd|rd|th|ème|ère|er|e|º|ª)(?!\w)")
_LITTLE = re.compile(r"\b(?:and|et|y|e|n|a)\b")


def fold(text: str) -> str:
    """`text` in small letters, without accents, invisible marks and typographic variants."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)


def form(label: str) -> Form:
    """How a label is written; an ordinal's ending and little words do not count (`2nd LD`, `CORRECTING and REPLACING`)."""
    rest = _LITTLE.sub("", _NUMERAL.sub("", label))
    if rest.upper() == rest.lower():
        return "uncased"
    if rest == rest.upper():
        return "capitals"
    first = next(letter for letter in rest if letter.upper() != letter.lower())
    return "title" if first == first.upper() else "small"


def _key(text: str) -> str:
    return " ".join(fold(text).split()).strip(" .!*")


def _numbered(key: str) -> str:
    return _LOOSE.sub("#", _ORDINAL.sub("#", key)) if numbered(key) else key


def _load() -> dict[str, tuple[Mark, ...]]:
    """Raises ValueError naming a table of marks.toml whose name says nothing."""
    found: dict[str, tuple[Mark, ...]] = {}
    for says, tables in tomllib.loads((files("pipelines") / "marks.toml").read_text(encoding="utf-8")).items():
        for how, languages in tables.items():
            if says not in get_args(Says) or how not in get_args(How):
                raise ValueError(f"pipelines/marks.toml: [{says}.{how}] is no kind of mark; see the head of the file")
            mark = Mark(cast("Says", says), cast("How", how))
            for label in (label for labels in languages.values() for label in labels):
                key = _LOOSE.sub("#", _key(label))
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), mark)))
    return found


_MARKS = _load()


def find(label: str) -> tuple[Mark, ...]:
    """The marks that `label` is; empty where it is none. A qualifier in brackets behind it (`CORRECTED (OFFICIAL)`,
    `訂正(発表者側の申し出)`) is passed over."""
    if not label or len(label) > LONGEST:
        return ()
    key = _key(label)
    found = _MARKS.get(key) or _MARKS.get(_numbered(key))
    if found:
        return found
    base, bracket, _ = key.partition("(")
    if bracket and base.strip() and key.endswith(")"):
        base = base.strip()
        return tuple(m for m in _MARKS.get(base) or _MARKS.get(_numbered(base)) or () if m.how in ("mark", "label"))
    return ()


def numbered(label: str) -> bool:
    """Whether a number belongs to the label: `Update 2`, `1st LD-Writethru`."""
    return _DIGIT.search(label) is not None
