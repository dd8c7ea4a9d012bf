"""The registry as a person chooses from it: by language and country, by how good the evidence is, by what a source offers."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

from crawler.fields import RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crawler.source import Source

CONFIDENCE: Final = {
    "high": "good evidence: an address in two sources, or in code that is cared for",
    "medium": "fair evidence: one list that is cared for, or several that nobody checked",
    "low": "weak evidence: old, or unchecked",
}
"""The words of a TOML's `confidence`, best first, and what each means."""


def filtered(sources: Iterable[Source], *, language: str | None = None, country: str | None = None) -> list[Source]:
    """The sources of a language (`en` is also `en-GB`, on either side) and country, by name.

    Raises `RegistryError` where none has it, with those that there are."""
    found = sorted(sources, key=lambda source: source.name)
    if language is not None:
        found = _having(found, "language", language.partition("-")[0], _languages)
    return found if country is None else _having(found, "country", country, _countries)


def _having(sources: list[Source], what: str, asked: str, said: Callable[[Source], set[str]]) -> list[Source]:
    found = [source for source in sources if asked.lower() in said(source)]
    if not found:
        there = sorted(set[str]().union(*(said(source) for source in sources)))
        raise RegistryError(f"no source has {what} {asked!r}; there are {', '.join(there)}")
    return found


def _languages(source: Source) -> set[str]:
    return {tag.partition("-")[0].lower() for tag in source.languages}


def _countries(source: Source) -> set[str]:
    return {source.country.lower()} if source.country else set()


def live(source: Source) -> str:
    """What a source's news is found by: `2 feeds, 1 sitemap, 1 JSON list`; empty where it has archives only."""
    kinds = Counter("JSON list" if e.json else e.kind for e in source.endpoints if e.role == "live")
    return ", ".join(f"{kinds[kind]} {kind}{'s' * (kinds[kind] > 1)}" for kind in sorted(kinds))


def archive(source: Source) -> str:
    """What a backfill reads, and from which day on, as far as that is known: `sitemap, from 2020-10-01`."""
    kinds = sorted({"JSON list" if e.json else e.kind for e in source.endpoints if e.role == "archive"})
    return ", ".join([*kinds, *([f"from {source.archive_from}"] if kinds and source.archive_from else [])])


def offer(sources: Iterable[Source], *, width: int = 100) -> str:
    """The sources that may be chosen, best evidence first, by language; closed ones are not among them."""
    lines: list[str] = []
    for confidence, meaning in CONFIDENCE.items():
        by_language: dict[str, list[str]] = {}
        for source in sources:
            if not source.closed and source.confidence == confidence:
                language = source.languages[0] if len(source.languages) == 1 else "several"
                by_language.setdefault(language, []).append(source.name)
        if not by_language:
            continue
        lines.append(f"{confidence} ({meaning})")
        for language in sorted(by_language, key=lambda tag: (tag == "several", tag)):
            names = "  ".join(sorted(by_language[language]))
            lines += textwrap.wrap(
                names,
                width,
                initial_indent=f"  {language:8}",
                subsequent_indent=" " * 10,
                break_on_hyphens=False,
                break_long_words=False,
            )
    return "\n".join(lines)
