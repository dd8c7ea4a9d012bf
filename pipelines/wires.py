"""The known agencies and how datelines and credits spell them; the data is `wires.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Wire:
    """One agency: its `name`, its `spellings`; `bare` ones stand in a dateline without brackets; `first`: also before
    the place; `release`: a wire of press releases; `hosts`: its own sites; `common`
    ones are also words."""

    name: str
    spellings: tuple[str, ...]
    bare: tuple[str, ...] = ()
    first: bool = False
    release: bool = False
    hosts: tuple[str, ...] = ()
    common: tuple[str, ...] = ()


def _load() -> tuple[Wire, ...]:
    table = tomllib.loads(files("pipelines").joinpath("wires.toml").read_text(encoding="utf-8"))
    return tuple(
        Wire(
            name,
            tuple(entry["spellings"]),
            tuple(entry.get("bare", ())),
            bool(entry.get("first", False)),
            bool(entry.get("release", False)),
            tuple(entry.get("hosts", ())),
            tuple(entry.get("common", ())),
        )
        for name, entry in table.items()
    )


WIRES = _load()


def alternation(spellings: list[str]) -> str:
    """A regular expression for any of `spellings`, the longest first."""
    return "|".join(re.escape(s) for s in sorted(set(spellings), key=len, reverse=True))


_EXACT = {spelling: wire for wire in WIRES for spelling in (wire.name, *wire.spellings)}
_FOLDED = {spelling.casefold(): wire for spelling, wire in _EXACT.items() if len(spelling) > 4}

# "Корр. ТАСС Вера Щербакова", "Иван Иванов - БЕЛТА": the agency stands among a reporter's names.
_INSIDE = re.compile(rf"(?<!\w)(?:{alternation(list(_EXACT))})(?!\w)")
# Without the blanks before: an expression that begins with them takes its time at every place.
_SHARED = re.compile(r"[/+,&]\s*| (?:und|and|et|y|e) \s*")

_COMMON = frozenset(spelling for wire in WIRES for spelling in wire.common)
_HOSTS = {host: wire for wire in WIRES for host in wire.hosts}

_WORD = re.compile(r"[^\W_]+")
# Names in scripts that part no words.
_EASTERN = re.compile("[\u2e81-\U0010ffff]")
_UNPARTED = tuple(spelling for spelling in _EXACT if _EASTERN.match(spelling))


def _small(code: int) -> int:
    """A sign of Latin-1 as a small letter (`µ` has none there), a blank for what is no part of a word."""
    small = chr(code).casefold().encode("latin-1", "ignore")
    return 0x20 if not _WORD.match(chr(code)) else small[0] if len(small) == 1 else code


_SMALL = bytes(map(_small, range(256)))
"""So words are known in a third of the time that an expression takes."""
_TYPESET = "‘’“”„–—…€"
"""What else stands in texts of Latin-1, and is no part of a word."""


class _Words:
    """Words of names, in small letters, to know quickly whether a text can name an agency."""

    __slots__ = ("_all", "_latin")

    def __init__(self, chosen: Callable[[list[str]], str]) -> None:
        parted = (_WORD.findall(spelling) for spelling in _EXACT if not _EASTERN.match(spelling))
        self._all = frozenset(chosen(words).casefold() for words in parted if words)
        self._latin = frozenset(word.encode("latin-1") for word in self._all if max(word) <= "\xff")

    def stand_in(self, text: str) -> bool:
        """Whether one of them is a word of `text`, or a name that no blanks part stands there."""
        latin = text.encode() if text.isascii() else _latin(text)
        if latin is not None:
            return not self._latin.isdisjoint(latin.translate(_SMALL).split())
        if not self._all.isdisjoint(map(str.casefold, _WORD.findall(text))):
            return True
        return _EASTERN.search(text) is not None and any(map(text.__contains__, _UNPARTED))


def _latin(text: str) -> bytes | None:
    """A text as Latin-1 has it, with blanks for typographic signs; None where it has other letters."""
    text = text.replace("ß", "ss")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        if text[error.start] not in _TYPESET:
            return None
    for sign in _TYPESET:
        text = text.replace(sign, " ")
    with suppress(UnicodeEncodeError):
        return text.encode("latin-1")
    return None


_BEGINNINGS = _Words(lambda words: words[0])
_LONGEST = _Words(lambda words: max(reversed(words), key=len))

# What stands before a name is asked apart (`bare_names`): an expression that begins with letters is searched by them.
_BARE = re.compile(
    rf"({alternation([spelling for wire in WIRES for spelling in wire.bare])})(?=\s*[-–—:_.,،։]|\s/|\s\S)"
)
_BEFORE_BARE = frozenset(",.،–—/-")
# What names of agencies and newsrooms are made of, in the scripts read here; lower case.
SOUNDS = re.compile(
    r"news|press|wire|agen[czt]|agence|nachricht|dienst|radio|(?:^|\W)tv(?:\W|$)|media|\.(?:com|net|org|ru)\b|info|prens|notici|haber|"
    r"ajans|новост|информ|инфо|пресс|агентст|агенц|ньюс|أنباء|وكالة|نيوز|إخباري|خبر|نیوز|خبرگزاری|समाचार|न्यूज|সংবাদ|নিউজ|חדשות|"
    r"סוכנות|뉴스|통신|通信|通訊|通讯|新闻|新聞|ニュース|ข่าว|ნიუს|լուր"
)

FIRST = alternation([spelling for wire in WIRES if wire.first for spelling in wire.spellings])


def named(spelling: str) -> Wire | None:
    """The agency that this spelling names, None where it names none."""
    whole = " ".join(spelling.split())
    text = whole.strip(" .,:;©")
    return _EXACT.get(whole) or _EXACT.get(text) or _FOLDED.get(text.casefold())


def _part(spelling: str) -> Wire | None:
    """Shared credits are often in small letters throughout (`ats afp`)."""
    return named(spelling) or (named(spelling.upper()) if spelling.islower() else None)


def all_named(text: str) -> tuple[Wire, ...]:
    """The agencies of a credit that is shared (`tca/dpa`, `ats afp`, `dpa und AFP`). Empty unless every part names one; of
    parts joined by a slash one is enough where the others are as short as a desk's mark (`red/dpa`)."""
    whole = named(text)
    if whole is not None:
        return (whole,)
    parts = [part for piece in _SHARED.split(text.strip()) if (part := piece.rstrip())]
    if len(parts) == 1:
        parts = text.split()
        if not 1 < len(parts) <= 3 or not all(part.islower() or part.isupper() for part in parts):
            return ()  # "Ana Petra" is a reporter
    slashed = text.count("/") == len(parts) - 1 > 0
    found: dict[Wire, None] = {}
    for part in parts:
        if (wire := _part(part)) is not None:
            found[wire] = None
        elif not (slashed and part.isalnum() and len(part) <= 12):
            return ()
    return tuple(found)


def inside(text: str) -> tuple[str, Wire] | None:
    """The first known agency that stands as a word in `text`, as spelled there."""
    match = _INSIDE.search(text)
    return (match[0], _EXACT[match[0]]) if match else None


def bare_names(text: str) -> Iterator[re.Match[str]]:
    """The names of agencies that stand in datelines without brackets, none within another word; more of the text follows."""
    at = 0
    while found := _BARE.search(text, at):
        start = found.start()
        if start == 0 or text[start - 1].isspace() or text[start - 1] in _BEFORE_BARE:
            yield found
            at = found.end()
        else:
            at = start + 1


def may_name(text: str) -> bool:
    """Whether a word of `text` begins an agency's name; quick, and true of some texts that name none."""
    return _BEGINNINGS.stand_in(text)


def may_spell(text: str) -> bool:
    """Whether the longest word of an agency's name stands in `text`: no text without one spells an agency's name. As quick
    as `may_name`, and true of fewer texts: `the` begins names, too."""
    return _LONGEST.stand_in(text)


def is_common(text: str) -> bool:
    """Whether the whole of `text` is an agency's name that is also a word: `Mehr`, `Trend`, a button's `AA`."""
    return text.strip(" .,:;+-|") in _COMMON


def of_host(host: str) -> Wire | None:
    """The agency whose own site `host` is, or is below; None for any other."""
    labels = host.casefold().split(".")
    return next((wire for n in range(len(labels) - 1) if (wire := _HOSTS.get(".".join(labels[n:])))), None)
