"""Whether two texts of one article say the same: typography, encoding, counters and what stands around a text do not count.

A template that changes, or a box that comes and goes, changes what extraction gives; it is no news. Compared are the words
of title, lead and body, without the furniture: the paragraphs that `phrases` knows (promotion, links to other stories,
credits of pictures, time lines, copyright), and, of those that only one of the two texts has, the labels and headlines
that are no sentence. A lead that the other text prints in its body, or has not, does not count either.

So much is only asked of the first `fingerprint.LONGEST` characters and MOST_PARAGRAPHS of a body; what follows must be
the same as it stands.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines import dateline, fingerprint, labels, margins, phrases
from pipelines.labels import STATEMENT

if TYPE_CHECKING:
    from storage.models import Article, KnownArticle, Wording

LABEL_WORDS = 20
RUN_WORDS = 5
MOST_LABELS = 5
UNDER = 3
BEFORE_LABEL = 3
BEFORE_DATELINE = 4
MOST_PARAGRAPHS = 1000
BOX_CHARACTERS = 1000
NO_NEWS_WORDS = 30
"""Words of a paragraph, at the most, that may be nothing but counters and a dateline."""
NOTHING = fingerprint.text_hash("")
NO_STOPS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese and Khmer write no full stop
_DIGIT = re.compile(r"\d")
SENTENCE_END = re.compile(r"[.!?…。！？।؟۔:;][\"”»’')\]]*$")
CURRENCIES = {"$": " dollar ", "€": " euro ", "£": " pound ", "¥": " yen ", "₽": " rouble ", "₹": " rupee "}
CURRENCY = re.compile("[" + "".join(CURRENCIES) + "]")
THOUSANDS = re.compile(r"(?<=\d)[,.\u00a0\u202f’' ](?=\d{3}(?!\d))")
SIGNED = re.compile(r"(?<![\w)])[-−–](?=\d)")
MOJIBAKE = re.compile("[ÃÂâÐÑÎÏ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
FOREIGN = re.compile(r"[^\x00-\x7f]+")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
ACCENTS = re.compile("[\u0300-\u036f]")
SUFFIX = re.compile(r" [-–—|•·] [^-–—|•·]{2,40}$")  # of a title whose blanks are collapsed
# A publisher that speaks to its readers, at the beginning of a sentence; only asked of what one text has alone, and of
# what nobody says. A reader is told what to do with something of the publisher's, close by.
PROMOTION = re.compile(
    r"(?:^[^\w“”\"«»„]{0,3}|[.!?:…]\s+)(?:"
    r"(?:sign up|subscribe|register(?: now| here)?)\b[^.!?]{0,60}\b(?:our|newsletter|inbox|letter|channel|podcast|alerts?)\b|"
    r"follow (?:us|our \w+|@\w+)(?: on\b| at\b| for\b|\W*$)|"
    r"join (?:us on|our (?:channel|telegram|whatsapp|community|newsletter))|"
    r"our (?:newsletter|app|telegram|whatsapp|channel|podcast|youtube) (?:is|has|brings|gives|sends)\b[^.!?]{0,60}\byour?\b|"
    r"download (?:the|our)\b[^.!?]{0,30}\bapp|click here\b(?!:)|support (?:our|independent) (?:journalism|newsroom)|"
    r"for more (?:news|stories|information|coverage),? (?:visit (?:our|us|www|http)|see our|go to our|"
    r"follow (?:us|our|@)|read our)|"
    r"read (?:the )?(?:full|original) (?:story|article)(?: here| on|\W*$)|"
    r"(?:more|full|our) coverage (?:of [^.]{2,60}$|here\b)|"
    r"abonnieren sie (?:unser|jetzt|hier|den newsletter)|folgen sie uns|"
    r"unser(?:en|e)? (?:newsletter|app|kanal)\b[^.!?]{0,60}\b(?:sie|ihnen)\b|"
    r"abonnez-vous|suivez[- ]nous|"
    r"suscr[ií]b(?:ete|ase) (?:a|al|en|aquí)\b|s[ií]g(?:ue|a)nos|"
    r"siga-nos|assine (?:a nossa|nossa|o boletim|a newsletter)|iscriviti (?:alla|al canale|qui)|seguici|"
    r"подпи(?:сывайтесь|шитесь) на|наш (?:телеграм|telegram)|bizi takip edin|abone olun|"
    r"ikuti kami|تابعونا على|اشترك(?:وا)? في (?:نشرت|قنات)|volg ons(?: op| via|\W*$)|obserwuj nas)|"
    r"关注我们(?=\W*$|的微信|的公众号)|扫码关注|フォローしてください|구독하기",
    re.IGNORECASE,
)
KNOWN = (labels.read_also, labels.promotion, labels.copyright_line, labels.photo, margins.time_line)
HEADINGS = ((labels.HEADING_WORDS, "AFTERWARDS"), (12, "BOX"))
"""Words at the most, and which of `phrases` it begins with."""


def same(article: Article, known: KnownArticle | Wording) -> bool:
    """Whether `article` says what the stored text says."""
    if not _same_title(article.title, known.title):
        return False
    told = texts(article, known)
    return told is not None and told[0] == told[1]


def texts(article: Article, known: KnownArticle | Wording) -> tuple[str, str] | None:
    """The words of both texts without furniture; None where they have nothing in common, different leads, or other words
    behind those that are compared."""
    (own, rest), (stored, other_rest) = _parted(article.body), _parted(known.body)
    if rest != other_rest:
        return None
    mine, theirs = _text(own), _text(stored)
    if bool(mine.essences) != bool(theirs.essences) or not (mine.words & theirs.words or mine.words == theirs.words):
        return None
    if _other_lead(article.lead, known.lead, mine, theirs):
        return None
    labels = (mine.labels(theirs), theirs.labels(mine))
    if all(labels) or max(map(len, labels)) > MOST_LABELS:
        labels = (set(), set())  # one list for another, or a list: text
    leads = {plain(text) for text in (article.lead, known.lead) if text}
    return mine.without(theirs, labels[0], leads), theirs.without(mine, labels[1], leads)


def contains(article: Article, known: KnownArticle) -> bool:
    """Whether the whole stored text stands in `article`."""
    (own, rest), (stored, other_rest) = _parted(article.body), _parted(known.body)
    words = _text(stored).running
    return other_rest in {"", rest} and bool(words.strip()) and words in _text(own).running


class _Text:
    """A text's paragraphs without its dateline, with the words of each."""

    def __init__(self, body: str) -> None:
        lines = [paragraph for line in _repaired(body).split("\n") if (paragraph := line.strip())]
        # A lead that is printed in the body, advisories and bylines stand before the paragraph that the dateline opens.
        self.paragraphs = [*_undated(lines[:BEFORE_DATELINE]), *lines[BEFORE_DATELINE:]]
        self.essences = [plain(paragraph) for paragraph in self.paragraphs]
        self.running = f" {' '.join(filter(None, self.essences))} "
        self.words = frozenset(self.running.split())
        self._set = frozenset(self.essences)
        running = self.running.split()
        self._runs = frozenset(zip(*(running[at:] for at in range(RUN_WORDS + 1)), strict=False))

    def _holds(self, essence: str) -> bool:
        if essence in self._set:
            return True
        opening = tuple(essence.split(maxsplit=RUN_WORDS + 1)[: RUN_WORDS + 1])
        return opening in self._runs and f" {essence} " in self.running

    def labels(self, other: _Text) -> set[int]:
        """The places of the paragraphs that only this text has and that are no sentence."""
        return {
            place
            for place, (paragraph, essence) in enumerate(zip(self.paragraphs, self.essences, strict=True))
            if essence
            and essence.count(" ") < LABEL_WORDS
            and not (SENTENCE_END.search(paragraph) or NO_STOPS.search(paragraph) or _DIGIT.search(paragraph))
            and self._headed(place)
            and not other._holds(essence)
        }

    def _headed(self, place: int) -> bool:
        """Whether a line stands where labels do: over a paragraph, but not over the text, or under a known label. A line
        that is added above or under a text may be what the newsroom has to say."""
        above = next((p for p in reversed(self.paragraphs[max(0, place - BEFORE_LABEL) : place]) if p), "")
        return bool(above) and (
            _boxed(above)[0]
            or any(SENTENCE_END.search(below) for below in self.paragraphs[place + 1 : place + 1 + UNDER])
        )

    def without(self, other: _Text, labels: set[int], leads: set[str]) -> str:
        """The words of all paragraphs that are text, in one line; a lead may stand in the one body and beside the other."""
        kept = (
            essence
            for place, (paragraph, essence) in enumerate(zip(self.paragraphs, self.essences, strict=True))
            if place not in labels and essence not in leads and not _furniture(paragraph, shared=other._holds(essence))
        )
        return " ".join(filter(None, kept))


@lru_cache(maxsize=4)
def _text(body: str) -> _Text:
    """Kept for a moment: one body is compared with all the texts of an article."""
    return _Text(body)


def _parted(body: str) -> tuple[str, str]:
    """What is compared word by word, and what stands behind it."""
    head = body[: fingerprint.LONGEST]
    size = sum(len(line) + 1 for line in head.split("\n")[:MOST_PARAGRAPHS]) - 1
    return head[:size], body[size:].strip()


def _other_lead(one: str | None, other: str | None, mine: _Text, theirs: _Text) -> bool:
    """Whether both have a lead, and neither is the other's or stands in its body."""
    first, second = plain(one or ""), plain(other or "")
    if not first or not second or first == second:
        return False
    return f" {first} " not in theirs.running and f" {second} " not in mine.running


def _same_title(one: str, other: str) -> bool:
    if one[BOX_CHARACTERS:] != other[BOX_CHARACTERS:]:
        return False
    one, other = one[:BOX_CHARACTERS], other[:BOX_CHARACTERS]
    first, second = plain(one), plain(other)
    return first == second or plain(_without_suffix(one)) == second or first == plain(_without_suffix(other))


def _without_suffix(title: str) -> str:
    return SUFFIX.sub("", " ".join(title.split()))


def _furniture(paragraph: str, *, shared: bool) -> bool:
    always, alone = _boxed(paragraph)
    return always or (alone and not shared)


@lru_cache(maxsize=4096)
def _boxed(paragraph: str) -> tuple[bool, bool]:
    """Whether a paragraph is furniture, and whether it is where the other text has it not."""
    if len(paragraph) > BOX_CHARACTERS:
        return False, False
    size = len(fingerprint.words(paragraph))
    if any(furnishes(paragraph) for furnishes in KNOWN):
        return True, True
    if any(
        size <= most and getattr(phrases, name).match(paragraph) for most, name in HEADINGS
    ) and not STATEMENT.search(paragraph):
        return True, True
    if size <= NO_NEWS_WORDS and fingerprint.text_hash(paragraph) == NOTHING:
        return True, True
    return False, size <= labels.BOX_WORDS and PROMOTION.search(paragraph) is not None and not labels.told(paragraph)


def _undated(paragraphs: list[str]) -> list[str]:
    """The paragraphs without the first dateline that opens one of them."""
    for place, paragraph in enumerate(paragraphs):
        found = dateline.split(paragraph, published_day=None)
        if found is not None:
            at = paragraph.find(found.text, 0, found.length)
            rest = paragraph[: max(at, 0)] + paragraph[found.length :]
            return [*paragraphs[:place], rest, *paragraphs[place + 1 :]]
    return paragraphs


def _repaired(text: str) -> str:
    """Text without entities, invisible characters and UTF-8 read as a one-byte encoding."""
    text = INVISIBLE.sub("", html.unescape(text))
    return FOREIGN.sub(_decoded, text) if MOJIBAKE.search(text) else text


def _decoded(run: re.Match[str]) -> str:
    for encoding in ("cp1252", "latin-1"):
        try:
            return run[0].encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return run[0]


def plain(text: str) -> str:
    """The words alone: no case, accents, punctuation; numbers without separators, signs and currencies kept. Of the first
    `fingerprint.LONGEST` characters."""
    text = _repaired(text[: fingerprint.LONGEST])
    text = CURRENCY.sub(lambda sign: CURRENCIES[sign[0]], THOUSANDS.sub("", text))
    text = SIGNED.sub(" minus ", text)
    text = ACCENTS.sub("", fingerprint.decomposed(text))
    return " ".join(fingerprint.words(text))
