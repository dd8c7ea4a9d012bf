"""Is this a place as a dateline writes it? Judged by its form, and by the list of cities where the form proves little."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from pipelines.months import month_of
from pipelines.places import (
    BEGIN_CITY,
    CITIES,
    COUNTRIES,
    NO_AGENCY,
    NO_PLACE,
    PARTICLES,
    PARTIES,
    REGIONS,
    WEEKDAYS,
)

Sort = Literal["city", "capitals", "name", "script"]

ABBREVIATION = re.compile(r"(?:^|[\s,./(\[])(?:[^\W\d_]{1,5}|[A-Z](?:\.[A-Z])+)$")
_REGION = re.compile(r"\s*(?:/[^/\n]{2,40}/|\[[^\[\]\n]{2,40}\]|\([^()\n]{2,40}\))\s*,?")
_PARTS = re.compile(r"\s*(?:[,/·•،]| - | – | and | et | und | y | и | i | ve )\s*")
# Signs of Latin-1 within a word: a letter that was decoded twice ("KÃ¸benhavn").
_WORD = re.compile(r"[^\W_][\w'’.\-\u00a1-\u00bf]*$")
_NO_AGENCIES = (NO_AGENCY, CITIES, REGIONS, COUNTRIES, PARTIES)
_SENTENCE = re.compile(r"[^\W\d_]{6,}\.\s|[!?;\"“”«»:]")


def is_small(letter: str) -> bool:
    """A small letter of a script that has capitals; Georgian, which Unicode calls small, has none in running text."""
    return letter.islower() and not "\u10d0" <= letter <= "\u10ff"


def is_caseless(text: str) -> bool:
    """Whether the letters of `text` know no capitals."""
    return not any(letter.isupper() or is_small(letter) for letter in text)


def is_label(text: str) -> bool:
    """A word that begins a sentence or names a section: `EXCLUSIVE`, `Politik`."""
    return text.casefold().split(" ")[0].rstrip(":.") in NO_PLACE


def is_no_agency(text: str) -> bool:
    """Brackets that hold a country, a region, a party or a label."""
    folded = text.casefold()
    return folded.isdigit() or len(folded) < 2 or any(folded in names for names in _NO_AGENCIES)


def _words_fit(words: list[str]) -> bool:
    for number, word in enumerate(words):
        if not _WORD.match(word):
            return False
        plain = word.lower().rstrip(".,")
        if is_small(word[0]) and not (plain in PARTICLES and number > 0):
            head = re.match(r"(?:d|l|al|el|an|as|ad|ash)['’-]\w|[aivo]\.(?:[a-z]\b|d\.)", plain)
            if not head:
                return False
        if number == 0 and plain in NO_PLACE and plain not in BEGIN_CITY:
            return False
        if plain in WEEKDAYS or (
            plain not in {"may", "mar", "march", "mac", "set", "lima"} and month_of(plain) and len(words) > 1
        ):
            return False
    return True


@lru_cache(maxsize=4096)
def sort(text: str) -> Sort | None:
    """`city`: a listed one; `capitals`: all in capitals; `name`: words that begin with capitals; `script`: letters that
    know no capitals; None: no place. A region may follow after a comma or in brackets, several cities after a slash."""
    if not 2 <= len(text) <= 75 or text[0] in "([/" or _SENTENCE.search(text):
        return None
    if any(inner.strip("[]()/, ").casefold() in PARTIES for inner in _REGION.findall(text)):
        return None
    bare = _REGION.sub(" ", text).strip(" ,")
    if not bare:
        return None
    cities = [part for part in bare.split("/") if part.strip()]
    parts = [part for part in _PARTS.split(bare) if part]
    if not parts or len(bare.split()) > 10:
        return None
    if is_caseless(bare):
        letters = all(_WORD.match(word.strip("،,")) or not word.isalnum() for word in bare.split())
        if not letters or len(bare.split()) > 5 or any(c.isdigit() for c in bare):
            return None
        return "city" if all(city.strip() in CITIES for city in re.split(r"[/،]", bare)) else "script"
    for part in parts:
        words = part.split()  # "Santo Domingo" ends with a weekday
        if part.casefold() not in CITIES and (len(words) > 6 or not _words_fit(words)):
            return None
    if any(c.isdigit() for c in bare):
        return None
    first = [_PARTS.split(city.strip())[0].strip(" .") for city in cities]
    if all(city.casefold() in CITIES or city.lower() in CITIES for city in first):
        return "city"
    lead = parts[0]
    if lead.isupper() and sum(c.isalpha() for c in lead) >= 4:
        return "capitals"
    if parts[0].split()[0].lower() in NO_PLACE - {"la", "le", "los", "las", "san", "são", "porto"}:
        return None
    return "name"
