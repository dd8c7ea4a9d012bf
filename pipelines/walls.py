"""What looks like a page but is no article: consent walls, bot checks, soft 404s, listings, empty pages.

Conservative: a page with an article's text is an article whatever else it says, since a false rejection loses a story
and a false article is only noise that the next issue of the rules can take out. `long` text is never rejected for
its words, only short text that is nothing but the wall's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from pipelines.text import words

REASONS: frozenset[str] = frozenset(
    {"consent_wall", "bot_check", "javascript_wall", "soft_404", "login_wall", "listing", "no_text", "no_title", "parser_limit", "not_html"}
)
WALL_WORDS = 120
MARKUP_LIMIT = 60_000
# Of all the text, scripts too: only its order of magnitude counts.
WORD_COUNT = etree.XPath("string-length(normalize-space(//body)) div 6")
HEADINGS = ("h1", "h2", "h3", "h4")

# In the markup: names that only challenge pages of these services carry, tried on short pages only.
CHALLENGE = re.compile(
    r"servicepipe\.ru|cf-browser-verification|cf[-_]chl[-_]|challenge-platform/h/|_Incapsula_Resource|distil_r_captcha|px-captcha|/_sec/cp_challenge"
    r"|ddos-guard/check|qauth\.js|__qrator|geo\.captcha-delivery\.com|awswaf\.com|perimeterx|recaptcha/api\.js\?onload",
    re.IGNORECASE,
)
BOT = re.compile(
    r"(?:are you a (?:human|robot)|verify(?:ing)? (?:that )?you(?:'re| are) (?:a )?(?:human|not a (?:ro)?bot)|i'?m not a robot|unusual (?:traffic|activity) from|checking (?:your browser|if the site connection is secure)|enable cookies and reload|access (?:to this page )?has been denied|attention required!|please complete the (?:captcha|security check)"
    r"|just a moment\.\.\.|pardon our interruption|request unsuccessful|press & hold|ddos protection by|подтвердите, что (?:вы не робот|запросы)|проверка браузера|sind sie ein (?:mensch|roboter)|vérifi(?:er|ez) que vous (?:êtes|n'êtes)|no soy un robot|não sou um robô|请完成(?:安全)?验证|人机验证)",
    re.IGNORECASE,
)
JAVASCRIPT = re.compile(
    r"(?:(?:please )?(?:enable|activate|turn on|allow) javascript|javascript (?:is|appears to be|must be|has been) (?:disabled|not enabled|enabled|required|turned off)|requires javascript|need(?:s)? to (?:enable|have) javascript|(?:bitte )?(?:aktivieren sie|javascript aktivieren)|(?:activer|activez) javascript|(?:habilite?|active) (?:el )?javascript|включите javascript|javascript を有効)",
    re.IGNORECASE,
)
CONSENT = re.compile(
    r"(?:we (?:and our (?:\d+ )?partners )?(?:use|store|value)\b.{0,60}\b(?:cookies|privacy)|your (?:privacy|consent) (?:choices|is important|matters)|before you continue|accept all(?: cookies)?\b.{0,80}\breject|manage (?:your )?(?:cookie|privacy|consent) (?:settings|preferences|choices)|cookie (?:policy|settings|consent)|wir (?:und unsere (?:\d+ )?partner )?(?:verwenden|nutzen|benötigen)\b.{0,80}\b(?:cookies|zustimmung|einwilligung)|mit werbung (?:weiter)?lesen|nutzen sie .{2,60} mit (?:personalisierter )?werbung"
    r"|nous (?:et nos partenaires )?utilisons des cookies|continuer sans accepter|utilizamos cookies|usiamo i cookie|wij gebruiken cookies|używamy plików cookie|мы используем (?:файлы )?cookie)",
    re.IGNORECASE | re.DOTALL,
)
LOST = re.compile(
    r"(?:^|\b)(?:404\b|error 404|page (?:not found|cannot be found|could not be found|does not exist|doesn'?t exist|no longer (?:exists|available))|(?:the |this )?(?:page|article|story|content|item) (?:you (?:requested|are looking for|were looking for|tried)|(?:is|was|has been) (?:no longer|not|removed|deleted|unavailable))|(?:oops|sorry|uh[- ]oh)[!,. ].{0,60}(?:not found|can'?t find|couldn'?t find|doesn'?t exist|went wrong|nothing here)|nothing (?:was )?found|seite (?:wurde )?nicht gefunden|(?:diese |die )?seite (?:existiert nicht|ist nicht (?:mehr )?(?:verfügbar|erreichbar))|page (?:introuvable|non trouvée|inexistante)|página no (?:encontrada|existe)|página não (?:encontrada|existe)|pagina non trovata|pagina niet gevonden|nie znaleziono strony|strona nie (?:istnieje|została znaleziona)|страница не (?:найдена|существует)|сторінк\w+ не знайдено|sayfa bulunamadı|halaman tidak ditemukan|الصفحة غير موجودة|页面不存在|找不到(?:页面|網頁|网页)|ページが見つかりません|페이지를 찾을 수 없)",
    re.IGNORECASE,
)
LOGIN = re.compile(
    r"^\W*(?:(?:please )?(?:log|sign) ?in to (?:continue|read|view|your account)|(?:you must be|you need to be) (?:logged|signed) in|bitte (?:loggen|melden) sie sich|connectez-vous pour|inicia(?:r)? sesión para|faça login)", re.IGNORECASE
)
PAYWALL = re.compile(
    r"(?:(?:subscribe|sign up|register|log ?in) (?:now )?to (?:continue|read|unlock|keep reading|view|access)|(?:this|the full) (?:article|story|content) is (?:for|only for|available to|reserved for|exclusive to|exclusively for) (?:our )?(?:paying )?(?:subscribers|members)|(?:to (?:read|continue|view|access)|for) the full (?:story|article)\b.{0,60}\b(?:subscri|sign|log)|already (?:a|have a) subscri|you have reached your (?:free )?(?:article )?limit|weiterlesen mit|jetzt (?:weiterlesen|freischalten|abonnieren)|(?:artikel|text|beitrag) (?:nur )?(?:für|mit) (?:abonnent|\S+\+|plus)|(?:la suite est |cet article est |article )réservé(?:e)? aux? abonnés|il vous reste \d+ ?% de cet article|contenido (?:exclusivo )?para suscriptores|(?:conteúdo|matéria) exclusiv[ao] para assinantes|contenuto (?:riservato|per) (?:agli )?abbonati|(?:dostęp|treść|artykuł) (?:tylko )?dla (?:subskrybentów|prenumeratorów|abonentów)|материал доступен (?:только )?(?:по подписке|подписчикам)|会員限定|有料会員|订阅后阅读)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extent:
    """Of the whole page: its words, those within links, and its headings that are links (headlines of other stories)."""

    words: int
    linked_words: int
    teasers: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the judgement rests on. `declared`: the page calls itself an article; `dated`: it bears a time of
    publication. `paragraphs`: those of more than twenty words. `cut`: the parser met one of its limits."""

    title: str | None
    body: str
    html: str
    path: str
    declared: bool
    dated: bool
    extent: Extent
    paragraphs: int
    cut: bool = False


def extent(root: HtmlElement, *, links: bool) -> Extent:
    """Measures the page before it is pruned; its links only where asked, since that takes a walk."""
    linked = teasers = 0
    for link in root.iter("a") if links else ():
        size = link.text_content().count(" ") + 1
        linked += size
        parent = link.getparent()
        headed = (parent is not None and parent.tag in HEADINGS) or link.find("h2") is not None or link.find("h3") is not None
        teasers += size >= 4 and headed
    return Extent(int(WORD_COUNT(root)), linked, teasers)


def reason(look: Look) -> tuple[str, str] | None:
    """(code of REASONS, words that say so) where the page is no article, else None."""
    size = words(look.body)
    head = f"{look.title or ''}\n{look.body[:1500]}"
    if size <= WALL_WORDS and (wall := _wall(look, head, size)):
        return wall
    if not look.body:
        return ("parser_limit", "the parser gave up on the markup") if look.cut else ("no_text", "no text beside links and boxes")
    if not look.title and size < 30:
        return "no_title", "neither a title nor a text to speak of"
    return _listing(look, size)


def paywalled(body: str, page_text: str) -> bool:
    """Whether a short text ends at a call to subscribe: an honest teaser, kept with access `paywalled`."""
    return words(body) <= 400 and PAYWALL.search(page_text) is not None


def _wall(look: Look, head: str, size: int) -> tuple[str, str] | None:
    short_page = len(look.html) <= MARKUP_LIMIT and look.extent.words <= 400
    if short_page and (found := CHALLENGE.search(look.html)):
        return "bot_check", found[0]
    if found := BOT.search(head):
        return "bot_check", found[0]
    if found := LOST.search(look.title or ""):
        return "soft_404", found[0]
    if not look.declared or not look.dated:
        for code, pattern in (("soft_404", LOST), ("javascript_wall", JAVASCRIPT), ("consent_wall", CONSENT), ("login_wall", LOGIN)):
            if found := pattern.search(head):
                return code, found[0][:120]
    if size == 0 and short_page and JAVASCRIPT.search(look.html):
        return "javascript_wall", "nothing but a call for JavaScript"
    return None


def _listing(look: Look, size: int) -> tuple[str, str] | None:
    """A section's index: undated, not declared an article, made of links to stories, with little text of its own."""
    if look.declared or look.dated:
        return None
    if look.path in ("", "/") and look.extent.teasers >= 10 and size < 400:
        return "listing", "the home page"
    if look.extent.teasers >= 12 and look.extent.linked_words > 0.6 * max(1, look.extent.words) and size < 150 and look.paragraphs < 4:
        return "listing", f"{look.extent.teasers} headlines that link elsewhere"
    return None
