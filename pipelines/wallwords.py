"""The phrases of `walls.toml`, compiled: what pages say that stand in an article's place, and what a sentence or a
headline says of them. Data and looks, no decisions."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines import needles, reporting
from pipelines.text import WORD, squeeze, words

if TYPE_CHECKING:
    from collections.abc import Iterable

# Stops end a sentence before white space only, but where a script writes none. It begins with a class of characters: these
# are looked for at five times the speed of what stands behind a place.
END = re.compile(r"[.!?…؟।。！？\n](?:\s+|(?<=[。！？\n]))")
LONGEST, MOST_WORDS = 400, 60
"""Characters of a sentence that are looked at; words, at the most, of one that is a wall's."""
WHOLE = 20_000
"""Characters of a text that is looked at as a whole."""
UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
QUOTES = re.compile(r"[«“„\"「『]")
REST, UNSPACED_REST = 4, 14
"""Words, or characters without spaces between, that a headline may have after those of a wall and before the site's name."""
PARTED = re.compile(r"\s[-–—|:•·»]+\s|[|:!?？！。]\s*|\.\s+[A-ZА-Я]")
LEADING = 4
TITLE_START = r"^[^\w¿]{0,4}(?:"

# More telling first: where two are said, the page is the first.
ORDER = (
    "bot_check", "region_block", "age_gate", "soft_404", "maintenance", "server_error", "login_wall", "paywall",
    "consent_wall", "javascript_wall",
)  # fmt: skip


Rows = tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """`rows`: expressions, each with the needles of which one is in whatever it matches; `wanted`: all needles; `by_sign`: the
    same by the rarest of their characters, since most texts lack most of these."""

    rows: Rows
    wanted: tuple[str, ...]
    by_sign: dict[str, tuple[str, ...]]

    def search(self, text: str, within: str | None = None) -> re.Match[str] | None:
        """The first expression's match in a text. `within`: the text as `needles.plain` has it, where it is known."""
        within = needles.plain(text) if within is None else within
        if not any(map(within.__contains__, self.wanted)):
            return None
        for wanted, expression in self.rows:
            if any(map(within.__contains__, wanted)) and (found := _pattern(expression).search(text)):
                return found
        return None

    def among(self, within: str) -> Phrases | None:
        """Those that can match in a text, or in a part of it; None where none can. `within`: as `needles.plain` has it."""
        signs = filter(within.__contains__, self.by_sign)
        held = {needle for sign in signs for needle in self.by_sign[sign] if needle in within}
        rows = ((tuple(filter(held.__contains__, wanted)), expression) for wanted, expression in self.rows)
        return _phrases(tuple(row for row in rows if row[0])) if held else None


def _phrases(rows: Rows) -> Phrases:
    wanted = tuple(dict.fromkeys(needle for needles_of, _ in rows for needle in needles_of))
    return Phrases(rows, wanted, _by_sign(wanted))


@lru_cache(maxsize=4096)
def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _by_sign(wanted: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Needles by the character of theirs that stands last in Unicode: a text in one script lacks those of all others."""
    found: dict[str, tuple[str, ...]] = {}
    for needle in wanted:
        sign = max(needle)
        found[sign] = (*found.get(sign, ()), needle)
    return found


def _read() -> tuple[dict[str, Phrases], dict[str, Phrases]]:
    """(titles, sentences) by reason. An expression is compiled when it is first needed; that each is
    one, and has needles, is tested."""
    titles: dict[str, Phrases] = {}
    said: dict[str, Phrases] = {}
    for reason, tables in tomllib.loads((files("pipelines") / "walls.toml").read_text(encoding="utf-8")).items():
        for table, before, after, into in (("title", TITLE_START, ")", titles), ("said", "", "", said)):
            expressions = [expression for listed in tables.get(table, {}).values() for expression in listed]
            if expressions:
                into[reason] = _phrases(tuple((needles.needles(one), f"{before}{one}{after}") for one in expressions))
    return titles, said


TITLES, SAID = _read()
PAYWALL, LISTING = SAID["paywall"], TITLES["listing"]


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, squeezed, none empty."""
    ends = [end.end() for end in END.finditer(text)]
    return [line for start, stop in pairwise((0, *ends, len(text))) if (line := squeeze(text[start:stop]))]


def likely(reasons: Iterable[str], text: str) -> dict[str, Phrases]:
    """Those of `reasons` that a sentence of a squeezed text can speak for, each with the phrases by which it can: one look at
    the whole spares many at each sentence. All of them where the text is longer than what is looked at of sentences."""
    if len(text) > WHOLE:
        return {reason: SAID[reason] for reason in reasons}
    within = needles.plain(text)
    return {reason: found for reason in reasons if (found := SAID[reason].among(within))}


def likely_of(reasons: Iterable[str], lines: list[str]) -> dict[str, Phrases]:
    """`likely` of sentences."""
    return likely(reasons, " ".join(line[:LONGEST] for line in lines))


def says(reason: str, sentence: str) -> str | None:
    """The words by which a sentence speaks for a wall, in the page's own voice: neither within a quotation nor told of
    somebody (`…, the company said`)."""
    return uttered(SAID[reason], sentence)


def uttered(phrases: Phrases, sentence: str, within: str | None = None) -> str | None:
    """`says` by these phrases. `within`: the sentence as `needles.plain` has it."""
    found = phrases.search(sentence[:LONGEST], within)
    if found is None or QUOTES.search(sentence, 0, found.start() + 1) or words(sentence) > MOST_WORDS:
        return None
    return None if reporting.attributed(sentence) else found[0]


def opens(sentence: str, said: str) -> bool:
    """Whether a sentence begins with the words `said` of a wall, but for words like `please` and `this`: it is said to the
    reader then, while `residents can register to …` is said of others."""
    before = WORD.findall(sentence[: max(0, sentence.find(said))].casefold())
    return len(before) <= LEADING and reporting.LEADS.issuperset(before)


def spoken(lines: list[str]) -> tuple[dict[str, list[str]], int]:
    """(reason of `ORDER` -> its sentences, number of the first sentence that says any; -1 for none)."""
    found: dict[str, list[str]] = {}
    first = -1
    reasons = likely_of(ORDER, lines)
    for number, line in enumerate(lines if reasons else ()):
        within = needles.plain(line[:LONGEST])
        for reason, phrases in reasons.items():
            if uttered(phrases, line, within):
                found.setdefault(reason, []).append(line)
                first = number if first < 0 else first
    return found, first


def titled(title: str | None) -> tuple[str, str] | None:
    """(reason, words) that a headline or title begins with, and nearly ends with: a headline that goes on is a story's."""
    within = needles.plain(title or "")
    for reason in (*ORDER, "service_page") if title else ():
        if reason in TITLES and (found := TITLES[reason].search(title or "", within)):
            rest = PARTED.split((title or "")[found.end() :], maxsplit=1)[0]
            if words(rest) <= (UNSPACED_REST if UNSPACED.search(rest) else REST):
                return reason, found[0]
    return None
