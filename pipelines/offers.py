"""What stands around a call to subscribe on a paid page: prices, what a subscription holds, and boxes named for it."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pipelines import reporting
from pipelines.text import squeeze, words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipelines.body import Paragraph

LAST, MOST_WORDS, PRICED_WORDS = 8, 60, 30
"""Paragraphs at the end of a text that may be an offer's; the words of one, and of one that is known by its price alone."""
NEAR = 25
"""Characters between a price and its time."""
BOX_WORDS, BOXES = 100, 50
"""Words of a box that is an offer and no wrapper of the story; boxes that are looked at."""
BOX = re.compile(
    r"(?:^|[\s_-])(?:paywall|regwall|gateway|barrier|piano|subscri\w*|abonn\w*|offers?|upsell|meter\w*)(?=$|[\s_-])",
    re.I,
)
PRICE = re.compile(
    r"(?:[€$£¥₩₹₽]|\b(?:kr|chf|eur|usd|gbp|rs)\.?)\s?\d|\d\s?(?:[€$£¥₩₹₽円元원]|(?:kr|chf|eur|euros?|zł|kč|руб|tl|lei)\b)",
    re.I,
)
PERIOD = re.compile(
    r"\b(?:months?|weeks?|years?|annum|monate?n?|wochen?|jahre?|mois|semaines?|ans?|mes(?:es)?|semanas?|años?|mês|mese|settiman\w|"
    r"anno|maand\w*|weken|månad\w*|måned\w*|veck\w*|uke\w*|uger?|mies\w*|miesiąc\w*|мес\w*|недел\w*|ay(?:lık)?|hafta\w*|kk)\b|月|週|周|年|월|주",
    re.I,
)
HELD = re.compile(
    r"subscri|suscri|assin|abonn|abbon|prenum|abo\b|acc[eè]s|zug(?:ang|riff)|premium|trial|test(?:en|a)\b|cancel|kündbar|kündig|"
    r"unlimited|unbegrenzt|illimit|ilimitad|disdi|résili|oppsig|opzeg|подпис|доступ|абон|订阅|訂閱|購読|구독|اشترا",
    re.I,
)
ASKED = re.compile(
    r"\b(?:already (?:a )?subscri|redan (?:prenumerant|kund)|bli prenumerant|al abonnee|"
    r"word (?:nu )?abonnee|(?:sei )?già abbonat|"
    r"allerede abonnent|bliv? abonnent|bereits (?:abonnent|ein abo)|déjà abonné|"
    r"ya (?:eres|es) suscriptor|já é assinante|jesteś już)",
    re.I,
)


def begin(paragraphs: list[Paragraph], root: HtmlElement) -> int:
    """Number of the paragraph with which the offer at the end of a paid page's text begins; their count where there is
    none. The first paragraph is never one."""
    boxed = _boxed(root)
    first = len(paragraphs)
    while first > max(1, len(paragraphs) - LAST) and _is_offer(paragraphs[first - 1].text, boxed):
        first -= 1
    return first


def _is_offer(text: str, boxed: str) -> bool:
    """A paragraph in a box named for it; else a price for a time with what is held for it, or a question to subscribers;
    none that reports."""
    if words(text) > MOST_WORDS:
        return False
    if text in boxed:
        return True
    priced = words(text) <= PRICED_WORDS and HELD.search(text) is not None and _priced(text)
    return (priced or ASKED.search(text) is not None) and not reporting.reports(text)


def _priced(text: str) -> bool:
    """Whether a price stands beside the time that it is for."""
    return any(PERIOD.search(text, max(0, price.start() - NEAR), price.end() + NEAR) for price in PRICE.finditer(text))


def _boxed(root: HtmlElement) -> str:
    """The texts of the small boxes that are named for an offer and speak of one."""
    named = (
        element
        for element in root.iter("div", "section", "aside")
        if any(BOX.search(element.get(name) or "") for name in ("class", "id", "data-area", "data-testid"))
    )
    texts = (squeeze(" ".join(element.itertext())) for element in islice(named, BOXES))
    return "\n".join(text for text in texts if words(text) <= BOX_WORDS and HELD.search(text))
