"""Datelines that bear an agency's name: in brackets or slashes, bare, or before the place.

Such a dateline is read from its agency's mark backwards: what stands before it must be a place, a day or both. The less is
known of the agency, the more the place must prove.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines import days, placename
from pipelines.dateline_found import Found, after
from pipelines.dateline_head import About, Head, is_city, read
from pipelines.months import month_of
from pipelines.places import REGIONS
from pipelines.wires import FIRST, SOUNDS, all_named, bare_names, inside, is_common, named

_WINDOW = 170
_DASH = re.compile(r"[ \t\u00a0]*(?:\.?[-–—―_]|:|：)")
_BRACKETS = re.compile(r"[(（]([^()（）\n]{2,60})[)）]|(?<![^\s,.\u0600-\u06ff])/ ?([^/\n]{2,60}?) ?/(?=[\s.:,–—-])")
_DASHED = re.compile("[-–—][ \u00a0]")
_DATE_AFTER = re.compile(r" ?([^/\n]{4,24}?) ?/ ?")
_FIRST = re.compile(rf"(?:[(（]({FIRST})[)）]|({FIRST})(?=\s|\.-))[ \u00a0]*(?:[-–—_:]{{1,2}}|\.-)[ \u00a0]+")
_VIA = re.compile(rf"([A-Z][\w.&’' ]{{1,30}} via (?:{FIRST}))[ \u00a0]*[-–—]{{1,2}}[ \u00a0]+")
_FIRST_REST = re.compile(r"(?P<head>[^\n(]{2,60}?)[ \u00a0]*[-–—_]{1,2}[ \u00a0]+")
_SLASH = re.compile(r"[ \u00a0]/[ \u00a0]+")
# "London CNN — "
_BROADCASTER = re.compile(r"(?P<head>[^\W\d_][^\n,()—]{2,30}) (?P<name>[A-Z]{3,5})[ \u00a0]{1,3}—[ \u00a0]+(?=\S)")
_AUTHORS = re.compile(r",[ \u00a0](?:[А-ЯЁ][\w-]+[ \u00a0]?){2,3}(?:,[ \u00a0](?:[А-ЯЁ][\w-]+[ \u00a0]?){2,3})*(?=\.)")
_UNKNOWN = re.compile(r"(?=.*[^\W\d_])(?!\d)[^()\[\]<>\"“”;:,!?]{2,30}$")
_PICTURE = re.compile(r"(?:^|\W)(?:photos?|fotos?|images?|bild(?:er)?|pictures?|video|фото|getty|foto\w*)(?:$|\W)")
# An agency that no list has, bare behind the day: "ALMATY. November 1. KAZTAG - ", "PORT ELLIOT, Nov 1 CNX - ".
_UNLISTED = re.compile(
    r"(?<=[\s,.،])(?P<name>[^\W\d_]{2,12}(?:[ .-][^\W\d_]{2,12})?)[ \u00a0][-–—]{1,2}[ \u00a0](?=\S)"
)
# Outlets that sign with their own name: "JAKARTA, KOMPAS.com - ", "Jakarta, CNN Indonesia -- ", "TEMPO.CO, Jakarta - ".
_OUTLET = r"[A-Z][\w-]*(?:\.[A-Za-z]{2,4}){1,2}"
_OUTLET_BEHIND = re.compile(
    rf"(?P<head>[^\n,()]{{2,40}}), (?P<name>{_OUTLET}|(?:[A-Z][\w.]+ ){{0,2}}[A-Z][\w.]+)[ \u00a0]*[-–—]{{1,2}}[ \u00a0](?=\S)"
)
_OUTLET_FIRST = re.compile(
    rf"(?P<name>{_OUTLET})[,:]?[ \u00a0](?P<head>[^\n()]{{2,40}}?)[ \u00a0]*[-–—]{{1,2}}[ \u00a0](?=\S)"
)
_OUTLET_ALONE = re.compile(rf"({_OUTLET})[ \u00a0][-–—]{{1,2}}[ \u00a0](?=[^\W\d_])")
# "BERLIN taz | ", "HAMBURG taz/dpa | "
_BAR = re.compile(
    r"(?P<head>[^\W\d_][^\n|,()]{2,30}) (?P<name>[a-z]{2,6}(?:/[a-z]{2,6}){0,2})[ \u00a0]\|[ \u00a0](?=\S)"
)
# "ЕРЕВАН, 1 ноя — Северинфо. ": an agency that no list has, between a dash and a full stop
_STOPPED = re.compile(
    r"(?P<head>[^\n()—–]{5,60}?)[ \u00a0][-–—][ \u00a0](?P<name>[А-ЯЁЇІЄ][\w-]+(?: [А-ЯЁЇІЄ][\w-]+){0,2})\.[ \u00a0](?=\S)"
)
_UNLISTED_FIRST = re.compile(
    r"\(((?:[A-Z][\w.]*[ -]){0,2}(?:News|Newswire|Wire|Press|Agency)|[A-Z]{3,6})\)[ \u00a0]*[-–—]{1,2}[ \u00a0]+(?=[^\W\d_])"
)
_DAY_BEHIND = re.compile(r"[-–—]{1,2}[ \u00a0]?([^\n()–—]{4,24}?)[ \u00a0]?[-–—]{2}[ \u00a0]?")
_CAPITALS = re.compile(
    r"(?:(?<=\s)|^)(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ.'’-]+(?:[ /][A-ZÀ-Þ][A-ZÀ-Þ.'’-]+){0,4}(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)?)[, ]*$"
)
_EMBEDDED = re.compile(
    r"\(([A-Za-z][\w .]{1,20})\) ?[-–—_.]{1,2} |/([^/\s][^/\n]{1,20})/[.:]? |(?<=\s)(Kyodo|AAP|AFP) - "
)


def _agency(inner: str, about: About) -> tuple[str, bool] | None:
    """(agency as written, whether it is a known one) of a bracket's content; None where it cannot be an agency."""
    inner = " ".join(inner.split()).strip(" .,;:-–—")
    if all_named(inner) or (about.own and inner.casefold() == about.own.casefold()):
        return inner, True
    within = inside(inner)
    if within is not None:
        return within[0], True
    if _UNKNOWN.match(inner) and len(inner.split()) <= 4 and not placename.is_no_agency(inner):
        if days.at_end(inner, None, about.language) is not None:
            return None  # "(May 3)"
        return inner, False
    return None


def _day_inside(inner: str, about: About) -> tuple[str, str | None] | None:
    """(agency, day) of a bracket that holds both."""
    found = days.at_end(inner, about.published, about.language)
    name = found[0].strip(" ,-–—") if found else ""
    return (name, found[1]) if found and name else None


def _like_agency(name: str) -> bool:
    """A name made as agencies' are: `fn-press`, `Coastline News`, or a short mark in small letters (`ots`)."""
    return SOUNDS.search(name.casefold()) is not None or (name.islower() and name.isalpha() and len(name) <= 4)


def _proven(name: str, place: str) -> bool:
    """Whether a name that no list knows can be an agency's where no day stands beside it: it is made as they are, has capitals
    or a mark within (`AsiaNews`, `KABC`, `Kompas.com`), or bears the place (`Brussels Morning`). `Ankara (Türkei)`,
    `Frankfurt (Oder)` tell where a town is."""
    return (
        _like_agency(name)
        or placename.is_caseless(name)
        or any(c.isupper() or c.isdigit() or c in ".-/" for word in name.split() for c in word[1:])
        or place.casefold() in name.casefold()
        or (place.isupper() and " " in name and not name.isupper())
    )


def bracketed(line: str, about: About) -> Iterator[Found]:
    """Datelines whose agency stands in brackets or between slashes, those of known agencies and of others."""
    window = line[:_WINDOW]
    if "/" not in window and "(" not in window and "（" not in window:
        return
    for mark in _BRACKETS.finditer(window):
        agency = _agency(mark[1] or mark[2], about)
        head = read(line[: mark.start()], about, numbers=agency[1]) if agency else None
        if agency is None or head is None or not _believed(line, mark, head, *agency):
            continue
        name, known = agency
        end = after(line, mark.end())
        if not head.dated and (inner := _day_inside(mark[1] or "", about)):  # "(Newsfile Corp. - November 1, 2023)"
            yield Found(0, end, head.place, inner[1], True, inner[0] if inner[0] in name or not known else name, known)
            continue
        form = _DATE_AFTER if mark[2] else _DAY_BEHIND
        dated_after = form.match(line, mark.end()) if not head.dated else None
        day = days.at_end(dated_after[1], about.published, about.language) if dated_after else None
        if dated_after and day and not day[0]:  # "LONDON, UK / ACCESSWIRE / November 1, 2023 / "
            yield Found(0, dated_after.end(), head.place, day[1], True, name, known)
        else:
            yield Found(0, end, head.place, head.day, head.dated, name, known)


def _is_short_for(name: str, place: str) -> bool:
    """A bracket that shortens the words before it: `Advanced Fingerprinting Protection (AFP)`."""
    words = re.findall(r"[^\W\d_]+", place)
    return len(words) > 1 and "".join(word[0] for word in words).casefold() == name.casefold()


def _believed(line: str, mark: re.Match[str], head: Head, name: str, known: bool) -> bool:
    slashed = mark[2] is not None
    dash = _DASH.match(line, mark.end()) is not None
    stop = line[mark.end() : mark.end() + 1] in {".", "։", "।", "۔"} or slashed
    begins = not placename.is_small(line[after(line, mark.end()) :][:1])
    if head.place is None and not head.dated:
        return known and dash
    if head.place is not None and (named(head.place) is not None or _is_short_for(name, head.place)):
        return False  # "The Associated Press (AP) - ", "Accounts Payable (AP) - "
    if head.place is not None and head.sort == "name" and not head.dated and not begins:
        return False
    strong = head.sort in {"capitals", "city", "script"}
    if head.place is not None and _PICTURE.search(head.place.casefold()):
        return False  # "Getty Images (AFP) - "
    if known and not head.dated and not dash and not stop:
        return strong and begins  # "Paris (ats afp) Le port …", and not "UN (AP) photographers"
    if known:
        return dash or head.dated or strong or (stop and (slashed or begins))
    if head.dated:
        return dash or stop or (begins and is_city(head) and name.isupper() and len(name) >= 3)
    if not begins or not _proven(name, head.place or ""):
        return False
    if is_city(head) and not dash and name.isupper() and len(name) >= 3:
        return True  # "Washington (CNN) The port …"
    if placename.is_caseless(head.place or ""):
        return dash and (is_city(head) or SOUNDS.search(name.casefold()) is not None)
    return (dash and (strong or _like_agency(name))) or (stop and _like_agency(name) and (strong or "-" in name))


def bare(line: str, about: About) -> Found | None:
    """A dateline whose agency stands without brackets: `SAITAMA, Japan, Dec. 9 Kyodo - `."""
    marks = list(bare_names(line[:_WINDOW]))
    if about.own:
        marks += list(re.finditer(rf"(?<![^\s,.–—-])({re.escape(about.own)})(?=\s*[-–—:_.])", line[:_WINDOW]))
    for mark in marks:
        head = read(line[: mark.start()], about, numbers=True)
        if head is None or (head.place is None and not head.dated):
            continue
        end = mark.end()
        authors = _AUTHORS.match(line, end)
        if authors:
            end = authors.end()
        followed = re.match(r"[ \u00a0]*(?:[-–—_.:،։]|/)", line[end:]) is not None or placename.is_caseless(
            head.place or "a"
        )
        before = line[: mark.start()].rstrip()[-1:]
        parted = before in {",", ".", "-", "–", "—", "/", "،"}
        upright = head.dated and parted and mark[1].isupper() and re.match(r"[ \u00a0][^\W\d_]", line[end:]) is not None
        if (followed or upright) and (head.dated or (parted and head.sort in {"capitals", "city", "script"})):
            slash = _SLASH.match(line, end)  # "ASTANA. November 22. KAZINFORM / "
            end = slash.end() if slash else after(line, end)
            return Found(0, end, head.place, head.day, head.dated, mark[1], True)
    return _unlisted(line, about)


def _outlet(line: str, about: About) -> Found | None:
    mark = _OUTLET_FIRST.match(line) or _OUTLET_BEHIND.match(line)
    head = read(mark["head"], about) if mark else None
    if mark is None or head is None or not head.place or placename.is_small(line[mark.end() : mark.end() + 1]):
        return None
    name = mark["name"]
    signs = re.fullmatch(_OUTLET, name) is not None or SOUNDS.search(name.casefold()) is not None
    letters = not head.place.isupper() and any(word.isupper() and len(word.rstrip(".")) > 2 for word in name.split())
    if (
        name.casefold() in REGIONS
        or not (signs or letters)
        or not (is_city(head) or (signs and head.sort == "capitals"))
    ):
        return None
    return Found(0, mark.end(), head.place, head.day, head.dated, name, False)


def _unlisted(line: str, about: About) -> Found | None:
    dashed = _DASHED.search(line) is not None  # as all these forms are, but for one
    if dashed and (outlet := _outlet(line, about)):
        return outlet
    if "|" in line and (bar := _BAR.match(line)):
        head = read(bar["head"], about)
        if head is not None and head.place and (is_city(head) or head.sort == "capitals"):
            return Found(0, bar.end(), head.place, head.day, head.dated, bar["name"], False)
    if not dashed:
        return None
    if caster := _BROADCASTER.match(line):
        head = read(caster["head"], about)
        begins = not placename.is_small(line[caster.end() :][:1]) and not placename.is_no_agency(caster["name"])
        if head is not None and begins and is_city(head) and not caster["head"].isupper():
            return Found(0, caster.end(), head.place, head.day, head.dated, caster["name"], False)
    if stopped := _STOPPED.match(line):
        head = read(stopped["head"], about)
        if head is not None and head.place and head.dated and head.sort in {"capitals", "city"}:
            return Found(0, stopped.end(), head.place, head.day, True, stopped["name"], False)
    if not any(map(str.isdigit, line[:_WINDOW])):
        return None  # only behind a day
    for mark in _UNLISTED.finditer(line[:_WINDOW]):
        head = read(line[: mark.start("name")], about) if mark["name"].isupper() else None
        if head is not None and head.dated and head.place is not None and not month_of(mark["name"]):
            return Found(0, mark.end(), head.place, head.day, True, mark["name"], False)
    return None


def agency_first(line: str, about: About) -> Found | None:
    """`(ANSA) - ROME, JUL 11 - `, `(Reuters) — `, `NNA - `, `KVELLER via JTA — `."""
    if " via " in line and (via := _VIA.match(line)):
        return Found(0, via.end(), None, None, False, via[1], True)
    mark = _FIRST.match(line)
    if mark is None and about.own:
        mark = re.match(rf"\(?({re.escape(about.own)})\)?[ \u00a0]*[-–—_:]{{1,2}}[ \u00a0]+", line)
    if mark is None:
        unlisted = _UNLISTED_FIRST.match(line) or _OUTLET_ALONE.match(line)
        if unlisted is None or placename.is_no_agency(unlisted[1]) or placename.is_label(unlisted[1]):
            return None
        if placename.is_small(line[unlisted.end() : unlisted.end() + 1]):
            return None
        return Found(0, unlisted.end(), None, None, False, unlisted[1], False)
    agency = next(group for group in mark.groups() if group)
    rest = _FIRST_REST.match(line, mark.end())
    if rest is not None:
        head = read(rest["head"], about)
        if head is not None and head.place and (head.dated or head.sort in {"capitals", "city"}):
            return Found(0, rest.end(), head.place, head.day, head.dated, agency, True)
    in_brackets = line.startswith(("(", "（"))
    small = placename.is_small(line[mark.end() : mark.end() + 1])
    if not in_brackets and agency != about.own and (" " in agency or is_common(agency) or small):
        return None  # "The Associated Press — which counts …"
    return Found(0, mark.end(), None, None, False, agency, True)


def embedded(line: str, about: About) -> Found | None:
    """The dateline of an item whose advisory, bullets and byline were joined with it into one paragraph."""
    for mark in _EMBEDDED.finditer(line[:900]):
        agency = next(group for group in mark.groups() if group)
        if not all_named(agency):
            continue
        text = line[: mark.start()].rstrip(" ,./")
        found = days.at_end(text, about.published, about.language)
        before, day = found if found is not None else (text, None)
        place = _place_at_end(before)
        if not place and found is None:
            return None
        start = before.rindex(place) if place else len(before)
        return Found(start, after(line, mark.end()), place or None, day, found is not None, agency, True)
    return None


def _place_at_end(text: str) -> str:
    """The place that ends a paragraph of other things: words in capitals, or a listed city; empty where there is none."""
    text = text.rstrip(" ,")
    capitals = _CAPITALS.search(text)
    if capitals and placename.sort(capitals["place"]):
        return capitals["place"]
    words = text.split(" ")
    for n in (4, 3, 2, 1):
        place = " ".join(words[-n:])
        if len(words) > n and place[:1].isupper() and placename.sort(place) == "city":
            return place
    return ""
