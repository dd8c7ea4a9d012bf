"""What a single line above or under a text is: the headline again, when and by whom it was written, how to reach the
author, who that is, a note of the publisher. Pure questions about one paragraph; `trims` asks them in the right places."""

from __future__ import annotations

import re

from pipelines import phrases
from pipelines.instants import PATTERNS
from pipelines.text import fold, letters, likeness, words

MAX_HEADLINE_WORDS = 40
MAX_KICKER_WORDS, KICKED = 5, 4
"""Words of a kicker, at the most, and of the headline under it, at the least."""
MAX_META_WORDS, LONGEST_META = 16, 48
"""Words of a line about a text, at the most; where each character counts as a word, characters of one that is no sentence."""
MAX_CONTACT_WORDS = 15
MAX_NOTE_WORDS = 60
MAX_BIOGRAPHY_WORDS = 120
UNDER = 2
"""Paragraphs of text, at the most, that may stand below a line about author or text."""
SENTENCE = re.compile(r"[.!?…。！？।؟۔][\"”»’')\]]*$")
CLOCK = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3])\s?[:.h時时시点]\s?[0-5]\d(?!\d)")
DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|(?:19|20)\d\d\s?[年년])(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d\s?[年년]\s?\d{1,2}\s?[月월]"
    r"|(?<!\w)\d{1,2}\.? [^\W\d]{3,12}\.? (?:de )?(?:19|20)\d\d(?!\d)"
    r"|(?<!\w)[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?, (?:19|20)\d\d(?!\d)"
)
_BY = r"(?:by|von|par|por|di|door|av|af|przez"
_CAPITAL = r"(?-i:[^\W\d_a-zß-öø-ÿ])"
NAME_LINE = re.compile(
    rf"{_BY})\s+{_CAPITAL}[\w.'’-]+(?:[\s,&]+(?:(?:and|und|et|y|e|en|och|og|i)\s+)?{_CAPITAL}[\w.'’-]*){{1,6}}",
    re.IGNORECASE,
)
BYLINE = re.compile(rf"^{_BY}|текст|автор|text|texte|autor)\b[:\s]+\S.{{2,80}}$", re.IGNORECASE)
MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}|(?:twitter|x|bsky)\.com/\w{2,30}")


def above(text: str, headlines: tuple[str, ...], names: list[str], lead: str | None) -> str | None:
    """The rule by which one of the first paragraphs is no text: `headline`, `lead`, `time line`, `byline`. `names`: the
    authors', folded."""
    plain, size = letters(text), words(text)
    if any(plain == letters(headline) for headline in headlines if letters(headline)) or (
        size <= MAX_HEADLINE_WORDS and any(likeness(text, headline) >= 0.9 for headline in headlines)
    ):
        return "headline"
    if size <= MAX_HEADLINE_WORDS and any(_under_kicker(plain, letters(headline)) for headline in headlines):
        return "headline"
    if lead and (plain == letters(lead) or likeness(text, lead) >= 0.95):
        return "lead"
    if size > MAX_META_WORDS and (len(text) > LONGEST_META or SENTENCE.search(text)):
        return None
    bare = text.strip(" |·•-–—.:")
    if phrases.UPDATED.match(text) or any(pattern.fullmatch(bare) for pattern in PATTERNS):
        return "time line"
    if DATE.search(text) and (CLOCK.search(text) or "|" in text):
        return "time line"
    if NAME_LINE.fullmatch(bare):
        return "byline"
    if names and (fold(text) in names or (BYLINE.match(text) and any(name in fold(text) for name in names))):
        return "byline"
    return None


def _under_kicker(plain: str, headline: str) -> bool:
    """Whether a line is a kicker of a few words and the headline; both as `letters`."""
    kicker = plain.removesuffix(f" {headline}")
    return headline.count(" ") >= KICKED - 1 and kicker != plain and len(kicker.split()) <= MAX_KICKER_WORDS


def under(text: str, below: int, names: list[str]) -> str | None:
    """The rule by which a line under the text is none: `contact`, `note`, `biography`. `below`: how many paragraphs of
    text stand below it; `names`: the authors', folded, those of several words."""
    size = words(text)
    if below > UNDER or size > MAX_BIOGRAPHY_WORDS:
        return None
    if size <= MAX_CONTACT_WORDS and MAIL.search(text) and not SENTENCE.search(MAIL.sub("", text)[:-1].rstrip(" .")):
        return "contact"
    if size <= MAX_NOTE_WORDS and phrases.NOTE.match(text):
        return "note"
    if phrases.BIOGRAPHY.match(text) or (
        names and size > 6 and fold(text[:200]).lstrip("•*-– ").startswith(tuple(names))
    ):
        return "biography"
    return None
