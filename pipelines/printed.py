"""The day, and the time with its zone, that a page prints at its headline: the witness where metadata is silent.

`Published 3 Nov 2024, 14:05 GMT`, `Von A. B. | 03.11.2024`, `2024年11月3日 14時05分`. A line that only speaks of a day
(`Forum on 26 January 2022`) is no witness; a time without a zone is read in the source's timezone, else only its day is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from pipelines import calendars, instants
from pipelines.bylines import PICTURE
from pipelines.calendars import Written
from pipelines.days import strip_weekday
from pipelines.headmatter import Line
from pipelines.names import LEAD_IN
from pipelines.places import WEEKDAYS
from pipelines.text import listed
from storage.models import Instant

_PM = (
    r"μ\.?\s?μ\b\.?|مساء\w*|م(?![\w.])|ب\.?\s?ظ\b|بعد\s?از\s?ظهر|بعدازظهر|عصر|अपराह्न|शाम|বিকাল|ÖS\b|de\s+la\s+tarde|da\s+tarde|del\s+pomeriggio|di\s+sera"
    r"|CH\b|chiều|délután|下午|午後|오후|เย็น|дня\b|вечера\b|popoldne|popoludní|odpoledne|petang"
)
_AM = (
    r"π\.?\s?μ\b\.?|صباح\w*|ص(?![\w.])|ق\.?\s?ظ\b|صبح|पूर्वाह्न|सुबह|সকাল|ÖÖ\b|de\s+la\s+(?:mañana|madrugada)|da\s+(?:manhã|madrugada)|di\s+mattina"
    r"|SA\b|sáng|délelőtt|上午|早上|凌晨|清晨|午前|오전|утра\b|dopoldne|dopoledne|dopoludnia|pagi"
)
_NIGHT = r"de\s+la\s+noche|da\s+noite|晚上|夜|밤|रात|شب|đêm|tối|ночи\b|malam"
_HALF = rf"(?:{_PM}|{_AM}|{_NIGHT})"
_AFTERNOON, _NIGHTLY = re.compile(_PM, re.IGNORECASE), re.compile(_NIGHT, re.IGNORECASE)
_CLOCK = re.compile(
    r"[\s.,،;|·•(–—-]*(?:(?:at|um|kl\.?|klo|à|a\s+las|às|alle(?:\s+ore)?|ore|o|ob|om|saat|pukul|lúc|в|о|u|het|r\.|г\.(?:,?\s+в)?|р\.|года|року|στις|الساعة|ساعت)\s+)?"
    rf"(?:(?P<half>{_HALF})\s?)?"
    r"(?P<H>\d{1,2})\s?(?:[:.h時点]|시\s?|Uhr\s)\s?(?P<M>\d{2}|\d(?=\s?[分분]))(?!\d)(?::(?P<S>\d{2}))?(?P<sign>\s?[分분])?"
    rf"(?:\s?(?P<am>[ap]\.?\s?m\b\.?|{_HALF}))?"
    r"(?P<unit>\s?(?:Uhr|h|hrs|น\.|ч\.?)(?!\w))?(?:\s*\(?(?P<zone>(?:GMT|UTC)\s?[+\-−]\s?\d{1,2}(?::?\d{2})?|[+\-−]\d{2}:?\d{2}|(?-i:[A-Z]{1,5}|МСК)\b|мск\b)\)?)?",
    re.IGNORECASE,
)
_CLOCK_BEFORE = re.compile(
    rf"(?:(?P<half>{_HALF})\s?)?(?<![\d:.])(?P<H>\d{{1,2}})[:.](?P<M>\d{{2}})(?P<S>)(?P<sign>)(?:\s?(?P<am>[ap]\.?\s?m\b\.?|{_HALF}))?(?P<unit>\s?(?:Uhr|h)\b)?"
    r"(?:\s*\(?(?P<zone>(?:GMT|UTC)(?:\s?[+\-−]\s?\d{1,2}(?::?\d{2})?)?|(?-i:[A-Z]{2,5}))\)?)?(?P<then>[\s,;|·•–—-]*)$",
    re.IGNORECASE,
)
_DAY_NAME = re.compile(
    r"[\s,]+(?:mon|tues?|wed|thu(?:rs)?|fri|sat|sun|lun|mar|mer|mié|jeu|jue|ven|vie|sam|sáb|dim|dom|m[oi]|d[io]|fr|sa|so|пн|вт|ср|чт|пт|сб|вс)[.,]*\s*$",
    re.IGNORECASE,
)
# `3 Kasım 2026 Salı 14:05`, `2024年11月3日（星期日）14:05`
_DAY_BETWEEN = re.compile(
    r"[\s,]*[(（]?((?:星期|周|週)[一二三四五六日天]|[月火水木金土日](?:曜日?)?(?=[)）\s])|[월화수목금토일](?:요일)?(?=[)）\s])|[^\W\d_]{2,12})\.?[)）]?"
    r"(?=[\s,]*\d|[\s,]*[^\W\d_]{1,4}\s?\d)"
)
_TURKISH = frozenset(listed("pazartesi salı çarşamba perşembe cuma cumartesi pazar"))
_NEXT = re.compile(r"\s?([^\W\d_][^\s\d,;|()]*)")
_MOSCOW = re.compile("мск", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"publi(?:shed|é|cado|cación|cata|cato|ziert|kováno|k(?:ov|acj))|veröffentlicht|erschienen|posted|gepostet|gepubliceerd|geplaatst|publicerad|publisert"
    r"|udgivet|julkaistu|opublikowan|(?<![^\W\d_])(?:datum|date|datë|fecha|data|dato|dátum)\b|опублик|дата|yayın|tarih|dipublikasi|diterbitkan|terbit|đăng|ngày"
    r"|تاريخ|نشر|تاریخ|انتشار|פורסם|प्रकाशित|公開|掲載|发布|發布|發表|发表|時間|时间|日期|配信|入力|입력|등록|게시|เผยแพร่|δημοσι|created|issued|written",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"updat|aktuali[sz]|modif|mise?\s+à\s+jour|actualiza[dc]|atualiza[dç]|aggiorna[tm]|bijgewerkt|gewijzigd|uppdater(?:ad|ing)|oppdater(?:t|ing)|opdater(?:et|ing)"
    r"|päivitetty|zaktuali|обновл|оновл|изменен|güncel|diperbarui|cập\s+nhật|تحديث|به.?روز|עודכן|अपडेट|更新|수정|แก้ไข|ενημέρ|stand\b|last\s+(?:edit|change)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:(?:pub|publish|post|article|entry|news|create|created)?-?(?:date|dates|datum|fecha|data|time|timestamp|datetime)|published|publication|posted(?:-on)?|pubdate|dateline"
    r"|date-?line|byline|meta|metadata|postmetadata|entry-meta|submitted|infos?|tarih|time)(?=$|[\s_-])"
)
EVENT = re.compile(
    r"(?:^|[\s_-])(?:event|events|calendar|termin\w*|veranstaltung\w*|today|current-date|weather|copyright)(?=$|[\s_-])"
)
_WORDS = re.compile(r"[^\W\d_]+")
_APART = re.compile(r"[|•·,–—/()\[\]:-]\s*$")
_APART_AFTER = re.compile(r"^\.?\s*(?:[|•·,–—/()\[\]-]|$)")
_FILLERS = frozenset(
    listed(
        """uhr um am on at le el il the a à om kl den de du vom des an dem h hrs o m и в г года року р day время min read
        mon tue wed thu fri sat sun mo di mi do fr sa so lun mar mer jeu ven sam dim pm am gmt utc cet cest est edt ist bst"""
    )
)
MAX_LINES = 150
MAX_LABEL = 30
MAX_SINGLE = 60
US_HOSTS = ("com", "us", "org", "net", "gov", "edu", "mil")


def read(
    told: Iterable[Line], *, language: str | None, region: str | None, host: str, timezone: str | None, fetched_at: str
) -> tuple[Instant | None, Instant | None]:
    """(the publication, the last change) as the lines about the headline tell them; None where none does, or only what may
    not be true.

    `language`, `region`: of the page as declared (`en`, `us`); with the `host` they tell the order of `3/11/2024`."""
    lines = [line for line in islice(told, MAX_LINES) if not PICTURE.match(line.text)]
    order = calendars.order([line.text for line in lines])
    month_first = order if order is not None else _month_first(language, region, host)
    ranked: list[tuple[int, int, Instant]] = []
    changed: list[Instant] = []
    for number, line in enumerate(lines):
        days = calendars.find(line.text, language=language, month_first=month_first)
        if not days or EVENT.search(line.names) or (line.place == "after" and not _NAMED.search(line.names)):
            continue
        for place, written in enumerate(days):
            until = days[place + 1].start if place + 1 < len(days) else len(line.text)
            since = days[place - 1].end if place else 0
            is_changed = _is_changed(line.text[since : written.start])
            rank = None if is_changed else _rank(line, written, since, until)
            if rank is None and not (is_changed and line.place in ("head", "before")):
                continue
            found = _instant(line.text, written, since, timezone, fetched_at)
            if found is not None and rank is not None:
                ranked.append((rank, number, found))
            elif found is not None:
                changed.append(found)
    first = min(ranked, key=lambda one: one[:2])[2] if ranked else None
    return first, changed[0] if changed else None


def single(text: str, *, language: str | None, timezone: str | None, fetched_at: str) -> Instant | None:
    """The one day or time that a short text names, as a `time` element or a tag may hold it (`15 августа 2016, 13:43`); None
    where it names none or several."""
    days = calendars.find(text, language=language, month_first=None if language in (None, "en") else False)
    if len(days) != 1 or len(text) > MAX_SINGLE:
        return None
    return _instant(text, days[0], 0, timezone, fetched_at)


def _month_first(language: str | None, region: str | None, host: str) -> bool | None:
    """The usual order of a country; English of no country on a host of none may be either."""
    last = host.rpartition(".")[2]
    if language not in (None, "en"):
        return False
    if last not in US_HOSTS and len(last) == 2:
        return False
    if region == "us":
        return True
    return False if region else None


def _follows(after: str) -> bool:
    """Whether a word that speaks of the publication stands right after a day, and none of a change."""
    told = _PUBLISHED.search(after[:MAX_LABEL])
    return told is not None and CHANGED.search(after) is None


def _is_changed(before: str) -> bool:
    """Whether the last word before a day that labels it speaks of a change."""
    changed, told = last(CHANGED, before), last(_PUBLISHED, before)
    return changed is not None and (told is None or told < changed)


def _rank(line: Line, written: Written, since: int, until: int) -> int | None:
    """How surely the day is the publication's: 0 labelled so, 1 in an element named so or beside a byline at the headline,
    2 alone or apart in a line there, 4 and more elsewhere; None for a day that is only spoken of, or one of a change."""
    before, after = line.text[since : written.start], line.text[written.end : until]
    near = {"head": 0, "before": 1, "text": 4, "after": 4}[line.place]
    told = last(_PUBLISHED, before)
    if told is not None and len(before) - told <= 40:
        return near
    # `03.11.2024 veröffentlicht`: what ends a line labels its last day.
    if until == len(line.text) and near < 4 and not before.strip()[MAX_LABEL:] and _follows(after):
        return near
    words = [w for w in _WORDS.findall(before + " " + after) if w.casefold() not in _FILLERS and len(w) > 1]
    if CHANGED.search(after) and not words[2:]:
        words = words[:0]
    named = _NAMED.search(line.names) is not None
    if line.place in ("text", "after"):
        return near + 1 if named and len(words) <= 3 else None
    if named and len(words) <= 10:
        return near + 1
    if len(words) <= 2 or LEAD_IN.match(line.text):
        return near + 2
    left = not before.strip() or _APART.search(before) is not None
    right = _APART_AFTER.match(after) is not None or (bool(before.strip()) and len(after.split()) <= 4)
    return near + 3 if left and right and len(words) <= 8 else None


def told_published(text: str) -> int | None:
    """Where the last word that speaks of a publication ends; None where there is none."""
    return last(_PUBLISHED, text)


def last(pattern: re.Pattern[str], text: str) -> int | None:
    """Where the last match ends; None where there is none."""
    ends = [match.end() for match in pattern.finditer(text)]
    return ends[-1] if ends else None


def _instant(text: str, written: Written, since: int, timezone: str | None, fetched_at: str) -> Instant | None:
    raw = text[:80]
    said = _clock(text, written, since)
    if said is not None:
        found = instants.read(
            f"{written.day.isoformat()} {said}", origin="text", timezone=timezone, fetched_at=fetched_at
        )
        if found is not None:
            return replace(found, raw=raw)
    day = written.day
    return instants.day(day.year, day.month, day.day, raw=raw, origin="text", fetched_at=fetched_at)


def _clock(text: str, written: Written, since: int) -> str | None:
    """The time beside a day, as `instants` reads it (`02:05 pm EST`); None where there is none, or where a word after it may
    say which half of the day is meant and is not known."""
    between = _DAY_BETWEEN.match(text, written.end)
    clock = _CLOCK.match(text, between.end() if between is not None and _of_week(between[1]) else written.end)
    if clock is None:
        before = strip_weekday(_DAY_NAME.sub("", text[since : written.start]).rstrip(" ,|·•–—-"))
        clock = _CLOCK_BEFORE.search(before)
        after = ""
    else:
        after = text[clock.end() :]
    if clock is None or int(clock["H"]) > 24:
        return None
    hour = int(clock["H"])
    half = _half(clock["am"] or clock["half"] or "", hour)
    if not half and 1 <= hour <= 12 and not (clock["unit"] or clock["sign"] or clock["zone"]) and _unknown(after):
        return None
    if half and hour > 12:
        half = ""
    seconds = f":{clock['S']}" if clock["S"] else ""
    zone = _MOSCOW.sub("MSK", (clock["zone"] or "").replace(" ", "").replace("−", "-"))
    return " ".join(f"{hour:02}:{clock['M']:0>2}{seconds} {half} {zone}".split())


def _of_week(word: str) -> bool:
    """Whether a word between a day and its time is that of a day of the week."""
    plain = word.casefold()
    return plain in WEEKDAYS or plain in _TURKISH or word[0] in "星周週月火水木金土日월화수목금토일"


def _half(said: str, hour: int) -> str:
    """`am`, `pm`, or nothing where nothing is said. The night begins in the evening and ends in the morning."""
    plain = said.replace(" ", "").replace(".", "").casefold()
    if plain in ("am", "pm") or not said:
        return plain
    if _NIGHTLY.fullmatch(said):
        return "pm" if 6 <= hour <= 11 else "am"
    return "pm" if _AFTERNOON.fullmatch(said) else "am"


def _unknown(after: str) -> bool:
    """Whether a word stands right after a time that is none of those that do without saying something of it."""
    word = _NEXT.match(after)
    if word is None or word[1].casefold().strip(".") in _FILLERS:
        return False
    told = after.lstrip()
    return not (_PUBLISHED.match(told) or CHANGED.match(told) or LEAD_IN.match(told))
