"""What stands around a call to subscribe on a paid page: prices, what a subscription holds, and boxes named for it."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pipelines import labels, reporting
from pipelines.labels import STATEMENT
from pipelines.text import squeeze, words
from pipelines.wallwords import PAYWALL, sentences

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipelines.body import Paragraph

LAST, MOST_WORDS, PRICED_WORDS = 8, 60, 30
"""Paragraphs at the end of a text that may be an offer's; the words of one, and of one that is known by its price alone."""
NEAR = 25
"""Characters between a price and its time."""
BOX_WORDS, BOXES = 100, 50
"""Words of a box that is an offer and no wrapper of the story; boxes that are looked at."""
SAID, SAID_SIGNS = 9, 25
"""Words of a whole sentence from which on it tells of a price, unless it speaks to a reader; characters where each is one."""
BOX = re.compile(
    r"(?:^|[\s_-])(?:paywall|regwall|gateway|barrier|piano|subscri\w*|abonn\w*|offers?|upsell|meter\w*)(?=$|[\s_-])",
    re.I,
)
PRICE = re.compile(
    r"(?:[€$£¥₩₹₽]|\b(?:kr|chf|eur|usd|gbp|rs)\.?)\s?\d|\d\s?(?:[€$£¥₩₹₽円元원]|(?:kr|chf|eur|euros?|zł|kč|руб(?:л\w+)?|tl|lei)\b)",
    re.I,
)
PERIOD = re.compile(
    r"\b(?:months?|weeks?|years?|annum|monate?n?|wochen?|jahre?|mois|semaines?|ans?|mes(?:es)?|semanas?|años?|mês|mese|settiman\w|"
    r"anno|maand\w*|weken|månad\w*|måned\w*|veck\w*|uke\w*|uger?|mies\w*|miesiąc\w*|мес\w*|недел\w*|ay(?:lık)?|hafta\w*|kk)\b|月|週|周|年|월|주",
    re.I,
)
SOLD = re.compile(
    r"subscri|suscri|assin|abonn|abbon|prenum|\babo\b|premium|подпис|абон|订阅|訂閱|購読|구독|اشترا",
    re.I,
)
HELD = re.compile(
    rf"{SOLD.pattern}|\S-abo\b|acc[eè]s|zug(?:ang|riff)|trial|test(?:en|a)\b|cancel|kündbar|kündig|"
    r"unlimited|unbegrenzt|illimit|ilimitad|disdi|résili|oppsig|opzeg|доступ",
    re.I,
)
"""What is sold to readers; what may be said of it beside a price, and alone of anything else (`the trial opens`)."""
ASKED = re.compile(
    r"\b(?:already (?:a )?subscri|redan (?:prenumerant|kund)|bli prenumerant|al abonnee|"
    r"word (?:nu )?abonnee|(?:sei )?già abbonat|"
    r"allerede abonnent|bliv? abonnent|bereits (?:abonnent|ein abo)|déjà abonné|"
    r"ya (?:eres|es) suscriptor|já é assinante|jesteś już)",
    re.I,
)


READER = re.compile(
    r"\b(?:you|your|yours|(?-i:(?<![.!?] )(?<!^)(?:Sie|Ihnen|Ihre?[mnrs]?))|du|dich|dir|deine?[mnrs]?|vous|votre|vos|usted|"
    r"tu|tus|te|você|ti|tuo|tua|je|jouw|uw|din|ditt|dig|deg|sinun|voit|twój|cię|możesz|vám|váš|вы|вам|вас|ваш\w*|ви|siz\w*)\b|[你您]|あなた|お客様|회원님",
    re.I,
)
CALLED = re.compile(
    r"(?:^|[.!?:…。！？]\W*|\b(?:or|and|please|now|to|jetzt|bitte|oder|und|ou|et|o|y|e|och|eller|of|en|lub|и|или)\s+)"
    r"(?:subscribe|sign up|abonnieren|abonniere|abonnez|suscr[ií]b(?:ete|[aei]se)|assine|abbonati|abonneer|prenumerera|"
    r"bli (?:prenumerant|abonnent)|abonner|subskrybuj|wykup|подпи(?:шитесь|сывайтесь)|оформите|abone ol|订阅|訂閱|購読|구독)",
    re.I,
)
BIDDEN = re.compile(
    r"\W*(?:(?:try|get|start|join|continue|save|enjoy|unlock|read|choose|then|only|jetzt|testen|lesen|weiterlesen|nur|danach|profitez|"
    r"essayez|lisez|puis|prueba|accede|luego|continua|leggi|prova|poi|lees|probeer|daarna|läs|testa|därefter|prøv|les|læs|deretter|"
    r"derefter|kup|czytaj|potem|попробуйте|затем|dene)\b|立即|今すぐ|지금)",
    re.I,
)
"""Words that speak to a reader, that call him to subscribe, and with which offers begin."""


def begin(paragraphs: list[Paragraph], root: HtmlElement) -> int:
    """Number of the paragraph with which the offer at the end of a paid page's text begins; their count where there is
    none. The first paragraph is never one."""
    boxed = _boxed(root)
    found = first = len(paragraphs)
    while first > max(1, len(paragraphs) - LAST) and (kind := _kind(paragraphs[first - 1].text, boxed)):
        first -= 1
        found = first if kind == OFFER else found
    return found


OFFER, PRICED = "offer", "priced"


def _kind(text: str, boxed: list[str]) -> str | None:
    """`OFFER` for a paragraph in a box that calls, a question to subscribers, and a price for a time with what is held for
    it; `PRICED` where the latter is told in a sentence, as small print is below an offer; None of what reports."""
    if words(text) > MOST_WORDS or reporting.reports(text):
        return None
    if ASKED.search(text) or (_fits(text) and any(text in box for box in boxed)):
        return OFFER
    if words(text) > PRICED_WORDS or not HELD.search(text) or not _priced(text):
        return None
    return PRICED if _told(text) else OFFER


def _fits(text: str) -> bool:
    """Whether a paragraph in a box that calls may be a part of the offer."""
    return SOLD.search(text) is not None or _priced(text) or not _told(text)


def _told(text: str) -> bool:
    """Whether a whole sentence tells something, and none speaks to the reader."""
    if READER.search(text) or CALLED.search(text):
        return False
    return any(
        STATEMENT.search(line)
        and words(line) >= (SAID_SIGNS if labels.unspaced(line) else SAID)
        and not BIDDEN.match(line)
        for line in sentences(text)
    )


def _priced(text: str) -> bool:
    """Whether a price stands beside the time that it is for."""
    return any(PERIOD.search(text, max(0, price.start() - NEAR), price.end() + NEAR) for price in PRICE.finditer(text))


def _boxed(root: HtmlElement) -> list[str]:
    """The texts of the small boxes that are named for an offer and make one. `paywall` is also what publishers call the
    text that is paid for."""
    named = (
        element
        for element in root.iter("div", "section", "aside")
        if any(BOX.search(element.get(name) or "") for name in ("class", "id", "data-area", "data-testid"))
    )
    texts = (squeeze(" ".join(element.itertext())) for element in islice(named, BOXES))
    return [text for text in texts if words(text) <= BOX_WORDS and _offers(text)]


def _offers(text: str) -> bool:
    if CALLED.search(text) or ASKED.search(text) or (HELD.search(text) and _priced(text)):
        return True
    return any(PAYWALL.search(line) for line in sentences(text))
