"""Datelines that name no agency: `PUTRAJAYA, Nov 22 — `, `VIENNA — `, `London/Teheran - `, `Hamburg. `, `Washington.- `.

The place must prove itself: by a date, by being listed, by a region, by capitals before a long dash, or by the text, which
says further on that it happened there. What follows must be the beginning of a text.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pipelines import placename
from pipelines.dateline_found import Found
from pipelines.dateline_head import About, Head, is_city, located, read
from pipelines.months import month_of
from pipelines.places import CITIES, REGIONS

Kind = Literal["long", "short", "stopdash", "colon", "stop", "line"]

_WINDOW = 90
_MARK = re.compile(
    r"(?P<stopdash>\.(?:[-–—]+[ \u00a0]*|[ \u00a0][-–—]{1,2}[ \u00a0]))"
    r"|(?P<long>[ \u00a0]{0,2}(?:--|—)[ \u00a0]*|[ \u00a0]{1,2}–(?:[ \u00a0]|$))"
    r"|(?P<short>(?:[ \u00a0]{1,2}[-|]|(?<=[A-ZÀ-Þ]{2})-)(?:[ \u00a0]|$))"
    r"|(?P<colon>[ \u00a0]?[:：][ \u00a0])|(?P<stop>[.।](?=[ \u00a0]))|(?P<line>$)"
)
_SIGN = re.compile(r"[.।:：|–—-]")
"""What every mark but the line's end has, behind two blanks at the most."""
_IN_BRACKETS = re.compile(r"\(([^()\n]{2,40})\)[ \u00a0]*[-–—][ \u00a0]+")
_REGION = re.compile(r"(?:,\s*([^,/]{2,30})|[(\[/]\s*([^()\[\]/]{2,30})\s*[)\]/])$")
# Nouns of what a text is about; no town ends like that.
_ABSTRACT = re.compile(
    r"(?:tion|sion|ung|ungen|ismus|ismo|ism|heit|keit|schaft|ness|ment|idad|ção|ções|zione|ción|tät|ité|logie|logy|politik|"
    r"ence|ance|ship|wirtschaft)$"
)
# How towns are called, so that capitals before a long dash need no more: `TAYLORVILLE — `, `WEST PALM BEACH — `.
_TOWN = re.compile(
    r"^(?:san|santa|santo|saint|sankt|st\.|fort|port|puerto|mount|bad|los|las|el|al|kota|rio|villa|château|castel)[ -]\w|"
    r"(?:^|^(?:new|north|south|east|west|upper|lower|great|little|old|royal|mount|st\.|saint|bad|groß|klein)[ -]|-)\w+"
    r"(?:ville|ton|town|burg|burgh|berg|dorf|stadt|feld|field|ford|ham|bury|mouth|haven|hafen|heim|hausen|kirchen|bruck|brück|furt|"
    r"grad|град|ск|pur|abad|polis|shire|chester|köy|hisar)$|"
    r" (?:beach|park|bay|city|springs|hills|lake|falls|islands?|county|heights|valley|harbou?r|creek|grove|rapids|river|"
    r"meadows|forest|junction|bluff|ridge|village|township)$"
)
# A correspondent's line before the place: "Dalla nostra corrispondente NEW YORK - ".
_CORRESPONDENT = re.compile(
    r"(?:(?:dal|dalla|dai) nostr[oaei] (?:corrispondent[ei]|inviat[oaei])|(?:de|par) (?:notre|nos) "
    r"(?:correspondante?s?|envoyée?s? spéciale?s?)|von unsere[mrn] korrespondent(?:en|in)|de nuestr[oa]s? "
    r"(?:corresponsal(?:es)?|enviad[oa]s? especial(?:es)?)|(?:from|by) our (?:own )?correspondent)(?: (?:a|à|aus|in|en))? ",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_STAMP = re.compile(
    r"(?:publi\w*|posted|updated|created|modified|veröffentlicht|aktualisiert|stand|erstellt|actuali\w+|mis|pubblicato|aggiornato|"
    r"gepubliceerd|опубликовано|обновлено|date|datum|fecha|data)\b",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_DEMONSTRATIVE = re.compile(
    r"(?:th(?:is|at)|diese[rsmn]?|cett?e?|est[ae]|quest[aoe]|ess[ae]|dit|deze|ten|ta|эт[оаи]|этот|bu)\b", re.IGNORECASE
)
_FEW = 3
"""Words of the first sentence behind a town and a full stop."""
_FAR = 366
"""Days between a written day and publication from which on the text tells of that day."""
_LEAST = 5
"""Words that a text has at least behind a dateline; in scripts that may part none, half as many as letters."""


def find(line: str, about: About, following: str, *, first: bool) -> Found | None:
    """The dateline without an agency that begins `line`. `following`: the next line of the text, for a dateline that stands
    in a line of its own. `first`: nothing but a head stands before it; else it must prove more."""
    if not line[:1].strip() or not (line[0].isalpha() or line[0] in "(‘'’"):
        return None
    if bracketed := _IN_BRACKETS.match(line):
        head = read(bracketed[1], about)
        if head and head.place and is_city(head) and _begins_text(line[bracketed.end() :], head):
            return Found(0, bracketed.end(), head.place, head.day, head.dated, None, False)
        return None
    prefix = _CORRESPONDENT.match(line)
    start = prefix.end() if prefix else 0
    held: Found | None = None
    stop = min(len(line), start + _WINDOW)
    sign = _SIGN.search(line, start, stop)
    # _MARK takes its time at every place, _SIGN does not.
    for mark in _MARK.finditer(line, max(start, sign.start() - 2) if sign else stop, stop):
        kind: Kind = mark.lastgroup  # type: ignore[assignment]
        if kind == "line" and mark.start() < len(line):
            break
        end = mark.end() + (kind == "stop")
        rest = line[end:] if end < len(line) else following
        text = line[start : mark.start()]
        if kind in ("stop", "stopdash") and _within_day(text, rest):
            continue
        if kind == "stopdash" and mark[0][1] in " \u00a0" and "," in text and placename.ABBREVIATION.search(text):
            text += "."  # "SIOUX FALLS, S.D. – "
        head = read(text, about)
        if head is None or not head.place:
            if kind in ("colon", "long"):
                break
            continue
        if (held is None or (head.dated and head.place == held.place)) and _believed(
            kind, head, rest, about, first=first or start > 0
        ):
            found = Found(start, end, head.place, head.day, head.dated, None, False)
            if head.dated:
                return found
            held = found  # "BRUSSELS. Nov 22 – ": of several marks the one that gives a day
    return held


def _within_day(text: str, rest: str) -> bool:
    """Whether the full stop between the two belongs to a shortened month: `Nairobi, Nov. 22 – `."""
    month = _LAST_WORD.search(text)
    return rest.lstrip()[:1].isdigit() and month is not None and bool(month_of(month[0]))


def _begins_text(rest: str, head: Head) -> bool:
    """A sentence of some length, and not the second half of a phrase or of a pairing (`Barcelona - Real Madrid 2:1`)."""
    plain = rest.strip()
    start = _LETTER.search(plain[:3])
    if start is None and not plain[:1].isdigit():
        return False
    if plain[:1] in "-–—(" or (start is not None and placename.is_small(start[0])):
        return False
    if len(plain.split()) < _LEAST and not (
        placename.is_caseless(plain) and sum(map(str.isalpha, plain)) >= 2 * _LEAST
    ):
        return False
    if _pairing(plain):
        return False
    if head.place and head.place.isupper():
        return True
    words = plain.split()
    return not any(" ".join(words[:n]).strip(",:;()").casefold() in CITIES for n in (1, 2, 3))


def _stamped(place: str, words: int) -> bool:
    """Before a day: `Published`, `Posted`, or what may be an author's two names."""
    return _STAMP.match(place) is not None or (words in (2, 3) and "," not in place and "-" not in place)


def _pairing(plain: str) -> bool:
    """The other side of a match or a journey stands behind the dash, before a result or a comma."""
    return re.match(r"(?:[A-ZÀ-Þ][\w.'’-]*[ \u00a0]){1,4}\(?\d+\s?[:–-]\s?\d", plain) is not None


def _is_history(head: Head, about: About) -> bool:
    """`Berlin, 9. November 1989. Die Mauer fällt`: a day that no text of its publication was written on."""
    if head.day is None or about.published is None:
        return False
    return abs((date.fromisoformat(head.day) - date.fromisoformat(about.published[:10])).days) > _FAR


def _goes_on(rest: str, upper: bool, about: About) -> bool:
    """Whether a report follows a town and a full stop, not a text that muses on the town: `Paris. The very word …`, in English,
    where no paper writes so; `Париж. Лувр. …`; `Berlin. Diese Stadt …`."""
    sentence = re.match(r"[^.!?।]*", rest.strip())
    if sentence is None or (not upper and (about.language or "").startswith("en")):
        return False
    return placename.is_caseless(rest) or (
        len(sentence[0].split()) >= _FEW and _DEMONSTRATIVE.match(rest.strip()) is None
    )


def _region(place: str) -> bool:
    match = _REGION.search(place)
    return match is not None and (match[1] or match[2]).strip().casefold() in REGIONS


def _believed(kind: Kind, head: Head, rest: str, about: About, *, first: bool) -> bool:
    place = head.place or ""
    if not _begins_text(rest, head) or _is_history(head, about):
        return False
    words = len(place.split())
    city, region = is_city(head) or (head.dated and head.sort == "city"), _region(place)
    if placename.is_caseless(place) and not (city and kind != "line" and first):
        return False
    upper = head.sort == "capitals" or (head.sort == "city" and place.isupper())
    if _ABSTRACT.search(place.casefold()) and not (city or head.dated):
        return False
    if kind == "line":
        return head.dated and (city or located(head, about))
    if kind == "stop":
        if head.dated:
            return city or upper or region or located(head, about)
        return first and words <= 3 and _goes_on(rest, upper, about) and (city or (upper and located(head, about)))
    if kind == "colon":
        if head.dated:
            return city or upper or region
        return first and words <= 3 and (city or (upper and located(head, about)))
    if kind == "stopdash":
        return city or region or (upper and words <= 5) or head.dated or located(head, about)
    if city or region:
        return True
    if upper and (head.dated or (kind == "long" and (_TOWN.search(place.casefold()) or located(head, about)))):
        return True
    if head.dated and first and words <= 4 and (_TOWN.search(place.casefold()) or not _stamped(place, words)):
        return True
    return words <= 3 and located(head, about)


def is_city_line(line: str, own: bool, turkish: bool) -> bool:
    """Anadolu's Turkish and English pages: the city alone in the first line."""
    sort = placename.sort(line.strip()) if len(line.strip()) <= 40 else None
    return (sort == "city" and (own or turkish)) or (sort is not None and own and len(line.split()) <= 3)
