"""Made-up news texts by the ten thousand, for `million.py`: words of twenty languages with Zipf frequencies, spelled, and
their sketches by numpy as `fingerprint.sketch` makes them.

The commonest words are the languages' own (justext's lists, which come with trafilatura, and some words of the news);
the others are made of syllables of the language's script. A hundredth of the words are names that hardly come twice, so
that an index meets the long tail of a real vocabulary.
"""

from __future__ import annotations

import re
import sys
import tomllib
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import justext  # type: ignore[import-untyped]
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines import fingerprint
from storage import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("million_words.toml").read_text(encoding="utf-8"))
VOCABULARY = 40_000
MEDIAN, SPREAD = 250, 0.6
"""Words of a body: the median, and the standard deviation of their logarithm."""

_BELOW = (1 << fingerprint.BITS) // fingerprint.ONE_IN
_MASK = np.uint64((1 << 63) - 1)
_PLAIN, _FIRST, _COMMA, _LAST, _PARAGRAPH = range(5)
_NAMES = 0.008
_RUNS = re.compile(r"\w+")

UNSPACED = frozenset({"zh", "ja"})
CUT = UNSPACED | {"ko"}
"""Languages whose texts the index takes in pairs of characters."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text as pieces of its lexicon: `at` numbers them, variant and all."""

    at: Any

    def cut(self, share: float, size: int) -> Text:
        """Its beginning, to the end of a sentence near `share`."""
        ends = np.flatnonzero(self.at // size >= _LAST)
        if len(ends) < 3:
            return self
        return Text(self.at[: ends[min(len(ends) - 2, int(len(ends) * share))] + 1])


class Draw:
    """Texts of one language drawn together, with the names that come in them."""

    def __init__(self, lexicon: Lexicon, rng: np.random.Generator, lengths: Any) -> None:
        total, known = int(lengths.sum()), len(lexicon.words)
        words = np.searchsorted(lexicon.cumulative, rng.random(total)).clip(max=known - 1)
        named = np.flatnonzero(rng.random(total) < _NAMES)
        names = lexicon.made(rng, len(named), 3, 5)
        words[named] = known + np.arange(len(named))
        self.size, self.as_it_is = known + len(names), lexicon.as_it_is
        ends = np.cumsum(lengths)
        last = rng.random(total) < 1 / 18
        first = np.concatenate(([True], last[:-1]))
        first[ends[:-1]] = True
        last &= ~first
        last[ends - 1] = True
        variant = np.where(rng.random(total) < 0.05, _COMMA, _PLAIN)
        variant[first] = _FIRST
        variant[last] = np.where(rng.random(int(last.sum())) < 0.4, _PARAGRAPH, _LAST)
        self.texts = [Text(each) for each in np.split(variant * self.size + words, ends[:-1])]
        self.pieces = np.concatenate(
            [part for which in range(5) for part in (lexicon.variants[which], _variant(names, which, lexicon))]
        )
        self.keys = np.concatenate((lexicon.keys, _keys(names))) if lexicon.keys is not None else None

    def spelled(self, text: Text) -> str:
        return "".join(self.pieces[text.at].tolist()).rstrip()

    def headline(self, text: Text) -> str:
        """The text as one line without a full stop."""
        return self.spelled(text).replace("\n\n", " ").rstrip(".。")

    def sketch(self, text: Text) -> tuple[int, ...]:
        """What `fingerprint.sketch` gives for the text, without its dateline."""
        if len(text.at) < 2 * fingerprint.SHINGLE:
            return fingerprint.sketch(self.spelled(text))
        words = _pair_keys(self.spelled(text)) if self.keys is None else self.keys[text.at % self.size]
        keys = np.zeros(len(words) - fingerprint.SHINGLE + 1, dtype=np.uint64)
        for place in range(fingerprint.SHINGLE):
            keys = keys * np.uint64(fingerprint._BASE) + words[place : place + len(keys)]
        row = np.sort((keys & _MASK) >> np.uint64(63 - fingerprint.BITS))
        kept = sorted(set(row[: max(2 * fingerprint.SMALLEST, int(np.searchsorted(row, _BELOW)))].tolist()))
        return tuple(kept[: max(fingerprint.SMALLEST, bisect_left(kept, _BELOW))])


class Lexicon:
    """The words of one language, the commonest first. `keys`: of the words, None where no blanks part them; `as_it_is`: its
    texts go into the index as they are."""

    def __init__(self, language: str) -> None:
        rng = np.random.default_rng([7, *language.encode()])
        self.language = language
        self.blank = "" if language in UNSPACED else " "
        self.stop, self.pause = ("。", "，") if language in UNSPACED else (".", ",")
        own = dict.fromkeys(
            [*_listed(language)[:60], *WORDS["news"].get(language, "").split(), *_listed(language)[60:600]]
        )
        made = self.made(rng, VOCABULARY, 1, 4)
        found = [word for word in dict.fromkeys([*own, *made]) if not self.blank or fingerprint.words(word) == [word]]
        self.as_it_is = language not in CUT and bool(
            found := [word for word in found if tokens.for_index(word) == word]
        )
        self.words = np.array(found, dtype=object)
        weights = 1 / (np.arange(1, len(found) + 1) + 2.7)  # Zipf-Mandelbrot
        self.cumulative = np.cumsum(weights / weights.sum())
        self.keys = _keys(found) if self.blank else None
        self.variants = [_variant(found, which, self) for which in range(5)]

    def made(self, rng: np.random.Generator, count: int, fewest: int, most: int) -> list[str]:
        """Words of so many syllables."""
        syllables = _syllables(self.language)
        if self.language in ("zh", "ja", "ko"):
            fewest, most = 2, max(2, most - 1)
        sizes = rng.integers(fewest, most + 1, size=count)
        drawn = rng.integers(len(syllables), size=(count, most))
        return [
            "".join(syllables[number] for number in row[:size]) for row, size in zip(drawn.tolist(), sizes, strict=True)
        ]

    def draw(self, rng: np.random.Generator, lengths: Any) -> Draw:
        return Draw(self, rng, lengths)


@cache
def lexicon(language: str) -> Lexicon:
    return Lexicon(language)


def lengths(rng: np.random.Generator, count: int) -> Any:
    """Words of so many bodies."""
    return rng.lognormal(np.log(MEDIAN), SPREAD, size=count).clip(40, 3000).astype(int)


def _variant(words: Sequence[str], which: int, lexicon: Lexicon) -> Any:
    """Words as they stand in a text: in a sentence, at its beginning, before a comma, at its end, at a paragraph's end."""
    after = (
        lexicon.blank,
        lexicon.blank,
        lexicon.pause + lexicon.blank,
        lexicon.stop + lexicon.blank,
        f"{lexicon.stop}\n\n",
    )[which]
    made = np.empty(len(words), dtype=object)
    made[:] = [(word.capitalize() if which == _FIRST else word) + after for word in words]
    return made


def _keys(words: Sequence[str]) -> Any:
    return np.array([int.from_bytes(fingerprint._KEYS[word]) & fingerprint._MASK for word in words], dtype=np.uint64)


def _pair_keys(text: str) -> Any:
    """The keys of the pairs of characters that are the words of a text without blanks; a character that stands alone is one."""
    pairs = [run[at : at + 2] for run in _RUNS.findall(text) for at in range(max(1, len(run) - 1))]
    return np.fromiter(map(_pair_key, pairs), dtype=np.uint64, count=len(pairs))


@cache
def _pair_key(pair: str) -> int:
    return int.from_bytes(fingerprint._KEYS[pair]) & fingerprint._MASK


def _listed(language: str) -> list[str]:
    """Frequent words of a language, the commonest first."""
    name = WORDS["lists"].get(language)
    if name is None:
        return []
    file = Path(justext.__file__).parent / "stoplists" / f"{name}.txt"
    words = (line.strip().casefold() for line in file.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(word for word in words if word.isalpha()))


@cache
def _syllables(language: str) -> list[str]:
    if language == "ko":
        vowels, tails = (28 * each for each in (0, 4, 8, 13, 18, 20)), (0, 1, 4, 8, 16, 21)
        return [
            chr(0xAC00 + 588 * head + vowel + tail) for vowel in vowels for head in range(0, 19, 2) for tail in tails
        ]
    if language == "zh":
        return list("".join(WORDS["han"].split()))
    if language == "ja":
        return [*_syllables("zh")[::2], *(chr(code) for code in range(0x30A2, 0x30ED))]
    heads, vowels, tails = (part.split() for part in WORDS["letters"][WORDS["scripts"].get(language, "latin")])
    return [*(h + v for h in heads for v in vowels), *(h + v + t for h in heads[::2] for v in vowels for t in tails)]
