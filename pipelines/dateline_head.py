"""What stands before the mark or the dash of a dateline: a place, a day, or both."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines import days, placename
from pipelines.places import AMBIGUOUS

AROUND = " \u00a0\t,،、-–—―_:•"
_AFTER_DATE = AROUND + "./"
_BRACKETED_DATE = re.compile(r"[(\[]\s*([^()\[\]]{4,24})\s*[)\]]\s*$")
# "Vatican City, Nov 22, 2024 / 10:00 am (CNA)"
_CLOCK = re.compile(r"(?<=\d)\s*[/,]\s*\d{1,2}[:.]\d\d\s?(?:[ap]\.?m\.?)?$", re.IGNORECASE)
_BEFORE_DAY = re.compile(r",\s+(?:le|den|el|il|am|on)$")
_ARABIC_IN = re.compile(r"\s+في$")
# Prepositions of place; those that also mean "of" or "the" prove nothing.
_LOCATED = (
    r"(?<!\w)(?:in|at|near|outside|à|en|a|em|bei|nach|aus|w|we|v|ve|в|во|из|под|у|i|på|te|uit|naar)\s+{name}(?!\w)"
)
_REACH = 6_000


@dataclass(frozen=True, slots=True)
class About:
    """What is known beside the text: ISO day of publication, language, the name that the source's own datelines bear."""

    published: str | None
    language: str | None
    own: str | None
    body: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """`dated`: a day is written, though its year may not be known. `sort`: how the place looks (`placename.sort`)."""

    place: str | None
    day: str | None
    dated: bool
    sort: placename.Sort | None


def read(text: str, about: About, *, numbers: bool = False) -> Head | None:
    """Place and day of what stands before a mark; None where it is neither. `numbers`: a day and a month may be two bare
    numbers."""
    text = _CLOCK.sub("", text.strip(AROUND))
    undated = days.strip_weekday(text.rstrip(_AFTER_DATE))
    if bracketed := _BRACKETED_DATE.search(text.rstrip(_AFTER_DATE)):
        day = days.at_end(bracketed[1], about.published, about.language)
        if day is not None and not day[0].strip():
            undated = text[: bracketed.start()] + " " + bracketed[1]
    if not undated:
        return Head(None, None, False, None)
    found = days.at_end(undated, about.published, about.language)
    if found is None and numbers:
        found = days.numbers_at_end(undated, about.published)
    first = None if found else days.at_start(undated, about.published, about.language)
    if found is not None:
        rest, day_found = found
    elif first is not None:
        rest, day_found = first
    else:
        rest, day_found = text, None
    dated = found is not None or first is not None
    rest = _ARABIC_IN.sub("", rest.strip(AROUND))
    if dated:
        rest = days.strip_weekday(_BEFORE_DAY.sub("", rest)).strip(AROUND)
    if rest.endswith(".") and (dated or not placename.ABBREVIATION.search(rest[:-1])) and not _initials(rest):
        rest = rest.rstrip(".")  # "Москва. 22 ноября", but "CHATHAM, Mass. (AP)"
    if not rest:
        return Head(None, day_found, dated, None)
    sort = placename.sort(rest)
    return Head(rest, day_found, dated, sort) if sort is not None else None


def _initials(place: str) -> bool:
    """`PORT ELLIOT, Ont.`, `D.C.`: the full stop is part of a shortened region."""
    return "," in place and placename.ABBREVIATION.search(place[:-1]) is not None


def is_city(head: Head) -> bool:
    """A listed city whose name is nothing else, or in capitals."""
    place = head.place or ""
    return head.sort == "city" and (place.isupper() or place.casefold() not in AMBIGUOUS)


def located(head: Head, about: About) -> bool:
    """The text itself is said to play there: `Gundremmingen - …`, and further on `in Gundremmingen`."""
    place = re.split(r"\s*[,/(\[]", head.place or "")[0].strip()
    if len(place) < 3:
        return False
    name = "[- ]".join(re.escape(word.title() if word.isupper() else word) for word in re.split(r"[- ]", place))
    return re.search(_LOCATED.format(name=name), about.body[:_REACH]) is not None
