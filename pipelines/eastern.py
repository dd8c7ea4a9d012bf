"""Datelines of Chinese, Japanese and Korean agencies, whose forms share nothing with the others'."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from pipelines import days
from pipelines.wires import WIRES, alternation

_NAMES = alternation([s for wire in WIRES for s in wire.spellings if any(ord(c) > 0x2E80 for c in s)])
_LATIN = alternation([s for wire in WIRES for s in wire.spellings if s.isascii() and s.isalpha()] + ["CNN", "BBC"])
_HAN = r"[\u4e00-\u9fff]"
_PLACE = r"[^\W\d_]{1,12}?(?:[·・/][^\W\d_]{1,8}?){0,3}"
_DATE = r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日"
_REPORTER = r"(?:(?:特派)?[记記]者[^\s\d电電日）)】]{2,3})?"
# （记者王小明、李小红） behind the dateline
_REPORTERS = (
    r"(?:\s*[（(](?:[^（）()\n]{0,6}[记記]者[^（）()\n]{1,24}|[\u4e00-\u9fff]{2,4}(?:[ 、·][\u4e00-\u9fff]{2,4}){0,3})[）)]"
    r"|\s+[记記]者[\u4e00-\u9fff、 ]{2,12}[报報][道导導][：:]?)?"
)
_LABEL = r"(?!사진|영상|그래픽|자료|단독|출처|이미지|속보|종합|제공|인터뷰|写真|写眞|画像|映像|提供|図|速報|独自)"
_KOREAN = r"[\w.]*(?:뉴스\w{0,3}|뉴시스|통신|일보|신문|미디어|투데이|타임스|방송|저널)(?:TV)?"

_FORMS = (
    # 新华社北京11月1日电（记者…） | 据新华社联合国11月1日电 | 中新网11月1日电
    rf"(?:据|據)?(?P<agency>{_NAMES})(?P<place>{_PLACE})??{_DATE}(?:[专專]?[电電]|讯|訊){_REPORTERS}\s*",
    # 海岸社青岛11月1日电: an agency that no list has; the place is at least two signs
    rf"(?:据|據)?(?P<agency>{_HAN}{{2,5}}?(?:[社网網]|[日晚时時][报報]))(?P<place>{_HAN}{{2,8}}?){_DATE}[专專]?[电電](?![\u4e00-\u9fff]){_REPORTERS}\s*",
    # 海岸网青岛11月1日消息（记者…）; 据海岸网11月1日消息 only tells whose report it is
    rf"(?P<agency>(?!据|據){_HAN}{{2,5}}?[社网網])(?P<place>{_HAN}{{2,8}}?){_DATE}消息(?=[（(\s]){_REPORTERS}\s*",
    # 本报北京11月1日电
    rf"本[报報](?:[记記]者)?(?P<place>{_PLACE})?{_DATE}[电電讯訊]{_REPORTERS}\s*",
    # 〔記者王小明／台北報導〕 | 記者王小明／台北報導
    rf"[〔【（(\[]?(?:本[报報])?[记記]者\s?{_HAN}{{2,4}}(?:、{_HAN}{{2,4}}){{0,3}}[／/](?!綜合|综合|即時|即时)(?P<place>{_HAN}{{2,6}}?)"
    r"(?:[报報][導导道])[〕】）)\]]?[：:]?\s*",
    # （中央社記者王小明台北1日電） | （中央社華盛頓31日綜合外電報導） | 【共同社11月1日电】
    rf"[（(【](?P<agency>{_NAMES}){_REPORTER}(?P<place>{_PLACE})?{_DATE}[^）)】\n]{{0,8}}?[电電][^）)】\n]{{0,4}}[）)】]\s*",
    # ［東京 １日 ロイター］ -
    rf"[［\[](?P<place>{_PLACE})??\s*{_DATE}\s*(?P<agency>{_NAMES}|{_LATIN})[］\]]\s*[-－―–—]?\s*",
    # 【11月1日 AFP】
    rf"【{_DATE}\s*(?P<agency>[A-Za-z][A-Za-z ]{{1,20}}|{_NAMES})】\s*",
    # 【AFP＝時事】
    rf"【(?P<agency>(?:{_LATIN})\s*[=＝]\s*(?:{_NAMES}))】\s*",
    # 【ワシントン共同】 | 【モスクワ時事】 | 【ソウル聯合ニュース】 | 【ワシントン＝共同】
    rf"【{_LABEL}(?P<place>{_PLACE})\s*[=＝]?\s*(?P<agency>{_NAMES})】\s*",
    # 【北京11月1日時事】
    rf"【(?P<place>{_PLACE}){_DATE}\s*(?P<agency>{_NAMES})】\s*",
    # 【ロンドン＝山田太郎】: the reporter in the agency's place
    rf"【{_LABEL}(?P<place>{_PLACE})\s*[=＝]\s*{_HAN}{{1,4}}[\s・]?{_HAN}{{1,4}}】\s*",
    # ニューヨーク（CNN） | ソウル（聯合ニュース）－
    rf"(?P<place>{_PLACE})[（(](?P<agency>{_NAMES}|{_LATIN})[）)](?:\s*[-－―–—]\s*|[\s\u3000]+)",
    # (서울=연합뉴스) 홍길동 기자 = | [서울=뉴시스] 홍길동 기자 = | [워싱턴=AP/뉴시스]
    rf"[(\[【（]{_LABEL}(?P<place>{_PLACE})\s*[=＝]\s*(?P<agency>(?:(?:{_LATIN})[/·])?(?:{_NAMES}|{_KOREAN}))[)\]】）]\s*"
    r"(?:[^=\n]{2,40}?(?:기자|특파원|통신원)\s*=\s*)?",
    # (워싱턴 AFP=연합뉴스) 홍길동 기자 =
    rf"[(\[（]{_LABEL}(?P<place>{_PLACE})\s+(?P<agency>(?:{_LATIN})(?:[/·](?:{_LATIN}))?\s*[=＝]\s*(?:{_NAMES}))[)\]）]\s*"
    r"(?:[^=\n]{2,40}?(?:기자|특파원|통신원)\s*=\s*)?",
    # (평양 11월 1일발 조선중앙통신)
    rf"[(（](?P<place>{_PLACE})\s*(?P<month>\d{{1,2}})월\s*(?P<day>\d{{1,2}})일발\s*(?P<agency>{_NAMES})[)）]\s*[-=–—]*\s*",
)


@lru_cache(maxsize=1)
def _forms() -> tuple[re.Pattern[str], ...]:
    """Compiled for the first line that needs them: 0.06 s."""
    return tuple(map(re.compile, _FORMS))


def _day(match: re.Match[str], published: str | None) -> str | None:
    group = match.groupdict()
    if not group.get("day"):
        return None
    day = int(group["day"])
    year = int(group["year"]) if group.get("year") else None
    if group.get("month"):
        return days.nearest((int(group["month"]),), day, year, published)
    if published is None:
        return None
    # only the day is written: the latest such day that is not after the morrow of publication
    at = date.fromisoformat(published[:10]) + timedelta(days=1)
    for back in range(32):
        if (at - timedelta(days=back)).day == day:
            return (at - timedelta(days=back)).isoformat()
    return None


def match(line: str, published: str | None) -> tuple[int, str | None, str | None, str | None] | None:
    """(length with the blank after it, place, ISO day, agency as written) of the dateline that begins `line`."""
    if max(line[:12], default="") <= "\u2e80":
        return None
    for form in _forms():
        found = form.match(line)
        if found:
            group = found.groupdict()
            return found.end(), group.get("place") or None, _day(found, published), group.get("agency")
    return None
