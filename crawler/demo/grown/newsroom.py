"""Invented news in three languages from `texts/grown_*.toml`: the same seed always writes the same story.

A story has a cast (two places, people, bodies, things) that its sentences keep to; everything else is drawn a word at a
time, so that two stories share almost no run of five words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from crawler.demo.stories import read_texts

LANGUAGES = ("en", "es", "de")
_SLOT = re.compile(r"\{(\w+)\}")
_PATTERNS = frozenset({"titles", "leads", "sentences", "promo", "notice"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A story before it has an address. `surname`: whom an update may quote."""

    language: str
    place: str
    title: str
    lead: str
    text: tuple[str, ...]
    surname: str


@cache
def words(language: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of one language; patterns are parted by `|`, words by commas."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in read_texts(f"grown_{language}").items():
        flat = " ".join(value.split())
        pattern = "|" in flat or "{" in flat or name in _PATTERNS or name.startswith("soft")
        lists[name] = tuple(part.strip() for part in flat.split("|" if pattern else ","))
    return lists


class Writer:
    """One story's author: its language, its cast and its dice."""

    def __init__(self, language: str, dice: random.Random) -> None:
        self.language = language
        self._dice = dice
        self._words = words(language)
        drawn = {
            name: dice.sample(self._words[name], 2) for name in ("places", "last", "first", "roles", "orgs", "things")
        }
        self.places = [place.title() for place in drawn["places"]]
        self.dateline_place = drawn["places"][0]
        self.surnames = drawn["last"]
        self._whos = [self._who(*one) for one in zip(drawn["roles"], drawn["first"], drawn["last"], strict=True)]
        self._orgs, self._things = drawn["orgs"], drawn["things"]

    def draft(self, paragraphs: int) -> Draft:
        title = self.phrase("titles")
        text = tuple(self.paragraph() for _ in range(paragraphs))
        return Draft(self.language, self.dateline_place, title, self.phrase("leads"), text, self.surnames[0])

    def paragraph(self) -> str:
        patterns = self._dice.sample(self._words["sentences"], self._dice.choice((2, 2, 3)))
        text = " ".join(self._filled(pattern) for pattern in patterns)
        return text.replace(" de el ", " del ").replace(" a el ", " al ") if self.language == "es" else text

    def phrase(self, name: str, **given: object) -> str:
        """One of the list `name`, filled in; `given` goes before the words of the cast."""
        return self._filled(self._dice.choice(self._words[name]), **given)

    def _filled(self, pattern: str, **given: object) -> str:
        filled = _SLOT.sub(lambda slot: str(given[slot[1]]) if slot[1] in given else self._word(slot[1]), pattern)
        return filled[0].upper() + filled[1:]

    def _word(self, slot: str) -> str:
        """What stands for `slot`; a capital asks for one, a 2 at the end for the other of the cast or another draw."""
        name, other = slot.rstrip("2").lower(), slot.endswith("2")
        match name:
            case "num":
                return str(self._dice.randrange(13, 990))
            case "n":
                return str(self._dice.randrange(2, 6))
            case "place":
                return self._dice.choice(self.places)
            case "who":
                return self._dice.choice(self._whos)
            case "last":
                return self._dice.choice(self.surnames)
            case "org" | "thing":
                word = (self._orgs if name == "org" else self._things)[other]
            case "past":
                word = self._dice.choice(self._words["past"])
            case _:
                word = self._dice.choice(self._words[name if name in self._words else f"{name}s"])
        return word[0].upper() + word[1:] if slot[0].isupper() else word

    def _who(self, role: str, first: str, last: str) -> str:
        return f"{first} {last}, {role}" if self.language == "es" else f"{role} {first} {last}"
