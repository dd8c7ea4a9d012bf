"""`MOSCOW, November 1. /TASS/. ` -> place, day, agency, and where the rest of the text begins.

The forms are those that the agencies use (Reuters, AP and AFP handbooks; wire items). A dateline is read from
its agency's mark backwards: `(Reuters) - `, `/TASS/. `, `Kyodo - ` or, failing that, a dash; what stands before it must be a
place, a date or both. The less the mark proves, the more the place must: `Berlin - ` is believed of known cities only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines import days, eastern, placename, preface
from pipelines.wires import BARE, FIRST, all_named, alternation, inside, named
from storage.models import Dateline

_WINDOW = 170

_AROUND = " \u00a0\t,،-–—―_:•"
_AFTER_DATE = _AROUND + "./"
_SEPARATOR = re.compile(
    r"[ \t\u00a0]*(?:\.-|\.—|\.–|[-–—―_]{1,3}|[:=]|\.)?(?:[ \t\u00a0]*[-–—―_]{1,2}(?=\s))?[ \t\u00a0]*"
)
_DASH = re.compile(r"[ \t\u00a0]*(?:\.?[-–—―_]|:)")
_BRACKETS = re.compile(r"[(（]([^()（）\n]{2,60})[)）]|(?<![^\s,.])/ ?([^/\n]{2,60}?) ?/(?=[\s.:,–—-])")
_BARE = re.compile(rf"(?<![^\s,.،–—/-])({BARE})(?=\s*[-–—:_.,،]|\s/|\s\S)")
_DATE_AFTER = re.compile(r" ?([^/\n]{4,24}?) ?/ ?")
_FIRST = re.compile(rf"(?:[(（]({FIRST})[)）]|({FIRST})(?=\s))[ \u00a0]*(?:[-–—_:]{{1,2}}|\.-)[ \u00a0]+")
_FIRST_REST = re.compile(r"(?P<head>[^\n(]{2,60}?)[ \u00a0]*[-–—_]{1,2}[ \u00a0]+")
_PLAIN = re.compile(
    r"(?P<head>[^\n(—–]{2,70}?)[ \u00a0]{1,2}(?P<dash>--|[-–—])[ \u00a0](?=\S)|(?P<tight>[^\n(—–]{2,60}?)—(?=\S)"
)
_AUTHORS = re.compile(r",[ \u00a0](?:[А-ЯЁ][\w-]+[ \u00a0]?){2,3}(?:,[ \u00a0](?:[А-ЯЁ][\w-]+[ \u00a0]?){2,3})*(?=\.)")
_UNKNOWN = re.compile(r"(?=.*[^\W\d_])[\w.&'’ /+-]{2,30}$")
_EMBEDDED = re.compile(
    rf"\((?:{alternation(['Reuters', 'AP', 'AFP', 'Xinhua', 'Yonhap', 'dpa', 'Kyodo', 'EFE'])})\) ?[-–—_]{{1,2}} "
)
_CAPITALS = re.compile(
    r"(?:(?<=\s)|^)(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ.'’-]+(?:[ /][A-ZÀ-Þ][A-ZÀ-Þ.'’-]+){0,4}(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)?)[, ]*$"
)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    place: str | None
    day: str | None
    dated: bool
    agency: str | None
    known: bool


@dataclass(frozen=True, slots=True)
class _Head:
    place: str | None
    day: str | None
    dated: bool
    sort: placename.Sort | None


@dataclass(frozen=True, slots=True)
class _About:
    published: str | None
    language: str | None
    own: str | None


def _head(text: str, about: _About) -> _Head | None:
    """Place and date of what stands before an agency's mark; None where it is neither."""
    text = text.strip(_AROUND)
    undated = days.strip_weekday(text.rstrip(_AFTER_DATE))
    if not undated:
        return _Head(None, None, False, None)
    found = days.at_end(undated, about.published, about.language)
    first = None if found else days.at_start(undated, about.published, about.language)
    if found is not None:
        rest, day = found
    elif first is not None:
        rest, day = first
    else:
        rest, day = text, None
    dated = found is not None or first is not None
    rest = rest.strip(_AROUND).removesuffix(" في")
    if rest.endswith(".") and not placename.ABBREVIATION.search(rest[:-1]):
        rest = rest.rstrip(".")  # "Москва. 22 ноября", but "CHATHAM, Mass. (AP)"
    if not rest:
        return _Head(None, day, dated, None)
    sort = placename.sort(rest)
    return _Head(rest, day, dated, sort) if sort is not None else None


def _agency(inner: str, about: _About) -> tuple[str, bool] | None:
    """(agency as written, whether it is a known one) of a bracket's content; None where it cannot be an agency."""
    inner = " ".join(inner.split()).strip(" .,;:-–—")
    if all_named(inner) or (about.own and inner.casefold() == about.own.casefold()):
        return inner, True
    within = inside(inner)
    if within is not None:
        return within[0], True
    if _UNKNOWN.match(inner) and len(inner.split()) <= 3 and not placename.is_no_agency(inner):
        return inner, False
    return None


def _bracketed(line: str, about: _About) -> Iterator[_Found]:
    for mark in _BRACKETS.finditer(line[:_WINDOW]):
        agency = _agency(mark[1] or mark[2], about)
        head = _head(line[: mark.start()], about) if agency else None
        if agency is None or head is None:
            continue
        name, known = agency
        dash = _DASH.match(line, mark.end()) is not None
        stop = line[mark.end() : mark.end() + 1] == "." or mark[2] is not None
        if head.place is None and not head.dated:
            believed = known and dash
        elif head.place is not None and named(head.place) is not None:
            believed = False  # "The Associated Press (AP) - "
        elif known:
            believed = (
                dash or (stop and mark[2] is not None) or head.dated or head.sort in {"capitals", "city", "script"}
            )
        elif head.dated:
            believed = dash or stop
        else:
            plain = head.sort in {"capitals", "city"} or (name.islower() and len(name) <= 4)
            believed = dash and plain
        if believed:
            end = _end(line, mark.end())
            after = _DATE_AFTER.match(line, mark.end()) if mark[2] and not head.dated else None
            day = days.at_end(after[1], about.published, about.language) if after else None
            if after and day and not day[0]:  # "LONDON, UK / ACCESSWIRE / November 1, 2023 / "
                yield _Found(0, after.end(), head.place, day[1], True, name, known)
            else:
                yield _Found(0, end, head.place, head.day, head.dated, name, known)


def _bare(line: str, about: _About) -> _Found | None:
    marks = list(_BARE.finditer(line[:_WINDOW]))
    if about.own:
        marks += list(re.finditer(rf"(?<![^\s,.–—-])({re.escape(about.own)})(?=\s*[-–—:_.])", line[:_WINDOW]))
    for mark in marks:
        head = _head(line[: mark.start()], about)
        if head is None or (head.place is None and not head.dated):
            continue
        end = mark.end()
        authors = _AUTHORS.match(line, end)
        if authors:
            end = authors.end()
        followed = re.match(r"[ \u00a0]*(?:[-–—_.:،]|/)", line[end:]) is not None or head.sort == "script"
        before = line[: mark.start()].rstrip()[-1:]
        parted = before in {",", ".", "-", "–", "—", "/", "،"}
        if followed and (head.dated or (parted and head.sort in {"capitals", "city", "script"})):
            return _Found(0, _end(line, end), head.place, head.day, head.dated, mark[1], True)
    return None


def _agency_first(line: str, about: _About) -> _Found | None:
    mark = _FIRST.match(line)
    if mark is None and about.own:
        mark = re.match(rf"\(?({re.escape(about.own)})\)?[ \u00a0]*[-–—_:]{{1,2}}[ \u00a0]+", line)
    if mark is None:
        return None
    agency = next(group for group in mark.groups() if group)
    bracketed = line.startswith(("(", "（"))
    rest = _FIRST_REST.match(line, mark.end())
    if rest is not None:
        head = _head(rest["head"], about)
        if head is not None and head.place and (head.dated or head.sort in {"capitals", "city"}):
            return _Found(0, rest.end(), head.place, head.day, head.dated, agency, True)
    if not bracketed and agency != about.own and named(agency) is not None and agency not in {"NNA", "AGI", "وطنية"}:
        return None
    return _Found(0, mark.end(), None, None, False, agency, True)


def _plain(line: str, about: _About) -> _Found | None:
    """A dateline that names no agency: `PUTRAJAYA, Nov 22 — `, `VIENNA — `, `London/Teheran - `."""
    mark = _PLAIN.match(line)
    if mark is None:
        return None
    text = mark["head"] or mark["tight"]
    head = _head(text, about)
    if head is None or head.place is None:
        return None
    if text.rstrip().endswith((".", ":")) and not placename.ABBREVIATION.search(text.strip()[:-1]):
        return None
    after = line[mark.end() : mark.end() + 1]
    if after.islower():
        return None
    long_dash = mark["tight"] is not None or mark["dash"] in {"–", "—", "--"}
    if head.sort == "city":
        believed = True
    elif head.sort == "capitals":
        believed = head.dated or (long_dash and (len(head.place.split()) <= 3 or "," in head.place))
    else:
        believed = False
    return _Found(0, mark.end(), head.place, head.day, head.dated, None, False) if believed else None


def _city_line(line: str, about: _About) -> _Found | None:
    """Anadolu's Turkish and English pages: the city alone in the first line."""
    own = named(about.own) if about.own else None
    turkish = (about.language or "").startswith("tr")
    if (own is None or own.name != "Anadolu") and not turkish:
        return None
    sort = placename.sort(line.strip()) if len(line.strip()) <= 40 else None
    if sort == "city" or (sort is not None and own is not None and len(line.split()) <= 3):
        return _Found(0, len(line), line.strip(), None, False, None, False)
    return None


def _embedded(line: str, about: _About) -> _Found | None:
    """The dateline of an item whose advisory, bullets and byline were joined with it into one paragraph."""
    for mark in _EMBEDDED.finditer(line[:900]):
        text = line[: mark.start()].rstrip()
        found = days.at_end(text, about.published, about.language)
        before, day = found if found is not None else (text, None)
        capitals = _CAPITALS.search(before.rstrip(" ,"))
        place = capitals["place"] if capitals and placename.sort(capitals["place"]) else None
        if place is None and found is None:
            return None
        start = capitals.start("place") if capitals and place else len(before)
        agency = mark[0].strip(" -–—_()")
        return _Found(start, mark.end(), place, day, found is not None, agency, True)
    return None


def _end(line: str, at: int) -> int:
    separator = _SEPARATOR.match(line, at)
    return separator.end() if separator else at


def _line(line: str, about: _About, first: bool) -> _Found | None:
    east = eastern.match(line, about.published)
    if east is not None:
        length, place, day, agency = east
        return _Found(0, length, place, day, day is not None, agency, agency is not None)
    best = _agency_first(line, about)
    marked = list(_bracketed(line, about)) if best is None else []
    best = (
        best or next((found for found in marked if found.known), None) or _bare(line, about) or next(iter(marked), None)
    )
    if best is None and preface.begins_inline(line):
        best = _embedded(line, about)
    if best is None and first:
        best = _plain(line, about) or _city_line(line, about)
    return best


def split(
    body: str, *, published_day: str | None, language: str | None = None, agency: str | None = None
) -> Dateline | None:
    """The dateline of `body`, None where there is none.

    `published_day`: ISO day of publication, for the year that most datelines leave out. `language`: ISO 639-1, decides
    between months of the same name. `agency`: the name that the source's own datelines bear. Of the answer, `text` is
    the dateline without the blank after it, `length` counts from the start of `body`, so that `body[length:]` is the rest.
    """
    about = _About(published_day, language, agency)
    prefaced = after_byline = True
    for number, (at, line) in enumerate(preface.lines(body)):
        if number >= preface.LINES or at > preface.LENGTH:
            return None
        found = _line(line, about, number == 0)
        if found is not None and number > 0:
            full = found.known and found.place is not None and found.dated
            if not (full and number <= 3) and not ((prefaced or after_byline) and found.agency is not None):
                found = None
        if found is not None:
            text = line[found.start : found.end].rstrip()
            end = at + found.end
            if found.end >= len(line):
                end += len(body[end:]) - len(body[end:].lstrip())
            return Dateline(text, found.place, found.day, found.agency, end)
        prefaced = prefaced and preface.is_preface(line)
        after_byline = preface.is_advisory(line) or (after_byline and len(line) <= 60 and number > 0)
        if not (prefaced or after_byline) and (number >= 5 or at > 900):
            return None
    return None
