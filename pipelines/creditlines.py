"""What one line says of the agency that a text came from: a byline, or a line that ends a text.

`(AP)`, `Source: Xinhua`, `来源：新华社`, `By JOHN DOE, Associated Press`, `mit Material von dpa`. What credits a picture, and
what only reports an agency's words (`told Reuters`), is no credit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.text import listed
from pipelines.wires import WIRES, Wire, all_named, alternation, inside, is_common, may_name, may_spell, named

_SOURCE_WORDS = (
    r"Sources?|Quelle|Quellen|Fuentes?|Fontes?|Fonte|Bron|Kilde|Källa|Lähde|Kaynak|Źródło|Zdroj|Izvor|Forrás|Sursa|"
    r"Πηγή|Источник|"
    r"Джерело|Sumber|Nguồn|المصدر|منبع|来源|來源|稿源|消息来源|文章来源|转自|出典|提供|출처|स्रोत|Agence|Agency|Agentur|Agencia|Wire"
)
_SOURCE = re.compile(rf"[\s(（\[【*_]*(?:{_SOURCE_WORDS})\s*[:：=／/]\s*(?P<who>[^\n|）)\]】]{{2,60}})", re.IGNORECASE)
_LAST_BRACKET = re.compile(
    r"[(（\[/【]\s*(?P<who>[^()（）\[\]【】\n/]{2,60}(?:/[^()（）\[\]\n/]{2,30})*?)\s*[)）\]/】][\s.。*]*$"
)
_LAST_DASH = re.compile(
    r"(?:^|[.!?\"”»…]\s*)(?:[-–—―=]{1,2}|©|\(c\)|\(с\))\s*(?P<who>[^\n.,;:]{2,40})\s*\.?$", re.IGNORECASE
)
_WITH = re.compile(
    r"[\s(*_/–—-]*(?:with|avec|mit|con|com|met|med|z|с|со|včetně|includes?|including)\b[:\s]*"
    r"(?:(?:(?:files?|reports?|reporting|inputs?|information|material|additional|agency|agencies|agences?|agenturen|"
    r"agencias|agenturmaterial|"
    r"informationen|información|informaciones|informazioni|informações|dépêches?|données|materiaal|wires?|the|la|las|"
    r"le|les|de|del|"
    r"von|der|des|"
    r"dem|agentur|"
    r"from|by|of|da|das|do|via|van|материалами|использованием|материалов)(?=[\s:(])|d['’]|l['’])\s*)*[:(]?\s*(?P<who>[^\n]{2,60}?)[)）.*_\s]*$",
    re.IGNORECASE,
)
_CONTRIBUTED = re.compile(
    r"[\s(*_]*(?P<who>[^\n.]{2,180}?)\s+(?:(?:has |have |also )?contributed (?:to|reporting)\b|reporters contributed\b"
    r"|contributed(?=[.)]|$))",
    re.IGNORECASE,
)
# Words by which a paper says that the whole text is an agency's.
_PUBLISHED = re.compile(
    r"\b(?:story|article|report|text|copy|content|dispatch|piece|beitrag|artikel|text|meldung|bericht|article|dépêche"
    r"|nota|noticia|texto|artículo|matéria|reportagem|articolo)\b[^.\n]{0,40}?\b(?:(?:published|produced|provided|"
    r"supplied|"
    r"written|generated|distributed|reported|released)\s+(?:originally\s+)?(?:by|from|with)|from|stammt von|"
    r"wurde von|publié(?:e)? par|"
    r"publicada por|publicado por|produzida por|produzido por|elaborad[ao] por|pubblicato da)\s+(?:the\s+|der\s+|"
    r"l['’]|la\s+|a\s+|agencia\s+|agência\s+)*"
    r"(?P<who>[^\n.,;]{2,60}?)(?=[.,;)]|$|\s+(?:and|und|via|news agency|übernommen|erstellt|wire)\b)",
    re.IGNORECASE,
)
_REPORT_BY = re.compile(
    r"\b(?:report|story|article) by (?P<who>[^\n.]{2,40}?) was (?:first|originally) published\b", re.IGNORECASE
)
_DPA_MARK = re.compile(r"(?:©\s*)?dpa-infocom\b.*|\bdpa:\d{6}-\d\d-\d+\S*")
_END_MARK = re.compile(
    r"(?P<ap>\bAP-[A-Z]{2}-\d\d-\d\d-\d\d \d{4}GMT)|"
    r"==\s?(?P<kyodo>Kyodo)\s*$|(?:^|\s)(?P<enditem>Enditem)\.?\s*$|^\s*(?P<ritzau>/ritzau/)\s*$",
    re.IGNORECASE,
)
_ENDINGS = ("kyodo", "tem", "tem.", "tzau/")  # of a line that one of them ends, but for AP's
# `AAP RTV`, `dpa hm bs wjh`: the agency and its editors' initials.
_INITIALS = re.compile(r"(?P<who>\w{2,6})(?: (?:[a-z]{2,4}|[A-Z]{2,4})){1,6}$")
PICTURE = re.compile(
    r"(?:\b(?:photo(?:graph)?s?|pictures?|image|foto(?:s|grafía|grafie|ğraf)?|(?:titel|symbol)?bild(?:er|quelle|"
    r"rechte)?|illustration|"
    r"imagen|imagem|immagine|"
    r"zdjęcie|görsel|"
    r"фото|сним(?:ок|ки)|иллюстрация|video|vidéo|видео|graphic|grafik|getty|"
    r"shutterstock|alamy|"
    r"picture[- ]alliance|epa[-/]|file|archiv|caption)\b|图片|图源|图：|摄影|攝影|圖片|写真|사진|صورة|تصوير)",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"\b(?:told|said|says|saying|according|reported(?! by)|reports that|reportedly|quoted|citing|interview|laut|"
    r"sagte|berichtet|selon|"
    r"d['’]après|según|segundo|secondo|dijo|disse|a declarat|podała|informuje|сообщил\w*|сообщает|по данным|"
    r"передает|передаёт)\b",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright|copr\.|rights reserved|alle rechte|tous droits|todos los derechos|riproduzione riservata|все права)",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"[\s.,;–—-]*(?:\ball rights|\balle rechte|\btous droits|\btodos los derechos|\btodos os direitos|"
    r"\briproduzione riservata|\bвсе права"
    r"|\bclick for|\bmay not be|(?<=\w{3})[.;]\s)",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"©|\([cс]\)|\bcopyright\b|\bby\b|\b(?:19|20)\d\d(?:\s?[-–]\s?\d{2,4})?\b|\(?(?:https?://|www\.)[^\s)]+\)?",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"[,\s]+(?:Inc|Ltd|Limited|LLC|Corp|GmbH|AG|AS|A/S|AB|Oy|SA|S\.A|S\.p\.A|SpA|Pty|plc|news ?agency|newswire|feed|staff)\.?$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"^(?:the|die|der|l['’]|la|agencia|agence|agentur|agency|agenzia|agência|agencja|агентство|(?:news|press|"
    r"wire) agency|nachrichtenagentur"
    r"|redacción|redacao|redação|red\.?|via)\s+(?=\S)",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"^\W*(?:(?:written|reported|posted|published|story|text|article|report)\s+)?(?:by|von|vom|par|por|da|di|door|av|"
    r"af|od|от|автор|текст"
    rf"|authors?|autor|auteur|yazar|haberler|via)\b\s*[:：•·-]*\s*(?=\S)|^\W*(?:{_SOURCE_WORDS})\s*[:：•·/-]\s*(?=\S)",
    re.IGNORECASE,
)
# "Jane Roe / AFP", "AFP/Jane Roe" sign a picture; "Jane Roe/TT" signs a text.
_SIGNED_PICTURE = re.compile(r"\s/|/\s|^[\w-]+/\w+\s\w")
_FURTHER = re.compile(
    r"^\W*(?:additional|further|other|weitere|zusätzliche|autres?|otras?|outras?|altre|inne|andere)\s+(?=\w*(?:sour|quell|fuent|font|bron|źród))",
    re.IGNORECASE,
)
_JOINTS = re.compile(
    r"(\s*[,|/;(•·:]\s*|\s+[-–—]\s+|\s+(?:and|und|et|y|e|en|i|og|och|with|mit|avec|con|com|met|for|für|via|of|from|"
    r"di|с|и|&)\s+"
    r"|\s+(?:contribution|collaboration|reporting|inputs?|material) (?:from|by|von)\s+)",
    re.IGNORECASE,
)
_SHARES = frozenset(listed("and und et y e en i og och with mit avec con com met и с &"))
_ROLE = re.compile(
    rf"^(?P<who>{alternation([s for wire in WIRES for s in (wire.name, *wire.spellings)])})['’]?s?\s+(?:[\w&-]+\s+){{0,4}}"
    r"(?:writers?|staff|correspondents?|reporters?|editors?|newsroom|journalists?|team|feed|bureau|desk|service|"
    r"staffers?|columnist"
    r"|redaktion|korrespondent(?:in)?|news ?wire|analyst|photographer|in (?-i:[A-Z])[\w .]+|à (?-i:[A-Z])\w+)$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"[,\s]+\d[\d./: ]*$")
# Where an address may be glued to a name, and where a small letter has another's capital, words do not tell which are named.
_UNSURE = re.compile("//|[Ww]{3}\\.|ı|\u0345")
MAX_BYLINE_WORDS, MAX_SENTENCE = 16, 8


@dataclass(frozen=True, slots=True)
class Said:
    """The agencies that a line names, the words that do, and whether the text is theirs (`whole`) or owes them a part."""

    wires: tuple[Wire, ...]
    words: str
    whole: bool


def agencies(text: str) -> tuple[Wire, ...]:
    """The agencies that a credit names, where the credit names nothing else."""
    if not may_spell(text) and _UNSURE.search(text) is None:
        return ()
    text = _YEARS.sub(" ", text).strip(" \t\u00a0.,;:-–—*_()[]")
    whole = all_named(text)
    text = _ARTICLE.sub("", _ARTICLE.sub("", text))
    found = whole or all_named(text) or all_named(_DAY.sub("", text)) or all_named(_FIRM.sub("", _FIRM.sub("", text)))
    found = found or _beside_house(text)
    if found:
        return tuple(wire for wire in found if not wire.release) or found
    if len(text.split()) <= 1 and not text.isascii():
        within = inside(text)
        return (within[1],) if within and len(text) <= len(within[0]) + 4 else ()
    return ()


def _beside_house(text: str) -> tuple[Wire, ...]:
    """`KNA, DR`, `red, APA`: an agency and the house's own mark."""
    parts = [part.strip() for part in text.split(",")]
    found = [all_named(part) for part in parts]
    if len(parts) > 3 or not all(
        wires or (len(part) <= 3 and part.isalpha()) for part, wires in zip(parts, found, strict=True)
    ):
        return ()
    return tuple(dict.fromkeys(wire for wires in found for wire in wires))


def closing(line: str) -> Said | None:
    """What one line at the end of a text says of its agency."""
    if not (may_name(line) or "nditem" in line) or PICTURE.search(line if len(line) <= 160 else line[-60:]):
        return None
    small = line.lower()
    if ("gmt" in small or small.rstrip().endswith(_ENDINGS)) and (mark := _END_MARK.search(line)):
        wire = named("AP" if mark["ap"] else "Kyodo" if mark["kyodo"] else "Xinhua" if mark["enditem"] else "Ritzau")
        return Said((wire,), mark[0].strip(), True) if wire else None
    if "dpa" in line and (mark := _DPA_MARK.search(line)) and (wire := named("dpa")):
        return Said((wire,), mark[0].strip(), True)
    if (mark := _INITIALS.match(line)) and not is_common(mark["who"]) and (wires := agencies(mark["who"])):
        return Said(wires, line, True)
    source = _SOURCE.match(line)
    if source and (wires := agencies(source["who"])):
        return Said(wires, line, True)
    if source and len(line) <= 60 and (desk := byline(source["who"])):
        return Said(desk.wires, line, desk.whole)  # "Quelle: ntv.de, mau/dpa"
    if len(line) <= 60 and not line.endswith("?") and not is_common(line) and (wires := agencies(line)):
        return Said(wires, line, True)
    for pattern in (_LAST_BRACKET, _LAST_DASH):
        found = pattern.search(line)
        if found and found[0].startswith("[") and line[: found.start()].rstrip()[-1:].isalnum():
            continue  # "It's complicated [Bloomberg]": a list of other papers' headlines
        if found and pattern is _LAST_BRACKET and _explains(line, found):
            continue
        if found and (wires := agencies(found["who"])):
            return Said(wires, found[0].strip(" ."), True)
        if found and (part := _WITH.match(found["who"])) and (wires := agencies(part["who"])):
            return Said(wires, found[0].strip(" ."), False)
    return _share(line) or _published(line)


def _explains(line: str, found: re.Match[str]) -> bool:
    """Whether a bracket shortens the words before it: `the People's Action Party (PAP)`, `short-term rental (STR)`."""
    before = _WORDS.findall(line[: found.start()])
    short = "".join(filter(str.isalpha, found["who"])).casefold()
    named_words = "".join(word[0] for word in before if not word.islower()).casefold()
    every = "".join(word[0] for word in before).casefold()
    return len(short) > 1 and (named_words.endswith(short) or (len(short) > 2 and every.endswith(short)))


def _share(line: str) -> Said | None:
    """`With inputs from PTI`, `Jane Roe and The Associated Press contributed to this report`."""
    found = _WITH.match(line) if len(line) <= 120 else None
    if found and (wires := agencies(found["who"])):
        return Said(wires, line, False)
    found = _CONTRIBUTED.match(line) if len(line) <= 240 else None
    if found and (said := byline(found["who"])):
        return Said(said.wires, found[0].strip(), False)
    return None


def _published(line: str) -> Said | None:
    for found in (*_PUBLISHED.finditer(line), *_REPORT_BY.finditer(line)) if len(line) <= 300 else ():
        if wires := agencies(found["who"]):
            return Said(wires, found[0], True)
    return None


def byline(text: str) -> Said | None:
    """The agency that a byline names: alone, beside a reporter's name, or as one who shared in the work."""
    text = text.strip()
    if (
        text.startswith(("©", "(c)", "(C)"))
        or (text.endswith((".", "!", "?")) and len(text.split()) > MAX_SENTENCE)
        or len(text.split()) > MAX_BYLINE_WORDS
        or not may_name(text)
        or PICTURE.search(text)
        or _SPOKEN.search(text)
    ):
        return None
    if (part := _WITH.match(text)) and (wires := agencies(part["who"])):
        return Said(wires, text, False)
    plain = _LEAD_IN.sub("", _FURTHER.sub("", text))
    if wires := agencies(plain):
        return Said(wires, text, _FURTHER.match(text) is None)
    if _SIGNED_PICTURE.search(plain) and any(len(p.split()) > 1 and not agencies(p) for p in plain.split("/")):
        return None
    parts = _JOINTS.split(plain)
    found: dict[Wire, None] = {}
    shared = False
    for number in range(0, len(parts), 2):
        wires = _part(parts[number].strip(" )].,*"))
        found.update(dict.fromkeys(wires))
        joint = parts[number - 1].strip(" ,;:").casefold() if number else ""
        # `Jane Roe and AFP`, `Diana Roe mit AP`: the house's own and an agency; `Jane Roe, AP` is the agency's.
        if wires and number and joint.partition(" ")[0] in _SHARES and not _part(parts[number - 2].strip(" )].,*")):
            shared = True
        if not wires and number and found and joint in _SHARES:
            shared = True
    return Said(tuple(found), text, not shared) if found else None


def _part(text: str) -> tuple[Wire, ...]:
    if not text:
        return ()
    if wires := agencies(text):
        return wires
    role = _ROLE.match(text) or _ROLE.match(_ARTICLE.sub("", text))
    wire = named(role["who"]) if role else None
    return (wire,) if wire else ()


def rights(line: str) -> tuple[Wire, ...]:
    """The agencies that a copyright line, or the declared holder's name, names as the only owners."""
    if not is_common(line) and (wires := agencies(line)):
        return wires
    if not _COPYRIGHT.search(line) or PICTURE.search(line):
        return ()
    for part in _RIGHTS.split(line):
        if part and (wires := agencies(part)):
            return wires
        if part and (wires := agencies(part.partition(",")[0])):
            return wires
    return ()


def source(text: str) -> tuple[Wire, ...]:
    """The agencies of a declared source, with or without the word `Source:` before it."""
    return agencies(_LEAD_IN.sub("", text))
