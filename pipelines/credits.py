"""Which agency a text came from, with the words that say so.

Witnesses, the strongest first: the dateline, the line that ends the text (`(AP)`, `Source: Xinhua`, `来源：新华社`), an
author who is an agency, the reporters' line in Reuters' form, `With AFP`, the copyright line. What credits a picture is
no witness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.wires import Wire, all_named, inside, named
from storage.models import Confidence, Credit, Dateline

_LAST_LINES = 3
_SOURCE_WORDS = (
    r"Sources?|Quelle|Quellen|Fuentes?|Fontes?|Fonte|Bron|Kilde|Källa|Lähde|Kaynak|Źródło|Zdroj|Izvor|Forrás|Sursa|"
    r"Πηγή|Источник|"
    r"Джерело|Sumber|Nguồn|المصدر|منبع|来源|來源|稿源|消息来源|出典|출처|स्रोत|Agence|Agency|Agentur|Agencia|Wire"
)
_SOURCE = re.compile(rf"[\s(（\[【*_]*(?:{_SOURCE_WORDS})\s*[:：=／/]\s*(?P<who>[^\n|）)\]】]{{2,60}})", re.IGNORECASE)
_LAST_BRACKET = re.compile(
    r"[(（\[/]\s*(?P<who>[^()（）\[\]\n/]{2,60}(?:/[^()（）\[\]\n/]{2,30})*?)\s*[)）\]/][\s.。]*$"
)
_LAST_DASH = re.compile(
    r"(?:^|[.!?\"”»…]\s*)(?:[-–—―=]{1,2}|©|\(c\)|\(с\))\s*(?P<who>[^\n.,;:]{2,40})\s*\.?$", re.IGNORECASE
)
_WITH = re.compile(
    r"[\s(（*_/–—-]*(?:with|avec|mit|con|com|met|med|z|с|со|včetně|includes?|including)\b[:\s]*"
    r"(?:(?:files?|reports?|reporting|inputs?|information|material|additional|agency|agencies|agences?|agenturen|"
    r"agencias|agenturmaterial|"
    r"informationen|información|informações|dépêches?|données|materiaal|wires?|the|la|las|le|les|de|del|von|der|des|"
    r"dem|agentur|"
    r"from|by|of|da|das|do|via|van|материалами|d['’]|l['’])\s*)*[:(]?\s*(?P<who>[^\n]{2,60}?)[)）.*_\s]*$",
    re.IGNORECASE,
)
_CONTRIBUTED = re.compile(
    r"[\s(*_]*(?P<who>(?:The )?[A-Z][\w.' -]{1,40}?) (?:contributed|(?:has|have) contributed|reporters contributed)\b",
    re.IGNORECASE,
)
# Reuters ends its texts so; no other agency joins its reporters and editors in one bracket.
_REUTERS_TAIL = re.compile(
    r"\((?:Additional )?(?:Reporting|Writing|Compiled|Reported)\b[^()]{2,300}?(?:;|"
    r"\bby\b)[^()]{0,300}?\b(?:[Ee]diting|[Ee]dited|[Ww]riting)\b[^()]{2,200}\)|"
    r"\((?:Reportage|Reportagem|Reporte|Información|Bearbeitet|geschrieben) [^()]{2,300}?; (?:édité|redigiert|"
    r"editado|Edición|édition)[^()]{2,200}\)|"
    r"^(?:Additional r|R)eporting by [^\n]{2,300}?[;.,]? ?(?:Writing by [^\n]{2,200}?[;.,]? ?)?Editing by\b",
    re.MULTILINE,
)
_END_MARK = re.compile(
    r"==\s?(?P<who>Kyodo)\s*$|(?:^|\s)(?P<enditem>Enditem)\.?\s*$|^\s*(?P<ritzau>/ritzau/)\s*$", re.IGNORECASE
)
_PICTURE = re.compile(
    r"(?:photo|photograph|picture|image|foto|fotografía|fotografie|bild|bilder|illustration|imagen|imagem|immagine|"
    r"zdjęcie|görsel|fotoğraf|"
    r"фото|сним(?:ок|ки)|иллюстрация|video|vidéo|видео|graphic|grafik|图片|图源|图：|摄影|攝影|圖片|写真|사진|صورة|getty|"
    r"shutterstock|alamy|"
    r"picture[- ]alliance|epa[-/]|file|archiv|caption)\b",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright|copr\.|rights reserved|alle rechte|tous droits|todos los derechos|все права)", re.IGNORECASE
)
_YEARS = re.compile(r"©|\([cс]\)|\bcopyright\b|\bby\b|\b(?:19|20)\d\d(?:\s?[-–]\s?\d{2,4})?\b", re.IGNORECASE)
_AUTHOR_PARTS = re.compile(r"\s*(?:[,|/;(]| - | – | — | and | und | et | via | with | für | for )\s*", re.IGNORECASE)


def _one(text: str) -> tuple[Wire, ...]:
    """The agencies that a credit names, where the credit names nothing else."""
    text = _YEARS.sub(" ", text).strip(" \t\u00a0.,;:-–—*_()[]")
    text = re.sub(
        r"^(?:the|die|der|l['’]|la|agencia|agence|agentur|agency|agenzia|news agency)\s+(?=\S)",
        "",
        text,
        flags=re.IGNORECASE,
    )
    found = all_named(text) or all_named(re.sub(r"[,\s]+\d[\d./: ]*$", "", text))
    if found:
        return tuple(wire for wire in found if not wire.release) or found
    if len(text.split()) <= 1 and not text.isascii():
        within = inside(text)
        return (within[1],) if within and len(text) <= len(within[0]) + 4 else ()
    return ()


def _ends(body: str, tail: str | None) -> Iterator[str]:
    """The last lines of the text and those that extraction took off it, without the credits of pictures."""
    lines = [line.strip() for line in body.rstrip().rsplit("\n", 12)[-12:] if line.strip()][-_LAST_LINES:]
    if tail:
        lines += [line.strip() for line in tail.split("\n") if line.strip()]
    for line in reversed(lines):
        if not _PICTURE.search(line if len(line) <= 160 else line[-60:]):
            yield line


def _said(line: str) -> tuple[tuple[Wire, ...], str, Confidence] | None:
    """What one line at the end of a text says of its agency."""
    mark = _END_MARK.search(line)
    if mark:
        name = "Kyodo" if mark["who"] else "Xinhua" if mark["enditem"] else "Ritzau"
        wire = named(name)
        return ((wire,), mark[0].strip(), "high") if wire else None
    source = _SOURCE.match(line)
    if source and (wires := _one(source["who"])):
        return wires, line, "high"
    if len(line) <= 60 and not line.endswith("?") and (wires := _one(line)):
        return wires, line, "high"
    bracket = _LAST_BRACKET.search(line)
    if bracket and (wires := _one(bracket["who"])):
        return wires, bracket[0].strip(" ."), "high"
    dash = _LAST_DASH.search(line)
    if dash and (wires := _one(dash["who"])):
        return wires, dash[0].strip(), "high"
    share = _WITH.match(line) if len(line) <= 120 else None
    if share and (wires := _one(share["who"])):
        return wires, line, "medium"
    contributed = _CONTRIBUTED.match(line) if len(line) <= 200 else None
    if contributed and (wires := _one(contributed["who"])):
        return wires, contributed[0].strip(), "medium"
    return None


def _of_authors(authors: tuple[str, ...]) -> Credit | None:
    for author in authors:
        parts = [author, *(part.strip(" )") for part in _AUTHOR_PARTS.split(author)[1:])]
        for part in parts:
            wires = _one(part) if part else ()
            if wires:
                return _credit(wires[:1], author, "high")
    return None


def _credit(wires: tuple[Wire, ...], evidence: str, confidence: Confidence) -> Credit:
    return Credit("/".join(wire.name for wire in wires[:3]), evidence[:200], confidence)


def find(
    *,
    body: str,
    tail: str | None,
    authors: tuple[str, ...],
    dateline: Dateline | None,
    copyright_line: str | None,
    own_agency: str | None,
) -> Credit | None:
    """The agency that a text came from, None where nothing says so.

    `tail`: lines that extraction took off the end of the text. `authors`: as given, organisations among them.
    `own_agency`: the source's own name; on its pages, words that only share the work with another agency, or a
    copyright line, do not take the text from it. Press-release wires count as agencies.
    """
    return (
        _of_dateline(dateline, own_agency)
        or _of_ends(body, tail, "high")
        or _of_authors(authors)
        or _of_unknown(dateline)
        or _of_reporters(body, tail, own_agency)
        or (None if own_agency else _of_ends(body, tail, "medium") or _of_copyright(copyright_line))
    )


def _of_dateline(dateline: Dateline | None, own_agency: str | None) -> Credit | None:
    if dateline is None or not dateline.agency:
        return None
    wires = all_named(dateline.agency)
    if wires:
        return _credit(wires, dateline.text, "high")
    if own_agency and dateline.agency.casefold() == own_agency.casefold():
        return Credit(own_agency, dateline.text, "high")
    return None


def _of_ends(body: str, tail: str | None, wanted: Confidence) -> Credit | None:
    for line in _ends(body, tail):
        said = _said(line)
        if said is not None and said[2] == wanted:
            return _credit(*said)
    return None


def _of_unknown(dateline: Dateline | None) -> Credit | None:
    """A name in a dateline that no list knows: a station, a small agency, a paper."""
    return Credit(dateline.agency, dateline.text, "low") if dateline is not None and dateline.agency else None


def _of_reporters(body: str, tail: str | None, own_agency: str | None) -> Credit | None:
    found = _REUTERS_TAIL.search(tail or "") or _REUTERS_TAIL.search(body[-600:])
    wire = named("Reuters")
    if found is None or wire is None or (own_agency is not None and named(own_agency) is not wire):
        return None
    return _credit((wire,), found[0], "medium")


def _of_copyright(line: str | None) -> Credit | None:
    if not line or not _COPYRIGHT.search(line) or _PICTURE.search(line):
        return None
    text = re.split(r"\ball rights|\balle rechte|[.;]\s", line, maxsplit=1, flags=re.IGNORECASE)[0]
    wires = _one(text)
    return _credit(wires, line.strip(), "medium") if wires else None
