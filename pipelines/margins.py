"""What a single line above or under a text is: the headline again, when and by whom it was written, how to reach the
author, who that is, a note of the publisher. Pure questions about one paragraph; `trims` asks them in the right places."""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines import labels, phrases
from pipelines.instants import PATTERNS
from pipelines.text import fold, letters, likeness_of, listed, words

MAX_HEADLINE_WORDS = 40
SAME, SAME_LEAD = 0.9, 0.95
"""Likeness of a line and a headline, or the standfirst, from which on they are the same."""
MAX_KICKER_WORDS, KICKED = 5, 4
"""Words of a kicker, at the most, and of the headline under it, at the least."""
MAX_META_WORDS, LONGEST_META = 16, 48
"""Words of a line about a text, at the most; where each character counts as a word, characters of one that is no sentence."""
LONGEST_LINE = 1_000
"""Characters, at the most, of a line about a text, whatever its words are."""
MAX_CONTACT_WORDS = 15
CONTACT_STRANGERS = 2
TIME_LEFT, DATED_LEFT, YEAR_LEFT, TIME_SIGNS, TIME_STRANGERS = 5, 6, 2, 12, 2
"""Words, at the most, beside the date of a time line, with and without a label; characters where each counts as a word."""
MAX_NOTE_WORDS = 60
MAX_BIOGRAPHY_WORDS = 120
UNDER = 2
"""Paragraphs of text, at the most, that may stand below a line about author or text."""
SENTENCE = labels.SENTENCE
CLOCK = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3])\s?[:.h時时시点]\s?[0-5]\d(?!\d)")
DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|(?:19|20)\d\d\s?[年년])(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d\s?[年년]\s?\d{1,2}\s?[月월]"
    r"|(?<!\w)\d{1,2}\.? [^\W\d]{3,12}\.? (?:de )?(?:19|20)\d\d(?!\d)"
    r"|(?<!\w)[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?, (?:19|20)\d\d(?!\d)"
)
FILLER = re.compile(
    r"\b(?:on|at|am|um|uhr|le|la|las|el|il|den|kl|by|von|par|por|de|às|em|the|a|à|o|в|от|et|est|edt|gmt|utc|msk|ist|cet|cest|"
    r"bst|pst|pdt|jst|kst|pm|h|godz|ore|updated|published|last|modified|first|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|lundi|mardi|mercredi|jeudi|"
    r"vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|(?:segunda|terça|quarta|quinta|sexta)-feira|"
    r"lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|"
    r"poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar|"
    r"(?:maan|dins|woens|donder|vrij|zater|zon)dag|(?:mån|tis|ons|tors|fre|lör|sön)dag)\b",
    re.IGNORECASE,
)
"""What stands between label, date and clock."""
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BY = r"(?:by|von|par|por|di|door|av|af|przez"
_CAPITAL = r"(?-i:[^\W\d_a-zß-öø-ÿ])"
NAME_LINE = re.compile(
    rf"{_BY})\s+{_CAPITAL}[\w.'’-]+(?:[\s,&]+(?:(?:and|und|et|y|e|en|och|og|i)\s+)?{_CAPITAL}[\w.'’-]*){{1,6}}",
    re.IGNORECASE,
)
AND = re.compile(r"\s*[,&]\s*|\s+(?:and|und|et|y|e|en|och|og|i)\s+")
TITLED = frozenset(listed("And Und Et Or Of The In On For To A An Der Die Das El La Los Las Le Les Un Una Une"))
"""What has a capital in a headline and in no name."""
BYLINE = re.compile(rf"^{_BY}|текст|автор|text|texte|autor)\b[:\s]+\S.{{2,80}}$", re.IGNORECASE)
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}|(?:twitter|x|bsky)\.com/\w{2,30}")


def above(text: str, headlines: tuple[str, ...], names: list[str], lead: str | None) -> str | None:
    """The rule by which one of the first paragraphs is no text: `headline`, `lead`, `time line`, `byline`. `names`: the
    authors', folded."""
    plain, size = letters(text), words(text)
    titles = [title for headline in headlines if (title := _plain(headline))]
    if plain in titles:
        return "headline"
    if size <= MAX_HEADLINE_WORDS and any(
        likeness_of(plain, title, least=SAME) >= SAME or _under_kicker(plain, title) for title in titles
    ):
        return "headline"
    if lead and (plain == _plain(lead) or likeness_of(plain, _plain(lead), least=SAME_LEAD) >= SAME_LEAD):
        return "lead"
    if len(text) > LONGEST_LINE or (size > MAX_META_WORDS and (len(text) > LONGEST_META or SENTENCE.search(text))):
        return None
    bare = text.strip(" |·•-–—.:")
    if time_line(text) or any(pattern.fullmatch(bare) for pattern in PATTERNS) or dated(text):
        return "time line"
    if NAME_LINE.fullmatch(bare) and _full_names(bare):
        return "byline"
    if names and (fold(text) in names or (BYLINE.match(text) and any(name in fold(text) for name in names))):
        return "byline"
    return None


_plain = lru_cache(maxsize=16)(letters)
"""A page's few headlines and its lead are asked for with each of its first paragraphs."""


def _under_kicker(plain: str, headline: str) -> bool:
    """Whether a line is a kicker of a few words and the headline; both as `letters`."""
    kicker = plain.removesuffix(f" {headline}")
    return headline.count(" ") >= KICKED - 1 and kicker != plain and len(kicker.split()) <= MAX_KICKER_WORDS


def _full_names(line: str) -> bool:
    """Whether a byline's names are of two words or more: `Von Kiel, Merkel und Scholz` begins a headline."""
    names = [name.split() for name in AND.split(line.split(maxsplit=1)[1])]
    return all(len(name) > 1 for name in names) and not any(word in TITLED for name in names for word in name)


def time_line(text: str) -> bool:
    """Whether a line only says when: beside label, date and clock hardly a word is left."""
    if words(text) > MAX_META_WORDS or not phrases.UPDATED.match(text) or labels.told(text):
        return False
    if labels.unspaced(text) and SENTENCE.search(text):
        return False
    over = left(text)
    if not (DATE.search(text) or CLOCK.search(text)) and YEAR.search(text):
        return over <= YEAR_LEFT
    if labels.strangers(FILLER.sub(" ", CLOCK.sub(" ", DATE.sub(" ", text)))) > TIME_STRANGERS:
        return False
    return over <= (TIME_SIGNS if labels.unspaced(text) else TIME_LEFT - 2 * bool(SENTENCE.search(text)))


def dated(text: str) -> bool:
    """Whether a line is made of a date, a clock (or a bar) and names."""
    if not DATE.search(text) or not (CLOCK.search(text) or "|" in text) or SENTENCE.search(text) or labels.told(text):
        return False
    rest = FILLER.sub(" ", CLOCK.sub(" ", DATE.sub(" ", text)))
    strange = any(word[0].islower() and word.casefold() not in labels.SMALL for word in labels.WORD.findall(rest))
    return left(text) <= (TIME_SIGNS if labels.unspaced(text) else DATED_LEFT) and not strange


def left(text: str) -> int:
    """Words of a line that are neither date nor clock nor what stands between such."""
    return words(re.sub(r"\d+", " ", FILLER.sub(" ", CLOCK.sub(" ", DATE.sub(" ", text)))))


def under(text: str, below: int, names: list[str]) -> str | None:
    """The rule by which a line under the text is none: `contact`, `note`, `biography`. `below`: how many paragraphs of
    text stand below it; `names`: the authors', folded, those of several words."""
    size = words(text)
    if below > UNDER or size > MAX_BIOGRAPHY_WORDS:
        return None
    if size <= MAX_CONTACT_WORDS and MAIL.search(text) and _reaches_author(text, names):
        return "contact"
    if size <= MAX_NOTE_WORDS and phrases.NOTE.match(text) and not labels.told(text):
        return "note"
    if names and size > 6 and fold(text[:200]).lstrip("•*-– ").startswith(tuple(names)):
        return "biography"
    return None


def _reaches_author(text: str, names: list[str]) -> bool:
    """Whether a line with an address is of names and addresses alone, not an appeal to write to somebody: police that
    look for witnesses are news."""
    rest = MAIL.sub(" ", text)
    if SENTENCE.search(rest[:-1].rstrip(" .")) or phrases.AUTHORITY.search(text):
        return False
    return any(name in fold(text) for name in names) or labels.strangers(rest) <= CONTACT_STRANGERS
