"""`MOSCOW, November 1. /TASS/. ` -> place, day, agency, and where the rest of the text begins.

The forms are those that the agencies use (Reuters, AP and AFP handbooks; wire items). A dateline stands at the beginning of
a text, behind bylines, advisories and headlines at most (`preface`): the further down, the more it must prove. Which form
is believed of what: `dateline_marked` (an agency's name), `dateline_plain` (none), `eastern` (Chinese, Japanese, Korean).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from pipelines import dateline_marked, dateline_plain, eastern, preface
from pipelines.dateline_found import Found
from pipelines.dateline_head import About
from pipelines.wires import named
from storage.models import Dateline

_NEAR = 3
"""Days between a press release's dateline and its publication, at most."""
_DAY_WITHIN = 60
# Every sign stands for one sign, so that offsets hold: digits of all scripts, blanks of all widths, marks of direction.
_PLAIN_SIGNS = {chr(ord(zero) + n): str(n) for zero in "٠۰०০੦૦௦౦೦൦๐໐၀០" for n in range(10)}
_PLAIN_SIGNS |= dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\u200e\u200f\u202a\u202c", " ")
_PLAIN_SIGNS |= dict.fromkeys("‐‑", "-")
_UNUSUAL = re.compile(f"[{''.join(_PLAIN_SIGNS)}]")


def _line(line: str, about: About, following: str, number: int, plain: bool) -> Found | None:
    """The dateline that begins one line. `plain`: one without an agency may stand here."""
    east = eastern.match(line, about.published)
    if east is not None:
        length, place, day, agency = east
        return Found(0, length, place, day, day is not None, agency, agency is not None)
    best = dateline_marked.agency_first(line, about)
    marked = list(dateline_marked.bracketed(line, about)) if best is None else []
    best = (
        best
        or next((found for found in marked if found.known), None)
        or dateline_marked.bare(line, about)
        or next(iter(marked), None)
    )
    if best is None and preface.begins_inline(line):
        best = dateline_marked.embedded(line, about)
    if best is None and plain:
        best = dateline_plain.find(line, about, following, first=number == 0)
    if best is None and number == 0 and _city_line(line, about):
        best = Found(0, len(line), line.strip(), None, False, None, False)
    return best


def _city_line(line: str, about: About) -> bool:
    own = named(about.own) if about.own else None
    anadolu = own is not None and own.name == "Anadolu"
    return dateline_plain.is_city_line(line, anadolu, (about.language or "").startswith("tr"))


def _may_stand(found: Found, number: int, sentences: int, prefaced: bool, about: About) -> bool:
    """Whether a dateline is believed in the line of this number, behind so many sentences (standfirsts)."""
    if number == 0 or (found.place is not None and _is_of_these_days(found.day, about.published)):
        return True
    if found.known and found.place is not None and found.dated:
        return number <= 3 or sentences <= 1
    if found.agency is not None:
        return prefaced or (sentences <= 1 and number <= 4 and found.place is not None)
    return sentences <= 1 and number <= 4


def _is_of_these_days(day: str | None, published: str | None) -> bool:
    """A press release says its day below its headlines: the day of publication, or one next to it."""
    if day is None or published is None:
        return False
    return abs((date.fromisoformat(day) - date.fromisoformat(published[:10])).days) <= _NEAR


def split(
    body: str, *, published_day: str | None, language: str | None = None, agency: str | None = None
) -> Dateline | None:
    """The dateline of `body`, None where there is none.

    `published_day`: ISO day of publication, for the year that most datelines leave out. `language`: ISO 639-1, decides
    between months of the same name. `agency`: the name that the source's own datelines bear. Of the answer, `text` is
    the dateline without the blank after it, `length` counts from the start of `body`, so that `body[length:]` is the rest.
    """
    beginning = _UNUSUAL.sub(lambda sign: _PLAIN_SIGNS[sign[0]], body[: 2 * preface.LENGTH])
    about = About(published_day, language, agency, body[: preface.REACH])
    lines = list(preface.lines(beginning))[: preface.LINES + 5]
    prefaced = after_byline = True
    sentences = 0
    for number, (at, line) in enumerate(lines[: preface.LINES]):
        if at > preface.LENGTH:
            return None
        following = lines[number + 1][1] if number + 1 < len(lines) else ""
        plain = sentences <= 1 or any(map(str.isdigit, line[:_DAY_WITHIN]))
        front = preface.in_front(line)
        found = _line(line[front:], about, following, number, plain) if front else None
        found = replace(found, start=found.start + front, end=found.end + front) if found else None
        found = found or _line(line, about, following, number, plain)
        if found is not None and not _may_stand(found, number, sentences, prefaced or after_byline, about):
            found = None
        if found is not None and found.bare and _is_digest(found, lines[number + 1 :], about):
            return None
        if found is not None:
            text = body[at + found.start : at + found.end].rstrip()
            end = at + found.end
            if found.end >= len(line):
                end += len(body[end:]) - len(body[end:].lstrip())
            return Dateline(text, found.place, found.day, found.agency, end)
        prefaced = prefaced and preface.is_preface(line)
        sentences += not preface.is_preface(line)
        after_byline = preface.is_advisory(line) or (after_byline and len(line) <= 60 and number > 0)
        if not (prefaced or after_byline) and (number >= 5 or at > 900) and sentences > 3:
            return None
    return None


def _is_digest(found: Found, lines: list[tuple[int, str]], about: About) -> bool:
    """News in brief: one of the next paragraphs begins with another place."""
    for number, (_, line) in enumerate(lines[:4]):
        following = lines[number + 1][1] if number + 1 < len(lines) else ""
        other = dateline_plain.find(line, about, following, first=False)
        if other is not None and other.place != found.place:
            return True
    return False
