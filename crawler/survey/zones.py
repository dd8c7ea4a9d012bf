"""The timezone of a site, from the offsets that it writes and the country that it is of; None where that leaves more than
one. Pure but for the table beside it."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from pipelines.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.models import Instant

_VANITY: Final = frozenset(
    listed("""ac ag ai am as bz cc cf co cx fm ga gd gg gl gq gs im io je la lc ly me ml mn ms nf nr nu
    pm pn pw re sc sh so st su sx tc tf tk tl tm to tv vc vg vu wf ws yt""")
)
"""Top domains of countries that anybody's sites bear: one says something only together with the country's language."""

_OWN: Final = {"uk": "GB", "xn--p1ai": "RU", "xn--j1amh": "UA", "xn--90ais": "BY"}


def countries() -> dict[str, list[str]]:
    """Country -> its timezones, one of each that differ."""
    return _table()[0]


def country_of(host: str, region: str | None, languages: Sequence[str] = ()) -> tuple[str | None, str]:
    """The country of a site (ISO 3166-1) and what says so: its top domain (one that is sold to everybody only where one of
    its `languages` is that country's), else the `region` of its declared language."""
    top = host.partition(":")[0].rpartition(".")[2].lower()
    country = _OWN.get(top) or (top.upper() if top.upper() in _table()[0] else None)
    if country and top not in _VANITY:
        return country, f"its domain .{top}"
    if country and country in {_table()[1].get(tag.partition("-")[0].lower()) for tag in languages}:
        return country, f"its domain .{top} and its language"
    if region and region in _table()[0]:
        return region, f"a declared language of the site names {region}"
    return None, "neither its domain nor its declared language names a country"


def timezone_of(instants: Iterable[Instant], country: str | None, languages: Sequence[str]) -> tuple[str | None, str]:
    """The timezone and its reason, or None and why not. `instants` are times of the site's feeds and pages as written.

    An offset of zero is what programs write for any place, and says nothing."""
    written = [
        (datetime.fromisoformat(i.at), _minutes(i.offset)) for i in instants if i.precision != "day" and i.offset
    ]
    telling = [(at, minutes) for at, minutes in written if minutes]
    offsets = ", ".join(dict.fromkeys(_text(minutes) for _, minutes in telling))
    if country is not None:
        places = [country]
        named = country
    else:
        spoken = {found for tag in languages if (found := _table()[1].get(tag.partition("-")[0].lower()))}
        places = sorted(spoken) if len(languages) == 1 else []
        named = f"the language {languages[0]}" if languages else "no country"
    zones = [zone for place in places for zone in _table()[0].get(place, ())]
    if not zones:
        seen = f"times with {offsets}" if telling else "no time with an offset of its own"
        return None, f"{seen}, and no country is known to choose a timezone by"
    if not telling:
        if country is not None and len(zones) == 1:
            return zones[0], f"{country} has this one timezone, and no time of the site speaks against it"
        return None, f"{named} has {len(zones)} timezones and no time of the site has an offset of its own"
    fitting = [zone for zone in zones if all(_offset(zone, at) == minutes for at, minutes in telling)]
    if len(fitting) == 1:
        return fitting[0], f"times with {offsets}, and {named}"
    if fitting:
        return None, f"times with {offsets} fit several timezones of {named}: {', '.join(fitting[:4])}"
    return None, f"times with {offsets} fit no timezone of {named}"


def _offset(zone: str, at: datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60


def _minutes(offset: str | None) -> int:
    """`+05:30` as minutes east of UTC."""
    if not offset:
        return 0
    hours, _, minutes = offset[1:].partition(":")
    return (int(hours) * 60 + int(minutes or 0)) * (-1 if offset[0] == "-" else 1)


def _text(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, list[str]], dict[str, str]]:
    table = tomllib.loads(Path(__file__).with_name("zones.toml").read_text("utf-8"))
    return table["zones"], table["languages"]
