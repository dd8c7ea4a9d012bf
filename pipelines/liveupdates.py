"""What JSON-LD lists of a live blog (`liveBlogUpdate`), and where an entry that only the list tells stands among the page's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from pipelines.text import letters, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

MAX_SCRIPT = 3_000_000
MOST = 5_000
KEY = 120
ANCHOR = 4
"""Words by which a text is looked for among the others, before it is compared."""
NEAR = 40
"""Texts that are compared for one update, at the most."""
LEAST_PART = 24
"""Letters from which on an entry that is part of an update's text is that update: `Goal` is in many."""


@dataclass(frozen=True, slots=True)
class Update:
    """One entry as JSON-LD tells it; `at` as written."""

    headline: str
    text: str
    at: str


def updates(root: HtmlElement) -> tuple[Update, ...]:
    """What JSON-LD lists under `liveBlogUpdate`, in its order."""
    found: list[Update] = []
    for script in root.iter("script"):
        text = script.text or ""
        if "liveBlogUpdate" not in text or len(text) > MAX_SCRIPT or "ld+json" not in (script.get("type") or ""):
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        found += _listed(data)
    return tuple(dict.fromkeys(found))[:MOST]


def _listed(data: Any) -> Iterator[Update]:
    queue, seen = [data], 0
    while queue and seen < 4 * MOST:
        item = queue.pop(0)
        seen += 1
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            given = item.get("liveBlogUpdate")
            for one in given if isinstance(given, list) else [given]:
                if isinstance(one, dict):
                    headline, text = (_text(one.get(name)) for name in ("headline", "articleBody"))
                    if headline or text:
                        yield Update(headline, text, _text(one.get("datePublished") or one.get("dateModified")))
            queue.extend(v for k, v in item.items() if k in ("@graph", "mainEntity") and isinstance(v, dict | list))


def _text(value: Any) -> str:
    return squeeze(unescape(unescape(re.sub(r"<[^<>]{0,300}>", " ", value)))) if isinstance(value, str) else ""


def missing(printed: list[str], told: tuple[Update, ...]) -> dict[int, list[Update]]:
    """The updates that the page does not print: number of the printed entry (-1: none) -> those that stand behind it in the
    list. `printed`: the entries' texts by `letters`. Every text is looked for by its first words, so that a long blog costs
    no more than its length."""
    if not told:
        return {}
    index = _Index(printed)
    found: dict[int, list[Update]] = {}
    seen: set[str] = set()
    place = -1
    for update in told:
        text = letters(update.text)
        key = text[:KEY] or letters(update.headline)
        known = index.find(key, text, place)
        if known is not None:
            place = known
        elif key not in seen:
            seen.add(key)
            found.setdefault(place, []).append(update)
    return found


class _Index:
    """The printed entries by runs of ANCHOR words that they hold, and by those that they begin with."""

    def __init__(self, printed: list[str]) -> None:
        self.printed = printed
        self.inside: dict[str, list[int]] = {}
        self.opening: dict[str, list[int]] = {}
        self.joined = "\n".join(printed)
        for number, plain in enumerate(printed):
            runs = dict.fromkeys(_runs(plain.split()))
            self.opening.setdefault(next(iter(runs), plain), []).append(number)
            for run in runs:
                self.inside.setdefault(run, []).append(number)

    def find(self, key: str, text: str, place: int) -> int | None:
        """The entry that an update is, the nearest behind `place` before those above it: it holds the update's beginning, or
        is itself the beginning or a part of the update's text."""
        # The last word of a beginning may be cut.
        runs = _runs(key.split()[:-1])
        if runs:
            near = min((self.inside.get(run, []) for run in runs), key=len)
        else:
            near = [n for n, plain in enumerate(self.printed) if key in plain] if key and key in self.joined else []
        found = next((n for n in _nearest(near, place) if key in self.printed[n]), None)
        if found is not None:
            return found
        begun = [n for run in dict.fromkeys(_runs(text.split()) or [text]) for n in self.opening.get(run, ())]
        return next((n for n in _nearest(begun, place) if self._part(self.printed[n], text)), None)

    @staticmethod
    def _part(plain: str, text: str) -> bool:
        return plain == text != "" or (len(plain) >= LEAST_PART and plain in text)


def _runs(parts: list[str]) -> list[str]:
    return [" ".join(parts[at : at + ANCHOR]) for at in range(len(parts) - ANCHOR + 1)]


def _nearest(numbers: list[int], place: int) -> list[int]:
    return sorted(numbers, key=lambda n: (n <= place, n))[:NEAR]
