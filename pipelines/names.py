"""The grammar of a byline: from `By A, B and C, Staff Writers in Kiel` to three names. Of texts alone, in many languages."""

from __future__ import annotations

import re
from html import unescape

from pipelines import wires
from pipelines.months import month_of
from pipelines.places import WEEKDAYS
from pipelines.text import letters, listed, squeeze

MAX_WORDS = 5
MAX_NAME = 60
MAX_BYLINE = 1_000


def _either(words: str) -> str:
    """An expression for any of the words of a list, the longest first; `_` stands for a blank in one of them."""
    return "|".join(re.escape(w).replace("_", r"\s+") for w in sorted(listed(words), key=len, reverse=True))


# Words before a name that say who wrote.
_BY = _either(
    """by von par por pour di door av af przez od от oleh bởi yazan escrito_por écrit_par scritto_da geschrieben_von
    من_قبل بقلم بواسطة كتب كتبت إعداد تحرير نوشته نوشته_از به_قلم מאת द्वारा γράφει_ο γράφει_η του της írta piše пише
    scris_de"""
)
_AUTHOR = _either(
    """author authors autor autoren autorin autorinnen autores autora autoras autorka autori autorul auteur auteurs
    auteure autrice autore автор авторы yazar penulis tác_giả लेखक الكاتب نویسنده نویسندگان skribent författare forfatter
    kirjoittaja szerző συντάκτης autorius autors 作者 記者 记者 撰文 文責 執筆 작성자 글 ผู้เขียน เขียนโดย"""
)
_WORK = _either(
    """writer writers reporter reporters journalist journaliste journalistin redacteur redactor redactora redattore redaksi
    redaktor editor reporting text texte texto testo tekst teksti szöveg текст words story report bericht artikel article
    artículo articolo interview entrevista intervista analysis analyse kommentar beitrag reportage blog muhabir haber
    pewarta 取材 文 기자"""
)
_WRITTEN = _either(
    """written reported posted published submitted created compiled geschrieben verfasst veröffentlicht gespeichert publié
    rédigé propos_recueillis publicado escrito pubblicato scritto geplaatst skrevet skriven napsal opublikowane"""
)
_ALSO = rf"(?:\s*(?:und|and|&|/|,|et|y|e|og|och|en)\s*(?:{_AUTHOR}|{_WORK}|{_WRITTEN}|fotos?|photos?|bilder)(?!\w))*"
_LABEL = rf"(?:(?:ein|eine|der|die|das|a|an|the)\s+)?(?:{_AUTHOR}|{_WORK})(?:\s+(?:{_WORK}))?"
LEAD_IN = re.compile(
    rf"^\W{{0,3}}(?:(?:{_LABEL}|{_WRITTEN}){_ALSO}\s*(?:[:：|/／]|(?:{_BY})(?![\w’'])\s*:?)\s*"
    rf"|(?:{_AUTHOR}){_ALSO}\s+|(?:記者|记者|作者|撰文|文責|執筆|通訊員|通讯员)|(?:{_BY})(?![\w’'.])[\s:：]*)(?=\S)",
    re.IGNORECASE,
)
WRITER = re.compile(
    rf"^\W{{0,3}}(?:{_LABEL}{_ALSO}\s*(?:[:：／]|\s(?:{_BY})(?![\w’']))|(?:authors|autoren|autores|auteurs|авторы)\s)\s*",
    re.IGNORECASE,
)
"""A line that says in a word of its own that a writer follows (`Autorin: …`, `Text von …`), wherever it stands."""
_MARKS = re.compile(r"\s*[;|•·●/／,，、；](?!\s*(?:Jr|Sr|Ph\.?\s?D|MD|M\.D|II|III|IV)\b)\s*")
_AND = re.compile(
    r"\s(?:and|und|et|och|og|en|&|with|mit|avec|con|ve|dan|và|ja|és|și|та|и|і|و|και|i|y|e|a|sowie|AND|UND|ET|Y|E)\s"
)
_ALSO_IN_NAMES = frozenset(listed("y e i a en"))
_DOTTED = re.compile(r"(?<=[\u3400-\u9fff])・(?=[\u3400-\u9fff])")
_CJK_ROLE = re.compile(
    r"(?:[\s　]*(?:特約|本報|本报|専門|駐[\u3400-\u9fff]{1,4}|驻[\u3400-\u9fff]{1,4}"
    r"|[\u30a0-\u30ff]{2,12}(?=支局長|特派員))?(?:"
    + _either(
        "記者 记者 撰 報導 报道 綜合報導 編輯 编辑 特派員 支局長 論説委員 編集委員 기자 특파원 통신원 논설위원 인턴기자"
    )
    + "))+$"
)
_CJK_PLACE = re.compile(r"^[\u3400-\u9fff]{2,6}(?:綜合)?(?:報導|报道|專電|电)$")
_ROLES = _either(
    """correspondent reporter editor writer journalist columnist producer contributor photographer redakteur redakteurin
    korrespondent korrespondentin kolumnist kolumnistin corresponsal redactor redactora periodista correspondant
    correspondante journaliste rédacteur rédactrice corrispondente giornalista корреспондент обозреватель muhabiri
    dziennikarz verslaggever professor professorin director direktor direktorin geschäftsführer geschäftsführerin analyst
    leiter leiterin projektleiter projektleiterin autor autorin author"""
)
_FIELD = _either(
    """political politics health science business economics economy finance financial technology tech security defence
    defense diplomatic environment climate energy education legal crime court courts religion royal arts culture
    entertainment media sports sport football travel transport investigations investigative data breaking general local
    regional national international world global home foreign city community religious affairs news video digital online
    middle far north south east west central latin europe european africa african asia asian america american pacific
    un eu us uk white_house daily weekly our own politischer politische chefe jefe"""
)
_ROLE = re.compile(
    r"\s*(?:[,(–—|-]\s*|\s)\(?(?:staff|senior|chief|deputy|associate|assistant|political|special|foreign|freelance)\b.*$"
    rf"|\s*[,(–—|-]\s*(?:\w+\s){{0,3}}(?:{_ROLES})s?\b.*$|(?<!\bthe)(?<!\bto)(?<!\bour)\s(?:(?:{_FIELD})\s){{0,4}}(?:{_ROLES})s?\b.*$",
    re.IGNORECASE,
)
_FIELDS = re.compile(rf"(?<!\w)(?:{_FIELD})(?!\w)", re.IGNORECASE)
_ROLE_ALONE = re.compile(
    rf"^(?:\w+\s){{0,3}}(?:staff|{_ROLES})s?(?:\s(?:in|at|for|of|für|der|des|de|chief)\b.*)?$", re.I
)
# `Door onze correspondent Jan de Vries`, `Von unserem Korrespondenten in Rom, Jan Müller`; `Xinhua writers Li Ming, Wang Wei`.
_OUR = re.compile(
    r"(?:our|onze|unser\w{0,2}|notre|nos|nuestr[oa]s?|noss[oa]s?|nostr[oaie]|vår|vores|nasz\w{0,3}|наш\w{0,3})\s+(?:own\s+|special\s+|chief\s+)?"
    r"(?:correspondents?|korrespondent\w{0,4}|correspondant\w{0,2}|corresponsal\w{0,2}|corrispondent[ei]|correspondente\w?|reporter\w{0,3}"
    r"|redakteur\w{0,4}|journalist\w{0,4}|redactor\w{0,2}|корреспондент\w{0,3}|envoyée?s?\s+spéciale?s?(?:aux)?|inviat[oaie])"
    r"(?:\s+(?:in|aus|à|en|a|da|в|te)\s+[^\s,:]+[,:])?[\s:]+(?=\w\S*\s+\w)",
    re.IGNORECASE,
)
_OF_AGENCY = re.compile(
    r"(?P<agency>\w[\w.-]*(?:\s\w[\w.-]*){0,2}?)\s+(?:staff\s+)?(?:writer|reporter|correspondent|journalist)s?[\s:]+(?=\w)",
    re.IGNORECASE,
)
# Another's part in a byline of several: `Penulis: Budi Laut | Editor: Siti Laut`, `作者：李明 编辑：张三`.
_EDITED = re.compile(
    r"(?<=\S)\s*[|•·,，;；/（(–—-]?\s*(?<!\w)(?:editors?|redaktur|penyunting|editora?s?|redaktionelle\s+bearbeitung|redazione|redacteur|éditeur|редактор"
    r"|编辑|編輯|编审|责编|責編|责任编辑|責任編輯|校对|편집|데스크)\s*[:：／].*$",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"(?<=[a-zà-ÿ])\s+[B-DF-HJ-NP-TV-XZ]{3,5}(?:\s+[Nn]ews)?$")
_REPORTERS = re.compile("^\\W{0,3}(?:[\u3400-\u9fff]{2,5}社|本报|本社)?(?:记者|通讯员)[\\s　:：]*(?=[\u3400-\u9fff])")
_HAN_NAMES = re.compile("[\u3400-\u9fff]{2,4}(?:[\\s　]+[\u3400-\u9fff]{2,4})+")
_KOREAN = (
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소"
)
_KOREAN_NAMES = re.compile(f"[{_KOREAN}][가-힣]{{2}}(?:\\s+[{_KOREAN}][가-힣]{{2}})+")
EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,100}\.\w+")
HANDLE = re.compile(r"(?<!\w)@\w+")
_GLUED = re.compile(r"^(?:By|Von|Par|Por|Author|Autor|Auteur|Автор:?)(?=[A-Z][a-zà-ÿ.])")
# From a day or a time on, a byline speaks of when.
_WHEN = re.compile(
    r"\s*(?:[|•·,–—-]\s*)?(?:\b(?:(?:am\s|on\s)?(?:"
    + "|".join(re.escape(day) for day in sorted(WEEKDAYS) if len(day) > 3)
    + r")\b"
    r"|(?:published|updated|posted|veröffentlicht|publié|publicado|aktualisiert|last updated|güncelleme|datum)\b"
    r"|(?:am|on|le|el|il|em|den|stand|at|um)[\s:]+\d|(?:on )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d)"
    r"|(?<!\w)\d{1,2}[.:/ -]|(?<!\w)\d{4}).*$",
    re.IGNORECASE,
)
_ILLUSTRATED = re.compile(
    r"\s*(?:[|•·,;/–—(-]\s*)?\b(?:illustrations?|fotos?|photos?|photograph(?:y|s|er|ed)?|bild(?:er)?|images?|video"
    r"|grafik|graphics?|translat\w+|übersetz\w+|traduc\w+|edit(?:ed|ing))\b.*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\s(?:from|for|aus|in|at|of\s+the|für|pour|para|per|special\s+to|à|en)\s.*$|\s*[–—]\s.*$|\s-\s\S+(?:\s\S+)?$|\s*\(.*$|\s+\|.*$"
)
_ADDRESS = re.compile(r"https?:|www\.|\b[A-Za-z0-9-]{3,}\.[a-z]{2,6}\b")
_NOT_A_NAME = re.compile(
    r"https?:|www\.|[<>{}=\[\]@#_\d?!%+*\\]|\.(?:com|org|net|de|co|fr|ru|news|at|ch|uk|it|es|io|tv|info|eu)\b|:\s|[.…]{2}",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    listed(
        "van von der den de del della di da dos das do du des la le el al bin ibn ben abu zu zur vom ter ten y e i af av"
    )
)
_SHORT_DAYS = frozenset(
    listed("mon tue tues wed thu thur thurs fri sat sun mo di mi do fr sa so lun mar mer jeu ven sam dim")
)
_SUFFIXES = frozenset(listed("jr sr ii iii iv phd md"))
_KATAKANA = re.compile("^[\u30a0-\u30ff・＝\\s]+$")
_CJK_OTHER = re.compile(
    "を|新聞|通信|編集|編輯|编辑|分野|専門|記事|ニュース|公司|网站|網站|委員会|協会|大学|기사|신문|뉴스|(?:部|社|局|網|网|报|報|者|人|会|會)$"
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PEN_NAME = re.compile(r"[\w.-]+")
_STRIP = " .,:;-–—|*\"'()[]/•·　：，"


def split(text: str) -> list[str]:
    """`By A, B and C, Staff Writers` -> [A, B, C]; nothing where an address stands among them, for then the list is a
    publisher with his town. Of several parts those of one word, and
    those in capitals beside others that are not, are places, marks or agencies."""
    text = HANDLE.sub(" ", EMAIL.sub(" ", squeeze(unescape(text[:MAX_BYLINE]))))
    if _ADDRESS.search(text):
        return []
    reporters = _REPORTERS.match(text) is not None
    text = led(_GLUED.sub("", _REPORTERS.sub("", _EDITED.sub("", text))))
    text = _ILLUSTRATED.sub("", _WHEN.sub("", text))
    text = _introduced(led(text))
    if reporters:
        text = _HAN_NAMES.sub(lambda names: "、".join(names[0].split()), text)
    elif "기자" in text:
        text = _KOREAN_NAMES.sub(lambda names: "、".join(names[0].split()), text)
    parts = [
        name
        for part in _parts(text)
        if not _CJK_PLACE.search(part)
        and (name := _trimmed(part))
        and not _ROLE_ALONE.match(name)
        and not _only_role(part, name)
    ]
    if len(parts) > 1 and any(" " in part for part in parts):
        parts = [part for part in parts if " " in part or _CJK.search(part)]
    if any(part.isupper() for part in parts):
        parts = [part for part in parts if not _of_house(part)]  # `JANE MILLER, Associated Press` is no mix of letters
    if any(_mixed(part) for part in parts):
        parts = [part for part in parts if _mixed(part) or not part.isupper()]
    return [part.title() if part.isupper() and " " in part else part for part in parts]


def _of_house(part: str) -> bool:
    """Whether a part is an agency, or one with more (`AP Auto` is left of a role), and no person's name as well."""
    first = part.partition(" ")[0]
    return bool(wires.all_named(part) or (first.isupper() and wires.named(first))) and not wires.is_common(part)


def _introduced(text: str) -> str:
    """A byline without what names, before the people, whose they are: `our correspondent`, `Xinhua writers`."""
    if (ours := _OUR.match(text)) is not None:
        return text[ours.end() :]
    said = _OF_AGENCY.match(text)
    return text[said.end() :] if said is not None and wires.named(said["agency"]) else text


def _only_role(part: str, name: str) -> bool:
    """A role whose adjective is left as if it were a name: `Health Reporter`, `Middle East Correspondent`."""
    return _ROLE_ALONE.match(part.strip(_STRIP)) is not None and (" " not in name or _FIELDS.search(name) is not None)


def _mixed(part: str) -> bool:
    return " " in part and any(c.islower() for c in part) and any(c.isupper() for c in part)


def led(text: str) -> str:
    """A byline without the words before the name; unchanged where nothing else stands in it."""
    for _ in range(2):
        match = LEAD_IN.match(text)
        if match is None or not text[match.end() :].strip():
            return text
        text = text[match.end() :]
    return text


def _parts(text: str) -> list[str]:
    """Parted at marks and at words for `and`; a word that names may contain (`Ortega y Gasset`, `Costa e Silva`) parts
    only what has two words on both sides."""
    found: list[str] = []
    for piece in _MARKS.split(_DOTTED.sub("、", text)):
        rest = f" {piece}"  # "A, B, and C"
        while (match := _AND.search(rest)) is not None:
            left, right = rest[: match.start()].strip(), rest[match.end() :].strip()
            if match[0].strip().casefold() in _ALSO_IN_NAMES and (
                len(left.split()) < 2 or len(right.split()) < 2 or not right[:1].isupper()
            ):
                break
            found.append(left)
            rest = right
        found.append(rest.strip())
    return found


def _trimmed(name: str) -> str:
    name = led(name.strip(_STRIP)).strip(_STRIP)
    name = _HOUSE.sub("", _unhoused(_ROLE.sub("", name).strip(_STRIP)))
    return _CJK_ROLE.sub("", _FROM.sub("", name)).strip(_STRIP)


def _unhoused(name: str) -> str:
    """A name of two words and more without the agency that follows it: `JANE MILLER Associated Press`, `Jane Miller AFP`."""
    words = name.split()
    for size in (3, 2, 1):
        last = " ".join(words[-size:])
        if len(words) >= size + 2 and (size > 1 or last.isupper()) and wires.named(last) and not wires.is_common(last):
            before = " ".join(words[:-size])
            if size > 1 or not before.isupper():
                return before.strip(_STRIP)
    return name


def shaped(name: str) -> bool:
    """Whether a text has the shape of one person's name: two to five words, or one, that begin with capitals where the
    script has them, without digits or marks."""
    if _NOT_A_NAME.search(name) or len(name) > MAX_NAME or len(name) < (2 if _CJK.search(name) else 3):
        return False
    if of_calendar(name):
        return False
    if _CJK.search(name):
        return len(name.replace(" ", "")) <= (24 if _KATAKANA.search(name) else 8) and not _CJK_OTHER.search(name)
    words = name.split()
    own = [word for word in words if word.casefold().strip(".") not in _PARTICLES | _SUFFIXES]
    if not own or len(own) > MAX_WORDS or len(words) > MAX_WORDS + 2:
        return False
    last = words[-1].casefold().strip(".")
    return all(map(_capital, own)) and (last not in _PARTICLES or len(words) == 1) and bool(letters(name))


def _capital(word: str) -> bool:
    first = next((c for c in word if c.isalpha()), "")
    return bool(first) and (not first.islower() or any(c.isupper() for c in word))


def uncased(name: str) -> bool:
    """Whether a name is of a script without capitals."""
    return not any(c.isupper() or c.islower() for c in name)


def pen_name(name: str) -> bool:
    """Whether one word can be a pen name: letters, digits, dots, underscores and hyphens, with a letter."""
    return _PEN_NAME.fullmatch(name) is not None and any(c.isalpha() for c in name)


def of_calendar(name: str) -> bool:
    """Whether one word is the name of a month or a day of the week."""
    return name.casefold().strip(".") in WEEKDAYS | _SHORT_DAYS or (" " not in name and bool(month_of(name)))
