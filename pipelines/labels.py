"""What a paragraph is by its words alone, where these are no words of a story: a label of other stories, promotion, a
credit, a reporters' tail, a time line.

`phrases` only says how such paragraphs begin; sentences of stories begin so, too. So what somebody says in a story is
none of them, a label ends as labels do (a colon, a bar, the end of the line), and a credit or tail
is made of names. In doubt a paragraph is text: a line too many is a smaller fault than a paragraph of a story lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipelines import phrases
from pipelines.text import listed, words

BOX_WORDS, HEADING_WORDS = 60, 14
CREDIT_WORDS, CAPTION_WORDS, SHORT_CREDIT = 25, 12, 6
TAIL_WORDS, TAIL_STRANGERS, TAIL_FEW = 90, 0.25, 2
SHORT_CALL = 5
"""Words of a publisher's call to its readers, at the most, that may stand without a link."""
ADDRESSED = re.compile(
    r"ください|下さい|いただけ|お読みに|ご(?:覧|登録|利用|購読)|こちら|请|請|您|即可|點擊|点击|立即|โปรด|คลิก|กรุณา|សូម|ກະລຸນາ",
)
"""By what a whole sentence speaks to readers in scripts whose words are not parted."""
RULES = re.compile(
    r"\W*(?:©|ⓒ|\(c\)|copyright|all|alle|tous|todos|tutti|wszelkie|все|無断転載|무단전재|版权所有)", re.IGNORECASE
)
"""What begins a line of copyright that is one however it ends; other notes of where a text appeared begin like sentences."""
ROLE = re.compile(
    r"\W{0,2}(?:berichte?|redaktion|reportage|rédaction|redazione|redacción|redação|автор\w*|редактор\w*|haber|editör|editor|reporter)\b",
    re.IGNORECASE,
)
"""Words for whoever wrote a text that begin sentences, too."""
Apart = Callable[[str], bool]
SENTENCE = re.compile(r"[.!?…。！？।؟۔][\"”»’')\]]*$")
STATEMENT = re.compile(r"[.…。।۔][\"”»’')\]]*$")
"""How a sentence that is neither question nor call ends; headlines of other stories are asked and called, too."""
SEPARATED = re.compile(r"[:：|>»→–—\]】-]\s*$")
SEPARATOR = re.compile(r"\s*[:：|>»→–—\]】-]|\s*$|\W*$")
HEADLINE = re.compile(r"[\s“”\"„«‘'¿¡]+(?-i:[^\W_a-zß-öø-ÿа-яёіїє])")
SIGNED = re.compile(
    r"[/©|]|@|\b(?:getty|afp|reuters|ap|epa|dpa|imago|shutterstock|istock|alamy|unsplash|courtesy|handout|screenshot|via|"
    r"archiv\w*|tass|xinhua|wikimedia|ansa|belga|keystone|anadolu)\b",
    re.IGNORECASE,
)
"""What credits of pictures have beside names."""
WORD = re.compile(r"[^\W\d_][\w.'’-]*")
SMALL = frozenset(
    listed(
        "a an and at by for from in of on the to with via le la les de des du d et en par avec à au el los las y e o da do"
    )
    + listed(
        "das dos por com con i il lo di del della von vom der die das den und mit bei aus für im am zu van het een met och"
    )
    + listed("av og af till i na и в во на с из при от под för ved w z oraz ve ile dan di oleh")
    + listed(
        "reporting report writing editing edited written compiled additional further contributed contributing reporter"
    )
    + listed(
        "reporters editor editors newsroom agencies agency staff desk correspondent correspondents bureau this story"
    )
    + listed(
        "article production graphics photos photo photography video translated translation produced reportage rédigé"
    )
    + listed(
        "édité version française reporte reportaje información escrito editado editada traducido traducida español"
    )
    + listed(
        "redacción redação edição reportagem texto redigiert bearbeitet geschrieben bericht redaktion informationen"
    )
    + listed("material agenturmaterial agenturen zusätzlicher berichterstattung redazione cura collaborato hanno ha")
    + listed("автор авторы редактор редакторы перевел перевела подготовил подготовила участии"),
)
"""Words without a capital that stand between the names of a reporters' tail, in the languages of agencies."""


def anywhere(text: str) -> bool:
    """For a text whose make is not known."""
    return bool(text)


def told(text: str) -> bool:
    """Whether somebody says something: the sentence of a story."""
    return phrases.TOLD.search(text) is not None


def read_also(text: str, *, apart: Apart = anywhere) -> bool:
    """Whether a paragraph leads to another story: a label alone, or with that story's headline. `apart`: as in `promotion`."""
    found = phrases.READ_ALSO.match(text) if words(text) <= BOX_WORDS else None
    if found is None:
        return False
    rest = text[found.end() :]
    parted = SEPARATED.search(found[0]) or SEPARATOR.match(rest)
    if not parted and not (rest and HEADLINE.match(rest)):
        return False
    if not STATEMENT.search(text):
        return bool(parted) or (words(text) <= CREDIT_WORDS and apart(text))
    # `More: Sir Thomas was beheaded.` is a story's; `Read also: …` is nobody's sentence, unless somebody says it.
    return bool(parted) and words(found[0]) > 1 and not told(text) and apart(text)


def promotion(text: str, *, apart: Apart = anywhere) -> bool:
    """Whether a publisher speaks of itself, in one of the ways that begin a paragraph. `apart`: whether a paragraph is set
    apart by its make (`signs.Signs`); a sentence that is not is text."""
    size = words(text)
    if size > BOX_WORDS:
        return False
    if phrases.DISCLOSURE.match(text):
        return not told(text)
    if not phrases.PROMOTION.match(text) or told(text):
        return False
    if not SENTENCE.search(text):
        return size <= CAPTION_WORDS or unspaced(text) or apart(text)
    return (ADDRESSED.search(text) is not None if unspaced(text) else size <= SHORT_CALL) or apart(text)


def photo(text: str) -> bool:
    """Whether a line is the credit of a picture: of names, short, or with a sign of one (an agency, a bar, ©)."""
    size = words(text)
    if size > CREDIT_WORDS or not (phrases.PHOTO.match(text) or phrases.AGENCY_PHOTO.match(text)) or told(text):
        return False
    if not phrases.PHOTO.match(text) and strangers(text) > TAIL_FEW:
        return False
    if SIGNED.search(text[1:]) and not (STATEMENT.search(text) and size > CAPTION_WORDS):
        return True
    return size <= SHORT_CREDIT if SENTENCE.search(text) else size <= CAPTION_WORDS or names(text) or unspaced(text)


def copyright_line(text: str, *, apart: Apart = anywhere) -> bool:
    """Whether a line says whose the text is, or where it appeared. `apart`: as in `promotion`."""
    if words(text) > BOX_WORDS or not phrases.COPYRIGHT.match(text) or told(text):
        return False
    return not STATEMENT.search(text) or RULES.match(text) is not None or apart(text)


def tail(text: str) -> bool:
    """Whether a paragraph names the reporters and editors of a text: names, and hardly a word that is none."""
    if words(text) > TAIL_WORDS or not phrases.TAIL.match(text):
        return False
    if ROLE.match(text) and STATEMENT.search(text) and not unspaced(text) and strangers(text):
        return False
    return phrases.CONTRIBUTED.search(text) is not None or unspaced(text) or names(text)


def names(text: str) -> bool:
    """Whether the words of a line are names, but for those that stand between names."""
    size = len(WORD.findall(text))
    return strangers(text) <= max(TAIL_FEW if size > TAIL_FEW + 2 else 0, int(TAIL_STRANGERS * size))


def strangers(text: str) -> int:
    """Words of a line that are no names and do not stand between names."""
    return sum(1 for word in WORD.findall(text) if word[0].islower() and word.rstrip(".").casefold() not in SMALL)


def unspaced(text: str) -> bool:
    """Whether words are counted by characters here, and no rule that counts words holds."""
    return words(text) > 2 * len(text.split()) + 2
