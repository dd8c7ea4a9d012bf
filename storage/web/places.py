"""Where the news comes from: the places of datelines, one place for its spellings in all languages where it is known
(`places.toml`), else one for each spelling without regard to case."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from storage import clock, search
from storage.search import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.reader import Reader

DAYS: Final = (1, 7, 30)
MOST: Final = 200_000
"""Newest articles among which datelines are counted."""

SHOWN: Final = 300
_VARIANTS: Final = 50_000
"""Newest articles among whose datelines other spellings of a place are looked for."""

_DAY: Final = 86400.0
_MAP: Final = (720, 300)
_NORTH: Final = 75.0
_SOUTH: Final = -50.0

_COUNTS: Final = (
    "SELECT place, count(*) FROM (SELECT dateline_place AS place FROM article INDEXED BY article_found"
    " WHERE search_id >= ? ORDER BY search_id DESC LIMIT ?) WHERE place IS NOT NULL GROUP BY 1"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A place of `places.toml`: degrees north and east."""

    name: str
    north: float
    east: float
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its datelines. `spellings`: as they are written there, the most frequent first; `known`: where it is."""

    name: str
    articles: int
    spellings: tuple[str, ...]
    known: Known | None


@dataclass(frozen=True, slots=True)
class Places:
    """The places of the last `days`, the most datelines first; `articles` with one; `more` places that are not in the list."""

    days: int
    articles: int
    places: list[Place]
    more: int


@cache
def known() -> dict[str, Known]:
    """Spelling, case-folded -> place."""
    rows = tomllib.loads(Path(__file__).with_name("places.toml").read_text(encoding="utf-8"))["place"]
    found: dict[str, Known] = {}
    for row in rows:
        north, east = row["at"]
        one = Known(row["name"], north, east, (row["name"], *row.get("also", ())))
        found |= {folded(spelling): one for spelling in one.spellings}
    return found


def grouped(counts: Iterable[tuple[str, int]]) -> list[Place]:
    """Spellings and their numbers, put together by place, the most datelines first."""
    together: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for spelling, count in counts:
        one = known().get(folded(spelling))
        together[folded(spelling) if one is None else folded(one.name)][spelling] += count
    found = []
    for key, spellings in together.items():
        one = known().get(key)
        name = one.name if one else spellings.most_common(1)[0][0]
        found.append(Place(name, spellings.total(), tuple(s for s, _ in spellings.most_common()), one))
    return sorted(found, key=lambda place: (-place.articles, place.name))


def places(reader: Reader, days: int, now: float) -> Places:
    """The places of the articles published in the last `days` (of `DAYS`). Raises QueryError."""
    if days not in DAYS:
        raise QueryError(f"days is one of {', '.join(map(str, DAYS))}")
    first = search.bound(clock.text(now - days * _DAY), last=False)
    found = grouped(reader.db.conn.execute(_COUNTS, (first, MOST)).fetchall())
    return Places(days, sum(place.articles for place in found), found[:SHOWN], max(0, len(found) - SHOWN))


def spellings(reader: Reader, name: str) -> tuple[str, ...]:
    """All that `name` is written like in datelines: those of its place where it is known, and among the newest articles those
    that differ from them in case only. Empty: no dateline has it."""
    one = known().get(folded(name))
    wanted = {folded(spelling) for spelling in (one.spellings if one else (name,))}
    given = {name, *(one.spellings if one else ())}
    variants = {
        form for spelling in given for form in (spelling, spelling.upper(), spelling.title(), spelling.capitalize())
    }
    rows = reader.db.conn.execute(_COUNTS, (0, _VARIANTS))
    variants |= {spelling for spelling, _ in rows if folded(spelling) in wanted}
    return tuple(sorted(variant for variant in variants if _is_there(reader, variant)))


def drawn(found: Iterable[Place], links: dict[str, str]) -> Markup:
    """The known places as dots on a map of degrees, in the size of their numbers: an equirectangular one, without coasts. Each
    is a link; `links`: name -> address."""
    width, height = _MAP
    dots = [place for place in found if place.known is not None and _SOUTH <= place.known.north <= _NORTH]
    top = max((place.articles for place in dots), default=1)
    parts = []
    for east in range(-150, 180, 30):
        x = (east + 180) / 360 * width
        parts.append(Markup('<line class="degree" x1="{0:.0f}" y1="0" x2="{0:.0f}" y2="{1}"/>').format(x, height))
    for north in range(-30, 75, 15):
        y = _y(north)
        kind = "degree equator" if north == 0 else "degree"
        parts.append(Markup('<line class="{}" x1="0" y1="{:.1f}" x2="{}" y2="{:.1f}"/>').format(kind, y, width, y))
        if north % 30 == 0:
            words = "equator" if north == 0 else f"{abs(north)}° {'N' if north > 0 else 'S'}"
            parts.append(Markup('<text class="degrees" x="3" y="{:.1f}">{}</text>').format(y - 3, words))
    for place in sorted(dots, key=lambda place: -place.articles):
        spot: Any = place.known
        parts.append(
            Markup(
                '<a href="{}"><circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}: {}</title></circle></a>'
            ).format(
                links[place.name], (spot.east + 180) / 360 * width, _y(spot.north), 2.5 + 11 * (place.articles / top) ** 0.5,
                place.name, place.articles,
            )
        )  # fmt: skip
    words = f"Map of {len(dots)} places; the list beside it says the same"
    return Markup('<svg class="map" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>').format(
        width, height, words, Markup("").join(parts)
    )


def _is_there(reader: Reader, spelling: str) -> bool:
    return (
        reader.db.conn.execute(
            "SELECT 1 FROM article INDEXED BY article_place WHERE dateline_place = ? LIMIT 1",
            (search.bindable(spelling),),
        ).fetchone()
        is not None
    )


def _y(north: float) -> float:
    return (_NORTH - north) / (_NORTH - _SOUTH) * _MAP[1]


def folded(spelling: str) -> str:
    """A spelling without regard to case and blanks."""
    return " ".join(spelling.split()).replace("İ", "I").casefold()
