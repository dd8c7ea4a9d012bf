"""The shape of an article's address: which of its parts are a date, a number, a name, and which lead there as sections.

`/world/europe/2026/11/25/a-headline.html` has the sections `world`, `europe`, then year, month, day and a text. Addresses of
one shape differ only in what stands in these places. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit

Kind = Literal["year", "month", "day", "date", "number", "text"]

_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTH = re.compile(r"0?[1-9]|1[0-2]")
_DAY = re.compile(r"0?[1-9]|[12]\d|3[01]")
_DATE = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|20\d\d-\d\d?(?:-\d\d?)?|\d\d?-\d\d?-20\d\d")
_ENDING = re.compile(r"\.(?:s?html?|phtml|php\d?|aspx?|jsp|do|cfm|dhtml|story)", re.IGNORECASE)
_ID_NAME = re.compile(
    r"(?:[a-z]{0,12}_?)?id|no|nr|num|number|p|article|news|story|aid|nid|sid|item|key|idxno", re.IGNORECASE
)

STOP: Final = (
    "tag", "tags", "topic", "topics", "author", "authors", "category", "categories", "page", "pages", "search", "archive",
    "archives", "about", "about-us", "contact", "contacts", "contact-us", "login", "register", "subscribe", "feed", "feeds",
    "rss", "wp-content", "wp-json", "sitemap", "privacy", "privacy-policy", "terms", "terms-of-use", "user", "users",
    "profile", "account", "help", "jobs", "careers", "advertise", "advertising", "legal", "imprint", "impressum", "cookies",
    "cookie-policy", "newsletter", "newsletters", "tema", "temas", "autor", "autores", "etiqueta", "etiquetas", "categoria",
    "buscar", "busca", "recherche", "auteur", "suche", "schlagwort", "kontakt", "cerca", "ricerca", "arama", "etiket", "yazar",
    "taxonomy", "person", "persons", "company", "services", "print", "share", "comment", "comments", "members",
)  # fmt: skip
"""Parts of a path that stand for lists of articles, people and the house itself."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What addresses have in common: the kinds of the parts after the sections, the ending (`.html`), the parameter of the
    query that holds a number, whether a slash ends the path."""

    kinds: tuple[Kind, ...]
    ending: str = ""
    parameter: str | None = None

    @property
    def anchored(self) -> bool:
        """Whether a date or a number is in it, which lists and the house's own pages rarely have."""
        return self.parameter is not None or any(kind != "text" for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Parts:
    """One address taken apart. `sections`: the parts before those that `shape` names; `rest`: those, without the ending."""

    url: str
    host: str
    shape: Shape
    sections: tuple[str, ...]
    rest: tuple[str, ...]
    slash: bool
    more: bool
    """Whether the query holds something besides the number."""
    number: str = ""
    """The value of the shape's parameter."""


@lru_cache(maxsize=8192)
def parts_of(url: str) -> Parts:
    """An address taken apart. Raises ValueError for what is no address."""
    split = urlsplit(url)
    segments = [segment for segment in split.path.split("/") if segment]
    slash = split.path.endswith("/") and bool(segments)
    ending = ""
    if segments and (match := _ENDING.search(segments[-1])) and match.end() == len(segments[-1]):
        segments[-1], ending = segments[-1][: match.start()], match[0]
    kinds = _kinds(segments)
    query = parse_qsl(split.query)
    parameter = next((name for name, value in query if _ID_NAME.fullmatch(name) and re.search(r"\d{2}", value)), None)
    first = next((i for i, kind in enumerate(kinds) if kind != "text"), None)
    if parameter is not None and first is None:
        cut = max(len(segments) - 1, 0) if ending else len(segments)
    else:
        cut = first if first is not None else max(len(segments) - 1, 0)
    shape = Shape(tuple(kinds[cut:]), ending, parameter)
    return Parts(
        url=url,
        host=(split.hostname or "").removeprefix("www."),
        shape=shape,
        sections=tuple(segments[:cut]),
        rest=tuple(segments[cut:]),
        slash=slash,
        more=len(query) > (parameter is not None),
        number=dict(query).get(parameter or "", ""),
    )


def _kinds(segments: list[str]) -> list[Kind]:
    kinds: list[Kind] = []
    for segment in segments:
        before = kinds[-1] if kinds else None
        if before == "year" and _MONTH.fullmatch(segment):
            kinds.append("month")
        elif before == "month" and _DAY.fullmatch(segment):
            kinds.append("day")
        elif _YEAR.fullmatch(segment):
            kinds.append("year")
        elif _DATE.fullmatch(segment):
            kinds.append("date")
        elif segment.isascii() and segment.isdigit():
            kinds.append("number")
        else:
            kinds.append("text")
    return kinds


def hyphens(text: str) -> int:
    """How many signs part the words of a slug."""
    return text.count("-") + text.count("_")


def is_list(url: str) -> bool:
    """Whether an address is by its own words one of a list, a person's page, or of the house: see `STOP`."""
    try:
        found = parts_of(url)
    except ValueError:
        return True
    if not found.rest and not found.sections:
        return True
    return any(part.lower() in STOP for part in (*found.sections, *found.rest))


def is_headline(text: str) -> bool:
    """Whether a link's text reads like a headline rather than a section's name: five words, or 16 characters without
    blanks (Chinese, Japanese)."""
    return len(text.split()) >= 4 or (len(text) >= 14 and not text.isascii() and len(text.split()) <= 3)
